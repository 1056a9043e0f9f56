"""Figures of reality checks say what is drawn, what came of the check, and what risk means."""

import numpy as np
import pytest

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.reality.finding import Drawn, finding_of
from sdmodel.analysis.reality.verdicts import Sides, Verdict
from sdmodel.report.figures.reality import CheckFigure, reality, verdict_words

TIMES = np.arange(2020.0, 2046.0, 0.25)
RISING, FALLING = np.linspace(0.1, 0.9, TIMES.size), np.linspace(0.9, 0.2, TIMES.size)


def drawn(
    check: str, run: str, variable: str, values: np.ndarray = RISING, units: str = "Dmnl", risk: bool = False
) -> Drawn:
    return Drawn(check, run, f"Title <of> {run}", variable, units, risk, values)


@pytest.fixture
def finding() -> Finding:
    broken = Sides("end(a, 'x') < 1", 1.25, "<", 1.0, False)
    found = [
        Verdict(
            "R1", "If tightened, then feared", "behaviour", ("C1",), True, futures=1000, held=970, low=0.957, high=0.979
        ),
        Verdict(
            "R2",
            "If <b>cut</b>, then lower",
            "structure",
            (),
            False,
            (broken,),
            futures=1000,
            held=4,
            low=0.002,
            high=0.01,
        ),
        Verdict("R3", "If broken, then told", "structure", (), False, failure='run "a" failed: "x" is inf at time 3.'),
        Verdict("R4", "If nothing is drawn, then no figure", "", (), True),
    ]
    courses = [
        *(
            drawn("R1", run, name, units=unit)
            for name, unit in (("x", "Dmnl"), ("loss", "Dollar"), ("y", "Dmnl"), ("z", "Dmnl"))
            for run in ("a", "b")
        ),
        drawn("R2", "a", "crisis", FALLING, risk=True),
        drawn("R3", "a", "x", np.full(TIMES.size, np.nan)),
    ]
    return finding_of(found, courses, TIMES, study="s", seed=2021, unit="Year")


@pytest.fixture
def figures(finding: Finding) -> dict[str, CheckFigure]:
    return {one.verdict.name: one for one in reality(finding)}


def test_each_check_with_courses_has_a_figure_and_those_that_fail_come_first(figures: dict[str, CheckFigure]) -> None:
    assert list(figures) == ["R2", "R3", "R1"]
    assert len({one.figure.key for one in figures.values()}) == 3


def test_the_title_has_the_verdict_and_the_statement(figures: dict[str, CheckFigure]) -> None:
    assert figures["R1"].figure.title == "R1 holds: If tightened, then feared"
    assert figures["R2"].figure.title == "R2 fails: If <b>cut</b>, then lower"


def test_the_note_tells_share_interval_runs_and_seed(figures: dict[str, CheckFigure]) -> None:
    note = figures["R1"].note.replace("\u00a0", " ")
    assert "in 97 % of 1,000 futures (95 % interval: 96 % to 98 %)" in note
    assert "2 runs with the model's own numbers" in note
    assert "seed 2021" in note
    assert "<1 % of 1,000 futures" in figures["R2"].note.replace("\u00a0", " ")
    assert "end(a, 'x') < 1 would need 1.25 < 1" in figures["R2"].note


def test_a_check_whose_run_failed_says_so(figures: dict[str, CheckFigure]) -> None:
    assert figures["R3"].note.startswith('Fails: run "a" failed: "x" is inf at time 3.')
    assert "seed" not in figures["R3"].note


def test_risk_asks_for_its_sentence_and_only_there(figures: dict[str, CheckFigure]) -> None:
    assert {name: one.figure.risk for name, one in figures.items()} == {"R1": False, "R2": True, "R3": False}


def test_variables_of_one_unit_share_a_figure_as_long_as_lines_can_be_told_apart(
    figures: dict[str, CheckFigure],
) -> None:
    """Two runs, two variables: four lines; the loss has another unit, and z finds no room."""
    one = figures["R1"]
    assert [(line.title, line.tint, line.dash) for line in one.legend] == [
        ("Title <of> a: x", 0, "solid"),
        ("Title <of> b: x", 1, "solid"),
        ("Title <of> a: y", 0, "dash"),
        ("Title <of> b: y", 1, "dash"),
    ]
    assert one.figure.above == "x and y"
    assert [trace["line"]["color"] for trace in one.figure.spec["data"]] == ["--s0", "--s1", "--s0", "--s1"]


def test_lines_hold_the_courses_thinned_and_names_are_no_html(figures: dict[str, CheckFigure]) -> None:
    (trace,) = figures["R2"].figure.spec["data"]
    assert (trace["x"][0], trace["x"][-1], trace["y"][0], trace["y"][-1]) == (2020.0, 2045.75, 0.9, 0.2)
    assert len(trace["x"]) <= 101
    assert trace["name"] == "Title &lt;of&gt; a"


def test_the_table_behind_a_figure_has_heads_and_a_row_for_each_line(figures: dict[str, CheckFigure]) -> None:
    one = figures["R2"]
    assert one.heads == ("Run", "2020", "2033", "2045.8")
    assert one.figure.rows == (("Title <of> a", "0.90", "0.55", "0.20"),)
    assert "crisis from 0.90 to 0.20" in one.figure.alt


def test_a_course_that_is_nowhere_known_is_drawn_as_nothing(figures: dict[str, CheckFigure]) -> None:
    (trace,) = figures["R3"].figure.spec["data"]
    assert set(trace["y"]) == {None}


def test_all_futures_are_told_as_all() -> None:
    held = Verdict("R", "", "", (), True, futures=50, held=50, low=0.93, high=1.0)
    assert "in all 50 futures" in verdict_words(held)
    assert verdict_words(Verdict("R", "", "", (), True)) == "Holds with the model's own numbers."
