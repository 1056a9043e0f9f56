"""A scan of an input → stable states that it does not reach, looked for at both ends and in the middle."""

import numpy as np

from sdmodel.analysis.tipping.hysteresis import Other
from sdmodel.analysis.tipping.jacobian import Numbers
from sdmodel.analysis.tipping.rest_points import STABLE, kind_of
from sdmodel.pipeline.tipping.equilibria import Reach, first_states
from sdmodel.pipeline.tipping.moment import Moment
from sdmodel.pipeline.tipping.settling import modes_at, settled

_STARTS = 12
_APART = 1e-2  # of the size of a stock: a state that is nearer to one of the scan is the same
_WITHIN = 1e-6


def elsewhere(
    own: Moment, name: str, reach: Reach, sums: Numbers, values: Numbers, states: Numbers, watched: str
) -> tuple[Other, ...]:
    """One stable state at each of three of the `values` of the input `name`, apart from `states` [way, value, stock].

    Within the limits of the stocks, and no further out than the starts, some of which lie below zero where no limit is
    stated.
    """
    starts = first_states(own, reach, sums, _STARTS)
    places = sorted({0, len(values) // 2, len(values) - 1})
    each = np.tile(starts, (len(places), 1))
    moved = {name: np.repeat(values[places], len(starts))}
    ends = own.after(each, own.span, moved)
    found = settled(own, ends, reach.scale, sums, moved)
    told = []
    for at, place in enumerate(places):
        rows = slice(at * len(starts), (at + 1) * len(starts))
        value = float(values[place])
        for state in found.states[rows][found.found[rows]]:
            if _is_another(own, reach, state, states[:, place]) and _stable(own, name, reach, sums, state, value):
                seen = own.values(state[None], [watched], {name: np.array([value])})
                below = bool((state < np.minimum(reach.low, 0.0) - _WITHIN * reach.scale).any())
                told.append(Other(value, float(seen[0, 0]), below))
                break
    return tuple(told)


def _is_another(own: Moment, reach: Reach, state: Numbers, known: Numbers) -> bool:
    limits = [own.given.model[name].limits for name in own.stocks]
    slack = _WITHIN * reach.scale
    low = np.array([-most if least is None else least for (least, _), most in zip(limits, reach.high, strict=True)])
    if not ((state >= np.minimum(low, reach.low) - slack) & (state <= reach.high + slack)).all():
        return False
    with np.errstate(invalid="ignore"):
        return bool((np.abs((known - state) / reach.scale).max(axis=1) > _APART).all())


def _stable(own: Moment, name: str, reach: Reach, sums: Numbers, state: Numbers, value: float) -> bool:
    return kind_of(modes_at(own, state, reach.scale, sums, {name: np.array([value])})) == STABLE
