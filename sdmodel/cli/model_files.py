"""A word on the command line → the files of one model: a study brings its extensions and data, options add to them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
    of_study: int = 0
    """How many of the extensions the study brings."""

    def read(self) -> "Model":
        """The model.

        Raises:
            ModelError: it cannot be read.
        """
        from sdmodel.read import read  # NumPy: not for --help

        known = read(self.model, data=self.data, folders=self.folders, extensions=self.extensions)
        return replace(known, name=self.name) if self.extensions else known

    @property
    def name(self) -> str:
        """What the model is called: with extensions it is no longer that of its file."""
        own = self.study.stem if self.study is not None and self.of_study else self.model.stem
        return " + ".join([own, *(path.stem for path in self.extensions[self.of_study :])])

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
    added = (*own.extensions, *(extensions or ()))
    return ModelFiles(own.model, study, added, (*own.data, *(data or ())), tuple(folders or ()), len(own.extensions))
