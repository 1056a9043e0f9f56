"""Model files → Model."""

from os import PathLike
from pathlib import Path

from sdmodel.model.model import Model
from sdmodel.read.abstract import abstract_model
from sdmodel.read.lower import lower
from sdmodel.read.screen import screen
from sdmodel.read.source import written


def read(path: str | PathLike[str]) -> Model:
    """The Model of a Vensim .mdl; ModelError names the file, variable, line and reason of whatever cannot be run."""
    file = Path(path)
    text, encoding = screen(file)
    return lower(abstract_model(file, text, encoding), file, written(text))
