"""Which files a model may read: those beside it, each opened once, with a hash that tells when it has changed."""

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from sdmodel.errors import ModelError
from sdmodel.model.names import did_you_mean
from sdmodel.read.data.cells import Block, Sheet
from sdmodel.read.data.spreadsheet import OldWorkbook, Workbook
from sdmodel.read.data.text import TextBook

LARGEST = 64 * 2**20
_ZIP, _OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_LONGEST_NAME = 250
_SPREADSHEETS = {".xlsx", ".xlsm", ".xls"}
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]+:|//", re.IGNORECASE)  # a URL, or a share of a network
_DRIVE = re.compile(r"[a-z]:", re.IGNORECASE)
_ALLOW = "Put it into the folder of the model, or allow its own folder with --data-folder FOLDER."
_REFUSED = dict.fromkeys((".xlsb", ".ods", ".wk1", ".wk3", ".wks", ".123"), "save it as .xlsx") | dict.fromkeys(
    (".vdf", ".vdfx"), "export it from Vensim as .csv or .tab"
)


class Book(Protocol):
    """A file of cells: `sheet` by name, `named` a block by the name that the file gives it."""

    def sheet(self, tab: str) -> Sheet:
        """The sheet of that name."""
        ...

    def named(self, name: str, tab: str, /) -> tuple[Sheet, Block]:
        """The block that is called `name` in the workbook or in the sheet `tab`, and where it is."""
        ...


@dataclass
class Folder:
    """The files that a model may read, those below `root` and below each of `allowed`, by the names that it gives them.

    A name such as "?data" is one of `aliases`. `seen` [name] is the SHA-256 of each file that was read.
    """

    root: Path
    aliases: Mapping[str, str] = field(default_factory=dict)
    allowed: tuple[Path, ...] = ()
    seen: dict[str, str] = field(default_factory=dict)
    _books: dict[Path, Book] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        for folder in self.allowed:
            if not folder.exists():
                raise ModelError(f"--data-folder {folder}: there is no such folder.")

    def book(self, name: str) -> Book:
        """The file of that name, opened; ModelError when it may not or cannot be read."""
        path = self.find(name)
        if path not in self._books:
            raw = contents(path)
            self.seen[name] = hashlib.sha256(raw).hexdigest()
            self._books[path] = opened(path, raw)
        return self._books[path]

    def unchanged(self, seen: Mapping[str, str]) -> bool:
        """Whether all files that were `seen` by another reading may be read and hold the same now."""
        try:
            return all(hashlib.sha256(contents(self.find(name))).hexdigest() == told for name, told in seen.items())
        except ModelError:
            return False

    def find(self, name: str) -> Path:
        """The path of the file that the model calls `name`; ModelError when it is none or may not be read."""
        text = self._aliased(name.strip()).replace("\\", "/")
        if len(text) > _LONGEST_NAME:
            raise ModelError(f'"{text[:40]}…" is not the name of a file: it has {len(text)} characters.')
        if not text or "\0" in text or _ELSEWHERE.match(text) or (os.name != "nt" and _DRIVE.match(text)):
            raise ModelError(f'"{name}" is not a file beside the model. {_ALLOW}')
        path = self._inside(self.root / text, name)
        if not os.path.exists(path):
            path = self._inside(_in_any_case(self.root, text) or path, name)
        if not os.path.exists(path):
            raise ModelError(
                f'there is no file "{text}" in {self.root.resolve()}.{did_you_mean(text, list(_near(path)))}'
            )
        if not os.path.isfile(path):
            raise ModelError(f'"{name}" is not a regular file.')
        return path

    def _aliased(self, name: str) -> str:
        if not name.startswith("?"):
            return name
        known = {alias.lstrip("?").casefold(): file for alias, file in self.aliases.items()}
        file = known.get(name[1:].casefold())
        if file is None:
            raise ModelError(
                f'"{name}" stands for a file, but the settings of the model do not say for which. '
                "In Vensim: Model > Settings > XLS Files; or write the name of the file itself."
            )
        return file

    def _inside(self, path: Path, name: str) -> Path:
        """`path` with all links followed, if it may be read."""
        try:
            real = path.resolve()
            places = [place.resolve() for place in (self.root, *self.allowed)]
        except (OSError, RuntimeError, ValueError):  # a loop of links, a name that is too long
            raise ModelError(f'"{name}" is not the name of a file.') from None
        if not any(real.is_relative_to(place) for place in places):
            raise ModelError(f'"{name}" is outside the folder of the model, {self.root}. {_ALLOW}')
        return real


def contents(path: Path) -> bytes:
    """What a regular file of sound size holds; ModelError otherwise."""
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise ModelError(
                f"{path.name}: larger than {LARGEST // 2**20} MiB. Keep what the model needs in its own file."
            )
        return path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: cannot be read: {error.strerror}.") from None


def opened(path: Path, raw: bytes) -> Book:
    """The sheets of a file, by what is in it rather than by the end of its name."""
    suffix = path.suffix.lower()
    if suffix in _REFUSED:
        raise ModelError(f"{path.name}: files of this kind are not read; {_REFUSED[suffix]}.")
    if raw.startswith(_ZIP):
        return Workbook(path.name, raw)
    if raw.startswith(_OLD):
        return OldWorkbook(path.name, raw)
    if suffix in _SPREADSHEETS:
        raise ModelError(f"{path.name}: this is not a spreadsheet, though its name ends in {suffix}.")
    if b"\0" in raw and not raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ModelError(f"{path.name}: this is a binary file of an unknown kind; save it as .xlsx or .csv.")
    return TextBook(path.name, raw, suffix)


def _in_any_case(root: Path, text: str) -> Path | None:
    """The file below `root` whose name differs from `text` by case alone, as Windows would find it."""
    place = root
    for part in text.split("/"):
        if part in ("", "."):
            continue
        exact = place / part
        if not os.path.exists(exact):
            names = [name for name in _names(place) if name.casefold() == part.casefold()]
            if len(names) != 1:
                return None
            exact = place / names[0]
        place = exact
    return place


def _near(path: Path) -> Iterator[str]:
    return (name for name in _names(path.parent) if not name.startswith("."))


def _names(place: Path) -> list[str]:
    try:
        return sorted(os.listdir(place))[:1000]
    except OSError:
        return []
