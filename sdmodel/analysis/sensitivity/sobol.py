"""Numbers of runs in Saltelli's blocks → Sobol' indices with bootstrap intervals, of many outcomes and times at once.

With f the numbers of a block in the rows A, B, AB_i and BA_i of `design.saltelli`, centred and divided by their
standard deviation over all rows, V the variance of A and B together, and ⟨⟩ the mean over blocks:

    first order    S_i  =  ⟨ f(B) · (f(AB_i) - f(A)) ⟩ / V
    total          T_i  =  ⟨ (f(A) - f(AB_i))² ⟩ / (2 V)
    second order   S_ij =  ⟨ f(BA_i) · f(AB_j) - f(A) · f(B) ⟩ / V - S_i - S_j

S_i is the share of the variance that goes with input i alone, T_i the share in which it has any part, S_ij what i and
j do only together. Sources: S and T: Saltelli, Annoni, Azzini, Campolongo, Ratto & Tarantola (2010), Comput. Phys.
Commun. 181, 259, table 2, (b) and (f), the latter after Jansen (1999); S_ij: Saltelli (2002), Comput. Phys. Commun.
145, 280. All are sums over blocks, so that a bootstrap, which counts each block some times, is a product of matrices.
The same estimators are in SALib (Iwanaga, Usher & Herman 2022, SESMO 4, 18155), to which they are held.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from sdmodel.analysis.sensitivity.given_data import FEWEST, INTERVAL

_NUMBERS_AT_ONCE = 2**22  # of products of one kind: what stays in the cache is fast, what fits into memory is possible
_FLAT = 1e-12


@dataclass(frozen=True)
class Estimates:
    """`first`, `total` [row of weights, column, factor], `second` [row of weights, column, pair of factors]."""

    first: np.ndarray
    total: np.ndarray
    second: np.ndarray


@dataclass(frozen=True)
class Indices:
    """`first`, `total` [bound, column, factor], `second` [bound, column, pair]; bound: estimate, low, high (95 %).

    By column: `flat`, nothing moves it, so that all its indices are 0; `blocks` that are counted, and `mean` and
    `variance` of A and B in them. NaN where fewer than FEWEST blocks have a number.
    """

    first: np.ndarray
    total: np.ndarray
    second: np.ndarray
    flat: np.ndarray
    blocks: np.ndarray
    mean: np.ndarray
    variance: np.ndarray


def pairs(factors: int) -> list[tuple[int, int]]:
    """The pairs of factors in the order of second-order indices."""
    return list(combinations(range(factors), 2))


def indices(
    numbers: np.ndarray, factors: int, *, second_order: bool = False, resamples: int = 200, seed: int = 0
) -> Indices:
    """Indices of `numbers` [column, block, place]; a block with a number that is not finite is left out of its column.

    Intervals by bootstrap over blocks, percentiles of `resamples` (Archer, Saltelli & Sobol' 1997, J. Stat. Comput.
    Simul. 58, 99). It takes blocks for independent; those of a Sobol' sequence are more even, so it errs to the safe
    side.
    """
    columns = len(numbers)
    found = Indices(
        np.full((3, columns, factors), np.nan),
        np.full((3, columns, factors), np.nan),
        np.full((3, columns, len(pairs(factors)) if second_order else 0), np.nan),
        np.zeros(columns, dtype=bool),
        np.zeros(columns, dtype=int),
        np.full(columns, np.nan),
        np.full(columns, np.nan),
    )
    sound = np.isfinite(numbers).all(axis=2)
    for pattern in np.unique(sound, axis=0):  # columns that lack the same blocks are worked out together
        group = np.flatnonzero((sound == pattern).all(axis=1))
        found.blocks[group] = pattern.sum()
        if pattern.sum() >= FEWEST:
            whole = pattern.all() and len(group) == columns
            _fill(found, group, numbers if whole else numbers[group][:, pattern], second_order, resamples, seed)
    return found


def resampled(numbers: np.ndarray, weights: np.ndarray, factors: int, *, second_order: bool = False) -> Estimates:
    """Estimates from finite `numbers` [column, block, place] for each row of `weights` [row, block].

    A weight counts how often a block is taken; a row of ones gives the estimate itself. Flat columns have zeros.
    """
    columns, blocks, _ = numbers.shape
    size = max(1, _NUMBERS_AT_ONCE // (blocks * factors))
    parts = [
        _estimated(_standard(numbers[start : start + size]), weights, factors, second_order)
        for start in range(0, columns, size)
    ]
    return Estimates(*(np.concatenate([getattr(part, name) for part in parts], axis=1) for name in _KINDS))


_KINDS = ("first", "total", "second")


def _fill(
    found: Indices, group: np.ndarray, numbers: np.ndarray, second_order: bool, resamples: int, seed: int
) -> None:
    """Writes the indices of the columns `group`, whose sound `numbers` these are."""
    blocks = numbers.shape[1]
    drawn = np.random.default_rng(seed).multinomial(blocks, np.full(blocks, 1.0 / blocks), size=resamples)
    weights = np.vstack([np.ones(blocks), drawn])
    made = resampled(numbers, weights, found.first.shape[2], second_order=second_order)
    for name in _KINDS:
        estimates = getattr(made, name)
        getattr(found, name)[0, group] = estimates[0]
        if resamples:
            getattr(found, name)[1:, group] = np.quantile(estimates[1:], INTERVAL, axis=0)
    ends = numbers[:, :, [0, -1]]
    found.flat[group] = _flat(numbers)
    found.mean[group] = ends.mean(axis=(1, 2))
    found.variance[group] = np.where(found.flat[group], 0.0, ends.var(axis=(1, 2)))


def _flat(numbers: np.ndarray) -> np.ndarray:
    """Which columns nothing moves, but for rounding."""
    span = numbers.max(axis=(1, 2)) - numbers.min(axis=(1, 2))
    return np.asarray(span <= _FLAT * np.abs(numbers).max(axis=(1, 2)))


def _standard(numbers: np.ndarray) -> np.ndarray:
    """[place, column, block], each column with mean 0 and deviation 1 over all its numbers; flat ones are all 0."""
    centred = numbers - numbers.mean(axis=(1, 2), keepdims=True)
    centred[_flat(numbers)] = 0.0
    deviation = centred.std(axis=(1, 2), keepdims=True)
    return np.ascontiguousarray(np.moveaxis(centred / np.where(deviation > 0, deviation, 1.0), 2, 0))


def _estimated(f: np.ndarray, weights: np.ndarray, factors: int, second_order: bool) -> Estimates:
    a, b, ab = f[0], f[-1], f[1 : factors + 1]

    def total(products: np.ndarray) -> np.ndarray:
        """Sums over blocks [row of weights, column, …] of products […, column, block]."""
        summed = (products.reshape(-1, products.shape[-1]) @ weights.T).reshape(*products.shape[:-1], len(weights))
        return np.moveaxis(summed, (-1, -2), (0, 1))

    blocks = weights.sum(axis=1)[:, None]
    variance = total(a * a + b * b) / (2 * blocks) - (total(a + b) / (2 * blocks)) ** 2
    moves = variance > np.finfo(float).eps
    whole = (np.where(moves, variance, np.inf) * blocks)[..., None]
    first = total(b * (ab - a)) / whole
    squares = 0.5 * total((a - ab) ** 2) / whole
    if not second_order:
        return Estimates(first, squares, np.zeros((*first.shape[:2], 0)))
    ba, base = f[factors + 1 : 2 * factors + 1], total(a * b)[..., None]
    both = [(total(ba[i] * ab[i + 1 :]) - base) / whole for i in range(factors - 1)]
    joint = np.concatenate(both, axis=2) if both else np.zeros((*first.shape[:2], 0))
    for at, (i, j) in enumerate(pairs(factors)):
        joint[..., at] -= first[..., i] + first[..., j]
    return Estimates(first, squares, joint)
