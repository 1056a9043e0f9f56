"""The examples in the help texts are commands that run, and stand on one line of a common terminal."""

import inspect
import re
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from rich.text import Text

from sdmodel.cli import app

FIRST = ("study sir", "sweep sir")  # later examples look at what these leave behind
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]
EXAMPLES = sorted(
    (
        line.strip()
        for one in COMMANDS.values()
        for line in re.findall(r"^ *sdmodel .*$", inspect.cleandoc(one.help), re.M)
    ),
    key=lambda line: not line.removeprefix("sdmodel ").startswith(FIRST),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where all examples run, one after the other."""
    return tmp_path_factory.mktemp("examples")


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_swallows_no_words_in_brackets(name: str) -> None:
    """Rich takes "[search.NAME]" for a mark-up and prints nothing, unless it is written with a backslash."""
    command = COMMANDS[name]
    for words in (command.help, *(one.help for one in command.params if isinstance(one, typer.core.TyperOption))):
        assert Text.from_markup(words or "").plain == (words or "").replace("\\[", "[")


def test_every_command_has_an_example() -> None:
    assert {shlex.split(line)[1] for line in EXAMPLES} == set(COMMANDS)


@pytest.mark.parametrize("line", EXAMPLES)
def test_each_example_of_the_help_runs(
    program: Callable[..., subprocess.CompletedProcess[str]], folder: Path, line: str
) -> None:
    told = program(*shlex.split(line)[1:], cwd=folder)
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.strip()


@pytest.mark.parametrize("line", EXAMPLES)
def test_each_example_stands_on_one_line_of_eighty(
    program: Callable[..., subprocess.CompletedProcess[str]], line: str
) -> None:
    told = program(shlex.split(line)[1], "--help", COLUMNS="80")
    assert line in told.stdout
