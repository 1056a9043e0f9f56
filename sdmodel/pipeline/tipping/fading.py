"""States far out in which nothing moves → which of them are no rest: flows that fade away towards infinity.

On the way from the run's own state to such a state a flow that fades takes about as far to fall from a millionth of
its greatest size to a billionth as from there to a million-millionth. Before an equilibrium, or the edge of a part of
the states where nothing moves, each of these ways is far shorter than the last.
"""

import numpy as np

from sdmodel.analysis.tipping.jacobian import Numbers
from sdmodel.pipeline.tipping.moment import Moment

_LEVELS = (1e-6, 1e-9, 1e-12)  # of the greatest flow on the way
_LIKE = 0.5  # of the way before it: flows that vanish as a fifth power have a quarter
_PLACES = 65  # looked at on the way
_HALVED = 48
_BESIDE = 1e-3  # of the size of a stock: so far on both sides a flow that turns is looked for


def faded(own: Moment, states: Numbers, low: Numbers, high: Numbers, scale: Numbers) -> np.ndarray:
    """Which of `states` [state, stock], in which nothing moves, lie beyond `low` to `high` where a flow only fades."""
    out = (states < low) | (states > high)
    lost = np.zeros(len(states), dtype=bool)
    for row in np.flatnonzero(out.any(axis=1)):
        stocks = np.flatnonzero(out[row] & ~_turns(own, states[row], scale))
        lost[row] = any(_fades(own, states[row], int(stock)) for stock in stocks)
    return lost


def _turns(own: Moment, state: Numbers, scale: Numbers) -> np.ndarray:
    """The stocks [stock] whose own flow has another sign on the other side of `state`: it is zero there indeed."""
    beside = np.diag(_BESIDE * scale)
    flows = own.flows(np.concatenate([state + beside, state - beside])).reshape(2, len(state), len(state))
    forth, back = np.diagonal(flows[0]), np.diagonal(flows[1])
    return np.asarray((np.sign(forth) * np.sign(back)) < 0)


def _fades(own: Moment, state: Numbers, stock: int) -> bool:
    """Whether the flow of `stock` falls as slowly from level to level as it did before."""
    begin = own.at_the_moment

    def size(parts: Numbers) -> Numbers:
        flows = own.flows(begin + parts[:, None] * (state - begin))[:, stock]
        return np.abs(np.where(np.isfinite(flows), flows, 0.0))

    parts = np.linspace(0.0, 1.0, _PLACES)
    seen = size(parts)
    if seen.max() == 0:
        return False
    levels = np.array(_LEVELS) * seen.max()
    last = np.array([np.flatnonzero(seen > level)[-1] for level in levels])
    if (last == _PLACES - 1).any():
        return True  # it is not gone even in the state itself
    inner, outer = parts[last], parts[last + 1]
    for _ in range(_HALVED):
        middle = (inner + outer) / 2
        above = size(middle) > levels
        inner, outer = np.where(above, middle, inner), np.where(above, outer, middle)
    ways = np.diff(inner)
    return bool(ways[1] > _LIKE * ways[0] > 0)
