"""Inputs of futures, and which of them fail → ever smaller boxes in which failures are ever denser.

The Patient Rule Induction Method: Friedman & Fisher 1999, Statistics and Computing 9, 123, section 8. A step peels off
the outermost share α of the futures still inside, at the low or the high end of one input, or one value of a
categorical input; of all such peels it takes the one that gains most density per future given up, the "lenient"
criterion of their eq. 14 (Kwakkel & Jaxa-Rozen 2016, Environ. Model. Softw. 79, 311, on inputs of several kinds).
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from typing import Any

import numpy as np

from sdmodel.analysis.discovery.boxes import HIGH, LOW, Box, whole

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
    """Futures to give up (`rows`), of which so many fail; what bounds the box then."""

    place: int
    side: str
    limit: float
    rows: np.ndarray
    failures: int


@dataclass(frozen=True)
class _Inside:
    """The futures still inside: `order` (input, future) has them by rising value of each input.

    `columns` (input, future) and `fails` (future,) are those of all futures.
    """

    columns: np.ndarray
    fails: np.ndarray
    kinds: np.ndarray
    order: np.ndarray

    @property
    def count(self) -> int:
        return int(self.order.shape[1])

    @cached_property
    def failures(self) -> int:
        return int(self.fails[self.order[0]].sum())


def ordered(inputs: np.ndarray) -> np.ndarray:
    """int32 (input, future): the futures by rising value of each input; the same for all that is asked of them."""
    return np.ascontiguousarray(np.argsort(inputs, axis=0, kind="stable").T.astype(np.int32))


def peeled(
    inputs: np.ndarray,
    fails: np.ndarray,
    kinds: np.ndarray,
    *,
    alpha: float = ALPHA,
    least: float = LEAST_MASS,
    order: np.ndarray | None = None,
) -> list[Step]:
    """The boxes from the whole space to the last one, which holds at least the share `least` of all futures.

    `inputs` (future, input), `fails` bool (future,), `kinds` (input,) of REAL, WHOLE or CATEGORY. Peeling ends as well
    when all that is inside fails, or when no peel makes it denser.
    """
    columns = np.ascontiguousarray(inputs.T)
    now = _Inside(columns, fails.astype(np.int8), kinds, ordered(inputs) if order is None else order)
    steps = [Step(whole(len(columns)), now.count, now.failures, -1)]
    kept = np.ones(len(fails), dtype=bool)
    while 0 < now.failures < now.count:
        peel = _best(now, steps[-1].box, alpha)
        if peel is None or now.count - len(peel.rows) < least * len(fails):
            break
        kept[peel.rows] = False
        now = replace(now, order=now.order[kept[now.order]].reshape(len(columns), -1))
        steps.append(Step(_bounded(steps[-1].box, peel), now.count, now.failures, peel.place))
    return steps


def _best(now: _Inside, box: Box, alpha: float) -> Peel | None:
    """The peel with the largest gain; of equal ones that of an input which is restricted already."""
    found = [*_ends(now, box, alpha), *_categories(now)]
    restricted = set(box.restricted)
    worth = [(_gain(now, len(peel.rows), peel.failures), peel.place in restricted) for peel in found]
    best = max(range(len(found)), key=worth.__getitem__, default=None)
    return None if best is None or worth[best][0] <= 0 else found[best]


def _gain(now: _Inside, given: Any, lost: Any) -> Any:
    """Density gained per future given up, when `lost` of the `given` futures fail; numbers, or arrays of them."""
    return ((now.failures - lost) / (now.count - given) - now.failures / now.count) / given


def _ends(now: _Inside, box: Box, alpha: float) -> Iterator[Peel]:
    """The best peel at the low end of an ordered input, and the best at a high end."""
    places = np.flatnonzero(now.kinds != CATEGORY)
    share = max(1, int(alpha * now.count))
    if not len(places) or share >= now.count:
        return
    restricted = np.isin(places, box.restricted)
    for side, order in ((LOW, now.order[places]), (HIGH, now.order[places, ::-1])):
        near = order[:, : share + 1]
        values = now.columns[places[:, None], near]
        apart = values[:, :-1] != values[:, -1:]
        given = apart.sum(axis=1)  # futures as far in as the limit itself stay, so that equal values stay together
        lost = (now.fails[near[:, :-1]] * apart).sum(axis=1, dtype=np.int64)
        for row in map(int, np.flatnonzero(given == 0)):  # the outermost value has more than its share: all of it goes
            given[row] = _equal(now.columns[places[row], order[row]])
            lost[row] = now.fails[order[row, : given[row]]].sum()
        able = given < now.count
        gain = np.where(able, _gain(now, np.where(able, given, 1), lost), -np.inf)
        row = int(np.lexsort((~restricted, -gain))[0])
        if able[row]:
            place, count = int(places[row]), int(given[row])
            yield Peel(place, side, _limit(now, place, order[row], count), order[row, :count], int(lost[row]))


def _equal(values: np.ndarray) -> int:
    """How many of the first values are equal."""
    apart = values != values[0]
    return int(apart.argmax()) if apart.any() else len(values)


def _limit(now: _Inside, place: int, order: np.ndarray, count: int) -> float:
    """Half way between the last future out and the first one in; the latter where only whole numbers occur."""
    last, first = (float(now.columns[place, row]) for row in order[count - 1 : count + 1])
    return first if now.kinds[place] == WHOLE else (last + first) / 2


def _categories(now: _Inside) -> Iterator[Peel]:
    """Each value of each categorical input."""
    for place in np.flatnonzero(now.kinds == CATEGORY):
        order = now.order[place]
        values = now.columns[place, order]
        starts = np.flatnonzero(np.r_[True, values[1:] != values[:-1]])
        if len(starts) > 1:
            for begin, end in zip(starts, [*starts[1:], len(values)], strict=True):
                rows = order[begin:end]
                yield Peel(int(place), CATEGORY, float(values[begin]), rows, int(now.fails[rows].sum()))


def _bounded(box: Box, peel: Peel) -> Box:
    if peel.side == CATEGORY:
        return replace(box, barred=box.barred | {(peel.place, peel.limit)})
    return box.moved(peel.place, peel.side, peel.limit)


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
