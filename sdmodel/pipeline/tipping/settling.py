"""States of a model at one moment → the equilibria near them, all by Newton's method at once.

Every round is one batch of the compiled engine for the derivatives and one for the lengths of the step: the length that
brings the net flows nearest to zero is taken, and a state from which none does is done.
"""

from dataclasses import dataclass

import numpy as np

from sdmodel.analysis.tipping.jacobian import Modes, Numbers, conserved, modes, newton_step
from sdmodel.pipeline.tipping.moment import Moment, Moved

ROUNDS = 80
AT_REST = 1e-11
"""Net flow, by size of the stock and of the fastest rate, that counts as none."""
NO_STEP = 1e-6
"""Newton step, by size of the stock, that counts as none: at a state of rest it has nowhere to go."""
_LEAST = 1e-300
_FLAT = 1e-250  # derivatives below lead nowhere: their inverse is no number
LENGTHS = (1.0, 0.5, 0.25, 0.1, 0.02)


@dataclass(frozen=True)
class Settled:
    """The `states` [state, stock] that were reached, and in which of them nothing moves."""

    states: Numbers
    found: np.ndarray


def settled(moment: Moment, states: Numbers, scale: Numbers, sums: Numbers, inputs: Moved | None = None) -> Settled:
    """The equilibria that Newton's method finds from `states` [state, stock], with conserved `sums` kept.

    Flows as small as `AT_REST` are not enough: the step that would still be taken has to be none as well, so that
    places where flows merely fade are no rest.
    """
    states = np.array(states, dtype=float)
    found = np.zeros(len(states), dtype=bool)
    going = np.asarray(np.isfinite(states).all(axis=1))
    for _ in range(ROUNDS):
        rows = np.flatnonzero(going)
        if not len(rows):
            break
        here = {name: column[rows] for name, column in (inputs or {}).items()}
        now = moment.slopes(states[rows], scale, inputs=here)
        rate = np.abs(now.matrix * scale / scale[:, None]).max(axis=(1, 2))
        sound = np.isfinite(now.matrix).all(axis=(1, 2)) & np.isfinite(now.flows).all(axis=1)
        step = np.zeros_like(now.flows)
        if (steep := sound & (rate > _FLAT)).any():
            step[steep] = newton_step(now.matrix[steep], now.flows[steep], scale, sums)
        best, left = _best(moment, states[rows], step, scale, here)
        before = _distance(now.flows, scale)
        better = sound & (left < before * (1 - 1e-3))
        size = np.maximum(scale, np.abs(states[rows]))
        still = (before <= AT_REST * np.maximum(rate, _LEAST)) & (np.abs(step / size).max(axis=1) <= NO_STEP)
        found[rows] = sound & still
        states[rows[better]] = best[better]
        going[rows[~better]] = False
    return Settled(states, found)


def modes_at(moment: Moment, state: Numbers, scale: Numbers, sums: Numbers, inputs: Moved | None = None) -> Modes:
    """The modes of small deviations from one `state` [stock]."""
    near = moment.slopes(state[None], scale, inputs=inputs)
    return modes(near.matrix[0], near.error[0], scale, sums)


def sums_of(moment: Moment, low: Numbers, high: Numbers, scale: Numbers, seed: int = 0) -> Numbers:
    """Conserved sums of the stocks [sum, stock], from net flows at states drawn between `low` and `high`."""
    n = len(scale)
    draw = np.random.default_rng(seed)
    states = low + (high - low) * draw.random((4 * n + 8, n))
    return conserved(moment.flows(states), scale)


def with_sums(states: Numbers, like: Numbers, sums: Numbers, scale: Numbers) -> Numbers:
    """`states` moved to the same conserved sums as the state `like`."""
    if not len(sums):
        return states
    rows = sums * scale
    wrong = (like - states) @ sums.T
    return np.asarray(states + wrong @ np.linalg.pinv(rows).T * scale)


def _best(moment: Moment, states: Numbers, step: Numbers, scale: Numbers, inputs: Moved) -> tuple[Numbers, Numbers]:
    """For each state the best of some lengths of its step, and how far from rest it is there."""
    tried = states[:, None, :] + np.array(LENGTHS)[None, :, None] * step[:, None, :]
    spread = {name: np.repeat(column, len(LENGTHS)) for name, column in inputs.items()}
    flows = moment.flows(tried.reshape(-1, states.shape[1]), inputs=spread).reshape(tried.shape)
    left = _distance(flows, scale)
    place = left.argmin(axis=1)
    rows = np.arange(len(states))
    return tried[rows, place], left[rows, place]


def _distance(flows: Numbers, scale: Numbers) -> Numbers:
    """The largest net flow by size of the stock: no squares, which would be zero for flows below 1e-162."""
    with np.errstate(all="ignore"):
        left = np.abs(flows / scale).max(axis=-1)
    return np.asarray(np.where(np.isfinite(left), left, np.inf))
