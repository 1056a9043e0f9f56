"""A table of inputs and one of outcomes → how much of each outcome's spread goes with each input, with intervals.

First-order index: the share of an outcome's variance that would go if the input were known, estimated from the spread
of the outcome's means over bins of equal numbers of futures (Plischke, Borgonovo & Smith 2013, Global sensitivity
measures from given data, EJOR 226, doi 10.1016/j.ejor.2012.11.047; there eq. 4 with class-conditional means).
With K bins, N futures, sums of squares SSB between the bins and SSW within them (Kelley 1935, PNAS 21, 554, for ε²):

    S  =  (SSB - (K - 1) · SSW / (N - K)) / (SSB + SSW)

The subtracted term is what SSB amounts to for an input without any influence; so S scatters around 0 for such an input.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.stats import rankdata

FEWEST = 12
INTERVAL = (0.025, 0.975)
_COLUMNS = 200


@dataclass(frozen=True)
class Indices:
    """Arrays (bound, outcome, input), bound = estimate, low, high of a 95 % interval; `bins` is K."""

    first_order: np.ndarray
    rank_correlation: np.ndarray
    bins: int


def indices(inputs: np.ndarray, outcomes: np.ndarray, *, resamples: int, seed: int) -> Indices:
    """Both measures for `inputs` (future, input) and finite `outcomes` (future, outcome).

    Intervals by bootstrap over futures, with the ranks and bins of the whole sample. A resample takes the chance spread
    of the bins' means for influence, so the interval is moved by that amount: SSB / SST - S. NaN under FEWEST futures.
    """
    futures = len(inputs)
    shape = (3, outcomes.shape[1], inputs.shape[1])
    if futures < FEWEST:
        return Indices(np.full(shape, np.nan), np.full(shape, np.nan), 0)
    drawn = np.random.default_rng(seed).multinomial(futures, np.full(futures, 1.0 / futures), size=resamples)
    weights = np.vstack([np.ones(futures), drawn])
    ranks = rankdata(inputs, axis=0)
    bins = bin_count(futures)
    corrected, plain = _first_order(ranks, _standard(outcomes), weights, bins)
    shift = plain[0] - corrected[0]
    return Indices(
        _with_interval(corrected, shift),
        _with_interval(_rank_correlation(ranks, rankdata(outcomes, axis=0), weights), np.zeros_like(shift)),
        bins,
    )


def bin_count(futures: int) -> int:
    """Bins that follow the shape of a response without thinning them out: 2 N^0.4, at least 6 futures in each."""
    return int(np.clip(round(2.0 * futures**0.4), 2, min(64, futures // 6)))


def noise(futures: int) -> float:
    """Below this, an estimated first-order index cannot be told from none: twice the scatter, √(2 (K - 1)) / N."""
    return 2.0 * float(np.sqrt(2.0 * (bin_count(futures) - 1))) / futures if futures >= FEWEST else 1.0


def _first_order(
    ranks: np.ndarray, outcomes: np.ndarray, weights: np.ndarray, bins: int
) -> tuple[np.ndarray, np.ndarray]:
    """S corrected and SSB / SST as they are, each (resample, outcome, input), for rows of `weights`."""
    futures, inputs = ranks.shape
    member = _membership(np.minimum((ranks - 0.5) * bins / futures, bins - 1).astype(np.int64), bins)
    at_once = max(1, _COLUMNS // (outcomes.shape[1] + 1))
    parts = []
    for start in range(0, len(weights), at_once):
        weight = weights[start : start + at_once].T
        weighted = weight[:, :, None] * outcomes[:, None, :]
        total = (weighted * outcomes[:, None, :]).sum(axis=0) - weighted.sum(axis=0) ** 2 / futures
        counts = (member @ weight).reshape(inputs, bins, -1)
        sums = (member @ weighted.reshape(futures, -1)).reshape(inputs, bins, *weighted.shape[1:])
        parts.append(_shares(counts, sums, total))
    corrected, plain = (np.concatenate(part) for part in zip(*parts, strict=True))
    return corrected, plain


def _membership(binned: np.ndarray, bins: int) -> csr_array:
    """Matrix ((input, bin), future) of ones: times a column of numbers it gives their sums by bin."""
    futures, inputs = binned.shape
    rows = (binned + np.arange(inputs) * bins).ravel()
    columns = np.repeat(np.arange(futures), inputs)
    return csr_array((np.ones(rows.size), (rows, columns)), shape=(inputs * bins, futures))


def _shares(counts: np.ndarray, sums: np.ndarray, total: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """From counts (input, bin, resample), sums (…, outcome), total (resample, outcome): both shares, inputs last."""
    futures = counts[0, :, 0].sum()
    filled = counts > 0
    squares = (sums**2 / np.where(filled, counts, 1.0)[..., None]).sum(axis=1)
    between = np.moveaxis(squares - sums.sum(axis=1) ** 2 / futures, 0, -1)
    used = filled.sum(axis=1).T[:, None, :]
    whole = np.where(total > 0, total, np.inf)[..., None]
    within = np.maximum(total[..., None] - between, 0.0)
    corrected = between - (used - 1) * within / np.maximum(futures - used, 1)
    return corrected / whole, between / whole


def _rank_correlation(ranks: np.ndarray, outcomes: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Spearman's ρ (resample, outcome, input): the correlation of ranks."""
    x, y = _standard(ranks), _standard(outcomes)
    share = weights / len(x)
    mean_x, mean_y = share @ x, share @ y
    spread_x = np.maximum(share @ x**2 - mean_x**2, 0.0)
    spread_y = np.maximum(share @ y**2 - mean_y**2, 0.0)
    together = np.stack([(share * column) @ x for column in y.T], axis=1) - mean_y[:, :, None] * mean_x[:, None, :]
    scale = np.sqrt(spread_y[:, :, None] * spread_x[:, None, :])
    return np.where(scale > 0, together / np.where(scale > 0, scale, 1.0), 0.0)


def _standard(columns: np.ndarray) -> np.ndarray:
    """Each column with mean 0 and deviation 1; a constant one all 0."""
    centred = columns - columns.mean(axis=0)
    centred[:, constant(columns)] = 0.0
    deviation = centred.std(axis=0)
    return np.asarray(centred / np.where(deviation > 0, deviation, 1.0))


def constant(columns: np.ndarray) -> np.ndarray:
    """Which columns do not vary, but for rounding."""
    return np.asarray(np.ptp(columns, axis=0) <= 1e-12 * np.abs(columns).max(axis=0))


def _with_interval(estimates: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """The first row is the estimate; the others, moved by `shift`, give the interval."""
    if len(estimates) == 1:
        return np.stack([estimates[0], np.full_like(shift, np.nan), np.full_like(shift, np.nan)])
    low, high = np.quantile(estimates[1:] - shift, INTERVAL, axis=0)
    return np.stack([estimates[0], low, high])
