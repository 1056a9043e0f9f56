"""Regret, limits kept, Pareto fronts: payoff tables worked out by hand."""

import numpy as np
import pytest
from made_study import of_outcomes, study

from sdmodel.analysis.files import from_dict, to_dict
from sdmodel.analysis.robustness.pareto import non_dominated, share_of_futures
from sdmodel.analysis.robustness.regret import high, largest, mean, regrets
from sdmodel.analysis.robustness.verdicts import robustness
from sdmodel.errors import RunsError
from sdmodel.study.terms import Outcome, Scenario, Variant

LOSS = Outcome("loss", "x", "last", title="Loss", better="lower", acceptable=("<=", 5.0))
GAIN = Outcome("gain", "x", "max", title="Gain", better="higher")
YEAR = Outcome("year", "x", "first", condition=(">", 1.0), better="lower")


def asked(*outcomes: Outcome):
    scenarios = {name: Scenario(name, name.title(), {}) for name in ("a", "b", "c")}
    return study(
        *outcomes, baseline="a", scenarios=scenarios, variants={"greedy": Variant("greedy", "Greed", {})}, shocks={}
    )


def test_savages_omelette() -> None:
    """Savage 1954, The Foundations of Statistics, p. 14: a sixth egg, good or rotten, and three acts.

    Eggs that end in the omelette or are lost, and a saucer to wash (¼ of an egg): break into the bowl, into a saucer,
    throw away. Good: 6, 6 - ¼, 5. Rotten: 0 (all lost), 5 - ¼, 5.
    """
    worth = np.array([[6.0, 0.0], [5.75, 4.75], [5.0, 5.0]])
    regret = regrets(-worth)
    assert regret.tolist() == [[0.0, 5.0], [0.25, 0.25], [1.0, 0.0]]
    assert largest(regret).tolist() == [5.0, 0.25, 1.0]
    assert mean(regret).tolist() == [2.5, 0.25, 0.5]


def test_the_regret_of_what_never_comes_is_without_bound_unless_nobody_reaches_it() -> None:
    assert regrets(np.array([[2030.0, np.inf], [np.inf, np.inf]])).tolist() == [[0.0, 0.0], [np.inf, 0.0]]


def test_ninety_per_cent_of_futures_do_not_exceed_the_high_regret() -> None:
    assert high(np.arange(1.0, 101.0)) == 90.0
    assert high(np.append(np.zeros(9), np.inf)) == 0.0


def test_pareto_front_of_five_scenarios() -> None:
    cost, risk = np.array([1.0, 2.0, 3.0, 3.0, 1.0]), np.array([3.0, 2.0, 1.0, 2.0, 3.0])
    assert non_dominated([cost, risk]).tolist() == [True, True, True, False, True]


def test_how_often_a_scenario_is_unbeaten() -> None:
    cost = np.array([[1.0, 2.0, 1.0, 1.0], [2.0, 1.0, 1.0, 2.0]])
    risk = np.array([[1.0, 1.0, 1.0, 2.0], [2.0, 2.0, 1.0, 1.0]])
    assert share_of_futures([cost, risk]).tolist() == [1.0, 0.75]


def test_regret_is_within_the_same_theory_and_the_worst_theory_counts() -> None:
    runs = of_outcomes(
        {
            "a": {"loss": [1.0, 1.0]},
            "b": {"loss": [2.0, 2.0]},
            "a + greedy": {"loss": [9.0, 9.0]},
            "b + greedy": {"loss": [4.0, 6.0]},
        }
    )
    finding = robustness(asked(LOSS), runs, resamples=50)
    found = finding.table
    assert found["theory"].values.tolist() == ["own", "greedy"]
    assert found["max_regret"].sel(outcome="loss").values.tolist() == [[0.0, 5.0], [1.0, 0.0]]
    assert found["mean_regret"].sel(outcome="loss").values.tolist() == [[0.0, 4.0], [1.0, 0.0]]
    assert found["satisficing"].values.tolist() == [[1.0, 0.0], [1.0, 0.5]]
    assert str(found["winner"].sel(criterion="max_regret", outcome="loss").values) == "b"
    assert float(found["worst_case"].sel(criterion="max_regret", outcome="loss")) == 1.0
    assert (
        'In loss "B" has least regret: at most 1 % in 90 % of the futures under the worst of 2 theories'
        in finding.sentence
    )
    assert any(note.startswith("Theories have no probabilities") for note in finding.caveats)
    assert from_dict(to_dict(finding)).table.equals(found)


def test_what_is_better_when_higher_has_its_own_sign_in_the_table() -> None:
    runs = of_outcomes({"a": {"gain": [1.0, 3.0], "loss": [0.0, 0.0]}, "b": {"gain": [2.0, 8.0], "loss": [9.0, 9.0]}})
    found = robustness(asked(GAIN, LOSS), runs, outcomes=["gain", "loss"], resamples=50).table
    assert found["mean"].sel(outcome="gain").values.ravel().tolist() == [2.0, 5.0]
    assert float(found["worst_case"].sel(criterion="mean", outcome="gain")) == 5.0
    bounds = found["mean_bounds"].sel(outcome="gain", scenario="b").values.ravel()
    assert bounds.tolist() == [2.0, 8.0]
    assert found["pareto_median"].values.ravel().tolist() == [True, True]


def test_a_ranking_that_hangs_on_few_futures_is_told_as_not_decided() -> None:
    random = np.random.default_rng(1)
    alike = {name: {"loss": random.normal(3, 1, 40)} for name in ("a", "b", "c")}
    finding = robustness(asked(LOSS), of_outcomes(alike))
    assert "not decided" in finding.sentence
    assert float(finding.table["decided"].sel(criterion="high_regret", outcome="loss")) < 0.95


def test_the_interval_of_a_mean_is_as_wide_as_its_standard_error_says() -> None:
    random = np.random.default_rng(2)
    runs = of_outcomes({"a": {"loss": random.normal(0, 1, 900)}, "b": {"loss": random.normal(0, 1, 900)}})
    low, high_end = robustness(asked(LOSS), runs, resamples=400).table["mean_bounds"].values[0, 0, 0]
    assert high_end - low == pytest.approx(2 * 1.96 / 30, rel=0.2)


def test_times_that_never_come_are_judged_by_regret_too() -> None:
    runs = of_outcomes({"a": {"year": [2030.0, 2030.0]}, "b": {"year": [2029.0, np.nan]}})
    found = robustness(asked(YEAR), runs, resamples=50)
    assert str(found.table["winner"].sel(criterion="max_regret", outcome="year").values) == "a"


def test_futures_in_which_a_run_failed_are_left_out_of_all_scenarios() -> None:
    runs = of_outcomes({"a": {"loss": [1.0, 9.0, 1.0]}, "b": {"loss": [2.0, 2.0, 2.0]}})
    runs["failed"][4] = True
    finding = robustness(asked(LOSS), runs, resamples=50)
    assert finding.table.attrs["futures"] == 2
    assert any("in 33 % of 3 futures" in note for note in finding.caveats)


def test_a_theory_under_which_some_scenario_did_not_run_is_left_out_and_told() -> None:
    runs = of_outcomes({"a": {"loss": [1.0]}, "b": {"loss": [2.0]}, "a + greedy": {"loss": [9.0]}})
    finding = robustness(asked(LOSS), runs, resamples=50)
    assert finding.table["theory"].values.tolist() == ["own"]
    assert any('"Greed"' in note for note in finding.caveats)


def test_one_scenario_alone_has_no_regret() -> None:
    with pytest.raises(RunsError, match="at least two"):
        robustness(asked(LOSS), of_outcomes({"a": {"loss": [1.0]}}))


def test_an_outcome_that_does_not_say_what_is_better_is_refused() -> None:
    plain = Outcome("loss", "x", "last")
    runs = of_outcomes({"a": {"loss": [1.0]}, "b": {"loss": [2.0]}})
    with pytest.raises(RunsError, match='better = "lower"'):
        robustness(asked(plain), runs, outcomes=["loss"])
