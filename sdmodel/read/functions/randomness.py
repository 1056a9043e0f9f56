"""Uniform draws of one random call, and the distributions made of them, each a function of primitive operations.

Most are the inverse of the cumulative distribution at one uniform draw, so that a bound cuts the distribution itself
where Vensim would draw again: same distribution, one draw a step. Gamma and beta take several draws.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from sdmodel.model.draw import stream_of
from sdmodel.model.evaluate import fold
from sdmodel.model.expr import Expr, Number, Ref
from sdmodel.model.model import Draw
from sdmodel.read.functions.normal import normal_between, normal_quantile
from sdmodel.read.functions.notation import (
    HALF,
    ONE,
    ZERO,
    Workings,
    either,
    is_true,
    minus,
    number,
    op,
    over,
    plus,
    times,
    within,
)

Ratio = Callable[[int], Expr]
_STREAMS = 2**32
_TRIES = 4
_EXACT_MEAN = 12.0  # up to here counts are inverted term by term
_TERMS = 48  # of a mean of 12 the rest has a probability of 1e-14


@dataclass
class Drawing(Workings):
    """The workings of one random call; `shift`, from the seed that the model gives it, moves its streams."""

    shift: int = 0

    @classmethod
    def of(cls, base: str, seed: Expr = ZERO) -> "Drawing":
        """The workings of the call `base`; a seed that is no literal number moves nothing."""
        given = fold(seed)
        is_whole = isinstance(given, Number) and math.isfinite(given.value)
        return cls(base, shift=int(given.value) if is_whole and isinstance(given, Number) else 0)

    def uniform(self, what: str = "draw") -> Expr:
        """A number between 0 and 1, both excluded, drawn anew at each step."""
        name = f"{self.base} {what}"
        self.variables.append(Draw(name=name, stream=(stream_of(name) + self.shift) % _STREAMS, hidden=True))
        return Ref(name)


def uniform(drawing: Drawing, low: Expr, high: Expr) -> Expr:
    """Uniform between `low` and `high`."""
    return plus(low, times(drawing.uniform(), minus(high, low)))


def normal(drawing: Drawing, low: Expr, high: Expr) -> Expr:
    """Standard normal between `low` and `high`."""
    return normal_between(drawing, low, high, drawing.uniform())


def free_normal(drawing: Drawing, what: str = "draw") -> Expr:
    """Standard normal."""
    return normal_quantile(drawing.uniform(what))


def weibull(drawing: Drawing, shape: Expr, low: Expr, high: Expr) -> Expr:
    """Weibull of scale 1 between `low` and `high`; exponential for shape 1."""
    powered = [op("power", op("maximum", bound, ZERO), shape) for bound in (low, high)]
    survives = [drawing.keep(f"beyond {at}", op("exp", op("negate", one))) for at, one in enumerate(powered)]
    share = minus(survives[0], times(drawing.uniform(), minus(survives[0], survives[1])))
    return op("power", op("negate", op("log", share)), over(ONE, shape))


def exponential(drawing: Drawing, low: Expr, high: Expr) -> Expr:
    """Exponential of mean 1 between `low` and `high`; exact far out, as the distribution has no memory."""
    first = drawing.keep("first", op("maximum", low, ZERO))
    cut = minus(ONE, op("exp", minus(first, high)))
    return minus(first, op("log", minus(ONE, times(drawing.uniform(), cut))))


def triangular(drawing: Drawing, bounds: tuple[Expr, Expr], start: Expr, peak: Expr, stop: Expr) -> Expr:
    """Triangular from `start` over `peak` to `stop`, between `bounds`."""
    width = drawing.keep("width", minus(stop, start))
    turn = drawing.keep("turn", over(minus(peak, start), width))
    below, above = (_below_triangle(within(bound, start, stop), start, peak, stop, width) for bound in bounds)
    first = drawing.keep("first", below)
    share = drawing.keep("share", plus(first, times(drawing.uniform(), minus(above, first))))
    rising = plus(start, times(width, op("sqrt", times(share, turn))))
    falling = minus(stop, times(width, op("sqrt", times(minus(ONE, share), minus(ONE, turn)))))
    return either(op("less", share, turn), rising, falling)


def _below_triangle(x: Expr, start: Expr, peak: Expr, stop: Expr, width: Expr) -> Expr:
    """Probability of a value below `x`; a side of no width is never taken."""
    left, right = minus(x, start), minus(stop, x)
    rising = over(times(left, left), times(width, minus(peak, start)))
    falling = minus(ONE, over(times(right, right), times(width, minus(stop, peak))))
    return either(op("less", x, peak), rising, either(op("equal", x, stop), ONE, falling))


def logistic(drawing: Drawing, mean: Expr, scale: Expr) -> Expr:
    """Logistic."""
    draw = drawing.uniform()
    return plus(mean, times(scale, op("log", over(draw, minus(ONE, draw)))))


def pareto(drawing: Drawing, shape: Expr, scale: Expr) -> Expr:
    """Pareto: at least `scale`."""
    return times(scale, op("power", drawing.uniform(), op("negate", over(ONE, shape))))


def geometric(drawing: Drawing, probability: Expr) -> Expr:
    """Number of trials up to and with the first success."""
    failures = over(op("log", drawing.uniform()), op("log", minus(ONE, probability)))
    return plus(ONE, either(op("greater_equal", probability, ONE), ZERO, op("floor", failures)))


# --- gamma and beta: rejection, a fixed number of times -------------------------------------------------------------


def gamma(drawing: Drawing, shape: Expr, name: str = "") -> Expr:
    """Gamma of that shape and scale 1.

    Marsaglia and Tsang (2000), "A simple method for generating gamma variables", ACM TOMS 26, 363–372, section 3, with
    the power of a uniform draw for shapes below 1 (section 6). Of four proposals the first that is accepted counts;
    all four fail with a probability of 6e-6 at most, and then the last one is taken.
    """
    small = drawing.keep(f"{name}small", op("less", shape, ONE))
    d = drawing.keep(f"{name}d", minus(either(small, plus(shape, ONE), shape), number(1 / 3)))
    c = drawing.keep(f"{name}c", over(ONE, op("sqrt", times(number(9), d))))
    boost = op("power", drawing.uniform(f"{name}boost"), over(ONE, shape))
    result: Expr | None = None
    for place in range(_TRIES, 0, -1):
        value, is_accepted = _proposal(drawing, f"{name}try {place} ", d, c)
        result = value if result is None else either(is_accepted, value, result)
    assert result is not None
    return times(result, either(small, boost, ONE))


def _proposal(drawing: Drawing, name: str, d: Expr, c: Expr) -> tuple[Expr, Expr]:
    """A value d v, and whether it is accepted."""
    x = drawing.keep(f"{name}normal", normal_quantile(drawing.uniform(f"{name}draw")))
    root = plus(ONE, times(c, x))
    v = drawing.keep(f"{name}cube", times(root, root, root))
    bound = plus(times(HALF, x, x), minus(d, times(d, v)), times(d, op("log", v)))
    lot = op("log", drawing.uniform(f"{name}lot"))
    value = times(d, op("maximum", v, ZERO))
    return value, drawing.keep(f"{name}accepted", is_true(op("greater", v, ZERO), op("less", lot, bound)))


def beta(drawing: Drawing, alpha: Expr, other: Expr) -> Expr:
    """Beta, as one gamma variable's share in the sum of two."""
    first = drawing.keep("first", gamma(drawing, alpha, name="first "))
    return over(first, plus(first, gamma(drawing, other, name="second ")))


# --- counts ---------------------------------------------------------------------------------------------------------


def poisson(drawing: Drawing, mean: Expr, name: str = "") -> Expr:
    """Poisson: exact for a mean up to 12, above it by the expansion of Cornish and Fisher.

    The expansion, to the order 1/mean (M. B. Giles, 2016, "Algorithm 955", ACM TOMS 42, 1–22, eq. 9), is off by one
    count in 5 of 10,000 draws at a mean of 12, in 5 of a million at 100.
    """
    mean = drawing.keep(f"{name}mean", mean)
    draw = drawing.uniform(f"{name}draw")
    if isinstance(mean, Number):
        return _few(drawing, name, draw, mean) if mean.value <= _EXACT_MEAN else _many(drawing, name, draw, mean)
    is_few = op("less_equal", mean, number(_EXACT_MEAN))
    few = drawing.keep(f"{name}few", either(is_few, mean, ZERO))
    return either(is_few, _few(drawing, name, draw, few), _many(drawing, name, draw, mean))


def _few(drawing: Drawing, name: str, draw: Expr, mean: Expr) -> Expr:
    return _count(drawing, name, draw, op("exp", op("negate", mean)), lambda k: over(mean, number(k)))


def _many(drawing: Drawing, name: str, draw: Expr, mean: Expr) -> Expr:
    z = drawing.keep(f"{name}normal", normal_quantile(draw))
    square, root = times(z, z), op("sqrt", mean)
    expanded = plus(
        mean,
        times(root, z),
        plus(number(1 / 3), over(square, number(6))),
        op("negate", over(times(z, plus(number(1 / 36), over(square, number(72)))), root)),
        over(plus(number(-8 / 405), times(square, plus(number(7 / 810), over(square, number(270))))), mean),
    )
    return op("maximum", ZERO, op("floor", expanded))


def binomial(drawing: Drawing, trials: Expr, probability: Expr) -> Expr:
    """Successes among `trials`: exact for a mean of the rarer kind up to 12, above it by Cornish and Fisher.

    The expansion, with Sheppard's correction, is off by one count in 2 of 1,000 draws at worst.
    """
    n = drawing.keep("trials", op("floor", trials))
    p = drawing.keep("probability", within(probability, ZERO, ONE))
    rarer = drawing.keep("rarer", op("minimum", p, minus(ONE, p)))
    draw = drawing.uniform()
    is_few = op("less_equal", times(n, rarer), number(_EXACT_MEAN))
    few = drawing.keep("few", either(is_few, n, ZERO))
    odds = drawing.keep("odds", over(rarer, minus(ONE, rarer)))
    none = op("exp", times(few, op("log", minus(ONE, rarer))))
    exact = _count(drawing, "", draw, none, lambda k: over(times(minus(few, number(k - 1)), odds), number(k)))
    successes = either(is_few, op("minimum", exact, n), within(_expanded_binomial(drawing, n, rarer, draw), ZERO, n))
    return either(op("greater", p, HALF), minus(n, successes), successes)


def _expanded_binomial(drawing: Drawing, n: Expr, p: Expr, draw: Expr) -> Expr:
    z = drawing.keep("normal", normal_quantile(draw))
    variance = drawing.keep("variance", times(n, p, minus(ONE, p)))
    skew = drawing.keep("skew", minus(ONE, times(number(2), p)))
    square, deviation = times(z, z), op("sqrt", variance)
    peaked = minus(ONE, times(number(6), p, minus(ONE, p)))
    tails = over(minus(times(minus(square, number(3)), peaked), ONE), number(24))
    lean = times(minus(times(number(2), square), number(5)), skew, skew, number(1 / 36))
    third = times(z, minus(tails, lean))
    centre = plus(times(n, p), HALF, times(deviation, z), times(skew, minus(square, ONE), number(1 / 6)))
    return op("floor", plus(centre, over(third, deviation)))


def _count(drawing: Drawing, name: str, draw: Expr, none: Expr, ratio: Ratio) -> Expr:
    """The smallest count whose cumulative probability reaches `draw`; probability of k: that of k - 1 by ratio(k)."""
    probability = total = drawing.keep(f"{name}none", none)
    passed = [_is_above(draw, total)]
    for k in range(1, _TERMS):
        probability = drawing.keep(f"{name}probability {k}", times(probability, ratio(k)))
        total = drawing.keep(f"{name}total {k}", plus(total, probability))
        passed.append(_is_above(draw, total))
    return plus(*passed)


def _is_above(draw: Expr, total: Expr) -> Expr:
    return either(op("greater", draw, total), ONE, ZERO)


def negative_binomial(drawing: Drawing, successes: Expr, probability: Expr) -> Expr:
    """Trials until so many successes, as a Poisson variable whose mean is a gamma variable."""
    odds = over(minus(ONE, probability), probability)
    mean = times(gamma(drawing, successes, name="mean "), odds)
    return plus(successes, poisson(drawing, mean, name="failures "))
