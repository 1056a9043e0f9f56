"""Both engines on the same experiments: they agree, and a difference is never passed over."""

import numpy as np
import pytest

from sdmodel.engine import compiled, reference
from sdmodel.engine.crosscheck import agreement, crosscheck
from sdmodel.errors import EngineMismatch, ExperimentError
from sdmodel.read import read


@pytest.fixture(scope="module")
def model(mdl):
    return read(
        mdl(
            "rate = 0.3",
            "lag = 2",
            "s = INTEG(rate * (5 - s), 1 + rate)",
            "a = SMOOTH3(s, lag) * EXP(-rate)",
            "big = s * 1e9",
            stop=6,
            step=0.25,
            saveper=0.5,
        )
    )


@pytest.fixture(scope="module")
def experiments(table):
    draw = np.random.default_rng(2)
    return table({"rate": draw.uniform(0.1, 0.8, 20), "lag": draw.uniform(1, 5, 20)})


@pytest.fixture(scope="module")
def runs(model, experiments):
    return compiled.simulate(model, experiments)


def test_sound_runs_pass(model, runs):
    """To rounding; progress tells of each run."""
    told = []
    assert crosscheck(model, runs, sample=4, progress=told.append) < 1e-12
    assert told == [1] * 4


def test_a_sample_takes_each_scenario_in_turn(model, runs):
    """Two scenarios, a sample of two: one of each; the seed chooses which."""
    from sdmodel.engine.crosscheck import _sample

    for seed in range(5):
        rows = _sample(runs, 2, seed)
        assert set(runs["scenario"].values[rows]) == {"scenario 0", "scenario 1"}
    assert len(_sample(runs, 99, 0)) == 20


@pytest.mark.parametrize("name", ["s", "a", "big"])
def test_one_changed_value_is_found_with_variable_time_and_both_values(model, runs, name):
    """A thousandth of a percent in one value of one run."""
    wrong = runs.copy(deep=True)
    wrong[name].values[7, 5] *= 1.00001
    with pytest.raises(EngineMismatch) as caught:
        crosscheck(model, wrong, sample=20)
    message = str(caught.value)
    for part in (f'disagree on "{name}"', "at time 2.5", "experiment 7", 'scenario "scenario 1"', " against "):
        assert part in message
    assert f"{float(wrong[name].values[7, 5]):.10g}" in message
    assert f" against {float(runs[name].values[7, 5]):.10f}"[:15] in message
    assert caught.value.exit_code == 1


def test_a_missing_or_infinite_value_is_a_difference(model, runs):
    """Also where nothing can be subtracted from it."""
    for bad in (np.nan, np.inf):
        wrong = runs.copy(deep=True)
        wrong["a"].values[3, 2] = bad
        with pytest.raises(EngineMismatch, match=f"experiment 3.*{bad:g} against"):
            crosscheck(model, wrong, sample=20)


def test_swapped_inputs_are_found(model, runs):
    """Runs that are labelled with inputs of others are as wrong as wrong numbers."""
    wrong = runs.copy(deep=True)
    wrong["rate"].values[:] = wrong["rate"].values[::-1]
    with pytest.raises(EngineMismatch):
        crosscheck(model, wrong)


def test_failed_runs_are_left_out(mdl, table):
    """They are told already."""
    model = read(mdl("weak = 9", "load = 1 / (weak - Time)", "s = INTEG(load, 0)"))
    runs = compiled.simulate(model, table({"weak": [9, 2, 8, 3]}))
    assert crosscheck(model, runs) < 1e-12


def test_pysd_keeps_nothing_from_one_run_to_the_next(model, table):
    """A after B equals A fresh, bit for bit: constants, controls, initial values and schedules do not stick."""
    one = table({"rate": [0.2]})
    fresh = reference.simulate(model, one)
    for other in (
        {"rate": [0.9], "lag": [4]},
        {"TIME STEP": [0.5], "FINAL TIME": [9], "INITIAL TIME": [1]},
        {"s": [40]},
        {"rate @ start": [0.1], "rate @ step at": [2], "rate @ step value": [0.9]},
    ):
        reference.simulate(model, table(other))
        again = reference.simulate(model, one)
        for name in ("s", "a", "big"):
            np.testing.assert_array_equal(again[name], fresh[name], err_msg=str(other))


def test_an_initial_time_that_is_set_is_where_pysd_starts(mdl, table):
    """Stocks, and initial values that read the clock, start there; also when a stock's own start is set."""
    lines = ("R: A, B", "w[R] = 1, 2", "n[R] = INTEG(n[R], w[R] + Time)", "a = Time * 2")
    model = read(mdl("s = INTEG(0.3 * s, 1 + Time)", *lines, step=0.5))
    starts = {"INITIAL TIME": [1, 2.5, 0]}
    for columns in (starts, {**starts, "s": [3, 4, 5]}, {**starts, "n[A]": [3, 4, 5]}):
        assert crosscheck(model, compiled.simulate(model, table(columns))) < 1e-12


def test_every_order_of_experiments_gives_the_same_reference_runs(model, experiments):
    """One at a time or together."""
    together = reference.simulate(model, experiments.isel(experiment=[4, 0, 9]))
    for place, row in enumerate([4, 0, 9]):
        alone = reference.simulate(model, experiments.isel(experiment=[row]))
        np.testing.assert_array_equal(alone["a"].values[0], together["a"].values[place])


def test_runs_saved_at_uneven_times_are_compared_at_those_times(mdl):
    """SAVEPER 0.1 in steps of 1/32 saves now after three steps, now after four."""
    model = read(mdl("s = INTEG(SIN(Time * 6), 1)", stop=20, step=0.03125, saveper=0.1))
    runs = compiled.simulate(model)
    assert len(set(np.diff(runs["time"].values))) == 2
    assert crosscheck(model, runs, sample=1) < 1e-12


def test_pysd_is_given_the_data_that_the_user_gave(mdl, tmp_path):
    """Scalars and arrays, interpolated, held, or missing between their points."""
    (tmp_path / "course.csv").write_text(
        'Time,rain,"flood[A]","flood[B]","snow[A]","snow[B]"\n0,1,2,3,1,5\n1,,,,2,\n4,9,4,5,3,6\n', encoding="utf-8"
    )

    def both(keyword):
        lines = (
            "R: A, B",
            f"rain{keyword}",
            "flood[R]:HOLD BACKWARD:",
            "snow[R]:RAW:",
            "s = INTEG(IF THEN ELSE(rain = :NA:, 0, rain) + SUM(flood[R!]), 0)",
            "both = rain + snow[A]",
        )
        model = read(mdl(*lines, stop=4, step=0.5), data=[tmp_path / "course.csv"])
        runs = compiled.simulate(model, save=["s", "flood[B]", "rain", "both", "snow[A]", "snow[B]"])
        assert not runs["failed"]
        assert np.isnan(runs["snow[A]"].values[0]).tolist() == [time not in (0, 1, 4) for time in runs["time"].values]
        assert np.isnan(runs["rain"].values[0]).sum() == (7 if keyword else 0)
        return crosscheck(model, runs, sample=1)

    assert both("") < 1e-12
    assert both(":RAW:") < 1e-12


def test_runs_that_all_failed_cannot_be_compared(mdl):
    model = read(mdl("s = INTEG(LN(-1), 0)"))
    with pytest.raises(ExperimentError, match="no run stayed finite"):
        crosscheck(model, compiled.simulate(model))


def test_a_slow_pysd_is_asked_for_fewer_runs(model, runs):
    """One at least, however little patience there is; how many were made is told, and all with patience enough."""
    hasty, calm = (agreement(model, runs, sample=4, patience=seconds) for seconds in (1e-9, 1e9))
    assert (hasty.experiments, calm.experiments) == (1, 4)
    assert hasty.told == ("PySD is slow on this model: it made 1 of 4 runs",)
    assert calm.told == ()
    assert max(hasty.difference, calm.difference) < 1e-12
