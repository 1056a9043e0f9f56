"""Delimited text → a sheet."""

import csv
import io

from sdmodel.errors import ModelError
from sdmodel.read.data.cells import Block, Sheet

_COMMA_BY_DEFAULT = {".csv"}


class TextBook:
    """A text file, which is one sheet; the place of the sheet's name is for the delimiter, as in Vensim."""

    def __init__(self, file: str, raw: bytes, suffix: str) -> None:
        self.file = file
        self._text = decoded(raw)
        self._default = "," if suffix in _COMMA_BY_DEFAULT else "\t"
        self._sheets: dict[str, Sheet] = {}

    def sheet(self, tab: str) -> Sheet:
        """The cells, as text; a line without any is a row, too."""
        delimiter = self._delimiter(tab)
        if delimiter not in self._sheets:
            self._sheets[delimiter] = Sheet(self.file, "", cells_of(self.file, self._text, delimiter))
        return self._sheets[delimiter]

    def _delimiter(self, tab: str) -> str:
        """One character that is no letter; else what the kind of file has."""
        if tab == "\\t" or not tab.strip():
            return tab if tab == "\t" else "\t" if tab == "\\t" else self._default
        bare = tab.strip()
        return self._default if bare[0].isalnum() or len(bare) > 1 else bare

    def named(self, name: str, _tab: str) -> tuple[Sheet, Block]:
        """Text has no names for its cells."""
        raise ModelError(f'{self.file}: "{name}" is not a cell such as B2, and a text file has no names for cells.')


def decoded(raw: bytes) -> str:
    """The text of a file that does not say how it is encoded."""
    for encoding in ("utf-16",) if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def cells_of(file: str, text: str, delimiter: str) -> list[list[str]]:
    """Rows of the cells of a text; ModelError when it is no table."""
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=delimiter != "\t"))
    except csv.Error as error:
        raise ModelError(f"{file}: the text is not a table of cells: {error}.") from None
