"""Names of files in a study → their paths, all of which are kept beside the runs so that these can be read again."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path

from sdmodel.study.beside import beside
from sdmodel.study.places import Location
from sdmodel.study.schema import StudyTable
from sdmodel.study.spec import Study


def with_files(study: Study, table: StudyTable, base: Study | None, leave: Collection[str]) -> Study:
    """`study` with its extensions and data, those of its base first unless they are left, and the files of its fit.

    `Study.files` has all of them by words that tell what they are; tables beside the study add theirs.

    Raises:
        StudyError: one of them is missing, or outside the folder of the study.
    """

    def named(key: str, names: list[str], before: tuple[Path, ...]) -> tuple[Path, ...]:
        own = [beside(study.path, study.lines, (key, f"item {n}"), name) for n, name in enumerate(names, start=1)]
        return tuple(dict.fromkeys((*(() if key in leave else before), *own)))

    extensions = named("extensions", table.extensions, base.extensions if base else ())
    data = named("data", table.data, base.data if base else ())
    fitted = [beside(study.path, study.lines, location, name) for location, name in _of_the_fit(study)]
    files = {
        f"{what} {path.relative_to(study.path.parent).as_posix()}": path
        for what, paths in (("extension", extensions), ("data", data), ("data", fitted))
        for path in paths
    }
    return replace(study, extensions=extensions, data=data, files={**study.files, **files})


def _of_the_fit(study: Study) -> Iterator[tuple[Location, str]]:
    """Files of observations and events that [calibration] names, and where it does."""
    if study.calibration is None:
        return
    for name, series in study.calibration.series.items():
        yield ("calibration", "series", name, "data"), series.data
    if study.calibration.events:
        yield ("calibration", "events"), study.calibration.events
