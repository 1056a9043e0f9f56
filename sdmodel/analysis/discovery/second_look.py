"""Boxes that one method found → does the other find a clearly denser one? And are there failures enough?"""

from collections.abc import Sequence

import numpy as np

from sdmodel.analysis.discovery.box_search import Rule
from sdmodel.analysis.discovery.box_table import Told, conditions
from sdmodel.analysis.discovery.boxes import Worth
from sdmodel.analysis.discovery.cart import DEEPEST, FOLDS, LEAST_LEAF, boxes_by_cart
from sdmodel.analysis.discovery.cases import Cases
from sdmodel.analysis.discovery.prim import FEWEST, boxes_by_prim
from sdmodel.analysis.wording import counted, joined, percent
from sdmodel.errors import ExperimentError

FEW = 50
"""So many failures, and as many successes, are enough for limits that hold."""
_RESAMPLES = 20
_MOST = 2_000_000  # futures times inputs: larger tables would take the other method many seconds
_APART, _LEAST_SHARE, _DENSE = 2.0, 0.5, 0.9


def support(cases: Cases, method: str, rule: Rule) -> str:
    """The caveat that no box is smaller than so many futures; what is denser in fewer than these stays unseen."""
    futures, failures = len(cases.fails), int(cases.fails.sum())
    share = rule.support(futures, failures) if method == "prim" else max(LEAST_LEAF, FEWEST / max(1, futures))
    least = int(np.ceil(share * futures))
    return f"No box holds fewer than {least:,} of the {counted(futures, 'future')} ({percent(least / futures)})."


def few(cases: Cases) -> str:
    """The caveat that failures, or successes, are few; empty when there are enough."""
    failures = int(cases.fails.sum())
    fewer = min(failures, len(cases.fails) - failures)
    if not FEWEST <= fewer < FEW:
        return ""
    which = "it holds" if fewer == failures else "it does not hold"
    return (
        f"There are only {fewer} futures in which {which}, fewer than {FEW}: limits are rough, and a condition that "
        "matters may go unseen. More futures would tell more."
    )


def denser(cases: Cases, told: Sequence[Told], method: str, rule: Rule, seed: int) -> str:
    """The caveat that the other method finds a box that is clearly denser and holds half as many failures at least.

    Clearly: by more than twice the standard error of the difference. Empty when it does not, where nearly all in the
    box fail anyway, where tables are so large that it would take long, or where the other method needs an extra.
    """
    own = _best(told, 0.0)
    if own is None or own.worth.density >= _DENSE:
        return ""
    if cases.inputs.size * (DEEPEST * FOLDS if method == "prim" else _RESAMPLES) > 20 * _MOST:
        return ""
    try:
        found = _others(cases, method, rule, seed)
    except ExperimentError:  # a tree needs an extra
        return ""
    other = _best(found, _LEAST_SHARE * own.worth.coverage)
    if other is None or not _apart(own.worth, other.worth):
        return ""
    name = "cart" if method == "prim" else "prim"
    return (
        f"--method {name} finds a clearly denser box: where {joined(conditions(other.box, cases))}, "
        f"{percent(other.worth.density)} of {counted(other.worth.futures, 'future')} instead of "
        f"{percent(own.worth.density)} of {own.worth.futures:,}, and {percent(other.worth.coverage)} of all failures."
    )


def _others(cases: Cases, method: str, rule: Rule, seed: int) -> list[Told]:
    """What the other method finds and does not put down to chance."""
    if method == "prim":
        return boxes_by_cart(cases, seed=seed).told
    return [one for one in boxes_by_prim(cases, rule=rule, resamples=_RESAMPLES, seed=seed) if one.stands]


def _best(told: Sequence[Told], coverage: float) -> Told | None:
    """The densest of the boxes that hold so large a share of all failures."""
    able = [one for one in told if one.worth.futures and one.worth.coverage >= coverage]
    return max(able, key=lambda one: one.worth.density, default=None)


def _apart(own: Worth, other: Worth) -> bool:
    shares = [((one.failures + 1) / (one.futures + 2), one.futures) for one in (own, other)]
    error = float(np.sqrt(sum(share * (1 - share) / futures for share, futures in shares)))
    return other.density - own.density > _APART * error
