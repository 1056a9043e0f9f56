"""Functions of time without memory: STEP, RAMP, PULSE and their kin, in Vensim's and in XMILE's forms.

Sources: Vensim's reference manual, the XMILE 1.0 standard and PySD's `py_backend/functions.py`.
"""

import math

from sdmodel.model.expr import Expr, Ref
from sdmodel.model.model import FINAL_TIME
from sdmodel.read.functions.notation import (
    HALF,
    NOW,
    SMALL,
    START,
    STEP,
    ZERO,
    either,
    flag,
    is_true,
    literal,
    minus,
    number,
    op,
    over,
    plus,
    times,
)

_MEASURES = 10
_CLOCK_OF_MACHINE = 2


def step(height: Expr, at: Expr) -> Expr:
    """`height` from `at` on; the switch comes half a time step early so that rounding cannot delay it."""
    on = op("greater", plus(NOW, times(HALF, STEP)), at)
    return times(height, flag(on))


def ramp(slope: Expr, start: Expr, finish: Expr | None = None) -> Expr:
    """0 before `start`, then `slope` per time until `finish`."""
    end = NOW if finish is None else op("minimum", finish, NOW)
    on = flag(op("greater", plus(NOW, SMALL), start))
    return times(times(on, slope), minus(end, start))


def _wide(width: Expr) -> Expr:
    """A pulse is never shorter than one time step, or it would fall between two of them."""
    return op("maximum", width, STEP)


def pulse(start: Expr, width: Expr) -> Expr:
    """1 from `start` for `width`, else 0."""
    begun = op("less_equal", minus(start, SMALL), NOW)
    ended = op("greater_equal", plus(NOW, SMALL), plus(start, _wide(width)))
    return flag(is_true(begun, op("not", ended)))


def _phase(start: Expr, interval: Expr) -> Expr:
    """Time since the head of the running interval."""
    since = plus(minus(NOW, start), SMALL)
    return minus(since, times(interval, op("floor", over(since, interval))))


def pulse_train(start: Expr, interval: Expr, width: Expr, end: Expr) -> Expr:
    """1 for `width` at the head of every `interval` from `start` until `end`, else 0."""
    begun, once = op("less_equal", minus(start, SMALL), NOW), op("less", interval, SMALL)
    running = is_true(op("less", NOW, end), op("less", _phase(start, interval), _wide(width)))
    single = op("less", NOW, plus(start, _wide(width)))  # an interval of 0: one pulse, whatever its end
    return flag(is_true(begun, either(once, single, running)))


def volume_pulse(start: Expr, magnitude: Expr) -> Expr:
    """XMILE's PULSE: `magnitude` in all, during the one time step that begins at `start`."""
    on = is_true(
        op("less_equal", minus(start, SMALL), NOW),
        op("less", NOW, plus(start, times(HALF, STEP))),
    )
    return either(on, over(magnitude, STEP), ZERO)


def volume_pulse_train(start: Expr, interval: Expr, magnitude: Expr) -> Expr:
    """XMILE's PULSE with an interval: one such pulse at the head of each; a single one where the interval is 0."""
    begun = op("less_equal", minus(start, SMALL), NOW)
    on = is_true(begun, op("less", _phase(start, interval), times(HALF, STEP)))
    repeated = either(on, over(magnitude, STEP), ZERO)
    return either(op("equal", interval, ZERO), volume_pulse(start, magnitude), repeated)


def wave(function: str, amplitude: Expr, period: Expr) -> Expr:
    """XMILE's SINWAVE and COSWAVE."""
    return times(amplitude, op(function, over(times(number(2 * math.pi), NOW), period)))


def counter(first: Expr, last: Expr) -> Expr:
    """XMILE's COUNTER: rises with time from `first` to `last`, where it starts again at `first`."""
    cycle = minus(last, first)
    since = plus(minus(NOW, START), SMALL)
    passed = minus(since, times(cycle, op("floor", over(since, cycle))))
    return plus(first, op("maximum", ZERO, minus(passed, SMALL)))


def time_base(start: Expr, slope: Expr) -> Expr:
    """Another time axis: `start` when Time is 0, rising by `slope`."""
    return plus(start, times(slope, NOW))


def get_time_value(relative_to: Expr, offset: Expr, measure: Expr) -> Expr:
    """Time or initial time plus `offset`, in units of Time.

    Raises:
        ValueError: a measure of the calendar, which needs dates that a model's equations do not tell, or a value
            taken from the computer's clock, which no second run could repeat.
    """
    origin = literal(relative_to, "the first argument of GET TIME VALUE")
    kind = literal(measure, "the third argument of GET TIME VALUE")
    if origin == _CLOCK_OF_MACHINE:
        raise ValueError("GET TIME VALUE of the computer's clock would make each run different; use a constant")
    if origin not in (0, 1) or not 0 <= kind <= _MEASURES:
        raise ValueError("GET TIME VALUE takes 0, 1 or 2 as its first and 0 to 10 as its third argument")
    if kind != 0:
        raise ValueError("it is not supported in units of the calendar; use 0 as its third argument")
    return plus(NOW if origin == 0 else START, offset)


def start_time() -> Expr:
    """XMILE's STARTTIME."""
    return START


def stop_time() -> Expr:
    """XMILE's STOPTIME."""
    return Ref(FINAL_TIME)


def time_step() -> Expr:
    """XMILE's DT."""
    return STEP


def now() -> Expr:
    """XMILE's TIME."""
    return NOW
