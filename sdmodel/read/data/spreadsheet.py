"""Spreadsheets of both of Excel's formats → sheets, and the blocks that their names stand for."""

import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterable
from typing import Any

from sdmodel.errors import ModelError
from sdmodel.model.names import did_you_mean
from sdmodel.read.data.cells import Block, Sheet, cell

LARGEST_UNPACKED = 512 * 2**20
_MOST_CELLS = 20_000_000  # filled up to whole rows
_MOST_PARTS = 10_000
_SAVE_AGAIN = "Open it in a spreadsheet program and save it again as .xlsx."
_ENCODING = re.compile(rb"""^[^>]{0,80}encoding\s*=\s*["']([\w-]+)""", re.ASCII)
_PLAIN = {b"utf-8", b"utf-16", b"us-ascii", b"ascii", b"iso-8859-1", b"windows-1252"}


class Workbook:
    """An .xlsx file, read by openpyxl: numbers as they were when it was saved, formulas are not computed."""

    def __init__(self, file: str, raw: bytes) -> None:
        from openpyxl import load_workbook  # only models with spreadsheets pay for its import

        self.file = file
        _check_archive(file, raw)
        self._book = _sound(file, lambda: load_workbook(io.BytesIO(raw), read_only=True, data_only=True))
        self._sheets: dict[str, Sheet] = {}

    def sheet(self, tab: str) -> Sheet:
        """The sheet of that name, in any case."""
        name = _own_name(self.file, tab, [sheet.title for sheet in self._book.worksheets])
        if name not in self._sheets:
            self._sheets[name] = Sheet(self.file, name, _sound(self.file, lambda: self._rows(name)))
        return self._sheets[name]

    def _rows(self, name: str) -> list[tuple[object, ...]]:
        from openpyxl.utils.datetime import to_excel  # as above

        sheet, rows, cells = self._book[name], [], 0
        sheet.reset_dimensions()  # what the file says of its own size need not be true
        for row in sheet.iter_rows(values_only=True):
            cells += len(row) + 1
            if cells > _MOST_CELLS:
                raise ModelError(f'{self.file}, sheet "{name}": more than {_MOST_CELLS:,} cells.')
            last = max((place for place, value in enumerate(row) if value is not None), default=-1)
            plain = (isinstance(value, bool | int | float | str | None) for value in row[: last + 1])
            epoch = self._book.epoch
            rows.append(tuple(v if p else to_excel(v, epoch) for v, p in zip(row[: last + 1], plain, strict=True)))
        return rows

    def named(self, name: str, tab: str) -> tuple[Sheet, Block]:
        """The block that a name of the sheet, or of the workbook, stands for."""
        sheet = self.sheet(tab)
        names = {**self._book.defined_names, **self._book[sheet.name].defined_names}
        texts = {known.casefold(): found.attr_text or "" for known, found in names.items()}
        if name.casefold() not in texts:
            raise ModelError(f'{self.file}: there is no cell and no name "{name}".{did_you_mean(name, list(names))}')
        where, _, corners = texts[name.casefold()].rpartition("!")
        return self.sheet(where.strip("'").replace("''", "'") or tab), _block(name, corners)


class OldWorkbook:
    """An .xls file, read by xlrd."""

    def __init__(self, file: str, raw: bytes) -> None:
        import xlrd  # as above

        self.file = file
        quiet = io.StringIO()
        self._book = _sound(file, lambda: xlrd.open_workbook(file_contents=raw, on_demand=True, logfile=quiet))
        self._sheets: dict[str, Sheet] = {}

    def sheet(self, tab: str) -> Sheet:
        """The sheet of that name, in any case."""
        name = _own_name(self.file, tab, self._book.sheet_names())
        if name not in self._sheets:
            self._sheets[name] = Sheet(self.file, name, _sound(self.file, lambda: self._rows(name)))
        return self._sheets[name]

    def _rows(self, name: str) -> list[list[object]]:
        from xlrd import XL_CELL_BLANK, XL_CELL_EMPTY, XL_CELL_ERROR  # as above

        sheet = self._book.sheet_by_name(name)
        empty, told = {XL_CELL_EMPTY, XL_CELL_BLANK}, {XL_CELL_ERROR}
        if sheet.nrows * sheet.ncols > _MOST_CELLS:
            raise ModelError(f'{self.file}, sheet "{name}": more than {_MOST_CELLS:,} cells.')
        return [
            [None if one.ctype in empty else "#error" if one.ctype in told else one.value for one in sheet.row(place)]
            for place in range(sheet.nrows)
        ]

    def named(self, name: str, tab: str) -> tuple[Sheet, Block]:
        """The block that a name of the sheet, or of the workbook, stands for."""
        sheet = self.sheet(tab)
        found = self._book.name_map.get(name.casefold(), [])
        own = self._book.sheet_names().index(sheet.name)
        ranked = sorted((one for one in found if one.scope in (own, -1)), key=lambda one: -int(one.scope))
        if not ranked:
            known = [one.name for one in self._book.name_obj_list]
            raise ModelError(f'{self.file}: there is no cell and no name "{name}".{did_you_mean(name, known)}')
        where, row, end_row, column, end_column = _sound(self.file, lambda: ranked[0].area2d())
        return self.sheet(where.name), Block(row, column, end_row - row, end_column - column)


def _block(name: str, corners: str) -> Block:
    first, _, last = corners.partition(":")
    start, end = cell(first), cell(last or first)
    if start is None or end is None:
        raise ModelError(f'the name "{name}" does not stand for one block of cells but for "{corners}".')
    return Block(*start, end[0] - start[0] + 1, end[1] - start[1] + 1)


def _own_name(file: str, tab: str, names: Iterable[str]) -> str:
    """The name of a sheet as the workbook spells it: case does not matter."""
    known = {name.strip().casefold(): name for name in names}
    if tab.strip().casefold() not in known:
        shown = ", ".join(f'"{name}"' for name in list(known.values())[:8])
        guess = did_you_mean(tab, list(known.values()))
        raise ModelError(f'{file}: there is no sheet "{tab}".{guess} Its sheets: {shown}.')
    return known[tab.strip().casefold()]


def _sound(file: str, act: Callable[[], Any]) -> Any:
    """What `act` reads. The readers raise errors of any class on a damaged file, which need not have a meaning here."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of charts, forms and styles, which nothing here needs
            return act()
    except ModelError:
        raise
    except MemoryError:
        raise ModelError(f"{file}: the spreadsheet does not fit into memory.") from None
    except Exception as error:
        said = str(error).strip().splitlines() or [type(error).__name__]
        raise ModelError(f"{file}: the spreadsheet cannot be read: {said[0][:200]}. {_SAVE_AGAIN}") from None


def _check_archive(file: str, raw: bytes) -> None:
    """ModelError when an .xlsx would unpack into far more than it is, or has parts that could: it may be hostile."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            parts = archive.infolist()
            size = sum(part.file_size for part in parts)
            if size > LARGEST_UNPACKED or len(parts) > _MOST_PARTS:
                raise ModelError(f"{file}: it unpacks to more than {LARGEST_UNPACKED // 2**20} MiB; this is not read.")
            for part in parts:
                if part.filename.lower().endswith((".xml", ".rels", ".vml")):
                    _check_part(file, archive, part)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, zlib.error) as error:
        raise ModelError(f"{file}: this is not a sound .xlsx file: {error}. {_SAVE_AGAIN}") from None


def _check_part(file: str, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Refuse XML that defines entities (they can unpack without end), or is written so that this cannot be seen."""
    before = b""
    with archive.open(part) as stream:
        while chunk := stream.read(2**20):
            seen = before[-32:] + chunk.replace(b"\0", b"")
            declared = _ENCODING.match(seen) if not before else None
            strange = declared is not None and declared.group(1).lower() not in _PLAIN
            if strange or b"<!DOCTYPE" in seen or b"<!ENTITY" in seen:
                raise ModelError(f"{file}: its part {part.filename} is not the XML of a spreadsheet. {_SAVE_AGAIN}")
            before = seen
