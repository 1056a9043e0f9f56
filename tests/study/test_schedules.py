"""A schedule in time is an expression on input columns, exact where it is constant and at its corners."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdmodel.errors import ExperimentError
from sdmodel.model.expr import Apply, Expr, Number, Ref, walk
from sdmodel.model.model import Auxiliary, Constant, Model
from sdmodel.model.operations import OPERATIONS
from sdmodel.study.schedules import Form, columns, expression, form_of, scheduled
from sdmodel.study.terms import Schedule, Setting

OPERATE: dict[str, Callable[..., float]] = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
    "greater": lambda a, b: a > b,
    "less": lambda a, b: a < b,
    "less_equal": lambda a, b: a <= b,
    "and": lambda a, b: bool(a) and bool(b),
    "maximum": max,
    "select": lambda condition, yes, no: yes if condition else no,
}


def value_of(expr: Expr, values: Mapping[str, float]) -> float:
    """All branches are computed, as a vectorised kernel does: a division by zero anywhere raises."""
    if isinstance(expr, Number):
        return expr.value
    if isinstance(expr, Ref):
        return values[expr.name]
    assert isinstance(expr, Apply)
    return OPERATE[expr.operation](*(value_of(argument, values) for argument in expr.arguments))


def course(setting: Setting, times: list[float], *, form: Form | None = None, default: float = 0.5, step: float = 0.25):
    form = form or form_of([setting]) or Form()
    inputs = columns("X", setting, default, form)
    expr = expression("X", form)
    return [value_of(expr, {**inputs, "Time": time, "TIME STEP": step}) for time in times]


def grid(start: float, stop: float, step: float) -> Iterator[float]:
    """Times as an engine makes them that adds up rounded steps."""
    time = start
    while time <= stop + step / 2:
        yield time
        time += step


def test_the_operations_are_in_the_closed_list() -> None:
    expr = expression("X", Form(True, True, True, 5))
    for node in walk(expr):
        if isinstance(node, Apply):
            assert OPERATIONS[node.operation].arity == len(node.arguments)


def test_a_ramp_is_exact_at_its_ends_and_linear_between() -> None:
    ramp = Schedule(start=0.2, ramp=(2021, 2025, 0.1))
    assert course(ramp, [2000, 2021, 2023, 2025, 2040]) == [0.2, 0.2, pytest.approx(0.15), 0.1, 0.1]


def test_without_start_a_schedule_goes_on_from_the_default() -> None:
    assert course(Schedule(step=(2025, 1.0)), [2020, 2030], default=0.7) == [0.7, 1.0]


def test_a_table_is_exact_at_its_points_and_held_beyond() -> None:
    table = Schedule(table=((2020, 0.1), (2030, 0.5), (2031, 0.3)))
    assert course(table, [1900, 2020, 2025, 2030, 2031, 2100]) == [0.1, 0.1, pytest.approx(0.3), 0.5, 0.3, 0.3]


@pytest.mark.parametrize("step", [0.1, 0.3, 1 / 3, 0.125, 1.0])
def test_a_step_falls_on_the_time_nearest_to_it_however_the_clock_was_rounded(step: float) -> None:
    at = 2020 + 30 * step
    values = course(Schedule(start=0.0, step=(at, 1.0)), list(grid(2020.0, 2020 + 60 * step, step)), step=step)
    assert values == [0.0] * 30 + [1.0] * 31


@pytest.mark.parametrize("step", [0.1, 0.3, 1 / 3, 0.125, 1.0])
def test_a_pulse_lasts_its_width_to_the_step(step: float) -> None:
    pulse = Schedule(start=0.5, pulse=(2020 + 10 * step, 7 * step, 0.25))
    values = course(pulse, list(grid(2020.0, 2020 + 40 * step, step)), step=step)
    assert values == [0.5] * 10 + [0.75] * 7 + [0.5] * 24


@pytest.mark.parametrize("at", [2022.0, 2022.1, 2022.5, 2022.9])
def test_a_pulse_shorter_than_a_step_is_not_lost(at: float) -> None:
    values = course(Schedule(start=0.0, pulse=(at, 0.01, 1.0)), [2020, 2021, 2022, 2023, 2024], step=1.0)
    assert sum(values) == 1.0


FINITE = st.floats(-1e6, 1e6)
TIMES = st.lists(st.floats(1900, 2100, width=32), min_size=2, max_size=8, unique=True).map(sorted)
FORMS = st.builds(Form, st.booleans(), st.booleans(), st.booleans(), st.sampled_from([0, 2, 3, 8]))
TIME = st.floats(1900, 2100)


@given(form=FORMS, value=st.floats(allow_nan=False, allow_infinity=False), time=TIME)
def test_a_plain_number_is_that_number_in_any_form(form: Form, value: float, time: float) -> None:
    assert course(value, [time], form=form) == [value]


@given(form=FORMS, value=FINITE, time=TIME)
def test_a_schedule_between_equal_values_is_that_value(form: Form, value: float, time: float) -> None:
    ramp = Schedule(start=value, ramp=(1950.0, 2050.3, value))
    assert course(ramp, [time], form=replace(form, ramp=True)) == [value]
    table = Schedule(table=((1950.0, value), (2050.3, value)))
    assert course(table, [time], form=replace(form, points=max(form.points, 2))) == [value]


@given(times=TIMES, values=st.lists(FINITE, min_size=8, max_size=8), form=FORMS, time=TIME)
def test_a_table_stays_within_its_values_and_passes_its_points(
    times: list[float], values: list[float], form: Form, time: float
) -> None:
    table = tuple(zip(times, values, strict=False))
    schedule = Schedule(table=table)
    wide = replace(form, points=max(form.points, len(table)))
    known = [value for _, value in table]
    assert course(schedule, times, form=wide) == known
    [between] = course(schedule, [time], form=wide)
    assert min(known) - 1e-9 <= between <= max(known) + 1e-9


@given(
    schedule=st.one_of(
        st.builds(Schedule, start=FINITE, ramp=st.just((1990.0, 2010.0, 3.0))),
        st.builds(Schedule, start=FINITE, step=st.just((1990.0, 3.0))),
        st.builds(Schedule, start=FINITE, pulse=st.just((1990.0, 5.0, 3.0))),
        st.just(Schedule(table=((1990.0, 3.0), (2000.0, 4.0)))),
    ),
    time=TIME,
)
def test_a_wider_form_changes_nothing(schedule: Schedule, time: float) -> None:
    """One rewritten model serves scenarios that follow different courses."""
    assert course(schedule, [time], form=Form(True, True, True, 6)) == course(schedule, [time])


def test_padding_keeps_times_apart_however_large_they_are() -> None:
    inputs = columns("X", Schedule(table=((1e15, 1.0), (2e15, 2.0))), 0.0, Form(points=5))
    times = [inputs[f"X @ time {n}"] for n in range(1, 6)]
    assert times == sorted(set(times))


def test_columns_have_the_names_of_the_contract() -> None:
    assert columns("X", Schedule(ramp=(2021, 2025, 0.1)), 0.3) == {
        "X @ start": 0.3,
        "X @ ramp from": 2021,
        "X @ ramp to": 2025,
        "X @ ramp value": 0.1,
    }
    assert set(columns("X", 0.5, 0.3, Form(step=True, pulse=True, points=2))) == {
        "X @ start",
        "X @ step at",
        "X @ step value",
        "X @ pulse at",
        "X @ pulse width",
        "X @ pulse height",
        "X @ time 1",
        "X @ value 1",
        "X @ time 2",
        "X @ value 2",
    }
    assert columns("X", 0.5, 0.3) == {"X @ start": 0.5}


def test_a_table_of_many_points_is_nested_flat() -> None:
    def depth(expr: Expr) -> int:
        return 1 + max(map(depth, expr.arguments), default=0) if isinstance(expr, Apply) else 1

    assert depth(expression("X", Form(points=500))) < 20


def test_the_constant_becomes_an_auxiliary_that_behaves_like_it(model: Model) -> None:
    names = [f"export control @ {part}" for part in Form(True, True, True, 3).parts()]
    changed = scheduled(model, [*names, "tariff goal"])
    lever = changed["export control"]
    assert isinstance(lever, Auxiliary)
    assert (lever.unit, lever.documentation, lever.line) == ("Dmnl", "A lever.", 12)
    assert [variable.name for variable in changed.variables[: len(model.variables)]] == [
        variable.name for variable in model.variables
    ]
    for name in names:
        hidden = changed[name]
        assert isinstance(hidden, Constant)
        assert hidden.hidden
    assert changed["export control @ step at"].unit == changed["export control @ time 2"].unit == "Year"
    assert changed["export control @ step value"].unit == "Dmnl"
    for time in (2020.0, 2030.0, 2040.0):
        assert value_of(lever.equation, {**changed.constants, "Time": time}) == 0.2


def test_a_model_that_is_scheduled_already_stays_as_it_is(model: Model) -> None:
    names = list(columns("export control", Schedule(step=(2025, 1.0)), 0.2))
    once = scheduled(model, names)
    assert scheduled(once, names) == once
    assert scheduled(model, ["tariff goal", "suspicion"]) == model


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["export controll @ start"], 'Did you mean "export control"?'),
        (["suspicion @ start"], '"suspicion" is a stock'),
        (["threat @ start"], 'is computed by "confirmation bias * export control"'),
        (["effect table @ start"], "is a table (lookup)"),
        (["TIME STEP @ start"], "is a control of the run"),
        (["export control @ ramp to"], 'lacks the column "export control @ start"'),
        (["export control @ start", "export control @ step at"], 'lacks the column "export control @ step value"'),
        (["export control @ start", "export control @ time 999999999"], 'lacks the column "export control @ time 1"'),
        (
            [f"export control @ {part}" for part in ("start", "time 1", "value 1")],
            'lacks the column "export control @ time 2"',
        ),
        (["export control @ start", "Export_Control"], 'set "export control" twice'),
    ],
)
def test_columns_that_make_no_schedule_are_refused(model: Model, names: list[str], words: str) -> None:
    with pytest.raises(ExperimentError) as caught:
        scheduled(model, names)
    assert words in str(caught.value)


def test_a_model_without_time_step_cannot_follow_schedules(model: Model) -> None:
    bare = replace(model, variables=tuple(one for one in model.variables if one.name != "TIME STEP"))
    with pytest.raises(ExperimentError, match="no TIME STEP"):
        scheduled(bare, ["export control @ start"])


def test_neutral_times_are_finite() -> None:
    assert all(math.isfinite(value) for value in columns("X", 1.0, 1.0, Form(True, True, True, 4)).values())
