"""Text of a model file → Model, by the parser of its format: what `read` does where the cache cannot answer."""

from dataclasses import replace
from pathlib import Path

from sdmodel.model.model import Model
from sdmodel.model.shallow import shallow
from sdmodel.read.abstract import abstract_model
from sdmodel.read.data.dataset import Datasets
from sdmodel.read.data.folder import Folder
from sdmodel.read.lower import lower
from sdmodel.read.screen import is_xmile
from sdmodel.read.source import written_all
from sdmodel.read.vensim.extend import Whole
from sdmodel.read.vensim.settings import settings
from sdmodel.read.xmile import xmile_model


def parsed(file: Path, found: Whole, folder: Folder, data: tuple[Path, ...]) -> Model:
    """The Model of the whole text that was `found` at `file` (`whole`); it may read the files of `folder` and `data`.

    Raises:
        ModelError: names the variable, line and reason of whatever cannot be run.
    """
    text = found.text
    if is_xmile(file):
        made = xmile_model(file, text)
        abstract, integration = made.abstract, made.settings.integration
        lines = {name: [equation] for name, equation in made.written.items()}
    else:
        abstract, lines = abstract_model(file, text, found.places), written_all(text, places=found.places)
        integration = settings(file, text).integration
    model = lower(abstract, file, lines, folder=folder, datasets=Datasets(data))
    return shallow(replace(model, integration=integration))
