"""Columns of inputs → orthonormal columns that a smooth function of each input is made of.

An ordered input has a natural cubic spline with knots at its 5, 27.5, 50, 72.5 and 95 % quantiles (Harrell 2001,
Regression Modeling Strategies, eq. 2.25 and table 2.3); one with few values has a column for each value.
"""

import numpy as np

KNOTS = (0.05, 0.275, 0.5, 0.725, 0.95)
FEW = 6
"""An input with at most so many values is taken value by value."""


def basis(column: np.ndarray) -> np.ndarray:
    """(future, term): orthonormal and of mean 0; no term for an input that does not vary."""
    levels = np.unique(column)
    terms = _levels(column, levels) if len(levels) <= FEW else _spline(column)
    centred = terms - terms.mean(axis=0)
    left, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    return np.asarray(left[:, sizes > 1e-9 * max(1.0, float(sizes.max(initial=0.0)))])


def _levels(column: np.ndarray, levels: np.ndarray) -> np.ndarray:
    return np.asarray(column[:, None] == levels[1:], dtype=float)


def _spline(column: np.ndarray) -> np.ndarray:
    """The column and its truncated cubes that are straight beyond the outer knots."""
    knots = np.unique(np.quantile(column, KNOTS))
    scaled = (column - knots[0]) / (np.ptp(knots) or 1.0)
    at = (knots - knots[0]) / (np.ptp(knots) or 1.0)
    if len(at) < 3:
        return np.asarray(scaled[:, None])
    last, before = at[-1], at[-2]

    def cube(knot: float) -> np.ndarray:
        return np.asarray(np.maximum(scaled - knot, 0.0) ** 3)

    ends = [((last - k) / (last - before), (before - k) / (last - before)) for k in at[:-2]]
    bent = [cube(k) - a * cube(before) + b * cube(last) for k, (a, b) in zip(at[:-2], ends, strict=True)]
    return np.column_stack([scaled, *bent])
