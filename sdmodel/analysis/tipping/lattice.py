"""A behaviour at the nodes of a lattice → the edges on which it changes, and how these join to lines.

A line is followed from cell to cell; nodes are asked about where it leads, so that a fine lattice costs as much as its
lines are long. Cells and nodes are numbered (x, y), edges (direction, x, y) by the node in which they begin.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Node = tuple[int, int]
Edge = tuple[int, int, int]
Behaviour = NDArray[np.int8]
Ask = Callable[[NDArray[np.float64]], Behaviour]
UNDEFINED = -1


@dataclass
class Lattice:
    """`cells` a side; `ask` tells the behaviour at nodes [node, coordinate], which `known` remembers."""

    cells: int
    ask: Ask
    known: dict[Node, int] = field(default_factory=dict)

    def look(self, nodes: Iterable[Node]) -> None:
        """Asks about those of `nodes` that are not known, all at once."""
        new = [node for node in dict.fromkeys(nodes) if node not in self.known]
        if new:
            found = self.ask(np.array(new, dtype=float) / self.cells)
            self.known.update(zip(new, map(int, found), strict=True))

    def crossed(self, edge: Edge) -> bool:
        """Whether the behaviour changes along an edge with known ends."""
        return differ(*(self.known[node] for node in ends_of(edge)))

    def within(self, cell: Node) -> bool:
        return 0 <= cell[0] < self.cells and 0 <= cell[1] < self.cells


def differ(one: int, other: int) -> bool:
    """Whether the behaviour changes between two values of it; where it is not defined there is no change."""
    return one != other and UNDEFINED not in (one, other)


def ends_of(edge: Edge) -> tuple[Node, Node]:
    """The nodes in which an edge begins and ends."""
    direction, x, y = edge
    return (x, y), (x + (direction == 0), y + (direction == 1))


def cells_of(edge: Edge) -> tuple[Node, Node]:
    """The cells on both sides of an edge; one of them may be outside."""
    direction, x, y = edge
    return (x, y), ((x, y - 1) if direction == 0 else (x - 1, y))


def edges_of(cell: Node) -> tuple[Edge, Edge, Edge, Edge]:
    """Bottom, top, left and right edge of a cell."""
    x, y = cell
    return (0, x, y), (0, x, y + 1), (1, x, y), (1, x + 1, y)


def corners_of(cell: Node) -> tuple[Node, Node, Node, Node]:
    """The four nodes of a cell."""
    x, y = cell
    return (x, y), (x + 1, y), (x, y + 1), (x + 1, y + 1)


def crossed_edges(holds: Behaviour) -> list[Edge]:
    """All edges of a grid [x, y] on which the behaviour changes."""
    found: list[Edge] = []
    for direction, (one, other) in enumerate(((holds[:-1], holds[1:]), (holds[:, :-1], holds[:, 1:]))):
        there = (one != other) & (one != UNDEFINED) & (other != UNDEFINED)
        found += [(direction, int(x), int(y)) for x, y in np.argwhere(there)]
    return found


def followed(lattice: Lattice, seeds: Iterable[Edge], most: int) -> tuple[set[Edge], bool]:
    """All crossed edges of the lines through the crossed edges `seeds`, and whether `most` cells did for them."""
    found = set(seeds)
    ahead = {cell for edge in found for cell in cells_of(edge) if lattice.within(cell)}
    seen = set(ahead)
    while ahead and len(seen) <= most:
        lattice.look(node for cell in sorted(ahead) for node in corners_of(cell))
        crossed = {edge for cell in ahead for edge in edges_of(cell) if lattice.crossed(edge)}
        found |= crossed
        ahead = {cell for edge in crossed for cell in cells_of(edge) if lattice.within(cell)} - seen
        seen |= ahead
    return found, not ahead


def thin_parts(holds: Behaviour) -> list[NDArray[np.bool_]]:
    """The parts of a grid [x, y] in which the behaviour is the same and that are nowhere wide: strips and islands.

    Wide is a node whose neighbours on all four sides are of the same part.
    """
    found = []
    for state in (0, 1):
        labels, count = ndimage.label(holds == state)
        inner = ndimage.binary_erosion(holds == state)
        wide = set(np.unique(labels[inner]).tolist())
        found += [labels == number for number in range(1, count + 1) if number not in wide]
    return found
