"""Numbers of the unit interval → values of an uncertainty, by the inverse of its cumulative distribution."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sdmodel.errors import ExperimentError
from sdmodel.model.names import did_you_mean
from sdmodel.study.terms import Uncertainty

Floats = NDArray[np.float64]


def values_at(uncertainty: Uncertainty, shares: Floats) -> Floats:
    """The values below which `shares` (within [0, 1]) of the distribution lie; same shape, never outside its range.

    Inverse transform: Devroye, Non-Uniform Random Variate Generation (1986), chapter II.2. It keeps the evenness of a
    Sobol' sequence or Latin hypercube, which methods of rejection would destroy.
    """
    inverse = _INVERSE.get(uncertainty.distribution)
    if inverse is None:
        near = did_you_mean(uncertainty.distribution, _INVERSE)
        raise ExperimentError(f'"{uncertainty.name}": no distribution "{uncertainty.distribution}".{near}')
    return inverse(uncertainty, shares)


def levels(uncertainty: Uncertainty, points: int) -> Floats:
    """At most `points` values that span the range evenly: in ratio for loguniform, whole for integer.

    A categorical uncertainty has all its values, however many points are asked for.
    """
    low, high = uncertainty.low, uncertainty.high
    if uncertainty.distribution == "categorical":
        return np.array(list(dict.fromkeys(uncertainty.values)))
    if points == 1:
        return values_at(uncertainty, np.array([0.5]))
    if uncertainty.distribution == "loguniform":
        return np.unique(np.clip(np.geomspace(low, high, points), low, high))
    even = np.linspace(low, high, points)
    return np.unique(np.round(even)) if uncertainty.distribution == "integer" else even


def _uniform(one: Uncertainty, shares: Floats) -> Floats:
    return _within(one, one.low + (one.high - one.low) * shares)


def _triangular(one: Uncertainty, shares: Floats) -> Floats:
    width = one.high - one.low
    peak = min(1.0, max(0.0, (one.mode - one.low) / width))
    rising, falling = np.sqrt(peak * shares), 1 - np.sqrt((1 - peak) * (1 - shares))
    return _within(one, one.low + width * np.where(shares < peak, rising, falling))


def _normal(one: Uncertainty, shares: Floats) -> Floats:
    if one.sd > 1e6 * (one.high - one.low):  # flat to the last digits; the general formula would lose them all
        return _uniform(one, shares)
    import scipy.stats  # half a second that a single run, which draws nothing, need not pay

    low, high = (one.low - one.mean) / one.sd, (one.high - one.mean) / one.sd
    return _within(one, scipy.stats.truncnorm.ppf(shares, low, high, loc=one.mean, scale=one.sd))


def _loguniform(one: Uncertainty, shares: Floats) -> Floats:
    low, high = math.log(one.low), math.log(one.high)
    return _within(one, np.exp(low + (high - low) * shares))


def _integer(one: Uncertainty, shares: Floats) -> Floats:
    return _within(one, one.low + np.floor((one.high - one.low + 1) * shares))


def _categorical(one: Uncertainty, shares: Floats) -> Floats:
    values = np.array(one.values, dtype=np.float64)
    chosen = np.minimum(np.floor(shares * len(values)).astype(np.int64), len(values) - 1)
    return np.asarray(values[chosen], dtype=np.float64)


def _within(one: Uncertainty, values: Floats) -> Floats:
    return np.asarray(np.clip(values, one.low, one.high), dtype=np.float64)


_INVERSE: dict[str, Callable[[Uncertainty, Floats], Floats]] = {
    "uniform": _uniform,
    "triangular": _triangular,
    "normal": _normal,
    "loguniform": _loguniform,
    "integer": _integer,
    "categorical": _categorical,
}
