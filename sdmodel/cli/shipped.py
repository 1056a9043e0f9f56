"""Names of the models that come with sdmodel → their files, in a clone as in an installed package."""

from pathlib import Path

from sdmodel.errors import StudyError

_PACKAGE = Path(__file__).resolve().parents[1]


def folder() -> Path:
    """Where the shipped models are: inside the installed package, or `models/` of the clone."""
    installed = _PACKAGE / "shipped"
    return installed if installed.is_dir() else _PACKAGE.parent / "models"


def names() -> dict[str, Path]:
    """Short name of each shipped model → its .mdl file: "dilemma" for technology_security_dilemma."""
    return {path.stem.rsplit("_", 1)[-1]: path for path in sorted(folder().glob("*.mdl"))}


def find(word: str, suffix: str) -> Path:
    """The file that a word means: a path, or the name of a shipped model (`suffix` .mdl) or study (.toml).

    Raises:
        StudyError: it is neither.
    """
    path = Path(word)
    if path.suffix or path.exists() or len(path.parts) > 1:
        return path
    shipped = names()
    for short, file in shipped.items():
        if word in (short, file.stem):
            return file.with_suffix(suffix)
    raise StudyError(
        f'"{word}" is neither a file nor a model that comes with sdmodel ({", ".join(shipped)}). '
        'Give a path, or see "sdmodel models".'
    )


def pair(word: str) -> tuple[Path, Path | None]:
    """Model and study files of a word: a study names its model; a model has the study of the same name, if any."""
    path = find(word, ".mdl")
    if path.suffix.lower() == ".toml":
        # only a study needs the TOML schema, and it costs an eighth of a second
        from sdmodel.study.file import read_study

        return read_study(path).model, path
    beside = path.with_suffix(".toml")
    return path, beside if beside.is_file() else None
