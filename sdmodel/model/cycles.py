"""Model → its feedback loops: ways along causal links that come back to where they began, each of them once.

A model has parts in which every variable acts back on every other (strongly connected components, Tarjan 1972). Loops
are within one part, and only loops of the same part can be weighed against each other. They are listed by the search
of Johnson (1975, "Finding all the elementary circuits of a directed graph", SIAM Journal on Computing 4) in the form
that Gupta and Suzumura (2021, "Finding all bounded-length simple cycles in a directed graph", arXiv 2105.10094) gave
it for loops up to a length: a variable from which no way home was found stays shut until one could be shorter.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from sdmodel.model.expr import Expr, references
from sdmodel.model.model import Auxiliary, FixedDelay, Held, Model, Stock, Variable

Graph = Mapping[str, Sequence[str]]
Path = tuple[str, ...]


@dataclass(frozen=True)
class Cycles:
    """The loops that were found, each a path whose last variable acts on its first; `complete` if there are no more.

    `parts` are the sets of variables that act on each other, in the order of the model.
    """

    paths: tuple[Path, ...]
    complete: bool
    parts: tuple[frozenset[str], ...]


def changed_by(variable: Variable) -> Expr | None:
    """The expression that changes `variable` after the start; None for what nothing changes."""
    if isinstance(variable, Stock):
        return variable.net_flow
    if isinstance(variable, Held):
        return variable.next
    if isinstance(variable, FixedDelay):
        return variable.input
    return variable.equation if isinstance(variable, Auxiliary) else None


def effects(model: Model) -> dict[str, tuple[str, ...]]:
    """What each variable that something changes acts on directly, hidden variables among them, in model order."""
    found: dict[str, dict[str, None]] = {one.name: {} for one in model.variables if changed_by(one) is not None}
    for variable in model.variables:
        expr = changed_by(variable)
        for name in references(expr) if expr is not None else ():
            if name in model and model[name].name in found:
                found[model[name].name][variable.name] = None
    return {name: tuple(others) for name, others in found.items()}


def cycles(model: Model, *, most: int, longest: int | None = None) -> Cycles:
    """The feedback loops of `model` with at most `longest` variables, the first `most` of them.

    Left out are those that are within what the reader put in one variable's place (the stages of a delay).
    """
    graph = effects(model)
    found = parts(graph)
    seen = (path for part in found for path in _loops(_within(graph, part), longest or len(graph)))
    shown = (path for path in seen if not all(model[name].hidden for name in path))
    paths = tuple(islice(shown, most + 1))
    return Cycles(paths[:most], len(paths) <= most, tuple(map(frozenset, found)))


def parts(graph: Graph) -> list[list[str]]:
    """The sets of nodes that reach each other and have a link within, in the order in which they are in `graph`."""
    order = {name: place for place, name in enumerate(graph)}
    found = [sorted(part, key=order.__getitem__) for part in _components(graph)]
    return sorted((part for part in found if len(part) > 1 or part[0] in graph[part[0]]), key=lambda one: order[one[0]])


def same_loop(path: Path) -> Path:
    """The same loop, begun at the variable whose name is first in the alphabet: equal for equal loops."""
    place = path.index(min(path))
    return path[place:] + path[:place]


def _within(graph: Graph, part: Sequence[str]) -> dict[str, list[str]]:
    inside = set(part)
    return {name: [other for other in graph[name] if other in inside] for name in part}


def _components(graph: Graph) -> Iterator[list[str]]:
    """Tarjan's search without recursion, so that long chains do not exhaust the stack."""
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    held: dict[str, None] = {}
    for root in graph:
        if root in number:
            continue
        number[root] = low[root] = len(number)
        held[root] = None
        ways = [(root, iter(graph[root]))]
        while ways:
            name, others = ways[-1]
            other = next(others, None)
            if other is None:
                ways.pop()
                if ways:
                    low[ways[-1][0]] = min(low[ways[-1][0]], low[name])
                if low[name] == number[name]:
                    yield _taken(held, name)
            elif other not in number:
                number[other] = low[other] = len(number)
                held[other] = None
                ways.append((other, iter(graph[other])))
            elif other in held:
                low[name] = min(low[name], number[other])


def _taken(held: dict[str, None], root: str) -> list[str]:
    """What was put into `held` since `root`, taken out."""
    part: list[str] = []
    while not part or part[-1] != root:
        part.append(held.popitem()[0])
    return part


def _loops(graph: dict[str, list[str]], longest: int) -> Iterator[Path]:
    """All loops of one part: those through its first variable, then those of what is left without it."""
    pending = [graph]
    while pending:
        part = pending.pop()
        home = next(iter(part))
        yield from _through(part, home, longest)
        rest = {name: [other for other in others if other != home] for name, others in part.items() if name != home}
        pending += [_within(rest, one) for one in reversed(parts(rest))]


def _through(graph: Graph, home: str, longest: int) -> Iterator[Path]:
    """The loops through `home` with at most `longest` variables (Gupta and Suzumura 2021, algorithm 1)."""
    path, ways, back = [home], [iter(graph[home])], [longest]
    shut = {home: 0}  # how long a way from home to a variable must stay under for it to be worth trying
    waits: dict[str, set[str]] = {}
    while ways:
        other = next(ways[-1], None)
        if other == home:
            yield tuple(path)
            back[-1] = 1
        elif other is not None:
            if len(path) < shut.get(other, longest):
                path.append(other)
                back.append(longest)
                shut[other] = len(path)
                ways.append(iter(graph[other]))
        else:
            ways.pop()
            name, shortest = path.pop(), back.pop()
            if back:
                back[-1] = min(back[-1], shortest + 1)
            for one in graph[name]:  # even after a way home: one through a variable that is shut now may be shorter
                waits.setdefault(one, set()).add(name)
            if shortest < longest:
                _open(name, shortest, longest, shut, waits, path)


def _open(
    name: str, shortest: int, longest: int, shut: dict[str, int], waits: dict[str, set[str]], path: Sequence[str]
) -> None:
    """Lets `name`, from which home is `shortest` links away, and all that wait for it be tried again."""
    pending = [(shortest, name)]
    while pending:
        links, one = pending.pop()
        if shut.get(one, longest) < longest - links + 1:
            shut[one] = longest - links + 1
            pending += [(links + 1, other) for other in waits.get(one, set()).difference(path)]
