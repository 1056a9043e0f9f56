"""What holds at some intensities from 0 to 1 → the least one at which it holds, for many cases at once.

A coarse grid is looked at first, because a bisection alone would not notice that something holds, fails and holds
again: it would end at any of the crossings. The first crossing on the grid is then halved until it is known. What
happens between two points of the grid remains unseen.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Brackets:
    """For each case: it does not hold at `low`, it holds at `high`; both NaN where it holds nowhere on the grid.

    `low` is NaN where it holds from the start. `steady` tells that it holds on all of the grid from `high` on.
    """

    low: Floats
    high: Floats
    steady: Bools


def brackets(grid: Floats, holds: Bools) -> Brackets:
    """Brackets of the first crossing; `holds` [case, point of the rising `grid`]."""
    somewhere = holds.any(axis=1)
    first = holds.argmax(axis=1)
    high = np.where(somewhere, grid[first], np.nan)
    low = np.where(somewhere & (first > 0), grid[first - 1], np.nan)
    from_there = np.arange(len(grid)) >= first[:, None]
    return Brackets(low, high, ~somewhere | (holds | ~from_there).all(axis=1))


def bisected(found: Brackets, holds: Callable[[Floats, Ints], Bools], rounds: int) -> Floats:
    """The least intensity [case] at which it holds, too high by less than the bracket / 2^rounds; NaN where nowhere.

    `holds` is asked once a round, for all cases that are not known yet: their intensities, and which cases they are.
    """
    low, high = found.low.copy(), found.high.copy()
    open_cases = np.flatnonzero(np.isfinite(low)).astype(np.int64)
    for _ in range(rounds if len(open_cases) else 0):
        middle = (low[open_cases] + high[open_cases]) / 2
        yes = holds(middle, open_cases)
        high[open_cases[yes]] = middle[yes]
        low[open_cases[~yes]] = middle[~yes]
    return high


def in_share(least: Floats, share: float) -> float:
    """The least intensity that is enough in `share` of the cases; NaN where too many of them are out of reach."""
    needed = int(np.ceil(share * len(least) - 1e-9))
    reached = np.sort(least[np.isfinite(least)])
    if needed <= 0:
        return 0.0
    return float(reached[needed - 1]) if len(reached) >= needed else float("nan")


def quantiles(least: Floats, shares: tuple[float, ...]) -> tuple[float, ...]:
    """Quantiles in which what is out of reach counts as more than any intensity: NaN where they fall on that."""
    return tuple(in_share(least, share) for share in shares)
