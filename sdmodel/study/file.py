"""A study file on disk → Study; everything wrong with it is told at once, each with file, line, table and key."""

import os
import re
import tomllib
from pathlib import Path, PureWindowsPath
from typing import Any

from pydantic import ValidationError

from sdmodel.errors import StudyError
from sdmodel.model.names import did_you_mean
from sdmodel.study.build import study_from
from sdmodel.study.complaints import complaint, problems_between_tables
from sdmodel.study.places import Lines, lines_of, place, shown_name, study_error
from sdmodel.study.schema import StudyTable
from sdmodel.study.spec import Study

MOST_BYTES = 2_000_000
LONGEST_LINE = 20_000
_PART = r"""(?:[\w-]+|"[^"\n]*"|'[^'\n]*')"""
_DEEP_KEY = re.compile(rf"(?<![\w.-]){_PART}(?:\s*\.\s*{_PART}){{16}}")
_TOML_PLACE = re.compile(r"\s*\(at line (\d+), column (\d+)\)$")


def read_study(path: str | Path) -> Study:
    """The study that the TOML file at `path` describes, checked against its own format; `bind` checks it on a model.

    `Study.model` is the path of the model file, which must lie inside the folder of the study file.

    Raises:
        StudyError: the file cannot be read, is not TOML, or does not fit the format; one line for each problem.
    """
    path = Path(path)
    text = _text(path)
    raw = _parsed(path, text)
    lines = lines_of(text)
    try:
        table = StudyTable.model_validate(raw)
    except ValidationError as error:
        raise study_error(path, lines, [complaint(one) for one in error.errors(include_url=False)]) from None
    except RecursionError:
        raise StudyError(f"{shown_name(path.name)}: tables nested too deep.") from None
    if problems := problems_between_tables(table):
        raise study_error(path, lines, problems)
    return study_from(table, path, _model_path(path, table.model, lines), lines)


def _text(path: Path) -> str:
    shown = shown_name(str(path))
    try:
        if path.is_dir():
            raise StudyError(f"{shown} is a folder; give the study file in it, a .toml file.")
        if not path.exists():
            raise StudyError(f"{shown}: there is no such file.{_neighbour(path)}")
        if not path.is_file():
            raise StudyError(f"{shown} is not a regular file.")
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise StudyError(f"{shown} cannot be read: {reason}.") from None
    if len(content) > MOST_BYTES:
        raise StudyError(f"{shown} is larger than {MOST_BYTES // 1_000_000} MB: this is not a study file.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise StudyError(f"{shown}, line {line}: not UTF-8 text. Save the study file as UTF-8.") from None


def _parsed(path: Path, text: str) -> dict[str, Any]:
    name = shown_name(path.name)
    for number, line in enumerate(text.split("\n"), start=1):
        if len(line) > LONGEST_LINE:
            raise StudyError(f"{name}, line {number}: longer than {LONGEST_LINE:,} characters. Break the line.")
        if _DEEP_KEY.search(line):
            raise StudyError(f"{name}, line {number}: a key with more than 16 dots. Study files have no such tables.")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise StudyError(f"{name}: lists or tables nested too deep.") from None
    except ValueError as error:
        where = _TOML_PLACE.search(str(error))
        line_words = f", line {where[1]}, column {where[2]}" if where else ""
        reason = shown_name(_TOML_PLACE.sub("", str(error)))
        raise StudyError(f"{name}{line_words}: not TOML: {reason}. Names with spaces need quotes.") from None


def _model_path(path: Path, model: str, lines: Lines) -> Path:
    where = place(path, lines, ("model",))
    shown = shown_name(model)
    foreign = PureWindowsPath(model)
    if Path(model).is_absolute() or foreign.is_absolute() or foreign.drive or foreign.root:
        raise StudyError(f'{where}: "{shown}" is an absolute path. Give it relative to the study file.')
    found = path.parent / model
    try:
        inside = ".." not in foreign.parts and found.resolve().is_relative_to(path.parent.resolve())
        exists = inside and found.is_file()
    except (OSError, ValueError, RuntimeError):
        raise StudyError(f'{where}: "{shown}" cannot be a path of a file.') from None
    if not inside:
        raise StudyError(f'{where}: "{shown}" leads out of the folder of the study file. Put the model beside it.')
    if not exists:
        raise StudyError(f'{where}: there is no file "{shown}" beside the study.{_neighbour(found)}')
    return found


def _neighbour(path: Path) -> str:
    try:
        names = [name for name in os.listdir(path.parent) if Path(name).suffix == path.suffix]
    except (OSError, ValueError):
        return ""
    return did_you_mean(path.name, [name for name in names[:1000] if name.isprintable()])
