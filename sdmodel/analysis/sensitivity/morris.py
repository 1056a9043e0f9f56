"""Numbers of runs along Morris trajectories → elementary effects: how far and how evenly each factor moves an outcome.

The elementary effect of a factor in a trajectory is what the outcome changes when that factor alone moves by Δ, divided
by Δ: in units of the outcome for the whole range of the factor. Over trajectories,

    µ*  the mean of its size (how much the factor matters)       µ  its mean (which way)
    σ   its standard deviation (curved, or depending on others, where σ is not small beside µ*)

Sources: Morris (1991), Technometrics 33, 161, equations 1 and 2; µ*: Campolongo, Cariboni & Saltelli (2007), Environ.
Model. Softw. 22, 1509, equation 4.
"""

from dataclasses import dataclass

import numpy as np

from sdmodel.analysis.sensitivity.given_data import INTERVAL

_FLAT = 1e-12
_NUMBERS_AT_ONCE = 2**22


@dataclass(frozen=True)
class Effects:
    """`mu_star` [bound, column, factor] (estimate, low, high of a 95 % bootstrap), `mu`, `sigma` [column, factor].

    `trajectories` [column] are counted; NaN where fewer than two are whole. `flat` [column]: nothing moves it.
    """

    mu_star: np.ndarray
    mu: np.ndarray
    sigma: np.ndarray
    trajectories: np.ndarray
    flat: np.ndarray


def elementary_effects(numbers: np.ndarray, moved: np.ndarray, way: np.ndarray, delta: float) -> np.ndarray:
    """[column, trajectory, factor] of `numbers` [column, trajectory, row]; the others as `design.morris` has them."""
    changes = np.diff(numbers, axis=2) * way / delta
    return np.asarray(np.take_along_axis(changes, np.argsort(moved, axis=1)[None], axis=2))


def effects(
    numbers: np.ndarray, moved: np.ndarray, way: np.ndarray, delta: float, *, resamples: int = 200, seed: int = 0
) -> Effects:
    """Effects of `numbers` [column, trajectory, row]; a trajectory with a number that is not finite is left out.

    Intervals by bootstrap over trajectories, percentiles of `resamples`.
    """
    columns, _, rows = numbers.shape
    nothing = np.full((columns, rows - 1), np.nan)
    found = Effects(
        np.full((3, columns, rows - 1), np.nan),
        nothing,
        nothing.copy(),
        np.zeros(columns, dtype=int),
        np.zeros(columns, dtype=bool),
    )
    sound = np.isfinite(numbers).all(axis=2)
    for pattern in np.unique(sound, axis=0):
        group = np.flatnonzero((sound == pattern).all(axis=1))
        count = int(pattern.sum())
        found.trajectories[group] = count
        if count < 2:
            continue
        drawn = np.random.default_rng(seed).multinomial(count, np.full(count, 1.0 / count), size=resamples) / count
        size = max(1, _NUMBERS_AT_ONCE // (count * rows))
        for part in np.array_split(group, -(-len(group) // size)):
            _fill(found, part, numbers[part][:, pattern], (moved[pattern], way[pattern], delta), drawn)
    return found


def _fill(
    found: Effects,
    columns: np.ndarray,
    numbers: np.ndarray,
    steps: tuple[np.ndarray, np.ndarray, float],
    drawn: np.ndarray,
) -> None:
    span = numbers.max(axis=(1, 2)) - numbers.min(axis=(1, 2))
    flat = span <= _FLAT * np.abs(numbers).max(axis=(1, 2))
    own = elementary_effects(numbers, *steps)
    own[flat] = 0.0
    sizes = np.abs(own)
    found.flat[columns] = flat
    found.mu[columns] = own.mean(axis=1)
    found.sigma[columns] = own.std(axis=1, ddof=1)
    found.mu_star[0, columns] = sizes.mean(axis=1)
    if len(drawn):
        means = np.einsum("rt,ctf->rcf", drawn, sizes, optimize=True)
        found.mu_star[1:, columns] = np.quantile(means, INTERVAL, axis=0)


def ranked(mu_star: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Factors by how much they matter, largest first, and that measure [factor], for `mu_star` [column, factor].

    The measure is the largest part that a factor has, over columns, of the µ* of the column's strongest factor.
    """
    most = np.nanmax(mu_star, axis=1, keepdims=True, initial=0.0)
    parts = np.nan_to_num(mu_star) / np.where(most > 0, most, np.inf)
    measure = parts.max(axis=0, initial=0.0)
    return np.argsort(-measure, kind="stable"), measure
