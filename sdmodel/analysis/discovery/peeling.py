"""Inputs of futures, and which of them fail → ever smaller boxes in which failures are ever denser.

The Patient Rule Induction Method: Friedman & Fisher 1999, Statistics and Computing 9, 123, section 8. A step peels off
the outermost share α of the futures still inside, at the low or the high end of one input, or one value of a
categorical input; of all such peels it takes the one that gains most density per future given up, the "lenient"
criterion of their eq. 14 (Kwakkel & Jaxa-Rozen 2016, Environ. Model. Softw. 79, 311, on inputs of several kinds).
Where failures are few, many peels give up none and gain the same. Of these the one goes first beyond which the most
futures lie without any failure: at an input that does nothing that is what chance leaves free.
"""

import math
from collections.abc import Container, Iterator
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import numpy as np

from sdmodel.analysis.discovery.boxes import HIGH, LOW, Box, whole
from sdmodel.analysis.discovery.ranked import Inside, Ranked, ranked

ALPHA = 0.05
LEAST_MASS = 0.05
REAL, WHOLE, CATEGORY = "real", "whole", "category"


@dataclass(frozen=True)
class Step:
    """A box on the way, how many futures and failures are in it, and which input the last peel was at (-1: none)."""

    box: Box
    futures: int
    failures: int
    place: int


@dataclass(frozen=True)
class Peel:
    """A way to make the box smaller: how many futures that gives up, and how many of them fail.

    `value` is what a categorical input must not be; `free` tells how many futures lie beyond the outermost failure on
    that side, where peels that give up no failure are equal in all else.
    """

    place: int
    side: str
    given: int
    lost: int
    value: float = math.nan
    free: int = 0


class _Inside:
    """The futures still inside, in the order of every input."""

    def __init__(self, columns: np.ndarray, fails: np.ndarray, kinds: np.ndarray, of: Ranked) -> None:
        """`columns` (input, future) and `fails` bool (future,) are those of all futures."""
        self.columns, self.fails, self.kinds, self.ranked = columns, fails, kinds, of
        self.marks, self.count, self.failures = Inside(of, fails), len(fails), int(fails.sum())

    def give_up(self, peel: Peel) -> float:
        """Takes the futures of a peel out; the limit of the box there from now on."""
        order = self.order(peel.place)
        if peel.side == CATEGORY:
            limit, rows = peel.value, order[self.columns[peel.place, order] == peel.value]
        else:
            order = order if peel.side == LOW else order[::-1]
            limit, rows = _limit(self, peel.place, order, peel.given), order[: peel.given]
        self.marks.drop(self.ranked.bit[:, rows])
        self.count, self.failures = self.count - peel.given, self.failures - peel.lost
        return limit

    def order(self, place: int) -> np.ndarray:
        """(future,): those inside by rising value of one input."""
        return np.asarray(self.ranked.order[place, self.marks.ranks(place)])


def ordered(inputs: np.ndarray) -> Ranked:
    """The order of `inputs` (future, input), which is the same for all that is asked of them."""
    return ranked(np.ascontiguousarray(inputs.T))


def peeled(
    inputs: np.ndarray,
    fails: np.ndarray,
    kinds: np.ndarray,
    *,
    alpha: float = ALPHA,
    least: float = LEAST_MASS,
    order: Ranked | None = None,
    coverage: float = 0.0,
) -> list[Step]:
    """The boxes from the whole space to the last one, which holds at least the share `least` of all futures.

    `inputs` (future, input), `fails` bool (future,), `kinds` (input,) of REAL, WHOLE or CATEGORY. Peeling ends as well
    when all that is inside fails, when no peel makes it denser, or when fewer than the share `coverage` of all failures
    would be left.
    """
    columns = np.ascontiguousarray(inputs.T)
    now = _Inside(columns, fails, kinds, ranked(columns) if order is None else order)
    steps = [Step(whole(len(columns)), now.count, now.failures, -1)]
    while 0 < now.failures < now.count:
        peel = _best(now, {step.place for step in steps}, alpha)
        if peel is None or now.count - peel.given < least * len(fails):
            break
        if now.failures - peel.lost < coverage * steps[0].failures:
            break
        box = _bounded(steps[-1].box, peel, now.give_up(peel))
        steps.append(Step(box, now.count, now.failures, peel.place))
    return steps


def _best(now: _Inside, restricted: Container[int], alpha: float) -> Peel | None:
    """The peel with the largest gain; of equal ones that with most futures `free` of failures beyond the outermost one,
    then that of an input which is restricted already."""
    found = [*_ends(now, restricted, alpha), *_categories(now)]
    worth = [(_gain(now, peel.given, peel.lost), peel.free, peel.place in restricted) for peel in found]
    best = max(range(len(found)), key=worth.__getitem__, default=None)
    return None if best is None or worth[best][0] <= 0 else found[best]


def _gain(now: _Inside, given: Any, lost: Any) -> Any:
    """Density gained per future given up, when `lost` of the `given` futures fail; numbers, or arrays of them."""
    return ((now.failures - lost) / (now.count - given) - now.failures / now.count) / given


def _ends(now: _Inside, restricted: Container[int], alpha: float) -> Iterator[Peel]:
    """The best peel at the low end of an ordered input, and the best at a high end."""
    places = np.flatnonzero(now.kinds != CATEGORY)
    share = max(1, int(alpha * now.count))
    if not len(places) or share >= now.count:
        return
    new = np.array([place not in restricted for place in places.tolist()])
    both = _outermost(now, share)
    able = both[0] < now.count
    gains = np.where(able, _gain(now, np.where(able, both[0], 1), both[1]), -np.inf)
    free = _free(now, gains, both[1])
    for number, side in enumerate((LOW, HIGH)):
        place = int(places[np.lexsort((new, -free[number, places], -gains[number, places]))[0]])
        if able[number, place]:
            given, lost, beyond = (int(one[number, place]) for one in (*both, free))
            yield Peel(place, side, given, lost, free=beyond)


def _free(now: _Inside, gains: np.ndarray, lost: np.ndarray) -> np.ndarray:
    """(side, input): futures beyond the outermost failure, where peels that give up none are the best."""
    best = (gains == gains[:, now.kinds != CATEGORY].max()) & (lost == 0)
    if not best.any():
        return np.zeros(gains.shape, dtype=np.int64)
    beyond, _ = _beyond(now, now.marks.outermost())
    return np.where(best, beyond, 0)


def _outermost(now: _Inside, share: int) -> tuple[np.ndarray, np.ndarray]:
    """(side, input) twice: how many futures the peel at that end gives up, and how many of them fail.

    Futures as far in as the limit itself stay, so that equal values stay together; where the outermost value alone has
    more than its share, all of it goes.
    """
    inputs = np.arange(len(now.columns))
    limit = now.marks.rank(np.array([share, now.count - 1 - share]))
    start, stop = now.ranked.start[inputs, limit], now.ranked.stop[inputs, limit]
    given, lost = _beyond(now, np.stack([start[0], stop[1]]))
    if given.all():
        return given, lost
    with_it = _beyond(now, np.stack([stop[0], start[1]]))
    return np.where(given == 0, with_it[0], given), np.where(given == 0, with_it[1], lost)


def _beyond(now: _Inside, ranks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(side, input) twice: futures, and failures, below the first ranks and from the second ranks on."""
    given, lost = now.marks.below(ranks)
    given[1], lost[1] = now.count - given[1], now.failures - lost[1]
    return given, lost


def _limit(now: _Inside, place: int, order: np.ndarray, count: int) -> float:
    """Half way between the last future out and the first one in; the latter where only whole numbers occur."""
    last, first = (float(now.columns[place, row]) for row in order[count - 1 : count + 1])
    return first if now.kinds[place] == WHOLE else (last + first) / 2


def _categories(now: _Inside) -> Iterator[Peel]:
    """Each value of each categorical input."""
    for place in np.flatnonzero(now.kinds == CATEGORY):
        order = now.order(int(place))
        values = now.columns[place, order]
        starts = np.flatnonzero(np.r_[True, values[1:] != values[:-1]])
        if len(starts) > 1:
            for begin, end in zip(starts, [*starts[1:], len(values)], strict=True):
                given, lost = int(end - begin), int(now.fails[order[begin:end]].sum())
                yield Peel(int(place), CATEGORY, given, lost, float(values[begin]), 0 if lost else given)


def _bounded(box: Box, peel: Peel, limit: float) -> Box:
    if peel.side == CATEGORY:
        return replace(box, barred=box.barred | {(peel.place, limit)})
    return box.moved(peel.place, peel.side, limit)


def densest(steps: list[Step], least_coverage: float) -> int:
    """Which box has the highest density of those that hold at least that share of all failures; the first of equals.

    Coverage falls along the way.
    """
    failures = steps[0].failures
    able = [number for number, step in enumerate(steps) if step.failures >= least_coverage * failures]
    return reduce(lambda best, one: one if _density(steps[one]) > _density(steps[best]) else best, able)


def left_at(steps: list[Step], least_coverage: float) -> int:
    """The first box whose density is within one standard error of that of the `densest`.

    What the path gains after it cannot be told from chance, and what it loses is coverage: the rule by which trees are
    pruned (Breiman, Friedman, Olshen & Stone 1984, section 3.4.3).
    """
    best = steps[densest(steps, least_coverage)]
    share = (best.failures + 1) / (best.futures + 2)  # so that a box in which all fail has an error, too
    enough = _density(best) - math.sqrt(share * (1 - share) / best.futures)
    return next(number for number, step in enumerate(steps) if _density(step) >= enough)


def _density(step: Step) -> float:
    return step.failures / step.futures if step.futures else 0.0
