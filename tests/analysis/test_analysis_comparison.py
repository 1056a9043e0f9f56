"""How scenarios differ."""

import dataclasses

import numpy as np
import pytest
from made_study import of_outcomes, study

from sdmodel.analysis.comparison import compare
from sdmodel.analysis.pairs import pairs
from sdmodel.analysis.wording import RISK_CAVEAT, number, scenario_title, share
from sdmodel.errors import RunsError
from sdmodel.study.terms import Outcome

COST = Outcome("cost", "x", "mean", title="US mean loss", better="lower")
RISK = Outcome("risk", "x", "at", time=2045.0, title="Crisis probability", acceptable=("<=", 0.4), risk=True)
ASKED = study(COST, RISK, cost_outcome="cost", risk_outcome="risk")


def runs_of_hundred():
    low = np.arange(100) / 100.0
    return of_outcomes({"managed": {"cost": low + 2, "risk": low / 2}, "status_quo": {"cost": low + 1, "risk": low}})


def test_numbers_over_futures_are_those_of_numpy():
    table = compare(ASKED, runs_of_hundred()).table
    base = table.sel(outcome="risk", scenario="status_quo")
    low = np.arange(100) / 100.0
    assert base["median"] == np.median(low)
    assert base["low"] == np.quantile(low, 0.05)
    assert base["high"] == np.quantile(low, 0.95)
    assert base["mean"] == pytest.approx(low.mean())
    assert base["acceptable"] == pytest.approx(0.41)
    assert np.isnan(table.sel(outcome="cost")["acceptable"]).all()
    assert np.isnan(table["never"]).all()


def test_differences_are_taken_within_the_same_future_whatever_the_order_of_the_rows():
    shuffled = runs_of_hundred().isel(experiment=np.random.default_rng(1).permutation(200))
    cell = compare(ASKED, shuffled).table.sel(outcome="risk", scenario="managed")
    assert cell["pairs"] == 100
    assert cell["lower"] == pytest.approx(0.99)  # both are 0 in one future
    assert cell["higher"] == 0
    assert cell["difference_median"] == pytest.approx(-np.median(np.arange(100) / 200.0))
    own = compare(ASKED, shuffled).table.sel(outcome="risk", scenario="status_quo")
    assert (own["lower"], own["higher"], own["difference_high"]) == (0, 0, 0)


def test_the_sentence_names_the_cheapest_and_the_least_risky_with_their_numbers():
    sentence = compare(ASKED, runs_of_hundred()).sentence
    assert sentence.startswith(
        '"Status quo" costs least: US mean loss is 1.5 % in the median future (5 % to 95 %: 1.05'
    )
    assert 'in all of 100 futures it is lower than under "Managed interdependence".' in sentence
    assert '"Managed interdependence" has the least risk: Crisis probability is 0.247' in sentence
    assert sentence.endswith('in 99 % of 100 futures it is lower than under "Status quo".')


def test_higher_is_better_where_the_study_says_so():
    turned = study(dataclasses.replace(COST, better="higher"), RISK, cost_outcome="cost")
    assert '"Managed interdependence" costs least' in compare(turned, runs_of_hundred()).sentence
    assert 'it is higher than under "Status quo"' in compare(turned, runs_of_hundred()).sentence


def test_without_cost_and_risk_the_first_outcome_with_a_better_is_told():
    assert compare(study(RISK, COST), runs_of_hundred()).sentence.startswith('"Status quo" has the lowest US mean loss')
    assert "says of no outcome" in compare(study(RISK), runs_of_hundred()).sentence


def test_equal_scenarios_are_not_ranked():
    same = {"cost": [1.0, 2.0], "risk": [0.1, 0.2]}
    sentence = compare(ASKED, of_outcomes({"status_quo": same, "managed": same})).sentence
    assert "No single scenario costs least: all scenarios share the same median" in sentence


def test_a_scenario_with_a_shock_is_compared_but_never_called_best():
    runs = of_outcomes(
        {
            "status_quo": {"cost": [2.0, 2.0], "risk": [0.5, 0.5]},
            "managed": {"cost": [3.0, 3.0], "risk": [0.4, 0.4]},
            "managed + pandemic": {"cost": [1.0, 1.0], "risk": [0.1, 0.1]},
        }
    )
    finding = compare(ASKED, runs)
    assert finding.table["scenario"].values.tolist() == ["status_quo", "managed", "managed + pandemic"]
    assert finding.sentence.startswith('"Status quo" costs least')
    assert scenario_title(ASKED, "managed + pandemic") == "Managed interdependence with a pandemic"


def test_a_lone_scenario_is_not_called_best():
    sentence = compare(ASKED, of_outcomes({"managed": {"cost": [1.0, 2.0], "risk": [0.1, 0.2]}})).sentence
    assert sentence.startswith('Only "Managed interdependence" was run: US mean loss is 1.5 %')


def test_failed_runs_are_counted_apart_and_their_futures_are_not_paired():
    runs = runs_of_hundred()
    runs["failed"][3] = True
    runs["risk"][3] = runs["cost"][3] = np.nan
    finding = compare(ASKED, runs)
    assert finding.table["failed"].sel(outcome="risk").values.tolist() == [0, 1]
    assert finding.table["pairs"].sel(outcome="risk", scenario="managed") == 99
    assert any(caveat.startswith("1 of 200 runs failed") for caveat in finding.caveats)


def test_caveats_are_those_of_the_study_and_of_risk():
    caveats = compare(ASKED, runs_of_hundred()).caveats
    assert caveats[:2] == ("From the study.", RISK_CAVEAT)
    assert RISK_CAVEAT not in compare(study(COST), runs_of_hundred()).caveats


def test_a_first_time_that_never_came_is_later_than_any_time():
    when = Outcome("when", "x", "first", condition=("<", 0.3), acceptable=("<=", 2035.0), better="lower", title="Calm")
    nan = np.nan
    runs = of_outcomes(
        {
            "status_quo": {"when": [nan, nan, nan, 2040.0]},
            "managed": {"when": [2030.0, nan, 2034.0, 2032.5]},
        }
    )
    runs["failed"][0] = True
    finding = compare(study(when), runs)
    base, managed = (finding.table.sel(outcome="when", scenario=name) for name in ("status_quo", "managed"))
    assert base["never"] == pytest.approx(2 / 3)
    assert base["median"] == 2040.0
    assert base["failed"] == 1
    assert managed["never"] == 0.25
    assert managed["median"] == 2032.5
    assert managed["acceptable"] == 0.75
    assert (managed["pairs"], managed["lower"], managed["higher"]) == (3, pytest.approx(2 / 3), 0)
    assert managed["difference_median"] == -7.5
    assert "Calm is 2033.25 in the median future" in finding.sentence


def test_best_is_never_where_most_futures_never_reach_it():
    when = Outcome("when", "x", "first", condition=(">", 0.3), better="higher", title="Crisis")
    runs = of_outcomes({"status_quo": {"when": [2030.0, 2031.0]}, "managed": {"when": [np.nan, np.nan]}})
    assert (
        "Crisis is never in the median future; in all of 2 futures it is higher" in compare(study(when), runs).sentence
    )


def test_without_a_baseline_there_are_no_differences_and_a_caveat():
    finding = compare(ASKED, of_outcomes({"managed": {"cost": [1.0, 2.0], "risk": [0.1, 0.2]}}))
    assert np.isnan(finding.table["lower"]).all()
    assert 'The runs hold no baseline "status_quo".' in finding.caveats


def test_when_every_run_failed_the_sentence_says_so():
    runs = of_outcomes({"status_quo": {"cost": [np.nan] * 2, "risk": [np.nan] * 2}})
    runs["failed"][:] = True
    assert compare(ASKED, runs).sentence == "No run gives US mean loss. No run gives Crisis probability."


def test_missing_outcomes_and_double_runs_are_refused():
    with pytest.raises(RunsError, match='outcome "risk"'):
        compare(ASKED, runs_of_hundred().drop_vars("risk"))
    with pytest.raises(RunsError, match="has no outcomes"):
        compare(study(), runs_of_hundred())
    with pytest.raises(RunsError, match="more than once"):
        pairs(runs_of_hundred().isel(experiment=[0, 0]))


@pytest.mark.parametrize(
    ("count", "told"),
    [
        (1000, "in all of 1,000 futures"),
        (0, "in none of 1,000 futures"),
        (999, "in 99.9 % of 1,000 futures"),
        (995, "in 99.5 % of 1,000 futures"),
        (974, "in 97 % of 1,000 futures"),
        (1, "in 0.1 % of 1,000 futures"),
    ],
)
def test_all_and_none_are_only_said_when_it_is_all_or_none(count, told):
    assert share(count, 1000) == told
    assert share(99_999, 100_000) == "in 99,999 of 100,000 futures"
    assert share(0, 0) == "in no common future"


def test_numbers_are_told_with_three_digits_and_their_unit():
    assert number(0.63149, "%") == "0.631 %"
    assert number(12345.6) == "12,346"
    assert number(0.25, "Dmnl") == "0.25"
    assert number(2033.5, "Year", of_time=True) == "2033.5"
