"""A table beside a study (.csv) → its rows, each with its line; what is wrong with it is told with file and line."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sdmodel.errors import StudyError
from sdmodel.model.names import did_you_mean, key
from sdmodel.study.places import MOST_PROBLEMS, shown_name

MOST_BYTES = 2_000_000
MOST_ROWS = 10_000
LONGEST_CELL = 5_000


@dataclass(frozen=True)
class Row:
    """A row: the line on which it starts, and its cells by the name of their column, without spaces around them."""

    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass
class Complaints:
    """What is wrong with the table `name`, gathered so that all of it is told at once."""

    name: str
    found: list[tuple[int, str]] = field(default_factory=list)

    def add(self, line: int, words: str) -> None:
        """Notes that `words` hold of a line."""
        self.found.append((line, words))

    def told(self) -> list[str]:
        """`parameters.csv, line 12: what is wrong.`, in the order of the file."""
        ordered = sorted(self.found, key=lambda one: one[0])
        return [f"{shown_name(self.name)}, line {line}: {words}" for line, words in ordered]

    def end(self) -> None:
        """Raises StudyError with a line for each problem, if there is any."""
        if self.found:
            words, more = self.told(), len(self.found) - MOST_PROBLEMS
            raise StudyError("\n".join(words[:MOST_PROBLEMS] + ([f"… and {more} more problems."] if more > 0 else [])))


def rows_of(path: Path, columns: Sequence[str], needed: Sequence[str], complaints: Complaints) -> list[Row]:
    """The rows of the table at `path` (UTF-8, commas, names of columns first); empty lines are skipped.

    Rows that have more cells than columns, and columns that are not among `columns`, are noted in `complaints`.

    Raises:
        StudyError: the file cannot be read as a table at all.
    """
    lines = _numbered(path)
    heads = [key(cell) for cell in next(lines, (1, []))[1]]
    _check_heads(heads, columns, needed, complaints)
    return _rows(lines, heads, complaints)


def number_in(row: Row, column: str, complaints: Complaints) -> float | None:
    """The number in a cell; None when it is empty or, which is noted, not a finite number."""
    text = row[column]
    if not text:
        return None
    try:
        value = float(text) if "_" not in text else float("nan")
    except ValueError:
        value = float("nan")
    if not abs(value) < float("inf"):
        complaints.add(row.line, f'"{column}" must be a finite number, not "{shown_name(text)}".')
        return None
    return value


def one_of(row: Row, column: str, known: Sequence[str], complaints: Complaints) -> str:
    """The cell, which must be one of `known`; another is noted."""
    text = row[column].casefold()
    if text not in known:
        listed = ", ".join(f'"{word}"' for word in known)
        near = did_you_mean(text, known) if text else ""
        what = f'there is no {column} "{shown_name(row[column])}".' if text else f'the cell "{column}" is empty.'
        complaints.add(row.line, f"{what}{near or f' Known: {listed}.'}")
    return text


def parts(cell: str) -> tuple[str, ...]:
    """The parts of a cell that semicolons divide."""
    return tuple(part.strip() for part in cell.split(";") if part.strip())


def _numbered(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line on which it starts: a text in quotes may go on over several."""
    reader, before = csv.reader(io.StringIO(_text(path), newline=""), strict=True), 0
    try:
        for cells in reader:
            yield before + 1, cells
            before = reader.line_num
    except csv.Error as error:
        where = f"{shown_name(path.name)}, line {before + 1}"
        raise StudyError(f"{where}: not a row of a table with commas ({error}). Is a quotation mark missing?") from None


def _text(path: Path) -> str:
    shown = shown_name(path.name)
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise StudyError(f"{shown} cannot be read: {error.strerror or error}.") from None
    if len(content) > MOST_BYTES:
        raise StudyError(f"{shown} is larger than {MOST_BYTES // 1_000_000} MB: this is not a table of a study.")
    if b"\0" in content:
        raise StudyError(f"{shown} is not a text. Save the table as CSV in UTF-8.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise StudyError(f"{shown}, line {line}: not UTF-8 text. Save the table as CSV in UTF-8.") from None


def _check_heads(heads: list[str], columns: Sequence[str], needed: Sequence[str], complaints: Complaints) -> None:
    for head in dict.fromkeys(heads):
        if heads.count(head) > 1:
            complaints.add(1, f'there are two columns "{shown_name(head)}".')
        elif head not in columns:
            near = did_you_mean(head, columns) or f" Known: {', '.join(columns)}."
            complaints.add(1, f'there is no column "{shown_name(head)}".{near}')
    for column in needed:
        if column not in heads:
            complaints.add(1, f'the column "{column}" is missing.')


def _rows(lines: Iterable[tuple[int, list[str]]], heads: list[str], complaints: Complaints) -> list[Row]:
    rows: list[Row] = []
    for line, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        if len(rows) == MOST_ROWS:
            complaints.add(line, f"more than {MOST_ROWS:,} rows: this is not a table of a study.")
            break
        if any(len(cell) > LONGEST_CELL for cell in cells):
            complaints.add(line, f"a cell with more than {LONGEST_CELL:,} characters.")
            continue
        if len(cells) != len(heads):
            complaints.add(
                line, f"has {len(cells)} cells, and the table {len(heads)} columns: a text with commas needs quotes."
            )
            continue
        rows.append(Row(line, {head: " ".join(cell.split()) for head, cell in zip(heads, cells, strict=True)}))
    return rows
