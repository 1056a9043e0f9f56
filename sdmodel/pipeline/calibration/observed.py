"""Files of observations and of events beside a study → arrays for a fit, with the status and source of every number."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sdmodel.analysis.calibration.fit import Observed
from sdmodel.errors import StudyError
from sdmodel.model.names import did_you_mean, key
from sdmodel.study.beside import beside
from sdmodel.study.calibration.spec import Calibration, Series
from sdmodel.study.places import place, shown_name
from sdmodel.study.spec import Study
from sdmodel.study.table_file import Complaints, Row, number_in, rows_of

_STATUS, _SOURCE, _UNIT = "status", "source", "unit"


@dataclass(frozen=True)
class Data:
    """The observations of one series [observation], in rising time, with `statuses` and `sources`; `unit` of all.

    `fitted` marks those in the window of the fit; the others are held out.
    """

    series: Series
    observed: Observed
    fitted: NDArray[np.bool_]
    statuses: tuple[str, ...]
    sources: tuple[str, ...]
    unit: str


@dataclass(frozen=True)
class Mark:
    """An event on the time axis."""

    time: float
    event: str
    status: str


def observations(study: Study, calibration: Calibration) -> list[Data]:
    """The data of each series within the windows of the calibration.

    Raises:
        StudyError: a file or a column is missing, a cell is no number, units differ, or nothing is left to fit.
    """
    return [_data(study, calibration, one) for one in calibration.series.values()]


def marks(study: Study, calibration: Calibration) -> list[Mark]:
    """The events within the windows, in rising time; none where the calibration names no file."""
    if not calibration.events:
        return []
    path = beside(study.path, study.lines, ("calibration", "events"), calibration.events)
    complaints = Complaints(path.name)
    rows = rows_of(path, _heads(path), ("time", "event"), complaints)
    found = [(number_in(row, "time", complaints), row) for row in rows]
    complaints.end()
    first, last = calibration.fit[0], (calibration.holdout or calibration.fit)[1]
    inside = [
        Mark(time, row["event"], row[_STATUS]) for time, row in found if time is not None and first <= time <= last
    ]
    return sorted(inside, key=lambda mark: mark.time)


def _data(study: Study, calibration: Calibration, series: Series) -> Data:
    location = ("calibration", "series", series.name, "data")
    path = beside(study.path, study.lines, location, series.data)
    heads, complaints = _heads(path), Complaints(path.name)
    columns = [series.time, series.value, *series.where, *(series.shift[:1] if series.shift else ()), _STATUS]
    for column in columns:
        if key(column) not in heads:
            near = did_you_mean(column, heads) or f" It has {', '.join(heads)}."
            where = place(study.path, study.lines, location)
            raise StudyError(f'{where}: {path.name} has no column "{shown_name(column)}".{near}')
    rows = [row for row in rows_of(path, heads, (), complaints) if _chosen(row, series)]
    found = sorted(((*_numbers(row, series, complaints), row) for row in rows), key=lambda one: one[0])
    complaints.end()
    kept = [(time, value, row) for time, value, row in found if _window(time, calibration)]
    _check(study, series, calibration, kept, rows)
    return _arrays(series, calibration, kept)


def _numbers(row: Row, series: Series, complaints: Complaints) -> tuple[float, float]:
    """Time and value of a row that has a value; NaN and a complaint where it lacks one of them."""
    numbers = [number_in(row, key(column), complaints) for column in (series.time, series.value)]
    if numbers[0] is None and row[key(series.time)] == "":
        complaints.add(row.line, f'the cell "{series.time}" is empty.')
    return tuple(float("nan") if number is None else number for number in numbers)  # type: ignore[return-value]


def _chosen(row: Row, series: Series) -> bool:
    """Whether the row has a value, a status that may be used, and what `where` asks for."""
    same = all(row[key(column)].casefold() == wanted.casefold() for column, wanted in series.where.items())
    return same and row[_STATUS].casefold() in series.statuses and row[key(series.value)] != ""


def _window(time: float, calibration: Calibration) -> bool:
    first, last = calibration.fit
    held = calibration.holdout
    return first <= time <= last or (held is not None and held[0] <= time <= held[1])


def _check(
    study: Study,
    series: Series,
    calibration: Calibration,
    kept: Sequence[tuple[float, float, Row]],
    rows: Sequence[Row],
) -> None:
    where = f'{study.path.name}, calibration, series "{series.name}"'
    first, last = calibration.fit
    if not any(first <= time <= last for time, _, _ in kept):
        statuses = ", ".join(series.statuses)
        raise StudyError(
            f"{where}: no observation to fit from {first:g} to {last:g}. {len(rows)} rows of {series.data} have the "
            f"status {statuses} and fit `where`. Widen the window, or name other statuses."
        )
    units = sorted({row[_UNIT] for _, _, row in kept})
    if len(units) > 1:
        raise StudyError(f"{where}: observations in several units, {', '.join(units)}. Choose one series by `where`.")
    if series.relative_error is not None and any(value == 0 for _, value, _ in kept):
        raise StudyError(f"{where}: an observation is 0, which has no relative error. Give an error in its unit.")


def _arrays(series: Series, calibration: Calibration, kept: Sequence[tuple[float, float, Row]]) -> Data:
    times, values = (np.array([one[place] for one in kept], dtype=float) for place in (0, 1))
    marked = np.array([_shifted(row, series) for _, _, row in kept], dtype=bool)
    errors = np.abs(values) * series.relative_error if series.relative_error else np.full(len(kept), series.error)
    return Data(
        series,
        Observed(times, values, errors, marked, series.scale, series.offset, series.shift is not None, series.scales),
        times <= calibration.fit[1],
        tuple(row[_STATUS] for _, _, row in kept),
        tuple(row[_SOURCE] for _, _, row in kept),
        kept[0][2][_UNIT],
    )


def _shifted(row: Row, series: Series) -> bool:
    return series.shift is not None and row[key(series.shift[0])].casefold() == series.shift[1].casefold()


def _heads(path: Path) -> list[str]:
    """The names of the columns, as the rows have them."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [key(cell) for cell in next(csv.reader([file.readline(20_000)]), [])]
    except (OSError, UnicodeDecodeError, csv.Error):
        return []  # what is wrong with the file is told by who reads its rows
