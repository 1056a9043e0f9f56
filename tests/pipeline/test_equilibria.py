"""Equilibria and eigenvalues of the shipped models against their closed forms, and of states that have none."""

from pathlib import Path

import numpy as np
import pytest

from sdmodel.errors import ExperimentError
from sdmodel.pipeline.question import load
from sdmodel.pipeline.tipping.equilibria import along, equilibria
from sdmodel.read import read
from sdmodel.study.terms import Schedule

FOLDER = Path(__file__).parents[2] / "models"


def model(name):
    return read(FOLDER / f"{name}.mdl")


@pytest.fixture(scope="module")
def dilemma():
    return load(FOLDER / "technology_security_dilemma.toml")


def test_richardsons_race_rests_where_algebra_says_with_its_two_eigenvalues():
    """x* = (k h + b g)/(ab - km), y* = (m g + a h)/(ab - km), eigenvalues -0.2 and -0.7."""
    found = equilibria(model("richardson")).table
    a, b, k, m, g, h = 0.4, 0.5, 0.3, 0.2, 0.1, 0.2
    rest = np.array([k * h + b * g, m * g + a * h]) / (a * b - k * m)
    np.testing.assert_allclose(found["value"].values, [rest], rtol=1e-9)
    np.testing.assert_allclose(found["real"].values, [[-0.2, -0.7]], atol=1e-9)
    np.testing.assert_allclose(found["time_constant"].values, [[5.0, 1 / 0.7]], rtol=1e-9)
    assert found["kind"].values.tolist() == ["stable"]
    assert int(found["reached"][0]) == found.attrs["starts"]


@pytest.mark.parametrize(("fear", "other"), [(0.6, 0.6), (0.9, 0.3)])
def test_a_race_that_runs_away_has_an_unstable_rest_with_the_growth_of_the_formula(fear, other):
    found = equilibria(model("richardson"), {"reaction A": fear, "reaction B": other}).table
    growth = (-0.9 + np.sqrt(0.01 + 4 * fear * other)) / 2
    assert found["kind"].values.tolist() == ["unstable"]
    assert float(found["real"][0, 0]) == pytest.approx(growth, abs=1e-9)
    assert not bool(found["inside"][0]), "arms below nothing"
    assert int(found["reached"][0]) == 0


@pytest.mark.parametrize(("uncertainty", "harm"), [(0.2, 0.3), (0.0, 0.3), (0.0, 0.12), (0.35, 0.6)])
def test_suspicion_of_the_core_rests_at_both_roots_of_its_quadratic(uncertainty, harm):
    """X* = [1 - 2u - g ± sqrt((1 - 2u - g)² + 4u(1 - u))]/(2(1 - u)), the larger one stable."""
    found = equilibria(model("core_spiral"), {"uncertainty": uncertainty, "harm": harm}).table
    g, u = 0.07 / (0.7 * harm), uncertainty
    middle, root = 1 - 2 * u - g, np.sqrt((1 - 2 * u - g) ** 2 + 4 * u * (1 - u))
    roots = np.array([middle + root, middle - root]) / (2 * (1 - u))
    order = np.argsort(-found["value"].values[:, 0])
    np.testing.assert_allclose(found["value"].values[order, 0], roots, atol=1e-9)
    assert found["kind"].values[order].tolist() == ["stable", "unstable"]
    slope = 0.7 * harm * (1 - 2 * u - 2 * (1 - u) * roots) - 0.07
    np.testing.assert_allclose(found["real"].values[order, 0], slope, atol=1e-9)


def test_predators_and_prey_swing_around_a_neutral_rest():
    found = equilibria(model("lotka_volterra"))
    table = found.table.isel(equilibrium=list(found.table["kind"].values).index("neutral"))
    np.testing.assert_allclose(np.abs(table["imaginary"].values), np.sqrt(0.5), atol=1e-9)
    np.testing.assert_allclose(table["real"].values, 0.0, atol=1e-9)
    assert "period of 8.89 Year" in str(table["words"].values)


def test_an_epidemic_leaves_out_what_only_adds_up_and_tells_of_a_line_of_rests():
    found = equilibria(model("sir"))
    assert set(found.table["left_out"].values) == {"Immune", "ever infected"}
    assert {"neutral", "unstable"} == set(found.table["kind"].values)
    assert any("stands for a line of them" in caveat for caveat in found.caveats)


@pytest.mark.parametrize(
    ("scenario", "slowest"),
    [("status_quo", [-0.038, -0.052, -0.061, -0.084]), ("managed_reassurance", [-0.034, -0.048, -0.060, -0.081])],
)
def test_the_dilemma_has_one_stable_rest_and_third_states_are_conserved(dilemma, scenario, slowest):
    """What only adds up is named, the zero of the conserved third states is no mode, and the slow modes are known."""
    found = equilibria(dilemma.model, study=dilemma.study, scenario=scenario, starts=8)
    assert found.table["kind"].values.tolist() == ["stable"]
    assert int(found.table["reached"][0]) >= found.table.attrs["starts"] - 1, "one starts far out of all reach"
    np.testing.assert_allclose(found.table["real"].values[0, :4], slowest, atol=6e-4)
    assert found.table.sizes["mode"] == found.table.sizes["stock"] - 1
    [told] = found.table.attrs["sums"]
    assert set(told.split(" + ")) == {
        "Hedging third states",
        "Third states aligned with US",
        "Third states aligned with China",
    }
    assert len(found.table["left_out"]) == 6
    timed = any("no longer after 2045" in caveat for caveat in found.caveats)
    assert timed == (scenario != "status_quo"), "policies of the others phase in, and are in force by 2045"


def test_time_that_never_stops_to_matter_is_told(mdl):
    tiny = read(mdl("heat = INTEG((SIN(Time) - heat)/2, 0)", stop=8))
    found = equilibria(tiny)
    assert float(found.table["value"][0, 0]) == pytest.approx(np.sin(8.0), abs=1e-9)
    assert any("an equilibrium is one of that moment" in caveat for caveat in found.caveats)


def test_the_clock_can_be_stopped_at_another_time():
    found = equilibria(model("core_spiral"), {"reassurance": Schedule(step=(100.0, 1.0))}, time=50.0).table
    later = equilibria(model("core_spiral"), {"reassurance": 1.0}).table
    assert float(found["value"][0, 0]) == pytest.approx(0.69371294, abs=1e-7)
    assert float(later["value"][0, 0]) < 0.2


def test_a_constant_driver_is_held_and_named(mdl):
    """A stock that no stock changes is held where it is; what follows it has its rest there."""
    tiny = read(mdl("drift = INTEG(0.5, 1)", "level = INTEG(drift - level, 0)", stop=4))
    found = equilibria(tiny).table
    assert found["left_out"].values.tolist() == ["drift"]
    assert float(found["value"][0, 0]) == pytest.approx(3.0, abs=1e-9)


def test_what_was_kept_from_the_start_of_the_run_is_kept(mdl):
    """INITIAL is that of the run, not of the state that is asked about."""
    tiny = read(mdl("level = INTEG(goal - level, 7)", "goal = INITIAL(level) / 2"))
    assert float(equilibria(tiny).table["value"][0, 0]) == pytest.approx(3.5, abs=1e-9)


def test_eigenvalues_along_a_run_follow_its_state():
    """The core: slope theta harm (1 - 2u - 2(1 - u) X) - delta at each X of the run."""
    found = along(model("core_spiral"), times=[0.0, 10.0, 200.0]).table
    x = found["value"].values[:, 0]
    np.testing.assert_allclose(found["real"].values[:, 0], 0.21 * (0.6 - 1.6 * x) - 0.07, atol=1e-9)


@pytest.mark.parametrize(
    ("equations", "words"),
    [
        (("level = INTEG(DELAY FIXED(level, 2, 1) - level, 1)",), "is a fixed delay"),
        (("total = INTEG(rate, 0)", "rate = 1"), "no stock feeds back"),
    ],
)
def test_states_that_are_not_made_of_stocks_are_refused(mdl, equations, words):
    with pytest.raises(ExperimentError, match=words):
        equilibria(read(mdl(*equations)))


def test_a_wrong_number_of_starts_is_refused():
    with pytest.raises(ExperimentError, match="--starts -1"):
        equilibria(model("core_spiral"), starts=-1)


@pytest.mark.parametrize(("harm", "kind"), [(0.099, "stable"), (0.101, "unstable")])
def test_without_doubt_trust_is_stable_exactly_below_the_point_of_ignition(harm, kind):
    """Uncertainty 0: X = 0 changes its stability at theta harm = delta, which is harm = 0.1."""
    found = equilibria(model("core_spiral"), {"uncertainty": 0, "harm": harm}).table
    at_zero = np.abs(found["value"].values[:, 0]) < 1e-9
    assert found["kind"].values[at_zero].tolist() == [kind]
