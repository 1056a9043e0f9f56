"""Simulated values and observations → the observation equation between them, and what is left over (residuals).

    observation = scale × simulated + offset + shift (in marked rows) + error

What of scale, offset and shift is free is linear, so for given simulated values its best value is known exactly, and a
search need only look for the constants of the model: variable projection, Golub and Pereyra (1973), SIAM J. Numer.
Anal. 10(2).
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Observed:
    """Observations of one series, all arrays [observation]; `marked` are the rows that a shift applies to.

    `scale` and `offset` of None are free, the scale within `scales`; so is the shift, where `shifts`.
    """

    times: Floats
    values: Floats
    errors: Floats
    marked: NDArray[np.bool_]
    scale: float | None = 1.0
    offset: float | None = 0.0
    shifts: bool = False
    scales: tuple[float, float] = (0.0, math.inf)

    @property
    def free(self) -> int:
        """How many numbers of the observation equation are fitted."""
        return (self.scale is None) + (self.offset is None) + self.shifts

    def where(self, chosen: NDArray[np.bool_]) -> "Observed":
        """The chosen observations alone."""
        arrays = (self.times[chosen], self.values[chosen], self.errors[chosen], self.marked[chosen])
        return Observed(*arrays, self.scale, self.offset, self.shifts, self.scales)


@dataclass(frozen=True)
class Equation:
    """scale × simulated + offset, and `shift` more in marked rows."""

    scale: float
    offset: float
    shift: float = 0.0

    def applied(self, simulated: Floats, marked: NDArray[np.bool_] | bool = False) -> Floats:
        """Simulated values in the unit of the observations; same shape."""
        return np.asarray(self.scale * simulated + self.offset + self.shift * np.asarray(marked, dtype=float))


def equation(observed: Observed, simulated: Floats) -> Equation:
    """The observation equation that fits `simulated` [observation] best by weighted least squares.

    A free scale stays within its range, which has no negative numbers unless they are asked for: data that rise while
    the variable falls are a misfit, not a mirror image. Where the data leave a number open (a shift without marked
    rows, a constant variable), the smallest one is taken.
    """
    found = _solved(observed, simulated, observed.scale)
    inside = min(max(found.scale, observed.scales[0]), observed.scales[1])
    return found if observed.scale is not None or found.scale == inside else _solved(observed, simulated, inside)


def residuals(observed: Observed, simulated: Floats) -> Floats:
    """(observation − equation)/error [observation] at the best observation equation: pure numbers."""
    fitted = equation(observed, simulated).applied(simulated, observed.marked)
    return np.asarray((observed.values - fitted) / observed.errors)


def uncertainty(observed: Observed, simulated: Floats, curve: Floats) -> Floats:
    """Standard deviation of scale × curve + offset [time] from what `simulated` [observation] leaves open of the two.

    The covariance of weighted least squares; a range of the scale counts like a normal one with a quarter of its width.
    """
    free = np.array([observed.scale is None, observed.offset is None, observed.shifts])
    columns = np.array([simulated, np.ones_like(simulated), observed.marked.astype(float)])[free] / observed.errors
    width = 0.25 * (observed.scales[1] - observed.scales[0])
    known = np.diag(np.array([width**-2 if math.isfinite(width) else 0.0, 0.0, 0.0])[free])
    covariance = np.linalg.pinv(columns @ columns.T + known)
    rows = np.array([curve, np.ones_like(curve), np.zeros_like(curve)])[free]
    return np.asarray(np.sqrt(np.maximum(0.0, np.einsum("it,ij,jt->t", rows, covariance, rows))))


def outside(values: Floats, low: float, high: float, error: float) -> Floats:
    """How far each value lies outside [low, high], in errors; 0 within: the cost of an inequality constraint."""
    return np.asarray(np.maximum(np.maximum(low - values, values - high), 0.0) / error)


def _solved(observed: Observed, simulated: Floats, scale: float | None) -> Equation:
    """The best equation with this scale (None: free)."""
    left = observed.values - (0.0 if scale is None else scale * simulated)
    left = left - (0.0 if observed.offset is None else observed.offset)
    columns = [simulated] if scale is None else []
    columns += [np.ones_like(simulated)] if observed.offset is None else []
    columns += [observed.marked.astype(float)] if observed.shifts else []
    numbers = _least_squares(np.array(columns), left, observed.errors) if columns else []
    found = iter(numbers)
    return Equation(
        scale=next(found) if scale is None else scale,
        offset=next(found) if observed.offset is None else observed.offset,
        shift=next(found) if observed.shifts else 0.0,
    )


def _least_squares(columns: Floats, left: Floats, errors: Floats) -> list[float]:
    """Columns are brought to one size first, so that what counts as undetermined does not hang on units."""
    sizes = np.sqrt((columns**2).sum(axis=1))
    sizes[sizes == 0] = 1.0
    found, *_ = np.linalg.lstsq((columns / sizes[:, None] / errors).T, left / errors, rcond=1e-10)
    return [float(value) for value in found / sizes]
