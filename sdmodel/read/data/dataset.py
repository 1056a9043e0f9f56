"""Files of data that the user gives, such as runs exported from Vensim: names of variables → their values over time.

Text with a column for each variable, with a row for each, or (.dat) with a line for each name and each point below it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sdmodel.errors import ModelError
from sdmodel.model.names import key
from sdmodel.read.data.cells import is_missing, number
from sdmodel.read.data.folder import contents, opened
from sdmodel.read.data.text import TextBook, decoded

Series = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]
_KINDS = ".csv, .tab, .tsv, .txt or .dat"


@dataclass(frozen=True)
class _Column:
    """What a file says of one variable: cells of times and of values."""

    file: str
    name: str
    times: list[str]
    values: list[str]


class Datasets(Mapping[str, Series]):
    """Times [time], rising, and values [time] of each variable in some files, by the `key` of its name.

    Of several files that have a variable the first counts. A value that is missing is left out with its time.
    """

    def __init__(self, paths: Iterable[Path]) -> None:
        self.files = tuple(paths)
        self._columns: dict[str, _Column] = {}
        for path in self.files:
            for column in _columns(path):
                self._columns.setdefault(_key(column.name), column)

    def __getitem__(self, name: str) -> Series:
        """The data of a variable, by its name in any spelling; KeyError where there are none."""
        return _series(self._columns[_key(name)])

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and _key(name) in self._columns

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    @property
    def names(self) -> list[str]:
        """The names of the variables as the files have them."""
        return [column.name for column in self._columns.values()]


def _key(name: str) -> str:
    return key(name.replace('"', ""))


def _columns(path: Path) -> Iterator[_Column]:
    if not path.is_file():
        raise ModelError(f"{path}: there is no such file of data.")
    raw, suffix = contents(path), path.suffix.lower()
    if suffix == ".dat":
        return _listed(path.name, decoded(raw))
    book = opened(path, raw)
    if not isinstance(book, TextBook):
        raise ModelError(f"{path.name}: data are read from {_KINDS}; save the sheet as .csv.")
    rows = ([str(one) for one in row] for row in book.sheet("").rows)
    return _tabulated(path.name, [row for row in rows if any(map(str.strip, row))])


def _tabulated(file: str, cells: list[list[str]]) -> Iterator[_Column]:
    """The variables of a table with time in the first column, or else in the first row."""
    if len(cells) < 2 or len(cells[0]) < 2:
        raise ModelError(f"{file}: a table needs names of variables, time, and values.")
    if all(np.isfinite(number(one)) for one in cells[0][1:] if str(one).strip()):
        rows = [(row[0], list(cells[0][1:]), list(row[1:])) for row in cells[1:]]
    else:
        length = len(cells[0])
        filled = [[*row[:length], *([""] * (length - len(row)))] for row in cells]
        times, *others = (list(column) for column in zip(*filled, strict=True))
        rows = [(values[0], times[1:], values[1:]) for values in others]
    named = [(name.strip(), times, values) for name, times, values in rows if name.strip()]
    if not named or all(np.isfinite(number(name)) for name, _, _ in named):
        raise ModelError(f"{file}: names of variables must stand in the first row or in the first column.")
    return (_Column(file, name, times, values) for name, times, values in named)


def _listed(file: str, text: str) -> Iterator[_Column]:
    """The variables of a .dat file: a line with the name, then a line for each point, time and value."""
    found: list[_Column] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        parts = line.replace(",", " ").split()
        if (
            len(parts) == 2
            and np.isfinite(number(parts[0]))
            and (np.isfinite(number(parts[1])) or is_missing(parts[1]))
        ):
            if not found:
                raise ModelError(f"{file}: the first line must be the name of a variable, not {line[:40]!r}.")
            found[-1].times.append(parts[0])
            found[-1].values.append(parts[1])
        else:
            found.append(_Column(file, line, [], []))
    return iter(found)


def _series(column: _Column) -> Series:
    """The points of one variable; ModelError when something in it is not a number, or a time comes twice."""
    points: dict[float, float] = {}
    for at, said in zip(column.times, column.values, strict=False):
        time, value = number(at), number(said)
        if np.isnan(value) and is_missing(said):
            continue
        if not (np.isfinite(time) and np.isfinite(value)):
            raise ModelError(f'{column.file}: "{column.name}" has "{said}" at time "{at}"; both must be numbers.')
        if time in points:
            raise ModelError(f'{column.file}: "{column.name}" has the time {at} twice.')
        points[time] = value
    if not points:
        raise ModelError(f'{column.file}: "{column.name}" has no values.')
    return np.array(sorted(points)), np.array([points[time] for time in sorted(points)])
