"""Boundaries between behaviours in the plane of two inputs, against the formulas that are known for them."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from sdmodel.engine.compiled import simulate
from sdmodel.errors import ExperimentError
from sdmodel.pipeline.question import load
from sdmodel.pipeline.tipping.boundary import tipping
from sdmodel.report.figures.tipping import HEADS
from sdmodel.report.figures.tipping import tipping as figure

FOLDER = Path(__file__).parents[2] / "models"
PAIR = "growth('US suspicion', 'China suspicion') > 0"


@pytest.fixture(scope="module")
def richardson():
    return load(FOLDER / "richardson.toml")


@pytest.fixture(scope="module")
def core():
    return load(FOLDER / "core_spiral.toml")


@pytest.fixture(scope="module")
def dilemma():
    return load(FOLDER / "technology_security_dilemma.toml")


@pytest.fixture(scope="module")
def at_rest(dilemma):
    return {name: float(value) for name, value in dilemma.study.structure.rest.settings.items()}


def test_an_arms_race_runs_away_where_fear_outweighs_fatigue(richardson):
    """The line a b = k l in the plane of both fears, to a billionth of the range; bends are followed."""
    finding = tipping(richardson, "growth() > 0", "reaction A=0.05:1", "reaction B=0.05:1", tolerance=1e-9)
    x, y = finding.table["boundary_x"].values, finding.table["boundary_y"].values
    assert len(x) > 20
    np.testing.assert_allclose(x * y, 0.2, atol=2e-9)
    assert set(finding.table["line"].values) == {0}
    assert finding.table["base_holds"].values.tolist() == [0]
    share = (0.8 + 0.2 * np.log(0.2)) / 0.95**2  # the area above the hyperbola, from x = 0.2 to 1
    assert float(finding.table["share"][0]) == pytest.approx(share, abs=0.02)


def test_the_share_of_a_line_goes_up_to_the_change_itself(core):
    """Not only to the middle between two points of a coarse first grid."""
    table = tipping(core, "suspicion_in_the_end > 0.5", "harm=0.1:0.5", cells=4, tolerance=1e-9).table
    [change] = table["boundary_x"].values
    assert float(table["share"][0]) == pytest.approx((0.5 - change) / 0.4, abs=1e-8)


def test_an_outcome_of_the_study_can_be_the_behaviour(richardson):
    """Arms at the end above 3: each point of the line gives 3 when it is run."""
    finding = tipping(richardson, "arms_at_the_end > 3", "reaction A", "reaction B", tolerance=1e-9)
    columns = {"reaction A": finding.table["boundary_x"], "reaction B": finding.table["boundary_y"]}
    table = xr.Dataset({name: ("experiment", one.values) for name, one in columns.items()})
    ends = simulate(richardson.model, table, save=["total arms"])["total arms"].values[:, -1]
    np.testing.assert_allclose(ends, 3.0, atol=1e-6)


def test_the_least_reassurance_for_a_target_is_that_of_the_formula(core):
    """Along one input: R = (theta harm (1 - X)(u + (1 - u) X)/X - delta)/rho = 0.404444 for X = 0.25."""
    finding = tipping(core, "end(run, 'Suspicion') > 0.25", "reassurance=0:1", tolerance=1e-9)
    needed = (0.7 * 0.3 * 0.75 * (0.2 + 0.8 * 0.25) / 0.25 - 0.07) / 0.45
    assert finding.table["boundary_x"].values == pytest.approx([needed], abs=1e-8)
    assert "holds at the low end, and changes at 0.404" in finding.sentence


def test_ignition_of_the_core_by_growth_and_by_simulation_is_one_line_for_each_reassurance(core):
    """Without doubt: theta harm = delta + rho R, for three R, by derivative and by long runs."""
    settings = {"uncertainty": 0.0, "initial suspicion": 1e-6}
    over = ("reassurance", [0.0, 0.1, 0.2])
    for when, exact in (("growth('Suspicion') > 0", 1e-5), ("end(run, 'Suspicion') > start(run, 'Suspicion')", 1e-5)):
        found = tipping(core, when, "learning rate=0.3:1.2", "harm", over=over, settings=settings, tolerance=1e-8).table
        product = found["boundary_x"].values * found["boundary_y"].values
        expected = 0.07 + 0.45 * found["over"].values[found["layer_of"].values]
        np.testing.assert_allclose(product, expected, atol=exact)
        assert set(found["layer_of"].values) == {0, 1, 2}


@pytest.mark.parametrize(
    "other", ["suspicion forgetting rate", "demonstration weight", "US initial dependence", "reactive hostility"]
)
def test_ignition_of_the_dilemma_at_trusting_rest_is_where_the_leading_eigenvalue_is_zero(dilemma, at_rest, other):
    """In the plane of the learning rate and another input: the 2 by 2 spiral of small suspicions has growth 0 there."""
    finding = tipping(
        dilemma, PAIR, "suspicion learning rate=0.2:1.2", other, settings=at_rest, tolerance=1e-8, cells=12
    )
    x, y = finding.table["boundary_x"].values, finding.table["boundary_y"].values
    assert len(x) >= 8
    growth = [leading(dilemma.model, rate, {other: value}) for rate, value in zip(x, y, strict=True)]
    np.testing.assert_allclose(growth, 0.0, atol=1e-8)


def test_the_dilemma_ignites_at_its_own_values_above_a_learning_rate_of_0_35264(dilemma, at_rest):
    finding = tipping(dilemma, PAIR, "suspicion learning rate", settings=at_rest, tolerance=1e-8)
    assert finding.table["boundary_x"].values == pytest.approx([0.352641], abs=2e-6)


def test_simulated_suspicion_at_trusting_rest_grows_on_one_side_of_the_line_alone(dilemma, at_rest):
    """A suspicion of a millionth on both sides, after its first transient: growth and decay meet at the same rate."""
    small = {**at_rest, "US initial suspicion": 1e-6, "China initial suspicion": 1e-6, "FINAL TIME": 2520.0}
    words = "at(run, 'mean suspicion', 2520) > at(run, 'mean suspicion', 2500)"
    found = tipping(dilemma, words, "suspicion learning rate=0.345:0.36", settings=small, tolerance=1e-6).table
    assert found["boundary_x"].values == pytest.approx([0.352641], abs=1e-4)


def test_scenarios_of_the_study_are_runs_too(richardson):
    """Without grievances the race ends lower than with them, wherever the two fears stand: no boundary."""
    words = "end(goodwill, 'total arms') < end(as_it_is, 'total arms')"
    finding = tipping(richardson, words, "reaction A=0.1:0.5", "reaction B=0.1:0.5")
    assert finding.table.sizes["point"] == 0
    assert '" holds: everywhere in the plane of reaction A from 0.1 to 0.5' in finding.sentence


def test_runs_that_fail_are_no_side_of_a_boundary(mdl):
    path = mdl("level = INTEG(rate * level * level, 1)", "rate = 0.1", stop=40, step=0.125)
    study = path.with_suffix(".toml")
    study.write_text('model = "tiny.mdl"\nbaseline = "b"\n[scenarios.b]\n', encoding="utf-8")
    finding = tipping(load(study), "end(run, 'level') > 2", "rate=-0.05:0.03", cells=30, tolerance=1e-7)
    assert finding.table["boundary_x"].values == pytest.approx([0.0125], abs=0.001)
    assert any("Runs fail in a part of the range" in caveat for caveat in finding.caveats)


def test_the_figure_draws_lines_base_and_parts_by_name(richardson):
    finding = tipping(richardson, "growth() > 0", "reaction A", "reaction B", tolerance=1e-6)
    drawn = figure(finding)
    assert {trace["type"] for trace in drawn.spec["data"]} == {"heatmap", "scatter"}
    assert {one["text"] for one in drawn.spec["layout"]["annotations"]} == {"holds", "does not hold"}
    [base] = [trace for trace in drawn.spec["data"] if trace.get("name") == "base"]
    assert (base["x"], base["y"]) == ([0.3], [0.2])
    assert all(len(row) == len(HEADS) for row in drawn.rows)
    line = figure(tipping(richardson, "growth() > 0", "reaction A=0:2"))
    assert line.spec["layout"]["yaxis"]["visible"] is False


@pytest.mark.parametrize(
    ("words", "x", "told"),
    [
        ("growth() > 0", "reaktion A", 'Did you mean "reaction A"'),
        ("growth() > 0", "reaction A=1:0", "name=low:high"),
        ("growth() > 0", "total arms=0:1", "is computed by"),
        ("growth() > 0", "grievance A", "has no range"),
        ("growth('total arms') > 0", "reaction A", "it is no stock"),
        ("arms_at_the_ende > 3", "reaction A", 'Did you mean "arms_at_the_end"'),
        ("Arms A > 3", "reaction A", "write end\\(run, 'Arms A'\\)"),
        ("end(run, 'Arms A')", "reaction A", "Write an outcome and a limit"),
        ("end(nobody, 'Arms A') > 3", "reaction A", 'no scenario "nobody"'),
        ("1 > 0", "reaction A", "it reads no run"),
    ],
)
def test_what_cannot_be_traced_is_refused_with_what_would_be_right(richardson, words, x, told):
    with pytest.raises(ExperimentError, match=told):
        tipping(richardson, words, x, "reaction B")


def test_an_input_cannot_move_along_two_axes(richardson):
    with pytest.raises(ExperimentError, match="along two axes"):
        tipping(richardson, "growth() > 0", "reaction A", "Reaction_A")


def leading(model, rate, changed):
    """Growth of small suspicions at trusting rest, by the formulas of the linear spiral."""
    value, rival = {**model.constants, **changed}, {"US": "China", "China": "US"}
    sides = tuple(rival)
    guess, alone = value["ambiguity base"], value["reach without allies"]
    replaced = {s: value["surge substitutability"] * value[f"{s} initial capacity"] for s in sides}
    v = {s: value[f"{s} initial dependence"] * (1 - replaced[s]) for s in sides}
    seen = {s: guess + (1 - guess) * value[f"{s} initial visibility"] for s in sides}
    reach = {s: alone + (1 - alone) * value[f"initial aligned with {s}"] for s in sides}
    tools = {s: value[f"{s} initial offensive capability"] for s in sides}
    capability = {s: value[f"{s} initial capability"] for s in sides}
    leverage = {s: tools[s] * reach[s] * v[rival[s]] for s in sides}
    matrix = np.zeros((2, 2))
    for row, side in enumerate(sides):
        other = rival[side]
        harm = v[side] * seen[side] * tools[other] * reach[other]
        lead = value[f"{side} lead weight"] * capability[other] / sum(capability.values())
        acts = leverage[other] * value["reactive hostility"] * (1 - value["deterrence effect"] * leverage[side])
        matrix[row, row] = rate * (harm + lead) - value["suspicion forgetting rate"]
        matrix[row, 1 - row] = rate * value["demonstration weight"] * acts
    return float(np.linalg.eigvals(matrix).real.max())
