"""`reassure` finds the least intensity that meets a target: a closed form, two sides, futures, and what fails."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sdmodel.analysis import files
from sdmodel.errors import ExperimentError, StudyError
from sdmodel.pipeline.levers.minimal import reassure
from sdmodel.pipeline.question import Question, load
from sdmodel.report.figures.reassure import reassure_figures

MODELS = Path(__file__).parents[2] / "models"
# In the end the stock is 1 + noise - (a + 2 b + accord): what each effort is worth is known.
EQUATIONS = (
    *("stock = INTEG(-(effort of a + 2 * effort of b + accord)/4, 1 + noise)", "effort of a = 0", "effort of b = 0"),
    *("accord = 0", "noise = 0", "cost of a = effort of a + 0 * stock", "hump = level * (1 - level)", "level = 0"),
    *("wave = hump + 0 * stock",),
)
STUDY = """\
model = "tiny.mdl"
baseline = "base"
seed = 3
[scenarios.base]
[scenarios.ahead]
"effort of a" = 0.2
[uncertainties]
"noise" = { distribution = "uniform", low = 0, high = 1 }
[outcomes.end]
variable = "stock"
reduce = "last"
[outcomes.cost]
title = "Cost of A"
variable = "cost of a"
reduce = "mean"
[outcomes.height]
variable = "wave"
reduce = "last"
[outcomes.when]
variable = "stock"
reduce = { first = "< 0.5" }
[targets.low]
requires = ["end <= 0.4"]
limits = [0.2, 0.4, 0.6]
[targets.wavy]
requires = ["height >= 0.2"]
[targets.early]
requires = ["when <= 3"]
[targets.never]
requires = ["when > 100"]
[search.alone]
levers = { "effort of a" = 1 }
cost = "cost"
[search.pact]
title = "A pact"
target = "low"
share = 0.5
levers = { "accord" = 1 }
[search.pact.sides.a]
levers = { "effort of a" = [0, 1] }
cost = "cost"
[search.pact.sides.b]
levers = { "effort of b" = [0, 1] }
[search.hump]
levers = { "level" = 1 }
[search.late]
levers = { "effort of a" = 1 }
from = 1
over = 2
"""


@pytest.fixture(scope="module")
def question(mdl: Callable[..., Path]) -> Question:
    path = mdl(*EQUATIONS, stop=4, step=0.125, saveper=0.125).with_name("asked.toml")
    path.write_text(STUDY, encoding="utf-8")
    return load(path)


def least(question: Question, **asked: object) -> np.ndarray:
    return reassure(question.study, question.model, futures=0, **asked).table["least"].values  # type: ignore[arg-type]


def test_the_closed_form_of_the_core_spiral_is_found() -> None:
    """R_min = [θΠ(1 - X)(u + (1 - u)X)/X - δ]/ρ, for the target and for each of its limits."""
    question = load(MODELS / "core_spiral.toml")
    table = reassure(question.study, question.model, futures=0).table
    assert table["least"].values == pytest.approx([0.404444], abs=1e-5)
    x = table["limit"].values
    known = (0.7 * 0.3 * (1 - x) * (0.2 + 0.8 * x) / x - 0.07) / 0.45
    np.testing.assert_allclose(table["limit_least"].values, known, atol=1e-5)


def test_the_closed_form_holds_in_each_future() -> None:
    question = load(MODELS / "core_spiral.toml")
    found = reassure(question.study, question.model, futures=60, seed=4).table
    from sdmodel.design.sequences import lhs

    drawn = lhs(question.study, 60, seed=4)
    u, harm, learning = (drawn[name].values for name in ("uncertainty", "harm", "learning rate"))
    known = (learning * harm * (1 - 0.25) * (u + (1 - u) * 0.25) / 0.25 - 0.07) / 0.45
    known = np.sort(np.clip(known, 0, None))
    assert float(found["reachable"][0]) == (known <= 1).mean()
    assert float(found["enough"][0]) == pytest.approx(known[int(np.ceil(0.9 * 60)) - 1], abs=1e-3)
    assert float(found["met"][0]) >= 0.9


def test_both_alike_one_alone_and_each_given_the_other(question: Question) -> None:
    """The target needs a + 2 b + least(a, b) = 0.6."""
    finding = reassure(question.study, question.model, search="pact", futures=0)
    table = finding.table
    assert table["least"].values == pytest.approx([0.15, 0.6, 0.3], abs=1e-6)
    a = table["first"].values
    # where b is the lesser a + 3 b = 0.6, else 2 a + 2 b = 0.6
    needed = np.where(a < 0.15, (0.6 - 2 * a) / 2, np.where(a < 0.6, (0.6 - a) / 3, 0))
    np.testing.assert_allclose(table["second_needed"].values, needed, atol=1e-6)
    assert table["cost_least"].values[:, 0] == pytest.approx([0.15, 0.6, 0.0], abs=1e-6)
    assert "moves as far as the side that does less" in " ".join(finding.caveats)
    told = "both alike, an intensity of 0.15 is enough. A alone: an intensity of 0.6 is enough. B alone: an intensity"
    assert f": {told} of 0.3 is enough." in finding.sentence


def test_futures_have_a_quantile_and_a_share_that_is_met(question: Question) -> None:
    """The start is 1 + noise, noise even over [0, 1]: alone, A needs 0.6 + noise, B half of that."""
    table = reassure(question.study, question.model, search="pact", futures=100).table
    assert table["enough"].values == pytest.approx([(0.6 + 0.5) / 4, np.nan, 0.55], abs=0.01, nan_ok=True)
    assert table["reachable"].values == pytest.approx([1, 0.4, 1], abs=0.02)
    assert table["met"].values[[0, 2]] == pytest.approx(0.5, abs=0.011)
    np.testing.assert_allclose(table["second_enough"].values[-1], (1.1 - 1) / 3, atol=0.01)
    assert table["limit_low"].values == pytest.approx([0.85 / 4, 0.65 / 4, 0.45 / 4], abs=0.01)


def test_where_the_scenario_stands_is_intensity_zero_unless_the_near_end_is_written(question: Question) -> None:
    table = reassure(question.study, question.model, search="alone", scenario="ahead", futures=0).table
    assert float(table["least"][0]) == pytest.approx(0.5, abs=1e-6)  # from 0.2 half the way to 1 is 0.6
    assert float(table["lever_least"][0, 0]) == pytest.approx(0.6, abs=1e-6)
    assert float(table["cost_before"][0]) == pytest.approx(0.2)


def test_levers_may_move_in_time(question: Question) -> None:
    """From time 1 over 2 units, by Euler's steps of 1/8: the value counts 15/16 + 1 times instead of 4."""
    assert least(question, search="late", target="low") == pytest.approx([np.nan], nan_ok=True)
    found = reassure(question.study, question.model, search="late", target="low", futures=0).table
    assert float(found["limit_least"][2]) == pytest.approx(0.4 * 4 / (15 / 16 + 1), abs=1e-6)


def test_more_that_is_not_better_is_told(question: Question) -> None:
    """level (1 - level) >= 0.2 holds between 0.276 and 0.724 alone."""
    finding = reassure(question.study, question.model, search="hump", target="wavy", futures=0)
    assert finding.table["least"].values == pytest.approx([0.5 - np.sqrt(0.05)], abs=1e-6)
    assert "More is not always enough: in the base run" in " ".join(finding.caveats)


def test_what_never_comes_is_later_than_every_limit(question: Question) -> None:
    assert least(question, search="alone", target="never") == pytest.approx([0.0])
    assert least(question, search="alone", target="early")[0] == pytest.approx(0.5 * 4 / 3, rel=0.05)


def test_one_side_can_be_asked_for(question: Question) -> None:
    finding = reassure(question.study, question.model, search="pact", side="b", futures=0)
    assert finding.table["who"].values.tolist() == ["b"]
    assert "surface" not in finding.table


def test_the_finding_is_kept_and_drawn(question: Question) -> None:
    finding = reassure(question.study, question.model, search="pact", futures=20)
    again = files.from_dict(files.to_dict(finding))
    assert again.table.equals(finding.table)
    sides, curve, *_ = reassure_figures(again)
    assert {"contour", "scatter"} == {trace["type"] for trace in sides.spec["data"]}
    line = next(trace for trace in sides.spec["data"] if trace.get("name") == "just enough, base run")
    assert line["y"][0] == pytest.approx(0.3, abs=1e-3)
    assert [row[0] for row in curve.rows] == ["0.2", "0.4", "0.6"]
    assert len(reassure_figures(reassure(question.study, question.model, search="hump", target="wavy", futures=0))) == 0


def test_progress_is_told_stage_by_stage(question: Question) -> None:
    told: list[str] = []
    reassure(
        question.study, question.model, search="pact", futures=10, progress=lambda stage, *_: told.append(stage)
    )  # fmt: skip
    assert {"Base run", "Futures", "Futures, bisection", "Limits", "Each side given the other"} <= set(told)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"search": "pakt"}, 'no search "pakt". Did you mean "pact"'),
        ({"target": "lo"}, 'no target "lo"'),
        ({"scenario": "bas"}, 'no scenario "bas"'),
        ({"search": "pact", "side": "c"}, 'no side "c"'),
        ({"search": "alone", "side": "a"}, "has no sides"),
        ({"share": 0.0}, "must be above 0"),
        ({"futures": -1}, "0 to 100,000"),
    ],
)
def test_what_cannot_be_asked_is_told(question: Question, asked: dict[str, object], told: str) -> None:
    with pytest.raises(ExperimentError, match=told):
        reassure(question.study, question.model, **{"futures": 0, **asked})  # type: ignore[arg-type]


def test_a_study_without_search_or_target_is_told() -> None:
    question = load(MODELS / "richardson.toml")
    with pytest.raises(StudyError, match=r"a table \[search.NAME\] does"):
        reassure(question.study, question.model)
