"""Each loop of a study is knocked out, and the finding tells what that moves and which sign the loop has."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sdmodel.analysis import files
from sdmodel.analysis.finding import Finding
from sdmodel.analysis.loops.polarity import Polarity, polarities
from sdmodel.analysis.reality.structure import of_loops
from sdmodel.engine.compiled import simulate
from sdmodel.errors import ExperimentError, StudyError
from sdmodel.pipeline.loops.knock_outs import loops
from sdmodel.pipeline.question import load
from sdmodel.read import read
from sdmodel.report.figures.loops import HEADS, SHOWN, loops_figure

EQUATIONS = (
    "births = growth rate * stock",
    "deaths = crowding * stock * stock",
    "stock = INTEG(births - deaths, 1)",
    "growth rate = 0.5",
    "crowding = 0.1",
    "idle = 1",
)
STUDY = """\
model = "tiny.mdl"
baseline = "base"
[report]
compare = ["base"]
[scenarios.base]
[scenarios.crowded]
"crowding" = 0.2
[outcomes.end]
title = "Stock at the end"
variable = "stock"
reduce = "last"
[outcomes.late]
variable = "stock"
reduce = { first = "> 4" }
[loops.R]
title = "Births"
kind = "reinforcing"
path = ["stock", "births"]
knock_out = { "growth rate" = 0 }
[loops.B]
kind = "balancing"
path = ["stock", "deaths"]
knock_out = { "crowding" = 0 }
"""
DEAD = """\
[loops.D]
kind = "balancing"
path = ["stock", "births"]
knock_out = { "idle" = 0 }
"""


@pytest.fixture
def asked(mdl: Callable[..., Path]) -> Callable[[str], Finding]:
    """Writes a study on a model of limited growth, and knocks out its loops."""

    def asked(text: str = STUDY, **more: object) -> Finding:
        model = mdl(*EQUATIONS, stop=20, step=0.25)
        path = model.with_name("study.toml")
        path.write_text(text, encoding="utf-8")
        question = load(path)
        return loops(question.study, question.model, **more)  # type: ignore[arg-type]

    return asked


def test_outcomes_without_a_loop_are_those_of_runs_with_its_knock_out(
    asked: Callable[..., Finding], mdl: Callable[..., Path]
) -> None:
    table = asked().table
    assert table.sizes == {"loop": 2, "scenario": 1, "outcome": 2}
    for name, equation in (("R", "growth rate = 0"), ("B", "crowding = 0")):
        replaced = [one for one in EQUATIONS if not one.startswith(equation.split(" =")[0] + " =")]
        there = simulate(read(mdl(*replaced, equation, stop=20, step=0.25)))["stock"].values[0, -1]
        assert float(table["without_loop"].sel(loop=name, scenario="base", outcome="end")) == pytest.approx(there)
    change = table["without_loop"] - table["with_loop"]
    np.testing.assert_array_equal(table["change"].values, change.transpose(*table["change"].dims).values)


def test_each_loop_has_its_sign_and_says_what_it_is(asked: Callable[..., Finding]) -> None:
    table = asked().table
    assert list(table["kind"].values) == ["reinforcing", "balancing"]
    assert list(table["title"].values) == ["Births", "B"]
    assert list(table["path"].values) == ["stock → births → stock", "stock → deaths → stock"]
    assert list(table["knock_out"].values) == ["growth rate = 0", "crowding = 0"]
    assert list(table["cut"].values) == ["stock → births", "stock → deaths"]
    assert (table["reinforcing"].values > 0).tolist() == [True, False]
    assert (table["balancing"].values > 0).tolist() == [False, True]


def test_the_sentence_tells_the_strongest_loop_of_each_kind(asked: Callable[..., Finding]) -> None:
    assert asked().sentence == (
        'What matters most under "Base": of the reinforcing loops, '
        "without Births (R) stock at the end is 0.33 and not 5; "
        "of the balancing loops, without B (B) stock at the end is 12,365 and not 5. 2 feedback loops were knocked out "
        "one by one."
    )


def test_a_dead_switch_is_told_and_fails(asked: Callable[..., Finding]) -> None:
    finding = asked(STUDY + DEAD)
    assert finding.table["alive"].values.tolist() == [True, True, False]
    assert finding.sentence.endswith("The knock-out moves nothing in any scenario: D.")
    holds = {one.name: (one.holds, one.worst) for one in of_loops(finding)}
    assert holds["Loop knock-out"] == (False, "D moves nothing: a dead switch")
    assert holds["Loop polarity"] == (False, "D goes round with the other sign")
    assert holds["Loop structure"][0]


def test_a_loop_alive_in_a_scenario_that_is_not_compared_is_alive(asked: Callable[..., Finding]) -> None:
    off = STUDY.replace("[scenarios.base]\n", '[scenarios.base]\n"crowding" = 0\n')
    finding = asked(off)
    assert finding.table["alive"].values.tolist() == [True, True]
    assert str(finding.table["most_in"].sel(loop="B").values) == "crowded"
    assert float(finding.table["change"].sel(loop="B", scenario="base", outcome="end")) == 0


def test_an_outcome_that_comes_to_have_no_value_has_moved(asked: Callable[..., Finding]) -> None:
    table = asked().table
    assert np.isnan(float(table["without_loop"].sel(loop="R", scenario="base", outcome="late")))
    assert str(table["most_moved"].sel(loop="R").values) in ("end", "late")
    assert bool(table["alive"].sel(loop="R"))


def test_outcomes_may_be_chosen(asked: Callable[..., Finding]) -> None:
    assert list(asked(outcomes=["late"]).table["outcome"].values) == ["late"]
    told = asked(STUDY + '[structure]\neffects = ["late"]\n')
    assert list(told.table["outcome"].values) == ["late"]
    with pytest.raises(ExperimentError, match=r'no outcome "lat"\. Did you mean "late"'):
        asked(outcomes=["lat"])


def test_a_study_without_loops_or_outcomes_is_refused(asked: Callable[..., Finding]) -> None:
    with pytest.raises(StudyError, match=r"the study has no loops; a table \[loops\.NAME\] makes one"):
        asked(STUDY[: STUDY.index("[loops.R]")])
    without = STUDY[: STUDY.index("[outcomes.end]")] + STUDY[STUDY.index("[loops.R]") :]
    with pytest.raises(StudyError, match="no outcome by which loops could be judged"):
        asked(without)


def test_a_scheduled_scenario_is_knocked_out_too(asked: Callable[..., Finding]) -> None:
    stepped = STUDY.replace('"crowding" = 0.2', '"growth rate" = { step = { at = 5, value = 0.7 } }')
    table = asked(stepped.replace('compare = ["base"]', 'compare = ["crowded"]')).table
    assert list(table["scenario"].values) == ["base", "crowded"]
    numbers = table["without_loop"].sel(loop="R", outcome="end").values
    assert numbers[0] == pytest.approx(numbers[1])


def test_the_finding_survives_being_kept_and_drawn(asked: Callable[..., Finding]) -> None:
    finding = asked()
    again = files.from_dict(json.loads(files.to_json(finding)))
    figure = loops_figure(again)
    assert figure == loops_figure(finding)
    assert figure.alt.startswith("Stock at the end under Base without each of 2 feedback loops, 5.00 with all")
    bars = figure.spec["data"][0]
    assert bars["orientation"] == "h"
    assert bars["x"] == sorted(bars["x"], key=abs, reverse=True)
    assert len(bars["x"]) == 2 <= SHOWN
    assert all(len(row) == len(HEADS) for row in figure.rows)
    assert [row[0] for row in figure.rows] == ["B", "R Births"]
    assert len(loops_figure(finding, "late").spec["data"][0]["x"]) == 1


def test_a_link_without_effect_just_there_has_no_sign(mdl: Callable[..., Path]) -> None:
    model = read(mdl("flow = MIN(2, stock)", "stock = INTEG(-flow, 10)"))
    states = [{"stock": 10.0, "flow": 2.0}, {"stock": 1.0, "flow": 1.0}]
    drain = {"drain": ("stock", "flow")}
    assert polarities(model, drain, states) == {"drain": Polarity(reinforcing=0, balancing=1, none=1)}
    assert polarities(model, drain, [{"flow": 1.0}]) == {"drain": Polarity(none=1)}
