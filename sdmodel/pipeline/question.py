"""A study file → the study bound to its model: all that a question is, checked before anything runs."""

from dataclasses import dataclass, replace
from pathlib import Path

from sdmodel.model.model import Model
from sdmodel.read import read
from sdmodel.study import file as study_files
from sdmodel.study.bind import bind
from sdmodel.study.spec import Study


@dataclass(frozen=True)
class Question:
    """A study bound to its model."""

    study: Study
    model: Model


def load(path: Path) -> Question:
    """The study of a file and its model, checked against each other before anything runs."""
    study = study_files.read_study(path)
    model = read(study.model, data=study.data, extensions=study.extensions)
    if study.extensions:  # it is no longer the model of that file
        model = replace(model, name=study.name)
    return Question(bind(study, model), model)


def read_study(path: str | Path) -> Study:
    """The study of a file, checked against its model: names and ranges fit, names are the model's own.

    Raises:
        StudyError, ModelError: one of the files cannot be read, or they do not fit each other.
    """
    return load(Path(path)).study
