"""Logarithm of the gamma function, and the factorials and combinations that follow from it.

Source: C. Lanczos (1964), SIAM J. Numerical Analysis B 1, 86–96, with the coefficients for g = 7, n = 9 that
P. Godfrey computed (relative error of the gamma function below 1e-14).
"""

import math

from sdmodel.model.expr import Expr
from sdmodel.read.functions.arithmetic import nearest
from sdmodel.read.functions.notation import HALF, ONE, UNDEFINED, ZERO, either, minus, number, op, over, plus, times

_G = 7.5
_FIRST = 0.99999999999980993
_COEFFICIENTS: tuple[float, ...] = (676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059)
_COEFFICIENTS += (12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7)


def gamma_ln(x: Expr) -> Expr:
    """Natural logarithm of the gamma function of `x` above 0; not a number elsewhere."""
    series = plus(number(_FIRST), *(over(number(c), plus(x, number(k))) for k, c in enumerate(_COEFFICIENTS)))
    base = plus(x, number(_G - 1.0))
    result = plus(
        number(0.5 * math.log(2 * math.pi)),
        minus(times(minus(x, HALF), op("log", base)), base),
        op("log", series),
    )
    return either(op("greater", x, ZERO), result, UNDEFINED)


def factorial(n: Expr) -> Expr:
    """n!, rounded to a whole number where doubles hold whole numbers exactly."""
    return _whole(op("exp", gamma_ln(plus(n, ONE))))


def permutations(n: Expr, r: Expr) -> Expr:
    """n! / (n - r)!"""
    return _whole(op("exp", minus(gamma_ln(plus(n, ONE)), gamma_ln(plus(minus(n, r), ONE)))))


def combinations(n: Expr, r: Expr) -> Expr:
    """n! / (r! (n - r)!)"""
    parts = plus(gamma_ln(plus(r, ONE)), gamma_ln(plus(minus(n, r), ONE)))
    return _whole(op("exp", minus(gamma_ln(plus(n, ONE)), parts)))


def _whole(value: Expr) -> Expr:
    """The nearest whole number, up to where the error of `value` stays far below a half."""
    return either(op("less", value, number(1e11)), nearest(value), value)
