"""A behaviour that holds at some points of a square and not at others → the lines between, to a given tolerance.

A coarse grid finds the edges on which the behaviour changes; where a strip or an island is about as narrow as a cell,
the lines around it are followed with finer cells. All edges are halved until the change is known to the tolerance, all
at once; crossings of the same cell are joined, and where a line bends more than it may, points are put between on the
normal of the chord. Coordinates run from 0 to 1.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sdmodel.analysis.tipping.area import held_area, held_on_the_left
from sdmodel.analysis.tipping.lattice import UNDEFINED, Edge, Node, cells_of, crossed_edges, edges_of, ends_of
from sdmodel.analysis.tipping.narrow import finer

Points = NDArray[np.float64]
Behaviour = NDArray[np.int8]
"""[point]: 1 where it holds, 0 where not, -1 where it is not defined (the run failed)."""
Ask = Callable[[Points], Behaviour]
"""Points [point, coordinate] → the behaviour there; all points of a call can be run together."""
_STRAIGHT = 4  # times the bend: a chord that is shorter is taken as it is
__all__ = ["UNDEFINED", "Ask", "Behaviour", "Points", "Traced", "bisected", "changes", "traced"]
_MOST_BENDS = 6  # times that a chord is split for its bend


@dataclass(frozen=True)
class Traced:
    """`lines` [point, 2] each; `grid` [x, y] is the behaviour on the first grid; `asked` counts the points looked at.

    `broken` counts edges that end where the behaviour is not defined. `area` is the part of the square in which it
    holds, as the lines have it; None where they leave it open. `finest` is the number of cells a side with which narrow
    parts were followed (0: there were none), and `cut` tells that they were not followed to their end.
    """

    lines: tuple[Points, ...]
    grid: Behaviour
    asked: int
    broken: int
    area: float | None = None
    finest: int = 0
    cut: bool = False


@dataclass
class _Counted:
    ask: Ask
    count: int = field(default=0)

    def __call__(self, points: Points) -> Behaviour:
        if not len(points):
            return np.zeros(0, dtype=np.int8)
        self.count += len(points)
        return self.ask(np.clip(points, 0.0, 1.0))


def changes(ask: Ask, cells: int, tolerance: float) -> Traced:
    """The points of the line from 0 to 1 at which the behaviour changes; `lines` hold one point [1, 1] each."""
    counted = _Counted(ask)
    grid = np.linspace(0.0, 1.0, cells + 1)[:, None]
    holds = counted(grid)
    there = np.flatnonzero(_crossed(holds[:-1], holds[1:]))
    found = bisected(counted, grid[there], grid[there + 1], holds[there], tolerance)
    broken = int(_broken(holds[:-1], holds[1:]).sum())
    return Traced(tuple(point[None] for point in found), holds, counted.count, broken)


def traced(ask: Ask, cells: int, tolerance: float, bend: float, hints: Points | None = None) -> Traced:
    """The lines in the square on which the behaviour changes, each point exact to `tolerance`.

    `bend` is how far a line may be from the chord between two of its points. An island within one cell is not seen,
    unless a point of `hints` [point, 2], at which the behaviour changes, lies on its edge.
    """
    counted = _Counted(ask)
    axis = np.linspace(0.0, 1.0, cells + 1)
    grid = np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1)
    holds = counted(grid.reshape(-1, 2)).reshape(cells + 1, cells + 1)
    known = {(int(x), int(y)): int(one) for (x, y), one in np.ndenumerate(holds)}
    coarse = _Joined.of(counted, known, cells, crossed_edges(holds), tolerance)
    fine = finer(counted, holds, coarse.edges, coarse.points, coarse.chains, hints)
    parts = [coarse.without(fine.covered)]
    if fine.edges:
        parts.append(_Joined.of(counted, fine.known, fine.cells, fine.edges, tolerance))
    lines = tuple(_bent(counted, line, tolerance, bend) for part in parts for line in part.lines)
    sides = [side for part in parts for side in part.sides]
    broken = int(_broken(holds[:-1], holds[1:]).sum() + _broken(holds[:, :-1], holds[:, 1:]).sum())
    open_ = broken > 0 or fine.cut or (holds == UNDEFINED).all()
    area = None if open_ else held_area(lines, sides, int(holds[-1, 0]), int(holds[-1, -1]))
    return Traced(lines, holds, counted.count, broken, area, fine.cells if fine.edges else 0, fine.cut)


@dataclass(frozen=True)
class _Joined:
    """Crossed `edges` with their `points`, the `chains` of them, and on which side of each chain it holds."""

    edges: Sequence[Edge]
    points: Points
    chains: list[list[int]]
    sides: list[int]

    @property
    def lines(self) -> list[Points]:
        return [self.points[chain] for chain in self.chains]

    @classmethod
    def of(cls, ask: Ask, known: Mapping[Node, int], cells: int, edges: Sequence[Edge], tolerance: float) -> "_Joined":
        """The chains of `edges` of a lattice with `cells` a side, of which `known` are the nodes."""
        ends = np.array([ends_of(edge) for edge in edges], dtype=float).reshape(-1, 2, 2) / cells
        inside = np.array([known[ends_of(edge)[0]] for edge in edges], dtype=np.int8)
        points = bisected(ask, ends[:, 0], ends[:, 1], inside, tolerance)
        chains = _chained(_links(ask, known, cells, {edge: at for at, edge in enumerate(edges)}), len(points))
        return cls(edges, points, chains, [held_on_the_left([edges[at] for at in chain], known) for chain in chains])

    def without(self, covered: set[int]) -> "_Joined":
        """The chains but those in `covered`."""
        kept = [at for at in range(len(self.chains)) if at not in covered]
        return _Joined(self.edges, self.points, [self.chains[at] for at in kept], [self.sides[at] for at in kept])


def bisected(ask: Ask, begins: Points, ends: Points, holds: Behaviour, tolerance: float) -> Points:
    """Where between `begins` and `ends` [edge, coordinate] the behaviour stops being `holds` [edge], that of `begins`.

    Where it is not defined counts as a change.
    """
    low, high = np.array(begins, dtype=float), np.array(ends, dtype=float)
    while len(low) and np.abs(high - low).max() > tolerance:
        middle = (low + high) / 2
        if ((middle == low) | (middle == high)).all():
            break
        same = ask(middle) == holds
        low[same], high[~same] = middle[same], middle[~same]
    return np.asarray((low + high) / 2)


def _crossed(one: Behaviour, other: Behaviour) -> NDArray[np.bool_]:
    return np.asarray((one != other) & (one != UNDEFINED) & (other != UNDEFINED))


def _broken(one: Behaviour, other: Behaviour) -> NDArray[np.bool_]:
    return np.asarray((one == UNDEFINED) != (other == UNDEFINED))


def _links(ask: Ask, known: Mapping[Node, int], cells: int, numbers: Mapping[Edge, int]) -> list[tuple[int, int]]:
    """Pairs of crossings that a line joins within a cell; where four meet, the middle of the cell decides."""
    pairs, doubtful = [], []
    for cell in sorted({cell for edge in numbers for cell in cells_of(edge)}):
        own = [numbers.get(edge) for edge in edges_of(cell)]
        there = [edge for edge in own if edge is not None]
        if len(there) == 2:
            pairs.append((there[0], there[1]))
        elif len(there) == 4:
            doubtful.append((cell, there))
    middles = (np.array([cell for cell, _ in doubtful], dtype=float).reshape(-1, 2) + 0.5) / cells
    for (cell, (bottom, top, left, right)), middle in zip(doubtful, ask(middles), strict=True):
        joined = ((bottom, right), (top, left)) if middle == known[cell] else ((bottom, left), (top, right))
        pairs.extend(joined)
    return pairs


def _chained(pairs: list[tuple[int, int]], count: int) -> list[list[int]]:
    """Lines of crossings; a closed one ends where it begins."""
    near: dict[int, list[int]] = {point: [] for point in range(count)}
    for one, other in pairs:
        near[one].append(other)
        near[other].append(one)
    left = set(range(count))
    chains = []
    for begin in sorted(range(count), key=lambda point: len(near[point]) > 1):
        if begin not in left:
            continue
        chain, here = [begin], begin
        left.discard(begin)
        while ahead := [point for point in near[here] if point in left]:
            here = ahead[0]
            left.discard(here)
            chain.append(here)
        if len(chain) > 2 and begin in near[here]:
            chain.append(begin)
        chains.append(chain)
    return chains


def _bent(ask: Ask, line: Points, tolerance: float, bend: float) -> Points:
    """`line` with points between where it is off a chord, and more of them where it is further off than `bend`."""
    open_ = np.linalg.norm(np.diff(line, axis=0), axis=1) > _STRAIGHT * bend
    for _ in range(_MOST_BENDS):
        rows = np.flatnonzero(open_)
        if not len(rows):
            break
        middle = (line[rows] + line[rows + 1]) / 2
        chord = line[rows + 1] - line[rows]
        normal = np.stack([-chord[:, 1], chord[:, 0]], axis=1) / 2
        one, other = middle + normal, middle - normal
        sides = ask(np.vstack([one, other])).reshape(2, -1)
        sound = _crossed(sides[0], sides[1]) & (np.abs(normal).max(axis=1) > tolerance)
        sound &= ((one >= 0) & (one <= 1) & (other >= 0) & (other <= 1)).all(axis=1)
        better = middle.copy()
        better[sound] = bisected(ask, one[sound], other[sound], sides[0][sound], tolerance)
        off = np.linalg.norm(better - middle, axis=1)
        between = off > tolerance
        open_[rows] = off > bend
        line = np.insert(line, rows[between] + 1, better[between], axis=0)
        open_ = np.insert(open_, rows[between] + 1, off[between] > bend)
    return line
