"""A behaviour that holds at some points of a square and not at others → the lines between, to a given tolerance.

A coarse grid finds the edges on which the behaviour changes; all of them are halved until the change is known to the
tolerance, all edges at once; crossings of the same cell are joined, and where a line bends more than it may, points are
put between on the normal of the chord. Coordinates run from 0 to 1.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Behaviour = NDArray[np.int8]
"""[point]: 1 where it holds, 0 where not, -1 where it is not defined (the run failed)."""
Ask = Callable[[Points], Behaviour]
"""Points [point, coordinate] → the behaviour there; all points of a call can be run together."""
UNDEFINED = -1
_MOST_BENDS = 6  # times that a chord is split for its bend


@dataclass(frozen=True)
class Traced:
    """`lines` [point, 2] each; `grid` [x, y] is the behaviour on the first grid; `asked` counts the points looked at.

    `broken` counts edges that end where the behaviour is not defined.
    """

    lines: tuple[Points, ...]
    grid: Behaviour
    asked: int
    broken: int


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


def traced(ask: Ask, cells: int, tolerance: float, bend: float) -> Traced:
    """The lines in the square on which the behaviour changes, each point exact to `tolerance`.

    `bend` is how far a line may be from the chord between two of its points. An island within one cell is not seen.
    """
    counted = _Counted(ask)
    axis = np.linspace(0.0, 1.0, cells + 1)
    grid = np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1)
    holds = counted(grid.reshape(-1, 2)).reshape(cells + 1, cells + 1)
    begins, ends, numbers = _edges(holds)
    at = [np.array([grid[tuple(end)] for end in part]).reshape(-1, 2) for part in (begins, ends)]
    inside = np.array([holds[tuple(end)] for end in begins], dtype=np.int8)
    points = bisected(counted, at[0], at[1], inside, tolerance)
    chains = _chained(_links(counted, holds, axis, numbers), len(points))
    lines = tuple(_bent(counted, points[chain], tolerance, bend) for chain in chains)
    broken = int(_broken(holds[:-1], holds[1:]).sum() + _broken(holds[:, :-1], holds[:, 1:]).sum())
    return Traced(lines, holds, counted.count, broken)


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


def _edges(holds: Behaviour) -> tuple[list[tuple[int, int]], list[tuple[int, int]], dict[tuple[int, int, int], int]]:
    """Both ends of all crossed edges, and their numbers by (direction, x, y)."""
    begins: list[tuple[int, int]] = []
    ends: list[tuple[int, int]] = []
    numbers: dict[tuple[int, int, int], int] = {}
    for direction, (one, other) in enumerate(((holds[:-1], holds[1:]), (holds[:, :-1], holds[:, 1:]))):
        for x, y in np.argwhere(_crossed(one, other)):
            numbers[direction, int(x), int(y)] = len(begins)
            begins.append((int(x), int(y)))
            ends.append((int(x) + (direction == 0), int(y) + (direction == 1)))
    return begins, ends, numbers


def _links(ask: Ask, holds: Behaviour, axis: Points, numbers: dict[tuple[int, int, int], int]) -> list[tuple[int, int]]:
    """Pairs of crossings that a line joins within a cell; where four meet, the middle of the cell decides."""
    cells = {(x + dx, y + dy) for d, x, y in numbers for dx, dy in ((0, 0), (0, -1) if d == 0 else (-1, 0))}
    pairs, doubtful = [], []
    for x, y in sorted(cells):
        bottom, top, left, right = (numbers.get(edge) for edge in ((0, x, y), (0, x, y + 1), (1, x, y), (1, x + 1, y)))
        there = [edge for edge in (bottom, top, left, right) if edge is not None]
        if len(there) == 2:
            pairs.append((there[0], there[1]))
        elif len(there) == 4:
            doubtful.append((x, y, *there))
    middles = np.array([[(axis[x] + axis[x + 1]) / 2, (axis[y] + axis[y + 1]) / 2] for x, y, *_ in doubtful])
    for (x, y, bottom, top, left, right), middle in zip(doubtful, ask(middles.reshape(-1, 2)), strict=True):
        joined = ((bottom, right), (top, left)) if middle == holds[x, y] else ((bottom, left), (top, right))
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
    """`line` with points between where it is further than `bend` from a chord."""
    open_ = np.ones(max(len(line) - 1, 0), dtype=bool)
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
        far = np.linalg.norm(better - middle, axis=1) > bend
        line = np.insert(line, rows[far] + 1, better[far], axis=0)
        open_[rows] = far
        open_ = np.insert(open_, rows[far] + 1, True)
    return line
