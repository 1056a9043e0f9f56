"""A row, column or name for x or time, a cell or name for values → points of a series for each element."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sdmodel.read.data.cells import Block, Sheet, cell, column, is_missing, number
from sdmodel.read.data.source import ONE_EACH, Source, corners

Numbers = npt.NDArray[np.float64]
_MOST_ROWS, _MOST_COLUMNS = 2**20, 2**14  # of a sheet of Excel


@dataclass(frozen=True)
class _Axis:
    """Where x or time stands; `is_row` tells that it runs to the right."""

    sheet: Sheet
    block: Block
    is_row: bool


def series_of(source: Source, along: str, start: str, shape: tuple[int, ...]) -> tuple[Numbers, Numbers]:
    """x [point], rising, and y [*shape, point]; an x that is no number is left out, a missing y is not a number."""
    sizes = [size for size in shape if size > 1]
    if len(sizes) > 1:
        raise source.wrong(f"series of {len(sizes)} dimensions cannot be read from one table", ONE_EACH)
    axis = _axis(source, along.strip(), start)
    sheet, block = _values(source, axis, start, sizes[0] if sizes else 1)
    x = np.array([number(value) for row in axis.sheet.block(axis.block) for value in row])
    known = np.flatnonzero(np.isfinite(x))
    if not known.size:
        raise source.wrong(f"there is no number along {along}, in cells {corners(axis.block)}")
    places = known[np.argsort(x[known], kind="stable")]
    x = x[places]
    if (twice := np.flatnonzero(np.diff(x) == 0)).size:
        raise source.wrong(f"{x[twice[0]]:g} stands twice along {along}, in cells {corners(axis.block)}")
    elements = block.rows if axis.is_row else block.columns
    y = [[_value(source, sheet, block, axis.is_row, element, int(at)) for at in places] for element in range(elements)]
    return x, np.array(y).reshape(*shape, len(x))


def _axis(source: Source, along: str, start: str) -> _Axis:
    """A number is a row, letters are a column if values start at a cell, all else is a name."""
    first = cell(start)
    if along.isascii() and along.isdigit():
        if first is None:
            raise source.wrong(f'"{start}" is not a cell such as B2, though {along} is a row')
        if not 1 <= int(along) <= _MOST_ROWS:
            raise source.wrong(f"there is no row {along}")
        sheet = source.sheet()
        return _Axis(sheet, Block(int(along) - 1, first[1], 1, max(0, sheet.width - first[1])), True)
    if first is not None and (place := column(along)) is not None and place < _MOST_COLUMNS:
        sheet = source.sheet()
        return _Axis(sheet, Block(first[0], place, max(0, len(sheet.rows) - first[0]), 1), False)
    sheet, block = source.named(along)
    if block.rows > 1 and block.columns > 1:
        raise source.wrong(f'the name "{along}" stands for a table, {corners(block)}; a row or column is needed')
    return _Axis(sheet, block, block.columns > 1)


def _values(source: Source, axis: _Axis, start: str, elements: int) -> tuple[Sheet, Block]:
    if not axis.block.rows * axis.block.columns:
        raise source.wrong(f"the sheet ends before cell {start.strip()}")
    if axis.is_row:
        return source.block(start, elements, axis.block.columns)
    return source.block(start, axis.block.rows, elements)


def _value(source: Source, sheet: Sheet, block: Block, is_row: bool, element: int, at: int) -> float:
    row, place = (element, at) if is_row else (at, element)
    found = sheet.at(block.row + row, block.column + place)
    value = number(found)
    if np.isnan(value) and not is_missing(found):
        raise source.not_a_number(sheet, block.row + row, block.column + place)
    return value
