"""Entries → components: every equation of a model or macro as PySD's structure, for all elements or each of its own."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from pysd.translators.structures import abstract_expressions as ae

from sdmodel.model.names import key
from sdmodel.read.source import Written
from sdmodel.read.xmile.bounds import check_depth
from sdmodel.read.xmile.calls import arithmetic, call, negative
from sdmodel.read.xmile.conveyor import Belt
from sdmodel.read.xmile.entries import Entry, Part
from sdmodel.read.xmile.grammar import Tree, parse
from sdmodel.read.xmile.graph import Graph
from sdmodel.read.xmile.meaning import Meaning
from sdmodel.read.xmile.place import Place
from sdmodel.read.xmile.tokens import EquationError


@dataclass(frozen=True)
class Component:
    """One equation: `subscripts` of its left side, dimensions or elements."""

    subscripts: tuple[str, ...]
    ast: Any

    def with_ast(self, ast: Any) -> "Component":
        """The same left side with another right side."""
        return Component(self.subscripts, ast)


@dataclass(frozen=True)
class Built:
    """A variable with its equations."""

    entry: Entry
    components: tuple[Component, ...]
    is_table: bool = False


@dataclass(frozen=True)
class Problem:
    """Why a variable cannot be used."""

    entry: Entry
    reason: str

    def __str__(self) -> str:
        text = written(self.entry).text
        return f'  "{self.entry.full_name}", line {self.entry.line}: {self.reason}' + (
            f"\n      {self.entry.full_name} = {text[:160]}" if text else ""
        )


@dataclass
class Section:
    """The variables of a model or macro, built one by one; what cannot be used joins `problems`.

    `belts` are the conveyors, by the key of the flow that leaves them.
    """

    meaning: Meaning
    belts: Mapping[str, Belt] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def build(self, entries: Iterable[Entry]) -> dict[str, Built]:
        """By key of the full name, in the order of the file."""
        built: dict[str, Built] = {}
        for entry in entries:
            try:
                if entry.problem:
                    raise EquationError(entry.problem)
                built[key(entry.full_name)] = self._built(entry)
            except EquationError as error:
                self.problems.append(Problem(entry, str(error)))
            except RecursionError:
                self.problems.append(Problem(entry, "the equation is nested too deeply; use several variables"))
        return built

    def graphs(self, built: Mapping[str, Built]) -> Iterator[tuple[str, tuple[Component, ...]]]:
        """Key of each variable whose graphical function others read, and its tables."""
        for own in sorted(self.meaning.graphs & built.keys()):
            entry = built[own].entry
            yield (
                own,
                tuple(Component(self._place(entry, part)[1], _table(part.graph)) for part in entry.parts if part.graph),
            )

    def _built(self, entry: Entry) -> Built:
        if key(entry.full_name) in self.belts:
            return self._leaving(entry, self.belts[key(entry.full_name)])
        if entry.parts and all(part.graph and not part.text for part in entry.parts):
            tables = (Component(self._place(entry, part)[1], _table(part.graph)) for part in entry.parts if part.graph)
            return Built(entry, tuple(tables), is_table=True)
        return Built(entry, tuple(one for part in entry.parts for one in self._components(entry, part)))

    def _place(self, entry: Entry, part: Part) -> tuple[Place, tuple[str, ...]]:
        """Where a part stands, and the subscripts of its left side."""
        dimensions = self.meaning.ranges.apart(entry.dimensions)
        if not part.subscript:
            return Place(entry, free=dimensions), dimensions
        if len(part.subscript) != len(dimensions):
            raise EquationError(f"element [{', '.join(part.subscript)}] does not fit {len(dimensions)} dimensions")
        elements = []
        for dimension, name in zip(dimensions, part.subscript, strict=True):
            element = self.meaning.ranges.element(dimension, name)
            if element is None:
                raise EquationError(f'"{name}" is no element of "{dimension}"')
            elements.append(element)
        bound = {key(name): element for name, element in zip(dimensions, elements, strict=True)}
        return Place(entry, elements=bound), tuple(elements)

    def _components(self, entry: Entry, part: Part) -> Iterator[Component]:
        if not part.text or set(part.text) <= {"?", " "}:
            where = f" for [{', '.join(part.subscript)}]" if part.subscript else ""
            raise EquationError(f"there is no equation{where}; give it one where the model was made")
        for own, tree in self._trees(entry, part):
            place, subscripts = self._place(entry, own)
            self.meaning.ranges.spend(place.free, 1)
            check_depth(tree)
            yield Component(subscripts, self._ast(entry, own, self.meaning.of(tree, place), place))

    def _trees(self, entry: Entry, part: Part) -> Iterator[tuple[Part, Tree]]:
        """The one tree of a part, or that of each element where the equation is a list of them."""
        values = [tree for row in parse(part.text) for tree in row]
        if len(values) == 1:
            yield part, values[0]
            return
        dimensions = self.meaning.ranges.apart(entry.dimensions)
        combinations = list(product(*(self.meaning.ranges.elements[key(name)] for name in dimensions)))
        if part.subscript or len(combinations) != len(values):
            wanted = 1 if part.subscript else len(combinations)
            raise EquationError(f"there are {len(values)} expressions for {wanted} element{'s' * (wanted != 1)}")
        for elements, value in zip(combinations, values, strict=True):
            yield Part(elements, part.text, part.graph, part.at_start), value

    def _ast(self, entry: Entry, part: Part, value: Any, place: Place) -> Any:
        if entry.kind == "stock":
            return ae.IntegStructure(self._net(entry, place), value)
        if part.graph:
            value = ae.InlineLookupsStructure(value, _table(part.graph))
        if part.at_start:
            ((at_start, *_), *_) = parse(part.at_start)
            value = call("active_initial", value, self.meaning.of(at_start, place))
        return value

    def flows(self, entry: Entry, names: tuple[str, ...], place: Place) -> list[Any]:
        """References to flows of a stock, at the stock's place."""
        return [self._flow(entry, name, place) for name in names]

    def _flow(self, entry: Entry, name: str, place: Place) -> Any:
        found = self.meaning.names.find(name, entry.module)
        if found is None:
            return ae.ReferenceStructure(key(name.replace('"', "")).replace(" ", "_"))
        return self.meaning.reference(found, None, place)

    def _net(self, entry: Entry, place: Place) -> Any:
        inflows, outflows = (self.flows(entry, names, place) for names in (entry.inflows, entry.outflows))
        if not inflows and not outflows:
            return 0.0
        if not inflows:
            outflows[0] = negative(outflows[0])
        operators = ["+"] * max(len(inflows) - 1, 0) + ["-"] * (len(outflows) if inflows else len(outflows) - 1)
        return arithmetic(operators, [*inflows, *outflows])

    def _leaving(self, flow: Entry, belt: Belt) -> Built:
        """The flow that leaves a conveyor: what went in a transit time ago."""
        if flow.dimensions != belt.stock.dimensions:
            raise EquationError(f'it must have the dimensions of the conveyor "{belt.stock.full_name}"')
        components = []
        for part in belt.stock.parts:
            for own, initial in self._trees(belt.stock, part):
                place, subscripts = self._place(belt.stock, own)
                inflows = self.flows(belt.stock, belt.stock.inflows, place)
                entering = arithmetic(["+"] * (len(inflows) - 1), inflows) if inflows else 0.0
                ((length, *_), *_) = parse(belt.length)
                content, transit = (self.meaning.of(tree, place) for tree in (initial, length))
                components.append(Component(subscripts, belt.outflow(entering, transit, content)))
        return Built(flow, tuple(components))


def _table(graph: Graph | None) -> Any:
    assert graph is not None
    return ae.LookupsStructure(graph.x, graph.y, (min(graph.x), max(graph.x)), (min(graph.y), max(graph.y)), graph.kind)


def written(entry: Entry) -> Written:
    """The equation as people know it, on one line, and where it stands."""
    texts = [f"[{', '.join(part.subscript)}] {part.text}" if part.subscript else part.text for part in entry.parts]
    text = "; ".join(texts) if any(part.text for part in entry.parts) else ""
    if entry.kind == "stock":
        flows = [*entry.inflows[:1], *(f"+ {name}" for name in entry.inflows[1:])]
        flows += [f"- {name}" for name in entry.outflows]
        text = f"INTEG({' '.join(flows) or '0'}, {text})"
    return Written(text, entry.line)
