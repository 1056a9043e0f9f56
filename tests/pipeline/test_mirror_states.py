"""States below zero that no run of the model passes, and places far out that only look like rest."""

from dataclasses import replace

import numpy as np
import pytest

from sdmodel.pipeline.tipping.equilibria import equilibria
from sdmodel.read import read
from sdmodel.report.figures.equilibria import equilibria as figure

SHORT = {"stop": 50, "step": 0.0625, "saveper": 1}


def states(table):
    return dict(zip(np.round(table["value"].values[:, 0], 9).tolist(), table["kind"].values.tolist(), strict=True))


@pytest.mark.parametrize("flow", ["mu * X - X^3", "a + mu * X - X * X * X"])
def test_both_arms_of_a_pitchfork_are_found_from_a_run_on_one_of_them(mdl, flow):
    model = read(mdl(f"X = INTEG({flow}, 0.1)", "mu = 1", "a = 0", **SHORT))
    finding = equilibria(model)
    assert states(finding.table) == {1.0: "stable", 0.0: "unstable", -1.0: "stable"}
    assert float(finding.table["searched_low"][0]) < -1 < 1 < float(finding.table["searched_high"][0])
    [told] = [one for one in finding.caveats if "below zero" in one]
    assert "the model states no limit" in told
    assert not any("outside the limits" in one for one in finding.caveats)
    assert any("Searched: X from -" in one for one in finding.caveats)


def test_no_start_is_below_a_limit_that_is_stated(mdl):
    model = read(mdl("X = INTEG(mu * X - X^3, 0.1)", "mu = 1", **SHORT))
    limited = model.replaced([replace(model["X"], limits=(0.0, None))])
    found = equilibria(limited).table
    assert float(found["searched_low"][0]) == 0.0
    assert set(states(found)) == {1.0, 0.0}


def test_starts_in_which_an_equation_gives_no_number_are_left_out(mdl):
    found = equilibria(read(mdl("X = INTEG(1 - SQRT(X), 0.5)", stop=20, step=0.0625))).table
    assert float(found["searched_low"][0]) == 0.0
    assert states(found) == {1.0: "stable"}


def test_stocks_below_zero_keep_their_conserved_sum(mdl):
    """Two stocks that exchange: every state that is found has the sum of the run."""
    model = read(mdl("A = INTEG(B - A^2, 1)", "B = INTEG(A^2 - B, 1)", stop=20, step=0.0625))
    found = equilibria(model).table
    np.testing.assert_allclose(found["value"].values.sum(axis=1), 2.0, atol=1e-9)
    assert set(np.round(found["value"].values[:, 0], 6)) == {1.0, -2.0}


@pytest.mark.parametrize(
    ("flow", "begin"), [("EXP(-X)", 0), ("X^2 * EXP(-X) + 0.001 * EXP(-X)", 1), ("EXP(-X * X)", 0), ("1 / (1 + X)", 0)]
)
def test_a_flow_that_fades_towards_infinity_is_no_equilibrium(mdl, flow, begin):
    finding = equilibria(read(mdl(f"X = INTEG({flow}, {begin})", **SHORT)))
    assert finding.table.sizes["equilibrium"] == 0
    assert finding.sentence.startswith("No equilibrium was found")


def test_a_stock_that_fades_beside_one_that_rests_is_no_equilibrium(mdl):
    finding = equilibria(read(mdl("X = INTEG(Y * EXP(-X), 0)", "Y = INTEG(1 - Y + 0 * X, 0.5)", "Z = INTEG(X - Z, 0)")))
    assert finding.table.sizes["equilibrium"] == 0


def test_a_part_where_nothing_moves_at_all_is_a_line_of_rests(mdl):
    """MAX(0, 1 - X): zero from X = 1 on for good, which is not fading."""
    finding = equilibria(read(mdl("X = INTEG(MAX(0, 1 - X), 0.1)", **SHORT)))
    assert float(finding.table["value"][0, 0]) == pytest.approx(1.0, abs=1e-6)
    assert any("stands for a line of them" in one for one in finding.caveats)


def test_a_rest_far_out_counts_however_small_the_flows_around_it_are(mdl):
    found = equilibria(read(mdl("X = INTEG((60 - X) * EXP(-X), 0)", **SHORT))).table
    assert states(found).get(60.0) == "stable"


def test_the_figure_tells_what_lies_below_zero(mdl):
    drawn = figure(equilibria(read(mdl("X = INTEG(X - X^3, 0.1)", **SHORT))))
    assert [row[1] for row in drawn.rows] == ["Stable", "Unstable", "Stable, below zero"]
