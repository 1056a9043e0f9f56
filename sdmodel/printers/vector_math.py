"""exp, log and power of whole vectors as instructions: LLVM would call the scalar C library once a lane.

Errors stay within two units in the last place over the whole range, subnormal and infinite values included; tests
hold them to the C library. Methods: argument reduction and polynomials as in Muller (2016), Elementary Functions,
ch. 3 and 11; the logarithm's coefficients are those of fdlibm's e_log.c; power carries the logarithm as an unevaluated
sum of two doubles (Dekker 1971).
"""

import math
from fractions import Fraction

from sdmodel.printers.emitter import Emitter, Value

LOG2E = 1 / math.log(2)
LN2_HIGH, LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
ROUNDER = 1.5 * 2.0**52  # adding it to a number below 2^51 leaves the nearest whole number in the last bits

# (exp(r) - 1 - r) / r² on |r| < 0.347: interpolated in Chebyshev nodes, relative error of exp 1.7e-17
_EXP = (
    *(0.5000000000000001, 0.16666666666666669, 0.04166666666662374, 0.008333333333330032, 0.0013888888917406447),
    *(0.00019841269863201828, 2.4801520996825697e-05, 2.7557268229963227e-06, 2.76202305675069e-07),
    2.5100494788905042e-08,
)
_LOG = (
    *(6.666666666666735130e-01, 3.999999999940941908e-01, 2.857142874366239149e-01, 2.222219843214978396e-01),
    *(1.818357216161805012e-01, 1.531383769920937332e-01, 1.479819860511658591e-01),
)
_ATANH = tuple(float(Fraction(2, odd)) for odd in range(5, 29, 2))  # log((1+s)/(1-s))/s = 2 + 2/3 s² + 2/5 s⁴ …
_TWO_THIRDS = (2 / 3, float(Fraction(2, 3) - Fraction(2 / 3)))


def polynomial(emit: Emitter, x: Value, coefficients: tuple[float, ...]) -> Value:
    """Σ coefficients[i] xⁱ by Estrin's scheme: pairs, then pairs of pairs, for the sake of parallel units."""
    terms = [emit.number(coefficient) for coefficient in coefficients]
    power = x
    while len(terms) > 1:
        paired = [emit.fused(high, power, low) for low, high in zip(terms[::2], terms[1::2], strict=False)]
        terms = paired + (terms[-1:] if len(terms) % 2 else [])
        power = emit.multiply(power, power) if len(terms) > 1 else power
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


def _scaled(emit: Emitter, value: Value, shifted: Value) -> Value:
    """value · 2^n for `shifted` = n + ROUNDER, in two factors so that the result may be subnormal or overflow."""
    n = emit.bits(
        "sub", emit.convert("bitcast", shifted, "whole"), emit.convert("bitcast", emit.number(ROUNDER), "whole")
    )
    half = emit.bits("ashr", n, emit.whole(1))
    rest = emit.bits("sub", n, half)
    return emit.strict("fmul", emit.strict("fmul", value, _power_of_two(emit, half)), _power_of_two(emit, rest))


def exp(emit: Emitter, x: Value, low: Value | None = None) -> Value:
    """e^x; with `low`, e^(x + low) for a correction far below x."""
    x = clamp(emit, x, -760.0, 720.0)
    shifted = emit.fused(x, emit.number(LOG2E), emit.number(ROUNDER))
    n = emit.strict("fsub", shifted, emit.number(ROUNDER))
    r = emit.fused(n, emit.number(-LN2_HIGH), x)
    r = emit.fused(n, emit.number(-LN2_LOW), r)
    if low is not None:
        r = emit.add(r, low)
    tail = emit.fused(emit.multiply(r, r), polynomial(emit, r, _EXP), r)
    return _scaled(emit, emit.add(emit.number(1.0), tail), shifted)


def _split(emit: Emitter, x: Value) -> tuple[Value, Value]:
    """Positive x as m 2^k with m in [√½, √2): (k as number, m)."""
    tiny = emit.compare("olt", x, emit.number(2.0**-1022))
    normal = emit.select(tiny, emit.multiply(x, emit.number(2.0**54)), x)
    bits = emit.convert("bitcast", normal, "whole")
    offset = emit.bits("sub", bits, emit.whole(0x3FE6A09E667F3BCD))
    k = emit.bits("ashr", offset, emit.whole(52))
    m = emit.convert("bitcast", emit.bits("sub", bits, emit.bits("shl", k, emit.whole(52))), "number")
    exponent = _whole_as_number(emit, k)
    return emit.subtract(exponent, emit.select(tiny, emit.number(54.0), emit.number(0.0))), m


def _whole_as_number(emit: Emitter, k: Value) -> Value:
    """A small integer as a double, without the conversion that CPUs before AVX-512 lack."""
    magic = emit.convert("bitcast", emit.number(ROUNDER), "whole")
    shifted = emit.convert("bitcast", emit.bits("add", k, magic), "number")
    return emit.strict("fsub", shifted, emit.number(ROUNDER))


def log(emit: Emitter, x: Value) -> Value:
    """ln x; -infinity at 0, not a number below."""
    k, m = _split(emit, x)
    f = emit.strict("fsub", m, emit.number(1.0))
    s = emit.strict("fdiv", f, emit.add(emit.number(2.0), f))
    z = emit.multiply(s, s)
    rest = emit.multiply(z, polynomial(emit, z, _LOG))
    half = emit.multiply(emit.multiply(emit.number(0.5), f), f)
    inner = emit.fused(s, emit.add(half, rest), emit.multiply(k, emit.number(LN2_LOW)))
    outer = emit.strict("fsub", emit.strict("fsub", half, inner), f)
    result = emit.strict("fsub", emit.multiply(k, emit.number(LN2_HIGH)), outer)
    result = emit.select(emit.compare("oeq", x, emit.number(0.0)), emit.number(-math.inf), result)
    result = emit.select(emit.compare("oeq", x, emit.number(math.inf)), emit.number(math.inf), result)
    return emit.select(emit.compare("ult", x, emit.number(0.0)), emit.number(math.nan), result)


def _two_sum(emit: Emitter, a: Value, b: Value) -> tuple[Value, Value]:
    """a + b for |a| ≥ |b|, without error."""
    high = emit.strict("fadd", a, b)
    return high, emit.strict("fsub", b, emit.strict("fsub", high, a))


def _product(emit: Emitter, a: Value, b: Value) -> tuple[Value, Value]:
    """a b without error."""
    high = emit.strict("fmul", a, b)
    return high, emit.fused(a, b, emit.negate(high))


def _precise_log(emit: Emitter, x: Value) -> tuple[Value, Value]:
    """ln x of positive finite x as high + low, to about 65 bits."""
    k, m = _split(emit, x)
    f = emit.strict("fsub", m, emit.number(1.0))
    divisor, divisor_low = _two_sum(emit, emit.number(2.0), f)
    s = emit.strict("fdiv", f, divisor)
    remainder = emit.fused(emit.negate(s), divisor, f)
    s_low = emit.strict("fdiv", emit.fused(emit.negate(s), divisor_low, remainder), divisor)
    z, z_low = _product(emit, s, s)
    z_low = emit.fused(emit.add(s, s), s_low, z_low)
    tail = emit.multiply(z, polynomial(emit, z, _ATANH))  # 2/5 s² + 2/7 s⁴ …
    third, third_low = _two_sum(emit, emit.number(_TWO_THIRDS[0]), tail)
    third_low = emit.add(third_low, emit.number(_TWO_THIRDS[1]))
    c, c_low = _product(emit, z, third)
    c_low = emit.add(c_low, emit.fused(z, third_low, emit.multiply(z_low, third)))
    c, c_low2 = _two_sum(emit, emit.number(2.0), c)
    c_low = emit.add(c_low, c_low2)
    part, part_low = _product(emit, s, c)
    part_low = emit.add(part_low, emit.fused(s, c_low, emit.multiply(s_low, c)))
    base, base_low = _product(emit, k, emit.number(LN2_HIGH))
    base_low = emit.fused(k, emit.number(LN2_LOW), base_low)
    high, low = _two_sum(emit, base, part)  # exact: the base is 0 or larger than the part
    return high, emit.add(low, emit.add(base_low, part_low))


def power(emit: Emitter, x: Value, y: Value) -> Value:
    """x^y with the special values of IEEE 754 pow; not a number for negative x and fractional y."""
    size = emit.intrinsic("llvm.fabs", x)
    high, low = _precise_log(emit, size)
    y_bounded = clamp(emit, y, -1e18, 1e18)
    product, product_low = _product(emit, y_bounded, high)
    product_low = emit.fused(y_bounded, low, product_low)
    product_low = clamp(emit, product_low, -1.0, 1.0)
    result = exp(emit, product, product_low)
    zero, one, infinite = emit.number(0.0), emit.number(1.0), emit.number(math.inf)
    rising = emit.compare("ogt", y, zero)
    result = emit.select(emit.compare("oeq", size, zero), emit.select(rising, zero, infinite), result)
    result = emit.select(emit.compare("oeq", size, infinite), emit.select(rising, infinite, zero), result)
    result = emit.select(emit.compare("oeq", size, one), one, result)
    whole = emit.compare("oeq", emit.intrinsic("llvm.floor", y), y)
    half = emit.multiply(y, emit.number(0.5))
    odd = emit.bits("and", whole, emit.compare("one", emit.intrinsic("llvm.floor", half), half), "truth")
    negative = emit.compare("olt", x, zero)
    flipped = emit.select(odd, emit.negate(result), result)
    undefined = emit.bits("and", negative, emit.compare("one", emit.intrinsic("llvm.floor", y), y), "truth")
    undefined = emit.bits("and", undefined, emit.compare("one", size, infinite), "truth")
    result = emit.select(negative, flipped, result)
    result = emit.select(undefined, emit.number(math.nan), result)
    result = emit.select(emit.compare("uno", x, y), emit.number(math.nan), result)
    result = emit.select(emit.compare("oeq", y, zero), one, result)
    return emit.select(emit.compare("oeq", x, one), one, result)
