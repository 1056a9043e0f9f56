"""What is said of an input that is moved where the model never rests, and of states that the scan does not reach."""

import numpy as np
import pytest

from sdmodel.errors import ExperimentError
from sdmodel.pipeline.tipping.hysteresis import hysteresis
from sdmodel.read import read
from sdmodel.report.figures.hysteresis import hysteresis as figure

CYCLES = {
    "van der Pol": ("X = INTEG(mu * (X - X^3 / 3 - Y), 1)", "Y = INTEG(X / mu, 0)", "mu = 1"),
    "Hopf": (
        "X = INTEG(mu * X - Y - X * (X^2 + Y^2), 0.1)",
        "Y = INTEG(X + mu * Y - Y * (X^2 + Y^2), 0)",
        "mu = 1",
    ),
}


@pytest.mark.parametrize("name", CYCLES)
def test_of_a_cycle_it_is_said_that_it_swings_and_nothing_of_folds(mdl, name):
    finding = hysteresis(read(mdl(*CYCLES[name], stop=20, step=0.01, saveper=20)), "mu", "X", low=0.5, high=2, points=5)
    assert finding.table["swings"].values.all()
    assert not finding.table["slow"].values.any()
    assert "X does not settle: it swings at all 5 values" in finding.sentence
    assert "no fold" not in finding.sentence
    assert "same states" not in finding.sentence
    drawn = figure(finding)
    assert drawn.rows[0][1] == "does not settle"
    assert "a passing state is drawn" in drawn.note


def test_a_swing_that_begins_within_the_range_is_told_with_its_values(mdl):
    """Hopf: rest below mu = 0, a cycle above."""
    finding = hysteresis(
        read(mdl(*CYCLES["Hopf"], stop=50, step=0.01, saveper=50)), "mu", "X", low=-0.5, high=0.5, points=6
    )
    np.testing.assert_array_equal(finding.table["swings"].values, finding.table["value"].values > 0)
    assert "it swings at 3 of 6 values (mu from 0.1 to 0.5)" in finding.sentence
    assert "at the others no fold was met" in finding.sentence


def test_growth_without_end_is_told_and_what_comes_down_slowly_is_not_called_so(mdl):
    """X' = inflow - X/(1 + X) rests at inflow/(1 - inflow) below an inflow of 1, and nowhere from 1 on."""
    model = read(mdl("X = INTEG(inflow - X / (1 + X), 1)", "inflow = 1.5", stop=50, step=0.0625, saveper=50))
    finding = hysteresis(model, "inflow", "X", low=0.2, high=1.5, points=14)
    np.testing.assert_array_equal(finding.table["grows"].values, finding.table["value"].values > 0.9999)
    assert "X does not settle: it grows without end at 6 of 14 values (inflow from 1 to 1.5)" in finding.sentence
    assert "nothing is said of folds there" in finding.sentence
    assert not finding.table["apart"].values.any()


def test_what_is_still_coming_down_when_it_is_looked_at_is_no_growth(mdl):
    """Just below an inflow of 1 the rest is at 49, and what grew beyond on the way up comes down at 0.02 a year."""
    model = read(mdl("X = INTEG(inflow - X / (1 + X), 1)", "inflow = 1.5", stop=20, step=0.125, saveper=20))
    finding = hysteresis(model, "inflow", "X", low=0.9, high=1.7, points=11)
    np.testing.assert_array_equal(finding.table["grows"].values, finding.table["value"].values > 0.99)
    assert "but at" in finding.sentence
    assert "where it is still on its way" in finding.sentence


def test_a_state_that_the_scan_does_not_reach_is_told(mdl):
    """The cusp between its folds at ± 2/(3 √3): both states are there throughout, and the scan stays on one."""
    model = read(mdl("X = INTEG(a + X - X^3, 0.1)", "a = 0", stop=50, step=0.0625, saveper=50))
    finding = hysteresis(model, "a", "X", low=-0.2, high=0.2, points=5)
    assert "no fold was met on this way" in finding.sentence
    assert "another stable state exists that this scan does not reach" in finding.sentence
    assert finding.table["other_at"].values == pytest.approx([-0.2, 0.0, 0.2])
    for a, x in zip(finding.table["other_at"].values, finding.table["other"].values, strict=True):
        assert x < -0.8
        assert a + x - x**3 == pytest.approx(0.0, abs=1e-6)
    both = hysteresis(model, "a", "X", low=-0.6, high=0.6, points=13)
    assert both.table["fold_at"].values == pytest.approx([-2 / 27**0.5, 2 / 27**0.5], abs=1e-8)
    assert both.table.sizes["other"] == 0


def test_a_constant_that_only_sets_where_a_stock_begins_cannot_be_moved(mdl):
    model = read(mdl("X = INTEG(SIN(X), x0)", "x0 = 0.5", stop=50, step=0.0625, saveper=50))
    with pytest.raises(ExperimentError, match='"x0" has no part in what moves the stocks'):
        hysteresis(model, "x0", "X", low=0, high=10)
