"""The full dilemma where it can be solved: the linear spiral at trusting rest, eigenvalues in the end, the hazard."""

import numpy as np
import pytest
from shipped import DILEMMA, dynamic_stocks, model, run, scenario_rows
from trusting_rest import SIDES, linear_spiral, rest

STEP = 0.0625
SETTLED = 2020.0 + 2000.0
IGNITION = 0.35264  # learning rate at which a small suspicion begins to grow


def suspicions(runs):
    return np.stack([runs[f"{side} suspicion"].values for side in SIDES], axis=-1)


def test_the_linear_spiral_has_the_numbers_worked_out_by_hand():
    """Matrix of the base values; the US alone would be stable, coupling draws it in: growth 0.068952 a year."""
    matrix = linear_spiral(0.7)
    np.testing.assert_allclose(matrix, [[-0.00317, 0.01044], [0.04022, 0.06313]], atol=6e-6)
    trace, determinant = np.trace(matrix), np.linalg.det(matrix)
    assert (trace + np.sqrt(trace**2 - 4 * determinant)) / 2 == pytest.approx(0.068952, abs=5e-7)


def test_one_step_of_the_engine_at_trusting_rest_is_the_linear_spiral():
    """Differences of one step from suspicions of nothing, of 1e-7 in the US, and of 1e-7 in China."""
    nudge = 1e-7
    rows = [rest(suspicion=start) for start in ((0.0, 0.0), (nudge, 0.0), (0.0, nudge))]
    state = suspicions(run(DILEMMA, [{**row, "FINAL TIME": 2020.0 + STEP} for row in rows], every=STEP))
    rates = (state[:, 1] - state[:, 0]) / STEP
    np.testing.assert_allclose(((rates[1:] - rates[0]) / nudge).T, linear_spiral(0.7), atol=1e-7)


def test_a_spark_of_suspicion_ends_up_growing_at_the_leading_eigenvalue():
    """Between years 140 and 160 a suspicion of 1e-13 grows as Euler's rule makes of 0.068952 a year."""
    path = suspicions(run(DILEMMA, [{**rest(suspicion=(1e-13, 1e-13)), "FINAL TIME": 2180.0}], every=20.0))[0]
    rate = ((path[8] / path[7]) ** (STEP / 20.0) - 1) / STEP
    np.testing.assert_allclose(rate, 0.068952, atol=4e-6)


def test_the_spiral_ignites_where_the_eigenvalue_changes_its_sign():
    """At a learning rate of 0.35264: just below it a spark dies, just above it grows; so says the formula, too."""
    rates = [IGNITION * 0.999, IGNITION * 1.001]
    leading = [np.linalg.eigvals(linear_spiral(rate)).max() for rate in rates]
    assert leading[0] < 0 < leading[1]
    path = suspicions(run(DILEMMA, [{**rest(rate, (1e-9, 1e-9)), "FINAL TIME": 2420.0} for rate in rates], every=100.0))
    assert (path[0, 4] < path[0, 3]).all()
    assert (path[1, 4] > path[1, 3]).all()


def settled_jacobian(scenario):
    """Names of the stocks that feed back, where they settle, and the matrix of small deviations (central, one step)."""
    names, row = dynamic_stocks(), scenario_rows()[scenario]
    end = run(DILEMMA, [{**row, "FINAL TIME": SETTLED}], every=SETTLED - 2020.0)
    state = {name: float(end[name].values[0, -1]) for name in names}
    clock = {"INITIAL TIME": SETTLED, "FINAL TIME": SETTLED + STEP}
    nudges = {name: 1e-5 * max(1.0, abs(value)) for name, value in state.items()}
    rows = [
        {**row, **clock, **state, name: state[name] + sign * nudges[name]} for name in names for sign in (1.0, -1.0)
    ]
    runs = run(DILEMMA, [*rows, {**row, **clock, **state}], every=STEP)
    rates = np.stack([(runs[name].values[:, 1] - runs[name].values[:, 0]) / STEP for name in names], axis=-1)
    widths = np.array([2 * nudges[name] for name in names])
    assert np.abs(rates[-1]).max() < 1e-11, "it has settled"
    return names, state, ((rates[0:-1:2] - rates[1:-1:2]) / widths[:, None]).T


@pytest.mark.parametrize(
    ("scenario", "leading", "suspicion"),
    [
        ("status_quo", (-0.038, -0.052, -0.061, -0.084), (0.736, 0.680)),
        ("managed_reassurance", (-0.034, -0.048, -0.060, -0.081), None),
    ],
)
def test_the_full_model_settles_slowly_and_without_cycles(scenario, leading, suspicion):
    """One zero, as third states are conserved, then slow decay; the few pairs die long before they complete a cycle.

    Blame and war, which are off, decay by themselves: exactly -1/8 a year twice and -1/4.
    """
    names, state, matrix = settled_jacobian(scenario)
    off = {"US blame": -1 / 8, "China blame": -1 / 8, "war under way": -1 / 4}
    for name, rate in off.items():
        own = np.where(np.arange(len(names)) == names.index(name), rate, 0.0)
        np.testing.assert_allclose(matrix[names.index(name)], own, atol=1e-9)
    core = [number for number, name in enumerate(names) if name not in off]
    assert len(core) == 21
    values = np.linalg.eigvals(matrix[np.ix_(core, core)])
    values = values[np.argsort(-values.real)]
    assert abs(values[0]) < 1e-8
    np.testing.assert_allclose(values[1:5].real, leading, atol=6e-4)
    assert (values[1:].real < -0.03).all()
    assert (values.imag > 1e-9).sum() <= 3
    assert (np.abs(values.imag) < 0.25 * np.abs(values.real) + 1e-9).all(), "less than e^-25 is left after a cycle"
    if suspicion:
        np.testing.assert_allclose([state[f"{side} suspicion"] for side in SIDES], suspicion, atol=6e-4)


def test_violent_conflict_is_a_thinned_crisis_in_every_scenario():
    """1 - P(violent) = (1 - P(crisis))^phi at all times, whatever the course of the hazard."""
    rows = list(scenario_rows().values())
    fractions = np.linspace(0.05, 0.4, len(rows))
    runs = run(DILEMMA, [{**row, "violent fraction": f} for row, f in zip(rows, fractions, strict=True)], every=1.0)
    left = (1 - runs["crisis probability"].values) ** fractions[:, None]
    np.testing.assert_allclose(1 - runs["violent conflict probability"].values, left, rtol=1e-12)


def test_cumulated_hazard_is_the_eulers_sum_in_every_scenario():
    """The stock equals the sum of hazard times step before it, bit for bit in exact numbers, 1e-12 in rounded ones."""
    runs = run(DILEMMA, list(scenario_rows().values()), every=STEP)
    summed = np.cumsum(runs["crisis hazard"].values[:, :-1], axis=1) * float(model().constants["TIME STEP"])
    np.testing.assert_allclose(runs["cumulative crisis hazard"].values[:, 1:], summed, rtol=1e-12)
