"""The page of research questions as a browser shows it: run for real on small models, in order, offline and safe."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import xarray as xr
from test_report_in_browser import CLASHES, DRAWN, HOSTILE, OVERFLOW

from sdmodel.analysis.finding import Finding
from sdmodel.cli.inquiry import Inquiry, Written, inquire
from sdmodel.report.answers import Answer, Answered
from sdmodel.report.questions_page import questions, render, split
from sdmodel.study.questions import ResearchQuestion, read_questions

ASKED = """
title = "Three small questions"
[questions.Peak]
question = "What moves the peak of an epidemic?"
commands = [
  ["morris", "sir", "--n", "6", "--seed", "1", "--outcome", "peak"],
  ["equilibria", "core_spiral", "--set", "uncertainty=0"],
]
numbers = [
  { number = "mu_star", over = "input", words = "Effect", along = "of", at = {outcome = "peak", scenario = "nothing" } }
]
limits = "Six trajectories."
caveats = ["With the model's own ranges."]
[questions.Prey]
question = "When is there more prey than half?"
commands = [["morris", "sir", "--nonsense"], ["morris", "lotka_volterra", "--n", "4", "--seed", "1"]]
[questions.Why]
question = "What is the meaning of it?"
unanswered = "A model does not tell."
"""
SECTIONS = "[...document.querySelectorAll('section.asked h2')].map(head => head.textContent)"
SHOWN = "document.querySelector('#question-%s').textContent"


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """The three questions, answered by their commands."""
    folder = tmp_path_factory.mktemp("asked")
    path = folder / "asked.toml"
    path.write_text(ASKED, encoding="utf-8")
    return inquire(path, folder / "out")


def test_each_question_stands_in_order_with_sentence_table_figure_and_commands(
    answered: Written, open_page: Callable
) -> None:
    seen = open_page(answered.page)
    assert seen.js(SECTIONS) == [
        "What moves the peak of an epidemic?",
        "When is there more prey than half?",
        "What is the meaning of it?",
    ]
    overview = seen.js("[...document.querySelectorAll('#overview tbody tr')].map(row => row.textContent)")
    peak, prey, _ = answered.every
    for row, said in zip(
        overview, (split(peak.answers[0].sentence)[0], split(prey.answers[1].sentence)[0]), strict=False
    ):
        assert said in row.replace("\u00a0", " ")
    assert ["partly answered" in overview[0], "failed" in overview[1], "not answered" in overview[2]] == [True] * 3
    shown = seen.js(SHOWN % "Peak").replace("\u00a0", " ")
    for part in (
        peak.answers[0].sentence,
        "Six trajectories.",
        "With the model's own ranges.",
        "sdmodel morris sir --n 6",
    ):
        assert part in shown
    heads = "[...document.querySelectorAll('#question-Peak .exhibit .beside thead th')].map(h => h.textContent)"
    assert seen.js(heads) == ["Of", "Effect"]
    assert "seed 1, " in shown
    assert "There is no honest answer yet.A model does not tell." in seen.js(SHOWN % "Why").replace("\n", "")
    assert "Something failed: sdmodel morris sir --nonsense" in seen.js(SHOWN % "Prey")
    assert seen.requests == [answered.page.resolve().as_uri()]
    assert seen.complaints == []


def test_all_figures_are_drawn_when_they_are_unfolded_and_fit_a_phone(answered: Written, open_page: Callable) -> None:
    seen = open_page(answered.page, 390)
    seen.js("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    seen.until(f"{DRAWN}.every(traces => traces > 0)")
    assert seen.js("document.querySelectorAll('.plot').length") >= 3
    keys = seen.js("[...document.querySelectorAll('[id]')].map(one => one.id)")
    assert len(keys) == len(set(keys))
    assert seen.js(OVERFLOW) <= 0
    assert seen.js(CLASHES) == []


def test_words_of_a_hostile_questions_file_stay_words(tmp_path: Path, open_page: Callable) -> None:
    """In title, names, questions, reasons, limits, caveats and words of numbers; commands of it are refused."""
    told = [json.dumps(one) for one in HOSTILE]
    morris = '["morris", "sir", "--n", "2", "--seed", "1", "--outcome", "peak"]'
    at = 'at = { outcome = "peak", scenario = "nothing" }'
    text = f"""
title = {told[0]}
[questions.{told[1]}]
question = {told[2]}
commands = [{morris}, [{told[3]}, {told[4]}]]
numbers = [{{ number = "mu_star", over = "input", {at}, words = {told[3]}, along = {told[4]} }}]
limits = {told[0]}
caveats = [{told[5]}]
[questions."../../x"]
question = {told[5]}
unanswered = {told[0]}
"""
    path = tmp_path / "asked.toml"
    path.write_text(text, encoding="utf-8")
    page = inquire(path, tmp_path / "out").page
    seen = open_page(page)
    seen.js("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    seen.until(f"{DRAWN}.every(traces => traces > 0)")
    assert seen.js("window.hacked") is None
    assert seen.complaints == []
    assert seen.requests == [page.resolve().as_uri()]
    assert seen.js("document.querySelectorAll('main img, main a[href^=javascript], .plot a, main script').length") == 0
    assert seen.js("document.querySelector('h1').textContent") == HOSTILE[0]
    assert sorted(one.name for one in (tmp_path / "out" / "findings").iterdir()) == ["question.1-1.json"]
    assert not (tmp_path / "x-1.json").exists()


def test_the_same_answers_give_the_same_page_and_can_be_read_again(answered: Written, tmp_path: Path) -> None:
    """From answers.json and the findings beside it; a question with a failure is asked again instead."""
    out, path = shutil.copytree(answered.page.parent, tmp_path / "out"), answered.page.parent.parent / "asked.toml"
    again = Inquiry(path, read_questions(path), out).write(())
    assert [one.asked.name for one in again.every] == ["Peak", "Why"]
    assert again.lost == ("Prey",)
    first = answered.every[0]
    assert render("x", (first,)) == render("x", (first,))
    assert [one.sentence for one in again.every[0].answers] == [one.sentence for one in first.answers]


@pytest.mark.parametrize(
    ("sentence", "parts"),
    [
        ("One. Two. Three.", ("One.", "Two. Three.")),
        ("Hawk or dove? It is dove. And so on.", ("Hawk or dove? It is dove.", "And so on.")),
        ("It holds in 2.5 % of 3.5 futures.", ("It holds in 2.5 % of 3.5 futures.", "")),
        ("Why?", ("Why?", "")),
    ],
)
def test_the_first_sentence_is_the_short_answer(sentence: str, parts: tuple[str, str]) -> None:
    assert split(sentence) == parts


def test_a_question_whose_commands_all_failed_is_on_the_page() -> None:
    asked = ResearchQuestion("Q", "Why?", commands=(("morris", "sir"),))
    [told] = questions("x", (Answered(asked, (Answer(("morris", "sir"), failure="no runs."),)),)).told
    assert (told.status, told.short, told.plate, told.table) == ("failed", "", None, None)
    assert told.failures == ("sdmodel morris sir: no runs.",)


def test_a_finding_that_cannot_be_drawn_is_told_without_its_figures() -> None:
    """One that an older sdmodel wrote, say: its sentence stays, and so do all other answers."""
    asked = ResearchQuestion("Q", "Why?", commands=(("morris", "sir"),))
    damaged = Finding("tipping", xr.Dataset(), "It tips.")
    [told] = questions("x", (Answered(asked, (Answer(("morris", "sir"), "It tips.", finding=damaged),)),)).told
    assert (told.short, told.plate, told.table) == ("It tips.", None, None)
    assert "figures and tables cannot be shown, for a fault inside sdmodel" in told.failures[0]
