"""One run → a table in a file: column Time, then one column per variable of the model, one row per saved time."""

import csv
import importlib
import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sdmodel.errors import RunsError
from sdmodel.runs.escape import stored
from sdmodel.runs.schema import OUTCOME, STATUS, TIME
from sdmodel.runs.swap import new_file

if TYPE_CHECKING:
    import xarray as xr

FIRST = "Time"


@dataclass(frozen=True)
class Series:
    """Numbers [time] of a column, or the one number of a constant; `described` may hold `units` and `long_name`."""

    numbers: np.ndarray
    described: Mapping[str, str] = field(default_factory=dict)


Columns = Mapping[str, Series]


def save_table(run: "xr.Dataset", path: str | Path) -> Path:
    """The path of a table of `run` (dim time only; constants without dims): .csv, .nc or .parquet by its suffix.

    Numbers keep full precision; constants stand in every row. An earlier file is replaced in one step. RunsError when
    the suffix is another, its package is not installed, `run` is more than one run, or the file cannot be written.
    """
    path = Path(path)
    _writer(path)
    return save_columns(_columns(run), path)


def save_columns(columns: Columns, path: str | Path) -> Path:
    """As `save_table`, of plain columns; the first of them is FIRST, the clock."""
    path = Path(path)
    write = _writer(path)
    times = np.shape(columns[FIRST].numbers)
    even = {name: Series(np.broadcast_to(one.numbers, times), one.described) for name, one in columns.items()}
    with new_file(path) as partial:
        write(even, partial)
    return path


def _writer(path: Path) -> Callable[[Columns, Path], None]:
    """The function that writes files of that suffix, its package made sure of."""
    if path.suffix.lower() not in _FORMATS:
        raise RunsError(f'cannot tell the format of "{path}": its suffix must be one of {", ".join(_FORMATS)}.')
    write, packages, extra = _FORMATS[path.suffix.lower()]
    missing = [package for package in packages if importlib.util.find_spec(package) is None]
    if missing:
        install = f'pip install "sdmodel[{extra}]" {" ".join(packages)}'
        lacking = " and ".join(missing)
        raise RunsError(f'writing {path.suffix} files needs {lacking}, not installed: {install}. Or choose ".csv".')
    return write


def _columns(run: "xr.Dataset") -> dict[str, Series]:
    """Columns by name, the clock first; RunsError if `run` is not one run."""
    if TIME not in run.coords or set(run.sizes) != {TIME}:
        over = ", ".join(f"{name}: {size}" for name, size in run.sizes.items())
        raise RunsError(f"a table holds one run over time; this has dims ({over}). Choose one experiment first.")
    columns = {FIRST: _series(run.variables[TIME])}
    for name in run.data_vars:
        variable = run.variables[name]
        if variable.attrs.get("role") not in (STATUS, OUTCOME):
            columns[str(name)] = _series(variable)
    return columns


def _series(variable: "xr.Variable") -> Series:
    described = {key: str(variable.attrs[key]) for key in ("units", "long_name") if variable.attrs.get(key)}
    return Series(np.asarray(variable.values, dtype=float), described)


def _csv(columns: Columns, path: Path) -> None:
    with path.open("x", newline="", encoding="utf-8") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(columns)
        lines.writerows(zip(*(map(repr, column.numbers.tolist()) for column in columns.values()), strict=True))


def _netcdf(columns: Columns, path: Path) -> None:
    """Names that NetCDF cannot hold are escaped; `long_name` tells the model's name."""
    import xarray as xr  # half a second that the other formats need not pay

    first = columns[FIRST]
    table = xr.Dataset(coords={FIRST: (FIRST, first.numbers, first.described)}, attrs={"Conventions": "CF-1.11"})
    for name, column in columns.items():
        if name != FIRST:
            table[stored(name)] = (FIRST, column.numbers, {"long_name": name, **column.described})
    table.to_netcdf(path, engine="h5netcdf")


def _parquet(columns: Columns, path: Path) -> None:
    """Units and descriptions are kept as metadata of each field."""
    pyarrow = importlib.import_module("pyarrow")  # an extra: only there when asked for
    parquet = importlib.import_module("pyarrow.parquet")
    fields = [pyarrow.field(name, pyarrow.float64(), metadata=dict(one.described)) for name, one in columns.items()]
    arrays = [pyarrow.array(np.ascontiguousarray(one.numbers)) for one in columns.values()]
    parquet.write_table(pyarrow.Table.from_arrays(arrays, schema=pyarrow.schema(fields)), path)


_FORMATS: dict[str, tuple[Callable[[Columns, Path], None], tuple[str, ...], str]] = {
    ".csv": (_csv, (), ""),
    ".nc": (_netcdf, ("h5netcdf", "h5py"), "netcdf"),
    ".parquet": (_parquet, ("pyarrow",), "parquet"),
}
