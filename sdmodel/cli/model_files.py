"""A word on the command line → the files of one model: a study brings its extensions and data, options add to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sdmodel.cli import shipped

if TYPE_CHECKING:
    from sdmodel.model.model import Model


@dataclass(frozen=True)
class ModelFiles:
    """The file of a model with all that it is read with, and the study that is meant, if any."""

    model: Path
    study: Path | None
    extensions: tuple[Path, ...] = ()
    data: tuple[Path, ...] = ()
    folders: tuple[Path, ...] = ()

    def read(self) -> "Model":
        """The model.

        Raises:
            ModelError: it cannot be read.
        """
        from sdmodel.read import read  # NumPy: not for --help

        return read(self.model, data=self.data, folders=self.folders, extensions=self.extensions)

    def all(self) -> tuple[Path, ...]:
        """Every file that must not be written over."""
        return tuple(path for path in (self.model, self.study, *self.extensions, *self.data) if path is not None)

    @property
    def stem(self) -> str:
        """What a file made of this model is called: as the study, where its extensions make another model of it."""
        return self.study.stem if self.study is not None and self.extensions else self.model.stem


def model_files(
    word: str,
    *,
    data: Sequence[Path] | None = None,
    folders: Sequence[Path] | None = None,
    extensions: Sequence[Path] | None = None,
    with_study: bool = False,
) -> ModelFiles:
    """The files of the model that `word` means.

    A study that is named itself brings its extensions and data. One that only lies beside the model does so when it is
    asked for as well (`with_study`): its scenarios are meant for that model.

    Raises:
        StudyError: `word` is neither a file nor a shipped model, or the study is wrong.
    """
    path = shipped.find(word, ".mdl")
    is_study = path.suffix.lower() == ".toml"
    beside = path if is_study else path.with_suffix(".toml") if path.name else path
    study = beside if beside.is_file() or is_study else None
    own = ModelFiles(path, study)
    if study is not None and (is_study or with_study):
        # only a study needs the TOML schema, and it costs an eighth of a second
        from sdmodel.study.file import read_study

        told = read_study(study)
        own = ModelFiles(told.model if is_study else path, study, told.extensions, told.data)
    return ModelFiles(
        own.model, study, (*own.extensions, *(extensions or ())), (*own.data, *(data or ())), tuple(folders or ())
    )
