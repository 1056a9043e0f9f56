"""A quantity that is known at the nodes of a grid → points between the nodes at which it crosses zero unseen.

An island smaller than a cell shows in no node, but the quantity dips towards zero beside it: from each dip of the grid
it is followed down in steps that become smaller, until it changes its sign or is at its lowest.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from sdmodel.analysis.tipping.boundary import Points, bisected

Margin = Callable[[Points], NDArray[np.float64]]
"""Points [point, coordinate] → how far a quantity is above its limit there; NaN where a run failed."""
_MOST = 8  # dips that are followed, the lowest first
_ROUNDS = 14
_SMALLER = 0.6
_AROUND = np.array([(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1) if (x, y) != (0, 0)], dtype=float)


def crossings(margin: Margin, cells: int, tolerance: float) -> Points:
    """Points [point, 2] of the square, exact to `tolerance`, on the edges of islands between the nodes of a grid."""
    axis = np.linspace(0.0, 1.0, cells + 1)
    grid = np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1)
    known = margin(grid.reshape(-1, 2)).reshape(cells + 1, cells + 1)
    begins = grid[tuple(_dips(known).T)].reshape(-1, 2)
    found = _followed(margin, begins, 0.5 / cells)
    there = np.isfinite(found).all(axis=1)
    begins, found = begins[there], found[there]
    sides = (margin(begins) > 0).astype(np.int8) if len(begins) else np.zeros(0, dtype=np.int8)
    return bisected(lambda points: (margin(points) > 0).astype(np.int8), begins, found, sides, tolerance)


def _dips(known: NDArray[np.float64]) -> NDArray[np.intp]:
    """The nodes [dip, 2] nearer to zero than those around them, all of which are on the same side of it."""
    size = np.where(np.isfinite(known), np.abs(known), np.inf)
    side = np.sign(np.where(np.isfinite(known), known, 0.0))
    alone = ndimage.minimum_filter(side, 3) == ndimage.maximum_filter(side, 3)
    lowest = (size <= ndimage.minimum_filter(size, 3)) & (size < ndimage.maximum_filter(size, 3))
    dips = np.argwhere(alone & lowest & (side != 0))
    order = np.argsort(size[tuple(dips.T)], kind="stable")[:_MOST]
    return np.asarray(dips[order])


def _followed(margin: Margin, begins: Points, step: float) -> Points:
    """For each of `begins` a point where the sign is another; NaN where none was met on the way down."""
    found, steps = np.full(begins.shape, np.nan), np.full(len(begins), step)
    here, open_ = begins.copy(), np.arange(len(begins))
    if not len(begins):
        return found
    height = margin(begins)
    sign = np.sign(height)
    for _ in range(_ROUNDS):
        tried = np.clip(here[open_, None] + _AROUND * steps[open_, None, None], 0.0, 1.0)
        seen = margin(tried.reshape(-1, 2)).reshape(tried.shape[:2]) * sign[open_, None]
        seen = np.where(np.isfinite(seen), seen, np.inf)
        best, rows = seen.argmin(axis=1), np.arange(len(open_))
        lower = seen[rows, best] < np.abs(height[open_])
        moved, kept = open_[lower], open_[~lower]
        here[moved], height[moved] = tried[rows, best][lower], (seen[rows, best] * sign[open_])[lower]
        steps[kept] *= _SMALLER
        crossed = moved[seen[rows, best][lower] < 0]
        found[crossed] = here[crossed]
        open_ = np.setdiff1d(open_, crossed)
        if not len(open_):
            break
    return found
