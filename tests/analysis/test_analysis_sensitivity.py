"""Which inputs drive which outcome, on cases whose answer is known."""

import time

import numpy as np
import pytest
from made_study import of_outcomes, study, uncertain
from scipy.stats import spearmanr

from sdmodel.analysis.sensitivity.drivers import sensitivity
from sdmodel.analysis.sensitivity.given_data import bin_count, indices
from sdmodel.analysis.wording import RISK_CAVEAT
from sdmodel.errors import RunsError
from sdmodel.study.terms import Outcome

RISK = Outcome("risk", "x", "last", title="Crisis probability", risk=True)
COST = Outcome("cost", "x", "mean", title="Loss")
ISHIGAMI = np.array([0.3139, 0.4424, 0.0, 0.0])


def ishigami(futures: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Ishigami & Homma (1990) with a = 7, b = 0.1; the fourth input does nothing."""
    x = np.random.default_rng(seed).uniform(-np.pi, np.pi, (futures, 4))
    y = np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
    return x, y[:, None]


def test_the_ishigami_function_gives_its_known_indices():
    found = indices(*ishigami(4000, 1), resamples=200, seed=0).first_order[:, 0]
    assert (found[1] <= ISHIGAMI).all()
    assert (found[2] >= ISHIGAMI).all()
    np.testing.assert_allclose(found[0], ISHIGAMI, atol=0.03)


def test_intervals_hold_the_known_indices_about_as_often_as_they_say():
    held = np.zeros(4)
    for seed in range(40):
        found = indices(*ishigami(500, seed), resamples=100, seed=seed).first_order[:, 0]
        held += (found[1] <= ISHIGAMI) & (found[2] >= ISHIGAMI)
    assert (held >= 33).all()


def test_intervals_narrow_with_more_futures():
    few, many = (
        np.diff(indices(*ishigami(n, 3), resamples=100, seed=0).first_order[1:, 0], axis=0) for n in (300, 4800)
    )
    assert (many < few / 2.5).all()


def test_an_additive_model_gives_the_shares_of_its_variances():
    x = np.random.default_rng(5).uniform(size=(3000, 4))
    weights = np.array([4.0, 2.0, 1.0, 0.0])
    found = indices(x, (x @ weights)[:, None], resamples=200, seed=0).first_order[:, 0]
    shares = weights**2 / (weights**2).sum()
    assert ((found[1] <= shares) & (shares <= found[2])).all()
    assert found[0].sum() == pytest.approx(1.0, abs=0.02)


def test_inputs_without_influence_scatter_around_zero_and_not_above_it():
    rng = np.random.default_rng(8)
    found = indices(rng.uniform(size=(200, 300)), rng.normal(size=(200, 1)), resamples=100, seed=0).first_order[:, 0]
    assert abs(found[0].mean()) < 0.01
    assert ((found[1] <= 0) & (found[2] >= 0)).mean() > 0.9


def test_rank_correlation_is_that_of_scipy():
    x, y = ishigami(100, 2)
    found = indices(np.round(x), y, resamples=50, seed=0).rank_correlation[:, 0]
    told = [spearmanr(np.round(column), y[:, 0]).statistic for column in x.T]
    np.testing.assert_allclose(found[0], told, atol=1e-12)
    assert (found[1] <= found[0]).all()
    assert (found[2] >= found[0]).all()


def test_inputs_with_few_values_are_taken_value_by_value():
    rng = np.random.default_rng(3)
    x = rng.choice([1.0, 2.0, 5.0], p=[0.2, 0.5, 0.3], size=(2000, 1))
    y = np.where(x == 2.0, 1.0, 0.0) + rng.normal(size=(2000, 1)) * 0.5
    assert indices(x, y, resamples=20, seed=0).first_order[0].item() == pytest.approx(0.5, abs=0.05)


def test_size_and_place_of_the_numbers_do_not_matter():
    x, y = ishigami(500, 4)
    plain = indices(x, y, resamples=20, seed=0).first_order
    np.testing.assert_allclose(indices(np.exp(x), 1e9 + 1e-3 * y, resamples=20, seed=0).first_order, plain, atol=1e-3)


def test_bins_never_get_thin():
    assert all(futures / bin_count(futures) >= 6 for futures in range(12, 3000))


def asked_runs(futures=600):
    rng = np.random.default_rng(0)
    a, b, c = rng.uniform(size=(3, futures))
    managed = {"risk": a + 0.1 * b, "cost": np.full(futures, 0.1)}
    runs = of_outcomes({"managed": managed, "status_quo": {"risk": b, "cost": -a}}, a=a, b=b, c=c, flat=a * 0)
    return study(
        RISK, COST, uncertainties=uncertain("a", "b", "c", "flat"), risk_outcome="risk", cost_outcome="cost"
    ), runs


def test_the_table_is_named_by_outcome_input_and_scenario():
    found = sensitivity(*asked_runs(), resamples=50).table
    assert found["first_order"].dims == ("outcome", "input", "scenario")
    assert found["scenario"].values.tolist() == ["status_quo", "managed"]
    assert found["first_order"].sel(outcome="risk", input="b", scenario="status_quo") == pytest.approx(1, abs=0.02)
    assert found["first_order"].sel(outcome="risk", input="a", scenario="managed") == pytest.approx(0.99, abs=0.02)
    assert found["rank_correlation"].sel(outcome="cost", input="a", scenario="status_quo") == pytest.approx(-1)
    assert found["explained"].sel(outcome="risk", scenario="status_quo") == pytest.approx(1, abs=0.05)


def test_constant_outcomes_and_inputs_are_flagged_with_zero():
    found = sensitivity(*asked_runs(), resamples=50).table
    still = found["insensitive"]
    assert still.sel(outcome="cost", scenario="managed").all()
    assert still.sel(input="flat").all()
    assert not still.sel(outcome="risk", input=["a", "b", "c"]).any()
    for measure in ("first_order", "first_order_low", "first_order_high", "rank_correlation"):
        assert (found[measure].where(still, 0.0) == 0.0).all()


def test_the_sentence_tells_the_strongest_inputs_of_risk_and_cost_with_intervals():
    finding = sensitivity(*asked_runs(), resamples=50)
    assert finding.sentence.startswith(
        'Under "Status quo", Crisis probability is driven most by b (rises with it; 99.8 % of'
    )
    assert "; Loss is driven most by a (falls with it; " in finding.sentence
    assert " c " not in finding.sentence
    assert RISK_CAVEAT in finding.caveats
    managed = sensitivity(*asked_runs(), scenario="managed", resamples=50)
    assert managed.sentence.startswith('Under "Managed interdependence", Crisis probability is driven most by a ')
    assert managed.sentence.endswith("; Loss does not vary.")


def test_when_nothing_stands_out_the_sentence_says_so():
    asked, runs = asked_runs(200)
    runs["risk"][:] = np.random.default_rng(77).normal(size=400)
    finding = sensitivity(asked, runs, outcomes=["risk"], resamples=50)
    assert "no single input stands out for Crisis probability in 200 futures" in finding.sentence
    assert any("Only 200 futures" in caveat for caveat in finding.caveats)


def test_the_same_seed_gives_the_same_numbers_and_another_seed_other_intervals():
    first, again, other = (sensitivity(*asked_runs(), resamples=30, seed=seed).table for seed in (0, 0, 1))
    assert first.identical(again)
    assert (first["first_order"] == other["first_order"]).all()
    assert not (first["first_order_low"] == other["first_order_low"]).all()


def test_missing_futures_are_dropped_for_their_outcome_only_and_counted():
    asked, runs = asked_runs()
    whole = sensitivity(asked, runs, resamples=30).table
    runs["cost"][600:650] = np.nan
    runs["failed"][0] = True
    for name in ("risk", "cost"):
        runs[name][0] = np.nan  # what failed is missing: the mark alone says that something did
    found = sensitivity(asked, runs, resamples=30)
    assert found.table["dropped"].sel(outcome="cost").values.tolist() == [50, 1]
    assert found.table["futures"].sel(outcome="risk").values.tolist() == [600, 599]
    same = {"outcome": "risk", "scenario": "status_quo"}
    assert found.table.sel(same)["first_order_low"].identical(whole.sel(same)["first_order_low"])
    assert any("in 50 of 600 futures of a scenario (8 %) Loss has no value" in caveat for caveat in found.caveats), (
        found.caveats
    )


def test_too_few_futures_give_no_numbers_and_a_plain_sentence():
    finding = sensitivity(*asked_runs(8), resamples=30)
    assert np.isnan(finding.table["first_order"].sel(outcome="risk", input="a")).all()
    assert "too few futures (8)" in finding.sentence


def test_an_uncertainty_that_follows_a_schedule_is_found_by_its_start():
    asked, runs = asked_runs()
    found = sensitivity(asked, runs.rename(a="a @ start"), outcomes=["risk"], resamples=20).table
    assert found["input"].values.tolist() == ["a @ start", "b", "c", "flat"]


def test_inputs_that_only_differ_between_scenarios_are_no_uncertainties():
    asked, runs = asked_runs()
    runs["lever"] = ("experiment", np.repeat([0.0, 1.0], 600), {"role": "input"})
    runs["drawn"] = ("experiment", np.random.default_rng(3).uniform(size=1200), {"role": "input"})
    found = sensitivity(asked, runs, outcomes=["risk"], resamples=20).table
    assert found["input"].values.tolist() == ["a", "b", "c", "flat", "drawn"]


def test_what_is_missing_is_named():
    asked, runs = asked_runs()
    with pytest.raises(RunsError, match=r'lack uncertain inputs .*"b"'):
        sensitivity(asked, runs.drop_vars("b"))
    with pytest.raises(RunsError, match='outcome "rist" Did you mean "risk"'):
        sensitivity(asked, runs, outcomes=["rist"])
    with pytest.raises(RunsError, match=r'no scenario "manged".* Did you mean "managed"'):
        sensitivity(asked, runs, scenario="manged")
    with pytest.raises(RunsError, match="no input varies"):
        sensitivity(study(RISK), of_outcomes({"status_quo": {"risk": np.arange(20.0)}}, a=np.zeros(20)))
    with pytest.raises(RunsError, match="has no outcomes"):
        sensitivity(study(uncertainties=uncertain("a")), runs)


def test_a_whole_study_takes_seconds():
    """125 inputs, 1,000 futures, 10 outcomes, 1 of 6 scenarios, 200 resamples: measured at 0.2 s on one core."""
    rng = np.random.default_rng(0)
    x = rng.uniform(size=(1000, 125))
    begin = time.perf_counter()
    indices(x, x @ rng.normal(size=(125, 10)), resamples=200, seed=0)
    assert time.perf_counter() - begin < 8
