"""Residuals of batches → the best set of constants, found from many starts, and a profile of each constant.

Least squares within bounds by the trust region of Branch, Coleman and Li (1999), SIAM J. Sci. Comput. 21(1); all points
of a Jacobian are run as one batch.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares
from scipy.stats import qmc

from sdmodel.analysis.calibration.fit import Floats
from sdmodel.analysis.calibration.identified import threshold

Residuals = Callable[[Floats], Floats]
"""Places [set, constant] in the unit cube → residuals [set, residual]."""

_HALF_STEP = 1e-4  # of the central differences, as a share of the range
_STEPS = 12  # of a profile on one side of the best value
_FIRST, _LAST = 0.4, 0.15  # first step in standard deviations, longest step as a share of the range
_SMALLEST = 1e-7
_ROUNDS = 3
_BETTER = 0.05  # a fall of the sum of squares that counts, as a share of the threshold

_ALIKE = 0.01  # of the threshold: what the data do not tell apart


@dataclass(frozen=True)
class Profile:
    """Best sets with one constant held: `places` [point, constant], rising in it, and their sums of squares [point]."""

    places: Floats
    sums: Floats


@dataclass(frozen=True)
class Fitted:
    """`best` [constant] with its sum of squares, where each start ended, the slopes at the best, and the profiles."""

    best: Floats
    least: float
    ends: Floats
    sums: Floats
    slopes: Floats
    profiles: tuple[Profile, ...]


def fitted(
    residuals: Residuals, own: Floats, *, starts: int, seed: int, freedom: int, told: Callable[[], None]
) -> Fitted:
    """The best fit from `own` [constant] and `starts - 1` places of a Latin hypercube, and its profiles.

    A profile that finds something better begins the profiles anew from there. `told` is called after each search.
    """
    more = qmc.LatinHypercube(len(own), rng=seed).random(max(0, starts - 1))
    found = []
    for start in np.vstack([own, more]):
        found.append(_search(residuals, start, None))
        told()
    ends, sums = np.array([place for place, _ in found]), np.array([total for _, total in found])
    limit = threshold(float(sums.min()), freedom)
    best, least = _nearest(residuals, own, ends[sums <= sums.min() + _ALIKE * limit], limit)
    for last in range(_ROUNDS):
        profiles = []
        limit = threshold(least, freedom)
        for constant in range(len(own)):
            profiles.append(_profile(residuals, best, least, constant, limit))
            told()
        places, totals = np.vstack([one.places for one in profiles]), np.concatenate([one.sums for one in profiles])
        at = int(np.argmin(totals))
        if totals[at] > least - _BETTER * limit or last == _ROUNDS - 1:
            break
        best, least = _nearest(residuals, own, _search(residuals, places[at], None)[0][None], limit)
    return Fitted(best, least, ends, sums, _slopes(residuals, best, np.arange(len(own))), tuple(profiles))


def _nearest(residuals: Residuals, own: Floats, ends: Floats, limit: float) -> tuple[Floats, float]:
    """Of ends that are as good as each other the one nearest to `own`, and its sum of squares.

    Then each constant in turn goes back to its own value where the data do not mind: what they do not determine keeps
    the value that the model has for other reasons.
    """
    place = ends[int(np.argmin(((ends - own) ** 2).sum(axis=1)))].copy()
    least = total = float((residuals(place[None])[0] ** 2).sum())
    for constant in range(len(own)):
        back = place.copy()
        back[constant] = own[constant]
        sum_back = float((residuals(back[None])[0] ** 2).sum())
        if sum_back <= least + _ALIKE * limit:
            place, total = back, sum_back
    return place, total


def _search(residuals: Residuals, start: Floats, held: int | None) -> tuple[Floats, float]:
    """The end of a search [constant] and its sum of squares; the constant `held` keeps its place."""
    free = np.array([at for at in range(len(start)) if at != held], dtype=int)
    if not len(free):
        return start, float((residuals(start[None])[0] ** 2).sum())

    def whole(moved: Floats) -> Floats:
        place = start.copy()
        place[free] = moved
        return place

    def left(moved: Floats) -> Floats:
        return np.asarray(residuals(whole(moved)[None])[0])

    def slopes(moved: Floats) -> Floats:
        return _slopes(residuals, whole(moved), free)

    found = least_squares(
        left,
        np.clip(start[free], 1e-6, 1 - 1e-6),
        jac=slopes,
        bounds=(0.0, 1.0),
        xtol=1e-8,
        ftol=1e-8,
        gtol=1e-8,
        max_nfev=40,
    )
    return whole(found.x), float(2 * found.cost)


def _slopes(residuals: Residuals, place: Floats, free: "np.ndarray") -> Floats:
    """The Jacobian [residual, free constant] by central differences, one-sided at the edge of the cube; one batch."""
    n = len(free)
    points = np.repeat(place[None], 2 * n, axis=0)
    rows = np.arange(n)
    points[rows, free] = np.minimum(place[free] + _HALF_STEP, 1.0)
    points[rows + n, free] = np.maximum(place[free] - _HALF_STEP, 0.0)
    left = residuals(points)
    widths = points[rows, free] - points[rows + n, free]
    return np.asarray((left[:n] - left[n:]).T / widths)


def _profile(residuals: Residuals, best: Floats, least: float, constant: int, limit: float) -> Profile:
    """The profile of one constant, on both sides until it passes `limit` or the range ends."""
    step = _first_step(residuals, best, constant, limit)
    points = [(best, least)]
    for side in (-1.0, 1.0):
        points += _walk(residuals, best, least, constant, limit, side * step)
    points.sort(key=lambda point: float(point[0][constant]))
    return Profile(np.array([place for place, _ in points]), np.array([total for _, total in points]))


def _first_step(residuals: Residuals, best: Floats, constant: int, limit: float) -> float:
    """A share of what the slopes at the best say about the width of the interval."""
    slopes = _slopes(residuals, best, np.arange(len(best)))
    left, sizes, directions = np.linalg.svd(slopes, full_matrices=False)
    del left
    size = float(np.sqrt(((directions[:, constant] / np.maximum(sizes, 1e-9)) ** 2).sum()))
    return float(np.clip(_FIRST * size * np.sqrt(limit), _SMALLEST, _LAST))


def _walk(
    residuals: Residuals, best: Floats, least: float, constant: int, limit: float, step: float
) -> list[tuple[Floats, float]]:
    """Points outwards from the best, each searched from the one before; steps grow where little happens."""
    edge = 0.0 if step < 0 else 1.0
    points: list[tuple[Floats, float]] = [(best, least)]
    for count in range(_STEPS):
        place, total = points[-1]
        if place[constant] == edge or total - least > limit:
            break
        next_ = place[constant] + step if count < _STEPS - 1 else edge
        points.append(_held_at(residuals, place, constant, float(np.clip(next_, 0.0, 1.0))))
        if points[-1][1] - total < 0.25 * limit:
            step = float(np.sign(step) * min(2 * abs(step), _LAST))
    return _refined(residuals, points, least, constant, limit)[1:]


def _refined(
    residuals: Residuals, points: list[tuple[Floats, float]], least: float, constant: int, limit: float
) -> list[tuple[Floats, float]]:
    """`points` with a few more where the last step went far beyond the limit."""
    for _ in range(3):
        (before, low), (after, high) = points[-2:] if len(points) > 1 else (points[0], points[0])
        if not (low - least <= limit and high - least > 1.5 * limit):
            break
        first, last = (np.sqrt(max(0.0, total - least)) for total in (low, high))
        share = min(0.9, max(0.1, 1.05 * (np.sqrt(limit) - first) / (last - first)))
        middle = before[constant] + share * (after[constant] - before[constant])
        between = _held_at(residuals, before, constant, float(middle))
        points[-1:] = [between] if between[1] - least > limit else [between, points[-1]]
    return points


def _held_at(residuals: Residuals, start: Floats, constant: int, place: float) -> tuple[Floats, float]:
    held = start.copy()
    held[constant] = place
    return _search(residuals, held, constant)
