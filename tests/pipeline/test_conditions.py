"""Boundaries of behaviours that set a run against itself with a variant, and of several that all have to hold.

Third states that hedge lose cut (1 - hedging) where those who took sides lose cut; hedging frightens by alarm push. So
hedging pays where cut > 0, and frightens nobody where push < (1 + ease)/2, by algebra.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sdmodel.errors import ExperimentError
from sdmodel.pipeline.question import Question, load
from sdmodel.pipeline.tipping.boundary import tipping
from sdmodel.report.figures.tipping import tipping as figure

EQUATIONS = (
    "loss = INTEG((cut - 0.25) * (1 - hedging), 0)",
    "threat = hedging * push + (1 - hedging) * (1 + ease)/2",
    *("hedging = 1", "cut = 0.5", "push = 0.5", "ease = 0", "shock = 0"),
)
STUDY = """\
model = "tiny.mdl"
baseline = "drift"
[scenarios.drift]
[scenarios.eased]
"ease" = 0.5
[shocks.alarm]
"push" = 1
[variants.sides]
"hedging" = 0
[variants.easier]
"ease" = 0.6
"""
PAYS = "hedging pays: end(run, 'loss') < end(run + sides, 'loss')"
CALMS = "it frightens nobody: end(run, 'threat') <= end(run + sides, 'threat')"
PLANE = ("cut=0:1", "push=0:1")


@pytest.fixture(scope="module")
def question(mdl: Callable[..., Path]) -> Question:
    path = mdl(*EQUATIONS, stop=4).with_name("asked.toml")
    path.write_text(STUDY, encoding="utf-8")
    return load(path)


def test_a_run_is_set_against_itself_with_a_variant(question: Question) -> None:
    found = tipping(question, "end(run, 'threat') <= end(run + sides, 'threat')", "push=0:1", tolerance=1e-9).table
    assert found["boundary_x"].values == pytest.approx([0.5], abs=1e-8)


def test_several_variants_and_another_scenario_can_be_named(question: Question) -> None:
    """Under eased the limit is 0.75, with `easier` over sides 0.8; a variant of all runs counts in all."""
    for words, options, limit in (
        ("end(run, 'threat') <= end(eased + sides, 'threat')", {}, 0.75),
        ("end(run, 'threat') <= end(run + sides, 'threat')", {"scenario": "eased"}, 0.75),
        ("end(run, 'threat') <= end(run + sides + easier, 'threat')", {}, 0.8),
        ("end(run, 'threat') <= end(run + sides, 'threat')", {"variants": ["easier"]}, 0.8),
    ):
        found = tipping(question, words, "push=0:1", tolerance=1e-9, **options).table
        assert found["boundary_x"].values == pytest.approx([limit], abs=1e-8), words


def test_all_of_several_conditions_have_to_hold(question: Question) -> None:
    """The region is the corner cut > 0.25, push <= 0.5: three eighths of the plane; each edge is told by itself."""
    finding = tipping(question, [PAYS, CALMS], *PLANE, tolerance=1e-6, cells=16)
    table = finding.table
    x, y = table["boundary_x"].values, table["boundary_y"].values
    assert np.all((np.abs(x - 0.25) < 1e-3) & (y < 0.501) | (np.abs(y - 0.5) < 1e-3) & (x > 0.249))
    assert table["condition"].values.tolist() == ["hedging pays", "it frightens nobody"]
    assert table["condition_share"].values[0] == pytest.approx([0.75, 0.5], abs=0.04)
    assert float(table["share"][0]) == pytest.approx(0.375, abs=0.04)
    edges = table["edge_of"].values
    np.testing.assert_allclose(table["edge_x"].values[edges == 0], 0.25, atol=1e-5)
    np.testing.assert_allclose(table["edge_y"].values[edges == 1], 0.5, atol=1e-5)
    assert finding.sentence.startswith("Hedging pays and it frightens nobody: in ")
    assert 'By itself, "hedging pays" holds in ' in finding.sentence
    assert any(note.startswith('"hedging pays" stands for end(run, ') for note in finding.caveats)
    dashed = [trace for trace in figure(finding).spec["data"] if trace.get("line", {}).get("dash") == "dash"]
    assert [trace["name"] for trace in dashed] == ["hedging pays", "it frightens nobody"]


def test_along_one_input_all_conditions_have_to_hold_too(question: Question) -> None:
    table = tipping(question, [PAYS, CALMS], "cut=0:1", tolerance=1e-9).table
    assert table["boundary_x"].values == pytest.approx([0.25], abs=1e-8)
    assert table["condition_share"].values[0] == pytest.approx([0.75, 1.0])


@pytest.mark.parametrize(
    ("words", "options", "told"),
    [
        ("end(run + side, 'threat') > 1", {}, "no shock or variant"),
        ("end(run + sides + sides, 'threat') > 1", {}, "asked for twice"),
        ("end(run + sides, 'threat') > 1", {"variants": ["sides"]}, "lies over all runs already"),
        ("end(sides, 'threat') > 1", {}, "no scenario"),
        ("end(run + , 'threat') > 1", {}, "the name of a run"),
        ([PAYS] * 21, {}, "up to 20 times"),
    ],
)
def test_runs_that_there_are_not_are_refused(question: Question, words, options, told: str) -> None:
    with pytest.raises(ExperimentError, match=told):
        tipping(question, words, "push=0:1", **options)


def test_a_shock_can_lie_over_a_run(question: Question) -> None:
    """With the alarm push is 1 instead of 0.5, so that the threat is above 0.5 everywhere."""
    found = tipping(question, "end(run + alarm, 'threat') > 0.5", "cut=0:1").table
    assert found["holds"].values.min() == 1


def test_reality_checks_name_runs_of_their_own_alone(question: Question, tmp_path: Path) -> None:
    from sdmodel.errors import StudyError
    from sdmodel.study.file import read_study

    check = '[checks.A]\nstatement = "If so, then so"\nruns.a = { scenario = "drift" }\n'
    path = tmp_path / "asked.toml"
    path.write_text(f"{STUDY}{check}expect = [\"end(a + sides, 'loss') > 1\"]\n", encoding="utf-8")
    with pytest.raises(StudyError, match=r'the check has no run "a \+ sides"'):
        read_study(path)
