"""The normal distribution from primitive operations: its cumulative distribution, quantiles, and quantiles of a part.

Sources: quantile, M. J. Wichura (1988), "Algorithm AS 241", Applied Statistics 37, 477–484 (PPND16, 1e-16 relative).
Cumulative distribution, J. F. Hart et al. (1968), Computer Approximations, as given by G. West (2005), "Better
approximations to cumulative normal functions", Wilmott Magazine, 70–76 (1e-15; in the tail
beyond 7 standard deviations 1e-8 of the probability).
"""

import math

from sdmodel.model.expr import Expr
from sdmodel.read.functions.notation import (
    HALF,
    ONE,
    ZERO,
    Workings,
    either,
    minus,
    number,
    op,
    over,
    plus,
    polynomial,
    times,
)

_CENTRE = (
    (3.3871328727963666080, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125),
    (45921.953931549871457, 67265.770927008700853, 33430.575583588128105, 2509.0809287301226727),
    (1.0, 42.313330701600911252, 687.18700749205790830, 5394.1960214247511077),
    (21213.794301586595867, 39307.895800092710610, 28729.085735721942674, 5226.4952788528545610),
)
_SIDE = (
    (1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550, 3.64784832476320460504),
    (1.27045825245236838258, 0.241780725177450611770, 0.0227238449892691845833, 7.74545014278341407640e-4),
    (1.0, 2.05319162663775882187, 1.67638483018380384940, 0.689767334985100004550),
    (0.148103976427480074590, 0.0151986665636164571966, 5.47593808499534494600e-4, 1.05075007164441684324e-9),
)
_TAIL = (
    (6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580, 0.296560571828504891230),
    (0.0265321895265761230930, 0.00124266094738807843860, 2.71155556874348757815e-5, 2.01033439929228813265e-7),
    (1.0, 0.599832206555887937690, 0.136929880922735805310, 0.0148753612908506148525),
    (7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15),
)
_SPLIT, _TAIL_BEGINS = 0.425, 5.0

_UPPER: tuple[float, ...] = (
    220.206867912376,
    221.213596169931,
    112.079291497871,
    33.912866078383,
    6.37396220353165,
    0.700383064443688,
)
_UPPER += (0.0352624965998911,)
_LOWER: tuple[float, ...] = (
    440.413735824752,
    793.826512519948,
    637.333633378831,
    296.564248779674,
    86.7807322029461,
    16.064177579207,
)
_LOWER += (1.75566716318264, 0.0883883476483184)
_FRACTION_BEGINS = 7.07106781186547


def _ratio(x: Expr, table: tuple[tuple[float, ...], ...]) -> Expr:
    return over(polynomial(x, table[0] + table[1]), polynomial(x, table[2] + table[3]))


def normal_quantile(probability: Expr) -> Expr:
    """z below which a standard normal variable lies with `probability`, strictly between 0 and 1."""
    centred = minus(probability, HALF)
    inside = times(centred, _ratio(minus(number(_SPLIT**2), times(centred, centred)), _CENTRE))
    smaller = op("minimum", probability, minus(ONE, probability))
    depth = op("sqrt", op("negate", op("log", smaller)))
    near, far = minus(depth, number(1.6)), minus(depth, number(_TAIL_BEGINS))
    size = either(op("less_equal", depth, number(_TAIL_BEGINS)), _ratio(near, _SIDE), _ratio(far, _TAIL))
    outside = either(op("less", centred, ZERO), op("negate", size), size)
    return either(op("less_equal", op("absolute", centred), number(_SPLIT)), inside, outside)


def normal_ratio(size: Expr) -> Expr:
    """Probability of a value above `size`, from 0 on, divided by exp(-size²/2); 1e-15 up to 7, then within 1e-13."""
    return over(polynomial(size, _UPPER), polynomial(size, _LOWER))


def normal_below(z: Expr) -> Expr:
    """Probability that a standard normal variable is below `z`; accurate also where it is tiny."""
    size = op("absolute", z)
    bell = op("exp", op("negate", times(HALF, times(size, size))))
    rational = times(bell, normal_ratio(size))
    fraction = plus(size, number(0.65))
    for term in (4, 3, 2, 1):
        fraction = plus(size, over(number(term), fraction))
    far = over(bell, times(fraction, number(math.sqrt(2 * math.pi))))
    tail = either(op("less", size, number(_FRACTION_BEGINS)), rational, far)
    return either(op("less_equal", z, ZERO), tail, minus(ONE, tail))


def normal_between(workings: Workings, low: Expr, high: Expr, uniform: Expr) -> Expr:
    """Quantile `uniform` of a standard normal variable that is known to lie between `low` and `high`.

    Where both bounds are above 0 their mirror images below 0 are used, in whose tail probabilities keep their digits.
    """
    low, high = workings.keep("low", low), workings.keep("high", high)
    is_above = op("greater", low, ZERO)
    first = workings.keep("first", either(is_above, op("negate", high), low))
    last = workings.keep("last", either(is_above, op("negate", low), high))
    below = workings.keep("below first", normal_below(first))
    share = workings.keep("below last", normal_below(last))
    probability = workings.keep("probability", plus(below, times(uniform, minus(share, below))))
    z = workings.keep("normal", normal_quantile(probability))
    return either(is_above, op("negate", z), z)
