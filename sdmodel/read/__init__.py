"""Model files → Model."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from os import PathLike
from pathlib import Path

from sdmodel.errors import ModelError
from sdmodel.model.model import Model
from sdmodel.read.cache import cached
from sdmodel.read.data.folder import Folder, contents
from sdmodel.read.screen import is_xmile
from sdmodel.read.vensim.settings import settings
from sdmodel.read.whole import whole

Files = Iterable[str | PathLike[str]]


def read(path: str | PathLike[str], *, data: Files = (), folders: Files = (), extensions: Files = ()) -> Model:
    """The Model of a Vensim .mdl or an XMILE file (.xmile, .stmx).

    Args:
        path: the model file.
        data: files (.csv, .tab, .dat) with the course of variables that follow data.
        folders: where the model may read spreadsheets, beside its own folder.
        extensions: .mdl files whose equations replace those of the same names, or are added; in this order.

    A file that was read before comes from the user's cache (`cache`), unless a spreadsheet that it reads has changed.

    Raises:
        ModelError: names the file, variable, line and reason of whatever cannot be run.
    """
    file = Path(path)
    added = tuple(map(Path, extensions))
    found = whole(file, added)
    text = found.text
    aliases = {} if is_xmile(file) else settings(file, text).aliases
    folder = Folder(file.parent, aliases, tuple(map(Path, folders)))
    datasets = tuple(map(Path, data))
    seen = "\n".join(hashlib.sha256(contents(one)).hexdigest() for one in datasets)

    def parse() -> Model:
        from sdmodel.read.parsed import parsed  # all that reads equations: a model from the cache does not need it

        return parsed(file, found, folder, datasets)

    try:
        model = cached(file, f"{seen}\n{found.told()}", folder, parse)
    except RecursionError:
        raise ModelError(f"{file.name}: an equation is nested too deeply; split it into several variables.") from None
    return replace(model, extensions=tuple(map(str, added))) if added else model
