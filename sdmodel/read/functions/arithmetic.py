"""Divisions, rounding and remainders: where Vensim and XMILE differ from plain arithmetic.

Sources: Vensim's reference manual and PySD's `py_backend/functions.py`, whose tolerance of 1e-6 is Vensim's own.
"""

from functools import reduce

from sdmodel.model.expr import Expr, Number
from sdmodel.read.functions.notation import HALF, ONE, SMALL, ZERO, either, minus, number, op, over, plus, times


def is_near_zero(value: Expr) -> Expr:
    """True where Vensim takes `value` for zero."""
    return op("less", op("absolute", value), SMALL)


def xidz(numerator: Expr, denominator: Expr, otherwise: Expr) -> Expr:
    """`numerator/denominator`, or `otherwise` where the denominator is near zero."""
    return either(is_near_zero(denominator), otherwise, over(numerator, denominator))


def zidz(numerator: Expr, denominator: Expr) -> Expr:
    """`numerator/denominator`, or 0 where the denominator is near zero."""
    return xidz(numerator, denominator, ZERO)


def safediv(numerator: Expr, denominator: Expr, otherwise: Expr = ZERO) -> Expr:
    """XMILE: `numerator/denominator`, or `otherwise` where the denominator is 0 exactly."""
    return either(op("equal", denominator, ZERO), otherwise, over(numerator, denominator))


def quantum(value: Expr, size: Expr) -> Expr:
    """The multiple of `size` next to `value` towards 0; `value` itself where `size` is not positive."""
    whole = times(size, op("truncate", over(value, size)))
    return either(op("less", size, SMALL), value, whole)


def modulo(value: Expr, size: Expr) -> Expr:
    """What `quantum` leaves; it has the sign of `value`."""
    return minus(value, quantum(value, size))


def nearest(value: Expr) -> Expr:
    """XMILE's ROUND: the nearest whole number, halves away from 0."""
    up = op("truncate", plus(op("absolute", value), HALF))
    return either(op("less", value, ZERO), op("negate", up), up)


def sign(value: Expr) -> Expr:
    """-1, 0 or 1."""
    return either(op("greater", value, ZERO), ONE, either(op("less", value, ZERO), number(-1), times(value, ZERO)))


def root(value: Expr, degree: Expr) -> Expr:
    """XMILE's ROOTN: the root of that degree; of a negative number only where the degree is odd."""
    size = op("power", op("absolute", value), over(ONE, degree))
    is_odd = op("equal", modulo(op("absolute", degree), number(2)), ONE)
    negative = either(is_odd, op("negate", size), Number(float("nan")))
    return either(op("less", value, ZERO), negative, size)


def log_to_base(value: Expr, base: Expr) -> Expr:
    """Logarithm to any base, as the quotient of two natural ones (Vensim's LOG)."""
    return over(op("log", value), op("log", base))


def log10(value: Expr) -> Expr:
    """Logarithm to the base 10."""
    return log_to_base(value, number(10))


def extreme(operation: str, *values: Expr) -> Expr:
    """The minimum or maximum of one value or more."""
    return reduce(lambda left, right: op(operation, left, right), values)


def mean(*values: Expr) -> Expr:
    """The average."""
    return over(plus(*values), number(len(values)))


def exponential_bound(first: Expr, last: Expr, x: Expr, exponent: Expr, start: Expr, finish: Expr) -> Expr:
    """XMILE's EXPBOUND: from `first` at `start` to `last` at `finish` along an exponential; linear for exponent 0."""
    share = over(minus(op("minimum", op("maximum", x, start), finish), start), minus(finish, start))
    curve = over(minus(op("exp", times(exponent, share)), ONE), minus(op("exp", exponent), ONE))
    return plus(first, times(minus(last, first), either(is_near_zero(exponent), share, curve)))
