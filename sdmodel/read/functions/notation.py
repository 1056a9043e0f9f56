"""Shorthand in which the rules of functions are written down: arithmetic on expressions, literals, named workings."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce

from sdmodel.model.evaluate import fold
from sdmodel.model.expr import Apply, Expr, Number, Ref
from sdmodel.model.model import INITIAL_TIME, TIME, TIME_STEP, Auxiliary, Variable

Remembered = tuple[Expr, tuple[Variable, ...]]
SMALL: Expr = Number(1e-6)  # what Vensim takes for zero
ZERO: Expr = Number(0.0)
ONE: Expr = Number(1.0)
HALF: Expr = Number(0.5)
UNDEFINED: Expr = Number(float("nan"))
NOW: Expr = Ref(TIME)
STEP: Expr = Ref(TIME_STEP)
START: Expr = Ref(INITIAL_TIME)


def op(operation: str, *arguments: Expr) -> Expr:
    """Shorthand for `Apply`."""
    return Apply(operation, arguments)


def number(value: float) -> Expr:
    """A literal."""
    return Number(float(value))


def plus(*terms: Expr) -> Expr:
    """The sum, from the left; 0 of none."""
    return reduce(lambda left, right: op("add", left, right), terms) if terms else ZERO


def minus(left: Expr, right: Expr) -> Expr:
    """The difference."""
    return op("subtract", left, right)


def times(*factors: Expr) -> Expr:
    """The product, from the left; 1 of none."""
    return reduce(lambda left, right: op("multiply", left, right), factors) if factors else ONE


def over(numerator: Expr, denominator: Expr) -> Expr:
    """The quotient."""
    return op("divide", numerator, denominator)


def either(condition: Expr, yes: Expr, no: Expr) -> Expr:
    """`yes` where `condition` holds, else `no`."""
    return op("select", condition, yes, no)


def flag(condition: Expr) -> Expr:
    """1 where `condition` holds, else 0."""
    return either(condition, ONE, ZERO)


def within(value: Expr, low: Expr, high: Expr) -> Expr:
    """`value`, or the bound that it passes."""
    return op("minimum", op("maximum", value, low), high)


def is_true(expr: Expr, *conditions: Expr) -> Expr:
    """Both, or all, hold."""
    return reduce(lambda left, right: op("and", left, right), conditions, expr)


def polynomial(x: Expr, coefficients: Sequence[float]) -> Expr:
    """Σ coefficients[k] x^k by Horner's rule."""
    result = number(coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        result = plus(times(result, x), number(coefficient))
    return result


def literal(expr: Expr, what: str) -> float:
    """The number that `expr` is; ValueError, naming `what`, when it depends on anything."""
    folded = fold(expr)
    if not isinstance(folded, Number):
        raise ValueError(f"{what} must be a number that is written in the equation")
    return folded.value


@dataclass
class Workings:
    """Intermediate values of one call as hidden auxiliaries, so that what is used twice is written once."""

    base: str
    variables: list[Variable] = field(default_factory=list)

    def keep(self, what: str, expr: Expr) -> Expr:
        """A reference to `expr`, kept as `<base> <what>`; literals and references stand for themselves."""
        expr = fold(expr)
        if isinstance(expr, Number | Ref):
            return expr
        name = f"{self.base} {what}"
        self.variables.append(Auxiliary(name=name, equation=expr, hidden=True))
        return Ref(name)

    def with_all(self, expr: Expr) -> Remembered:
        """`expr` with all that was kept."""
        return expr, tuple(self.variables)
