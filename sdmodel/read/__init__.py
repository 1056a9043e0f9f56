"""Model files → Model."""

from os import PathLike
from pathlib import Path

from sdmodel.model.model import Model
from sdmodel.read.abstract import abstract_model
from sdmodel.read.cache import cached
from sdmodel.read.lower import lower
from sdmodel.read.screen import screen
from sdmodel.read.source import written


def read(path: str | PathLike[str]) -> Model:
    """The Model of a Vensim .mdl; ModelError names the file, variable, line and reason of whatever cannot be run.

    A file that was read before comes from the user's cache (`cache`), though it is screened each time.
    """
    file = Path(path)
    text, encoding = screen(file)
    return cached(file, text, lambda: lower(abstract_model(file, text, encoding), file, written(text)))
