"""Eigenvalues along a run: read from model files, against closed forms and against models that are changed."""

from pathlib import Path

import numpy as np
import pytest

from sdmodel.analysis import files
from sdmodel.analysis.loops.elasticity_finding import leads, others
from sdmodel.errors import ExperimentError
from sdmodel.pipeline.loops.elasticity import elasticity
from sdmodel.pipeline.question import load
from sdmodel.read import read
from sdmodel.report.figures.elasticity import HEADS, elasticity_figure
from sdmodel.report.sections import section

MODELS = Path(__file__).parents[2] / "models"


def told(table, what, name):
    """Values [time] of a parameter or loop."""
    return table[f"{what}_influence"].sel({what: name}).values


def test_the_arms_race_has_the_same_elasticities_all_along():
    """λ = -(a + b)/2 + √((a - b)²/4 + k l) of a linear model, by each of its constants."""
    table = elasticity(read(MODELS / "richardson.mdl"), times=3).table
    a, b, k, m = 0.4, 0.5, 0.3, 0.2
    root = np.sqrt((a - b) ** 2 / 4 + k * m)
    assert np.allclose(table["growth"].values, -(a + b) / 2 + root, atol=1e-10)
    by_hand = {"reaction A": k * m / (2 * root), "reaction B": k * m / (2 * root)}
    by_hand |= {"fatigue A": -a * (0.5 - (a - b) / (4 * root)), "fatigue B": -b * (0.5 + (a - b) / (4 * root))}
    by_hand["grievance A"] = 0.0
    for name, value in by_hand.items():
        assert np.allclose(told(table, "parameter", name), value, atol=1e-8), name
    assert np.allclose(others(table), 0)
    assert table["link_elasticity"].sum(["stock", "by"]).values == pytest.approx(1)


def test_predators_and_prey_at_their_centre_only_swing():
    """λ = i √(α δ): half of it by each link between the two, and by the root of each rate."""
    model = read(MODELS / "lotka_volterra.mdl")
    at_rest = {"initial prey": 25, "initial predators": 10}
    table = elasticity(model, at_rest, times=[0.0]).table
    assert table["frequency"].values == pytest.approx(np.sqrt(0.5))
    assert table["growth"].values == pytest.approx(0, abs=1e-9)
    link = table["link_elasticity"].isel(time=0)
    assert link.sel(stock="Prey", by="Predators").item() == pytest.approx(0.5)
    assert link.sel(stock="Predators", by="Prey").item() == pytest.approx(0.5)


def test_an_epidemic_begins_with_infections_less_recoveries():
    """While nearly all are susceptible, λ = contacts × infectivity - 1 / duration."""
    model = read(MODELS / "sir.mdl")
    given = {name: model.constants[name] for name in ("contact rate", "infectivity", "infectious period")}
    table = elasticity(model, {"initial infectious": 1e-6}, times=[0.0]).table
    grow, die = given["contact rate"] * given["infectivity"], 1 / given["infectious period"]
    assert table["growth"].values == pytest.approx(grow - die, rel=1e-5)
    assert told(table, "parameter", "infectivity") == pytest.approx(grow, rel=1e-5)
    assert told(table, "parameter", "infectious period") == pytest.approx(die, rel=1e-5)
    kinds = dict(zip(table["loop"].values, table["kind"].values, strict=True))
    assert kinds["B1"] == "balancing"


@pytest.mark.parametrize("name", ["suspicion learning rate", "suspicion forgetting rate", "bad faith"])
def test_the_influence_of_a_constant_of_the_dilemma_is_what_changing_it_does(name):
    """At 2020, where the state is the initial one whatever the constant is: moved by a thousandth either way."""
    asked = load(MODELS / "technology_security_dilemma.toml")
    given = {"study": asked.study, "scenario": "managed_reassurance", "of": "US suspicion", "times": [2020.0]}
    value = asked.model.constants[name]
    table = elasticity(asked.model, **given).table
    moved = [elasticity(asked.model, {name: value * part}, **given).table["growth"].item() for part in (1.001, 0.999)]
    assert told(table, "parameter", name).item() == pytest.approx((moved[0] - moved[1]) / 0.002, rel=1e-3, abs=1e-6)


def test_forgetting_leads_the_named_loops_of_the_dilemma_and_shares_its_path():
    """The sum of loops is the growth rate but for those that are not looked at; the shared path is told."""
    asked = load(MODELS / "technology_security_dilemma.toml")
    finding = elasticity(
        asked.model, study=asked.study, scenario="status_quo", of="US suspicion", times=[2025.0, 2035.0, 2045.0]
    )
    table = finding.table
    named = [name for name in table["loop"].values if name.split("/")[0].rstrip("′") in asked.study.loops]
    assert max(named, key=lambda name: abs(told(table, "loop", name)).mean()) == "B5/B6"
    assert (abs(others(table)) < 0.05 * abs(table["growth"].values)).all()
    assert (table["error"].values < 1e-6).all()
    assert table["share"].sel(stock="US suspicion").values.min() > 0.5
    assert any("share one path" in caveat and "suspicion forgetting rate" in caveat for caveat in finding.caveats)
    assert table["loop"].values[leads(table)[-1].loop] == table["loop"].values[0]


def test_the_finding_survives_being_kept_and_has_a_figure(tmp_path):
    finding = elasticity(read(MODELS / "core_spiral.mdl"), times=9)
    again = files.read(files.write(finding, tmp_path / "elasticity.json"))
    assert again.sentence == finding.sentence
    figure = elasticity_figure(again)
    assert figure is not None
    assert len(figure.rows[0]) == len(HEADS)
    stacked = [trace for trace in figure.spec["data"] if "stackgroup" in trace]
    total = np.sum([trace["y"] for trace in stacked], axis=0)
    assert np.allclose(total, finding.table["growth"].values, atol=1e-3)
    assert elasticity_figure(elasticity(read(MODELS / "core_spiral.mdl"), times=[0.0])) is None
    told = section(again)
    assert [len(table.heads) for table in told.tables] == [4]
    assert told.plates[0].heads == HEADS


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"of": "Arms C"}, "is no stock"),
        ({"of": "total arms"}, "is no stock"),
        ({"times": [1900.0]}, "the run goes from"),
        ({"times": 0}, "1 to 500"),
    ],
)
def test_what_cannot_be_asked_is_refused(asked, words):
    with pytest.raises(ExperimentError, match=words):
        elasticity(read(MODELS / "richardson.mdl"), **asked)


def test_two_modes_that_are_alike_have_no_derivative_and_that_is_said(mdl):
    """A chain of two equal delays whose way back is shut: its two eigenvalues are one and the same."""
    model = mdl("A = INTEG(back * B - A / 2, 1)", "B = INTEG(A / 2 - B / 2, 0)", "back = 0")
    finding = elasticity(read(model), of="B", times=2)
    assert finding.table["growth"].values == pytest.approx(-0.5)
    assert np.isnan(finding.table["loop_influence"].values).all()
    assert any("two modes are alike" in caveat for caveat in finding.caveats)
