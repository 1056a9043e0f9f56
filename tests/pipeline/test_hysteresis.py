"""Folds where there are folds, at their analytic places, and none where a model is merely slow."""

from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import brentq

from sdmodel.errors import ExperimentError
from sdmodel.pipeline.question import load
from sdmodel.pipeline.tipping.equilibria import equilibria
from sdmodel.pipeline.tipping.hysteresis import hysteresis
from sdmodel.read import read
from sdmodel.report.figures.equilibria import HEADS as EQUILIBRIA_HEADS
from sdmodel.report.figures.equilibria import equilibria as equilibria_figure
from sdmodel.report.figures.hysteresis import HEADS
from sdmodel.report.figures.hysteresis import hysteresis as figure

FOLDER = Path(__file__).parents[2] / "models"
TWO_STOCKS = (
    "suspicion = INTEG(building - fade * suspicion, 0.05)",
    "building = learning rate * (1 - suspicion) * hostile prior * vulnerability * tools",
    "tools = INTEG((baseline + gain * tools * hostile prior * vulnerability - tools)/delay, 0.3)",
    "hostile prior = uncertainty + (1 - uncertainty) * suspicion",
    *("learning rate = 0.7", "fade = 0.07", "vulnerability = 0.5", "baseline = 0.3", "gain = 0.8", "delay = 3"),
    "uncertainty = 0",
)


@pytest.fixture(scope="module")
def budworm():
    return read(FOLDER / "spruce_budworm.mdl")


@pytest.fixture(scope="module")
def dilemma():
    return load(FOLDER / "technology_security_dilemma.toml")


def analytic_folds(room):
    """Ripeness at both folds: R = 2 X³/(1 + X²)² where 2 X³/(X² - 1) = room (Ludwig, Jones and Holling 1978)."""
    ends = ((1.0001, 2.0), (50.0, room))
    crowding = [brentq(lambda x: 2 * x**3 - room * (x * x - 1), *pair, xtol=1e-14) for pair in ends]
    return [2 * x**3 / (1 + x * x) ** 2 for x in crowding]


def test_both_folds_of_the_budworm_are_where_the_formula_has_them(budworm):
    """The outbreak begins at a riper forest than that at which it ends: both to a hundred-millionth."""
    found = hysteresis(budworm, "branch surface", "Budworms").table
    begins, ends = (ripeness * 43200 / (1.52 * 1.11) for ripeness in analytic_folds(355 / 1.11))
    places = dict(zip(found["fold_direction"].values.tolist(), found["fold_at"].values, strict=True))
    assert places["up"] == pytest.approx(begins, rel=1e-7)
    assert places["down"] == pytest.approx(ends, rel=1e-7)
    inside = (found["value"].values > ends) & (found["value"].values < begins)
    np.testing.assert_array_equal(found["apart"].values, inside)


def test_the_scan_needs_not_pass_both_folds(budworm):
    """Up to a forest that is not ripe: one state, no fold. From there beyond the upper fold: no way back is told."""
    calm = hysteresis(budworm, "branch surface", "Budworms", low=5000, high=9000, points=9)
    assert not calm.table["apart"].values.any()
    lost = hysteresis(budworm, "branch surface", "Budworms", low=5000, high=20000, points=16)
    assert lost.table["fold_direction"].values.tolist() == ["up"]
    assert "the way down does not jump back within the range" in lost.sentence


@pytest.mark.parametrize("uncertainty", [0.0, 0.2])
@pytest.mark.parametrize(("name", "low", "high"), [("learning rate", 0.2, 1.2), ("baseline", 0.05, 0.6)])
def test_two_stocks_that_ignite_slowly_have_no_fold(mdl, uncertainty, name, low, high):
    """Backward branches need gain times vulnerability above 1, which shares cannot have; slowness is told as such."""
    model = read(mdl(*TWO_STOCKS, stop=50, step=0.0625, saveper=50))
    finding = hysteresis(model, name, "suspicion", low=low, high=high, settings={"uncertainty": uncertainty}, points=31)
    assert not finding.table["apart"].values.any()
    assert finding.table.sizes["fold"] == 0
    assert "no fold" in finding.sentence


def test_slowness_at_the_point_of_ignition_is_seen_and_not_called_a_fold(mdl):
    """With little time at each value the ways differ near ignition: longer settling makes them one again."""
    model = read(mdl(*TWO_STOCKS, stop=50, step=0.0625, saveper=50))
    finding = hysteresis(model, "learning rate", "suspicion", low=0.2, high=1.2, points=31, settling=20.0)
    assert finding.table["slow"].values.any()
    assert not finding.table["apart"].values.any()
    assert any("slow, no fold" in caveat for caveat in finding.caveats)


def test_a_cycle_met_in_two_phases_is_no_fold(mdl):
    """A limit cycle has no rest to be in: what differs is where on it the runs are, and that is told."""
    model = read(mdl("x = INTEG(y, 2)", "y = INTEG(mu * (1 - x * x) * y - x, 0)", "mu = 0.5", stop=20, step=0.015625))
    finding = hysteresis(model, "mu", "x", low=0.3, high=1.0, points=7)
    assert not finding.table["apart"].values.any()
    assert finding.table["open"].values.any()
    assert any("not counted as a fold" in caveat for caveat in finding.caveats)


def test_the_dilemma_has_no_fold_and_with_lock_in_it_has_one(dilemma):
    """The effect of reassurance moved up and down under managed reassurance."""
    for variants, folds in (((), 0), (("lock_in",), 1)):
        finding = hysteresis(
            dilemma.model,
            "reassurance effectiveness",
            "mean suspicion",
            low=0.0,
            high=1.5,
            study=dilemma.study,
            scenario="managed_reassurance",
            variants=variants,
            points=16,
        )
        assert finding.table.sizes["fold"] == folds
        assert bool(finding.table["apart"].values.any()) == bool(folds)


def test_the_figure_draws_both_ways_and_the_folds(budworm):
    drawn = figure(hysteresis(budworm, "branch surface", "Budworms", points=21))
    assert [trace["name"] for trace in drawn.spec["data"]] == ["on the way down", "on the way up"]
    assert sum(shape["line"]["dash"] == "dash" for shape in drawn.spec["layout"]["shapes"]) == 2
    assert [row[0] for row in drawn.rows] == ["down", "up"]
    assert all(len(row) == len(HEADS) for row in drawn.rows)


def test_the_figure_of_equilibria_has_a_mark_for_each_mode(budworm):
    """Three states of rest at the same forest: two stable ones, and the watershed between them."""
    finding = equilibria(budworm)
    inside = finding.table.isel(equilibrium=finding.table["inside"].values.nonzero()[0])
    kinds = dict(zip(inside["value"].values[:, 0], inside["kind"].values, strict=True))
    assert [kinds[value] for value in sorted(kinds)] == ["unstable", "stable", "unstable", "stable"]
    drawn = equilibria_figure(finding)
    assert len(drawn.spec["data"]) == finding.table.sizes["equilibrium"]
    assert all(len(row) == len(EQUILIBRIA_HEADS) for row in drawn.rows)


@pytest.mark.parametrize(
    ("name", "variable", "ends", "words"),
    [
        ("branch surfaces", "Budworms", {}, 'Did you mean "branch surface"'),
        ("branch surface", "Budworms", {"low": 2, "high": 1}, "the lower one first"),
        ("branch surface", "growth rate", {}, "does not change in a run"),
        ("branch surface", "Budworm", {}, 'Did you mean "Budworms"'),
        ("growth rate", "Budworms", {"low": 1}, "states no limits"),
        ("Budworms", "Budworms", {"low": 1, "high": 2}, "is the start of a stock"),
        ("crowding", "Budworms", {}, "is computed by"),
        ("branch surface", "Budworms", {"points": 2}, "--points 2"),
        ("branch surface", "Budworms", {"settling": 0.0}, "--settle 0"),
    ],
)
def test_what_cannot_be_scanned_is_refused(budworm, name, variable, ends, words):
    with pytest.raises(ExperimentError, match=words):
        hysteresis(budworm, name, variable, **ends)


def test_a_run_that_leaves_the_finite_range_is_told_with_the_value():
    with pytest.raises(ExperimentError, match=r"reaction A = .* leaves the finite range"):
        hysteresis(read(FOLDER / "richardson.mdl"), "reaction A", "Arms A", low=0.1, high=60.0, points=3)
