"""What holds at some intensities from 0 to 1 → where it begins and where it ceases to hold, for many cases at once.

A coarse grid is looked at first, because a bisection alone would not notice that something holds, fails and holds
again: it would end at any of the crossings. Every crossing on the grid is then halved until it is known. What happens
between two points of the grid remains unseen, but for the peaks that `between` looks for.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Seen:
    """Whether it `holds` [point] in a `case` [point] at `x` [point]: points beside those of a grid."""

    case: Ints
    x: Floats
    holds: Bools


@dataclass(frozen=True)
class Crossings:
    """In which cases it holds at 0 (`begun` [case]), and all changes after that.

    Change i is one of `case[i]`: it holds at `inside[i]` and not at `outside[i]`, one of them just after the other.
    """

    begun: Bools
    case: Ints
    inside: Floats
    outside: Floats

    @property
    def begins(self) -> Bools:
        """Which of the changes are from not holding to holding."""
        return np.asarray(self.outside < self.inside)

    @property
    def least(self) -> Floats:
        """The least intensity [case] at which it holds; NaN where there is none."""
        least = np.where(self.begun, 0.0, np.nan)
        np.fmin.at(least, self.case[self.begins], self.inside[self.begins])
        return least

    @property
    def stretches(self) -> Ints:
        """On how many stretches of intensity it holds [case]."""
        return self.begun + self._counted(self.begins)

    @property
    def ceases(self) -> Bools:
        """Where more is not always better [case]: it holds, and then it does not."""
        return self._counted(~self.begins) > 0

    def _counted(self, which: Bools) -> Ints:
        return np.bincount(self.case[which], minlength=len(self.begun)).astype(np.int64)

    def of(self, first: int, count: int) -> "Crossings":
        """Those of `count` cases from `first` on, which are then numbered from 0."""
        part = (self.case >= first) & (self.case < first + count)
        return Crossings(
            self.begun[first : first + count], self.case[part] - first, self.inside[part], self.outside[part]
        )


def crossings(grid: Floats, holds: Bools, beside: Seen | None = None) -> Crossings:
    """All changes between neighbours; `holds` [case, point of the rising `grid`], and what was seen `beside` it."""
    case, left = (one.astype(np.int64) for one in np.nonzero(holds[:, 1:] != holds[:, :-1]))
    before, after, begins = grid[left], grid[left + 1], holds[case, left + 1]
    if beside is not None and len(beside.case):
        apart = ~np.isin(case, beside.case)
        pairs = zip((case, before, after, begins), _with(grid, holds, beside), strict=True)
        case, before, after, begins = (np.concatenate([one[apart], more]) for one, more in pairs)
    inside, outside = np.where(begins, after, before), np.where(begins, before, after)
    return Crossings(holds[:, 0].copy(), case, inside, outside)


def _with(grid: Floats, holds: Bools, beside: Seen) -> tuple[Ints, Floats, Floats, Bools]:
    """The changes of the cases seen `beside` the grid: case, intensities before and after, whether it begins."""
    own = np.unique(beside.case)
    case = np.concatenate([np.repeat(own, len(grid)), beside.case])
    x = np.concatenate([np.tile(grid, len(own)), beside.x])
    every = np.concatenate([holds[own].ravel(), beside.holds])
    order = np.lexsort((x, case))
    case, x, every = case[order], x[order], every[order]
    at = np.flatnonzero((case[1:] == case[:-1]) & (every[1:] != every[:-1]))
    return case[at].astype(np.int64), x[at], x[at + 1], every[at + 1]


def bisected(found: Crossings, holds: Callable[[Floats, Ints], Bools], rounds: int) -> Crossings:
    """The same changes, known to the gap that there was / 2^rounds.

    `holds` is asked once a round, for all changes: intensities, and which cases they are of.
    """
    inside, outside = found.inside.copy(), found.outside.copy()
    for _ in range(rounds if len(found.case) else 0):
        middle = (inside + outside) / 2
        yes = holds(middle, found.case)
        inside[yes], outside[~yes] = middle[yes], middle[~yes]
    return replace(found, inside=inside, outside=outside)
