"""Runs ⇄ a zarr store, chunk by chunk: a million runs pass through in flat memory.

A store is a zarr 3 group. Every variable is an array under its escaped name, with its own name in `long_name` (unless
it brings one); `scenario` is kept as whole numbers with the names in `flag_meanings`. Attribute `sdmodel_store` of the
group lists the exact names. Every chunk is written and carries a checksum, so that missing or changed ones are seen.
"""

import json
import os
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
import zarr
from zarr.codecs import BloscCodec, Crc32cCodec

from sdmodel.errors import RunsError
from sdmodel.runs.escape import stored
from sdmodel.runs.schema import EXPERIMENT, FUTURE, SCENARIO, TIME, check, codes, values
from sdmodel.runs.swap import new_folder, recover, writing

MARK, VERSION = "sdmodel_store", 1
CONVENTIONS = "CF-1.11"
CHUNK_BYTES = 2 * 1024**2
CHUNK_ROWS = 65_536  # at most: hundreds of columns of single numbers wait in memory until a chunk of each is full
_DAMAGE = (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError)


class Column:
    """One array that grows: rows are gathered until they fill a chunk, then stored."""

    def __init__(self, group: zarr.Group, name: str, dims: tuple[str, ...]) -> None:
        self.group, self.name, self.dims = group, name, dims
        self.rows = 0  # stored
        self.taken = 0
        self._gathered: list[np.ndarray] = []
        self._array: zarr.Array[Any] | None = None

    def append(self, rows: np.ndarray) -> None:
        """Stores all chunks that are full now, and keeps a copy of the rows that do not fill one."""
        self.taken += len(rows)
        row = max(1, rows.dtype.itemsize * int(np.prod(rows.shape[1:])))
        whole = min(CHUNK_ROWS, max(1, CHUNK_BYTES // row))
        waiting = sum(map(len, self._gathered))
        if waiting + len(rows) >= whole and waiting:
            lacking = whole - waiting
            self._store(np.concatenate([*self._gathered, rows[:lacking]]), whole)
            self._gathered, rows = [], rows[lacking:]
        full = len(rows) // whole * whole
        if full:
            self._store(rows[:full], whole)
        self._gathered.append(np.array(rows[full:]))

    def finish(self, attributes: dict[str, Any]) -> None:
        """Stores the rest and the attributes."""
        rest = np.concatenate(self._gathered)
        if self._array is None:
            self._array = _array(self.group, self.name, self.dims, rest, max(1, len(rest)), attributes)
            return
        if len(rest):
            self._store(rest, 0)
        self._array.attrs.update(attributes)

    def _store(self, rows: np.ndarray, chunk: int) -> None:
        if self._array is None:
            self._array = _array(self.group, self.name, self.dims, rows, chunk, {})
        else:
            self._array.resize((self.rows + len(rows), *rows.shape[1:]))
            self._array[self.rows :] = rows
        self.rows += len(rows)


class Writer:
    """What `create` gives: `append` adds runs chunk by chunk, in order."""

    def __init__(self, group: zarr.Group, path: Path) -> None:
        self._group, self._path = group, path
        self._first: xr.Dataset | None = None
        self._columns: dict[str, Column] = {}
        self._scenarios: list[str] = []

    def append(self, chunk: xr.Dataset) -> None:
        """Adds runs with the same variables and times as those before; RunsError if they differ or are not runs."""
        check(chunk, "the chunk of runs")
        if self._first is None:
            self._begin(chunk)
        self._compare(chunk)
        self._scenarios, coded = codes(chunk[SCENARIO].values, self._scenarios)
        with writing(self._path):
            for name, column in self._columns.items():
                column.append(coded if name == SCENARIO else values(chunk, name))

    def finish(self) -> None:
        """Stores what is still gathered, the times and all attributes; RunsError when nothing was appended."""
        if self._first is None or not self._columns[EXPERIMENT].taken:
            raise RunsError("there are no runs to store: not one experiment was appended.")
        for name, column in self._columns.items():
            attributes = _scenario_attributes(self._scenarios) if name == SCENARIO else _attributes(self._first[name])
            column.finish(attributes)
        times = np.asarray(self._first[TIME].values, dtype=float)
        _array(self._group, TIME, (TIME,), times, len(times), _attributes(self._first[TIME]))
        self._group.attrs.update(self._root())
        with (
            warnings.catch_warnings()
        ):  # zarr 3 warns that other readers may not know consolidated metadata: they skip it
            warnings.simplefilter("ignore")
            zarr.consolidate_metadata(self._group.store)

    def _begin(self, chunk: xr.Dataset) -> None:
        self._first = chunk.isel({EXPERIMENT: slice(0, 0)}).load()
        names = [EXPERIMENT, SCENARIO, FUTURE, *map(str, chunk.data_vars)]
        self._columns = {name: Column(self._group, stored(name), _dims(chunk, name)) for name in names}

    def _compare(self, chunk: xr.Dataset) -> None:
        assert self._first is not None
        different = set(map(str, chunk.data_vars)) ^ set(map(str, self._first.data_vars))
        if different:
            raise RunsError(
                f"a chunk of runs has other variables than those before it: {', '.join(sorted(different))}."
            )
        if not np.array_equal(chunk[TIME].values, self._first[TIME].values):
            raise RunsError("a chunk of runs is saved at other times than those before it.")

    def _root(self) -> dict[str, Any]:
        assert self._first is not None
        names = {column.name: name for name, column in self._columns.items()} | {TIME: TIME}
        mark = {"version": VERSION, "names": names, "scenarios": self._scenarios}
        coordinates = f"{SCENARIO} {FUTURE}"
        own = {str(name): plain(value, str(name)) for name, value in self._first.attrs.items()}
        return {**own, "Conventions": CONVENTIONS, "coordinates": coordinates, MARK: mark}


@contextmanager
def create(path: str | Path) -> Iterator[Writer]:
    """A `Writer` to append runs to; the store stands at `path` only once the block has ended well.

    Until then it grows in a hidden folder beside `path`, and earlier runs at `path` stay untouched.
    RunsError when something other than runs is there, or it cannot be written.
    """
    path = Path(path).absolute()
    with new_folder(path, _is_store) as folder:
        with writing(path):
            writer = Writer(zarr.open_group(folder, mode="w", zarr_format=3), path)
        yield writer
        with writing(path):
            writer.finish()


def write(path: str | Path, chunks: Iterable[xr.Dataset]) -> Path:
    """The path of a store that holds all `chunks` of runs, in order; they may come from a generator."""
    with create(path) as writer:
        for chunk in chunks:
            writer.append(chunk)
    return Path(path)


def open_runs(path: str | Path) -> xr.Dataset:
    """Runs stored at `path`: coordinates in memory, variables read when they are asked for.

    RunsError when there are none, or when the store is damaged, of another kind or of a later version.
    """
    path = Path(path).absolute()
    recover(path)
    if not path.exists():
        raise RunsError(f'there are no runs at {path}. "sdmodel study" and "sdmodel sweep" make them.')
    mark = _mark(path)
    try:
        found = xr.open_zarr(path, chunks=None, consolidated=True, decode_cf=False)
        _refuse_gaps(path, found, mark["names"])
        runs = _restored(found, mark)
    except _DAMAGE as problem:
        raise RunsError(f"the runs at {path} are damaged: {problem}. Make them again.") from problem
    check(runs, str(path))
    return runs


def verify(path: str | Path) -> list[str]:
    """What cannot be read of the runs at `path`, one line each; empty when every checksum of every chunk is right."""
    runs = open_runs(path)
    problems = []
    for name in map(str, runs.variables):
        step = max(1, CHUNK_BYTES // 8 // runs.sizes[TIME])
        rows = range(0, runs.sizes[EXPERIMENT] if EXPERIMENT in runs[name].dims else 0, step)
        try:
            for row in rows:
                values(runs, name, slice(row, row + step))
        except RunsError as problem:
            problems.append(str(problem))
    return problems


def plain(value: Any, where: str) -> Any:
    """An attribute's value as JSON knows it; RunsError naming the attribute when that cannot be."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    if isinstance(value, dict):
        return {str(name): plain(inner, where) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner, where) for inner in value]
    if value is None or isinstance(value, str | int | float):
        return value
    raise RunsError(f'attribute "{where}" is a {type(value).__name__}; runs can keep text, numbers and lists of them.')


def _array(
    group: zarr.Group, name: str, dims: tuple[str, ...], rows: np.ndarray, chunk: int, attributes: dict[str, Any]
) -> "zarr.Array[Any]":
    """An array of `rows`, written with its attributes in one go: a store has hundreds of arrays."""
    return group.create_array(
        name,
        data=np.ascontiguousarray(rows),
        chunks=(chunk, *(max(1, size) for size in rows.shape[1:])),
        fill_value=np.nan if rows.dtype.kind == "f" else 0,
        dimension_names=dims,
        compressors=[BloscCodec(cname="lz4", clevel=5, shuffle="shuffle"), Crc32cCodec()],
        config={"write_empty_chunks": True},
        attributes=attributes,
    )


def _dims(chunk: xr.Dataset, name: str) -> tuple[str, ...]:
    return tuple(map(str, chunk.variables[name].dims))


def _attributes(variable: xr.DataArray) -> dict[str, Any]:
    own = {str(name): plain(value, f"{variable.name}: {name}") for name, value in variable.attrs.items()}
    return {"long_name": str(variable.name), **own}


def _scenario_attributes(names: list[str]) -> dict[str, Any]:
    """The names of CF flags hold no spaces; the exact names are in the group's own attribute."""
    meanings = " ".join(name.replace(" ", "_") for name in names)
    return {"long_name": SCENARIO, "flag_values": list(range(len(names))), "flag_meanings": meanings}


def _is_store(path: Path) -> bool:
    try:
        _mark(path)
    except RunsError:
        return False
    return True


def _mark(path: Path) -> dict[str, Any]:
    """Attribute `sdmodel_store` of the group at `path`; RunsError when it is none of ours."""
    try:
        mark = json.loads((path / "zarr.json").read_text(encoding="utf-8"))["attributes"][MARK]
        version = int(mark["version"])
    except _DAMAGE as problem:
        raise RunsError(f"{path} is not a store of runs that sdmodel wrote, or its zarr.json is damaged.") from problem
    if version > VERSION:
        raise RunsError(f"{path} was written by a later sdmodel (store version {version}). Upgrade sdmodel to read it.")
    return dict(mark)


def _refuse_gaps(path: Path, found: xr.Dataset, names: dict[str, str]) -> None:
    """ValueError when an array, or a chunk of one, is missing or empty on disk: zarr itself would read it as NaN."""
    for name in names:
        expected = int(np.prod(zarr.open_array(path / name, mode="r").cdata_shape)) if name in found.variables else -1
        files = [
            entry
            for folder, _, inside in os.walk(path / name / "c")
            for entry in (Path(folder, file) for file in inside)
        ]
        if len(files) != expected or any(file.stat().st_size == 0 for file in files):
            raise ValueError(f'parts of "{names[name]}" are missing')


def _restored(found: xr.Dataset, mark: dict[str, Any]) -> xr.Dataset:
    """The runs as they were: own names, scenarios as text, coordinates in place."""
    labels = np.array(mark["scenarios"], dtype=object)[found[SCENARIO].values]
    runs = found.rename({name: own for name, own in mark["names"].items() if name != own})
    runs = runs[list(mark["names"].values())].drop_vars(SCENARIO)
    runs = runs.assign_coords({SCENARIO: (EXPERIMENT, labels, {"long_name": SCENARIO}), FUTURE: runs[FUTURE].load()})
    runs.attrs = {name: value for name, value in found.attrs.items() if name not in (MARK, "coordinates")}
    return runs
