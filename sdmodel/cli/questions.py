"""`questions`: research questions from a file, answered one after the other by the commands that it names."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sdmodel.cli import shipped
from sdmodel.cli.console import fail, say
from sdmodel.cli.look import Json

if TYPE_CHECKING:
    from sdmodel.report.answers import Answered
    from sdmodel.study.questions import ResearchQuestion, ResearchQuestions

FOLDER = shipped.OUTPUTS / "questions"


def questions(
    file: Annotated[Path | None, typer.Argument(help="A file of questions (.toml); default: the shipped one.")] = None,
    only: Annotated[list[str] | None, typer.Option(help="Only this question, such as Q3; repeat.")] = None,
    output: Annotated[Path, typer.Option(help="Folder for the answers and the sweeps behind them.")] = FOLDER,
    as_json: Json = False,
) -> None:
    """Answer the research questions of a file, each by the commands that it names; say which have no answer, and why.

    Writes answers.md and answers.json. A command that fails is told, and the others are run; the exit code is 1 then.

    Example:

    sdmodel questions --only Q8 --only Q15
    """
    from sdmodel.report import answers  # xarray: not for --help
    from sdmodel.study.questions import read_questions

    path = file or shipped.folder() / "questions" / "questions.toml"
    asked = read_questions(path)
    chosen = asked.chosen(tuple(only or ()))
    started = time.perf_counter()
    told = []
    for place, one in enumerate(_answered(asked, chosen, path.parent, output), start=1):
        told.append(one)
        if not as_json:
            _print(one, place, len(chosen))
    answered = tuple(told)
    text, data = answers.write(output, asked.title, answered)
    counts = answers.counts(answered)
    if as_json:
        print(json.dumps({**answers.as_data(asked.title, answered), "output": str(data)}, indent=2))
    else:
        shown = ", ".join(f"{number} {status}" for status, number in counts.items() if number)
        say(f"\n{shown}; {time.perf_counter() - started:.1f} s\nwrote {text} and {data}")
    if counts["failed"]:
        raise typer.Exit(1)


def _answered(
    asked: "ResearchQuestions", chosen: tuple["ResearchQuestion", ...], home: Path, output: Path
) -> Iterator["Answered"]:
    """Each question with what its commands say; a sweep is made when the first question needs it."""
    from sdmodel.cli import answering
    from sdmodel.errors import StudyError
    from sdmodel.report.answers import Answer, Answered

    folders = {name: output / "runs" / name for name in asked.sweeps}
    failures: dict[str, str] = {}
    for one in chosen:
        for run in one.runs:
            if run not in failures:
                try:
                    failures[run] = answering.swept(asked.sweeps[run], folders[run], home)
                except StudyError as error:
                    failures[run] = str(error)
        broken: list[Answer] = [Answer(asked.sweeps[run], failure=failures[run]) for run in one.runs if failures[run]]
        theirs = {run: folders[run] for run in one.runs}
        said = broken or [
            answering.answer(words, theirs, home, [asks for asks in one.numbers if asks.command == place])
            for place, words in enumerate(one.commands, start=1)
        ]
        yield Answered(one, tuple(said))


def _print(one: "Answered", place: int, total: int) -> None:
    """The question and what came of it."""
    say(f"\n{one.asked.name} ({place} of {total}): {one.asked.question}")
    if one.asked.unanswered:
        say(f"  not answered: {one.asked.unanswered}")
    for answer in one.answers:
        if answer.failure:
            fail(f"{one.asked.name}: sdmodel {' '.join(answer.command)}: {answer.failure}")
        else:
            say(f"  → {answer.sentence} ({answer.seconds:.1f} s)")
            for told in answer.numbers:
                say(f"    {told}")
    if one.asked.limits:
        say(f"  partly answered: {one.asked.limits}")
