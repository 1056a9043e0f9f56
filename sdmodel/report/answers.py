"""Answers to research questions → a page of text (Markdown) and JSON, with the findings behind them in files."""

import json
import math
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sdmodel.analysis import files
from sdmodel.analysis.finding import Finding
from sdmodel.errors import StudyError
from sdmodel.report.sections.parts import titles
from sdmodel.report.text import count
from sdmodel.runs.swap import new_file
from sdmodel.study.questions import Numbers, ResearchQuestion

STATUSES = ("answered", "partly answered", "failed", "not answered")
INDEX = "Conditional on the model; risk is an index. Sentences are those of the commands, word for word."
TEXT, DATA, FINDINGS = "answers.md", "answers.json", "findings"
_PLAIN = re.compile(r"[A-Za-z0-9_-]{1,40}")


@dataclass(frozen=True)
class Answer:
    """What one command said: its words, sentence, numbers of its table, caveats; or how it failed; in seconds.

    `finding` is all that it found, `runs` how many runs are behind it (0: it does not say), `seed` the one it took.
    """

    command: tuple[str, ...]
    sentence: str = ""
    numbers: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()
    failure: str = ""
    seconds: float = 0.0
    seed: int | None = None
    runs: int = 0
    finding: Finding | None = field(default=None, compare=False, repr=False)

    @property
    def basis(self) -> str:
        """Seed, number of runs and seconds, in words."""
        futures = int(self.finding.table.attrs.get("futures", 0)) if self.finding and not self.runs else 0
        parts = [
            f"seed {self.seed}" if self.seed is not None else "",
            count(self.runs, "run") if self.runs else count(futures, "future") if futures else "",
            f"{self.seconds:.1f} s",
        ]
        return ", ".join(filter(None, parts))


@dataclass(frozen=True)
class Answered:
    """A question and what its commands said, after the sweeps that they look at.

    `digest` stands for the words of the question and all files that its commands read; it is "" where these are not
    known. `earlier` is true of an answer that was kept from another time, with the same digest.
    """

    asked: ResearchQuestion
    answers: tuple[Answer, ...]
    sweeps: tuple[Answer, ...] = ()
    digest: str = ""
    earlier: bool = False

    @property
    def status(self) -> str:
        """One of STATUSES; a question with a command that failed has failed."""
        if self.asked.unanswered:
            return "not answered"
        if any(one.failure for one in self.answers):
            return "failed"
        return "partly answered" if self.asked.limits else "answered"


def numbers_of(finding: Finding, asked: Numbers) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The labels along `asked.over`, titles where there are any, and the number at each, both as text.

    Raises:
        StudyError: the table has no such number, dimension or label, or leaves more than the one dimension.
    """
    table = finding.table
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
    named = titles(table, asked.over)
    labels = [
        f"{label:g}" if isinstance(label, float) else named.get(str(label), str(label))
        for label in chosen[asked.over].values.tolist()
    ]
    values = ["none" if math.isnan(value) else f"{value:.3g}" for value in map(float, chosen.values)]
    return tuple(labels), tuple(values)


def told_numbers(finding: Finding, asked: Numbers) -> str:
    """The numbers `asked` for in one line: "Medians: nothing 0.35, distancing 0.2."; raises as `numbers_of`."""
    pairs = zip(*numbers_of(finding, asked), strict=True)
    return f"{asked.words}: " + ", ".join(f"{label} {value}" for label, value in pairs) + "."


def as_data(title: str, answered: tuple[Answered, ...]) -> dict[str, Any]:
    """All of it as JSON has it; the findings are in files of their own."""
    rows = [
        {
            "name": one.asked.name,
            "question": one.asked.question,
            "status": one.status,
            "limits": one.asked.limits,
            "unanswered": one.asked.unanswered,
            "caveats": list(one.asked.caveats),
            "sweeps": [_answer(sweep, "") for sweep in one.sweeps],
            "answers": [_answer(answer, file) for answer, file in zip(one.answers, _names(one, place), strict=True)],
            "digest": one.digest,
            "earlier": one.earlier,
        }
        for place, one in enumerate(answered)
    ]
    return {"title": title, "counts": counts(answered), "questions": rows}


def counts(answered: tuple[Answered, ...]) -> dict[str, int]:
    """How many questions have each status."""
    return {status: sum(one.status == status for one in answered) for status in STATUSES}


def shared_caveats(answered: tuple[Answered, ...]) -> tuple[str, ...]:
    """The caveats that several commands have in common, each once."""
    every = [set(answer.caveats) for one in answered for answer in one.answers if not answer.failure]
    each = dict.fromkeys(c for one in answered for answer in one.answers for c in answer.caveats)
    return tuple(caveat for caveat in each if sum(caveat in other for other in every) > 1)


def own_caveats(one: Answered, shared: tuple[str, ...]) -> tuple[str, ...]:
    """The caveats of the question and those of its commands that are not `shared`, each once."""
    own = [c for answer in one.answers for c in answer.caveats if c not in shared]
    return tuple(dict.fromkeys([*one.asked.caveats, *own]))


def as_text(title: str, answered: tuple[Answered, ...]) -> str:
    """All of it as Markdown; caveats that several commands have in common are told once, at the end."""
    shared = shared_caveats(answered)
    lines = [f"# {title}", "", INDEX, ""]
    for one in answered:
        lines += _question(one, shared)
    if shared:
        lines += ["## To bear in mind with all of them", "", *(f"- {caveat}" for caveat in shared), ""]
    return "\n".join(lines)


def write(folder: Path, title: str, answered: tuple[Answered, ...]) -> tuple[Path, Path]:
    """The paths of answers.md and answers.json, written in place of earlier ones, after the findings behind them.

    A finding that no answer speaks of any more is removed.
    """
    data = as_data(title, answered)
    kept = folder / FINDINGS
    for one, told in zip(answered, data["questions"], strict=True):
        for answer, shown in zip(one.answers, told["answers"], strict=True):
            if answer.finding:
                files.write(answer.finding, folder / shown["finding"])
    shown = json.dumps(data, ensure_ascii=False, allow_nan=False, indent=2)
    texts = (folder / TEXT, as_text(title, answered)), (folder / DATA, shown + "\n")
    for path, text in texts:
        with new_file(path) as partial:
            partial.write_text(text, encoding="utf-8")
    spoken = {answer["finding"] for one in data["questions"] for answer in one["answers"]}
    for path in kept.glob("*-*.json"):
        if f"{FINDINGS}/{path.name}" not in spoken:
            path.unlink(missing_ok=True)
    return texts[0][0], texts[1][0]


def _answer(answer: Answer, file: str) -> dict[str, Any]:
    return {
        "command": ["sdmodel", *answer.command],
        "sentence": answer.sentence,
        "numbers": list(answer.numbers),
        "caveats": list(answer.caveats),
        "failure": answer.failure,
        "seconds": answer.seconds,
        "seed": answer.seed,
        "runs": answer.runs,
        "finding": file if answer.finding else "",
    }


def _names(one: Answered, place: int) -> list[str]:
    """The file of the finding of each command; a name that could mean another place is replaced by a number."""
    head = one.asked.name if _PLAIN.fullmatch(one.asked.name) else f"question.{place + 1}"
    return [f"{FINDINGS}/{head}-{at}.json" for at, _ in enumerate(one.answers, start=1)]


def _question(one: Answered, shared: tuple[str, ...]) -> Iterator[str]:
    yield from (f"## {one.asked.name}. {one.asked.question}", "")
    if one.asked.unanswered:
        yield from (f"*Not answered:* {one.asked.unanswered}", "")
    for sweep in one.sweeps:
        yield from (f"    sdmodel {shlex.join(sweep.command)}", "")
    for answer in one.answers:
        yield from (answer.sentence or f"*Failed:* {answer.failure}", "")
        for told in answer.numbers:
            yield from (told, "")
        yield from (f"    sdmodel {shlex.join(answer.command)}", "")
    if one.asked.limits:
        yield from (f"*Partly answered:* {one.asked.limits}", "")
    if notes := own_caveats(one, shared):
        yield from (*(f"- {note}" for note in notes), "")
