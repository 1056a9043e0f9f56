"""The order of each method of integration, measured against solutions in closed form."""

import numpy as np
import pytest
from scipy.linalg import expm
from shipped import run

ORDERS = {"euler": 1, "rk2": 2, "heun": 2, "rk4": 4}
OWN_RACE = {"fatigue A": 0.4, "fatigue B": 0.5, "reaction A": 0.3, "reaction B": 0.2}
STEPS = np.array([1 / 4, 1 / 8, 1 / 16])
ONE_STEP = 1 / 1024


def race(row):
    """Matrix of Richardson's race (Richardson 1960): dx/dt = k y - a x + g, dy/dt = l x - b y + h."""
    value = {**OWN_RACE, **row}
    return np.array([[-value["fatigue A"], value["reaction A"]], [value["reaction B"], -value["fatigue B"]]])


def formula(row):
    """Its eigenvalues: half of -(a + b) ± root of (a - b)² + 4 k l, real for k, l >= 0."""
    value = {**OWN_RACE, **row}
    total = value["fatigue A"] + value["fatigue B"]
    root = np.sqrt((value["fatigue A"] - value["fatigue B"]) ** 2 + 4 * value["reaction A"] * value["reaction B"])
    return np.array([-total + root, -total - root]) / 2


def arms(runs):
    return np.stack([runs["Arms A"].values, runs["Arms B"].values], axis=-1)


def measured_orders(errors, steps):
    """How many times the error halves when the step is halved once."""
    return np.diff(np.log2(errors)) / np.diff(np.log2(steps))


def test_richardson_equals_eulers_recurrence_to_1e_13():
    """The model's own race: z_n = z* + (I + A dt)^n (z0 - z*) at every one of its steps."""
    steps = 512
    runs = run("richardson", [{"TIME STEP": 1 / 32, "FINAL TIME": steps / 32}], every=1 / 32)
    rest = np.linalg.solve(race({}), [-0.1, -0.2])
    np.testing.assert_allclose(rest, [0.785714, 0.714286], atol=5e-7)
    start, one = arms(runs)[0, 0], np.eye(2) + race({}) / 32
    expected = [rest + np.linalg.matrix_power(one, n) @ (start - rest) for n in range(steps + 1)]
    np.testing.assert_allclose(arms(runs)[0], expected, rtol=0, atol=1e-13)


@pytest.mark.parametrize("method", ORDERS)
def test_richardson_is_integrated_with_the_order_of_the_method(method):
    """Against the matrix exponential: the error falls with the step to the power 1, 2, 2 and 4 (Runge-Kutta)."""
    rows = [{"TIME STEP": step, "FINAL TIME": 16.0} for step in STEPS]
    runs = run("richardson", rows, every=1.0, integration=method)
    rest, paths = np.linalg.solve(race({}), [-0.1, -0.2]), arms(runs)
    exact = [rest + expm(race({}) * t) @ (paths[0, 0] - rest) for t in runs["time"].values]
    errors = np.abs(paths - exact).max(axis=(1, 2))
    np.testing.assert_allclose(measured_orders(errors, STEPS), ORDERS[method], atol=0.15)


@pytest.mark.parametrize("row", [{}, {"reaction A": 0.6, "reaction B": 0.6}, {"reaction A": 0.0}])
def test_richardson_has_the_eigenvalues_of_the_formula(row):
    """Read off one step of the engine from three starts: -0.2 and -0.7 for the model's own race."""
    starts = [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0)]
    rows = [{**row, "initial arms A": a, "initial arms B": b} for a, b in starts]
    runs = run("richardson", [{**r, "TIME STEP": ONE_STEP, "FINAL TIME": ONE_STEP} for r in rows], every=ONE_STEP)
    rates = (arms(runs)[:, 1] - arms(runs)[:, 0]) / ONE_STEP
    found = np.linalg.eigvals((rates[1:] - rates[0]).T)
    np.testing.assert_allclose(sorted(found), sorted(formula(row)), rtol=1e-9)
    if not row:
        np.testing.assert_allclose(sorted(found), [-0.7, -0.2], rtol=1e-9)


def test_richardson_runs_away_at_the_rate_of_the_unstable_eigenvalue():
    """With k = l = 0.6 arms grow by 0.15208 a year in the end."""
    row = {"reaction A": 0.6, "reaction B": 0.6, "TIME STEP": 1 / 64, "FINAL TIME": 101.0}
    path = run("richardson", [row], every=1.0, integration="rk4")["Arms A"].values[0]
    growth = np.log((path[-1] - path[-2]) / (path[-2] - path[-3]))
    assert growth == pytest.approx(0.15208, abs=5e-6)
    assert growth == pytest.approx(formula(row).max(), abs=1e-8)


def test_richardson_on_the_edge_of_stability_neither_settles_nor_explodes():
    """Where a b = k l and there are no grievances, a race keeps what the zero eigenvalue leaves of its start."""
    row = {"reaction A": 0.5, "reaction B": 0.4, "grievance A": 0.0, "grievance B": 0.0}
    end = arms(run("richardson", [{**row, "FINAL TIME": 100.0}], every=50.0))[0]
    np.testing.assert_allclose(race(row) @ end[-1], 0.0, atol=1e-12)
    np.testing.assert_allclose(end[-1], end[-2], rtol=1e-9)
    assert (end[-1] > 0.1).all()


def test_lotka_volterra_rests_at_its_fixed_point():
    """Started at (delta/gamma, alpha/beta) = (25, 10) both populations stay, by every method."""
    for method in ORDERS:
        row = {"initial prey": 25.0, "initial predators": 10.0, "TIME STEP": 1 / 16}
        runs = run("lotka_volterra", [row], every=1.0, integration=method)
        np.testing.assert_allclose(runs["Prey"].values, 25.0, rtol=1e-13)
        np.testing.assert_allclose(runs["Predators"].values, 10.0, rtol=1e-13)


def test_lotka_volterra_circles_with_imaginary_eigenvalues():
    """Central differences of one step around the fixed point: ± i root of alpha delta."""
    nudge, starts = 1e-4, []
    for prey, predators in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        starts.append({"initial prey": 25 + nudge * prey, "initial predators": 10 + nudge * predators})
    rows = [{**start, "TIME STEP": ONE_STEP, "FINAL TIME": ONE_STEP} for start in starts]
    runs = run("lotka_volterra", rows, every=ONE_STEP)
    state = np.stack([runs["Prey"].values, runs["Predators"].values], axis=-1)
    rates = (state[:, 1] - state[:, 0]) / ONE_STEP
    found = np.linalg.eigvals(np.stack([rates[0] - rates[1], rates[2] - rates[3]], axis=1) / (2 * nudge))
    np.testing.assert_allclose(sorted(found.imag), [-np.sqrt(0.5), np.sqrt(0.5)], rtol=1e-6)
    np.testing.assert_allclose(found.real, 0.0, atol=1e-6)


def test_lotka_volterra_small_orbits_take_the_period_of_the_linearisation():
    """2 pi / root of alpha delta = 8.8858 years, by Runge-Kutta to a millionth for a small orbit."""
    row = {"initial prey": 25.0, "initial predators": 10.005, "TIME STEP": 1 / 64, "FINAL TIME": 60.0}
    runs = run("lotka_volterra", [row], every=1 / 64, integration="rk4")
    time, prey = runs["time"].values, runs["Prey"].values[0] - 25.0
    up = np.flatnonzero((prey[1:-1] < 0) & (prey[2:] >= 0)) + 1
    crossings = time[up] - prey[up] * (time[up + 1] - time[up]) / (prey[up + 1] - prey[up])
    assert np.diff(crossings).mean() == pytest.approx(2 * np.pi / np.sqrt(0.5), rel=2e-6)
    assert 2 * np.pi / np.sqrt(0.5) == pytest.approx(8.8858, abs=5e-5)


@pytest.mark.parametrize(("method", "order", "years"), [("euler", 1.0, 20.0), ("rk4", 5.0, 400.0)])
def test_the_invariant_of_lotka_volterra_drifts_with_the_order_of_the_method(method, order, years):
    """First order for Euler; fifth for Runge-Kutta, whose error of fourth order is one of phase, not of size."""
    steps = STEPS / 16 if method == "euler" else STEPS
    rows = [{"TIME STEP": step, "FINAL TIME": years} for step in steps]
    invariant = run("lotka_volterra", rows, every=1.0, integration=method)["invariant"].values
    drift = np.abs(invariant - invariant[:, :1]).max(axis=1) / np.abs(invariant[:, 0])
    np.testing.assert_allclose(measured_orders(drift, steps), order, atol=0.1)


@pytest.mark.parametrize("method", ["euler", "rk4"])
def test_the_core_spiral_without_uncertainty_is_logistic_with_the_order_of_the_method(method):
    """With u = 0: X = K/(1 + (K/X0 - 1) exp(-r t)), r = theta Pi - delta - rho R, K = 1 - gamma."""
    rows = [{"uncertainty": 0.0, "reassurance": 0.1, "TIME STEP": step, "FINAL TIME": 64.0} for step in 2 * STEPS]
    runs = run("core_spiral", rows, every=2.0, integration=method)
    fade = 0.07 + 0.45 * 0.1
    rate, limit = 0.7 * 0.3 - fade, 1 - fade / (0.7 * 0.3)
    exact = limit / (1 + (limit / 0.05 - 1) * np.exp(-rate * runs["time"].values))
    errors = np.abs(runs["Suspicion"].values - exact).max(axis=1)
    np.testing.assert_allclose(measured_orders(errors, STEPS), ORDERS[method], atol=0.2)


def test_the_core_spiral_dies_like_one_over_time_at_its_transcritical_point():
    """With u = 0 and theta Pi = delta: X = X0/(1 + X0 theta Pi t), slower than any exponential."""
    row = {"uncertainty": 0.0, "harm": 0.1, "initial suspicion": 0.5, "TIME STEP": 1 / 8, "FINAL TIME": 1000.0}
    runs = run("core_spiral", [row], every=50.0, integration="rk4")
    assert runs["spiral number"].values[0, -1] == pytest.approx(1.0, abs=1e-12)
    exact = 0.5 / (1 + 0.5 * 0.07 * runs["time"].values)
    np.testing.assert_allclose(runs["Suspicion"].values[0], exact, rtol=1e-8)


def test_the_core_spiral_settles_at_one_place_from_above_and_below():
    """X* = 0.69371294 for the model's own values, from almost no and from almost full suspicion."""
    rows = [{"initial suspicion": start, "FINAL TIME": 300.0, "TIME STEP": 1 / 16} for start in (0.01, 0.99)]
    end = run("core_spiral", rows, every=300.0)["Suspicion"].values[:, -1]
    np.testing.assert_allclose(end, 0.69371294, atol=5e-9)
