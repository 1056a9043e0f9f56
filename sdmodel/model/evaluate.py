"""An expression and the values of its variables → one number: slow, plain, the arbiter of the fast engine in tests."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from itertools import pairwise

from sdmodel.model.expr import Apply, Expr, Interpolate, Number, Ref
from sdmodel.model.model import Table
from sdmodel.model.operations import check_complete

NAN, INF = math.nan, math.inf
_NEAR = {"steps": 1e-13, "ahead": 1e-13, "raw": 1e-9}  # tolerance of tables that do not interpolate, by the largest x


def _quiet(function: Callable[..., float]) -> Callable[..., float]:
    """`function` with the IEEE answer "not a number" where Python would raise."""

    def answer(*arguments: float) -> float:
        try:
            return function(*arguments)
        except (ValueError, OverflowError):
            return NAN

    return answer


def _divide(a: float, b: float) -> float:
    if b != 0:
        return a / b
    return NAN if a == 0 or math.isnan(a) else math.copysign(INF, a) * math.copysign(1, b)


def _power(a: float, b: float) -> float:
    try:
        return math.pow(a, b)
    except OverflowError:
        return -INF if a < 0 and b % 2 == 1 else INF
    except ValueError:  # 0 to a negative power is infinite; a negative base with a fraction has no value
        return INF if a == 0 else NAN


def _exp(a: float) -> float:
    return INF if a > 709.79 else math.exp(a)


def _log(a: float) -> float:
    return -INF if a == 0 else math.log(a)


def _overflowing(function: Callable[[float], float], odd: bool) -> Callable[[float], float]:
    def answer(a: float) -> float:
        try:
            return function(a)
        except OverflowError:
            return math.copysign(INF, a) if odd else INF

    return answer


def _whole(function: Callable[[float], int]) -> Callable[[float], float]:
    return lambda a: float(function(a)) if math.isfinite(a) else a


def _minimum(a: float, b: float) -> float:
    return NAN if math.isnan(a) or math.isnan(b) else min(a, b)


def _maximum(a: float, b: float) -> float:
    return NAN if math.isnan(a) or math.isnan(b) else max(a, b)


_FUNCTIONS: dict[str, Callable[..., float]] = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": _divide,
    "power": _power,
    "negate": lambda a: -a,
    "less": lambda a, b: float(a < b),
    "less_equal": lambda a, b: float(a <= b),
    "greater": lambda a, b: float(a > b),
    "greater_equal": lambda a, b: float(a >= b),
    "equal": lambda a, b: float(a == b),
    "not_equal": lambda a, b: float(a != b),
    "and": lambda a, b: float(a != 0 and b != 0),
    "or": lambda a, b: float(a != 0 or b != 0),
    "not": lambda a: float(a == 0),
    "select": lambda condition, yes, no: yes if condition != 0 else no,
    "minimum": _minimum,
    "maximum": _maximum,
    "absolute": abs,
    "exp": _exp,
    "log": _quiet(_log),
    "sqrt": _quiet(math.sqrt),
    "truncate": _whole(math.trunc),
    "floor": _whole(math.floor),
    "sin": _quiet(math.sin),
    "cos": _quiet(math.cos),
    "tan": _quiet(math.tan),
    "arcsin": _quiet(math.asin),
    "arccos": _quiet(math.acos),
    "arctan": math.atan,
    "sinh": _overflowing(math.sinh, odd=True),
    "cosh": _overflowing(math.cosh, odd=False),
    "tanh": math.tanh,
}
check_complete(dict(_FUNCTIONS), "model/evaluate.py")


def apply(operation: str, *arguments: float) -> float:
    """The result of one primitive operation."""
    return _FUNCTIONS[operation](*arguments)


def interpolate(table: Table, at: float) -> float:
    """`table` read at `at`, by its kind; not a number where `at` is not."""
    if math.isnan(at):
        return NAN
    if table.beyond in _NEAR:
        return _point(table, at)
    x, y = table.x, table.y
    if len(x) == 1 or (at <= x[0] and table.beyond != "extrapolate"):
        return y[0]
    if at >= x[-1] and table.beyond != "extrapolate":
        return y[-1]
    left = max(0, min(len(x) - 2, bisect_right(x, at) - 1))
    return y[left] + (at - x[left]) * ((y[left + 1] - y[left]) / (x[left + 1] - x[left]))


def _point(table: Table, at: float) -> float:
    """The value of one of the points: of the last that is not above `at`, of the next not below, or of that at `at`."""
    x, y, near = table.x, table.y, tolerance(table)
    if table.beyond == "steps":
        return y[max(0, bisect_right(x, at + near) - 1)]
    place = bisect_left(x, at - near)
    if table.beyond == "ahead":
        return y[min(place, len(x) - 1)]
    return y[place] if place < len(x) and abs(at - x[place]) <= near else NAN


def tolerance(table: Table) -> float:
    """How far from a point of `table` counts as on it, in units of x; 0 for tables that interpolate.

    Time is start + step × time step in binary numbers: with a time step of 0.1 the third is 0.30000000000000004, which
    is above a point at 0.3. Data are on the point then, as in decimals. Never near half of the smallest distance.
    """
    reach = _NEAR.get(table.beyond, 0.0) * max(map(abs, table.x))
    gap = min((after - before for before, after in pairwise(table.x)), default=INF)
    return min(reach, gap * 1e-6)


def evaluate(expr: Expr, value: Callable[[str], float], table: Callable[[str], Table]) -> float:
    """The number that `expr` has when `value` gives variables and `table` gives tables by name."""
    if isinstance(expr, Number):
        return expr.value
    if isinstance(expr, Ref):
        return value(expr.name)
    if isinstance(expr, Interpolate):
        return interpolate(table(expr.table), evaluate(expr.argument, value, table))
    return apply(expr.operation, *(evaluate(argument, value, table) for argument in expr.arguments))


def fold(expr: Expr) -> Expr:
    """`expr` with every operation on literals alone replaced by its result, where that is a finite number."""
    if isinstance(expr, Interpolate):
        return Interpolate(expr.table, fold(expr.argument))
    if not isinstance(expr, Apply):
        return expr
    arguments = tuple(fold(argument) for argument in expr.arguments)
    if all(isinstance(argument, Number) for argument in arguments):
        result = apply(expr.operation, *(argument.value for argument in arguments if isinstance(argument, Number)))
        if math.isfinite(result):
            return Number(result)
    return Apply(expr.operation, arguments)
