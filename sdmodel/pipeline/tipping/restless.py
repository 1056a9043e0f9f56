"""States that long settling did not bring to rest → whether they swing, grow without end, or are merely slow.

Newton's method may find a rest from any of them, also one that repels, or one from which they move away: what counts is
the course over some more time.
"""

import numpy as np

from sdmodel.analysis.tipping.hysteresis import GROWS, RESTS, SLOW, SWINGS
from sdmodel.analysis.tipping.jacobian import Numbers
from sdmodel.analysis.tipping.rest_points import STABLE, kind_of
from sdmodel.pipeline.tipping.moment import Moment
from sdmodel.pipeline.tipping.settling import modes_at, settled

_MOVES = 1e-3  # of the size of a stock, in the time that it had to settle
_SAVED = 200
_ONE_WAY = 0.9  # of all that a stock moved: so much of it in one direction is no swing
_KEPT = 0.9  # of the first half of the time: a swing, or a pace, that is as large in the second half does not die out


def courses(
    own: Moment, states: Numbers, settling: float, scale: Numbers, sums: Numbers, name: str, values: Numbers
) -> np.ndarray:
    """What `states` [way, value, stock] do in `settling` more time with the `values` of the input `name` [way, value].

    RESTS, SLOW, SWINGS or GROWS.
    """
    told = np.full(states.shape[:2], RESTS, dtype=np.int8)
    flat, inputs = states.reshape(-1, states.shape[-1]), {name: np.tile(values, len(states))}
    with np.errstate(invalid="ignore"):
        still = np.abs(own.flows(flat, inputs=inputs) / scale).max(axis=1) * settling <= _MOVES
    moving = ~still.reshape(told.shape)
    for value in np.flatnonzero(moving.any(axis=0)):
        ways = np.flatnonzero(moving[:, value])
        rests = _rests(own, states[:, value], scale, sums, name, float(values[value]))
        here = {name: np.full(len(ways), values[value])}
        for way, path in zip(ways, own.path(states[ways, value], settling, _SAVED, here), strict=True):
            told[way, value] = _course(path / scale, rests / scale)
    return told


def _rests(own: Moment, states: Numbers, scale: Numbers, sums: Numbers, name: str, value: float) -> Numbers:
    """Stable rests [rest, stock] that Newton's method finds from `states`."""
    found = settled(own, states, scale, sums, {name: np.full(len(states), value)})
    here = {name: np.array([value])}
    stable = [
        ok and kind_of(modes_at(own, state, scale, sums, here)) == STABLE
        for state, ok in zip(found.states, found.found, strict=True)
    ]
    return np.asarray(found.states[np.array(stable, dtype=bool)])


def _course(path: Numbers, rests: Numbers) -> int:
    """What a `path` [time, stock] does where `rests` [rest, stock] are known to be stable."""
    if not np.isfinite(path).all():
        return GROWS
    steps = np.diff(path, axis=0)
    way = np.abs(steps).sum(axis=0)
    lead = int(way.argmax())
    if way[lead] <= _MOVES:
        return RESTS
    halves = np.array_split(path[:, lead], 2)
    first, second = (float(np.ptp(half)) for half in halves)
    lasts = second > _KEPT * first
    if abs(float(steps[:, lead].sum())) < _ONE_WAY * way[lead]:
        return SWINGS if lasts or not len(rests) else SLOW
    left = np.abs(path[[0, -1], None, :] - rests).max(axis=-1)
    nearer = bool((left[1] < left[0]).any())
    outward = abs(path[-1, lead]) > abs(path[0, lead])
    return GROWS if outward and not nearer and (lasts or len(rests)) else SLOW
