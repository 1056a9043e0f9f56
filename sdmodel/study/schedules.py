"""Schedules in time → expressions whose numbers are input columns, so that one model serves all scenarios.

A constant X that follows a schedule becomes an auxiliary on Time, TIME STEP and hidden constants named like the
columns: `X @ start`, `X @ ramp from`, `X @ ramp to`, `X @ ramp value`, `X @ step at`, `X @ step value`, `X @ pulse at`,
`X @ pulse width`, `X @ pulse height`, `X @ time 1`, `X @ value 1`, `X @ time 2`, … Rows that do not use one of these
courses carry neutral values: then X is `X @ start`, bit for bit.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from sdmodel.errors import ExperimentError
from sdmodel.model.expr import Apply, Expr, Number, Ref
from sdmodel.model.model import TIME, TIME_STEP, Auxiliary, Constant, Model
from sdmodel.model.names import did_you_mean, key
from sdmodel.study.inputs import why_not
from sdmodel.study.terms import Schedule, Setting

NEVER = 1e30
"""A time that no run reaches: what neutral ramps, steps and pulses wait for."""

RAMP = ("ramp from", "ramp to", "ramp value")
STEP = ("step at", "step value")
PULSE = ("pulse at", "pulse width", "pulse height")
_COLUMN = re.compile(rf"(?P<name>.+) @ (?P<part>start|{'|'.join(RAMP + STEP + PULSE)}|(?:time|value) [1-9]\d*)")

Values = TypeVar("Values")


@dataclass(frozen=True)
class Form:
    """The courses that one constant follows in any of its rows; `points` is the length of its longest table."""

    ramp: bool = False
    step: bool = False
    pulse: bool = False
    points: int = 0

    def parts(self) -> list[str]:
        """What comes after `X @ ` in the names of the columns."""
        courses = RAMP * self.ramp + STEP * self.step + PULSE * self.pulse
        numbers = range(1, self.points + 1)
        return ["start", *courses, *(f"{axis} {n}" for n in numbers for axis in ("time", "value"))]


def form_of(settings: Iterable[Setting]) -> Form | None:
    """The form that fits all `settings` of one constant; None when plain numbers are all there is."""
    schedules = [setting for setting in settings if isinstance(setting, Schedule)]
    if not schedules:
        return None
    return Form(
        ramp=any(schedule.ramp is not None for schedule in schedules),
        step=any(schedule.step is not None for schedule in schedules),
        pulse=any(schedule.pulse is not None for schedule in schedules),
        points=max(len(schedule.table or ()) for schedule in schedules),
    )


def columns(name: str, setting: Setting, default: Values, form: Form | None = None) -> dict[str, float | Values]:
    """The schedule columns of one setting of `name`, neutral in all courses of `form` that it does not follow.

    `default` is the model's value, or the draws of it, where a schedule has no start; it is passed on untouched.
    """
    schedule = setting if isinstance(setting, Schedule) else Schedule(start=setting)
    form = form or form_of([schedule]) or Form()
    start: float | Values = default if schedule.start is None else schedule.start
    if schedule.table:
        start = schedule.table[0][1]
    values: list[float | Values] = [start]
    values += (schedule.ramp or (NEVER, 2 * NEVER, start)) if form.ramp else ()
    values += (schedule.step or (NEVER, start)) if form.step else ()
    values += (schedule.pulse or (NEVER, 1.0, 0.0)) if form.pulse else ()
    for point in _padded(schedule.table or (), form.points, start):
        values += point
    return {f"{name} @ {part}": value for part, value in zip(form.parts(), values, strict=True)}


def _padded(
    table: tuple[tuple[float, float], ...], points: int, start: Values
) -> list[tuple[float, float] | tuple[float, Values]]:
    """`table` with points after its end that go on with its last value; without one, `start` at all times."""
    if not table:
        return [(float(n), start) for n in range(1, points + 1)]
    (time, value), missing = table[-1], points - len(table)
    # Later by more than the spacing of doubles there, so that no two times are equal.
    gap = max(1.0, abs(time) * 1e-9)
    return [*table, *((time + gap * n, value) for n in range(1, missing + 1))]


def scheduled(model: Model, columns: Iterable[str]) -> Model:
    """`model` with each constant that has schedule columns among `columns` turned into an auxiliary in time.

    Other columns are left alone, and so are those that the model already has as constants. The hidden constants have
    neutral values and the model's own value as start: without experiments the new model behaves like the old one.

    Raises:
        ExperimentError: the columns belong to no constant, or some of those that make a schedule are missing.
    """
    columns = list(columns)
    settled = {key(column) for column in columns}
    changed: list[Auxiliary] = []
    added: list[Constant] = []
    for name, parts in _parts(model, columns).items():
        constant = model[name]
        if reason := why_not(model, constant, scheduled=True):
            raise ExperimentError(f'{model.name}: experiments, column "{name} @ start": {reason}')
        if key(name) in settled:
            raise ExperimentError(f'{model.name}: experiments set "{name}" twice: as a number and as a schedule.')
        assert isinstance(constant, Constant)  # why_not lets nothing else follow a schedule
        form = _form(model, name, parts)
        changed.append(_auxiliary(constant, expression(constant.name, form, _time_step(model))))
        added += _inputs(constant, form, model[TIME_STEP].unit)
    return model.replaced(changed, added)


def _parts(model: Model, columns: Iterable[str]) -> dict[str, set[str]]:
    columns = [column for column in columns if column not in model]
    found: dict[str, set[str]] = {}
    for column in columns:
        match = _COLUMN.fullmatch(column)
        if match is None:
            continue
        if match["name"] not in model:
            near = did_you_mean(match["name"], (variable.name for variable in model.of(Constant)))
            raise ExperimentError(f'{model.name}: experiments, column "{column}": there is no such constant.{near}')
        found.setdefault(model[match["name"]].name, set()).add(match["part"])
    return found


def _form(model: Model, name: str, parts: set[str]) -> Form:
    points = max((int(part.split()[1]) for part in parts if part.startswith(("time ", "value "))), default=0)
    points = min(points, len(parts))  # a lone `X @ time 999999999` must not be believed
    ramp, step, pulse = (not parts.isdisjoint(course) for course in (RAMP, STEP, PULSE))
    form = Form(ramp, step, pulse, points)
    missing = [part for part in form.parts() if part not in parts]
    if missing or points == 1:
        lacking = missing[0] if missing else "time 2"
        raise ExperimentError(
            f'{model.name}: experiments: the schedule of "{name}" lacks the column "{name} @ {lacking}". '
            "Add it, or leave out all columns of this schedule."
        )
    return form


def _time_step(model: Model) -> str:
    if TIME_STEP not in model:
        raise ExperimentError(f"{model.name}: schedules need the time step, but the model has no {TIME_STEP}.")
    return model[TIME_STEP].name


def _auxiliary(constant: Constant, equation: Expr) -> Auxiliary:
    kept = ("name", "unit", "documentation", "limits", "line", "hidden")
    told = {field: getattr(constant, field) for field in kept}
    return Auxiliary(**told, text="(follows the schedule of its scenario)", equation=equation)


def _inputs(constant: Constant, form: Form, time_unit: str) -> Iterable[Constant]:
    for column, value in columns(constant.name, Schedule(), constant.value, form).items():
        of_time = column.rsplit(" @ ", 1)[1] in ("ramp from", "ramp to", "step at", "pulse at", "pulse width")
        unit = time_unit if of_time or " @ time " in column else constant.unit
        yield Constant(name=column, value=value, unit=unit, line=constant.line, hidden=True)


def expression(name: str, form: Form, time_step: str = TIME_STEP) -> Expr:
    """The value of `name` in time: base (start or table), then ramp, then step, then pulse, each over those before.

    A step at t is on when Time + TIME STEP/2 > t: Time is a sum of rounded steps, and half a step decides safely on
    which of two times of the grid it falls. A pulse lasts at least one step, or it could fall between two times.
    """

    def column(part: str) -> Expr:
        return Ref(f"{name} @ {part}")

    now: Expr = Ref(TIME)
    soon = _apply("add", now, _apply("divide", Ref(time_step), Number(2.0)))
    course = _table(name, 0, form.points, form.points) if form.points else column("start")
    if form.ramp:
        begin, end, value = (column(part) for part in RAMP)
        rising = _line(now, begin, column("start"), end, value)
        course = _select("greater", now, begin, _select("less", now, end, rising, value), course)
    if form.step:
        course = _select("greater", soon, column("step at"), column("step value"), course)
    if form.pulse:
        begin, width, height = (column(part) for part in PULSE)
        over = _apply("add", begin, _apply("maximum", width, Ref(time_step)))
        during = _apply("and", _apply("greater", soon, begin), _apply("less_equal", soon, over))
        course = _apply("add", course, _apply("select", during, height, Number(0.0)))
    return course


def _table(name: str, low: int, high: int, points: int) -> Expr:
    """Pieces `low` … `high`: 0 before the first point, n the line from point n; halved, so that nesting stays flat."""
    if low < high:
        middle = (low + high + 1) // 2
        earlier, later = _table(name, low, middle - 1, points), _table(name, middle, high, points)
        return _select("less", Ref(TIME), Ref(f"{name} @ time {middle}"), earlier, later)
    if low in (0, points):
        return Ref(f"{name} @ value {max(low, 1)}")
    left, right = ((Ref(f"{name} @ time {n}"), Ref(f"{name} @ value {n}")) for n in (low, low + 1))
    return _line(Ref(TIME), *left, *right)


def _line(now: Expr, begin: Expr, start: Expr, end: Expr, value: Expr) -> Expr:
    """start + (value - start) (now - begin) / (end - begin): exactly `start` when both values are equal."""
    share = _apply("divide", _apply("subtract", now, begin), _apply("subtract", end, begin))
    return _apply("add", start, _apply("multiply", _apply("subtract", value, start), share))


def _select(comparison: str, left: Expr, right: Expr, yes: Expr, no: Expr) -> Expr:
    return _apply("select", _apply(comparison, left, right), yes, no)


def _apply(operation: str, *arguments: Expr) -> Expr:
    return Apply(operation, arguments)
