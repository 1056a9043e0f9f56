"""Model, study and one run of each scenario → the feedback loops that are weighed against each other.

All loops are, where there are few enough. Where there are more, those that link scores lead to are gathered
(`analysis.strongest`), and the strongest of them kept. Loops that the study names keep their names; where a model has
two parties, each named loop of one has its counterpart with the other.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sdmodel.analysis.loops.dominance import relative
from sdmodel.analysis.loops.strongest import strongest
from sdmodel.model.cycles import Graph, Path, cycles, effects, parts, same_loop
from sdmodel.model.link_scores import Link, links_of
from sdmodel.model.model import FixedDelay, Held, Model, Stock
from sdmodel.study.spec import Study
from sdmodel.study.structure.bind import exchanged

_LONG = 16  # variables of a loop from which on lengths are tried one by one
MOMENTS = 40  # of each run, at which strong loops are searched
OTHER_SIDE = "′"
"""After the name of a loop: its counterpart with the other party."""
LinkScores = Callable[[Sequence[Link]], Mapping[Link, np.ndarray]]


@dataclass(frozen=True)
class Considered:
    """A feedback loop through the variables of `shown`; `ways` are its paths with what the reader put between them.

    `name` and `title` are those that the study gives, or empty. `part` is the number of its part of the model.
    """

    shown: Path
    ways: tuple[Path, ...]
    part: int
    name: str = ""
    title: str = ""


@dataclass(frozen=True)
class Loops:
    """The loops considered. `found` loops were looked at, and `complete` tells whether that is all there are.

    `covered`: which part of the sizes of all scores that were found, on average over time, those kept have.
    """

    loops: tuple[Considered, ...]
    found: int
    complete: bool
    covered: float = 1.0


def all_loops(
    model: Model, study: Study | None, scores: LinkScores, *, most: int, longest: int | None, through: Sequence[str]
) -> Loops:
    """All loops of `model`, or the `most` strongest; of those, the ones through all variables of `through`.

    `scores` gives the scores [moment] of links over the runs of interest.
    """
    graph = effects(model)
    inside = parts(graph)
    found = cycles(model, most=most, longest=longest)
    named = _named(model, study, graph)
    if found.complete:
        loops = _through(_joined(model, found.paths, inside, named), through)
        return Loops(loops, len(loops), True)
    links = [(one, other) for part in inside for one in part for other in graph[one] if other in set(part)]
    known = scores(links)
    stocks = [one.name for one in model.of(Stock, Held, FixedDelay) if any(one.name in part for part in inside)]
    paths = [path for path in strongest(known, stocks) if longest is None or len(path) <= longest]
    named_paths = [way for one in named.values() for way in one.ways]
    every = dict.fromkeys((*map(same_loop, named_paths), *_shown_ones(model, paths)))
    loops = _through(_joined(model, every, inside, named), through)
    return _strongest_of(loops, known, most)


def study_loops(model: Model, study: Study, *, through: Sequence[str]) -> Loops:
    """The loops that `study` names, and their counterparts."""
    graph = effects(model)
    named = _named(model, study, graph)
    paths = [way for one in named.values() for way in one.ways]
    loops = _through(_joined(model, paths, parts(graph), named), through)
    return Loops(loops, len(loops), True)


def short_loops(model: Model, study: Study | None, *, most: int) -> tuple[Loops, int]:
    """The loops that `study` names and all that are short, and how many variables the longest of those has.

    Loops are taken by their length, as long as all of it are no more than `most`; so all, where there are few.
    """
    graph = effects(model)
    named = _named(model, study, graph)
    longest = len(graph)
    found = cycles(model, most=most)
    while not found.complete and longest > 1:
        longest = longest // 2 if longest > 2 * _LONG else longest - 1
        found = cycles(model, most=most, longest=longest)
    every = dict.fromkeys((*(way for one in named.values() for way in one.ways), *map(same_loop, found.paths)))
    loops = _joined(model, every, parts(graph), named)
    return Loops(loops, len(loops), longest == len(graph)), longest


def _through(loops: Iterable[Considered], through: Sequence[str]) -> tuple[Considered, ...]:
    return tuple(one for one in loops if set(through) <= set(one.shown))


def _strongest_of(loops: Sequence[Considered], known: Mapping[Link, np.ndarray], most: int) -> Loops:
    """The `most` loops with the largest shares on average, named ones among them."""
    if not loops:
        return Loops((), 0, False)
    scores = np.stack([sum(_product(known, way) for way in one.ways) for one in loops])
    shares = np.abs(relative(scores, np.array([one.part for one in loops]))).mean(axis=1)
    order = sorted(range(len(loops)), key=lambda place: (not loops[place].name, -shares[place]))[:most]
    whole = float(shares.sum())
    return Loops(
        tuple(loops[place] for place in sorted(order)),
        len(loops),
        False,
        float(shares[order].sum()) / whole if whole else 1.0,
    )


def _product(known: Mapping[Link, np.ndarray], way: Path) -> np.ndarray:
    return np.asarray(np.prod([known[link] for link in links_of(way)], axis=0))


def _shown_ones(model: Model, paths: Iterable[Path]) -> list[Path]:
    return [path for path in paths if not all(model[name].hidden for name in path)]


def _joined(
    model: Model, paths: Iterable[Path], inside: Sequence[Sequence[str]], named: Mapping[Path, Considered]
) -> tuple[Considered, ...]:
    """`paths` as loops, each once, those through the same variables of the modeller as one."""
    ways: dict[Path, dict[Path, None]] = {}
    for path in paths:
        shown = same_loop(tuple(name for name in path if not model[name].hidden))
        ways.setdefault(shown, {})[same_loop(path)] = None
    part_of = {name: place for place, part in enumerate(inside) for name in part}
    loops = []
    for shown, own in ways.items():
        said = named.get(shown)
        loop = Considered(said.shown if said else shown, tuple(own), part_of[shown[0]])
        loops.append(replace(loop, name=said.name, title=said.title) if said else loop)
    return tuple(loops)


def _named(model: Model, study: Study | None, graph: Graph) -> dict[Path, Considered]:
    """The loops of the study and their counterparts, by their variables; parts are not told yet."""
    found: dict[Path, Considered] = {}
    swap = study.structure.swap if study is not None and study.structure is not None else ()
    for loop in study.loops.values() if study is not None else ():
        _add(found, model, graph, loop.path, loop.name, loop.title)
        if swap:
            other = tuple(exchanged(name, swap) for name in loop.path)
            if all(name in model for name in other):
                own = tuple(model[name].name for name in other)
                _add(found, model, graph, own, loop.name + OTHER_SIDE, f"{loop.title}, sides exchanged")
    return found


def _add(found: dict[Path, Considered], model: Model, graph: Graph, path: Path, name: str, title: str) -> None:
    """Adds a named loop, if there is one along `path`; one that has a name already gets the other as well.

    That the counterpart of a loop is the loop itself is no other name.
    """
    way, key = _with_hidden(model, graph, path), same_loop(path)
    there = found.get(key)
    if there is None:
        if way:
            found[key] = Considered(path, (way,), 0, name, title)
    elif there.name + OTHER_SIDE != name:
        found[key] = replace(there, name=f"{there.name}/{name}", title=f"{there.title} or {title}")


def _with_hidden(model: Model, graph: Graph, path: Path) -> Path:
    """A path through the modeller's variables with what the reader put between them; empty where there is none."""
    whole: list[str] = []
    for cause, effect in links_of(path):
        between = _between(model, graph, cause, effect)
        if between is None:
            return ()
        whole += [cause, *between]
    return tuple(whole)


def _between(model: Model, graph: Graph, cause: str, effect: str) -> list[str] | None:
    """The hidden variables on the shortest way from `cause` to `effect`; None where there is no way."""
    came: dict[str, list[str]] = {cause: []}
    edge = [cause]
    while edge:
        name = edge.pop(0)
        for other in graph.get(name, ()):
            if other == effect:
                return came[name]
            if other not in came and model[other].hidden:
                came[other] = [*came[name], other]
                edge.append(other)
    return None
