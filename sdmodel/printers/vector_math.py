"""exp, log and power of whole vectors as instructions: LLVM would call the scalar C library once a lane.

Errors stay within two units in the last place over the whole range, subnormal and infinite values included; tests
hold them to the C library. Methods: argument reduction, tables and polynomials as in Tang (1990), ACM TOMS 16(4), and
Muller (2016), Elementary Functions, ch. 3, 6 and 11; power carries the logarithm as an unevaluated sum of two doubles
(Dekker 1971). CPUs with AVX-512 take numbers apart and put them together in one instruction each.
"""

import math
from decimal import Decimal, localcontext

from sdmodel.printers import avx512
from sdmodel.printers.emitter import Emitter, Value
from sdmodel.printers.entries import picked_of_sixteen

LOG2E = 1 / math.log(2)
ROUNDER = 1.5 * 2.0**52  # adding it to a number below 2^51 leaves the nearest whole number in the last bits
_FIRST = 0.75  # a mantissa is in [¾, 1½)
_A_UNIT = 20  # its logarithm starts from the nearest of sixteen middles, 15/20 to 30/20

# (exp(r) - 1 - r) / r² on |r| < 0.347: interpolated in Chebyshev nodes, relative error of exp 1.7e-17
_EXP = (
    *(0.5000000000000001, 0.16666666666666669, 0.04166666666662374, 0.008333333333330032, 0.0013888888917406447),
    *(0.00019841269863201828, 2.4801520996825697e-05, 2.7557268229963227e-06, 2.76202305675069e-07),
    2.5100494788905042e-08,
)
# the same on |r| < 0.0217, where the sixteenth powers of 2 do the rest: relative error 3e-17
_EXP_NEAR = (
    *(0.5, 0.16666666665299382, 0.041666666664957566),
    *(0.008333449799593924, 0.0013889034471524727),
)
# (log(1+r) - r + r²/2) / r³ on |r| < 0.0336, likewise
_LOG1P = (
    *(0.3333333333333333, -0.24999999999999523, 0.1999999999999956, -0.16666666672299282),
    *(0.14285714290913745, -0.12499982042377117, 0.1111109453449214, -0.10021198764181574),
    0.0911047749675442,
)


def _split_number(exact: Decimal, bits: int) -> tuple[float, float]:
    """A number as high + low, the high part with so many bits after the point that products with it are exact."""
    high = math.ldexp(round(math.ldexp(float(exact), bits)), -bits)
    return high, float(exact - Decimal(high))


def _tables() -> tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...], float, float]:
    """Of each middle: c near its reciprocal (1 is its own), and -log c as high and low; then log 2 the same way.

    Middle j stands at place j modulo 16, where the last four bits of j find it.
    """
    with localcontext() as context:
        context.prec = 50
        middles = [Decimal(place if place >= 15 else place + 16) / _A_UNIT for place in range(16)]
        factors = [float(round(256 / middle)) / 256 for middle in middles]
        parts = [_split_number(-Decimal(factor).ln(), 40) for factor in factors]
        high, low = _split_number(Decimal(2).ln(), 40)
    return tuple(factors), tuple(part[0] for part in parts), tuple(part[1] for part in parts), high, low


_ROOTS = tuple(2 ** (place / 16) for place in range(16))
_FACTOR, _LOG_HIGH, _LOG_LOW, LN2_HIGH, LN2_LOW = _tables()


def polynomial(emit: Emitter, x: Value, coefficients: tuple[float, ...], square: Value | None = None) -> Value:
    """Σ coefficients[i] xⁱ by Estrin's scheme: pairs, then pairs of pairs, for the sake of parallel units.

    The last three terms go by Horner's: that takes as long, since the fourth power would wait for the square as well,
    and one product less.
    """
    terms = [emit.number(coefficient) for coefficient in coefficients]
    power = x
    while len(terms) > 1:
        if len(terms) == 3 and power is not x:
            return emit.fused(emit.fused(terms[2], power, terms[1]), power, terms[0])
        paired = [emit.fused(high, power, low) for low, high in zip(terms[::2], terms[1::2], strict=False)]
        terms = paired + (terms[-1:] if len(terms) % 2 else [])
        if len(terms) > 1:
            power, square = square or emit.multiply(power, power), None
    return terms[0]


def clamp(emit: Emitter, x: Value, low: float, high: float) -> Value:
    """`x` within [low, high]; what is not a number stays so."""
    above, below = emit.number(high), emit.number(low)
    x = emit.select(emit.compare("olt", above, x), above, x)
    return emit.select(emit.compare("ogt", below, x), below, x)


def _power_of_two(emit: Emitter, exponent: Value) -> Value:
    """2^exponent for whole numbers (as i64) that stay normal."""
    biased = emit.bits("add", exponent, emit.whole(1023))
    return emit.convert("bitcast", emit.bits("shl", biased, emit.whole(52)), "number")


def _scaled(emit: Emitter, value: Value, n: Value, shifted: Value) -> Value:
    """value · 2^n for whole `n` and `shifted` = n + ROUNDER; subnormal or infinite where that is the result."""
    if emit.avx512:
        return avx512.scaled(emit, value, n)
    rounder = emit.convert("bitcast", emit.number(ROUNDER), "whole")
    whole = emit.bits("sub", emit.convert("bitcast", shifted, "whole"), rounder)
    half = emit.bits("ashr", whole, emit.whole(1))
    rest = emit.bits("sub", whole, half)
    return emit.strict("fmul", emit.strict("fmul", value, _power_of_two(emit, half)), _power_of_two(emit, rest))


def exp(emit: Emitter, x: Value, low: Value | None = None) -> Value:
    """e^x; with `low`, e^(x + low) for a correction far below x."""
    x = clamp(emit, x, -760.0, 720.0)
    if emit.avx512:
        return _exp_by_table(emit, x, low)
    shifted = emit.fused(x, emit.number(LOG2E), emit.number(ROUNDER))
    n = emit.strict("fsub", shifted, emit.number(ROUNDER))
    r = emit.fused(n, emit.number(-LN2_HIGH), x)
    r = emit.fused(n, emit.number(-LN2_LOW), r)
    if low is not None:
        r = emit.add(r, low)
    tail = emit.fused(emit.multiply(r, r), polynomial(emit, r, _EXP), r)
    return _scaled(emit, emit.add(emit.number(1.0), tail), n, shifted)


def _exp_by_table(emit: Emitter, x: Value, low: Value | None) -> Value:
    """e^x as 2^(n/16) e^r: a table of sixteen and a short polynomial."""
    shifted = emit.fused(x, emit.number(LOG2E), emit.number(ROUNDER / 16))  # the last four bits are sixteenths
    n = emit.strict("fsub", shifted, emit.number(ROUNDER / 16))
    r = emit.fused(n, emit.number(-LN2_HIGH), x)
    r = emit.fused(n, emit.number(-LN2_LOW), r)
    if low is not None:
        r = emit.add(r, low)
    tail = emit.fused(emit.multiply(r, r), polynomial(emit, r, _EXP_NEAR), r)
    root = picked_of_sixteen(emit, _ROOTS, shifted)
    return avx512.scaled(emit, emit.fused(root, tail, root), n)  # it takes the floor of n


def _split(emit: Emitter, x: Value) -> tuple[Value, Value]:
    """Positive finite x as m 2^k with m in [¾, 1½): (k as number, m)."""
    if emit.avx512:
        m = avx512.mantissa(emit, x)
        below = emit.select(emit.compare("olt", m, emit.number(1.0)), emit.number(1.0), emit.number(0.0))
        return emit.add(avx512.exponent(emit, x), below), m
    tiny = emit.compare("olt", x, emit.number(2.0**-1022))
    normal = emit.select(tiny, emit.multiply(x, emit.number(2.0**54)), x)
    bits = emit.convert("bitcast", normal, "whole")
    k = emit.bits("ashr", emit.bits("sub", bits, emit.convert("bitcast", emit.number(_FIRST), "whole")), emit.whole(52))
    m = emit.convert("bitcast", emit.bits("sub", bits, emit.bits("shl", k, emit.whole(52))), "number")
    return emit.subtract(_whole_as_number(emit, k), emit.select(tiny, emit.number(54.0), emit.number(0.0))), m


def _whole_as_number(emit: Emitter, k: Value) -> Value:
    """A small integer as a double, without the conversion that CPUs before AVX-512 lack."""
    magic = emit.convert("bitcast", emit.number(ROUNDER), "whole")
    shifted = emit.convert("bitcast", emit.bits("add", k, magic), "number")
    return emit.strict("fsub", shifted, emit.number(ROUNDER))


def _reduced(emit: Emitter, x: Value) -> tuple[Value, Value, Value, Value]:
    """Positive finite x with log x = high + low + log(1 + r + r_low): (high, low, r, r_low), high and r exact."""
    k, m = _split(emit, x)
    place = emit.fused(m, emit.number(_A_UNIT), emit.number(ROUNDER))
    factor = picked_of_sixteen(emit, _FACTOR, place)
    high = emit.fused(k, emit.number(LN2_HIGH), picked_of_sixteen(emit, _LOG_HIGH, place))
    low = emit.fused(k, emit.number(LN2_LOW), picked_of_sixteen(emit, _LOG_LOW, place))
    product, r_low = _product(emit, m, factor)
    return high, low, emit.strict("fsub", product, emit.number(1.0)), r_low


def log(emit: Emitter, x: Value) -> Value:
    """ln x; -infinity at 0, not a number below."""
    high, low, r, r_low = _reduced(emit, x)
    square = emit.multiply(r, r)
    series = emit.fused(r, polynomial(emit, r, _LOG1P), emit.number(-0.5))
    tail = emit.fused(square, series, emit.add(low, r_low))
    result = emit.add(high, emit.add(r, tail))
    result = emit.select(emit.compare("oeq", x, emit.number(0.0)), emit.number(-math.inf), result)
    result = emit.select(emit.compare("oeq", x, emit.number(math.inf)), emit.number(math.inf), result)
    return emit.select(emit.compare("ult", x, emit.number(0.0)), emit.number(math.nan), result)


def _two_sum(emit: Emitter, a: Value, b: Value) -> tuple[Value, Value]:
    """a + b for |a| ≥ |b| or a = 0, without error."""
    high = emit.strict("fadd", a, b)
    return high, emit.strict("fsub", b, emit.strict("fsub", high, a))


def _product(emit: Emitter, a: Value, b: Value) -> tuple[Value, Value]:
    """a b without error."""
    high = emit.strict("fmul", a, b)
    return high, emit.fused(a, b, emit.negate(high))


def _precise_log(emit: Emitter, x: Value) -> tuple[Value, Value]:
    """ln x of positive finite x as high + low, to about 64 bits."""
    high, low, r, r_low = _reduced(emit, x)
    square, square_low = _product(emit, r, r)
    r_low = emit.fused(emit.strict("fsub", square, r), r_low, r_low)  # r_low / (1 + r)
    sum_, rest = _two_sum(emit, high, r)
    sum_, rest_of_square = _two_sum(emit, sum_, emit.multiply(emit.number(-0.5), square))
    cube = emit.fused(emit.multiply(square, r), polynomial(emit, r, _LOG1P, square), emit.add(low, r_low))
    small = emit.fused(emit.number(-0.5), square_low, emit.add(rest, rest_of_square))
    return _two_sum(emit, sum_, emit.add(small, cube))


def power(emit: Emitter, x: Value, y: Value) -> Value:
    """x^y with the special values of IEEE 754 pow; not a number for negative x and fractional y."""
    zero, one, infinite = emit.number(0.0), emit.number(1.0), emit.number(math.inf)
    positive = emit.never_negative(x)
    size = x if positive else emit.intrinsic("llvm.fabs", x)
    high, low = _precise_log(emit, size)
    high = emit.select(emit.compare("oeq", size, zero), emit.number(-math.inf), high)
    high = emit.select(emit.compare("oeq", size, infinite), infinite, high)
    bounded = clamp(emit, y, -1e300, 1e300)  # infinity times the logarithm of 1 would have no value
    product, product_low = _product(emit, bounded, high)
    product_low = emit.fused(bounded, low, product_low)
    in_range = emit.compare("olt", emit.intrinsic("llvm.fabs", product), emit.number(1000.0))
    result = exp(emit, product, emit.select(in_range, product_low, zero))
    if not positive:
        result = _signed(emit, x, y, result)
    result = emit.select(emit.compare("uno", x, y), emit.number(math.nan), result)
    result = emit.select(emit.compare("oeq", y, zero), one, result)
    return emit.select(emit.compare("oeq", x, one), one, result)


def _signed(emit: Emitter, x: Value, y: Value, size: Value) -> Value:
    """The sign of x^y for negative x: that of x for odd y, none for even y, no value for a fraction."""
    infinite, fabs = emit.number(math.inf), emit.intrinsic("llvm.fabs", x)
    y_floor, half = emit.intrinsic("llvm.floor", y), emit.multiply(y, emit.number(0.5))
    half_floor = emit.intrinsic("llvm.floor", half)
    is_whole = emit.compare("oeq", y_floor, y)
    odd = emit.bits("and", is_whole, emit.compare("one", half_floor, half), "truth")
    flipped = emit.select(odd, emit.negate(size), size)
    fraction = emit.bits("and", emit.compare("one", y_floor, y), emit.compare("one", fabs, infinite), "truth")
    with_sign = emit.select(fraction, emit.number(math.nan), flipped)
    return emit.select(emit.compare("olt", x, emit.number(0.0)), with_sign, size)
