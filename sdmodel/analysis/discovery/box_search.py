"""Cases and a rule → one box: peel, keep the inputs that chance does not explain, peel again in these alone, paste.

Among a hundred inputs, peels at inputs that do nothing gain density in the sample and nowhere else; and they stop the
peels that matter early. So inputs with no significant face are set aside (Bryant & Lempert 2010, section 3, do that by
hand), and the box is sought again in the others.
"""

from dataclasses import dataclass, replace

import numpy as np

from sdmodel.analysis.discovery.boxes import Box, quasi_p
from sdmodel.analysis.discovery.pasting import pasted
from sdmodel.analysis.discovery.peeling import Step, left_at, peeled


@dataclass(frozen=True)
class Rule:
    """How a box is sought: share peeled off at a time, least mass, and the coverage that the chosen box must keep."""

    alpha: float
    least_mass: float
    coverage: float


@dataclass(frozen=True)
class Found:
    """The `steps` of the last peeling, the one `chosen`, the `box` in the end, and whether it `stands` against chance.

    Where it does not, steps and box are those of the search in all inputs.
    """

    steps: list[Step]
    chosen: int
    box: Box
    stands: bool


def first(
    inputs: np.ndarray, fails: np.ndarray, kinds: np.ndarray, rule: Rule, order: np.ndarray | None = None
) -> Found:
    """The search in all inputs, with nothing set aside and nothing pasted."""
    steps = peeled(inputs, fails, kinds, alpha=rule.alpha, least=rule.least_mass, order=order)
    chosen = left_at(steps, rule.coverage)
    return Found(steps, chosen, steps[chosen].box, stands=False)


def search(
    inputs: np.ndarray, fails: np.ndarray, kinds: np.ndarray, rule: Rule, level: float, step: int | None = None
) -> Found:
    """The whole search; faces with a quasi-p value of `level` or more are chance.

    `step` takes that box of the last path as it is, with all its faces, unpasted. IndexError when there is none.
    """
    everywhere = first(inputs, fails, kinds, rule)
    clear = significant(everywhere.box, inputs, fails, level)
    kept = np.array(clear.restricted, dtype=int)
    if not len(kept):
        return everywhere if step is None else _taken(everywhere, step)
    again = first(inputs[:, kept], fails, kinds[kept], rule)
    steps = [_widened(one, kept, inputs.shape[1]) for one in again.steps]
    found = Found(steps, again.chosen, steps[again.chosen].box, stands=True)
    if step is not None:
        return _taken(found, step)
    box = significant(found.box, inputs, fails, level)
    return replace(found, box=pasted(box if box.faces else clear, inputs, fails, kinds, alpha=rule.alpha))


def significant(box: Box, inputs: np.ndarray, fails: np.ndarray, level: float) -> Box:
    """The box without the faces whose quasi-p value is not below `level`: the least significant goes first."""
    while box.faces:
        found = quasi_p(box, inputs, fails)
        face = max(found, key=found.__getitem__)
        if found[face] < level:
            return box
        box = box.without(*face)
    return box


def _taken(found: Found, step: int) -> Found:
    if not 0 <= step < len(found.steps):
        raise IndexError(step)
    return replace(found, chosen=step, box=found.steps[step].box)


def _widened(step: Step, kept: np.ndarray, inputs: int) -> Step:
    """The step with its box among all inputs instead of those `kept`."""
    low, high = np.full(inputs, -np.inf), np.full(inputs, np.inf)
    low[kept], high[kept] = step.box.low, step.box.high
    box = Box(low, high, frozenset((int(kept[place]), value) for place, value in step.box.barred))
    return replace(step, box=box, place=int(kept[step.place]) if step.place >= 0 else -1)
