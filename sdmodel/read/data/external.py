"""GET XLS and GET DIRECT CONSTANTS, LOOKUPS, DATA, SUBSCRIPT: what an equation asks for → numbers, names of elements.

Where the cells of an array are follows Vensim's reference manual (pages "GET DIRECT …"): of constants, the last
dimension runs to the right and the one before it down, with a `*` after the cell the other way round; of lookups and
data, x or time runs along a row or down a column, and the elements of one dimension in the other direction.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from sdmodel.read.data.along import Numbers, series_of
from sdmodel.read.data.cells import Block, Sheet, cell, column, number
from sdmodel.read.data.folder import Folder
from sdmodel.read.data.source import ONE_EACH, Source, naming

__all__ = ["Folder", "constants", "lookups", "points", "series", "subscripts"]


def constants(folder: Folder, structure: Any, shape: tuple[int, ...], *, of: str = "") -> Numbers:
    """Numbers [*shape] of GET … CONSTANTS; `of` is the variable, for messages.

    Raises:
        ModelError: the file, sheet or cells are not there, a cell has no number, more than two dimensions are wanted.
    """
    source, text = Source(folder, structure.file, structure.tab), structure.cell.strip()
    sizes = [size for size in shape if size > 1]
    with naming(structure.file, of):
        if len(sizes) > 2:
            raise source.wrong(f"constants of {len(sizes)} dimensions cannot be read from one table", ONE_EACH)
        rows, columns = [1] * (2 - len(sizes)) + sizes
        is_down = text.endswith("*") and bool(sizes)
        if is_down:
            rows, columns = columns, rows
        sheet, block = source.block(text.rstrip("*"), rows, columns)
        values = np.array([[number(value) for value in row] for row in sheet.block(block)])
        for row, place in np.argwhere(~np.isfinite(values))[:1]:
            raise source.not_a_number(sheet, int(block.row + row), int(block.column + place))
    return (values.T if is_down else values).reshape(shape)


def lookups(folder: Folder, structure: Any, shape: tuple[int, ...], *, of: str = "") -> tuple[Numbers, Numbers]:
    """x [point], rising, and y [*shape, point] of GET … LOOKUPS; y is not a number where a cell has no value.

    Raises:
        ModelError: as `constants`; an x comes twice; a cell of y has something that is neither a number nor missing.
    """
    with naming(structure.file, of):
        source = Source(folder, structure.file, structure.tab)
        return series_of(source, structure.x_row_or_col, structure.cell, shape)


def series(folder: Folder, structure: Any, shape: tuple[int, ...], *, of: str = "") -> tuple[Numbers, Numbers]:
    """Times [time], rising, and values [*shape, time] of GET … DATA, as `lookups`."""
    with naming(structure.file, of):
        source = Source(folder, structure.file, structure.tab)
        return series_of(source, structure.time_row_or_col, structure.cell, shape)


def points(x: Numbers, y: Numbers) -> tuple[Numbers, Numbers]:
    """The points x [point], y [point] of one series that have both, by rising x; perhaps none."""
    known = np.isfinite(x) & np.isfinite(y)
    order = np.argsort(x[known], kind="stable")
    return x[known][order], y[known][order]


def subscripts(folder: Folder, told: Mapping[str, str], *, of: str = "") -> list[str]:
    """Names of the elements of GET … SUBSCRIPT: what stands in the cells, across and then down, each with the prefix.

    `told` has file, tab, firstcell, lastcell and prefix. Empty cells are left out. `lastcell` may be a cell, a row, a
    column, or empty for all that there is; `firstcell` may be the name of a block.

    Raises:
        ModelError: the file, sheet or cells are not there, or all of them are empty.
    """
    with naming(told["file"], of):
        source = Source(folder, told["file"], told["tab"])
        start = cell(told["firstcell"])
        if start is None:
            sheet, block = source.named(told["firstcell"])
        else:
            sheet = source.sheet()
            block = _until(source, sheet, start, (told.get("lastcell") or "").strip())
        found = [_name(value) for row in sheet.block(block) for value in row]
        names = [(told.get("prefix") or "") + name for name in found if name]
        if not names:
            raise source.wrong(f"there is no name of an element from cell {told['firstcell']} on")
    return names


def _until(source: Source, sheet: Sheet, start: tuple[int, int], last: str) -> Block:
    row, place = len(sheet.rows) - 1, sheet.width - 1
    if (end := cell(last)) is not None:
        row, place = end
    elif last.isascii() and last.isdigit():
        row = int(last) - 1
    elif (letters := column(last)) is not None:
        place = letters
    elif last:
        raise source.wrong(f'the last cell, "{last}", is neither a cell such as B9 nor a row or column')
    row, place = min(row, len(sheet.rows) - 1), min(place, sheet.width - 1)
    if row < start[0] or place < start[1]:
        raise source.wrong("the last cell comes before the first, or the sheet ends before it")
    return Block(*start, row - start[0] + 1, place - start[1] + 1)


def _name(value: object) -> str:
    """The text of a cell; whole numbers without a point."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value).strip()
