"""`report` and `study`: the page, and everything in one command."""

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sdmodel.cli import shipped
from sdmodel.cli.console import fail, progress, say
from sdmodel.cli.decide import Runs
from sdmodel.cli.look import Json
from sdmodel.cli.questions import asked_by
from sdmodel.cli.simulate import (
    Design,
    Futures,
    Output,
    Replace,
    Scenarios,
    Seed,
    Shocks,
    Threads,
    Variants,
    swept,
    tell,
)

if TYPE_CHECKING:
    from sdmodel.report.questions_page import Questions

QUESTIONS = "questions"
"""Folder of the answers, beside the runs of a study."""


def report(runs: Runs, as_json: Json = False) -> None:
    """Write the report on stored runs again.

    Example:

    sdmodel report outputs/sir
    """
    from sdmodel import pipeline  # plotly, xarray and zarr: not for --help

    kept = pipeline.stored(shipped.kept(runs))
    page, left = pipeline.report(kept, asked=_kept_answers(kept.kept.folder)), pipeline.left_out(kept)
    if as_json:
        print(json.dumps({"report": str(page), **({"left_out": left} if left else {})}))
        return
    say(f"wrote {page}")
    if left:
        say(f"left out, for they were found for another text of the study or its model: {', '.join(left)}")


def study(
    study: Annotated[str, typer.Argument(help="A study (.toml), or the name of a shipped one.")],
    futures: Futures = None,
    design: Annotated[Design, typer.Option(help="How futures are chosen.")] = Design.lhs,
    seed: Seed = None,
    scenario: Scenarios = None,
    shock: Shocks = None,
    variant: Variants = None,
    output: Output = None,
    threads: Threads = None,
    replace: Replace = False,
    quick: Annotated[bool, typer.Option("--quick", help="No reality checks, no loops, no fit to the past.")] = False,
    questions: Annotated[bool, typer.Option("--questions", help="Answer the study's research questions, too.")] = False,
    as_json: Json = False,
) -> None:
    """Do it all: sweep, check against PySD, compare, rank the uncertainties, write the report.

    Where the study has reality checks, feedback loops or a calibration, they are worked out as well; --quick leaves
    that out. --questions answers the research questions that the study names, and tells them in the report; answers
    of another time that still hold are told without it.

    Example:

    sdmodel study dilemma --futures 100
    """
    started = time.perf_counter()
    file = asked_by(study) if questions else None
    told, kept = swept(study, futures, design, seed, scenario, shock, variant, output, threads, replace=replace)
    from sdmodel import pipeline  # plotly, xarray and zarr: not for --help

    with progress() as advance:
        findings = pipeline.analyse(kept, advance, only=pipeline.QUICK if quick else pipeline.EVERY)
    asked, failed = _asked(file, kept.kept.folder) if file else (_kept_answers(kept.kept.folder), 0)
    page = pipeline.report(kept, findings, asked)
    if as_json:
        sentences = {finding.name: finding.sentence for finding in findings}
        answers = {one.name: one.short for one in asked.told} if asked else {}
        print(json.dumps({**told, "report": str(page), "findings": sentences, "questions": answers}, indent=2))
    else:
        tell(told)
        for finding in findings:
            say(f"\n{finding.sentence}")
        say(f"\nquestions: {asked.counts}" if asked else "")
        say(f"wrote {page} in {time.perf_counter() - started:.1f} s\nopen it in a browser: {page.resolve().as_uri()}")
    if failed:
        raise typer.Exit(1)


def _asked(file: Path, folder: Path) -> tuple["Questions", int]:
    """The questions of the file answered in the folder of a study, as a page tells them; how many of them failed."""
    from sdmodel.cli.inquiry import inquire  # xarray: not for --help
    from sdmodel.report.answers import counts
    from sdmodel.report.questions_page import questions

    written = inquire(file, folder / QUESTIONS)
    for one in written.now:
        for answer in one.answers:
            if answer.failure:
                fail(f"{one.asked.name}: sdmodel {' '.join(answer.command)}: {answer.failure}")
    return questions(written.title, written.every), counts(written.now)["failed"]


def _kept_answers(folder: Path) -> "Questions | None":
    """The answers to questions in the folder of a study that still hold, as a page tells them."""
    if not (folder / QUESTIONS).is_dir():
        return None
    from sdmodel.cli.inquiry import answers_kept  # xarray: not for --help
    from sdmodel.report.questions_page import questions

    title, answered = answers_kept(folder / QUESTIONS)
    return questions(title, answered) if answered else None
