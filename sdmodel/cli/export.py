"""`export`: a model as a program in another language."""

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sdmodel.cli import shipped
from sdmodel.cli.console import say
from sdmodel.cli.look import Data, Extensions, Folders, Json
from sdmodel.cli.model_files import ModelFiles, model_files
from sdmodel.errors import RunsError

if TYPE_CHECKING:
    from sdmodel.model.model import Model


class Target(StrEnum):
    """Languages that a model can be printed in; `mdl` is its own, with all extensions in one text."""

    python = "python"
    javascript = "javascript"
    mdl = "mdl"


_SUFFIXES = {Target.python: ".py", Target.javascript: ".js", Target.mdl: ".mdl"}
_NEXT = {
    Target.python: 'python "{path}" prints the last values; run(inputs) in it gives the course in time',
    Target.javascript: 'in Node: require("{path}").simulate({{}}).values; in a page, it defines "model"',
    Target.mdl: 'open it in Vensim, or: sdmodel run "{path}"',
}


def export(
    model: Annotated[str, typer.Argument(help="A model file, a study (.toml), or the name of a shipped model.")],
    to: Annotated[Target, typer.Option(help="The language.")] = Target.python,
    data: Data = None,
    folders: Folders = None,
    extensions: Extensions = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write.", show_default="outputs/NAME.py, .js or .mdl")
    ] = None,
    as_json: Json = False,
) -> None:
    """Write a model as a program that runs without sdmodel; or, with its extensions, as one Vensim model (mdl).

    Example:

    sdmodel export sir --to python --output sir.py
    """
    from sdmodel.runs.swap import new_file

    files = model_files(model, data=data, folders=folders, extensions=extensions)
    path = output or shipped.OUTPUTS / f"{files.stem}{_SUFFIXES[to]}"
    _spare(files, path)
    known = files.read()
    text = _printed(known, to)
    with new_file(path) as partial:
        partial.write_text(text, encoding="utf-8", newline="\n")
    if as_json:
        print(json.dumps({"output": str(path), "language": to.value, "model": known.name}))
        return
    say(f"wrote {path}: {known.name}, {len(list(known.visible()))} variables")
    say(f"next: {_NEXT[to].format(path=path.resolve())}")


def _spare(files: ModelFiles, path: Path) -> None:
    """Refuses to write over the model itself, or over what it is read with.

    Raises:
        RunsError: both are the same file.
    """
    for source in files.all():
        if path.exists() and source.exists() and path.samefile(source):
            what = "the model itself" if source == files.model else "a part of what is exported"
            raise RunsError(f"cannot write {path}: it is {what}. Choose another file name.")


def _printed(model: "Model", to: Target) -> str:
    if to is Target.python:
        from sdmodel.printers.python import python  # only the printer that is asked for

        return python(model)
    if to is Target.mdl:
        from sdmodel.read.whole import vensim_text

        return vensim_text(model)
    from sdmodel.printers.javascript import javascript

    return javascript(model)
