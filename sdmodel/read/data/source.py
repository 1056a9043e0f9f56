"""The file and tab that an equation names → the cells that it asks for, and the errors that tell where they fail."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sdmodel.errors import ModelError
from sdmodel.read.data.cells import Block, Sheet, address, cell
from sdmodel.read.data.folder import Folder

FORMULA = "A formula counts once a spreadsheet program has computed and saved it."
ONE_EACH = "Write one equation for each element of the first dimension, each with a cell of its own."


@dataclass(frozen=True)
class Source:
    """A `tab` of a `file`, both by the names that the model gives them."""

    folder: Folder
    file: str
    tab: str

    def sheet(self) -> Sheet:
        """The sheet of that tab."""
        return self.folder.book(self.file).sheet(self.tab)

    def named(self, name: str) -> tuple[Sheet, Block]:
        """The block that the file calls `name`."""
        return self.folder.book(self.file).named(name.strip(), self.tab)

    def block(self, text: str, rows: int, columns: int) -> tuple[Sheet, Block]:
        """The block of that size which starts at the cell `text`, or has it as its name."""
        start = cell(text)
        if start is not None:
            return self.sheet(), Block(*start, rows, columns)
        sheet, block = self.named(text)
        if (block.rows, block.columns) != (rows, columns):
            raise self.wrong(
                f'the name "{text.strip()}" stands for {block.rows} × {block.columns} cells (rows × columns), '
                f"but the equation needs {rows} × {columns}"
            )
        return sheet, block

    def wrong(self, what: str, advice: str = "") -> ModelError:
        """The error that says `what` is wrong in this tab."""
        return ModelError(f'{self.file}, "{self.tab}": {what}.' + (f" {advice}" if advice else ""))

    def not_a_number(self, sheet: Sheet, row: int, column: int) -> ModelError:
        """The error for a cell that should have a number."""
        found = sheet.at(row, column)
        said = "" if found is None else str(found).strip()
        what = f'has "{said[:60]}", which is not a number' if said else "is empty"
        return self.wrong(f"cell {address(row, column)} {what}", FORMULA if found is None else "")


@contextmanager
def naming(file: str, variable: str) -> Iterator[None]:
    """Lets errors of what is done inside name the file and the variable."""
    try:
        yield
    except ModelError as error:
        said = str(error)
        where = "" if file.replace("\\", "/").rpartition("/")[2] in said else f"{file[:80]}: "
        raise ModelError(f"{variable + ': ' if variable else ''}{where}{said}") from None


def corners(block: Block) -> str:
    """The text of a block, "B2:B9"."""
    first = address(block.row, block.column)
    last = address(block.row + block.rows - 1, block.column + block.columns - 1)
    return first if first == last else f"{first}:{last}"
