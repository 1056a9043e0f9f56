"""`questions`: research questions from a file, answered one after the other by the commands that it names."""

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sdmodel.cli import shipped
from sdmodel.cli.console import fail, say, warn
from sdmodel.cli.look import Json
from sdmodel.errors import StudyError

if TYPE_CHECKING:
    from sdmodel.report.answers import Answer, Answered

FOLDER = shipped.OUTPUTS / "questions"
USUAL = "dilemma"


def questions(
    file: Annotated[
        str, typer.Argument(help="A file of questions (.toml), or a study, or the name of a shipped one, that has one.")
    ] = USUAL,
    only: Annotated[list[str] | None, typer.Option(help="Only this question, such as Q3; repeat.")] = None,
    output: Annotated[Path, typer.Option(help="Folder for the answers and the sweeps behind them.")] = FOLDER,
    as_json: Json = False,
) -> None:
    """Answer the research questions of a file, each by the commands that it names; say which have no answer, and why.

    Writes a page (report.html), answers.md, answers.json and the findings. With --only, answers that the folder has
    to other questions stay where question, models and sdmodel are the same; others are left out, and told. A command
    that fails is told, and the others are run; the exit code is 1 then.

    Example:

    sdmodel questions --only Q8 --only Q15
    """
    from sdmodel.cli.inquiry import inquire  # xarray: not for --help
    from sdmodel.pipeline.output import refuse_unwritable
    from sdmodel.report.answers import as_data, counts

    path, started = asked_by(file), time.perf_counter()
    refuse_unwritable(output)  # before an hour of sweeps
    written = inquire(path, output, tuple(only or ()), None if as_json else _print)
    if as_json:
        told = as_data(written.title, written.every)
        paths = {"output": str(written.data), "report": str(written.page), "left_out": list(written.lost)}
        print(json.dumps(told | paths, indent=2))
    else:
        shown = ", ".join(f"{number} {status}" for status, number in counts(written.now).items() if number)
        say(f"\n{shown}; {time.perf_counter() - started:.1f} s")
        say(f"wrote {written.page}, {written.text.name} and {written.data.name}")
        say(f"open it in a browser: {written.page.resolve().as_uri()}")
    if written.lost:
        warn(
            f"earlier answers that no longer hold are left out ({', '.join(written.lost)}): they had failed, or the "
            "question, the models or sdmodel changed since."
        )
    if counts(written.now)["failed"]:
        raise typer.Exit(1)


def asked_by(word: str) -> Path:
    """The file of questions that is meant: the file itself, or that which a study names.

    Raises:
        StudyError: there is no such file, or the study names none.
    """
    from sdmodel.study.file import parsed, read_study  # pydantic: not for --help

    path = shipped.study(word)
    if isinstance(parsed(path).get("questions"), dict) or not _is_study(path):
        return path
    named = read_study(path).questions
    if named is None:
        raise StudyError(
            f'{path.name} names no file of questions. Add questions = "FILE.toml", or give the file itself.'
        )
    if not named.is_file():
        raise StudyError(f'{path.name}: questions = "{named.relative_to(path.parent)}": there is no such file.')
    return named


def _is_study(path: Path) -> bool:
    """Whether the file has what only a study has; anything else is told by whoever reads questions."""
    from sdmodel.study.file import parsed

    return bool({"model", "scenarios", "base", "baseline"} & set(parsed(path)))


def _print(one: "Answered", place: int, total: int) -> None:
    """The question and what came of it."""
    say(f"\n{one.asked.name} ({place} of {total}): {one.asked.question}")
    if one.asked.unanswered:
        say(f"  not answered: {one.asked.unanswered}")
    for answer in one.answers:
        _print_answer(one.asked.name, answer)
    if one.asked.limits:
        say(f"  partly answered: {one.asked.limits}")


def _print_answer(name: str, answer: "Answer") -> None:
    if answer.failure:
        fail(f"{name}: sdmodel {' '.join(answer.command)}: {answer.failure}")
        return
    say(f"  → {answer.sentence} ({answer.seconds:.1f} s)")
    for told in answer.numbers:
        say(f"    {told}")
