"""Scores of feedback loops over time → relative scores, the loops that dominate, and the periods in which they lead.

Relative score: the score of a loop over the sum of the sizes of the scores of all loops of its part of the model
(Schoenberg, Davidsen and Eberlein 2020, equation 4); positive for reinforcing, negative for balancing. Dominant is the
smallest set of loops that has more than half of that sum.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import count, pairwise

import numpy as np

HALF = 0.5
_ROUNDING = 1e-12
NOBODY = -1


@dataclass(frozen=True)
class Period:
    """From `begin` to `end` the loop at place `loop` has the largest share: `mean` of it on average, `most` at most."""

    begin: float
    end: float
    loop: int
    mean: float
    most: float


def relative(scores: np.ndarray, parts: np.ndarray) -> np.ndarray:
    """Relative scores [loop, ...] of `scores` [loop, ...], where `parts` [loop] tells which loops belong together.

    In each part sizes add up to 1 at every moment; all are 0 where no loop of the part acts.
    """
    found = np.zeros_like(scores, dtype=float)
    for part in np.unique(parts):
        own = scores[parts == part]
        total = np.abs(own).sum(axis=0)
        found[parts == part] = np.divide(own, total, out=np.zeros_like(own, dtype=float), where=total > 0)
    return found


def leading(shares: np.ndarray) -> np.ndarray:
    """Which loop [...] of one part has the largest share of `shares` [loop, ...]; NOBODY where none acts."""
    sizes = np.abs(shares)
    return np.where(sizes.max(axis=0) > 0, sizes.argmax(axis=0), NOBODY)


def dominant(shares: np.ndarray) -> np.ndarray:
    """Whether each loop [loop, ...] of one part is in the smallest set that has more than half of all sizes."""
    sizes = np.abs(shares)
    order = np.argsort(-sizes, axis=0, kind="stable")
    ranked = np.take_along_axis(sizes, order, axis=0)
    before = np.cumsum(ranked, axis=0) - ranked
    inside = (before <= HALF + _ROUNDING) & (ranked > 0)
    found = np.zeros(shares.shape, dtype=bool)
    np.put_along_axis(found, order, inside, axis=0)
    return found


def periods(shares: np.ndarray, times: np.ndarray) -> list[Period]:
    """The periods of `shares` [loop, time] in each of which one loop of the part leads; gaps where none acts."""
    leads = leading(shares)
    edges = [0, *(np.flatnonzero(np.diff(leads)) + 1).tolist(), len(leads)]
    found = []
    for first, last in pairwise(edges):
        loop = int(leads[first])
        if loop != NOBODY:
            own = np.abs(shares[loop, first:last])
            found.append(Period(float(times[first]), float(times[last - 1]), loop, float(own.mean()), float(own.max())))
    return found


def kinds(shares: np.ndarray) -> list[str]:
    """What each loop [loop, ...] is by the signs that it has: reinforcing, balancing, changing, or at rest."""
    flat = shares.reshape(len(shares), -1)
    up, down = (np.abs(np.where(side, flat, 0.0)).sum(axis=1) for side in (flat > 0, flat < 0))
    told = []
    for plus, minus in zip(up, down, strict=True):
        total = plus + minus
        if not total:
            told.append("at rest")
        else:
            told.append("reinforcing" if plus > 0.99 * total else "balancing" if minus > 0.99 * total else "changing")
    return told


@dataclass(frozen=True)
class Turn:
    """A loop had its old sign at time `last` and has the other one from `since` on: `to` is what it is then."""

    last: float
    since: float
    to: str


def turns(share: np.ndarray, times: np.ndarray) -> list[Turn]:
    """When a loop with relative scores `share` [time] changes between reinforcing and balancing; rests do not count."""
    acts = np.flatnonzero(share)
    return [
        Turn(float(times[before]), float(times[after]), "reinforcing" if share[after] > 0 else "balancing")
        for before, after in pairwise(acts)
        if (share[before] > 0) != (share[after] > 0)
    ]


def rank_correlation(inputs: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Spearman's correlation [loop, input] of `inputs` [future, input] with `shares` [future, loop]; 0 of constants."""
    from scipy.stats import rankdata  # a quarter of a second that a single run need not pay

    left, right = (_standard(rankdata(values, axis=0)) for values in (inputs, shares))
    return np.asarray(right.T @ left) / max(1, len(inputs))


def _standard(ranks: np.ndarray) -> np.ndarray:
    centred = ranks - ranks.mean(axis=0)
    spread = centred.std(axis=0)
    return np.asarray(np.divide(centred, spread, out=np.zeros_like(centred), where=spread > 0))


def names_of(kinds_: Sequence[str], given: Sequence[str], others: Collection[str] = ()) -> list[str]:
    """A name for each loop: the one `given`, or where that is empty R1, B1, C1 … by its kind, none of them twice.

    The names of `others` are not used.
    """
    letters = {"reinforcing": "R", "balancing": "B", "changing": "C", "at rest": "L"}
    taken = {*given, *others}
    named = []
    for kind, name in zip(kinds_, given, strict=True):
        own = name or next(one for one in (f"{letters[kind]}{number}" for number in count(1)) if one not in taken)
        taken.add(own)
        named.append(own)
    return named
