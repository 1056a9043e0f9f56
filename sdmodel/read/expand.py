"""Functions of Vensim and XMILE → primitive operations, so that each rule lives in one place.

`FUNCTIONS` rewrites calls that need no memory: name in lower case with spaces → (number of arguments, rewriting). The
number is a pair (least, most) where it may differ, with None for any number. A rewriting raises ValueError with the
reason where an argument is not supported. Calls that keep a state or draw random numbers are in `memory.MEMORY_CALLS`,
those that read a table in `functions.tables.TABLE_CALLS`, those that nothing can be made of in `functions.refused`.
"""

import math
from collections.abc import Callable
from functools import partial

from sdmodel.model.expr import Expr, Number
from sdmodel.read.functions import arithmetic, clock, combinatorics, normal
from sdmodel.read.functions.arithmetic import is_near_zero, modulo, quantum, xidz, zidz
from sdmodel.read.functions.clock import pulse, pulse_train, ramp, step
from sdmodel.read.functions.notation import HALF, NOW, ONE, SMALL, STEP, ZERO, op

__all__ = ["FUNCTIONS", "HALF", "NOW", "ONE", "SMALL", "STEP", "ZERO", "is_near_zero", "op", "xidz", "zidz"]

Arity = int | tuple[int, int | None]


def _primitive(name: str) -> Callable[..., Expr]:
    return lambda *arguments: op(name, *arguments)


def _normal_share(low: Expr, high: Expr, mean: Expr = ZERO, deviation: Expr = ONE) -> Expr:
    """XMILE's NORMALCDF: probability of a normal variable between two values."""
    ends = [op("divide", op("subtract", one, mean), deviation) for one in (low, high)]
    return op("subtract", normal.normal_below(ends[1]), normal.normal_below(ends[0]))


def _inverse_normal(probability: Expr, mean: Expr = ZERO, deviation: Expr = ONE) -> Expr:
    """XMILE's INVNORM: value below which a normal variable lies with a probability."""
    return op("add", mean, op("multiply", deviation, normal.normal_quantile(probability)))


def _fraction(value: Expr) -> Expr:
    """XMILE's PERCENT: a fraction in percent."""
    return op("multiply", value, Number(100.0))


FUNCTIONS: dict[str, tuple[Arity, Callable[..., Expr]]] = {
    "abs": (1, _primitive("absolute")),
    "arccos": (1, _primitive("arccos")),
    "arcsin": (1, _primitive("arcsin")),
    "arctan": (1, _primitive("arctan")),
    "combinations": (2, combinatorics.combinations),
    "cos": (1, _primitive("cos")),
    "cosh": (1, _primitive("cosh")),
    "coswave": (2, partial(clock.wave, "cos")),
    "counter": (2, clock.counter),
    "dt": (0, clock.time_step),
    "exp": (1, _primitive("exp")),
    "expbound": (6, arithmetic.exponential_bound),
    "factorial": (1, combinatorics.factorial),
    "gamma ln": (1, combinatorics.gamma_ln),
    "gammaln": (1, combinatorics.gamma_ln),
    "get time value": (3, clock.get_time_value),
    "if then else": (3, _primitive("select")),
    "inf": (0, lambda: Number(math.inf)),
    "int": (1, _primitive("truncate")),
    "integer": (1, _primitive("truncate")),
    "invnorm": ((1, 3), _inverse_normal),
    "ln": (1, _primitive("log")),
    "log": (2, arithmetic.log_to_base),
    "log10": (1, arithmetic.log10),
    "max": ((1, None), partial(arithmetic.extreme, "maximum")),
    "mean": ((1, None), arithmetic.mean),
    "min": ((1, None), partial(arithmetic.extreme, "minimum")),
    "mod": (2, modulo),
    "modulo": (2, modulo),
    "nan": (0, lambda: Number(math.nan)),
    "normalcdf": ((2, 4), _normal_share),
    "percent": (1, _fraction),
    "permutations": (2, combinatorics.permutations),
    "pi": (0, lambda: Number(math.pi)),
    "power": (2, _primitive("power")),
    "pulse": (2, pulse),
    "pulse train": (4, pulse_train),
    "quantum": (2, quantum),
    "ramp": ((2, 3), ramp),
    "rootn": (2, arithmetic.root),
    "round": (1, arithmetic.nearest),
    "safediv": ((2, 3), arithmetic.safediv),
    "sign": (1, arithmetic.sign),
    "sin": (1, _primitive("sin")),
    "sinh": (1, _primitive("sinh")),
    "sinwave": (2, partial(clock.wave, "sin")),
    "sqrt": (1, _primitive("sqrt")),
    "starttime": (0, clock.start_time),
    "step": (2, step),
    "stoptime": (0, clock.stop_time),
    "tan": (1, _primitive("tan")),
    "tanh": (1, _primitive("tanh")),
    "time": (0, clock.now),
    "time base": (2, clock.time_base),
    "xidz": (3, xidz),
    "xpulse": (2, clock.volume_pulse),
    "xpulse train": (3, clock.volume_pulse_train),
    "xramp": (2, ramp),
    "zidz": (2, zidz),
}
