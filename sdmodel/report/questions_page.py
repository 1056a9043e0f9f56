"""Answers to research questions → one HTML file: an overview, then each question with sentence, figure and table."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from sdmodel.analysis.wording import RISK_CAVEAT
from sdmodel.report.answers import STATUSES, Answer, Answered, counts, numbers_of, shared_caveats
from sdmodel.report.assets import assets, environment
from sdmodel.report.figures.figure import Figure
from sdmodel.report.sections import Plate, Section, Table, section
from sdmodel.report.text import unbroken, upper_first
from sdmodel.runs.swap import new_file

PAGE = "report.html"
MARKS = dict(zip(STATUSES, ("✓", "◐", "✗", "–"), strict=True))
_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z“\"])")
_PLAIN = re.compile(r"[A-Za-z0-9_-]{1,40}")


@dataclass(frozen=True)
class Command:
    """A command as it is typed, and what it took."""

    line: str
    basis: str


@dataclass(frozen=True)
class Also:
    """What another command of a question found: its first sentence, the others, figures and tables, its own caveats."""

    short: str
    more: str
    section: Section
    caveats: tuple[str, ...]


@dataclass(frozen=True)
class Told:
    """A question as the page tells it: `short` is the first sentence of the command that leads, `more` what follows.

    `plate` and `table` are the one figure and the one table, `rest` all others of the command that leads, `others`
    what the other commands found; `basis` stands below the figure.
    """

    anchor: str
    name: str
    question: str
    status: str
    mark: str
    short: str
    more: str
    plate: Plate | None
    table: Table | None
    basis: str
    rest: Section | None
    others: tuple[Also, ...]
    limits: str
    unanswered: str
    failures: tuple[str, ...]
    caveats: tuple[str, ...]
    commands: tuple[Command, ...]
    earlier: bool

    @property
    def figures(self) -> Iterator[Figure]:
        """All that is drawn."""
        yield from (self.plate.figure,) if self.plate else ()
        for one in (*((self.rest,) if self.rest else ()), *(also.section for also in self.others)):
            yield from one.figures


@dataclass(frozen=True)
class Questions:
    """All questions as a page tells them, with what they have in common."""

    title: str
    told: tuple[Told, ...]
    counts: str
    shared: tuple[str, ...]

    @property
    def figures(self) -> tuple[Figure, ...]:
        """All that is drawn."""
        return tuple(figure for one in self.told for figure in one.figures)


def questions(title: str, answered: tuple[Answered, ...]) -> Questions:
    """What a page tells of the answers; keys of figures and anchors are those of no other part of a report."""
    shared = shared_caveats(answered)
    told = tuple(_told(one, place, shared) for place, one in enumerate(answered))
    number = ", ".join(f"{number} {status}" for status, number in counts(answered).items() if number)
    return Questions(title, told, number, tuple(map(unbroken, shared)))


def render(title: str, answered: tuple[Answered, ...]) -> str:
    """The page as text: the same answers always give the same text."""
    found = questions(title, answered)
    context = {"found": found, "risk_note": RISK_CAVEAT, **assets(found.figures, {})}
    return environment().get_template("questions.html.j2").render(context)


def write_page(folder: Path, title: str, answered: tuple[Answered, ...]) -> Path:
    """The path of the page, written in place of an earlier one in one step."""
    path = folder / PAGE
    text = render(title, answered)
    with new_file(path) as partial:
        partial.write_text(text, encoding="utf-8", newline="\n")
    return path


def split(sentence: str) -> tuple[str, str]:
    """The first sentence of several, with a question that stands before it, and what follows."""
    parts = _END.split(sentence)
    first = next((at for at, part in enumerate(parts) if not part.endswith("?")), 0)
    return " ".join(parts[: first + 1]), " ".join(parts[first + 1 :])


def _told(one: Answered, place: int, shared: tuple[str, ...]) -> Told:
    """The question; where the command that should lead has failed, another one does."""
    made = [(at, *_section(answer, place, at)) for at, answer in enumerate(one.answers) if answer.finding]
    faults = {at: fault for at, _, fault in made if fault} | {
        at: a.failure for at, a in enumerate(one.answers) if a.failure
    }
    sections = [(at, found) for at, found, _ in made]
    sections.sort(key=lambda pair: pair[0] != one.asked.lead - 1)
    lead = sections[0][1] if sections else None
    short, more = split(lead.sentence) if lead else ("", "")
    plate = _nth(lead.plates, one.asked.figure) if lead else None
    own = _nth(lead.tables, one.asked.table) if lead else None
    numbers = _numbers(one)
    table = numbers or own or (Table("", plate.heads, plate.figure.rows) if plate and plate.figure.rows else None)
    alone = replace(plate, figure=replace(plate.figure, rows=())) if plate and not (numbers or own) else plate
    name = one.asked.name
    notes = (*one.asked.caveats, *(_notes(one.answers[sections[0][0]].caveats, shared) if sections else ()))
    return Told(
        anchor=f"question-{name if _PLAIN.fullmatch(name) else place + 1}",
        name=name,
        question=one.asked.question,
        status=one.status,
        mark=MARKS[one.status],
        short=short,
        more=more,
        plate=alone,
        table=table,
        basis=lead.basis if lead else "",
        rest=_rest(lead, plate, table) if lead else None,
        others=tuple(
            Also(
                *split(other.sentence), other, tuple(map(unbroken, _notes(one.answers[at].caveats, (*shared, *notes))))
            )
            for at, other in sections[1:]
        ),
        limits=one.asked.limits,
        unanswered=one.asked.unanswered,
        failures=tuple(f"sdmodel {shlex.join(one.answers[at].command)}: {faults[at]}" for at in sorted(faults)),
        caveats=tuple(map(unbroken, notes)),
        commands=tuple(_command(answer) for answer in (*one.sweeps, *one.answers)),
        earlier=one.earlier,
    )


def _section(answer: Answer, place: int, at: int) -> tuple[Section, str]:
    """The section of what a command found, with keys that name question and command; what could not be shown of it."""
    assert answer.finding is not None  # for the type checker: those without were left out
    fault = ""
    try:
        made = section(answer.finding, place)
    except Exception as problem:  # what one figure stumbles over must not take the other answers away
        fault = f"figures and tables cannot be shown, for a fault inside sdmodel: {type(problem).__name__}: {problem}."
        made = Section("", upper_first(answer.finding.name), "", unbroken(answer.sentence))
    plates = tuple(
        replace(plate, figure=replace(plate.figure, key=f"question-{place + 1}-{at + 1}-{nth}"))
        for nth, plate in enumerate(made.plates)
    )
    return replace(made, key=f"question-{place + 1}-{at + 1}", plates=plates), fault


def _rest(lead: Section, plate: Plate | None, table: Table | None) -> Section | None:
    """What else the leading command found."""
    plates = tuple(one for one in lead.plates if one is not plate)
    tables = tuple(one for one in lead.tables if one is not table)
    return replace(lead, plates=plates, tables=tables) if plates or tables else None


def _notes(caveats: tuple[str, ...], elsewhere: tuple[str, ...]) -> tuple[str, ...]:
    """The caveats of a command that are not told elsewhere."""
    return tuple(dict.fromkeys(caveat for caveat in caveats if caveat not in elsewhere))


def _nth(parts: tuple[Plate, ...] | tuple[Table, ...], place: int):  # type: ignore[no-untyped-def]
    """The part at `place`, from 1; the first where there are not so many."""
    return (parts[place - 1] if place <= len(parts) else parts[0]) if parts else None


def _numbers(one: Answered) -> Table | None:
    """The numbers that the question asks for, as one table where all go along the same labels."""
    columns = []
    for asked in one.asked.numbers:
        finding = one.answers[asked.command - 1].finding if asked.command <= len(one.answers) else None
        if finding:
            columns.append((asked, *numbers_of(finding, asked)))
    if not columns:
        return None
    first, labels, _ = columns[0]
    alike = [(asked.words, values) for asked, theirs, values in columns if theirs == labels]
    rows = zip(labels, *(values for _, values in alike), strict=True)
    along = upper_first(first.along or first.over.replace("_", " "))
    return Table("", (along, *(words for words, _ in alike)), tuple(rows))


def _command(answer: Answer) -> Command:
    return Command(f"sdmodel {shlex.join(answer.command)}", answer.basis)
