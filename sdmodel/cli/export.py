"""`export`: a model as a program in another language."""

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sdmodel.cli import shipped
from sdmodel.cli.console import say
from sdmodel.cli.look import Data, Folders, Json
from sdmodel.errors import RunsError

if TYPE_CHECKING:
    from sdmodel.model.model import Model


class Target(StrEnum):
    """Languages that a model can be printed in."""

    python = "python"
    javascript = "javascript"


_SUFFIXES = {Target.python: ".py", Target.javascript: ".js"}
_NEXT = {
    Target.python: 'python "{path}" prints the last values; run(inputs) in it gives the course in time',
    Target.javascript: 'in Node: require("{path}").simulate({{}}).values; in a page, it defines "model"',
}


def export(
    model: Annotated[str, typer.Argument(help="A model file, a study (.toml), or the name of a shipped model.")],
    to: Annotated[Target, typer.Option(help="The language.")] = Target.python,
    data: Data = None,
    folders: Folders = None,
    output: Annotated[Path | None, typer.Option(help="File to write.", show_default="outputs/NAME.py or .js")] = None,
    as_json: Json = False,
) -> None:
    """Write a model as a program that runs without sdmodel.

    Example:

    sdmodel export sir --to python --output sir.py
    """
    from sdmodel.read import read  # PySD takes most of a second to load
    from sdmodel.runs.swap import new_file

    source, _ = shipped.pair(model)
    path = output or shipped.OUTPUTS / f"{source.stem}{_SUFFIXES[to]}"
    _spare(source, path)
    known = read(source, data=data or (), folders=folders or ())
    text = _printed(known, to)
    with new_file(path) as partial:
        partial.write_text(text, encoding="utf-8", newline="\n")
    if as_json:
        print(json.dumps({"output": str(path), "language": to.value, "model": known.name}))
        return
    say(f"wrote {path}: {known.name}, {len(list(known.visible()))} variables")
    say(f"next: {_NEXT[to].format(path=path.resolve())}")


def _spare(source: Path, path: Path) -> None:
    """Refuses to write over the model itself.

    Raises:
        RunsError: both are the same file.
    """
    if path.exists() and source.exists() and path.samefile(source):
        raise RunsError(f"cannot write {path}: it is the model itself. Choose another file name.")


def _printed(model: "Model", to: Target) -> str:
    if to is Target.python:
        from sdmodel.printers.python import python  # only the printer that is asked for

        return python(model)
    from sdmodel.printers.javascript import javascript

    return javascript(model)
