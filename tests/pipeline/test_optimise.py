"""`optimise` finds known optima of a model, under conditions, over futures and of several objectives."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sdmodel.analysis import files
from sdmodel.errors import ExperimentError, StudyError
from sdmodel.pipeline.levers.optimise import optimise
from sdmodel.pipeline.question import Question, load
from sdmodel.report.figures.optimum import optimum_figure

EQUATIONS = (
    "far = (x - 0.7)^2 + (y - 0.7)^2 + 0 * stock",
    "near = x^2 + y^2 + 0 * stock",
    "sum = x + y + noise + 0 * stock",
    "stock = INTEG(0, 1)",
    *("x = 0.2 ~ Dmnl [0,1]", "y = 0.2", "noise = 0"),
)
STUDY = """\
model = "tiny.mdl"
baseline = "base"
seed = 1
[scenarios.base]
[uncertainties]
"noise" = { distribution = "uniform", low = 0, high = 0.1 }
[outcomes.distance]
title = "Distance"
variable = "far"
reduce = "last"
[outcomes.length]
variable = "near"
reduce = "last"
[outcomes.total]
variable = "sum"
reduce = "last"
[outcomes.when]
variable = "sum"
reduce = { first = "> 1" }
[search.both]
levers = { "x" = [0, 1], "y" = 1 }
"""


@pytest.fixture(scope="module")
def question(mdl: Callable[..., Path]) -> Question:
    path = mdl(*EQUATIONS, stop=1).with_name("asked.toml")
    path.write_text(STUDY, encoding="utf-8")
    return load(path)


def test_a_quadratic_with_a_condition_has_its_known_optimum(question: Question) -> None:
    finding = optimise(
        question.study,
        question.model,
        minimise=["distance"],
        subject_to=["total <= 1"],
        levers=["x = 0:1", "y=0:1"],
        population=40,
        generations=150,
    )
    np.testing.assert_allclose(finding.table["setting"].values, [[0.5, 0.5]], atol=1e-3)
    assert float(finding.table["value"].sel(outcome="distance")[0]) == pytest.approx(0.08, abs=1e-5)
    assert float(finding.table["value_before"].sel(outcome="distance")) == pytest.approx(0.5)
    assert finding.sentence.startswith(
        'Distance is least, 0.08 instead of 0.5, from "Base" under total <= 1, with x 0.5'
    )
    assert optimum_figure(finding) is not None


def test_levers_of_a_search_are_free_each_for_itself_and_greatest_is_the_other_way_round(question: Question) -> None:
    """y goes from where it is, 0.2, to 1; the farthest corner from (0.7, 0.7) is (0, 0.2)."""
    table = optimise(question.study, question.model, maximise=["distance"], generations=60, population=20).table
    assert table["low"].values.tolist() == [0.0, 0.2]
    np.testing.assert_allclose(table["setting"].values, [[0.0, 0.2]], atol=1e-3)
    assert (np.diff(table["history"].values) >= 0).all()


def test_over_futures_conditions_hold_in_the_share_that_is_asked_for(question: Question) -> None:
    """x + y + noise <= 1 in half of all futures leaves x + y <= 0.95."""
    table = optimise(
        question.study,
        question.model,
        minimise=["distance"],
        subject_to=["total <= 1"],
        futures=100,
        share=0.5,
        population=30,
        generations=60,
    ).table
    assert table["setting"].values.sum() == pytest.approx(0.95, abs=0.01)
    assert float(table["met"][0]) >= 0.5


def test_several_objectives_have_a_front(question: Question) -> None:
    """Nothing beats the points of the line from (0, 0) to (0.7, 0.7): √length + √distance = 0.7 √2 on it."""
    pytest.importorskip("pymoo", reason="a front needs the extra: optimise")
    finding = optimise(
        question.study,
        question.model,
        minimise=["distance", "length"],
        levers=["x=0:1", "y=0:1"],
        population=40,
        generations=100,
    )
    distance, length = finding.table["value"].values.T
    np.testing.assert_allclose(np.sqrt(distance) + np.sqrt(length), 0.7 * np.sqrt(2), atol=0.04)
    assert "nothing found beats in all" in finding.sentence
    figure = optimum_figure(files.from_dict(files.to_dict(finding)))
    assert figure is not None
    assert len(figure.rows) == finding.table.sizes["solution"]


def test_where_nothing_keeps_to_the_conditions_that_is_the_finding(question: Question) -> None:
    finding = optimise(
        question.study, question.model, minimise=["distance"], subject_to=["total > 9"], generations=3, population=8
    )
    assert finding.table.sizes["solution"] == 0
    assert finding.sentence == 'No setting of 2 levers that was tried, from "Base", keeps to total > 9.'
    assert optimum_figure(finding) is None


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({}, "Name an outcome to --minimise or --maximise"),
        ({"minimise": ["distanc"]}, 'no outcome "distanc". Did you mean "distance"'),
        ({"minimise": ["length"], "maximise": ["length"]}, "both minimised and maximised"),
        ({"minimise": ["length"], "subject_to": ["total"]}, "must be an outcome, an operator"),
        ({"minimise": ["length"], "subject_to": ["totl < 1"]}, 'no outcome "totl"'),
        ({"minimise": ["length"], "levers": ["x"]}, 'write it as "NAME = LEAST:MOST"'),
        ({"minimise": ["length"], "levers": ["x=1:0"]}, "LEAST:MOST"),
        ({"minimise": ["length"], "levers": ["z=0:1"]}, 'no input "z"'),
        ({"minimise": ["length"], "levers": ["x=0:3"]}, "3 is outside the limits"),
        ({"minimise": ["length"], "population": 1}, "--population 1: must be from 4"),
        ({"minimise": ["length"], "share": 0.0}, "--share 0"),
        ({"minimise": ["when"], "futures": 5}, "put it under --subject-to"),
    ],
)
def test_what_cannot_be_asked_is_told(question: Question, asked: dict[str, object], told: str) -> None:
    with pytest.raises(ExperimentError, match=told):
        optimise(question.study, question.model, **asked)  # type: ignore[arg-type]


def test_a_study_without_levers_is_told() -> None:
    other = load(Path(__file__).parents[2] / "models" / "richardson.toml")
    with pytest.raises(StudyError, match=r"a table \[search.NAME\] does"):
        optimise(other.study, other.model, minimise=[next(iter(other.study.outcomes))])
