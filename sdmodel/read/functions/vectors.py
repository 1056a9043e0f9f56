"""Functions of vectors: lists of element expressions → the elements of the result, with what they share kept aside.

Rules follow Vensim's reference manual (VECTOR SELECT, VECTOR SORT ORDER, VECTOR RANK, VECTOR REORDER, VECTOR LOOKUP,
INVERT MATRIX) and, where it is silent, PySD's `py_backend/functions.py`.
"""

from collections.abc import Callable, Sequence

from sdmodel.model.evaluate import fold
from sdmodel.model.expr import Expr, Number
from sdmodel.model.model import Variable
from sdmodel.read.functions.notation import (
    ONE,
    UNDEFINED,
    ZERO,
    Workings,
    either,
    literal,
    minus,
    number,
    op,
    over,
    plus,
    times,
    within,
)

Parts = tuple[list[Expr], tuple[Variable, ...]]
Combine = Callable[[Expr, Expr], Expr]
_LARGEST = 64
_LARGEST_MATRIX = 12


def balanced(operation: str, values: Sequence[Expr]) -> Expr:
    """One operation over all values, halves by halves: not as deep as a chain."""
    if len(values) == 1:
        return values[0]
    half = len(values) // 2
    return op(operation, balanced(operation, values[:half]), balanced(operation, values[half:]))


def mean(values: Sequence[Expr]) -> Expr:
    """The average."""
    return over(balanced("add", values), number(len(values)))


def deviation(base: str, values: Sequence[Expr]) -> tuple[Expr, tuple[Variable, ...]]:
    """XMILE's STDDEV: the standard deviation of all elements (divided by their number)."""
    workings = Workings(base)
    middle = workings.keep("mean", mean(values))
    gaps = [workings.keep(f"gap {place}", minus(value, middle)) for place, value in enumerate(values, 1)]
    return workings.with_all(op("sqrt", mean([times(gap, gap) for gap in gaps])))


def picked(values: Sequence[Expr], place: Expr) -> Expr:
    """The value at `place`, counted from 0, without its fraction; not a number where there is none."""
    known = fold(place)
    if isinstance(known, Number):
        inside = 0 <= known.value < len(values)
        return values[int(known.value)] if inside else UNDEFINED
    whole = op("truncate", place)
    result: Expr = UNDEFINED
    for at in reversed(range(len(values))):
        result = either(op("equal", whole, number(at)), values[at], result)
    return result


# --- order ----------------------------------------------------------------------------------------------------------


def _places(workings: Workings, values: Sequence[Expr], direction: Expr) -> list[Expr]:
    """The place of each element, from 0, in rising order, or in falling order where `direction` is not above 0."""
    if len(values) > _LARGEST:
        raise ValueError(f"vectors of more than {_LARGEST} elements cannot be sorted; this one has {len(values)}")
    kept = [workings.keep(f"value {place}", value) for place, value in enumerate(values, 1)]
    after: list[list[Expr]] = [[] for _ in kept]
    for left in range(len(kept)):
        for right in range(left + 1, len(kept)):
            swapped = workings.keep(
                f"{left + 1} after {right + 1}", either(op("greater", kept[left], kept[right]), ONE, ZERO)
            )
            after[left].append(swapped)
            after[right].append(minus(ONE, swapped))
    rising = [balanced("add", counts) if counts else ZERO for counts in after]
    last = number(len(kept) - 1)
    places = [either(op("greater", direction, ZERO), place, minus(last, place)) for place in rising]
    return [workings.keep(f"place {element}", place) for element, place in enumerate(places, 1)]


def sort_order(base: str, values: Sequence[Expr], direction: Expr) -> Parts:
    """VECTOR SORT ORDER: for each place of the sorted vector the element, from 0, that belongs there.

    Rising for a direction above 0, else falling; equal elements keep their order when rising, and turn it when falling.
    """
    workings = Workings(base)
    places = _places(workings, values, direction)
    order: list[Expr] = []
    for at in range(len(places)):
        here = [either(op("equal", place, number(at)), number(which), ZERO) for which, place in enumerate(places)]
        order.append(balanced("add", here))
    return order, tuple(workings.variables)


def rank(base: str, values: Sequence[Expr], direction: Expr) -> Parts:
    """VECTOR RANK: for each element its place, from 1, in the sorted vector."""
    workings = Workings(base)
    places = _places(workings, values, direction)
    return [plus(place, ONE) for place in places], tuple(workings.variables)


def element_of_rank(base: str, values: Sequence[Expr], wanted: Expr) -> tuple[Expr, tuple[Variable, ...]]:
    """XMILE's RANK: the number, from 1, of the element that has a rank in rising order."""
    workings = Workings(base)
    places = _places(workings, values, ONE)
    asked = minus(wanted, ONE)
    here = [either(op("equal", place, asked), number(which), ZERO) for which, place in enumerate(places, 1)]
    return workings.with_all(balanced("add", here))


def reorder(base: str, values: Sequence[Expr], order: Sequence[Expr]) -> Parts:
    """VECTOR REORDER: the elements in the order that VECTOR SORT ORDER gave."""
    workings = Workings(base)
    kept = [workings.keep(f"value {place}", value) for place, value in enumerate(values, 1)]
    places = [workings.keep(f"order {place}", one) for place, one in enumerate(order, 1)]
    return [picked(kept, place) for place in places], tuple(workings.variables)


# --- selection ------------------------------------------------------------------------------------------------------

_ONLY_VALUES = 6  # actions from here on leave the selector out of the value
_SUM, _PRODUCT, _LEAST, _MOST, _AVERAGE, _POWERS = range(6)
_NONE_IS_ERROR, _MANY_ARE_ERROR, _HIGHEST_ERROR, _HIGHEST_ACTION = (1, 3), (2, 3), 3, 10


def select(selector: Sequence[Expr], values: Sequence[Expr], missing: Expr, action: Expr, error: Expr) -> Expr:
    """VECTOR SELECT: what `action` makes of the values whose selector is not 0; `missing` where there is none.

    Actions 0 to 4 are sum, product, minimum, maximum and average of selector times value, 5 the product of value to
    the power selector, as Vensim computes it, 6 to 10 sum, product, minimum, maximum and average of the values alone.
    Where `error` forbids what is selected (1 and 3 none, 2 and 3 more than one) the result is not a number, so that
    the run counts as failed.

    Raises:
        ValueError: an action or error that is no literal, or that Vensim does not have.
    """
    kind = int(literal(action, "the numerical action of VECTOR SELECT"))
    strict = int(literal(error, "the error action of VECTOR SELECT"))
    if not 0 <= kind <= _HIGHEST_ACTION or not 0 <= strict <= _HIGHEST_ERROR:
        raise ValueError("VECTOR SELECT has numerical actions 0 to 10 and error actions 0 to 3")
    chosen = [op("not_equal", one, ZERO) for one in selector]
    count = balanced("add", [either(is_chosen, ONE, ZERO) for is_chosen in chosen])
    worth = _worths(kind, selector, values)
    result = _selected(kind if kind < _ONLY_VALUES else kind - _ONLY_VALUES, chosen, worth, count)
    result = either(op("equal", count, ZERO), UNDEFINED if strict in _NONE_IS_ERROR else missing, result)
    if strict in _MANY_ARE_ERROR:
        result = either(op("greater", count, ONE), UNDEFINED, result)
    return result


def _worths(kind: int, selector: Sequence[Expr], values: Sequence[Expr]) -> list[Expr]:
    if kind >= _ONLY_VALUES:
        return list(values)
    if kind == _POWERS:
        return [op("power", value, one) for one, value in zip(selector, values, strict=True)]
    return [times(one, value) for one, value in zip(selector, values, strict=True)]


def _selected(kind: int, chosen: Sequence[Expr], worth: Sequence[Expr], count: Expr) -> Expr:
    neutral, operation = {
        _SUM: (ZERO, "add"),
        _PRODUCT: (ONE, "multiply"),
        _LEAST: (number(float("inf")), "minimum"),
        _MOST: (number(float("-inf")), "maximum"),
        _AVERAGE: (ZERO, "add"),
        _POWERS: (ONE, "multiply"),
    }[kind]
    whole = balanced(operation, [either(one, value, neutral) for one, value in zip(chosen, worth, strict=True)])
    return over(whole, count) if kind == _AVERAGE else whole


# --- a vector as a table --------------------------------------------------------------------------------------------


def lookup(values: Sequence[Expr], x: Expr, low: Expr, high: Expr, mode: Expr) -> Expr:
    """VECTOR LOOKUP: the elements as points of a table at even distances from `low` to `high`, read at `x`.

    Raises:
        ValueError: a mode other than 0 (interpolate), 2 (backward), 3 (extrapolate) or 4 (forward).
    """
    kind = int(literal(mode, "the mode of VECTOR LOOKUP"))
    place = times(over(minus(x, low), minus(high, low)), number(len(values) - 1))
    inside = within(place, ZERO, number(len(values) - 1))
    if kind == 2:
        return picked(values, op("floor", inside))
    if kind == 4:
        return picked(values, op("negate", op("floor", op("negate", inside))))
    if kind not in (0, 3):
        raise ValueError("VECTOR LOOKUP is supported in the modes 0, 2, 3 and 4")
    return _along(values, place if kind == 3 else inside)


def _along(values: Sequence[Expr], place: Expr) -> Expr:
    """Linear between the elements; the first and the last stretch go on beyond the ends."""
    result = values[0]
    for left in range(len(values) - 1):
        share = minus(place, number(left))
        if left > 0:
            share = op("maximum", share, ZERO)
        if left < len(values) - 2:
            share = op("minimum", share, ONE)
        result = plus(result, times(minus(values[left + 1], values[left]), share))
    return result


# --- matrices -------------------------------------------------------------------------------------------------------


def inverse(base: str, matrix: Sequence[Sequence[Expr]]) -> Parts:
    """INVERT MATRIX: the elements of the inverse, row after row.

    Gauss–Jordan elimination with partial pivoting, the swaps of rows being selections. A singular matrix gives
    infinite elements or none that is a number.

    Raises:
        ValueError: a matrix that is not square, or of more than 12 rows.
    """
    size = len(matrix)
    if any(len(row) != size for row in matrix):
        raise ValueError("INVERT MATRIX needs a square matrix")
    if size > _LARGEST_MATRIX:
        raise ValueError(f"INVERT MATRIX is supported for up to {_LARGEST_MATRIX} rows, not {size}")
    workings = Workings(base)
    unit = [[ONE if row == column else ZERO for column in range(size)] for row in range(size)]
    rows = [[fold(one) for one in row] + unit[at] for at, row in enumerate(matrix)]
    rows = [[workings.keep(f"{r} {c}", one) for c, one in enumerate(row)] for r, row in enumerate(rows)]
    for column in range(size):
        _pivot(workings, rows, column)
        _eliminate(workings, rows, column)
    return [one for row in rows for one in row[size:]], tuple(workings.variables)


def _pivot(workings: Workings, rows: list[list[Expr]], column: int) -> None:
    """Bring the row with the largest element of a column, at or below the diagonal, to the diagonal."""
    for row in range(column + 1, len(rows)):
        is_larger = op("greater", op("absolute", rows[row][column]), op("absolute", rows[column][column]))
        swap = workings.keep(f"swap {column} {row}", either(is_larger, ONE, ZERO))
        for at in range(column, len(rows[row])):
            upper, lower = rows[column][at], rows[row][at]
            if upper != lower:
                name = f"swapped {column} {row} {at}"
                rows[column][at] = workings.keep(f"{name} up", either(swap, lower, upper))
                rows[row][at] = workings.keep(f"{name} down", either(swap, upper, lower))


def _eliminate(workings: Workings, rows: list[list[Expr]], column: int) -> None:
    """Make the column one of the unit matrix."""
    pivot = rows[column][column]
    for at in range(column + 1, len(rows[column])):
        rows[column][at] = workings.keep(f"scaled {column} {at}", _unless_zero(over, rows[column][at], pivot))
    for row in range(len(rows)):
        factor = rows[row][column]
        if row == column or factor == ZERO:
            continue
        for at in range(column + 1, len(rows[row])):
            part = _unless_zero(times, rows[column][at], factor)
            rest = rows[row][at] if part == ZERO else minus(rows[row][at], part)
            rows[row][at] = workings.keep(f"left {column} {row} {at}", rest)


def _unless_zero(combine: Combine, value: Expr, other: Expr) -> Expr:
    return ZERO if value == ZERO else combine(value, other)
