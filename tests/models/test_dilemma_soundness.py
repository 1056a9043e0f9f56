"""The technology security dilemma keeps what must be kept: shares, conservation, symmetry, rest, and small errors."""

import re

import numpy as np
import pytest
from shipped import DILEMMA, dynamic_stocks, model, run, scenario_rows, study
from trusting_rest import SIDES, levers_off, linear_spiral, rest

from sdmodel.model.model import Stock

THIRD_STATES = ("Hedging third states", "Third states aligned with US", "Third states aligned with China")
SHARES = (
    *THIRD_STATES,
    *(
        f"{side} {share}"
        for side in SIDES
        for share in ("suspicion", "security response", "credibility", "offensive capability", "dependence")
    ),
    *(
        f"{side} {share}"
        for side in SIDES
        for share in ("visibility", "capacity", "pressure", "leverage", "vulnerability", "perceived threat")
    ),
    "crisis probability",
    "violent conflict probability",
    "mutual security",
)


def swapped(name):
    return re.sub(r"\b(US|China)\b", lambda side: SIDES[side[0]], name)


@pytest.fixture(scope="module")
def all_runs():
    """Every scenario with and without the pandemic."""
    return run(DILEMMA, [*scenario_rows().values(), *scenario_rows("pandemic").values()], every=0.25)


def test_nothing_is_ever_undefined(all_runs):
    """No NaN and no infinity in any variable of any scenario."""
    broken = [name for name, values in all_runs.items() if values.dtype.kind == "f" and not np.isfinite(values).all()]
    assert broken == []


def test_shares_stay_between_nothing_and_all(all_runs):
    """Indices and shares lie in [0, 1] in every scenario, up to rounding."""
    for name in SHARES:
        assert all_runs[name].min() >= -1e-12, name
        assert all_runs[name].max() <= 1 + 1e-12, name


def test_third_states_are_neither_born_nor_lost(all_runs):
    """The three shares of third states sum to one at all times."""
    total = sum(all_runs[name] for name in THIRD_STATES)
    np.testing.assert_allclose(total.values, 1.0, rtol=0, atol=1e-13)


def test_extreme_futures_stay_in_bounds():
    """All uncertainties at random ends of their ranges at once: still finite, and shares in [0, 1]."""
    draw = np.random.default_rng(5)
    ranges = study().uncertainties
    rows = [
        {**settings, **{name: draw.choice([end.low, end.high]) for name, end in ranges.items() if name not in settings}}
        for settings in scenario_rows("pandemic").values()
        for _ in range(10)
    ]
    runs = run(DILEMMA, rows, every=1.0)
    for name in SHARES:
        assert runs[name].min() >= -1e-12, name
        assert runs[name].max() <= 1 + 1e-9, name


def test_a_world_at_rest_stays_at_rest():
    """Without levers, doubt and suspicion every stock but the accumulators keeps its value for a century."""
    runs = run(DILEMMA, [{**rest(), "FINAL TIME": 2120.0}], every=1.0)
    for name in dynamic_stocks():
        assert np.ptp(runs[name].values[0]) == pytest.approx(0, abs=1e-12), name


def test_nobody_to_fear_means_no_suspicion():
    """Without tools, rivalry, ambiguity and hostile acts suspicion dies out though intentions stay uncertain."""
    row = {**levers_off(), "offence defence ambiguity": 0.0, "misattribution fraction": 0.0, "FINAL TIME": 2320.0}
    row |= {f"{side} {name}": 0.0 for side in SIDES for name in ("lead weight", "deterrent response")}
    row |= {f"{side} offensive baseline {kind}": 0.0 for side in SIDES for kind in ("initial", "goal")}
    row |= {f"{side} initial offensive capability": 0.0 for side in SIDES}
    assert run(DILEMMA, [row], every=300.0)["mean suspicion"].values[0, -1] < 1e-8


@pytest.mark.parametrize("learning_rate", [0.35, 0.7, 1.2])
def test_a_spark_of_suspicion_grows_as_the_linear_spiral_says(learning_rate):
    """Suspicions of 1e-8 follow x_n = (I + J dt)^n x_0; at the model's own values the rate is 0.068952 a year."""
    spark = np.array([1e-8, 2e-8])
    runs = run(DILEMMA, [rest(learning_rate, tuple(spark))], every=25.0)
    matrix = linear_spiral(learning_rate)
    expected = np.linalg.matrix_power(np.eye(2) + matrix / 16, 400) @ spark
    found = [runs[f"{side} suspicion"].values[0, -1] for side in SIDES]
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    if learning_rate == 0.7:
        assert np.linalg.eigvals(matrix).max() == pytest.approx(0.068952, abs=1e-6)


def test_equal_powers_behave_equally():
    """With China's numbers set to those of the US, both sides have the same path."""
    own = model().constants
    row = {swapped(name): value for name, value in own.items() if re.search(r"\bUS\b", name)}
    runs = run(DILEMMA, [row], every=1.0)
    for stock in model().of(Stock):
        np.testing.assert_allclose(runs[stock.name], runs[swapped(stock.name)], rtol=1e-11, atol=1e-14)


def test_swapping_the_numbers_swaps_the_paths():
    """The model has no favourite: numbers of the US given to China and the reverse exchange all paths."""
    own = model().constants
    row = {name: own[swapped(name)] for name in own if swapped(name) != name}
    runs = run(DILEMMA, [{}, row], every=1.0)
    for stock in model().of(Stock):
        there = runs[swapped(stock.name)].isel(experiment=1)
        np.testing.assert_allclose(runs[stock.name].isel(experiment=0), there, rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("name", ["US suspicion", "China welfare loss rate", "crisis probability", "mutual security"])
def test_halving_the_time_step_hardly_matters(name):
    """Key paths of all scenarios move by less than 1 % of their range."""
    rows = list(scenario_rows().values())
    coarse = run(DILEMMA, rows, every=1.0)[name].values
    fine = run(DILEMMA, [{**row, "TIME STEP": 1 / 32} for row in rows], every=1.0)[name].values
    assert np.abs(fine - coarse).max() < 0.01 * np.ptp(coarse)


def test_constant_hazard_gives_the_exponential_law():
    """With all slopes at zero: P = 1 - exp(-hazard T), and violence is a thinned version of it."""
    slopes = ("hazard suspicion slope", "hazard hostile act slope", "hazard pressure slope", "commercial peace effect")
    hazards = [0.0, 0.005, 0.02, 0.05]
    runs = run(DILEMMA, [{**dict.fromkeys(slopes, 0.0), "base crisis hazard": hazard} for hazard in hazards], every=5.0)
    years = runs["time"].values - 2020.0
    for number, hazard in enumerate(hazards):
        crisis, violent = (runs[f"{kind} probability"].values[number] for kind in ("crisis", "violent conflict"))
        np.testing.assert_allclose(crisis, 1 - np.exp(-hazard * years), rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(violent, 1 - np.exp(-0.15 * hazard * years), rtol=1e-12, atol=1e-14)


def test_cumulated_hazard_is_the_sum_of_hazards():
    """Euler's rule: the stock equals the sum of hazard times step before it."""
    runs = run(DILEMMA, [{}], every=0.0625)
    summed = np.cumsum(runs["crisis hazard"].values[0][:-1]) * 0.0625
    np.testing.assert_allclose(runs["cumulative crisis hazard"].values[0][1:], summed, rtol=1e-12)


def test_mean_losses_are_cumulated_losses_over_time(all_runs):
    """The added mean losses start at zero and equal the cumulated loss divided by the years passed."""
    years = all_runs["time"].values - 2020.0
    for who in ("US", "China", "third state"):
        mean, cumulated = all_runs[f"{who} mean welfare loss"].values, all_runs[f"{who} cumulated welfare loss"].values
        np.testing.assert_array_equal(mean[:, 0], 0.0)
        np.testing.assert_allclose(mean[:, 1:], cumulated[:, 1:] / years[1:], rtol=1e-13)
    both = (all_runs["US mean welfare loss"] + all_runs["China mean welfare loss"]) / 2
    np.testing.assert_allclose(all_runs["mean welfare loss"], both, rtol=1e-13)
