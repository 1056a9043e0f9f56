"""A study file on disk → Study; everything wrong with it is told at once, each with file, line, table and key."""

import re
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sdmodel.errors import StudyError
from sdmodel.study.base import MOST_BASES, Asked, base_path, files_of_base, joined, told_base
from sdmodel.study.beside import beside, inside, neighbour
from sdmodel.study.build import study_from, title_of
from sdmodel.study.complaints import complaint, problems_between_tables
from sdmodel.study.evidence.claims import with_claims
from sdmodel.study.evidence.parameters import with_parameters
from sdmodel.study.files import with_files
from sdmodel.study.places import Lines, lines_of, shown_name, shown_path, study_error
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
    return _asked(Path(path), ()).study


def heading(path: Path) -> tuple[str, Path]:
    """Title and model of the study at `path`, those of its base where it has none; nothing else is read or checked.

    Raises:
        StudyError: a file cannot be read, or is not TOML.
    """
    found: dict[str, Any] = {}
    home = path
    for _ in range(MOST_BASES + 1):
        raw = _parsed(home, _text(home))
        if "model" in raw and "model" not in found:
            found["model"] = home.parent / str(raw["model"])
        found = {"title": raw["title"], **found} if "title" in raw else found
        base = raw.get("base")
        if not isinstance(base, dict) or len(found) > 1:
            break
        home = home.parent / str(base.get("study"))
    return str(found.get("title") or title_of(path.stem)), found.get("model", path.with_suffix(".mdl"))


def parsed(path: Path) -> dict[str, Any]:
    """The tables of the TOML file at `path`, as they stand there: whoever asks checks them.

    Raises:
        StudyError: the file cannot be read, or is not TOML.
    """
    return _parsed(path, _text(path))


def _asked(path: Path, above: tuple[Path, ...]) -> Asked:
    """The study at `path` and its TOML, joined with that of its base; `above` are the studies that build on it."""
    text = _text(path)
    raw = _parsed(path, text)
    lines: Lines = lines_of(text)
    told, base, own = told_base(path, raw, lines), None, raw.get("questions")
    if told is not None:
        base = _asked(base_path(path, told, lines, above), (*above, path))
        raw, lines = joined(path, raw, lines, base, told)
    table = _checked(path, raw, lines)
    study = study_from(table, path, beside(path, lines, ("model",), table.model), lines)
    study = with_files(study, table, base.study if base else None, told.leave if told else ())
    study = with_parameters(study, table.parameters) if table.parameters else study
    study = with_claims(study, table.claims) if table.claims else study
    study = replace(study, questions=own_questions(path, lines, own))
    if base is not None:
        study = replace(study, files={**study.files, **files_of_base(study, base.study)})
    return Asked(study, raw, lines)


def own_questions(path: Path, lines: Lines, name: object) -> Path | None:
    """The file of research questions that a study names itself; those of its base are about the base.

    It need not be there: copies of a study beside runs are without. StudyError where it is elsewhere.
    """
    return inside(path, lines, ("questions",), name) if isinstance(name, str) and name else None


def _checked(path: Path, raw: dict[str, Any], lines: Lines) -> StudyTable:
    try:
        table = StudyTable.model_validate(raw)
    except ValidationError as error:
        raise study_error(path, lines, [complaint(one) for one in error.errors(include_url=False)]) from None
    except RecursionError:
        raise StudyError(f"{shown_name(path.name)}: tables nested too deep.") from None
    if problems := problems_between_tables(table):
        raise study_error(path, lines, problems)
    return table


def _text(path: Path) -> str:
    shown = shown_path(path)
    try:
        if path.is_dir():
            raise StudyError(f"{shown} is a folder; give the study file in it, a .toml file.")
        if not path.exists():
            raise StudyError(f"{shown}: there is no such file.{neighbour(path)}")
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
