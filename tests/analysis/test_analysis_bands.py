"""Bands of trajectories."""

import numpy as np
import pytest
from made_study import TIMES, of_trajectories

from sdmodel.analysis.bands import bands
from sdmodel.errors import RunsError


def runs_of_two_scenarios():
    rows = np.random.default_rng(0).normal(size=(40, 4))
    runs = of_trajectories(rows)
    labels = np.array(["status_quo", "managed"], dtype=object)[np.arange(40) % 2]
    return rows, runs.assign_coords(scenario=("experiment", labels), future=("experiment", np.arange(40) // 2))


def test_bands_are_the_quantiles_over_the_futures_at_each_time():
    rows, runs = runs_of_two_scenarios()
    found = bands(runs, ["x"], levels=(0.1, 0.5))
    assert found["x"].dims == ("scenario", "quantile", "time")
    assert found["x"].attrs["units"] == "%"
    np.testing.assert_allclose(found["x"].sel(scenario="managed"), np.quantile(rows[1::2], (0.1, 0.5), axis=0))
    np.testing.assert_array_equal(found["time"], TIMES)
    assert found["futures"].values.tolist() == [20, 20]


def test_failed_runs_are_left_out_and_a_scenario_of_failures_has_no_band():
    rows, runs = runs_of_two_scenarios()
    runs["failed"][::2] = True
    runs["x"][1, 2] = np.nan
    found = bands(runs, ["x"])
    assert np.isnan(found["x"].sel(scenario="status_quo")).all()
    np.testing.assert_allclose(found["x"].sel(scenario="managed", quantile=0.5), np.median(rows[3::2], axis=0))
    assert found["futures"].values.tolist() == [0, 20]


def test_unknown_variables_and_levels_are_refused():
    _, runs = runs_of_two_scenarios()
    with pytest.raises(RunsError, match='trajectory "y"'):
        bands(runs, ["y"])
    with pytest.raises(RunsError, match="between 0 and 1"):
        bands(runs, ["x"], levels=(5.0,))


def test_bands_of_what_may_be_missing_are_of_the_runs_that_have_a_value_then():
    """At each time by itself; a time at which none has one is missing."""
    made = of_trajectories([[1.0, 2.0, np.nan, np.nan], [3.0, np.nan, np.nan, 4.0], [1.0, np.inf, 2.0, 2.0]])
    np.testing.assert_array_equal(bands(made, ["x"], (0.5,))["x"].values[0, 0], [np.nan] * 4)
    made["x"].attrs["missing"] = "at times of other runs alone"
    np.testing.assert_array_equal(bands(made, ["x"], (0.5,))["x"].values[0, 0], [2, 2, np.nan, 4])
