"""answers.json and the findings beside it → the answers again, as far as they still hold."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sdmodel.analysis import files
from sdmodel.errors import RunsError
from sdmodel.report.answers import DATA, Answer, Answered
from sdmodel.study.questions import ResearchQuestion


def kept(folder: Path, questions: Mapping[str, tuple[ResearchQuestion, str]]) -> tuple[Answered, ...]:
    """Answers in `folder` to `questions` (by name, with the digest of each as it is now), in their order.

    Left out are answers to a question that was worded otherwise, of other files or of another release of sdmodel (its
    digest differs), those with a command that failed, and those that cannot be read.
    """
    rows = _rows(folder)
    found = [
        _answered(folder, asked, digest, rows[name]) for name, (asked, digest) in questions.items() if name in rows
    ]
    return tuple(one for one in found if one)


def names_kept(folder: Path) -> set[str]:
    """The names of all questions that answers.json in `folder` has, whether or not their answers still hold."""
    return set(_rows(folder))


def _rows(folder: Path) -> dict[str, dict[str, Any]]:
    try:
        told = json.loads((folder / DATA).read_text(encoding="utf-8"))
        return {str(row["name"]): row for row in told["questions"]}
    except (OSError, ValueError, TypeError, KeyError):
        return {}


def _answered(folder: Path, asked: ResearchQuestion, digest: str, row: Mapping[str, Any]) -> Answered | None:
    if not digest or row.get("digest") != digest:
        return None
    try:
        answers = tuple(_answer(folder, one) for one in row["answers"])
        sweeps = tuple(_answer(folder, one) for one in row["sweeps"])
    except (RunsError, TypeError, KeyError, ValueError):
        return None
    if any(one.failure for one in answers) or (asked.commands and len(answers) != len(asked.commands)):
        return None
    return Answered(asked, answers, sweeps, digest, earlier=True)


def _answer(folder: Path, told: Mapping[str, Any]) -> Answer:
    file = str(told["finding"])
    return Answer(
        tuple(map(str, told["command"][1:])),
        str(told["sentence"]),
        tuple(map(str, told["numbers"])),
        tuple(map(str, told["caveats"])),
        str(told["failure"]),
        float(told["seconds"]),
        None if told["seed"] is None else int(told["seed"]),
        int(told["runs"]),
        files.read(folder / file) if file else None,
    )
