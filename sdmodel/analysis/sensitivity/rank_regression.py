"""A table of inputs and one of outcomes → standardised rank regression coefficients, with intervals.

Inputs and outcomes are replaced by their ranks, standardised, and the outcome's are regressed on those of all inputs at
once: a coefficient is by how many standard deviations the outcome's rank rises with one of the input's, all else equal;
R² tells how much of the ranks such a monotonic law explains, and so how far to trust it (Saltelli & Sobol' 1995,
Reliab. Eng. Syst. Saf. 50, 225, section 2; ranks: Iman & Conover 1979, Technometrics 21, 499).
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from sdmodel.analysis.sensitivity.given_data import FEWEST, INTERVAL, constant

_WEAKEST = 1e-10  # of the eigenvalues of correlations: inputs that move as one share what they do


@dataclass(frozen=True)
class RankRegression:
    """`coefficient` [bound, outcome, input]: estimate, low, high of a 95 % interval; `explained` [outcome] is R²."""

    coefficient: np.ndarray
    explained: np.ndarray


def rank_regression(inputs: np.ndarray, outcomes: np.ndarray, *, resamples: int, seed: int) -> RankRegression:
    """Coefficients for `inputs` (future, input) and finite `outcomes` (future, outcome).

    Intervals by bootstrap over futures, with the ranks of the whole sample. NaN where there are not at least FEWEST
    futures more than inputs.
    """
    futures, count = outcomes.shape
    varies = ~constant(inputs)
    found = np.full((3, count, inputs.shape[1]), np.nan)
    if futures < FEWEST + varies.sum():
        return RankRegression(found, np.full(count, np.nan))
    x, y = rankdata(inputs[:, varies], axis=0), rankdata(outcomes, axis=0)
    x, y = ((ranks - (futures + 1) / 2) / futures for ranks in (x, y))
    rng = np.random.default_rng(seed)
    estimate = _coefficients(x, y, np.ones(futures))
    drawn = (rng.multinomial(futures, np.full(futures, 1.0 / futures)) for _ in range(resamples))
    again = np.array([_coefficients(x, y, weight)[0] for weight in drawn])
    found[:, :, ~varies] = 0.0
    found[0][:, varies] = estimate[0]
    if resamples:
        for bound, ends in enumerate(np.quantile(again, INTERVAL, axis=0), start=1):
            found[bound][:, varies] = ends
    return RankRegression(found, estimate[1])


def _coefficients(x: np.ndarray, y: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients [outcome, input] and R² [outcome]; 0 for outcomes that do not vary."""
    share = weight / weight.sum()
    x, y = (table - share @ table for table in (x, y))
    spread = [np.sqrt(share @ table**2) for table in (x, y)]
    x, y = (table / np.where(size > 0, size, np.inf) for table, size in zip((x, y), spread, strict=True))
    weighted = x * share[:, None]
    inner, outer = weighted.T @ x, weighted.T @ y
    found = np.linalg.pinv(inner, rcond=_WEAKEST, hermitian=True) @ outer
    return found.T, np.asarray((found * outer).sum(axis=0))
