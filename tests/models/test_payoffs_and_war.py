"""What a year is worth to each power, and war as an event that changes the model: held to their formulas."""

import numpy as np
import pytest
from shipped import DILEMMA, run, scenario_rows

SIDES = ("US", "China")
STEP = 0.0625
WEIGHTS = ("threat", "crisis", "relative gain", "leverage")


def differing(one, other):
    """Names of variables that are not the same to the last bit."""
    names = [name for name in one.data_vars if one[name].dtype.kind == "f"]
    return {str(name) for name in names if not np.array_equal(one[name].values, other[name].values)}


def paths(rows, *, every=1.0):
    return run(DILEMMA, rows, every=every)


def ends(runs, name):
    return runs[name].values[:, -1]


def test_nothing_reads_the_payoffs():
    """Weights and discount rate move payoffs and the discount factor, and no other variable by a single bit."""
    rows = list(scenario_rows().values())
    weights = {f"payoff weight of {what}": 7.0 for what in WEIGHTS} | {"payoff discount rate": 0.05}
    moved = differing(paths(rows), paths([{**row, **weights} for row in rows])) - set(weights)
    payoffs = {f"{side} {kind} payoff" for side in SIDES for kind in ("yearly", "discounted")}
    assert moved == {"payoff discount factor", *payoffs}


@pytest.mark.parametrize(("side", "rival"), [("US", "China"), ("China", "US")])
@pytest.mark.parametrize("weights", [(10.0, 50.0, 0.0, 0.0, 0.0), (3.0, 80.0, 20.0, 15.0, 0.04)])
def test_payoffs_are_what_the_formula_of_the_policy_game_says(side, rival, weights):
    """J = - sum of (welfare loss + w1 threat + w2 onset of a first crisis - w3 lead - w4 leverage) exp(-r t) dt."""
    threat, crisis, gain, power, rate = weights
    names = {f"payoff weight of {what}": value for what, value in zip(WEIGHTS, weights, strict=False)}
    runs = paths([{**scenario_rows()["status_quo"], **names, "payoff discount rate": rate}], every=STEP)
    path = {name: runs[name].values[0] for name in map(str, runs.data_vars)}
    loss = path[f"{side} welfare loss rate"] + threat * path[f"{side} perceived threat"]
    loss = loss + crisis * path["crisis hazard"] * (1 - path["crisis probability"])
    own, other = path[f"{side} capability"], path[f"{rival} capability"]
    loss = loss - gain * (own - other) / (own + other) - power * path[f"{side} leverage"]
    discounted = -np.cumsum(loss * np.exp(-rate * (runs["time"].values - 2020.0)) * STEP)
    np.testing.assert_allclose(path[f"{side} discounted payoff"][1:], discounted[:-1], rtol=1e-12, atol=1e-11)


def test_onset_of_a_first_crisis_adds_up_to_the_crisis_probability():
    """Yearly onset times step, added up, is P(crisis) but for Euler's error, which is less than 0.5 %."""
    runs = paths(list(scenario_rows().values()), every=STEP)
    added = runs["crisis onset rate"].values[:, :-1].sum(axis=1) * STEP
    np.testing.assert_allclose(added, ends(runs, "crisis probability"), rtol=5e-3)


def test_relative_standing_is_a_zero_sum():
    """What one side leads by, the other lags behind."""
    runs = paths(list(scenario_rows().values()))
    total = runs["US relative standing"].values + runs["China relative standing"].values
    np.testing.assert_allclose(total, 0.0, atol=1e-14)


def test_war_follows_its_law_where_the_hazard_is_constant():
    """W = W* (1 - (1 - (h + 1/d) dt)^n), W* = h/(h + 1/d), with h the hazard of war and d its duration."""
    flat = ("hazard suspicion slope", "hazard hostile act slope", "hazard pressure slope", "commercial peace effect")
    row = {**dict.fromkeys(flat, 0.0), "base crisis hazard": 0.05, "violent fraction": 0.4, "war onset share": 0.5}
    runs = paths([{**row, "war duration": 4.0}], every=STEP)
    hazard, leaving = 0.05 * 0.4 * 0.5, 0.25
    shrink = (1 - (hazard + leaving) * STEP) ** np.arange(runs.sizes["time"])
    expected = hazard / (hazard + leaving) * (1 - shrink)
    np.testing.assert_allclose(runs["war under way"].values[0], expected, rtol=1e-11, atol=1e-15)


def test_war_costs_and_feeds_itself():
    """In every scenario: dearer for both, and a crisis probability higher than without."""
    plain, under = (paths(list(scenario_rows(*over).values())) for over in ((), ("crises_become_wars",)))
    assert (ends(under, "crisis probability") > ends(plain, "crisis probability")).all()
    for side in SIDES:
        assert (ends(under, f"{side} mean welfare loss") > ends(plain, f"{side} mean welfare loss")).all()


def test_war_takes_from_trade_its_share_and_no_more():
    """The outbreak takes 0.8 of what is traded in the worlds it breaks out in: flow = dependence * 0.8 * onset."""
    runs = paths([scenario_rows("crises_become_wars")["no_aggression"]], every=1.0)
    for side in SIDES:
        expected = 0.8 * runs[f"{side} dependence"].values * runs["war onset"].values
        np.testing.assert_allclose(runs[f"{side} denied supply"].values, expected, rtol=1e-12)
