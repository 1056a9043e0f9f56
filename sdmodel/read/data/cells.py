"""Cells of a sheet as text ("B2", "AB") ⇄ rows and columns, counted from 0; what stands in a cell → a number."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9][0-9]{0,6})", re.ASCII)
_COLUMN = re.compile(r"\$?([A-Za-z]{1,3})", re.ASCII)
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eEdD][-+]?\d+)?", re.ASCII)
_MISSING = {"", "-", "--", "–", ".", "..", "...", "na", "n/a", "n.a.", ":na:", "nan", "none", "null", "missing"}


@dataclass(frozen=True, slots=True)
class Block:
    """A rectangle of cells: its first row and column, and how many there are of each."""

    row: int
    column: int
    rows: int
    columns: int


@dataclass(frozen=True)
class Sheet:
    """The cells of one sheet, row by row; rows may be short. `file` and `name` are for messages."""

    file: str
    name: str
    rows: Sequence[Sequence[object]]

    def at(self, row: int, column: int) -> object:
        """What stands in a cell; None where nothing does."""
        line = self.rows[row] if row < len(self.rows) else ()
        return line[column] if column < len(line) else None

    def block(self, block: Block) -> list[list[object]]:
        """What stands in the cells of a block, row by row."""
        columns = range(block.column, block.column + block.columns)
        return [[self.at(row, column) for column in columns] for row in range(block.row, block.row + block.rows)]

    @property
    def width(self) -> int:
        """The length of the longest row."""
        return max(map(len, self.rows), default=0)


def cell(text: str) -> tuple[int, int] | None:
    """Row and column of "B2"; None where `text` is not the address of a cell."""
    found = _CELL.fullmatch(text.strip())
    return (int(found.group(2)) - 1, _place(found.group(1))) if found else None


def column(text: str) -> int | None:
    """The column "B" or "AA"; None where `text` is not the letters of one."""
    found = _COLUMN.fullmatch(text.strip())
    return _place(found.group(1)) if found else None


def address(row: int, column: int) -> str:
    """The text of a cell, "B2" for row 1 and column 1."""
    letters = ""
    column += 1
    while column:
        column, digit = divmod(column - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return f"{letters}{row + 1}"


def _place(letters: str) -> int:
    place = 0
    for letter in letters.upper():
        place = 26 * place + ord(letter) - ord("A") + 1
    return place - 1


def number(value: object) -> float:
    """The number that stands in a cell, as text or not; not a number where nothing or something else does."""
    if isinstance(value, int | float):
        return float(value)
    text = str(value).strip() if value is not None else ""
    return float(re.sub("[dD]", "e", text)) if len(text) < 400 and _NUMBER.fullmatch(text) else math.nan


def is_missing(value: object) -> bool:
    """Whether a cell is empty or says in the usual ways, errors of spreadsheets among them, that it has no value."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return True
    return isinstance(value, str) and (value.strip().casefold() in _MISSING or value.lstrip().startswith("#"))
