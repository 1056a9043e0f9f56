"""Words on the command line → files: a path, or the name of a model that comes with sdmodel."""

from pathlib import Path

from sdmodel.errors import RunsError, StudyError

OUTPUTS = Path("outputs")
_PACKAGE = Path(__file__).resolve().parents[1]


def folder() -> Path:
    """Where the shipped models are: inside the installed package, or `models/` of the clone."""
    installed = _PACKAGE / "shipped"
    return installed if installed.is_dir() else _PACKAGE.parent / "models"


def names() -> dict[str, Path]:
    """Short name of each shipped model → its .mdl file: "dilemma" for technology_security_dilemma."""
    return {path.stem.rsplit("_", 1)[-1]: path for path in sorted(folder().glob("*.mdl"))}


def studies() -> dict[str, Path]:
    """Name of each shipped study that has no model of its own, but builds on that of another → its file."""
    return {path.stem: path for path in sorted(folder().glob("*.toml")) if not path.with_suffix(".mdl").is_file()}


def find(word: str, suffix: str) -> Path:
    """The file that a word means: a path, or the name of a shipped model (`suffix` .mdl) or study (.toml).

    A study that builds on the model of another has a name, too, and is found by it whatever the `suffix`.

    Raises:
        StudyError: it is neither.
    """
    path = Path(word)
    if word and (path.suffix or path.exists() or len(path.parts) > 1):
        return path
    shipped = names()
    for short, file in shipped.items():
        if word in (short, file.stem):
            return file.with_suffix(suffix)
    family = studies()
    if word in family:
        return family[word]
    raise StudyError(
        f'"{word}" is neither a file nor a model that comes with sdmodel ({", ".join((*shipped, *family))}). '
        'Give a path, or see "sdmodel models".'
    )


def study(word: str) -> Path:
    """The study file that a word means.

    Raises:
        StudyError: it is neither a file nor a shipped study, or it is a model.
    """
    path = find(word, ".toml")
    if path.suffix.lower() in (".mdl", ".xmile", ".stmx"):
        beside = path.with_suffix(".toml")
        there = f'its study is beside it: "{beside}"' if beside.is_file() else "write a study (.toml) that names it"
        raise StudyError(f'{path} is a model, and this command wants a study: {there}. "sdmodel run" runs a model.')
    return path


def kept(path: Path) -> Path:
    """The folder of runs that is meant; what is in it is checked by whoever opens it.

    Raises:
        RunsError: there is none.
    """
    if path.is_dir():
        return path
    if path.exists():
        raise RunsError(f'{path} is a file; give the folder that a sweep wrote, such as "{OUTPUTS / path.stem}".')
    there = sorted(found.parent for found in OUTPUTS.glob("*/manifest.json"))
    listed = f" There is {', '.join(map(str, there))}." if there else ""
    raise RunsError(f'there is no folder {path}.{listed} "sdmodel sweep STUDY --output {path}" makes it.')
