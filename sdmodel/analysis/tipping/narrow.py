"""A first grid with strips and islands about as narrow as a cell → the lines around these, followed with finer cells.

Of a strip that is narrower than a cell the grid shows a few islands, where the strip happens to pass a node; followed
with cells half as wide as the strip, these become one again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sdmodel.analysis.tipping.lattice import (
    Ask,
    Behaviour,
    Edge,
    Lattice,
    Node,
    edges_of,
    ends_of,
    followed,
    thin_parts,
)

MOST_CELLS = 6000  # that are followed
_MOST_PARTS, _LEAST_PARTS = 64, 2  # of the side of a first cell
_HINTED = 16
Points = NDArray[np.float64]


@dataclass(frozen=True)
class Fine:
    """Crossed `edges` of a lattice with `cells` a side, of which `known` are the nodes; `covered` chains lie in them.

    `cut`: they were not followed to their end.
    """

    cells: int = 0
    edges: list[Edge] = field(default_factory=list)
    known: dict[Node, int] = field(default_factory=dict)
    covered: set[int] = field(default_factory=set)
    cut: bool = False


def finer(
    ask: Ask,
    holds: Behaviour,
    edges: Sequence[Edge],
    points: Points,
    chains: Sequence[Sequence[int]],
    hints: Points | None,
) -> Fine:
    """The lines around the narrow parts of a grid `holds` [x, y], and those through `hints` that it has missed.

    `edges` are all crossed ones of the grid, `points` where each is crossed, and `chains` the lines of them.
    """
    cells, places = len(holds) - 1, {edge: at for at, edge in enumerate(edges)}
    thin = thin_parts(holds)
    missed = _missed(hints, cells, places)
    if not thin and not len(missed):
        return Fine()
    parts = max([_HINTED * (len(missed) > 0), *(_parts(part, cells, places, points) for part in thin)])
    lattice = Lattice(cells * parts, ask)
    lattice.known.update({(int(x) * parts, int(y) * parts): int(one) for (x, y), one in np.ndenumerate(holds)})
    around = [at for at, edge in enumerate(edges) if any(part[node] for part in thin for node in ends_of(edge))]
    seeds = _within(lattice, parts, [edges[at] for at in around]) | _beside(lattice, missed)
    covered: set[int] = set()
    while True:
        found, whole = followed(lattice, seeds, MOST_CELLS)
        more = {
            number
            for number, chain in enumerate(chains)
            if number not in covered and any(found.intersection(_split(edges[at], parts)) for at in chain)
        }
        if not more:
            return Fine(lattice.cells, sorted(found), lattice.known, covered, not whole)
        covered |= more
        seeds = found | _within(lattice, parts, [edges[at] for number in more for at in chains[number]])


def _parts(part: NDArray[np.bool_], cells: int, places: dict[Edge, int], points: Points) -> int:
    """Into how many a side of a cell is to be divided for a thin `part`: two of them fit into its least width."""
    least = 1.0
    for direction in (0, 1):
        for x, y in np.argwhere(part):
            before = (direction, x - (direction == 0), y - (direction == 1))
            if before not in places:
                continue
            ahead = (direction, int(x), int(y))
            while ahead not in places and max(ends_of(ahead)[1]) <= cells and part[ends_of(ahead)[1]]:
                ahead = (direction, *ends_of(ahead)[1])
            if ahead in places:
                least = min(least, float(points[places[ahead], direction] - points[places[before], direction]))
    wanted = 2 / (cells * max(least, 1e-9))
    return int(np.clip(2 ** np.ceil(np.log2(max(wanted, 1.0))), _LEAST_PARTS, _MOST_PARTS))


def _split(edge: Edge, parts: int) -> list[Edge]:
    """The edges of the finer lattice of which an edge is made."""
    direction, x, y = edge
    return [(direction, x * parts + at * (direction == 0), y * parts + at * (direction == 1)) for at in range(parts)]


def _within(lattice: Lattice, parts: int, edges: Sequence[Edge]) -> set[Edge]:
    """The crossed ones of the finer edges within `edges`."""
    split = [one for edge in edges for one in _split(edge, parts)]
    lattice.look(node for edge in split for node in ends_of(edge))
    return {edge for edge in split if lattice.crossed(edge)}


def _missed(hints: Points | None, cells: int, places: dict[Edge, int]) -> Points:
    """The hints that lie in a cell through which no line goes."""
    if hints is None or not len(hints):
        return np.zeros((0, 2))
    inside = np.clip((hints * cells).astype(int), 0, cells - 1)
    lone = [not any(edge in places for edge in edges_of((int(x), int(y)))) for x, y in inside]
    return np.asarray(hints[np.array(lone, dtype=bool)])


def _beside(lattice: Lattice, hints: Points) -> set[Edge]:
    """Crossed edges of the cells around each of `hints`."""
    near = {
        (int(x) + dx, int(y) + dy) for x, y in np.floor(hints * lattice.cells) for dx in (-1, 0, 1) for dy in (-1, 0, 1)
    }
    edges = [edge for cell in sorted(near) if lattice.within(cell) for edge in edges_of(cell)]
    lattice.look(node for edge in edges for node in ends_of(edge))
    return {edge for edge in edges if lattice.crossed(edge)}
