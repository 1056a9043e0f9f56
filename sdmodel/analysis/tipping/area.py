"""Lines around the part of a square in which a behaviour holds → the area of that part, by Green's theorem.

The area is the sum of x dy along its whole edge, walked with the part on the left. Of the sides of the square only the
right one has a share in that: x is 0 on the left one, and dy on the others.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sdmodel.analysis.tipping.lattice import Edge, Node, cells_of, ends_of

LEFT, RIGHT, UNKNOWN = 1, -1, 0


def held_on_the_left(chain: Sequence[Edge], known: Mapping[Node, int]) -> int:
    """Whether it holds on the left of a chain of crossed edges (LEFT) or on the right; UNKNOWN of less than two."""
    if len(chain) < 2:
        return UNKNOWN
    shared = set(cells_of(chain[0])) & set(cells_of(chain[1]))
    if not shared:
        return UNKNOWN
    begin, end = (np.array(node, dtype=float) for node in ends_of(chain[0]))
    middle = (begin + end) / 2
    ahead = np.array(min(shared), dtype=float) + 0.5 - middle
    aside = begin - middle
    begins_left = ahead[0] * aside[1] - ahead[1] * aside[0] > 0
    return LEFT if begins_left == (known[ends_of(chain[0])[0]] == 1) else RIGHT


def held_area(lines: Sequence[NDArray[np.float64]], sides: Sequence[int], low: int, high: int) -> float | None:
    """The part of the square in which it holds; `low` and `high` tell whether it does at the ends of the right side.

    None where the lines do not enclose it: one has no known side, or the right side does not come out as `high`.
    """
    if UNKNOWN in sides:
        return None
    area = sum(side * _swept(line) for line, side in zip(lines, sides, strict=True))
    ends = sorted(float(end[1]) for line in lines if _is_open(line) for end in (line[0], line[-1]) if end[0] == 1.0)
    walls, state = [0.0, *ends, 1.0], low
    for begin, end in pairwise(walls):
        area += state * (end - begin)
        state = 1 - state
    if 1 - state != high:
        return None
    return float(min(max(area, 0.0), 1.0))


def _swept(line: NDArray[np.float64]) -> float:
    """The integral of x dy along `line`."""
    return float(((line[1:, 0] + line[:-1, 0]) / 2 * np.diff(line[:, 1])).sum())


def _is_open(line: NDArray[np.float64]) -> bool:
    return not np.array_equal(line[0], line[-1])
