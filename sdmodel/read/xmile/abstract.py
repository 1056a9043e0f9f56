"""An XMILE file → PySD's AbstractModel, its settings, and its equations as they are written: the passes in order."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pysd.translators.structures.abstract_model import AbstractModel, AbstractSection, AbstractSubscriptRange

from sdmodel.errors import ModelError
from sdmodel.model.names import key
from sdmodel.read.source import Written
from sdmodel.read.vensim.bounds import room_for_nesting
from sdmodel.read.xmile.conveyor import Belt, belts, not_fixed
from sdmodel.read.xmile.elements import controls_of, elements_of
from sdmodel.read.xmile.entries import Entry, non_negative
from sdmodel.read.xmile.influences import Influences
from sdmodel.read.xmile.limits import limited
from sdmodel.read.xmile.macros import macros_of, sections_of
from sdmodel.read.xmile.markup import Node, root_of
from sdmodel.read.xmile.meaning import Meaning
from sdmodel.read.xmile.modules import Names, flattened
from sdmodel.read.xmile.ranges import Ranges
from sdmodel.read.xmile.sections import Built, Problem, Section, written
from sdmodel.read.xmile.settings import Settings, settings_of

_CONTROLS = ("initial time", "final time", "time step")
_SAVEPER = "saveper"


@dataclass(frozen=True)
class XmileModel:
    """What a file holds: `abstract` for `lower`, `settings`, and by key each equation as it stands in the file."""

    abstract: AbstractModel
    settings: Settings
    written: dict[str, Written]


def xmile_model(path: Path, text: str) -> XmileModel:
    """The model of an XMILE file that `screen` let through.

    Raises:
        ModelError: what cannot be read or is not supported, all variables with their lines and reasons at once.
    """
    with room_for_nesting():
        return _model(path, root_of(path.name, text))


def _model(path: Path, root: Node) -> XmileModel:
    if root.tag.lower() != "xmile":
        raise ModelError(f"{path.name}: this is no XMILE file; it begins with <{root.tag[:40]}>, not with <xmile>.")
    settings, ranges = settings_of(path.name, root), Ranges.of(root)
    names = flattened(path.name, root)
    macros = macros_of(path.name, root)
    conveyors, refused = belts(names)
    section = Section(Meaning(names, ranges, {own: macro for own, (macro, _) in macros.items()}), conveyors)
    entries = {own: entry for own, entry in names.entries.items() if own not in _CONTROLS}
    section.problems += [Problem(entries.pop(own), reason) for own, reason in refused.items() if own in entries]
    built = section.build(entries.values())
    section.problems += _changing_conveyors(built, conveyors)
    sections = list(sections_of(path, macros, ranges))
    _refuse(path, [*section.problems, *(problem for _, problems in sections for problem in problems)], len(entries))
    built = limited(built, names, conveyors, _everywhere(root))
    save_every = built.pop(_SAVEPER, None)
    main = _main(path, section, [*controls_of(settings, _value(save_every)), *elements_of(built, section)])
    abstract = AbstractModel(original_path=path, sections=(main, *(one for one, _ in sections)))
    return XmileModel(abstract, settings, _written(names, entries))


def _main(path: Path, section: Section, elements: list[Any]) -> AbstractSection:
    return AbstractSection(
        name="__main__",
        path=path.with_suffix(".py"),
        type="main",
        params=[],
        returns=[],
        subscripts=tuple(
            AbstractSubscriptRange(name, list(members), []) for name, members in section.meaning.ranges.items()
        ),
        elements=tuple(elements),
        constraints=(),
        test_inputs=(),
        split=False,
        views_dict=None,
    )


def _value(built: Built | None) -> Any:
    return built.components[0].ast if built and built.components else None


def _written(names: Names, entries: dict[str, Entry]) -> dict[str, Written]:
    return {key(entry.full_name): written(entry) for entry in (*names.entries.values(), *entries.values())}


def _everywhere(root: Node) -> tuple[bool, bool]:
    """Whether <behavior> makes all stocks, and all flows, non-negative."""
    models = [model.first("behavior") for model in root.all("model")]
    stocks = flows = False
    for behavior in (root.first("behavior"), *models):
        if behavior is None:
            continue
        both = non_negative(behavior) or False
        told = [behavior.first(tag) for tag in ("stock", "flow")]
        stocks, flows = (
            one or both or bool(node and non_negative(node)) for one, node in zip((stocks, flows), told, strict=True)
        )
    return stocks, flows


def _changing_conveyors(built: dict[str, Built], conveyors: dict[str, Belt]) -> list[Problem]:
    """A transit time that changes in the run would need to know when each thing came on."""
    asts = {own: [part.ast for part in one.components] for own, one in built.items()}
    reads = Influences.of(asts).reads
    stocks = {own for own, one in built.items() if one.entry.kind == "stock"}
    found = []
    for own, belt in conveyors.items():
        for ast in asts.get(own, ()):
            if changing := not_fixed(ast.delay_time, reads, stocks):
                reason = f'the transit time changes during the run, with "{changing}"; only a fixed one is supported'
                found.append(Problem(belt.stock, reason))
                break
    return found


def _refuse(path: Path, problems: list[Problem], count: int) -> None:
    if problems:
        raise ModelError(
            f"{path.name}: {len(problems)} of {count} variables cannot be used:\n"
            + "\n".join(map(str, problems))
            + "\nNothing was run. Mend these in the program that made the model, and save it again."
        )
