"""What comes true or does not is told as the share of futures in which it does, not as a median of zeros and ones."""

import numpy as np
import pytest
from made_study import of_outcomes, of_trajectories, study

from sdmodel.analysis.bands import bands
from sdmodel.analysis.centre import is_share, keeps, yes_or_no
from sdmodel.analysis.comparison import compare
from sdmodel.study.terms import Outcome

CRISIS = Outcome("crisis", "x", "last", title="A crisis", better="lower", acceptable=("<=", 0.4), risk=True)
ASKED = study(CRISIS, risk_outcome="crisis")
RUNS = of_outcomes({"status_quo": {"crisis": [1.0] * 60 + [0.0] * 40}, "managed": {"crisis": [1.0] * 30 + [0.0] * 70}})


def test_only_zeros_and_ones_of_both_kinds_are_a_yes_or_no():
    assert is_share(CRISIS, np.array([0.0, 1.0, np.nan]))
    for numbers in ([0.0, 0.0], [1.0, 1.0], [0.0, 1.0, 0.5], [0.0, 2.0], [np.nan], []):
        assert not yes_or_no(np.array(numbers))
    assert not is_share(Outcome("first", "x", "first", condition=(">", 1.0)), np.array([0.0, 1.0]))


def test_the_centre_is_the_share_of_futures_and_has_no_quantiles():
    table = compare(ASKED, RUNS).table.sel(outcome="crisis")
    assert str(table["centred"].values) == "share of futures"
    np.testing.assert_allclose(table["centre"].sel(scenario=["status_quo", "managed"]), [0.6, 0.3])
    assert float(table["median"].sel(scenario="status_quo")) == 1.0
    assert np.isnan(table[["low", "high", "difference_low", "difference_high"]].to_array()).all()
    managed = table.sel(scenario="managed")
    assert float(managed["difference_centre"]) == pytest.approx(-0.3)
    assert (float(managed["lower"]), float(managed["higher"])) == (pytest.approx(0.3), 0.0)


def test_of_all_other_outcomes_the_centre_is_the_median():
    table = compare(ASKED, of_outcomes({"status_quo": {"crisis": [0.1, 0.2, 0.9]}})).table.sel(outcome="crisis")
    assert str(table["centred"].values) == "median"
    assert float(table["centre"].values[0]) == float(table["median"].values[0]) == 0.2
    assert np.isfinite(table["low"].values).all()


def test_a_limit_between_zero_and_one_is_on_the_share():
    table = compare(ASKED, RUNS).table.sel(outcome="crisis")
    assert table["acceptable"].sel(scenario=["status_quo", "managed"]).values.tolist() == [0.0, 1.0]
    assert keeps(np.array([0.0, 0.0, 1.0]), ("<=", 0.0), of_share=True) == pytest.approx(2 / 3)
    assert np.isnan(keeps(np.array([]), ("<=", 0.4), of_share=True))


def test_the_sentence_counts_futures():
    sentence = compare(ASKED, RUNS).sentence
    assert sentence == (
        '"Managed interdependence" has the least risk: A crisis comes true in 30 % of 100 futures; '
        'under "Status quo" in 60 % of 100 futures.'
    )


def test_equal_shares_are_not_ranked():
    same = {"crisis": [1.0, 0.0]}
    sentence = compare(ASKED, of_outcomes({"status_quo": same, "managed": same})).sentence
    assert "all scenarios come to the same share; A crisis comes true in 50 % of 2 futures" in sentence


def test_runs_without_a_value_are_counted_with_those_that_failed():
    runs = of_outcomes({"status_quo": {"crisis": [1.0, np.nan, 0.0, 1.0]}})
    table = compare(ASKED, runs).table
    assert int(table["failed"].values[0, 0]) == 1
    assert table["failed"].attrs["long_name"] == "runs that failed or have no value, not counted below"
    assert float(table["centre"].values[0, 0]) == pytest.approx(2 / 3)


def test_a_course_of_zeros_and_ones_has_its_share_at_every_level():
    drawn = bands(of_trajectories([[0, 0, 1, 1], [0, 1, 1, 1], [0, 0, 0, 0], [0, 0, 0, 1]]), ["x"])["x"]
    assert drawn.attrs["centred"] == "share of futures"
    for level in range(drawn.sizes["quantile"]):
        assert drawn.values[0, level].tolist() == [0.0, 0.25, 0.5, 0.75]
    assert "centred" not in bands(of_trajectories([[0, 1, 2, 3]]), ["x"])["x"].attrs
