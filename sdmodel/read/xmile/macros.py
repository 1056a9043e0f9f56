"""`<macro>` → sections of PySD's AbstractModel, as its Vensim reader makes them of :MACRO:."""

from collections.abc import Iterator
from pathlib import Path

from pysd.translators.structures.abstract_model import AbstractSection

from sdmodel.errors import ModelError
from sdmodel.model.names import key
from sdmodel.read.xmile.elements import elements_of
from sdmodel.read.xmile.entries import Entry, Part, entries_of, spelled
from sdmodel.read.xmile.grammar import parse
from sdmodel.read.xmile.markup import Node
from sdmodel.read.xmile.meaning import Meaning
from sdmodel.read.xmile.modules import Names
from sdmodel.read.xmile.place import Macro
from sdmodel.read.xmile.ranges import Ranges
from sdmodel.read.xmile.sections import Problem, Section
from sdmodel.read.xmile.tokens import EquationError, without_comments


def macros_of(file: str, root: Node) -> dict[str, tuple[Macro, Node]]:
    """The macros of a file by key, each with its node; ModelError names one that cannot be used."""
    found: dict[str, tuple[Macro, Node]] = {}
    for node in root.all("macro"):
        name = spelled(node.attributes.get("name", ""))
        if node.first("sim_specs") is not None:
            raise ModelError(
                f'{file}, line {node.line}: macro "{name}" has run specs of its own, which is not supported.'
            )
        if not name or key(name) in found:
            raise ModelError(f'{file}, line {node.line}: macro "{name}" has no name, or that of another one.')
        parameters = list(node.all("parm"))
        try:
            defaults = [without_comments(one.attributes.get("default", "")) for one in parameters]
            trees = tuple(parse(text)[0][0] if text else None for text in defaults)
        except EquationError as error:
            raise ModelError(f'{file}, line {node.line}: a default value of macro "{name}": {error}.') from None
        found[key(name)] = (Macro(name, tuple(spelled(one.text) for one in parameters), trees), node)
    return found


def sections_of(
    file: Path, macros: dict[str, tuple[Macro, Node]], ranges: Ranges
) -> Iterator[tuple[AbstractSection, list[Problem]]]:
    """A section for each macro, and what is wrong with its equations."""
    known = {own: macro for own, (macro, _) in macros.items()}
    for own, (macro, node) in macros.items():
        names = Names({key(entry.full_name): entry for entry in entries_of(node)})
        result = without_comments(node.said("eqn"))
        if own not in names.entries and result:
            names.entries[own] = Entry(macro.name, "aux", node.line, (Part((), result),))
        parameters = frozenset(map(key, macro.parameters))
        section = Section(Meaning(names, ranges, known, parameters))
        built = section.build(entry for entry in names.entries.values() if key(entry.name) not in parameters)
        yield (
            AbstractSection(
                name=own.replace(" ", "_"),
                path=file.with_name(f"{own.replace(' ', '_')}.py"),
                type="macro",
                params=[name.replace(" ", "_") for name in map(key, macro.parameters)],
                returns=[own.replace(" ", "_")],
                subscripts=(),
                elements=tuple(elements_of(built, section)),
                constraints=(),
                test_inputs=(),
                split=False,
                views_dict=None,
            ),
            section.problems,
        )
