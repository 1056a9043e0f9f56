"""Trajectories of runs and an expectation → in which futures it holds, and the numbers on both sides.

All numbers are arrays (future, time); one that does not change with either has a single entry there. A time that is not
one of a run's own is missing (NaN) and left out. A number that is not known makes its comparison fail.
"""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sdmodel.study.checks.spec import (
    Arithmetic,
    Choice,
    Comparison,
    Course,
    Expectation,
    First,
    Literal,
    Part,
    Term,
    Throughout,
)

Numbers = NDArray[np.float64]
Holds = NDArray[np.bool_]
ROUNDING = 1e-9
"""Numbers that differ by less than this part of the larger one are equal."""


@dataclass(frozen=True)
class Courses:
    """The trajectories of one run of a check: `values` (future, time) by variable, at `times`; `failed` (future)."""

    times: Numbers
    values: Mapping[str, Numbers]
    failed: Holds


@dataclass(frozen=True)
class Judged:
    """One comparison in all futures: (future) arrays; `time` where it is closest to failing, if it is about all times.

    `text` is how it was written.
    """

    text: str
    operator: str
    holds: Holds
    left: Numbers
    right: Numbers
    time: Numbers | None = None


def judged(expectation: Expectation, runs: Mapping[str, Courses]) -> list[Judged]:
    """What comes of each comparison of `expectation` in the futures of `runs`; futures in which one failed included."""
    futures = max((len(run.failed) for run in runs.values()), default=1)
    with np.errstate(all="ignore"):
        found = [one for part in expectation.parts for one in _judged(part, runs)]
    return [_spread(one, futures) for one in found]


def number(term: Term, runs: Mapping[str, Courses], run: str = "") -> Numbers:
    """The numbers of `term` (future, time); `run` is the one whose courses it reads."""
    if isinstance(term, Literal):
        return np.full((1, 1), term.value)
    if isinstance(term, Course):
        return runs[run].values[term.name]
    if isinstance(term, Arithmetic):
        left, right = number(term.left, runs, run), number(term.right, runs, run)
        return np.asarray(_ARITHMETIC[term.operator](left, right))
    if isinstance(term, Choice):
        parts = np.broadcast_arrays(*(number(part, runs, run) for part in term.parts))
        return np.asarray(np.abs(parts[0]) if term.function == "abs" else _CHOICES[term.function](parts, axis=0))
    times = runs[term.run].times
    if isinstance(term, First):
        holds = _slack(term.when, runs, term.run)[0] >= 0
        holds = np.broadcast_to(holds, (holds.shape[0], len(times)))
        return np.where(holds.any(axis=1), times[holds.argmax(axis=1)], np.inf)[:, None]
    course = number(term.of, runs, term.run)
    course = np.broadcast_to(course, (course.shape[0], len(times)))
    return _READINGS[term.function](course, times, 0.0 if term.time is None else term.time)[:, None]


def _judged(part: Part, runs: Mapping[str, Courses]) -> list[Judged]:
    if isinstance(part, Throughout):
        return _throughout(part, runs)
    slack, left, right = _slack(part, runs, "")
    return [Judged(part.text, part.operator, (slack >= 0)[:, 0], left[:, 0], right[:, 0])]


def _throughout(part: Throughout, runs: Mapping[str, Courses]) -> list[Judged]:
    """Each comparison at the time at which it is closest to failing: to not holding, or for `never`, to holding."""
    times = runs[part.run].times
    found = [_slack(one, runs, part.run) for one in part.comparisons]
    slacks = list(np.broadcast_arrays(*(slack for slack, _, _ in found), np.empty((1, len(times))))[:-1])
    if part.never:
        joint = np.min(slacks, axis=0)  # how far all of them together are from failing
        slacks = [-np.where(joint >= 0, joint + np.finfo(float).tiny, joint)] * len(found)
    word = "never" if part.never else "always"
    judged = []
    for one, slack, (_, left, right) in zip(part.comparisons, slacks, found, strict=True):
        known = ~np.isnan(slack)
        place = np.where(known, slack, np.inf).argmin(axis=1)
        at = (np.arange(len(place)), place)
        lefts, rights = (np.broadcast_to(side, slack.shape)[at] for side in (left, right))
        holds = (~known | (slack >= 0)).all(axis=1) & known.any(axis=1)
        judged.append(Judged(f"{word}({part.run}, {one.text})", one.operator, holds, lefts, rights, times[place]))
    return judged


def _slack(one: Comparison, runs: Mapping[str, Courses], run: str) -> tuple[Numbers, Numbers, Numbers]:
    """How far `one` is from failing (below 0: it fails), and both sides, all (future, time); NaN: not known."""
    left, right = np.broadcast_arrays(number(one.left, runs, run), number(one.right, runs, run))
    equal = left == right  # infinite ones as well: a first time that never came
    between = np.where(equal, 0.0, right - left)
    near = ROUNDING * np.minimum(np.maximum(np.abs(left), np.abs(right)), np.finfo(float).max)
    if one.operator == "=":
        return (near if one.within is None else np.asarray(one.within)) - np.abs(between), left, right
    ahead = between if one.operator in ("<", "<=") else -between
    if one.operator in ("<=", ">="):
        return ahead + near, left, right
    return np.where(ahead > near, ahead, np.minimum(ahead, 0.0) - np.finfo(float).tiny), left, right


def _spread(one: Judged, futures: int) -> Judged:
    """`one` with an entry for each future."""
    left, right = np.broadcast_to(one.left, futures), np.broadcast_to(one.right, futures)
    time = None if one.time is None else np.broadcast_to(one.time, futures)
    return Judged(one.text, one.operator, np.broadcast_to(one.holds, futures), left, right, time)


def _ends(course: Numbers, step: int) -> Numbers:
    """The first value that is there, from the start (`step` 1) or from the end (-1)."""
    turned = course[:, ::step]
    return np.asarray(turned[np.arange(len(turned)), (~np.isnan(turned)).argmax(axis=1)])


def _at(course: Numbers, times: Numbers, time: float) -> Numbers:
    """Linear between saved times, exact on them, as outcomes are."""
    after = int(np.searchsorted(times, time - ROUNDING * max(1.0, abs(time))))
    if after < len(times) and abs(times[after] - time) <= ROUNDING * max(1.0, abs(time)):
        exact = course[:, after]
        if not np.isnan(exact).any():
            return exact
    return np.array([_interpolated(row, times, time) for row in course])


def _interpolated(row: Numbers, times: Numbers, time: float) -> float:
    there = ~np.isnan(row)
    if not there.any():
        return np.nan
    return float(np.interp(time, times[there], row[there], left=np.nan, right=np.nan))


def _mean(course: Numbers, times: Numbers, _: float) -> Numbers:
    """The integral by trapezoids over the span of time."""
    if len(times) == 1:
        return course[:, 0]
    if np.isnan(course).any():
        return np.array([_mean_of_row(row, times) for row in course])
    return np.asarray(np.trapezoid(course, times, axis=1) / (times[-1] - times[0]))


def _mean_of_row(row: Numbers, times: Numbers) -> float:
    there = ~np.isnan(row)
    if there.sum() < 2:
        return float(row[there][0]) if there.any() else np.nan
    own = times[there]
    return float(np.trapezoid(row[there], own) / (own[-1] - own[0]))


_ARITHMETIC: dict[str, Callable[[Numbers, Numbers], Numbers]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}
_CHOICES: dict[str, Callable[..., Numbers]] = {"smallest": np.min, "largest": np.max}
_READINGS: dict[str, Callable[[Numbers, Numbers, float], Numbers]] = {
    "at": _at,
    "start": lambda course, _times, _time: _ends(course, 1),
    "end": lambda course, _times, _time: _ends(course, -1),
    "max": lambda course, _times, _time: np.fmax.reduce(course, axis=1),
    "min": lambda course, _times, _time: np.fmin.reduce(course, axis=1),
    "mean": _mean,
}
