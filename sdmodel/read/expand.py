"""Functions of Vensim and XMILE → primitive operations, so that each rule lives in one place.

`FUNCTIONS` rewrites calls that need no memory; `memory.py` those that keep a state. Sources: Vensim's reference
manual and PySD's `py_backend/functions.py`, whose tolerance of 1e-6 is Vensim's own.
"""

import math
from collections.abc import Callable

from sdmodel.model.expr import Apply, Expr, Number, Ref
from sdmodel.model.model import TIME, TIME_STEP

SMALL = Number(1e-6)  # what Vensim takes for zero
ZERO, ONE, HALF = Number(0.0), Number(1.0), Number(0.5)
NOW, STEP = Ref(TIME), Ref(TIME_STEP)


def op(operation: str, *arguments: Expr) -> Expr:
    """Shorthand for `Apply`."""
    return Apply(operation, arguments)


def is_near_zero(value: Expr) -> Expr:
    """True where Vensim takes `value` for zero."""
    return op("less", op("absolute", value), SMALL)


def xidz(numerator: Expr, denominator: Expr, otherwise: Expr) -> Expr:
    """`numerator/denominator`, or `otherwise` where the denominator is near zero."""
    return op("select", is_near_zero(denominator), otherwise, op("divide", numerator, denominator))


def zidz(numerator: Expr, denominator: Expr) -> Expr:
    """`numerator/denominator`, or 0 where the denominator is near zero."""
    return xidz(numerator, denominator, ZERO)


def quantum(value: Expr, size: Expr) -> Expr:
    """The multiple of `size` next to `value` towards 0; `value` itself where `size` is not positive."""
    whole = op("multiply", size, op("truncate", op("divide", value, size)))
    return op("select", op("less", size, SMALL), value, whole)


def modulo(value: Expr, size: Expr) -> Expr:
    """What `quantum` leaves; it has the sign of `value`."""
    return op("subtract", value, quantum(value, size))


def step(height: Expr, at: Expr) -> Expr:
    """`height` from `at` on; the switch comes half a time step early so that rounding cannot delay it."""
    on = op("greater", op("add", NOW, op("multiply", HALF, STEP)), at)
    return op("multiply", height, op("select", on, ONE, ZERO))


def ramp(slope: Expr, start: Expr, finish: Expr | None = None) -> Expr:
    """0 before `start`, then `slope` per time until `finish`."""
    end = NOW if finish is None else op("minimum", finish, NOW)
    on = op("select", op("greater", op("add", NOW, SMALL), start), ONE, ZERO)
    return op("multiply", op("multiply", on, slope), op("subtract", end, start))


def _wide(width: Expr) -> Expr:
    """A pulse is never shorter than one time step, or it would fall between two of them."""
    return op("maximum", width, STEP)


def pulse(start: Expr, width: Expr) -> Expr:
    """1 from `start` for `width`, else 0."""
    begun = op("less_equal", op("subtract", start, SMALL), NOW)
    ended = op("greater_equal", op("add", NOW, SMALL), op("add", start, _wide(width)))
    return op("select", op("and", begun, op("not", ended)), ONE, ZERO)


def pulse_train(start: Expr, interval: Expr, width: Expr, end: Expr) -> Expr:
    """1 for `width` at the head of every `interval` from `start` until `end`, else 0."""
    since = op("add", op("subtract", NOW, start), SMALL)
    phase = op("subtract", since, op("multiply", interval, op("floor", op("divide", since, interval))))
    running = op("and", op("less_equal", op("subtract", start, SMALL), NOW), op("less", NOW, end))
    return op("select", op("and", running, op("less", phase, _wide(width))), ONE, ZERO)


def _primitive(name: str) -> Callable[..., Expr]:
    return lambda *arguments: op(name, *arguments)


FUNCTIONS: dict[str, tuple[int, Callable[..., Expr]]] = {
    "abs": (1, _primitive("absolute")),
    "arccos": (1, _primitive("arccos")),
    "arcsin": (1, _primitive("arcsin")),
    "arctan": (1, _primitive("arctan")),
    "cos": (1, _primitive("cos")),
    "cosh": (1, _primitive("cosh")),
    "exp": (1, _primitive("exp")),
    "if then else": (3, _primitive("select")),
    "integer": (1, _primitive("truncate")),
    "ln": (1, _primitive("log")),
    "log": (2, lambda value, base: op("divide", op("log", value), op("log", base))),
    "max": (2, _primitive("maximum")),
    "min": (2, _primitive("minimum")),
    "modulo": (2, modulo),
    "pi": (0, lambda: Number(math.pi)),
    "power": (2, _primitive("power")),
    "pulse": (2, pulse),
    "pulse train": (4, pulse_train),
    "quantum": (2, quantum),
    "ramp": (3, ramp),
    "sin": (1, _primitive("sin")),
    "sinh": (1, _primitive("sinh")),
    "sqrt": (1, _primitive("sqrt")),
    "step": (2, step),
    "tan": (1, _primitive("tan")),
    "tanh": (1, _primitive("tanh")),
    "xidz": (3, xidz),
    "zidz": (2, zidz),
}
