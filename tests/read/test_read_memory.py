"""Functions that remember (SMOOTH, DELAY, TREND, SAMPLE IF TRUE …) against PySD, and where we differ on purpose."""

import numpy as np
import pytest

from sdmodel.engine import compiled, reference
from sdmodel.model.model import FixedDelay, Frozen, Held, Stock
from sdmodel.read import read
from sdmodel.read.memory import MEMORY

INPUT = "input = height * SIN(Time) + STEP(3, 2.3)"
CALLS = {
    "smooth 1": "SMOOTH(input, lag)",
    "smooth 1 i": "SMOOTHI(input, lag, start value)",
    "smooth 3": "SMOOTH3(input, lag)",
    "smooth 3 i": "SMOOTH3I(input, lag, start value)",
    "smooth 2": "SMOOTH N(input, lag, start value, 2)",
    "delay 1": "DELAY1(input, lag)",
    "delay 1 i": "DELAY1I(input, lag, start value)",
    "delay 3": "DELAY3(input, lag)",
    "delay 3 i": "DELAY3I(input, lag, start value)",
    "delay 2": "DELAY N(input, lag, start value, stages)",
    "delay 5": "DELAY N(input, lag, start value, 2 + 3)",
    "rising": "TREND(input + 20, lag, 0.1)",
    "ahead": "FORECAST(input + 20, lag, 2)",
    "at start": "INITIAL(input + lag)",
    "of a stock": "SMOOTH(level, lag)",
    "played": "GAME(SMOOTH(input, lag))",
    "nested": "SMOOTH(DELAY3(input, lag) + SMOOTHI(input, lag * 2, start value), lag) * 2",
    "started": "ACTIVE INITIAL(level * 2, start value)",
    "level": "INTEG(input - level / lag, start value + at start)",
}
VARYING = {
    "delay 3 of a changing lag": "DELAY3(input, moving lag)",
    "delay n of a changing lag": "DELAY N(input, moving lag, 1.5, 3)",
    "smooth of a changing lag": "SMOOTH3(input, moving lag)",
    "trend of a changing lag": "TREND(input + 20, moving lag, 0)",
}
INPUTS = ("height = 2", "lag = 3", "start value = 1.5", "stages = 2", "moving lag = 3 + SIN(Time / 2)")


@pytest.fixture(scope="module")
def model(mdl):
    calls = [f"{name} = {text}" for name, text in {**CALLS, **VARYING}.items()]
    return read(mdl(INPUT, *INPUTS, *calls, stop=12, step=0.25))


def agree(runs, again, names, relative=1e-11):
    for name in names:
        np.testing.assert_allclose(runs[name], again[name], rtol=relative, atol=relative, err_msg=name)


def test_functions_that_remember_agree_with_pysd(model):
    """Smooths and delays of any order, with and without initial value, trends, nested and of changing delay times."""
    runs, again = compiled.simulate(model), reference.simulate(model)
    agree(runs, again, [*CALLS, *VARYING])


def test_delay_times_and_initial_values_may_differ_by_member(model, table):
    """Lags down to a sixth of what the stages of a delay need, so that each member has its own effective order."""
    columns = {"lag": [0.3, 0.5, 0.74, 0.75, 1, 3, 50, 1e6], "start value": [0, -1, 1e-9, 1e9, 5, 2, 1, 7]}
    runs, again = compiled.simulate(model, table(columns)), reference.simulate(model, table(columns))
    agree(runs, again, [*CALLS, *VARYING], relative=1e-9)
    assert not runs["failed"].any()


@pytest.mark.parametrize("step", [0.125, 0.1, 0.3])
def test_functions_that_remember_agree_with_pysd_at_other_time_steps(model, table, step):
    """The time step is one of the settings of an experiment."""
    columns = {"TIME STEP": [step]}
    agree(compiled.simulate(model, table(columns)), reference.simulate(model, table(columns)), [*CALLS, *VARYING])


def test_every_function_that_remembers_is_tried_here():
    """A function that the reader gains must be tried in this file."""
    tried = {"smooth", "smooth n", "delay", "delay n", "delay fixed", "trend", "forecast", "sample if true", "initial"}
    assert set(MEMORY) == tried | {"active initial"}


def test_the_first_value_of_each_function_is_what_vensims_manual_says(mdl):
    """Smooths and delays start from their input or initial value, a trend from its initial trend."""
    model = read(
        mdl(
            "input = 7 + Time",
            "a = SMOOTH(input, 3)",
            "b = SMOOTH3I(input, 3, 2.5)",
            "c = DELAY1(input, 3)",
            "d = DELAY3I(input, 3, 2.5)",
            "e = DELAY N(input, 3, 2.5, 4)",
            "f = TREND(input, 3, 0.25)",
            "g = DELAY FIXED(input, 2, 2.5)",
            "h = SAMPLE IF TRUE(Time > 99, input, 2.5)",
        )
    )
    runs = compiled.simulate(model)
    assert [float(runs[name][0, 0]) for name in "abcdefgh"] == pytest.approx([7, 2.5, 7, 2.5, 2.5, 0.25, 2.5, 2.5])


def test_an_integer_initial_value_of_a_smooth_is_not_truncated(mdl):
    """`SMOOTHI(x, t, 1)`: PySD keeps whole numbers and truncates the first step (0.34 % off in World3); we do not."""
    model = read(mdl("x = 2.5", "a = SMOOTHI(x, 4, 1)", "b = SMOOTHI(x, 4, 1.0)", step=0.5))
    runs = compiled.simulate(model)
    np.testing.assert_array_equal(runs["a"], runs["b"])
    assert float(runs["a"][0, 1]) == 1 + 0.5 * 1.5 / 4


def test_the_order_of_a_delay_is_never_lowered_below_one(mdl, table):
    """PySD lowers the order to 0 where the delay time is below one time step, and fails; one stage remains here."""
    model = read(mdl("lag = 1", "x = Time", "a = DELAY3(x, lag)", "b = DELAY N(x, lag, 0, 3)", step=1, stop=3))
    runs = compiled.simulate(model, table({"lag": [0.9, 1, 1.9, 2, 3]}))
    assert not runs["failed"].any()
    lag, x, stage = 0.9, runs["time"].values, [0.0]
    for value in x[:-1]:
        stage.append(stage[-1] + value - stage[-1] / lag)
    np.testing.assert_allclose(runs["a"].values[0], np.array(stage) / lag)
    np.testing.assert_allclose(runs["b"].values[0], np.array(stage) / lag)


def delayed(x, steps, before):
    return [before] * min(steps, len(x)) + list(x[: max(0, len(x) - steps)])


@pytest.mark.parametrize(
    ("lag", "steps"), [(1.2, 1), (1.5, 2), (2, 2), (2.49, 2), (0.2, 1), (0, 1), (-3, 1), (8, 8), (9, 9), (1000, 1000)]
)
def test_a_fixed_delay_takes_whole_steps(mdl, lag, steps):
    """The delay time over the time step, rounded, at least one step; delays longer than the run never arrive."""
    model = read(mdl("x = 10 + Time", f"lag = {lag}", "d = DELAY FIXED(x, lag, -1)", stop=8))
    runs = compiled.simulate(model)
    assert list(runs["d"].values[0]) == delayed(runs["x"].values[0], steps, -1)
    np.testing.assert_array_equal(runs["d"], reference.simulate(model)["d"])


def test_fixed_delays_differ_by_member(mdl, table):
    """Each member keeps its own length, in one run of the kernel; small time steps included."""
    lags = [0, 0.1, 0.3, 0.75, 1.2, 1.5, 2.5, 7, 8, 8.1, 99, 3, 4]
    model = read(mdl("x = Time ^ 2", "lag = 1", "d = DELAY FIXED(x + lag, lag, lag * 2)", stop=8, step=0.1))
    runs = compiled.simulate(model, table({"lag": lags}))
    for row, lag in enumerate(lags):
        steps = max(1, int(np.floor(lag / 0.1 + 0.500001)))
        expected = delayed(runs["x"].values[row] + lag, steps, lag * 2)
        np.testing.assert_array_equal(runs["d"].values[row], expected, err_msg=f"lag {lag}")


def test_fixed_delays_in_a_row_and_of_a_stock(mdl):
    """Two delays pass on what the first lets out; a delayed stock is read at the old time.

    PySD updates a pipeline after the stocks and so stores the stock of the next time: it is one step early there.
    """
    model = read(
        mdl(
            "s = INTEG(1, 0)",
            "one = DELAY FIXED(s, 2, -1)",
            "two = DELAY FIXED(one, 3, -2)",
            "both = DELAY FIXED(one + s, 1, 0)",
            stop=7,
        )
    )
    runs = compiled.simulate(model)
    s = np.arange(8.0)
    one = delayed(s, 2, -1)
    assert list(runs["one"].values[0]) == one
    assert list(runs["two"].values[0]) == delayed(one, 3, -2)
    assert list(runs["both"].values[0]) == delayed(np.array(one) + s, 1, 0)


def test_sample_if_true_keeps_the_last_sample(mdl, table):
    """Its value while the condition holds, then what it was when the condition last held; the start value before."""
    model = read(
        mdl(
            "from = 3",
            "to = 5",
            "x = Time * 10",
            "a = SAMPLE IF TRUE(Time >= from :AND: Time < to, x, -1)",
            "b = SAMPLE IF TRUE(x > 1000, x, from) + 1",
            stop=8,
        )
    )
    columns = {"from": [3, 0, 2, 99], "to": [5, 1, 99, 0]}
    runs, again = compiled.simulate(model, table(columns)), reference.simulate(model, table(columns))
    np.testing.assert_array_equal(runs["a"], again["a"])
    np.testing.assert_array_equal(runs["b"], again["b"])
    assert list(runs["a"].values[0]) == [-1, -1, -1, 30, 40, 40, 40, 40, 40]


def test_a_sample_of_a_stock_is_taken_at_the_old_time(mdl):
    """PySD takes the sample after the stocks have moved on: its memory is one step ahead. Ours is the value shown."""
    model = read(mdl("s = INTEG(1, 0)", "a = SAMPLE IF TRUE(Time < 3.5, s, -1)", stop=6))
    assert list(compiled.simulate(model)["a"].values[0]) == [0, 1, 2, 3, 3, 3, 3]


def test_active_initial_holds_for_the_start_only(mdl):
    """A stock may start from the initial value; at time 0 the variable itself already shows the active one."""
    model = read(
        mdl("a = ACTIVE INITIAL(s * 2, 5)", "s = INTEG(a, a + 1)", "b = 1 + ACTIVE INITIAL(s, 3)", "t = INTEG(0, b)")
    )
    runs = compiled.simulate(model)
    assert [float(runs[name][0, 0]) for name in "sabt"] == [6, 12, 7, 4]
    agree(runs, reference.simulate(model), "sabt")


def test_a_smooth_of_an_active_initial_steps_from_the_active_value(mdl):
    """Vensim's rule, by its own World3 run: the smooth starts from the initial value and follows the active one.

    PySD has the initial value for the whole first step.
    """
    model = read(mdl("a = ACTIVE INITIAL(20, 4)", "b = SMOOTH(a, 2)", stop=2))
    assert list(compiled.simulate(model)["b"].values[0]) == [4, 12, 16]


def test_initial_freezes_each_members_own_start(mdl, table):
    """INITIAL of an expression on inputs, stocks and Time, in the middle of an equation."""
    model = read(mdl("k = 1", "s = INTEG(k, k * 10)", "a = INITIAL(s + Time) + s", start=5, stop=8))
    runs = compiled.simulate(model, table({"k": [1, -2, 0.5]}))
    for row, k in enumerate([1, -2, 0.5]):
        assert list(runs["a"].values[row]) == [10 * k + 5 + 10 * k + k * n for n in range(4)]


def test_memory_is_hidden_and_named_after_its_owner(model):
    """What a function keeps is in the model under a telling name, and is neither shown nor saved by default."""
    hidden = {variable.name: variable for variable in model.variables if variable.hidden}
    assert isinstance(hidden["DELAY 1 of delay 3 stage 2"], Stock)
    assert isinstance(hidden["DELAY N 1 of delay 5 time 4"], Held)
    assert isinstance(hidden["INITIAL 1 of at start at start"], Frozen)
    assert not {variable.name for variable in model.visible()} & set(hidden)
    assert not set(hidden) & set(compiled.simulate(model).data_vars)


def test_the_order_of_a_delay_shapes_the_model_and_is_no_input(model, table):
    """A constant that sets an order is shown, but no experiment can set it: the number of stages would change."""
    from sdmodel.errors import ExperimentError

    with pytest.raises(ExperimentError, match='"stages" cannot be set'):
        compiled.simulate(model, table({"stages": [3]}))


def test_names_of_memory_do_not_meet_names_of_the_model(mdl):
    """Variables that are called like parts of a fixed delay keep their own values."""
    model = read(
        mdl(
            "x = 10 + Time",
            "d = DELAY FIXED(x, 2, 0)",
            "queue length = INTEG(1, 5)",
            "the day before = INTEG(-1, 5)",
            "arm length = Time * 2",
            "e = DELAY FIXED(queue length, 1, 0)",
        )
    )
    runs = compiled.simulate(model)
    assert list(runs["queue length"].values[0]) == [5, 6, 7, 8, 9]
    assert list(runs["the day before"].values[0]) == [5, 4, 3, 2, 1]
    assert list(runs["arm length"].values[0]) == [0, 2, 4, 6, 8]
    assert list(runs["e"].values[0]) == [0, 5, 6, 7, 8]


def test_fixed_delays_are_kept_as_such(mdl):
    """A fixed delay is one variable of its own, with input, delay and initial value as expressions."""
    model = read(mdl("x = Time", "d = DELAY FIXED(x, 2, 0)"))
    assert [variable.name for variable in model.of(FixedDelay)] == ["DELAY FIXED 1 of d pipeline"]
