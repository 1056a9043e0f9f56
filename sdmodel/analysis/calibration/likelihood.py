"""Simulated values and observations → the likelihood of each run, whatever the observation equation may be.

    observation = scale × simulated + offset + shift (in marked rows) + error,   error normal with the stated deviation

What is free of the equation is linear, so it is integrated out exactly (Gelman et al., Bayesian Data Analysis (2013),
section 14.2). Priors: flat for offset and shift, which adds the same to every run; flat between its two numbers for a
scale with a range. For a scale without one, flat from 0 up for the amplitude of scale × simulated in the data: so that
no run gains by varying less, as it would under a flat prior of the scale itself.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr
from scipy.stats import truncnorm

from sdmodel.analysis.calibration.fit import Observed

Floats = NDArray[np.float64]
_NARROW = 1e-6  # a range that narrow in standard deviations has the density of its middle everywhere
_SAME = 1e-10  # of the largest: what is not independent of the others


@dataclass(frozen=True)
class Equations:
    """The observation equation of each set of constants: three arrays [set]."""

    scale: Floats
    offset: Floats
    shift: Floats

    def applied(self, simulated: Floats, marked: NDArray[np.bool_] | bool = False) -> Floats:
        """Simulated values [set, time] in the unit of the observations; same shape."""
        raised = self.shift[:, None] * np.asarray(marked, dtype=float)
        return np.asarray(self.scale[:, None] * simulated + self.offset[:, None] + raised)


def log_likelihood(observed: Observed, simulated: Floats) -> Floats:
    """Logarithm of the density of the observations [set] given `simulated` [set, observation], all finite.

    Up to a number that is the same for all sets, and exactly where nothing of the equation is free.
    """
    known = -float(np.log(observed.errors).sum()) - 0.5 * len(observed.times) * math.log(2 * math.pi)
    left, amplitude, size = _solved(observed, simulated)
    fitted = known - 0.5 * (left**2).sum(axis=1)
    if observed.scale is not None:
        return np.asarray(fitted)
    return np.asarray(fitted + _log_mass(amplitude, size, observed.scales))


def drawn(observed: Observed, simulated: Floats, rng: np.random.Generator) -> Equations:
    """An observation equation for each set, from what `simulated` [set, observation] and the observations say of it."""
    n = len(simulated)
    _, amplitude, size = _solved(observed, simulated)
    scale = np.full(n, observed.scale) if observed.scale is not None else _scales(observed, amplitude, size, rng)
    left = (observed.values - (observed.offset or 0.0) - scale[:, None] * simulated) / observed.errors
    left_side, sizes, directions = _others(observed)
    found = ((left @ directions.T + rng.standard_normal((n, len(sizes)))) / sizes) @ left_side.T
    offset = found[:, 0] if observed.offset is None else np.full(n, observed.offset)
    return Equations(scale, offset, found[:, -1] if observed.shifts else np.zeros(n))


def _solved(observed: Observed, simulated: Floats) -> tuple[Floats, Floats, Floats]:
    """(residuals [set, observation] at the best equation, best amplitude [set], amplitude of a scale of 1 [set]).

    All in standard deviations, after offset and shift; a free scale may be outside its range here.
    """
    _, _, directions = _others(observed)
    values = _without((observed.values - (observed.offset or 0.0))[None] / observed.errors, directions)
    course = _without(simulated / observed.errors, directions)
    size = np.sqrt((course**2).sum(axis=1))
    size[size <= _SAME * np.sqrt(((simulated / observed.errors) ** 2).sum(axis=1))] = 0.0
    if observed.scale is not None:
        return values - observed.scale * course, observed.scale * size, size
    unit = np.divide(course, size[:, None], out=np.zeros_like(course), where=size[:, None] > 0)
    amplitude = (unit * values).sum(axis=1)
    return values - amplitude[:, None] * unit, amplitude, size


def _others(observed: Observed) -> tuple[Floats, Floats, Floats]:
    """The singular value decomposition of what offset and shift add to the observations, in standard deviations."""
    rows = [np.ones(len(observed.times))] if observed.offset is None else []
    rows += [observed.marked.astype(float)] if observed.shifts else []
    columns = np.array(rows).reshape(len(rows), -1) / observed.errors if rows else np.zeros((0, len(observed.times)))
    left_side, sizes, directions = np.linalg.svd(columns, full_matrices=False)
    told = sizes > _SAME * max([0.0, *sizes])
    return left_side[:, told], sizes[told], directions[told]


def _without(rows: Floats, directions: Floats) -> Floats:
    return np.asarray(rows - (rows @ directions.T) @ directions)


def _log_mass(amplitude: Floats, size: Floats, scales: tuple[float, float]) -> Floats:
    """Logarithm of the integral over the scale, with its prior, of what the best scale leaves to be gained [set]."""
    low, high = scales
    if math.isinf(high):
        return np.asarray(log_ndtr(amplitude - low * size))
    ends = _log_between(low * size - amplitude, high * size - amplitude)
    width = np.where(size > 0, size, 1.0) * (high - low)
    gained = ends + 0.5 * math.log(2 * math.pi) - np.log(width)
    return np.asarray(np.where(size > 0, gained, 0.0))


def _log_between(low: Floats, high: Floats) -> Floats:
    """log(Φ(high) − Φ(low)), to full precision in both tails and for narrow ranges."""
    flip = low > 0
    low, high = np.where(flip, -high, low), np.where(flip, -low, high)
    narrow = high - low < _NARROW
    most, least = log_ndtr(high), log_ndtr(low)
    with np.errstate(divide="ignore"):
        wide = most + np.log(-np.expm1(np.where(narrow, -1.0, least - most)))
        dense = -0.125 * (low + high) ** 2 - 0.5 * math.log(2 * math.pi) + np.log(high - low)
    return np.asarray(np.where(narrow, dense, wide))


def _scales(observed: Observed, amplitude: Floats, size: Floats, rng: np.random.Generator) -> Floats:
    """Draws of the scale [set]: normal within its range; a course without any variation has the smallest, or any."""
    low, high = observed.scales
    told = size > 0
    flat = rng.uniform(low, high, len(size)) if math.isfinite(high) else np.full(len(size), low)
    if told.any():
        some, of = amplitude[told], size[told]
        flat[told] = truncnorm.rvs(low * of - some, high * of - some, random_state=rng)
        flat[told] = np.clip((flat[told] + some) / of, low, high)
    return np.asarray(flat)
