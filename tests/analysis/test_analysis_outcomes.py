"""Trajectories to outcomes, against plain loops."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_study import TIMES, of_trajectories, study

from sdmodel.analysis import outcomes as module
from sdmodel.analysis.outcomes import outcomes
from sdmodel.errors import RunsError
from sdmodel.study.terms import Outcome

NUMBERS = st.floats(-1e6, 1e6)


def plain_loop(row: list[float], times: list[float], asked: Outcome) -> float:
    """What each reduction means, written as plainly as it can be."""
    if asked.reduce == "first":
        assert asked.condition is not None
        for time, value in zip(times, row, strict=True):
            if eval(f"value {asked.condition[0]} bound", {"value": value, "bound": asked.condition[1]}):
                return time
        return math.nan
    if asked.reduce == "at":
        assert asked.time is not None
        for i in range(len(times) - 1):
            if times[i] <= asked.time <= times[i + 1]:
                slope = (row[i + 1] - row[i]) / (times[i + 1] - times[i])
                return row[i] + slope * (asked.time - times[i])
    area = sum((times[i + 1] - times[i]) * (row[i] + row[i + 1]) / 2 for i in range(len(times) - 1))
    simple = {"last": row[-1], "min": min(row), "max": max(row), "sum": sum(row), "integral": area}
    return simple[asked.reduce] if asked.reduce in simple else area / (times[-1] - times[0])


@given(
    rows=st.lists(st.lists(NUMBERS, min_size=4, max_size=4), min_size=1, max_size=5),
    time=st.floats(2020.0, 2027.0),
    bound=NUMBERS,
    sign=st.sampled_from(["<", "<=", ">", ">=", "==", "!="]),
)
def test_every_reduction_agrees_with_a_plain_loop(rows, time, bound, sign):
    asked = [Outcome(name, "x", name) for name in ("last", "min", "max", "mean", "sum", "integral")]
    asked += [Outcome("at", "x", "at", time=time), Outcome("first", "x", "first", condition=(sign, bound))]
    runs = outcomes(study(*asked), of_trajectories(rows))
    for outcome in asked:
        told = [plain_loop(row, TIMES.tolist(), outcome) for row in rows]
        np.testing.assert_allclose(runs[outcome.name], told, rtol=1e-9, atol=1e-6)


def test_at_a_saved_time_the_saved_value_comes_back_to_the_last_bit():
    row = [0.1, 1 / 3, math.pi, 2 / 7]
    for time, value in zip(TIMES, row, strict=True):
        runs = outcomes(study(Outcome("o", "x", "at", time=float(time))), of_trajectories([row]))
        assert runs["o"].item() == value


def test_the_mean_weighs_by_time_and_not_by_the_number_of_saved_values():
    runs = outcomes(study(Outcome("o", "x", "mean")), of_trajectories([[0.0, 0.0, 0.0, 4.0]]))
    assert runs["o"].item() == pytest.approx(8.0 / 7.0)


def test_a_single_saved_time_is_its_own_mean_and_has_no_area():
    asked = study(Outcome("mean", "x", "mean"), Outcome("area", "x", "integral"))
    runs = outcomes(asked, of_trajectories([[3.0]], times=[2020.0]))
    assert (runs["mean"].item(), runs["area"].item()) == (3.0, 0.0)


def test_never_and_failed_are_told_apart():
    first = Outcome("when", "x", "first", condition=(">", 5.0))
    rows = [[0, 9, 9, 9], [0, 0, 0, 0], [0, 9, np.nan, np.nan], [0, np.inf, 0, 0]]
    runs = outcomes(study(first), of_trajectories(rows))
    np.testing.assert_array_equal(runs["when"], [2021.0, np.nan, np.nan, np.nan])
    assert runs["failed"].values.tolist() == [False, False, True, True]


def test_a_run_marked_as_failed_has_no_outcome_even_where_its_numbers_are_finite():
    made = of_trajectories([[1, 2, 3, 4], [1, 2, 3, 4]])
    made["failed"][0] = True
    runs = outcomes(study(Outcome("o", "x", "last"), Outcome("c", "x", "first", condition=(">", 0.0))), made)
    assert np.isnan(runs["o"].values).tolist() == [True, False]
    assert np.isnan(runs["c"].values).tolist() == [True, False]


def test_outcomes_tell_title_unit_and_role():
    asked = study(
        Outcome("a", "x", "last", title="A title"),
        Outcome("b", "x", "integral"),
        Outcome("c", "x", "first", condition=("<", 1.0)),
        Outcome("d", "x", "max", unit="points"),
    )
    runs = outcomes(asked, of_trajectories([[1, 2, 3, 4]]))
    assert [runs[name].attrs["units"] for name in "abcd"] == ["%", "%*Year", "Year", "points"]
    assert runs["a"].attrs["long_name"] == "A title"
    assert runs["a"].attrs["role"] == "outcome"
    assert set(runs) >= {"x", "failed"}


def test_the_runs_handed_in_stay_as_they_were_and_outcomes_can_be_made_again():
    made = of_trajectories([[1, 2, np.nan, 4]])
    asked = study(Outcome("o", "x", "last"))
    again = outcomes(asked, outcomes(asked, made))
    assert "o" not in made
    assert not made["failed"].any()
    assert again.identical(outcomes(asked, made))


def test_many_runs_pass_in_blocks(monkeypatch):
    monkeypatch.setattr(module, "BLOCK", 3)
    rows = np.random.default_rng(0).normal(size=(10, 4))
    rows[7] = np.nan
    runs = outcomes(study(Outcome("o", "x", "last")), of_trajectories(rows))
    np.testing.assert_array_equal(runs["o"], rows[:, -1])
    assert np.flatnonzero(runs["failed"]).tolist() == [7]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (Outcome("o", "y", "last"), 'trajectory "y"'),
        (Outcome("o", "x", "at", time=2050.0), "not within the saved times 2020 to 2027"),
        (Outcome("o", "x", "at"), "time None"),
        (Outcome("o", "x", "median"), "no reduction 'median'"),
        (Outcome("o", "x", "first"), "needs a condition"),
        (Outcome("x", "x", "last"), "rename the outcome"),
    ],
)
def test_what_cannot_be_had_from_these_runs_is_refused(asked, told):
    with pytest.raises(RunsError) as refused:
        outcomes(study(asked), of_trajectories([[1, 2, 3, 4]]))
    assert told in str(refused.value)


# --- what may be missing --------------------------------------------------------------------------------------------

GAPS = [[np.nan, 2.0, np.nan, 4.0], [1.0, 5.0, np.nan, np.nan], [1.0, 2.0, 3.0, 4.0], [np.nan] * 4]


def with_gaps(rows, why="between the points of data"):
    made = of_trajectories(rows)
    made["x"].attrs["missing"] = why
    return made


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (Outcome("o", "x", "last"), [4, 5, 4]),
        (Outcome("o", "x", "min"), [2, 1, 1]),
        (Outcome("o", "x", "max"), [4, 5, 4]),
        (Outcome("o", "x", "sum"), [6, 6, 10]),
        (Outcome("o", "x", "integral"), [18, 3, 20.5]),
        (Outcome("o", "x", "mean"), [3, 3, 20.5 / 7]),
        (Outcome("o", "x", "at", time=2021.0), [2, 5, 2]),
        (Outcome("o", "x", "at", time=2022.0), [np.nan, np.nan, 2.5]),
        (Outcome("o", "x", "at", time=2027.0), [4, np.nan, 4]),
        (Outcome("o", "x", "first", condition=(">", 3.0)), [2027, 2021, 2027]),
        (Outcome("o", "x", "first", condition=("!=", 2.0)), [2027, 2020, 2020]),
    ],
)
def test_reductions_pass_over_what_is_missing(asked, told):
    """Areas go straight from one value that is there to the next; a time that is asked for may have none."""
    runs = outcomes(study(asked), with_gaps(GAPS))
    np.testing.assert_allclose(runs["o"], [*told, np.nan], rtol=1e-12)
    assert not runs["failed"].any()


def test_what_is_infinite_fails_though_it_may_be_missing():
    runs = outcomes(study(Outcome("o", "x", "last")), with_gaps([[1, np.inf, np.nan, 2], [1, np.nan, 2, 3]]))
    assert runs["failed"].values.tolist() == [True, False]
    np.testing.assert_array_equal(runs["o"], [np.nan, 3])


def test_a_time_after_the_end_of_every_run_is_missing_where_runs_have_ends_of_their_own():
    """In a study whose runs all end at one time it is a mistake."""
    late = study(Outcome("o", "x", "at", time=2050.0))
    assert np.isnan(outcomes(late, with_gaps(GAPS, "at times of other runs alone"))["o"]).all()
    with pytest.raises(RunsError, match="not within the saved times"):
        outcomes(late, with_gaps(GAPS))
