"""A file of research questions → what each asks, and the commands that answer it, or why none does.

[runs.main]                                  a sweep that several questions look at
command = ["sweep", "dilemma", "--futures", "500", "--seed", "7"]

[questions.Q6]
question = "When does it fail?"
runs = ["main"]                              swept before, once for all questions
commands = [["discover", "{main}"]]          words as typed after `sdmodel`; {main} is the folder of that sweep
numbers = [{ command = 1, number = "median", over = "scenario", at = { outcome = "peak" }, words = "Medians" }]
limits = "what of the question stays open"   the answer is partial
caveats = ["what to bear in mind"]
unanswered = "why"                           in place of commands
lead = 2                                     the command whose sentence comes first on the page; without: the first
figure = 2, table = 2                        which figure and which table of that command stand open; without: the first
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, NoReturn

from pydantic import BaseModel, Field, ValidationError

from sdmodel.errors import StudyError
from sdmodel.model.names import did_you_mean
from sdmodel.study.fields import Checked, Name
from sdmodel.study.file import parsed
from sdmodel.study.places import shown_name

MOST = 200
"""Questions of one file, and words of one command."""
Words = tuple[str, ...]
_Place = Annotated[int, Field(ge=1, le=MOST)]
_Command = Annotated[list[str], Field(min_length=2, max_length=MOST)]


@dataclass(frozen=True)
class Numbers:
    """What is told of the table behind a sentence: variable `number` at each value of dimension `over`.

    `command` is the place of the command, from 1; `at` holds the other dimensions still; `words` come before.
    `along` says in plain words what the values of `over` are.
    """

    command: int
    number: str
    over: str
    words: str
    at: tuple[tuple[str, str], ...] = ()
    along: str = ""


@dataclass(frozen=True)
class ResearchQuestion:
    """A question in plain words; `commands` answer it, or `unanswered` says why nothing does.

    `runs` names the sweeps to make before; `limits` says what of the question stays open. `lead`, `figure` and
    `table` are the places (from 1) of the command, and of its figure and table, that a page shows first.
    """

    name: str
    question: str
    runs: tuple[str, ...] = ()
    commands: tuple[Words, ...] = ()
    numbers: tuple[Numbers, ...] = ()
    limits: str = ""
    caveats: tuple[str, ...] = ()
    unanswered: str = ""
    lead: int = 1
    figure: int = 1
    table: int = 1


@dataclass(frozen=True)
class ResearchQuestions:
    """All of a file: its title, the sweeps by name, and the questions in their order."""

    title: str
    sweeps: dict[str, Words]
    questions: tuple[ResearchQuestion, ...]

    def chosen(self, names: tuple[str, ...]) -> tuple[ResearchQuestion, ...]:
        """The questions of these names, in the order of the file; all of them where none is named.

        Raises:
            StudyError: a name is not one of a question.
        """
        known = {one.name.casefold(): one for one in self.questions}
        for name in names:
            if name.casefold() not in known:
                listed = ", ".join(one.name for one in self.questions)
                hint = did_you_mean(name, [one.name for one in self.questions])
                raise StudyError(f'there is no question "{shown_name(name)}".{hint} There are {listed}.')
        wanted = {name.casefold() for name in names}
        return tuple(one for key, one in known.items() if key in wanted or not wanted)


class _RunsTable(Checked, BaseModel):
    command: _Command


class _NumbersTable(Checked, BaseModel):
    command: int = Field(default=1, ge=1)
    number: str
    over: str
    words: str
    at: dict[str, str] = {}
    along: str = ""


class _QuestionTable(Checked, BaseModel):
    question: str = Field(min_length=1)
    runs: list[Name] = []
    commands: list[_Command] = Field(default=[], max_length=MOST)
    numbers: list[_NumbersTable] = Field(default=[], max_length=MOST)
    limits: str = ""
    caveats: list[str] = []
    unanswered: str = ""
    lead: _Place = 1
    figure: _Place = 1
    table: _Place = 1


class _FileTable(Checked, BaseModel):
    title: str = "Research questions"
    runs: dict[Name, _RunsTable] = {}
    questions: dict[Name, _QuestionTable] = Field(min_length=1, max_length=MOST)


def read_questions(path: Path) -> ResearchQuestions:
    """The questions that the TOML file at `path` asks; its commands are told apart by whoever runs them.

    Raises:
        StudyError: the file cannot be read, is not TOML, or does not fit the format; one line for each problem.
    """
    raw = parsed(path)
    try:
        table = _FileTable.model_validate(raw)
    except ValidationError as error:
        _refuse(path, [_told(one) for one in error.errors(include_url=False)])
    if problems := list(_problems(table)):
        _refuse(path, problems)
    return ResearchQuestions(
        table.title,
        {name: tuple(one.command) for name, one in table.runs.items()},
        tuple(_question(name, one) for name, one in table.questions.items()),
    )


def _question(name: str, told: _QuestionTable) -> ResearchQuestion:
    return ResearchQuestion(
        name,
        " ".join(told.question.split()),
        tuple(told.runs),
        tuple(map(tuple, told.commands)),
        tuple(_numbers(one) for one in told.numbers),
        " ".join(told.limits.split()),
        tuple(told.caveats),
        " ".join(told.unanswered.split()),
        told.lead,
        told.figure,
        told.table,
    )


def _numbers(told: _NumbersTable) -> Numbers:
    return Numbers(told.command, told.number, told.over, told.words, tuple(told.at.items()), told.along)


def _problems(table: _FileTable) -> Iterator[str]:
    """What no single table shows: a sweep that is not there, a question with no answer or with two."""
    for name, one in table.runs.items():
        if one.command[0] != "sweep":
            yield f'[runs.{name}]: its command is "{shown_name(one.command[0])}"; it must be "sweep", which keeps runs.'
    for name, asked in table.questions.items():
        if bool(asked.commands) == bool(asked.unanswered):
            yield f"[questions.{name}]: give either commands that answer it, or unanswered = why there are none."
        if asked.lead > max(1, len(asked.commands)):
            yield f"[questions.{name}]: lead = {asked.lead}; there are {len(asked.commands)} commands."
        for one_of in asked.numbers:
            if one_of.command > len(asked.commands):
                yield f"[questions.{name}]: numbers of command {one_of.command}; there are {len(asked.commands)}."
        for run in asked.runs:
            if run not in table.runs:
                yield f"[questions.{name}]: there is no [runs.{shown_name(run)}].{did_you_mean(run, list(table.runs))}"


def _told(error: Any) -> str:
    return f"{'.'.join(map(str, error['loc'])) or 'the file'}: {error['msg'].removeprefix('Value error, ')}."


def _refuse(path: Path, problems: list[str]) -> NoReturn:
    name = shown_name(path.name)
    raise StudyError("\n".join(f"{name}: {problem}" for problem in problems))
