"""A file of questions → the answer to each, kept in a folder with the page; and what such a folder holds.

A sweep is made once, when the first question needs it. The folder keeps a copy of the questions file, so that it can be
told later what its answers answer.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sdmodel.cli import answering
from sdmodel.cli.console import progress
from sdmodel.cli.sameness import digest
from sdmodel.errors import StudyError
from sdmodel.report import answers
from sdmodel.report.answers import Answer, Answered
from sdmodel.report.kept_answers import kept, names_kept
from sdmodel.report.questions_page import write_page
from sdmodel.runs.swap import new_file
from sdmodel.study.questions import ResearchQuestion, ResearchQuestions, read_questions

ASKED = "questions.toml"
"""The copy of the questions file beside the answers."""


@dataclass(frozen=True)
class Written:
    """The answers of `now`, `every` one that the page tells, names of earlier ones that are `lost`, and the files."""

    title: str
    now: tuple[Answered, ...]
    every: tuple[Answered, ...]
    lost: tuple[str, ...]
    page: Path
    text: Path
    data: Path


@dataclass
class Inquiry:
    """Questions `asked` by the file at `path`, with the sweeps that were made for them in `output` so far."""

    path: Path
    asked: ResearchQuestions
    output: Path
    swept: dict[str, Answer] = field(default_factory=dict)

    def one_by_one(self, chosen: Sequence[ResearchQuestion]) -> Iterator[Answered]:
        """Each question answered, with a bar while that takes."""
        for place, one in enumerate(chosen):
            with progress(transient=True) as advance:
                if advance:
                    advance(f"Question {one.name}", place, len(chosen))
                answered = self._answered(one)
            yield answered

    def write(self, now: tuple[Answered, ...]) -> Written:
        """The answers of `now` and those of another time that still hold, all written; they replace what was there."""
        fresh = {one.asked.name for one in now}
        others = {one.name: (one, self._digest(one)) for one in self.asked.questions if one.name not in fresh}
        held = {one.asked.name: one for one in (*kept(self.output, others), *now)}
        every = tuple(held[one.name] for one in self.asked.questions if one.name in held)
        lost = tuple(sorted(names_kept(self.output) - set(held)))
        self.output.mkdir(parents=True, exist_ok=True)
        text, data = answers.write(self.output, self.asked.title, every)
        with new_file(self.output / ASKED) as partial:
            partial.write_bytes(self.path.read_bytes())
        page = write_page(self.output, self.asked.title, every)
        return Written(self.asked.title, now, every, lost, page, text, data)

    def _answered(self, one: ResearchQuestion) -> Answered:
        """The question with what its commands say; where a sweep fails, they are not run, and it is told instead."""
        sweeps = [self._sweep(run) for run in one.runs]
        failed = tuple(sweep for sweep in sweeps if sweep.failure)
        folders, home = {run: self._folder(run) for run in one.runs}, self.path.parent
        said = failed or tuple(
            answering.answer(words, folders, home, [asks for asks in one.numbers if asks.command == place])
            for place, words in enumerate(one.commands, start=1)
        )
        made = tuple(sweep for sweep in sweeps if not sweep.failure)
        return Answered(one, said, made, self._digest(one))

    def _digest(self, one: ResearchQuestion) -> str:
        return digest(one, self.asked.sweeps, self.path.parent)

    def _folder(self, run: str) -> Path:
        return self.output / "runs" / run

    def _sweep(self, run: str) -> Answer:
        if run not in self.swept:
            words = self.asked.sweeps[run]
            try:
                self.swept[run] = answering.swept(words, self._folder(run), self.path.parent)
            except StudyError as error:
                self.swept[run] = Answer(words, failure=str(error))
        return self.swept[run]


def inquire(
    path: Path, output: Path, only: Sequence[str] = (), tell: Callable[[Answered, int, int], None] | None = None
) -> Written:
    """The questions of the file at `path` answered in `output`: all of them, or those named in `only`.

    `tell` is called with each answer, its place and how many there are. StudyError when the file does not fit its
    format, or has no such question.
    """
    inquiry = Inquiry(path, read_questions(path), output)
    chosen, now = inquiry.asked.chosen(tuple(only)), []
    for place, one in enumerate(inquiry.one_by_one(chosen), start=1):
        now.append(one)
        if tell:
            tell(one, place, len(chosen))
    return inquiry.write(tuple(now))


def answers_kept(folder: Path) -> tuple[str, tuple[Answered, ...]]:
    """The title and the answers in `folder` that still hold; none where there are none."""
    path = folder / ASKED
    if not path.is_file():
        return "", ()
    asked = read_questions(path)
    now = {one.name: (one, digest(one, asked.sweeps, path.parent)) for one in asked.questions}
    return asked.title, kept(folder, now)
