"""The compiled engine against models whose solutions are known exactly."""

import numpy as np
import pytest
from scipy.linalg import expm
from shipped import run

RACE = {"A": ("reaction A", "fatigue A", "grievance A"), "B": ("reaction B", "fatigue B", "grievance B")}
BASE_RACE = {"reaction A": 0.3, "reaction B": 0.2, "fatigue A": 0.4, "fatigue B": 0.5, "grievance A": 0.1}
BASE_RACE |= {"grievance B": 0.2, "initial arms A": 1.0, "initial arms B": 0.2}
BASE_SPIRAL = {"uncertainty": 0.2, "harm": 0.3, "learning rate": 0.7, "forgetting rate": 0.07}
BASE_SPIRAL |= {"reassurance effectiveness": 0.45, "reassurance": 0.0}


def race_matrices(row):
    """Matrix, equilibrium and start of Richardson's linear race (Richardson 1960: dx/dt = k y - a x + g)."""
    values = {**BASE_RACE, **row}
    matrix = np.array([[-values["fatigue A"], values["reaction A"]], [values["reaction B"], -values["fatigue B"]]])
    rest = np.linalg.solve(matrix, [-values["grievance A"], -values["grievance B"]])
    return matrix, rest, np.array([values["initial arms A"], values["initial arms B"]])


def arms(runs, number):
    return np.stack([runs["Arms A"].values[number], runs["Arms B"].values[number]], axis=-1)


def euler_race(row, step, times):
    matrix, rest, start = race_matrices(row)
    one = np.eye(2) + step * matrix
    return np.array([rest + np.linalg.matrix_power(one, round(t / step)) @ (start - rest) for t in times])


def random_races(count, seed):
    draw = np.random.default_rng(seed)
    low = {"reaction A": 0.05, "reaction B": 0.05, "fatigue A": 0.1, "fatigue B": 0.1}
    rates = [{name: draw.uniform(least, 0.8) for name, least in low.items()} for _ in range(count)]
    return [{**row, "grievance A": draw.uniform(-0.2, 0.5), "initial arms B": draw.uniform(0, 2)} for row in rates]


def test_richardson_follows_eulers_rule_to_rounding():
    """Every kept value of 40 different races equals z* + (I + A dt)^n (z0 - z*)."""
    rows = [{**row, "TIME STEP": 1 / 128} for row in [{}, *random_races(39, seed=1)]]
    runs = run("richardson", rows, every=0.5)
    for number, row in enumerate(rows):
        expected = euler_race(row, 1 / 128, runs["time"].values)
        np.testing.assert_allclose(arms(runs, number), expected, rtol=1e-11, atol=1e-12)


def test_richardson_error_against_the_exact_solution_falls_with_the_time_step():
    """Largest error against the matrix exponential: 4.2e-4 at 1/128, halved with every halving of the step."""
    steps = [1 / 128, 1 / 256, 1 / 1024]
    runs = run("richardson", [{"TIME STEP": step} for step in steps], every=0.5)
    matrix, rest, start = race_matrices({})
    exact = np.array([rest + expm(matrix * t) @ (start - rest) for t in runs["time"].values])
    errors = [np.abs(arms(runs, number) - exact).max() for number in range(len(steps))]
    assert errors[0] == pytest.approx(4.2e-4, rel=0.05)
    np.testing.assert_allclose(np.array(errors) / steps, errors[-1] / steps[-1], rtol=0.01)


def test_richardson_is_stable_exactly_when_fatigue_outweighs_fear():
    """Distance from the equilibrium shrinks in the end where a b > k l, and grows where a b < k l."""
    rows = [{**row, "TIME STEP": 1 / 16, "FINAL TIME": 400.0} for row in random_races(60, seed=2)]
    runs = run("richardson", rows, every=200.0)
    margins = runs["stability margin"].values[:, 0]
    assert (margins > 0.01).sum() > 10
    assert (margins < -0.01).sum() > 10
    for number, row in enumerate(rows):
        if abs(margins[number]) > 0.01:
            distance = np.linalg.norm(arms(runs, number) - race_matrices(row)[1], axis=1)
            assert (distance[2] < max(distance[1], 1e-9)) == (margins[number] > 0), row


def test_lotka_volterra_spirals_outward_in_first_order():
    """The invariant grows, which is Euler's error: eight times less at an eighth of the time step."""
    steps = [1 / 128, 1 / 256, 1 / 1024]
    invariant = run("lotka_volterra", [{"TIME STEP": step} for step in steps], every=0.5)["invariant"].values
    drift = (invariant[:, -1] - invariant[:, 0]) / np.abs(invariant[:, 0])
    assert (drift > 0).all()
    assert drift[0] == pytest.approx(6.0e-4, rel=0.1)
    np.testing.assert_allclose(drift / steps, drift[-1] / steps[-1], rtol=0.06)


def test_lotka_volterra_small_cycles_have_the_period_of_the_linearisation():
    """Close to the fixed point (delta/gamma, alpha/beta) a cycle takes 2 pi / sqrt(alpha delta) = 8.8858 years."""
    runs = run("lotka_volterra", [{"initial prey": 25.0, "initial predators": 10.05, "FINAL TIME": 40.0}], every=1 / 64)
    time, prey = runs["time"].values, runs["Prey"].values[0] - 25.0
    up = np.flatnonzero((prey[1:-1] < 0) & (prey[2:] >= 0)) + 1
    crossings = time[up] - prey[up] * (time[up + 1] - time[up]) / (prey[up + 1] - prey[up])
    assert len(crossings) >= 3
    assert np.diff(crossings).mean() == pytest.approx(2 * np.pi / np.sqrt(0.5), rel=1e-3)


def settled_suspicion(uncertainty, harm, learning, forgetting, effectiveness, reassurance):
    """Root in [0, 1] of theta (1 - X)(u + (1 - u) X) Pi = (delta + rho R) X."""
    fade = (forgetting + effectiveness * reassurance) / (learning * harm)
    middle = 1 - 2 * uncertainty - fade
    return (middle + np.sqrt(middle**2 + 4 * uncertainty * (1 - uncertainty))) / (2 * (1 - uncertainty))


def spiral_values(row):
    return {**BASE_SPIRAL, **row}


def test_core_spiral_settles_where_the_formula_says():
    """Fifty random spirals end at the positive root, wherever they start; the model's own at 0.69371294."""
    draw = np.random.default_rng(3)
    spans = {"uncertainty": (0.02, 0.5), "harm": (0.1, 0.6), "reassurance": (0, 1), "learning rate": (0.3, 1.2)}
    rows = [{name: draw.uniform(*span) for name, span in spans.items()} for _ in range(50)]
    starts = [{"initial suspicion": draw.uniform(0, 1), "TIME STEP": 1 / 16, "FINAL TIME": 1000.0} for _ in rows]
    runs = run("core_spiral", [{**row, **start} for row, start in zip(rows, starts, strict=True)], every=1000.0)
    expected = [settled_suspicion(*spiral_values(row).values()) for row in rows]
    np.testing.assert_allclose(runs["Suspicion"].values[:, -1], expected, rtol=1e-9)
    assert run("core_spiral", [{}], every=200.0)["Suspicion"].values[0, -1] == pytest.approx(0.69371294, abs=1e-8)


def test_core_spiral_without_uncertainty_has_a_threshold():
    """With u = 0 suspicion dies out below a spiral number of 1 and settles at 1 - 1/number above it."""
    numbers = np.array([0.5, 0.8, 1.25, 2.0, 4.0])
    rows = [{"uncertainty": 0.0, "harm": number * 0.07 / 0.7, "FINAL TIME": 2000.0} for number in numbers]
    runs = run("core_spiral", [{**row, "TIME STEP": 1 / 16} for row in rows], every=2000.0)
    np.testing.assert_allclose(runs["spiral number"].values[:, -1], numbers, rtol=1e-12)
    np.testing.assert_allclose(runs["Suspicion"].values[:, -1], np.maximum(0, 1 - 1 / numbers), atol=1e-9)


def test_core_spiral_without_uncertainty_is_logistic_in_first_order():
    """With u = 0 the path is K / (1 + (K/X0 - 1) exp(-r t)); the error falls in proportion to the time step."""
    steps = [1 / 16, 1 / 64, 1 / 256]
    rows = [{"uncertainty": 0.0, "TIME STEP": step, "FINAL TIME": 100.0} for step in steps]
    runs = run("core_spiral", rows, every=1.0)
    rate, limit = 0.7 * 0.3 - 0.07, 1 - 0.07 / (0.7 * 0.3)
    logistic = limit / (1 + (limit / 0.05 - 1) * np.exp(-rate * runs["time"].values))
    errors = np.abs(runs["Suspicion"].values - logistic).max(axis=1)
    np.testing.assert_allclose(errors / steps, errors[-1] / steps[-1], rtol=0.02)
    assert errors[-1] < 5e-4


@pytest.mark.parametrize("target", [0.15, 0.25, 0.4, 0.6])
def test_core_spiral_needs_exactly_the_reassurance_of_the_closed_form(target):
    """R = [theta Pi (1 - X)(u + (1 - u) X)/X - delta]/rho brings suspicion to the target X; 0.404444 for X = 0.25."""
    need = (0.7 * 0.3 * (1 - target) * (0.2 + 0.8 * target) / target - 0.07) / 0.45
    runs = run("core_spiral", [{"reassurance": need}], every=200.0)
    assert runs["Suspicion"].values[0, -1] == pytest.approx(target, abs=1e-9)
    if target == 0.25:
        assert need == pytest.approx(0.404444, abs=5e-7)


def test_sir_keeps_its_people_and_ends_at_the_final_size():
    """S + I + R is constant; the share spared solves log(s) = -R0 (1 - s) (Kermack and McKendrick 1927)."""
    runs = run("sir", [{"TIME STEP": 1 / 64, "FINAL TIME": 400.0, "initial infectious": 0.01}], every=1.0)
    people = sum(runs[name].values[0] for name in ("Susceptible", "Infectious", "Immune"))
    np.testing.assert_allclose(people, 10000.0, rtol=1e-12)
    left = runs["Susceptible"].values[0, -1] / 10000.0
    assert np.log(left) == pytest.approx(-2.5 * (1 - left), rel=0.02)
