"""Research questions from a file are answered by the commands that it names, and nothing else is done for it."""

import json
import re
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest

from sdmodel import pipeline
from sdmodel.analysis import files
from sdmodel.cli import answering, shipped
from sdmodel.cli.questions import asked_by
from sdmodel.errors import StudyError
from sdmodel.model.names import key
from sdmodel.pipeline.question import Question
from sdmodel.pipeline.tipping.behaviour import Under
from sdmodel.pipeline.tipping.conditions import conditions
from sdmodel.study.questions import read_questions

SHIPPED = shipped.folder() / "questions" / "questions.toml"
ASKED = read_questions(SHIPPED)
SMALL = """
title = "Small"
[runs.epidemic]
command = ["sweep", "sir", "--futures", "8", "--seed", "1"]
[questions.A]
question = "Which policy has the smallest peak?"
runs = ["epidemic"]
commands = [["compare", "{epidemic}", "--outcome", "peak"]]
numbers = [{ number = "pairs", over = "scenario", at = { outcome = "peak" }, words = "Futures compared" }]
limits = "Eight futures."
[questions.B]
question = "Where does the spiral rest?"
commands = [["equilibria", "core_spiral", "--set", "uncertainty=0"]]
caveats = ["Without doubt."]
[questions.C]
question = "What is the meaning of it?"
unanswered = "A model does not tell."
"""
QUICK = """
[questions.A]
question = "Which number has the smallest effect?"
commands = [["morris", "sir", "--n", "4", "--seed", "1", "--outcome", "peak"]]
[questions.B]
question = "Which has the largest?"
commands = [["morris", "sir", "--n", "4", "--seed", "2", "--outcome", "peak"]]
[questions.C]
question = "What is the meaning of it?"
unanswered = "A model does not tell."
"""
FOLDERS = {name: Path("swept") / name for name in ASKED.sweeps}
COMMANDS = [(one.name, words) for one in ASKED.questions for words in one.commands]
NAMED = [f"{name}-{place}" for place, (name, _) in enumerate(COMMANDS)]


def written(folder: Path, text: str) -> Path:
    path = folder / "asked.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_of_questions_is_answered(said, tmp_path) -> None:
    result = said("questions", written(tmp_path, SMALL), "--output", tmp_path / "out")
    assert (result.code, result.err) == (0, "")
    kept = json.loads((tmp_path / "out" / "answers.json").read_text(encoding="utf-8"))
    assert [one["status"] for one in kept["questions"]] == ["partly answered", "answered", "not answered"]
    [peak] = kept["questions"][0]["answers"]
    assert "8 futures" in peak["sentence"]
    folder = str(tmp_path / "out" / "runs" / "epidemic")
    assert peak["command"] == ["sdmodel", "compare", folder, "--outcome", "peak"]
    [sweep] = kept["questions"][0]["sweeps"]
    assert (sweep["runs"], sweep["seed"]) == (32, 1)
    assert sweep["command"] == ["sdmodel", "sweep", "sir", "--futures", "8", "--seed", "1", "--output", folder]
    assert f"open it in a browser: {(tmp_path / 'out' / 'report.html').as_uri()}" in result.out
    assert re.fullmatch(r"Futures compared: Nothing 8, ([\w ]+ 8, )+Vaccination 8\.", peak["numbers"][0])
    text = (tmp_path / "out" / "answers.md").read_text(encoding="utf-8")
    for part in (peak["sentence"], "*Partly answered:* Eight futures.", "A model does not tell.", "- Without doubt."):
        assert part in text
    assert kept["questions"][1]["answers"][0]["sentence"] in result.out


def test_the_findings_are_kept_and_one_question_asked_again_keeps_the_others(said, tmp_path) -> None:
    """Another answer stays as long as its question is the same; when it changes, it is left out, and that is told."""
    path, out = written(tmp_path, QUICK), tmp_path / "out"
    said("questions", path, "--output", out)
    found = files.read(out / "findings" / "A-1.json")
    before = json.loads((out / "answers.json").read_text(encoding="utf-8"))["questions"]
    assert found.sentence == before[0]["answers"][0]["sentence"]
    assert said("questions", path, "--output", out, "--only", "B").err == ""
    after = json.loads((out / "answers.json").read_text(encoding="utf-8"))["questions"]
    assert [one["earlier"] for one in after] == [True, False, True]
    assert after[0]["answers"] == before[0]["answers"]
    assert "Answered earlier" in (out / "report.html").read_text(encoding="utf-8")
    path.write_text(QUICK.replace("smallest effect", "least effect"), encoding="utf-8")
    result = said("questions", path, "--output", out, "--only", "B")
    assert "no longer hold are left out (A)" in result.err
    names = [one["name"] for one in json.loads((out / "answers.json").read_text(encoding="utf-8"))["questions"]]
    assert names == ["B", "C"]
    assert [one.name for one in (out / "findings").iterdir()] == ["B-1.json"]


def test_damaged_earlier_answers_are_left_out(said, tmp_path) -> None:
    path, out = written(tmp_path, QUICK), tmp_path / "out"
    said("questions", path, "--output", out, "--only", "A", "--only", "C")
    (out / "findings" / "A-1.json").write_text("{", encoding="utf-8")
    result = said("questions", path, "--output", out, "--only", "C")
    assert (result.code, "left out (A)" in result.err) == (0, True)


def test_a_study_names_its_questions(said, tmp_path) -> None:
    """By the study, by its short name, or by the file itself; a study that names none is told so."""
    (tmp_path / "core_spiral.mdl").write_bytes((shipped.folder() / "core_spiral.mdl").read_bytes())
    text = (shipped.folder() / "core_spiral.toml").read_text(encoding="utf-8")
    (tmp_path / "two.toml").write_text(f'questions = "asked.toml"\n{text}', encoding="utf-8")
    result = said("questions", tmp_path / "two.toml", "--output", tmp_path / "out")
    assert (result.code, 'questions = "asked.toml": there is no such file' in result.err) == (2, True)
    written(tmp_path, SMALL)
    assert "1 not answered" in said("questions", tmp_path / "two.toml", "--only", "C", "--output", tmp_path / "out").out
    assert "names no file of questions" in said("questions", "sir", "--output", tmp_path / "out").err
    assert asked_by("dilemma") == SHIPPED


def test_the_sentence_is_that_of_the_command_itself(said, tmp_path) -> None:
    said("questions", written(tmp_path, SMALL), "--only", "b", "--output", tmp_path / "out")
    kept = json.loads((tmp_path / "out" / "answers.json").read_text(encoding="utf-8"))
    alone = json.loads(said("equilibria", "core_spiral", "--set", "uncertainty=0", "--json").out)
    [[answer]] = [one["answers"] for one in kept["questions"]]
    assert (answer["sentence"], answer["caveats"]) == (alone["sentence"], alone["caveats"])


def test_a_command_that_fails_is_told_and_the_rest_goes_on(said, tmp_path) -> None:
    text = SMALL.replace('"uncertainty=0"', '"uncertanty=0"')
    result = said("questions", written(tmp_path, text), "--output", tmp_path / "out", "--json")
    told = json.loads(result.out)
    assert result.code == 1
    assert told["counts"] == {"answered": 0, "partly answered": 1, "failed": 1, "not answered": 1}
    assert "uncertanty" in told["questions"][1]["answers"][0]["failure"]


@pytest.mark.parametrize(("good", "bad"), [('"pairs"', '"pears"'), ('"peak" }', '"peek" }'), ('"scenario"', '"time"')])
def test_numbers_that_are_not_in_the_table_are_told(said, tmp_path, good: str, bad: str) -> None:
    result = said("questions", written(tmp_path, SMALL.replace(good, bad)), "--only", "A", "--output", tmp_path / "out")
    assert result.code == 1
    assert "error: A: sdmodel compare" in result.err
    assert "Traceback" not in result.err


def test_a_sweep_that_fails_fails_its_question_only(said, tmp_path) -> None:
    text = SMALL.replace('"sweep", "sir"', '"sweep", "sirr"')
    result = said("questions", written(tmp_path, text), "--output", tmp_path / "out")
    assert result.code == 1
    assert "error: A: sdmodel sweep sirr" in result.err
    assert "Traceback" not in result.err
    assert "1 answered, 1 failed, 1 not answered" in result.out


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ('["export", "sir"]', '"export" is no command that answers a question'),
        ('["sobl", "sir"]', "sobol"),
        ('["questions", "--only"]', "no command that answers"),
        ('["sobol", "sir", "--output", "/elsewhere"]', "--output is not for a questions file"),
        ('["sobol", "sir", "--output=elsewhere"]', "--output is not for a questions file"),
        ('["calibrate", "sir", "--output", "x"]', "--output is not for a questions file"),
        ('["dominance", "sir", "--data", "/etc/passwd"]', "--data is not for a questions file"),
        ('["dominance", "../other.mdl"]', "neither a shipped study nor in the folder"),
        ('["compare", "/elsewhere"]', "is no sweep of this file"),
        ('["compare", "{epidemic}/.."]', "is no sweep of this file"),
        ('["sobol", "sir", "--nonsense"]', "--nonsense"),
        ('["sobol", "--help"]', "answer nothing"),
    ],
)
def test_commands_that_a_file_may_not_give_are_refused(said, tmp_path, command: str, told: str) -> None:
    text = f'[questions.A]\nquestion = "Why?"\ncommands = [{command}]\n'
    result = said("questions", written(tmp_path, text), "--output", tmp_path / "out")
    assert result.code == 1
    assert told in result.err
    there = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert there == ["answers.json", "answers.md", "questions.toml", "report.html"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[questions.A]\nquestion = "Why?"', "give either commands that answer it, or unanswered"),
        ('[questions.A]\nquestion = "Why?"\nunanswered = "no"\nruns = ["x"]', "there is no [runs.x]"),
        ('[questions.A]\nquestion = "Why?"\nanswer = "x"', "questions.A.answer"),
        ('[runs.x]\ncommand = ["export", "sir"]\n[questions.A]\nquestion = "Why?"\nunanswered = "no"', '"sweep"'),
        ("title = 'x'", "questions: "),
        ("[questions", "not TOML"),
    ],
)
def test_a_file_that_does_not_fit_the_format_is_refused(said, tmp_path, text: str, told: str) -> None:
    result = said("questions", written(tmp_path, text), "--output", tmp_path / "out")
    assert result.code == 2
    assert told in result.err
    assert not (tmp_path / "out").exists()


def test_a_question_that_is_not_there_is_told(said, tmp_path) -> None:
    result = said("questions", "--only", "Q18", "--output", tmp_path)
    assert (result.code, 'there is no question "Q18"' in result.err) == (2, True)


def test_the_seventeen_questions_are_all_there_each_with_commands_or_a_reason() -> None:
    assert [one.name for one in ASKED.questions] == [f"Q{number}" for number in range(1, 18)]
    assert all(bool(one.commands) != bool(one.unanswered) for one in ASKED.questions)
    assert {run for one in ASKED.questions for run in one.runs} == set(ASKED.sweeps)


@pytest.mark.parametrize(("name", "words"), COMMANDS, ids=NAMED)
def test_each_command_of_the_seventeen_can_be_used(name: str, words: tuple[str, ...]) -> None:
    [asked] = ASKED.chosen((name,))
    ready = answering.context(words, {run: FOLDERS[run] for run in asked.runs}, SHIPPED.parent)
    _names_exist(ready.params, asked.runs)


@pytest.mark.parametrize("name", ASKED.sweeps)
def test_each_sweep_of_the_seventeen_can_be_used(name: str) -> None:
    ready = answering.context(ASKED.sweeps[name], {}, SHIPPED.parent)
    assert ready.params["seed"] is not None
    _names_exist(ready.params, ())


def test_what_a_sweep_is_given_is_checked_like_any_command() -> None:
    with pytest.raises(StudyError, match="--output is not for a questions file"):
        answering.swept(("sweep", "sir", "--output", "x"), Path("y"), SHIPPED.parent)


@cache
def _loaded(word: str) -> Question:
    return pipeline.load(shipped.study(word))


def _names_exist(given: dict, runs: tuple[str, ...]) -> None:
    """Scenarios, outcomes, variants, shocks, targets and inputs are those of the study."""
    word = given.get("study") or given.get("model") or ASKED.sweeps[runs[0]][1]
    question = _loaded(word)
    study = question.study
    known = SimpleNamespace(
        scenario=study.scenarios, outcome=study.outcomes, variant=study.variants, shock=study.shocks
    )
    for option, names in vars(known).items():
        values = given.get(option) or ()
        assert set([values] if isinstance(values, str) else values) <= set(names), option
    assert not given.get("target") or given["target"] in study.searches.targets
    for option in ("x", "y", "at"):
        if given.get(option):
            name = given[option].partition("=")[0]
            assert key(name) in {key(one.name) for one in question.model.visible()}
    for name in re.findall(r"([a-z_0-9]+) [<>]", given.get("fails") or ""):
        assert name in study.outcomes
    for name in (*(given.get("fix") or ()), *(given.get("through") or ())):
        assert question.model[name]
    if given.get("when"):
        conditions(given["when"], Under(question, {}, given.get("scenario")))


def test_a_study_tells_its_questions_in_its_report(said, tmp_path) -> None:
    """`study --questions` answers and shows them, failures too; `report` shows what still holds."""
    for suffix in (".mdl", ".toml"):
        text = (shipped.folder() / f"core_spiral{suffix}").read_text(encoding="utf-8")
        head = 'questions = "asked.toml"\n' if suffix == ".toml" else ""
        (tmp_path / f"core_spiral{suffix}").write_text(head + text, encoding="utf-8")
    written(tmp_path, QUICK + '[questions.D]\nquestion = "And this?"\ncommands = [["morris", "sirr"]]\n')
    out = tmp_path / "out"
    words = ("study", tmp_path / "core_spiral.toml", "--futures", "4", "--quick", "--output", out)
    told = said(*words, "--questions", "--json")
    assert (told.code, "error: D: sdmodel morris sirr" in told.err) == (1, True)
    short = json.loads(told.out)["questions"]
    assert list(short) == ["A", "B", "C", "D"]
    page = (out / "report.html").read_text(encoding="utf-8")
    for part in ('<section id="questions"', 'href="#question-A" data-opens', '<details id="question-D"', "sirr"):
        assert part in page
    assert said("report", out).code == 0
    again = (out / "report.html").read_text(encoding="utf-8")
    assert ('id="question-A"' in again, 'id="question-D"' in again) == (True, False)
    (tmp_path / "core_spiral.toml").write_text(text, encoding="utf-8")
    refused = said(*words, "--questions", "--replace")
    assert (refused.code, "names no file of questions" in refused.err) == (2, True)
