"""Courses of what a Reality Check compares → whether its consequence is true whenever its condition is."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sdmodel.analysis.reality.verdicts import Sides
from sdmodel.model.reality import Any, Comparison, Statement, comparisons

SAME = 1e-6
"""Two numbers are equal in a check when they differ by less than this share of the larger: Vensim's own precision."""


@dataclass(frozen=True)
class Course:
    """Both sides of a comparison, and whether it counts [time]."""

    left: np.ndarray
    right: np.ndarray
    counts: np.ndarray


Courses = Mapping[Comparison, Course]


@dataclass(frozen=True)
class Judged:
    """`tested` tells whether the condition was ever true while something was compared.

    `violated` is the first time at which the consequence is not true then, None if there is none. `sides` are the
    numbers of the comparisons that are false at that time, or else of all, where they come closest to it.
    """

    tested: bool
    violated: float | None
    sides: tuple[Sides, ...]


def judged(consequence: Statement, condition: np.ndarray, times: np.ndarray, courses: Courses) -> Judged:
    """What became of a consequence at the times [time] at which its `condition` is true."""
    said = list(dict.fromkeys(comparisons(consequence)))
    watched = condition & np.logical_or.reduce([courses[one].counts for one in said])
    broken = np.flatnonzero(watched & ~true(consequence, courses, watched))
    if not len(broken):
        shown = tuple(
            _closest(one, courses[one], watched, times) for one in said if (courses[one].counts & watched).any()
        )
        return Judged(bool(watched.any()), None, shown)
    at = int(broken[0])
    false = [one for one in said if not true(one, courses, watched)[at]]
    if all(one.once or one.crossings for one in false):  # known only when the run is over
        at = int(np.flatnonzero(watched)[-1])
    sides = tuple(_sides(one, courses[one], at, times, holds=False) for one in false)
    return Judged(True, float(times[at]), sides)


def true(statement: Statement, courses: Courses, watched: np.ndarray) -> np.ndarray:
    """Whether `statement` is true [time]; a comparison is while it does not count.

    What is said of the whole course is true or false at all times, and looks at those that are `watched`.
    """
    if not isinstance(statement, Comparison):
        join = np.logical_or if isinstance(statement, Any) else np.logical_and
        parts = [true(part, courses, watched) for part in statement.parts]
        return np.asarray(join.reduce(parts)) if parts else np.full(len(watched), not isinstance(statement, Any))
    course = courses[statement]
    counts = course.counts & watched
    if statement.once:
        return np.full(len(watched), bool(compared(statement, course)[counts].any()) or not counts.any())
    if statement.crossings:
        return np.full(len(watched), _crosses(statement, course, counts) or not counts.any())
    return np.asarray(compared(statement, course) | ~course.counts)


def compared(comparison: Comparison, course: Course) -> np.ndarray:
    """Whether the comparison is true of its two sides [time]; < and > are strict, all others let SAME pass."""
    left, right = course.left, course.right
    with np.errstate(invalid="ignore"):
        same = (left == right) | (np.abs(left - right) <= SAME * np.maximum(np.abs(left), np.abs(right)))
        order = {"<": left < right, ">": left > right}
    if comparison.operator in order:
        return np.asarray(order[comparison.operator])
    if comparison.operator in ("=", "<>"):
        return np.asarray(same == (comparison.operator == "="))
    return np.asarray(same | order[comparison.operator[0]])


def _crosses(comparison: Comparison, course: Course, counts: np.ndarray) -> bool:
    """First on the side that is asked for, then beyond, and so on for each crossing; it stays on the last side."""
    equal = Comparison("", comparison.left, "=", comparison.right)
    apart = counts & ~compared(equal, course)
    sides = np.sign(course.left - course.right)[apart]
    found = [side for n, side in enumerate(sides) if n == 0 or side != sides[n - 1]]
    first = 1.0 if comparison.operator[0] == ">" else -1.0
    return bool(found == [first * (-1) ** n for n in range(comparison.crossings + 1)])


def _closest(comparison: Comparison, course: Course, watched: np.ndarray, times: np.ndarray) -> Sides:
    """The numbers where it comes closest to being false."""
    apart = course.left - course.right
    room = {"<": -apart, ">": apart, "=": -np.abs(apart), "<>": np.abs(apart)}
    known = room[comparison.operator.replace("<=", "<").replace(">=", ">")]
    at = int(np.argmin(np.where(course.counts & watched, known, np.inf)))
    return _sides(comparison, course, at, times, holds=True)


def _sides(comparison: Comparison, course: Course, at: int, times: np.ndarray, *, holds: bool) -> Sides:
    left, right = float(course.left[at]), float(course.right[at])
    return Sides(comparison.text, left, comparison.operator, right, holds, float(times[at]))
