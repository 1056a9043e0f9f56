"""What the command line prints: tables, progress with rate and time left, errors; quiet progress when piped."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


class _Rate(ProgressColumn):
    """Work done a second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.0f}/s" if task.speed else "", style="dim")


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None] | None]:
    """A callback (stage, done now, total) that draws one bar a stage; None where nobody looks at the screen."""
    if not err.is_terminal:
        yield None
        return
    columns = (
        *(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()),
        *(_Rate(), TimeRemainingColumn(elapsed_when_finished=True)),
    )
    with Progress(*columns, console=err) as bars:
        tasks: dict[str, object] = {}

        def advance(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total)
            bars.update(tasks[stage], advance=done, total=total)  # type: ignore[arg-type]

        yield advance


def say(text: str) -> None:
    """One line of plain text; brackets in names of variables are no markup."""
    out.print(escape(text), soft_wrap=True)


def table(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]], *, left: int = 1) -> None:
    """A table whose first `left` columns are text and the others numbers."""
    shown = Table(title=escape(title) if title else None, title_justify="left", box=None, pad_edge=False)
    for place, heading in enumerate(headings):
        shown.add_column(escape(heading), justify="left" if place < left else "right", overflow="fold")
    for row in rows:
        shown.add_row(*map(escape, row))
    out.print(shown)


def fail(message: str) -> None:
    """An error on standard error, in words alone."""
    err.print(f"[bold red]error:[/] {escape(message)}", soft_wrap=True)


def wide() -> bool:
    """Whether standard output is a screen."""
    return sys.stdout.isatty()
