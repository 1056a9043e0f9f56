"""The name of a file in a study → its path, which must lie in the folder of the study or below."""

import os
from pathlib import Path, PureWindowsPath

from sdmodel.errors import StudyError
from sdmodel.model.names import did_you_mean
from sdmodel.study.places import Lines, Location, place, shown_name


def beside(study: Path, lines: Lines, location: Location, name: str) -> Path:
    """The file that the study file at `study` calls `name` at `location`.

    Raises:
        StudyError: it lies elsewhere, or there is none.
    """
    found = inside(study, lines, location, name)
    if not found.is_file():
        shown = shown_name(name)
        raise StudyError(
            f'{place(study, lines, location)}: there is no file "{shown}" beside the study.{neighbour(found)}'
        )
    return found


def inside(study: Path, lines: Lines, location: Location, name: str) -> Path:
    """The path that the study file at `study` calls `name` at `location`, whether or not there is a file.

    Raises:
        StudyError: it is no path of a file in the folder of the study.
    """
    where = place(study, lines, location)
    shown = shown_name(name)
    foreign = PureWindowsPath(name)
    if Path(name).is_absolute() or foreign.is_absolute() or foreign.drive or foreign.root:
        raise StudyError(f'{where}: "{shown}" is an absolute path. Give it relative to the study file.')
    found = study.parent / name
    try:
        there = ".." not in foreign.parts and found.resolve().is_relative_to(study.parent.resolve())
        found.is_file()
    except (OSError, ValueError, RuntimeError):
        raise StudyError(f'{where}: "{shown}" cannot be a path of a file.') from None
    if not there:
        raise StudyError(f'{where}: "{shown}" leads out of the folder of the study file. Put it beside the study.')
    return found


def neighbour(path: Path) -> str:
    """A hint at the file of the same kind whose name is nearest; empty if none is near."""
    try:
        names = [name for name in os.listdir(path.parent) if Path(name).suffix == path.suffix]
    except (OSError, ValueError):
        return ""
    return did_you_mean(path.name, [name for name in names[:1000] if name.isprintable()])
