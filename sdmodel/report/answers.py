"""Answers to research questions → a page of text (Markdown) and JSON."""

import json
import math
import shlex
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sdmodel.analysis import files
from sdmodel.errors import StudyError
from sdmodel.runs.swap import new_file
from sdmodel.study.questions import Numbers, ResearchQuestion

STATUSES = ("answered", "partly answered", "failed", "not answered")
INDEX = "Conditional on the model; risk is an index. Sentences are those of the commands, word for word."


@dataclass(frozen=True)
class Answer:
    """What one command said: its words, sentence, numbers of its table, caveats; or how it failed; in seconds."""

    command: tuple[str, ...]
    sentence: str = ""
    numbers: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()
    failure: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Answered:
    """A question and what its commands said."""

    asked: ResearchQuestion
    answers: tuple[Answer, ...]

    @property
    def status(self) -> str:
        """One of STATUSES; a question with a command that failed has failed."""
        if self.asked.unanswered:
            return "not answered"
        if any(one.failure for one in self.answers):
            return "failed"
        return "partly answered" if self.asked.limits else "answered"


def numbers_of(finding: dict[str, Any], asked: Numbers) -> str:
    """The numbers `asked` for of a finding as JSON has it: "Medians: nothing 0.35, distancing 0.2".

    Raises:
        StudyError: its table has no such number, dimension or label, or leaves more than the one dimension.
    """
    table = files.from_dict(finding).table
    try:
        chosen = table[asked.number].sel(dict(asked.at))
    except (KeyError, ValueError, TypeError):
        there = ", ".join(map(str, table.data_vars))
        at = ", ".join(f"{dimension} {label}" for dimension, label in asked.at)
        raise StudyError(
            f'the finding has no number "{asked.number}" at {at or "any place"}; it has {there}.'
        ) from None
    if chosen.dims != (asked.over,) or chosen.dtype.kind not in "fiub":
        raise StudyError(
            f'"{asked.number}" goes over {", ".join(map(str, chosen.dims))}, not over "{asked.over}" alone.'
        )
    labels = [f"{label:g}" if isinstance(label, float) else str(label) for label in chosen[asked.over].values.tolist()]
    values = ["none" if math.isnan(value) else f"{value:.3g}" for value in map(float, chosen.values)]
    return f"{asked.words}: " + ", ".join(f"{label} {value}" for label, value in zip(labels, values, strict=True)) + "."


def as_data(title: str, answered: tuple[Answered, ...]) -> dict[str, Any]:
    """All of it as JSON has it."""
    rows = [
        {
            "name": one.asked.name,
            "question": one.asked.question,
            "status": one.status,
            "limits": one.asked.limits,
            "unanswered": one.asked.unanswered,
            "caveats": list(one.asked.caveats),
            "answers": [asdict(answer) | {"command": ["sdmodel", *answer.command]} for answer in one.answers],
        }
        for one in answered
    ]
    return {"title": title, "counts": counts(answered), "questions": rows}


def counts(answered: tuple[Answered, ...]) -> dict[str, int]:
    """How many questions have each status."""
    return {status: sum(one.status == status for one in answered) for status in STATUSES}


def as_text(title: str, answered: tuple[Answered, ...]) -> str:
    """All of it as Markdown; caveats that several commands have in common are told once, at the end."""
    every = [set(answer.caveats) for one in answered for answer in one.answers if not answer.failure]
    shared = {caveat for told in every for caveat in told if sum(caveat in other for other in every) > 1}
    common = list(dict.fromkeys(c for one in answered for a in one.answers for c in a.caveats if c in shared))
    lines = [f"# {title}", "", INDEX, ""]
    for one in answered:
        lines += _question(one, shared)
    if common:
        lines += ["## To bear in mind with all of them", "", *(f"- {caveat}" for caveat in common), ""]
    return "\n".join(lines)


def write(folder: Path, title: str, answered: tuple[Answered, ...]) -> tuple[Path, Path]:
    """The paths of answers.md and answers.json, written in place of earlier ones."""
    data = json.dumps(as_data(title, answered), ensure_ascii=False, allow_nan=False, indent=2)
    files = (folder / "answers.md", as_text(title, answered)), (folder / "answers.json", data + "\n")
    folder.mkdir(parents=True, exist_ok=True)
    for path, text in files:
        with new_file(path) as partial:
            partial.write_text(text, encoding="utf-8")
    return files[0][0], files[1][0]


def _question(one: Answered, shared: set[str]) -> Iterator[str]:
    yield from (f"## {one.asked.name}. {one.asked.question}", "")
    if one.asked.unanswered:
        yield from (f"*Not answered:* {one.asked.unanswered}", "")
    for answer in one.answers:
        yield from (answer.sentence or f"*Failed:* {answer.failure}", "")
        for told in answer.numbers:
            yield from (told, "")
        yield from (f"    sdmodel {shlex.join(answer.command)}", "")
    if one.asked.limits:
        yield from (f"*Partly answered:* {one.asked.limits}", "")
    own = [c for answer in one.answers for c in answer.caveats if c not in shared]
    notes = list(dict.fromkeys([*one.asked.caveats, *own]))
    if notes:
        yield from (*(f"- {note}" for note in notes), "")
