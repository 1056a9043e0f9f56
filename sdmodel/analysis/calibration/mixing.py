"""Chains of a sampler → whether they agree (R-hat), and how many independent draws they are worth (ESS).

Vehtari, Gelman, Simpson, Carpenter and Bürkner (2021), Bayesian Analysis 16(2): chains are split in halves and their
values replaced by normal scores of their ranks, so that heavy tails and other units change nothing. The sum over
autocorrelations ends as in Geyer (1992), Statistical Science 7(4).
"""

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft
from scipy.special import ndtri
from scipy.stats import rankdata

Floats = NDArray[np.float64]
_SHORTEST = 4  # draws of a chain: two halves of two
_TAILS = (0.05, 0.95)


def r_hat(chains: Floats) -> float:
    """R-hat of `chains` [chain, draw], the larger of that of location and that of scale; NaN below four draws.

    1 is agreement; section 4 of the paper asks for less than 1.01.
    """
    if chains.shape[1] < _SHORTEST or not np.isfinite(chains).all():
        return float("nan")
    halves = _halves(chains)
    return max(_ratio(_scores(halves)), _ratio(_scores(np.abs(halves - np.median(halves)))))


def ess_bulk(chains: Floats) -> float:
    """How many independent draws tell the middle of the distribution as well as `chains` [chain, draw]; else NaN."""
    if chains.shape[1] < _SHORTEST or not np.isfinite(chains).all():
        return float("nan")
    return _effective(_scores(_halves(chains)))


def ess_tail(chains: Floats) -> float:
    """The same for the ends: the smaller of those for the 5 % and the 95 % quantile."""
    if chains.shape[1] < _SHORTEST or not np.isfinite(chains).all():
        return float("nan")
    ends = np.quantile(chains, _TAILS)
    return min(_effective(_halves((chains <= end).astype(float))) for end in ends)


def _halves(chains: Floats) -> Floats:
    """First and second half of each chain as chains of their own; of an odd number the middle draw is left out."""
    half = chains.shape[1] // 2
    return np.concatenate([chains[:, :half], chains[:, -half:]])


def _scores(chains: Floats) -> Floats:
    """Normal scores of the ranks among all draws; ties share their mean rank (equation 14, Blom's offset)."""
    ranks = rankdata(chains, method="average").reshape(chains.shape)
    return np.asarray(ndtri((ranks - 0.375) / (chains.size + 0.25)))


def _ratio(chains: Floats) -> float:
    """The root of total over within-chain variance (equations 1 to 4); 1 where nothing varies at all."""
    n = chains.shape[1]
    within = float(chains.var(axis=1, ddof=1).mean())
    between = float(chains.mean(axis=1).var(ddof=1))
    if within == 0:
        return 1.0 if between == 0 else float("inf")
    return float(np.sqrt((n - 1) / n + between / within))


def _effective(chains: Floats) -> float:
    """Draws over the integrated autocorrelation time (equations 10 to 13)."""
    draws = chains.size
    rho = _autocorrelation(chains)
    if rho is None:
        return float(draws)
    seen = max(0, (len(rho) - 3) // 2) + 1
    pairs = rho[: 2 * seen].reshape(seen, 2).sum(axis=1)
    ends = np.flatnonzero(pairs <= 0)
    kept = int(ends[0]) if len(ends) else seen - 1
    falling = np.minimum.accumulate(pairs[:kept])  # Geyer's initial monotone sequence
    time = -1.0 + 2.0 * float(falling.sum()) + max(0.0, float(rho[2 * kept]))
    return float(draws / max(time, 1.0 / np.log10(draws)))


def _autocorrelation(chains: Floats) -> Floats | None:
    """Autocorrelation [lag] of all chains together, which counts it as correlation where they disagree."""
    n = chains.shape[1]
    centred = chains - chains.mean(axis=1, keepdims=True)
    size = next_fast_len(2 * n)
    spectrum = rfft(centred, n=size, axis=1)
    own = irfft(np.abs(spectrum) ** 2, n=size, axis=1)[:, :n].mean(axis=0) / n
    within = own[0] * n / (n - 1)
    total = own[0] + float(chains.mean(axis=1).var(ddof=1))
    if total <= 0:
        return None
    rho = 1.0 - (within - own) / total
    rho[0] = 1.0
    return np.asarray(rho)
