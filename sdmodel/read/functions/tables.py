"""Functions that read a table in another way than its own (LOOKUP FORWARD, LOOKUP AREA, GET DATA …) → tables anew.

Each takes the table and the expressions of its other arguments, and gives the value and the hidden tables that it
needs. The names of these follow from the table's name, so that two calls with the same table add the same tables.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import accumulate, pairwise

from sdmodel.model.evaluate import fold
from sdmodel.model.expr import Expr, Interpolate, Number
from sdmodel.model.model import Table, Variable
from sdmodel.read.functions.notation import (
    HALF,
    NOW,
    UNDEFINED,
    ZERO,
    Remembered,
    either,
    is_true,
    literal,
    minus,
    number,
    op,
    over,
    plus,
    times,
)
from sdmodel.read.functions.vectors import balanced

TableCall = Callable[..., Remembered]
_MOST_POINTS = 500


def _again(table: Table, what: str, y: Sequence[float] | None = None, beyond: str = "steps") -> Table:
    """The table as a hidden one with other values, or read in another way."""
    values = table.y if y is None else tuple(y)
    return Table(name=f"{table.name} {what}", x=table.x, y=values, beyond=beyond, unit=table.unit, hidden=True)


def _read(table: Table, what: str, beyond: str, x: Expr) -> Remembered:
    if table.beyond == beyond:
        return Interpolate(table.name, x), ()
    other = _again(table, what, beyond=beyond)
    return Interpolate(other.name, x), (other,)


def forward(table: Table, x: Expr) -> Remembered:
    """LOOKUP FORWARD: the value of the next point."""
    return _read(table, "forward", "ahead", x)


def backward(table: Table, x: Expr) -> Remembered:
    """LOOKUP BACKWARD: the value of the last point."""
    return _read(table, "backward", "steps", x)


def extrapolate(table: Table, x: Expr) -> Remembered:
    """LOOKUP EXTRAPOLATE: beyond the ends the line of the last two points."""
    return _read(table, "extrapolated", "extrapolate", x)


def plain(table: Table, x: Expr) -> Remembered:
    """XMILE's LOOKUP: the table as it is."""
    return Interpolate(table.name, x), ()


def invert(table: Table, y: Expr) -> Remembered:
    """LOOKUP INVERT: x at which the table has the value `y`; its ends where it has no such value.

    Raises:
        ValueError: a table whose values do not always rise, or always fall.
    """
    pairs = list(zip(table.y, table.x, strict=True))
    if pairs[0][0] > pairs[-1][0]:
        pairs.reverse()
    if any(left[0] >= right[0] for left, right in pairwise(pairs)):
        raise ValueError(f'LOOKUP INVERT needs a table that always rises or always falls; "{table.name}" does not')
    y_of, x_of = zip(*pairs, strict=True)
    other = Table(name=f"{table.name} inverted", x=y_of, y=x_of, hidden=True)
    return Interpolate(other.name, y), (other,)


def area(table: Table, start: Expr, end: Expr) -> Remembered:
    """LOOKUP AREA: the area under the table from `start` to `end`; its first and last value hold beyond its ends."""
    whole = [
        (x1 - x0) * (y0 + y1) / 2 for x0, x1, y0, y1 in zip(table.x, table.x[1:], table.y, table.y[1:], strict=False)
    ]
    before = _again(table, "area", sums_of_first(whole))
    corner, edge = _again(table, "corner", table.x), _again(table, "edge")
    held = _again(table, "held", beyond="hold")

    def up_to(x: Expr) -> Expr:
        mean = times(HALF, plus(Interpolate(edge.name, x), Interpolate(held.name, x)))
        return plus(Interpolate(before.name, x), times(minus(x, Interpolate(corner.name, x)), mean))

    return minus(up_to(end), up_to(start)), (before, corner, edge, held)


def sums_of_first(parts: Sequence[float]) -> tuple[float, ...]:
    """Sums of the first parts: none, one, two … of them."""
    return tuple(accumulate(parts, initial=0.0))


def slope(table: Table, x: Expr) -> Remembered:
    """LOOKUP SLOPE: the slope of the stretch in which `x` lies, to the right of a point; 0 beyond the ends."""
    rises = [(y1 - y0) / (x1 - x0) for x0, x1, y0, y1 in zip(table.x, table.x[1:], table.y, table.y[1:], strict=False)]
    other = _again(table, "slope", [*rises, 0.0])
    return either(op("less", x, number(table.x[0])), ZERO, Interpolate(other.name, x)), (other,)


# --- data -----------------------------------------------------------------------------------------------------------


def at_time(table: Table, time: Expr) -> Remembered:
    """GET DATA AT TIME: the data point at that time; not a number where there is none."""
    return _read(table, "raw", "raw", time)


def between_times(table: Table, time: Expr, mode: Expr) -> Remembered:
    """GET DATA BETWEEN TIMES: interpolated for mode 0, the later point for 1, the earlier for -1.

    Before the first point and after the last it is not a number.
    """
    kind = literal(mode, "the mode of GET DATA BETWEEN TIMES")
    what, beyond = ("held", "hold") if kind == 0 else ("forward", "ahead") if kind > 0 else ("backward", "steps")
    value, hidden = _read(table, what, beyond, time)
    inside = is_true(
        op("greater_equal", time, number(table.x[0])),
        op("less_equal", time, number(table.x[-1])),
    )
    return either(inside, value, UNDEFINED), hidden


def first_time(table: Table) -> Remembered:
    """GET DATA FIRST TIME."""
    return number(table.x[0]), ()


def last_time(table: Table) -> Remembered:
    """GET DATA LAST TIME."""
    return number(table.x[-1]), ()


def total_points(table: Table) -> Remembered:
    """GET DATA TOTAL POINTS."""
    return number(len(table.x)), ()


def time_shift(table: Table, shift: Expr) -> Remembered:
    """TIME SHIFT: the data of so much later."""
    return Interpolate(table.name, plus(NOW, shift)), ()


def mean(table: Table, start: Expr, end: Expr) -> Remembered:
    """GET DATA MEAN: the average of the points from `start` to `end`; not a number where there is none."""
    inside = _chosen(table, start, end)
    if isinstance(inside, list):
        return number(sum(inside) / len(inside)) if inside else UNDEFINED, ()
    first, last = _before(table, start), _up_to(table, end)
    sums = Table(
        name=f"{table.name} sums", x=tuple(map(float, range(len(table.x) + 1))), y=sums_of_first(table.y), hidden=True
    )
    total = minus(Interpolate(sums.name, last), Interpolate(sums.name, first))
    count = minus(last, first)
    return either(op("greater", count, ZERO), over(total, count), UNDEFINED), (sums, *_counts(table))


def _counts(table: Table) -> tuple[Variable, ...]:
    """Tables of how many points lie before, and up to, a time."""
    numbers = tuple(map(float, range(1, len(table.x) + 1)))
    return (
        replace(_again(table, "points up to", numbers), beyond="steps"),
        replace(_again(table, "points before", [one - 1 for one in numbers]), beyond="ahead"),
    )


def _up_to(table: Table, time: Expr) -> Expr:
    """How many points are not later than `time`."""
    return either(op("less", time, number(table.x[0])), ZERO, Interpolate(f"{table.name} points up to", time))


def _before(table: Table, time: Expr) -> Expr:
    """How many points are earlier than `time`."""
    every = number(len(table.x))
    later = op("greater", time, number(table.x[-1]))
    return either(later, every, Interpolate(f"{table.name} points before", time))


def _chosen(table: Table, start: Expr, end: Expr) -> list[float] | None:
    """The values from `start` to `end` where both are literals."""
    first, last = fold(start), fold(end)
    if not isinstance(first, Number) or not isinstance(last, Number):
        return None
    return list(table.y[bisect_left(table.x, first.value) : bisect_right(table.x, last.value)])


def _extreme(operation: str, table: Table, start: Expr, end: Expr) -> Remembered:
    inside = _chosen(table, start, end)
    if isinstance(inside, list):
        best = (min if operation == "minimum" else max)(inside) if inside else None
        return UNDEFINED if best is None else number(best), ()
    if len(table.x) > _MOST_POINTS:
        raise ValueError(f"the extremes of data of more than {_MOST_POINTS} points need times that are literal numbers")
    none = number(float("inf") if operation == "minimum" else float("-inf"))
    points = [
        either(is_true(op("less_equal", start, number(x)), op("greater_equal", end, number(x))), number(y), none)
        for x, y in zip(table.x, table.y, strict=True)
    ]
    best_of_all = balanced(operation, points)
    return either(op("equal", best_of_all, none), UNDEFINED, best_of_all), ()


def smallest(table: Table, start: Expr, end: Expr) -> Remembered:
    """GET DATA MIN: the smallest of the points from `start` to `end`; not a number where there is none."""
    return _extreme("minimum", table, start, end)


def largest(table: Table, start: Expr, end: Expr) -> Remembered:
    """GET DATA MAX: the largest of the points from `start` to `end`; not a number where there is none."""
    return _extreme("maximum", table, start, end)


TABLE_CALLS: dict[str, tuple[int, TableCall]] = {
    "lookup": (2, plain),
    "lookup area": (3, area),
    "lookup backward": (2, backward),
    "lookup extrapolate": (2, extrapolate),
    "lookup forward": (2, forward),
    "lookup invert": (2, invert),
    "lookup slope": (2, slope),
    "get data at time": (2, at_time),
    "get data between times": (3, between_times),
    "get data first time": (1, first_time),
    "get data last time": (1, last_time),
    "get data max": (3, largest),
    "get data mean": (3, mean),
    "get data min": (3, smallest),
    "get data total points": (1, total_points),
    "time shift": (2, time_shift),
}
