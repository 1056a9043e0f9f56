"""Profiles and slopes of a fit → which constants the data determine, within which bounds, and which only together.

A profile is the smallest sum of squares that is left when one constant is held at a value and all others are fitted
again; where it stays below the threshold, the data do not object: Raue et al. (2009), Bioinformatics 25(15), with the
likelihood-ratio interval of Venzon and Moolgavkar (1988), Applied Statistics 37(1).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtri

Floats = NDArray[np.float64]

IDENTIFIED, ONE_SIDE, OPEN = "identified", "one side only", "not identified"
SHARE = 0.95
_TOGETHER = 0.3  # a direction in which the smaller component is at least this large joins two constants
_LOOSE = 1.0  # a standard deviation this large in logarithms (a factor of e) is no knowledge


@dataclass(frozen=True)
class Interval:
    """`low` and `high` of a constant and its `status`; an end that the profile never reached is that of its range."""

    low: float
    high: float
    status: str


@dataclass(frozen=True)
class Pair:
    """Two constants that the data determine together but not apart.

    They say something about first^a × second^b alone; `combination` is "ratio", "product" or "combination".
    """

    first: str
    second: str
    combination: str
    a: float
    b: float


def threshold(left: float, freedom: int) -> float:
    """How much the sum of squares may rise within the 95 % interval: chi-square with one degree of freedom.

    Where the fit leaves more than the stated errors explain, `left` over `freedom` above 1, it rises in proportion:
    Birge (1932), Phys. Rev. 40(2).
    """
    return float(chdtri(1, 1 - SHARE)) * (max(1.0, left / freedom) if freedom > 0 else 1.0)


def interval(values: Floats, rises: Floats, least: float, most: float, limit: float) -> Interval:
    """The interval from a profile: `values` in rising order and by how much the sum of squares is above its minimum.

    Ends are interpolated in the root of the rise, which is a straight line where the model is linear.
    """
    best = int(np.argmin(rises))
    low = _crossing(values[best::-1], rises[best::-1], limit)
    high = _crossing(values[best:], rises[best:], limit)
    found = sum(end is not None for end in (low, high))
    status = (OPEN, ONE_SIDE, IDENTIFIED)[found]
    return Interval(least if low is None else low, most if high is None else high, status)


def pairs(names: Sequence[str], slopes: Floats) -> list[Pair]:
    """Pairs that the data join: from `slopes` [residual, constant] on the logarithms of constants.

    For each pair alone, all else held: the direction in which residuals hardly move (the null direction of JᵀJ) has
    both constants in it, and the direction across it is well known.
    """
    found = []
    for one, other in combinations(range(len(names)), 2):
        _, sizes, directions = np.linalg.svd(slopes[:, [one, other]], full_matrices=False)
        if len(sizes) < 2:  # a single residual
            sizes, directions = np.append(sizes, 0.0), _square(directions)
        loose = directions[1]
        if sizes[0] > 1.0 / _LOOSE and sizes[1] < 1.0 / _LOOSE and np.abs(loose).min() >= _TOGETHER:
            found.append(_pair(names[one], names[other], directions[0]))
    return found


def _pair(first: str, second: str, known: Floats) -> Pair:
    a, b = (float(value) for value in known / known[int(np.argmax(np.abs(known)))])
    alike = min(abs(a), abs(b)) > 0.8
    return Pair(first, second, ("ratio" if a * b < 0 else "product") if alike else "combination", a, b)


def _square(directions: Floats) -> Floats:
    known = directions[0]
    return np.array([known, [-known[1], known[0]]])


def _crossing(values: Floats, rises: Floats, limit: float) -> float | None:
    """Where, walking along, the rise first passes `limit`; None when it never does."""
    above = np.flatnonzero(rises > limit)
    if not len(above) or above[0] == 0:
        return None
    at = int(above[0])
    before, after = math.sqrt(max(0.0, rises[at - 1])), math.sqrt(rises[at])
    share = (math.sqrt(limit) - before) / (after - before) if after > before else 1.0
    return float(values[at - 1] + share * (values[at] - values[at - 1]))
