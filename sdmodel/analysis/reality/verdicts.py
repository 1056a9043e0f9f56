"""Trajectories and the expectations of a reality check → does the check hold, here and in how many futures?"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import sqrt
from statistics import NormalDist

import numpy as np

from sdmodel.analysis.reality.expectations import Courses, Holds, judged
from sdmodel.study.checks.spec import Check

LEVEL = 0.95
"""Of the interval around a share of futures."""


@dataclass(frozen=True)
class Sides:
    """The numbers on both sides of one comparison in the base run.

    `text` is the comparison as it was written. For one that must hold at all times, `left` and `right` are the values
    at `time`, at which it is closest to failing, or fails by the most.
    """

    text: str
    left: float
    comparison: str
    right: float
    holds: bool
    time: float | None = None


@dataclass(frozen=True)
class Verdict:
    """What came of one reality check, whether a study file or a Vensim model asks for it.

    `name` is its name; `statement` its words, "If …, then …"; `kind` "behaviour" or "structure" (empty: not told);
    `claims` the claims of the study that it puts to the test. `holds` is about the base run, with the model's own
    numbers, and `sides` has the numbers behind that. `failure` tells why there are none: a run left the finite range.
    Of the `futures` that were drawn it holds in `held`; `low` to `high` is the Wilson interval (95 %) of that share.
    `broken` counts the futures in which a run failed; the check does not hold there. Without futures all are zero,
    and `low` and `high` 0 and 1: nothing is known.
    """

    name: str
    statement: str
    kind: str
    claims: tuple[str, ...]
    holds: bool
    sides: tuple[Sides, ...] = field(default=())
    failure: str = ""
    futures: int = 0
    held: int = 0
    broken: int = 0
    low: float = 0.0
    high: float = 1.0

    @property
    def share(self) -> float:
        """The share of futures in which it holds; NaN when none were drawn."""
        return self.held / self.futures if self.futures else float("nan")


def verdict(check: Check, runs: Mapping[str, Courses], failure: str = "") -> Verdict:
    """What `check` says of the base run: the first future of `runs`, by their names in the check.

    A `failure`, the words for a run that left the finite range, makes the check fail without looking.
    """
    told = (check.name, check.statement, check.kind, check.claims)
    if failure:
        return Verdict(*told, holds=False, failure=failure)
    found = [one for expectation in check.expect for one in judged(expectation, runs)]
    sides = tuple(
        Sides(
            one.text,
            float(one.left[0]),
            one.operator,
            float(one.right[0]),
            bool(one.holds[0]),
            None if one.time is None else float(one.time[0]),
        )
        for one in found
    )
    return Verdict(*told, holds=all(side.holds for side in sides), sides=sides)


def in_futures(check: Check, runs: Mapping[str, Courses]) -> tuple[Holds, Holds]:
    """In which futures (future) `check` holds, and in which one of its runs failed, so that it does not."""
    broken = np.any(np.array([run.failed for run in runs.values()]), axis=0)
    holds = [one.holds for expectation in check.expect for one in judged(expectation, runs)]
    return np.all(np.array(holds), axis=0) & ~broken, broken


def counted(base: Verdict, held: int, futures: int, broken: int) -> Verdict:
    """`base` with what came of the futures."""
    low, high = wilson(held, futures)
    return replace(base, held=held, futures=futures, broken=broken, low=low, high=high)


def wilson(held: int, total: int, level: float = LEVEL) -> tuple[float, float]:
    """The interval that holds the share behind `held` of `total` independent tries at confidence `level`.

    Source: Wilson (1927), Journal of the American Statistical Association 22(158), pp. 209–212: the shares p for which
    |held/total - p| is at most z times the standard deviation of p's own draws.
    """
    if not total:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + level) / 2)
    share, weight = held / total, z * z / total
    middle = (share + weight / 2) / (1 + weight)
    reach = z / (1 + weight) * sqrt(share * (1 - share) / total + weight / (4 * total))
    return (0.0 if held == 0 else middle - reach), (1.0 if held == total else middle + reach)
