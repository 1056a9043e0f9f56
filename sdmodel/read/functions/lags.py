"""Functions that look back (PREVIOUS, HISTORY, DERIVN) and delays whose length changes (DELAY MATERIAL …) → memory.

A delay of changing length is a conveyor of places that moves on by one each time step; what enters is put so many
places from its end as the delay is long. Rules follow Vensim's reference manual, and isee's for XMILE's functions.
"""

from sdmodel.model.evaluate import fold
from sdmodel.model.expr import Apply, Expr, Number, Ref
from sdmodel.model.model import TIME, FixedDelay, Held, Table, Variable
from sdmodel.read.functions.notation import (
    HALF,
    NOW,
    ONE,
    START,
    STEP,
    UNDEFINED,
    ZERO,
    Remembered,
    Workings,
    either,
    literal,
    minus,
    number,
    op,
    over,
    plus,
    times,
)

PLACES = 240  # the longest changing delay, in time steps
_ROUNDING = number(0.5 + 1e-6)  # as for DELAY FIXED: 1.2 steps are 1, 1.5 steps are 2
_HIGHEST_DERIVATIVE = 8


def previous(base: str, value: Expr, initial: Expr | None = None) -> Remembered:
    """XMILE's PREVIOUS: `value` at the time step before; at the start `initial`, or the value itself."""
    name = f"{base} memory"
    held = Held(name=name, next=value, initial=value if initial is None else initial, hidden=True)
    return Ref(name), (held,)


def history(base: str, value: Expr, at: Expr) -> Remembered:
    """XMILE's HISTORY: `value` at an earlier time, 0 before the start; for `TIME - lag` with a lag fixed at the start.

    Raises:
        ValueError: any other time.
    """
    asked = fold(at)
    if asked == NOW:
        return value, ()
    if not (isinstance(asked, Apply) and asked.operation == "subtract" and asked.arguments[0] == NOW):
        raise ValueError("HISTORY is supported for a time of the form TIME - lag; use PREVIOUS or DELAY")
    stored = FixedDelay(name=f"{base} pipeline", input=value, delay=asked.arguments[1], initial=ZERO, hidden=True)
    return Ref(stored.name), (stored,)


def derivative(base: str, value: Expr, order: Expr = ONE) -> Remembered:
    """XMILE's DERIVN: the derivative of that order by differences of past values, 0 until there are enough of them.

    Raises:
        ValueError: an order that is no literal from 0 to 8.
    """
    wanted = literal(order, "the order of DERIVN")
    if wanted not in range(_HIGHEST_DERIVATIVE + 1):
        raise ValueError(f"the order of DERIVN must be a whole number from 0 to {_HIGHEST_DERIVATIVE}")
    workings = Workings(base)
    result = workings.keep("value", value)
    for turn in range(1, int(wanted) + 1):
        before, memory = previous(f"{base} {turn}", result)
        workings.variables.extend(memory)
        result = workings.keep(f"derivative {turn}", over(minus(result, before), STEP))
    begins = plus(START, times(minus(number(wanted), HALF), STEP))
    return workings.with_all(result if wanted < 1 else either(op("greater", NOW, begins), result, ZERO))


# --- delays of changing length --------------------------------------------------------------------------------------


FIXED_WHERE_TIME_RESTS = ("delay information", "delay material")


def fixed(base: str, value: Expr, time: Expr, initial: Expr, _missing: Expr = ZERO) -> Remembered:
    """A delay whose time, the second argument, rests: what enters leaves once, after so many steps."""
    stored = FixedDelay(name=f"{base} pipeline", input=value, delay=time, initial=initial, hidden=True)
    return Ref(stored.name), (stored,)


def _length(workings: Workings, time: Expr) -> Expr:
    """The delay in whole time steps, at least one."""
    return workings.keep("length", op("maximum", ONE, op("floor", plus(over(time, STEP), _ROUNDING))))


def _place(base: str, place: int) -> str:
    return f"{base} place {place}"


def _checked(value: Expr, length: Expr) -> Expr:
    """`value`, but not a number, so that the run counts as failed, while a delay is longer than the conveyor."""
    return either(op("less_equal", length, number(PLACES)), value, UNDEFINED)


def delay_material(base: str, value: Expr, time: Expr, initial: Expr, missing: Expr = ZERO) -> Remembered:
    """DELAY MATERIAL: what enters leaves `time` later; what leaves together is added, `missing` where nothing does.

    A delay that rests is `fixed`. This one takes up to 240 time steps: a longer delay is not a number.
    """
    workings = Workings(base)
    length = _length(workings, time)
    entering = workings.keep("input", value)
    contents = _conveyor(base, "", entering, length, initial)
    shown: Expr = Ref(_place(base, 1))
    filled: tuple[Variable, ...] = ()
    if fold(missing) != ZERO:
        filled = _conveyor(base, " filled", ONE, length, ONE)
        shown = either(op("greater", Ref(_place(f"{base} filled", 1)), ZERO), shown, missing)
    return _checked(shown, length), (*workings.variables, *contents, *filled)


def _conveyor(base: str, kind: str, entering: Expr, length: Expr, initial: Expr) -> tuple[Variable, ...]:
    """The places of a conveyor on which `entering` is put `length` places from the end; at the start it is full."""
    names = [_place(f"{base}{kind}", place) for place in range(1, PLACES + 1)]
    moved: list[Expr] = [*(Ref(name) for name in names[1:]), ZERO]
    return tuple(
        Held(
            name=name,
            next=plus(behind, either(op("equal", length, number(place)), entering, ZERO)),
            initial=either(op("greater_equal", length, number(place)), initial, ZERO),
            hidden=True,
        )
        for place, (name, behind) in enumerate(zip(names, moved, strict=True), 1)
    )


def delay_information(base: str, value: Expr, time: Expr, initial: Expr) -> Remembered:
    """DELAY INFORMATION: the value of `time` ago; held while the delay grows, while it shrinks some values are lost.

    A delay that rests is `fixed`. This one takes up to 240 time steps: a longer delay is not a number.
    """
    workings = Workings(base)
    length = _length(workings, time)
    entering = workings.keep("input", value)
    names = [_place(base, place) for place in range(1, PLACES + 1)]
    moved: list[Expr] = [*(Ref(name) for name in names[1:]), entering]
    places = tuple(
        Held(
            name=name,
            next=either(op("less_equal", length, number(place)), entering, behind),
            initial=initial,
            hidden=True,
        )
        for place, (name, behind) in enumerate(zip(names, moved, strict=True), 1)
    )
    return _checked(Ref(names[0]), length), (*workings.variables, *places)


def delay_conveyor(
    base: str, value: Expr, time: Expr, leak: Expr, profile: Table, content: Expr, initial_time: Expr
) -> Remembered:
    """DELAY CONVEYOR that does not leak and is loaded evenly: what enters leaves `time` later.

    A conveyor keeps its length of the start: one that is sped up or slowed down is not supported, and cannot be told
    apart here from one that is not, unless its time is a literal or a single variable.

    Raises:
        ValueError: leakage, an uneven initial load, or a time that is computed in the call.
    """
    if fold(leak) != ZERO:
        raise ValueError("DELAY CONVEYOR is supported without leakage (third argument 0)")
    if len(set(profile.y)) > 1:
        raise ValueError(f'DELAY CONVEYOR is supported with an even initial load; "{profile.name}" is not flat')
    if not isinstance(fold(time), Number | Ref) or time == Ref(TIME):
        raise ValueError("DELAY CONVEYOR is supported with a conveyance time that is a number or a constant")
    return fixed(base, value, time, over(content, initial_time))
