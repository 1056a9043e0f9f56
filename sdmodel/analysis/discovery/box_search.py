"""Cases and a rule → one box: peel, keep the inputs that chance does not explain, peel again in these alone, paste.

Among a hundred inputs, peels at inputs that do nothing gain density in the sample and nowhere else; and they stop the
peels that matter early. So inputs with no significant face are set aside (Bryant & Lempert 2010, section 3, do that by
hand), and the box is sought again in the others. None is set aside for good: within the box that is found the others
are tried once more, and come back if a face of theirs is significant there.
"""

from dataclasses import dataclass, replace

import numpy as np

from sdmodel.analysis.discovery.boxes import Box, quasi_p
from sdmodel.analysis.discovery.pasting import pasted
from sdmodel.analysis.discovery.peeling import Step, left_at, ordered, peeled
from sdmodel.analysis.discovery.ranked import Ranked

_FEWEST_INSIDE, _TIMES = 20, 2  # futures that a box must hold where failures are rare, and that for each failure
_FEWEST, _ROUNDS = 10, 3  # failures within a box for which more is looked for there, and how often


@dataclass(frozen=True)
class Rule:
    """How a box is sought: share peeled off at a time, least mass, and the coverage that the chosen box must keep."""

    alpha: float
    least_mass: float
    coverage: float

    def support(self, futures: int, failures: int) -> float:
        """The share of `futures` that a box must hold: the least mass, or where failures are rare a few times as many
        futures as fail: of a box much larger than that, most cannot fail."""
        return min(self.least_mass, max(_FEWEST_INSIDE, _TIMES * failures) / max(1, futures))


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
    inputs: np.ndarray,
    fails: np.ndarray,
    kinds: np.ndarray,
    rule: Rule,
    *,
    order: Ranked | None = None,
    whole_path: bool = True,
) -> Found:
    """The search in all inputs, with nothing set aside and nothing pasted.

    Not a `whole_path` ends where coverage is less than the rule's, for what lies beyond is never chosen.
    """
    least = 0.0 if whole_path else rule.coverage
    mass = rule.support(len(fails), int(fails.sum()))
    steps = peeled(inputs, fails, kinds, alpha=rule.alpha, least=mass, order=order, coverage=least)
    chosen = left_at(steps, rule.coverage)
    return Found(steps, chosen, steps[chosen].box, stands=False)


def search(
    inputs: np.ndarray,
    fails: np.ndarray,
    kinds: np.ndarray,
    rule: Rule,
    level: float,
    *,
    step: int | None = None,
    whole_path: bool = True,
) -> Found:
    """The whole search; faces with a quasi-p value of `level` or more are chance.

    `step` takes that box of the last path as it is, with all its faces, unpasted. IndexError when there is none.
    Without `whole_path` the steps told end where coverage is less than the rule's; the box is the same.
    """
    order = ordered(inputs)
    everywhere = first(inputs, fails, kinds, rule, order=order, whole_path=False)
    clear = significant(everywhere.box, inputs, fails, level)
    kept = np.array(clear.restricted, dtype=int)
    if not len(kept):
        if whole_path:
            everywhere = first(inputs, fails, kinds, rule, order=order)
        return everywhere if step is None else _taken(everywhere, step)
    found = _in(kept, inputs, fails, kinds, rule, whole_path)
    for _ in range(_ROUNDS):
        back = _back(found.box, kept, inputs, fails, kinds, rule, level)
        if not len(back):
            break
        kept = np.sort(np.append(kept, back))
        found = _in(kept, inputs, fails, kinds, rule, whole_path)
    if step is not None:
        return _taken(found, step)
    box = significant(found.box, inputs, fails, level)
    return replace(found, box=pasted(box if box.faces else clear, inputs, fails, kinds, alpha=rule.alpha))


def _in(
    kept: np.ndarray, inputs: np.ndarray, fails: np.ndarray, kinds: np.ndarray, rule: Rule, whole_path: bool
) -> Found:
    """The search in the inputs `kept` alone."""
    again = first(inputs[:, kept], fails, kinds[kept], rule, whole_path=whole_path)
    steps = [_widened(one, kept, inputs.shape[1]) for one in again.steps]
    return Found(steps, again.chosen, steps[again.chosen].box, stands=True)


def _back(
    box: Box, kept: np.ndarray, inputs: np.ndarray, fails: np.ndarray, kinds: np.ndarray, rule: Rule, level: float
) -> np.ndarray:
    """The inputs that are not `kept`, and have a significant face in a search within `box`.

    At half the level, for this is another look at inputs that chance could have explained before.
    """
    others, inside = np.setdiff1d(np.arange(inputs.shape[1]), kept), box.inside(inputs)
    failures = int(fails[inside].sum())
    if not len(others) or min(failures, int(inside.sum()) - failures) < _FEWEST:
        return others[:0]
    within, failing = inputs[inside][:, others], fails[inside]
    tried = first(within, failing, kinds[others], rule, whole_path=False)
    return others[list(significant(tried.box, within, failing, level / 2).restricted)]


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
