"""Model files → Model."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from os import PathLike
from pathlib import Path

from sdmodel.errors import ModelError
from sdmodel.model.model import Model
from sdmodel.model.shallow import shallow
from sdmodel.read.abstract import abstract_model
from sdmodel.read.cache import cached
from sdmodel.read.data.dataset import Datasets
from sdmodel.read.data.folder import Folder, contents
from sdmodel.read.lower import lower
from sdmodel.read.screen import is_xmile, screen
from sdmodel.read.source import written_all
from sdmodel.read.vensim.settings import settings
from sdmodel.read.xmile import xmile_model

Files = Iterable[str | PathLike[str]]


def read(path: str | PathLike[str], *, data: Files = (), folders: Files = ()) -> Model:
    """The Model of a Vensim .mdl or an XMILE file (.xmile, .stmx).

    Args:
        path: the model file.
        data: files (.csv, .tab, .dat) with the course of variables that follow data.
        folders: where the model may read spreadsheets, beside its own folder.

    A file that was read before comes from the user's cache (`cache`), unless a spreadsheet that it reads has changed.

    Raises:
        ModelError: names the file, variable, line and reason of whatever cannot be run.
    """
    file = Path(path)
    text, encoding = screen(file)
    aliases = {} if is_xmile(file) else settings(file, text).aliases
    folder = Folder(file.parent, aliases, tuple(map(Path, folders)))
    datasets = tuple(map(Path, data))
    seen = "\n".join(hashlib.sha256(contents(one)).hexdigest() for one in datasets)
    try:
        return cached(file, f"{seen}\n{text}", folder, lambda: _parsed(file, text, encoding, folder, datasets))
    except RecursionError:
        raise ModelError(f"{file.name}: an equation is nested too deeply; split it into several variables.") from None


def _parsed(file: Path, text: str, encoding: str, folder: Folder, data: tuple[Path, ...]) -> Model:
    if is_xmile(file):
        found = xmile_model(file, text)
        abstract, integration = found.abstract, found.settings.integration
        lines = {name: [equation] for name, equation in found.written.items()}
    else:
        abstract, lines = abstract_model(file, text, encoding), written_all(text)
        integration = settings(file, text).integration
    model = lower(abstract, file, lines, folder=folder, datasets=Datasets(data))
    return shallow(replace(model, integration=integration))
