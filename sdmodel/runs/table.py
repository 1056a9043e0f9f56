"""One run → a table in a file: column Time, then one column per variable of the model, one row per saved time."""

import csv
import importlib
import importlib.util
from collections.abc import Callable
from pathlib import Path

import numpy as np
import xarray as xr

from sdmodel.errors import RunsError
from sdmodel.runs.escape import stored
from sdmodel.runs.schema import OUTCOME, STATUS, TIME
from sdmodel.runs.swap import new_file

FIRST = "Time"
Columns = dict[str, np.ndarray]


def save_table(run: xr.Dataset, path: str | Path) -> Path:
    """The path of a table of `run` (dim time only; constants without dims): .csv, .nc or .parquet by its suffix.

    Numbers keep full precision; constants stand in every row. An earlier file is replaced in one step. RunsError when
    the suffix is another, its package is not installed, `run` is more than one run, or the file cannot be written.
    """
    path = Path(path)
    write = _writer(path)
    columns = _columns(run)
    with new_file(path) as partial:
        write(run, columns, partial)
    return path


def _writer(path: Path) -> Callable[[xr.Dataset, Columns, Path], None]:
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


def _columns(run: xr.Dataset) -> Columns:
    """Numbers of each column by name, the clock first; RunsError if `run` is not one run."""
    if TIME not in run.coords or set(run.sizes) != {TIME}:
        over = ", ".join(f"{name}: {size}" for name, size in run.sizes.items())
        raise RunsError(f"a table holds one run over time; this has dims ({over}). Choose one experiment first.")
    times = np.asarray(run[TIME].values, dtype=float)
    columns = {FIRST: times}
    for name, variable in run.data_vars.items():
        if variable.attrs.get("role") not in (STATUS, OUTCOME):
            columns[str(name)] = np.broadcast_to(np.asarray(variable.values, dtype=float), times.shape)
    return columns


def _csv(_run: xr.Dataset, columns: Columns, path: Path) -> None:
    with path.open("x", newline="", encoding="utf-8") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(columns)
        lines.writerows(zip(*(map(repr, column.tolist()) for column in columns.values()), strict=True))


def _netcdf(run: xr.Dataset, columns: Columns, path: Path) -> None:
    """Names that NetCDF cannot hold are escaped; `long_name` tells the model's name."""
    table = xr.Dataset(coords={FIRST: (FIRST, columns[FIRST], _described(run, TIME))}, attrs={"Conventions": "CF-1.11"})
    for name, column in columns.items():
        if name != FIRST:
            table[stored(name)] = (FIRST, column, {"long_name": name, **_described(run, name)})
    table.to_netcdf(path, engine="h5netcdf")


def _parquet(run: xr.Dataset, columns: Columns, path: Path) -> None:
    """Units and descriptions are kept as metadata of each field."""
    pyarrow = importlib.import_module("pyarrow")  # an extra: only there when asked for
    parquet = importlib.import_module("pyarrow.parquet")
    fields = [
        pyarrow.field(name, pyarrow.float64(), metadata=_described(run, TIME if name == FIRST else name))
        for name in columns
    ]
    arrays = [pyarrow.array(np.ascontiguousarray(column)) for column in columns.values()]
    parquet.write_table(pyarrow.Table.from_arrays(arrays, schema=pyarrow.schema(fields)), path)


def _described(run: xr.Dataset, name: str) -> dict[str, str]:
    attributes = run[name].attrs
    return {key: str(attributes[key]) for key in ("units", "long_name") if attributes.get(key)}


_FORMATS: dict[str, tuple[Callable[[xr.Dataset, Columns, Path], None], tuple[str, ...], str]] = {
    ".csv": (_csv, (), ""),
    ".nc": (_netcdf, ("h5netcdf", "h5py"), "netcdf"),
    ".parquet": (_parquet, ("pyarrow",), "parquet"),
}
