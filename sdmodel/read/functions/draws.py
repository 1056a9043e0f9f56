"""Random functions of Vensim and XMILE: name and number of arguments → a draw and the distribution made of it.

Vensim's have bounds, then parameters, then `shift` and `stretch` (value = shift + stretch times the distribution),
then a seed; XMILE's have parameters, then perhaps a seed, a minimum and a maximum. The two differ in their names. A
seed that is a literal number moves the stream of the call; it does not make two calls draw the same.

Bounds cut the distribution, as drawing again would, where its quantiles are used: uniform, normal, exponential,
triangular, Weibull and tables. Elsewhere (gamma, beta and counts) a value beyond a bound becomes that bound. Vensim's
GAMMA is taken to have scale 1 (mean = order, an order below 1 counting as 1) and its WEIBULL scale 1.
"""

from collections.abc import Callable

from sdmodel.model.evaluate import fold
from sdmodel.model.expr import Expr, Interpolate, Number, Ref
from sdmodel.model.model import Stock, Table
from sdmodel.read.functions import randomness
from sdmodel.read.functions.notation import (
    ONE,
    STEP,
    ZERO,
    Remembered,
    either,
    minus,
    number,
    op,
    over,
    plus,
    times,
    within,
)
from sdmodel.read.functions.randomness import Drawing

Arity = int | tuple[int, int | None]
Call = Callable[..., Remembered]
_NOWHERE = Number(float("nan"))
_BOUND = number(1e300)
_PERCENT = number(100)
_FINE = 256  # intervals into which the table of RANDOM LOOKUP is cut where it bends


# --- Vensim's -------------------------------------------------------------------------------------------------------


def _standard(bound: Expr, shift: Expr, stretch: Expr) -> Expr:
    return over(minus(bound, shift), stretch)


def _bounded(distribution: Callable[..., Expr]) -> Call:
    """A Vensim function (min, max, parameters …, shift, stretch, seed) of a distribution that takes bounds last."""

    def call(base: str, low: Expr, high: Expr, *rest: Expr) -> Remembered:
        *parameters, shift, stretch, seed = rest
        drawing = Drawing.of(base, seed)
        ends = [drawing.keep(f"end {place}", _standard(one, shift, stretch)) for place, one in enumerate((low, high))]
        first, last = op("minimum", *ends), op("maximum", *ends)
        drawn = distribution(drawing, *parameters, first, last)
        value = within(plus(shift, times(stretch, drawn)), low, high)
        return drawing.with_all(either(op("equal", stretch, ZERO), within(shift, low, high), value))

    return call


def _clipped(distribution: Callable[..., Expr]) -> Call:
    """A Vensim function (min, max, parameters …, shift, stretch, seed) of a distribution that knows no bounds."""

    def call(base: str, low: Expr, high: Expr, *rest: Expr) -> Remembered:
        *parameters, shift, stretch, seed = rest
        drawing = Drawing.of(base, seed)
        value = plus(shift, times(stretch, distribution(drawing, *parameters)))
        return drawing.with_all(within(value, low, high))

    return call


def _random_0_1(base: str) -> Remembered:
    drawing = Drawing.of(base)
    return drawing.with_all(drawing.uniform())


def _random_uniform(base: str, low: Expr, high: Expr, seed: Expr) -> Remembered:
    drawing = Drawing.of(base, seed)
    return drawing.with_all(randomness.uniform(drawing, low, high))


def _random_triangular(base: str, low: Expr, high: Expr, start: Expr, peak: Expr, stop: Expr, seed: Expr) -> Remembered:
    drawing = Drawing.of(base, seed)
    return drawing.with_all(randomness.triangular(drawing, (low, high), start, peak, stop))


def _pink_noise(base: str, mean: Expr, deviation: Expr, time: Expr, seed: Expr) -> Remembered:
    """Noise with a memory of `time`; E. Anderson's structure as in Vensim's manual, with the deviation of the output.

    The stock follows white noise of variance deviation² (2 - dt/time)/(dt/time); it starts at one draw of that mean and
    deviation, so that it has them at any time.
    """
    drawing = Drawing.of(base, seed)
    share = drawing.keep("share", over(STEP, time))
    spread = times(deviation, op("sqrt", over(minus(number(2), share), share)))
    z = drawing.keep("normal", randomness.free_normal(drawing))
    white = plus(mean, times(spread, z))
    first = plus(mean, times(deviation, randomness.free_normal(drawing, "first draw")))
    name = f"{base} level"
    level = Stock(name=name, net_flow=over(minus(white, Ref(name)), time), initial=first, hidden=True)
    drawing.variables.append(level)
    return drawing.with_all(Ref(name))


def _gamma_of_order(drawing: Drawing, order: Expr) -> Expr:
    return randomness.gamma(drawing, op("maximum", order, ONE))


def _binomial(drawing: Drawing, probability: Expr, trials: Expr) -> Expr:
    return randomness.binomial(drawing, trials, probability)


def _negative_binomial(drawing: Drawing, probability: Expr, successes: Expr) -> Expr:
    return randomness.negative_binomial(drawing, successes, probability)


def random_lookup(base: str, table: Table, low: Expr, high: Expr, shift: Expr, stretch: Expr, seed: Expr) -> Remembered:
    """RANDOM LOOKUP: a value whose probability density is proportional to `table`, between the bounds.

    Raises:
        ValueError: a table with a value below 0, or with none above 0.
    """
    x, share = _cumulative(table)
    forward = Table(name=f"{base} probability", x=x, y=share, hidden=True)
    back_share, back_x = zip(*dict(reversed([*zip(share, x, strict=True)])).items(), strict=True)
    backward = Table(name=f"{base} quantile", x=tuple(reversed(back_share)), y=tuple(reversed(back_x)), hidden=True)

    def distribution(drawing: Drawing, first: Expr, last: Expr) -> Expr:
        start = drawing.keep("first", Interpolate(forward.name, first))
        part = times(drawing.uniform(), minus(Interpolate(forward.name, last), start))
        return Interpolate(backward.name, plus(start, part))

    value, hidden = _bounded(distribution)(base, low, high, shift, stretch, seed)
    return value, (*hidden, forward, backward)


def _cumulative(table: Table) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Points of the cumulative distribution whose density is proportional to a table."""
    if min(table.y) < 0 or max(table.y) <= 0 or len(table.x) < 2:
        raise ValueError(f'RANDOM LOOKUP needs a table without negative values; "{table.name}" has some, or only zeros')
    x, area = [table.x[0]], [0.0]
    for left in range(len(table.x) - 1):
        (x0, x1), (y0, y1) = table.x[left : left + 2], table.y[left : left + 2]
        parts = 1 if y0 == y1 else max(1, _FINE // (len(table.x) - 1))
        start = area[-1]
        for part in range(1, parts + 1):
            along = part / parts
            x.append(x0 + along * (x1 - x0))
            area.append(start + (x1 - x0) * along * (y0 + (y1 - y0) * along / 2))
    return tuple(x), tuple(one / area[-1] for one in area)


# --- XMILE's --------------------------------------------------------------------------------------------------------


def _options(base: str, options: tuple[Expr, ...]) -> tuple[Drawing, Expr, Expr]:
    """The drawing of a call, and its bounds, from the optional seed, minimum and maximum."""
    if len(options) > 3:
        raise ValueError("the argument that keeps a random number for some time is not supported")
    seed, low, high = (*options, _NOWHERE, _NOWHERE, _NOWHERE)[:3]
    return Drawing.of(base, seed), _or(low, op("negate", _BOUND)), _or(high, _BOUND)


def _or(given: Expr, otherwise: Expr) -> Expr:
    """`given`, unless it is the literal NAN."""
    known = fold(given)
    return otherwise if isinstance(known, Number) and known.value != known.value else given


def _free(parameters: int, distribution: Callable[..., Expr]) -> Call:
    """An XMILE function (parameters …, seed, minimum, maximum); values beyond a bound become that bound."""

    def call(base: str, *arguments: Expr) -> Remembered:
        options = arguments[parameters:]
        drawing, low, high = _options(base, options)
        value = distribution(drawing, *arguments[:parameters])
        return drawing.with_all(within(value, low, high) if len(options) > 1 else value)

    return call


def _normal(base: str, mean: Expr, deviation: Expr, *options: Expr) -> Remembered:
    drawing, low, high = _options(base, options)
    if len(options) < 2:
        return drawing.with_all(plus(mean, times(deviation, randomness.free_normal(drawing))))
    ends = [drawing.keep(f"end {place}", _standard(one, mean, deviation)) for place, one in enumerate((low, high))]
    return drawing.with_all(within(plus(mean, times(deviation, randomness.normal(drawing, *ends))), low, high))


def _lognormal(drawing: Drawing, mean: Expr, deviation: Expr) -> Expr:
    return op("exp", plus(mean, times(deviation, randomness.free_normal(drawing))))


def _exponential(drawing: Drawing, mean: Expr) -> Expr:
    return op("negate", times(mean, op("log", drawing.uniform())))


def _weibull(drawing: Drawing, shape: Expr, scale: Expr) -> Expr:
    return times(scale, op("power", op("negate", op("log", drawing.uniform())), over(ONE, shape)))


def _gamma(drawing: Drawing, shape: Expr, scale: Expr) -> Expr:
    return times(scale, randomness.gamma(drawing, shape))


def _triangular(drawing: Drawing, start: Expr, peak: Expr, stop: Expr) -> Expr:
    return randomness.triangular(drawing, (start, stop), start, peak, stop)


def _montecarlo(drawing: Drawing, probability: Expr) -> Expr:
    """1 with a probability of so many percent per unit of time."""
    return either(op("less", times(_PERCENT, drawing.uniform()), times(probability, STEP)), ONE, ZERO)


RANDOM_CALLS: dict[str, tuple[Arity, Call]] = {
    "random 0 1": (0, _random_0_1),
    "random beta": (7, _clipped(randomness.beta)),
    "random binomial": (7, _clipped(_binomial)),
    "random exponential": (5, _bounded(randomness.exponential)),
    "random gamma": (6, _clipped(_gamma_of_order)),
    "random negative binomial": (7, _clipped(_negative_binomial)),
    "random normal": (5, _bounded(randomness.normal)),
    "random pink noise": (4, _pink_noise),
    "random poisson": (6, _clipped(randomness.poisson)),
    "random triangular": (6, _random_triangular),
    "random uniform": (3, _random_uniform),
    "random weibull": (6, _bounded(randomness.weibull)),
    "beta": ((2, 6), _free(2, randomness.beta)),
    "binomial": ((2, 6), _free(2, randomness.binomial)),
    "exprnd": ((1, 5), _free(1, _exponential)),
    "gamma": ((2, 6), _free(2, _gamma)),
    "geometric": ((1, 5), _free(1, randomness.geometric)),
    "logistic": ((2, 6), _free(2, randomness.logistic)),
    "lognormal": ((2, 6), _free(2, _lognormal)),
    "montecarlo": ((1, 2), _free(1, _montecarlo)),
    "negbinomial": ((2, 6), _free(2, randomness.negative_binomial)),
    "normal": ((2, 6), _normal),
    "pareto": ((2, 6), _free(2, randomness.pareto)),
    "poisson": ((1, 5), _free(1, randomness.poisson)),
    "random": ((2, 3), _free(2, randomness.uniform)),
    "triangular": ((3, 7), _free(3, _triangular)),
    "uniform": ((2, 6), _free(2, randomness.uniform)),
    "weibull": ((2, 6), _free(2, _weibull)),
}
