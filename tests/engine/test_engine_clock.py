"""Control settings → steps and save times: counted, never compared."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdmodel.engine import compiled
from sdmodel.engine.clock import clock
from sdmodel.errors import ExperimentError
from sdmodel.read import read


@pytest.mark.parametrize(
    ("start", "stop", "step", "save", "steps", "saved"),
    [
        (0, 10, 0.1, 1, 100, 11),
        (0, 1, 0.1, 0.1, 10, 11),
        (2020, 2045, 0.1, 0.5, 250, 51),
        (0, 1, 1 / 3, 1 / 3, 3, 4),
        (0, 0.9, 0.3, 0.3, 3, 4),
        (0, 100, 0.3, 0.3, 334, 334),
        (0, 1, 0.7, 0.7, 2, 2),
        (0, 0, 1, 1, 0, 1),
        (5, 5.05, 0.1, 0.1, 1, 1),
        (-3, 3, 0.0625, 0.25, 96, 25),
        (0, 1e6, 1, 1e5, 1_000_000, 11),
    ],
)
def test_steps_are_counted(start, stop, step, save, steps, saved):
    """Decimal steps end and save where a person expects them."""
    found = clock(start, stop, step, save, "m")
    assert (found.steps, len(found.saves)) == (steps, saved)
    np.testing.assert_allclose(found.times, start + np.arange(saved) * save, rtol=0, atol=1e-9)


@given(
    steps=st.integers(1, 5000),
    step=st.sampled_from([0.1, 0.3, 1 / 3, 0.01, 0.7, 1 / 7, 1e-3, 0.25, 12.5]),
    start=st.floats(-1e4, 1e4),
    each=st.integers(1, 50),
)
def test_any_whole_number_of_steps_is_found_again(steps, step, start, each):
    """n steps of any decimal length end after n steps, and every kth is saved."""
    found = clock(start, start + steps * step, step, each * step, "m")
    assert found.steps == steps
    assert found.saves == tuple(range(0, steps + 1, each))


def test_a_saveper_that_is_no_multiple_saves_at_the_first_step_that_is_not_before(mdl):
    """SAVEPER 0.25 with TIME STEP 0.1: at 0, 0.3, 0.5, 0.8 and 1; PySD drops the times that it does not meet."""
    model = read(mdl("a = Time", stop=1, step=0.1, saveper=0.25))
    np.testing.assert_allclose(compiled.simulate(model)["a"].values[0], [0, 0.3, 0.5, 0.8, 1])


def test_a_saveper_below_the_time_step_saves_every_step_once(mdl):
    """There are no values between two steps."""
    model = read(mdl("a = Time", stop=2, step=1, saveper=0.25))
    assert list(compiled.simulate(model)["a"].values[0]) == [0, 1, 2]


@pytest.mark.parametrize("setting", ["INITIAL TIME", "SAVEPER", "TIME STEP"])
def test_a_control_setting_that_changes_during_the_run_is_refused(mdl, setting):
    """It must be a number, or an equation on constants; FINAL TIME alone may change."""
    where = {"INITIAL TIME": "start", "SAVEPER": "saveper", "TIME STEP": "step"}[setting]
    model = read(mdl("s = INTEG(1, 3)", "a = Time", **{where: "1 + s"}))
    with pytest.raises(ExperimentError, match=f"{setting} = 1 . s.* changes during the run"):
        compiled.simulate(model)


def test_control_settings_may_be_equations_on_constants(mdl, table):
    """FINAL TIME = years * 2, SAVEPER = TIME STEP * 2; the constants behind them are inputs like any other."""
    model = read(mdl("years = 2", "span = years * 2", "a = Time", stop="span", step=0.5, saveper="TIME STEP * 2"))
    assert list(compiled.simulate(model)["time"].values) == [0, 1, 2, 3, 4]
    runs = compiled.simulate(model, table({"years": [1, 3]}))
    assert list(runs["time"].values) == [0, 1, 2, 3, 4, 5, 6]
    assert int(np.isfinite(runs["a"].values[0]).sum()) == 3


def test_settings_that_are_no_finite_numbers_are_refused():
    """Each by name."""
    for settings in ((np.nan, 1, 1, 1), (0, np.inf, 1, 1), (0, 1, np.nan, 1), (0, 1, 1, -np.inf)):
        with pytest.raises(ExperimentError, match="must be a finite number"):
            clock(*settings, "m")
