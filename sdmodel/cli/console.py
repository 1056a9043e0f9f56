"""What the command line prints: tables as wide as the screen, progress with rate and time left, warnings, errors.

All text goes through `Text`, so that brackets and colons in names of variables and titles stay what they are.
"""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Console, JustifyMethod
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from rich.progress import TaskID

PIPED = 160
"""Columns of a table that no screen limits."""
_GAP = 2

_WITHIN: ContextVar[Callable[[str, int, int], None] | None] = ContextVar("bars that are drawn now", default=None)

out = Console(highlight=False, width=None if sys.stdout.isatty() or "COLUMNS" in os.environ else PIPED)
err = Console(stderr=True, highlight=False)


@dataclass(frozen=True)
class Column:
    """Heading and cells of a column; `words` are set left, numbers right.

    Where the screen is too narrow, its lines break at `wraps` characters or more (0: they do not), and the columns
    with the highest `spare` are left out first, those with 0 never.
    """

    heading: str
    cells: Sequence[str]
    words: bool = False
    wraps: int = 0
    spare: int = 0

    def width(self) -> int:
        """How much of the screen it needs at least."""
        natural = max(map(cell_len, (self.heading, *self.cells)))
        return min(natural, self.wraps) if self.wraps else natural


@contextmanager
def progress(transient: bool = False) -> Iterator[Callable[[str, int, int], None] | None]:
    """A callback (stage, done now, total) that draws one bar a stage; None where nobody looks at the screen.

    What asks for bars while others are drawn, as a command inside another does, gets its own among those. `transient`
    ones are wiped at the end.
    """
    if not err.is_terminal:
        yield None
        return
    if (within := _WITHIN.get()) is not None:
        yield within
        return
    # a hundredth of a second that commands without a bar need not pay
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from sdmodel.cli.rate import Rate

    columns = (
        *(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()),
        *(Rate(), TimeRemainingColumn(elapsed_when_finished=True)),
    )
    with Progress(*columns, console=err, transient=transient) as bars:
        tasks: dict[str, TaskID] = {}

        def advance(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total)
            elif done and bars.tasks[tasks[stage]].finished:  # the same work for another command
                bars.reset(tasks[stage], total=total)
            bars.update(tasks[stage], advance=done, total=total)

        token = _WITHIN.set(advance)
        try:
            yield advance
        finally:
            _WITHIN.reset(token)


def say(text: str) -> None:
    """Plain text on standard output; long lines are left to the terminal."""
    out.print(Text(text), soft_wrap=True)


def table(title: str, columns: Sequence[Column]) -> None:
    """A table; columns without any content are left out, and those that can be spared where there is no room."""
    shown = Table(title=Text(title) if title else None, title_justify="left", box=None, pad_edge=False, padding=(0, 1))
    kept = _fitting([column for column in columns if any(column.cells)], out.width)
    room = _needed(kept) <= out.width
    for column in kept:
        justify: JustifyMethod = "left" if column.words else "right"
        shown.add_column(Text(column.heading), justify=justify, no_wrap=room and not column.wraps, overflow="fold")
    for cells in zip(*(column.cells for column in kept), strict=True):
        shown.add_row(*map(Text, cells))
    out.print(shown)


def warn(message: str) -> None:
    """What went wrong without stopping the work, on standard error."""
    err.print(Text.assemble(("warning: ", "bold yellow"), message), soft_wrap=True)


def fail(message: str) -> None:
    """An error on standard error, in words alone."""
    err.print(Text.assemble(("error: ", "bold red"), message), soft_wrap=True)


def _needed(columns: Sequence[Column]) -> int:
    return sum(column.width() + _GAP for column in columns) - _GAP


def _fitting(columns: list[Column], width: int) -> list[Column]:
    """The columns that stand side by side in `width`, as far as some can be spared."""
    while _needed(columns) > width:
        most = max(column.spare for column in columns)
        if not most:
            return columns
        columns = [column for column in columns if column.spare < most]
    return columns
