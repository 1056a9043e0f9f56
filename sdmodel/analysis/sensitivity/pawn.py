"""A table of inputs and one of outcomes → how far knowing each input changes the distribution of each outcome (PAWN).

The futures are cut into slices of equal numbers by an input; in each, the distribution of the outcome is held against
that in all futures by the Kolmogorov-Smirnov distance, the largest gap between the two cumulative distributions. The
index is the median of the distances over slices, from 0 (knowing the input changes nothing) to 1; it needs no variance,
so it suits outcomes with long tails (Pianosi & Wagener 2018, Environ. Model. Softw. 108, 197, equations 1 and 3).

Distances of finite slices are never 0. What an input without any influence has is found by dummies, columns of random
numbers (Khorashadi Zadeh et al. 2017, Environ. Model. Softw. 91, 210, section 2.4): an index below
`dummy` tells nothing.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from sdmodel.analysis.sensitivity.given_data import FEWEST, INTERVAL

SLICES = 10
_DUMMIES = 40
_LIKELY = 0.95


@dataclass(frozen=True)
class Pawn:
    """`median` [bound, outcome, input]: estimate, low, high of a 95 % interval; `largest` [outcome, input] distance.

    `dummy` [outcome]: the index that 95 % of inputs without influence do not reach.
    """

    median: np.ndarray
    largest: np.ndarray
    dummy: np.ndarray


def pawn(inputs: np.ndarray, outcomes: np.ndarray, *, resamples: int, seed: int, slices: int = SLICES) -> Pawn:
    """Indices for `inputs` (future, input) and finite `outcomes` (future, outcome); NaN under FEWEST futures.

    Intervals by bootstrap over futures, with the slices of the whole sample. Resampling widens distances as it leaves
    futures out, so the interval is moved by what it adds on average.
    """
    futures, count = outcomes.shape
    found = Pawn(
        np.full((3, count, inputs.shape[1]), np.nan), np.full((count, inputs.shape[1]), np.nan), np.full(count, np.nan)
    )
    if futures < FEWEST:
        return found
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(futures, np.full(futures, 1.0 / futures), size=resamples)
    weights = np.vstack([np.ones(futures), drawn])
    sliced, dummies = _sliced(inputs, slices), _sliced(rng.random((futures, _DUMMIES)), slices)
    for outcome in range(count):
        own = outcomes[:, outcome]
        for column in range(inputs.shape[1]):
            distance = distances(sliced[:, column], own, weights)
            median = np.median(distance, axis=1)
            found.largest[outcome, column] = distance[0].max()
            found.median[0, outcome, column] = median[0]
            if resamples:
                moved = median[1:] - (median[1:].mean() - median[0])
                found.median[1:, outcome, column] = np.clip(np.quantile(moved, INTERVAL), 0.0, 1.0)
        null = [np.median(distances(dummies[:, at], own, weights[:1])) for at in range(_DUMMIES)]
        found.dummy[outcome] = np.quantile(null, _LIKELY)
    return found


def distances(sliced: np.ndarray, outcome: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Kolmogorov-Smirnov distances [row of weights, slice] of each slice to all futures.

    `sliced` [future] numbers the slices, `outcome` [future], `weights` [row, future] count how often a future is taken.
    The largest gap is at a value of the slice, or just before one: in between its distribution stands still.
    """
    order = np.lexsort((outcome, sliced))
    part, values = sliced[order], outcome[order]
    opens = np.concatenate([[True], part[1:] != part[:-1]])
    starts = np.flatnonzero(opens)
    begin = np.repeat(starts, np.diff([*starts, len(part)]))
    new = opens | np.concatenate([[True], values[1:] != values[:-1]])
    firsts = np.flatnonzero(new)
    before = np.repeat(firsts, np.diff([*firsts, len(part)]))
    after = np.repeat(np.array([*firsts[1:], len(part)]), np.diff([*firsts, len(part)]))
    ranked = np.sort(outcome)
    inside, whole = _summed(weights[:, order]), _summed(weights[:, np.argsort(outcome, kind="stable")])
    size = np.add.reduceat(weights[:, order], starts, axis=1)
    of_slice = 1.0 / np.where(size > 0, size, np.inf)[:, np.cumsum(opens) - 1]
    left, right = np.searchsorted(ranked, values, side="left"), np.searchsorted(ranked, values, side="right")
    total = whole[:, -1:]
    below = np.abs((inside[:, before] - inside[:, begin]) * of_slice - whole[:, left] / total)
    upto = np.abs((inside[:, after] - inside[:, begin]) * of_slice - whole[:, right] / total)
    return np.asarray(np.where(size > 0, np.maximum.reduceat(np.maximum(below, upto), starts, axis=1), 0.0))


def _summed(weights: np.ndarray) -> np.ndarray:
    return np.concatenate([np.zeros((len(weights), 1)), np.cumsum(weights, axis=1)], axis=1)


def _sliced(inputs: np.ndarray, slices: int) -> np.ndarray:
    """Number of the slice [future, input]; equal values of an input are in one slice."""
    ranks = rankdata(inputs, axis=0)
    return np.asarray(np.minimum((ranks - 0.5) * slices / len(inputs), slices - 1).astype(np.int64))
