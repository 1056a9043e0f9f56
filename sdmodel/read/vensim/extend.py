"""Text of a .mdl and texts that extend it → one complete .mdl, in which each equation knows the file that it is from.

An extension replaces whatever it defines: all equations of a variable (every element of an array), a subscript range,
a macro, a control setting. What the model does not have, it adds. Sketch and settings are those of the model.
"""

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import reduce
from pathlib import Path

from sdmodel.errors import ModelError
from sdmodel.model.names import key
from sdmodel.read.source import split
from sdmodel.read.vensim.sections import Entry, Part, Places, equations_end, search

_ENCODING = re.compile(r"\s*+(\{[\w .-]++\})")
_NOT_IN_A_GROUP = re.compile(r"[^\w ./()-]")
_STARS = "*" * 56


@dataclass(frozen=True, slots=True)
class Source:
    """The text of a file that `screen` let through, and the `name` by which messages call it."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Whole:
    """The text of a whole model; `places` tells for each entry of it the file, empty for the model's own, and line."""

    text: str
    places: Places = field(default_factory=dict)

    def told(self) -> str:
        """All of it as one text, for a hash."""
        return f"{sorted(self.places.items())}\n{self.text}" if self.places else self.text


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of text: an entry or a macro with the name that it defines, or what stands between two of them.

    `entries` are the places in `text` where entries begin, with their lines in the file.
    """

    text: str
    file: str = ""
    name: str = ""
    is_macro: bool = False
    entries: tuple[tuple[int, int], ...] = ()

    @property
    def defines(self) -> tuple[bool, str]:
        return self.is_macro, self.name


def extended(base: Source, extensions: Iterable[Source]) -> Whole:
    """The whole of `base` and its extensions, which are applied in their order.

    Raises:
        ModelError: a text in one of the files that is no entry, with its file and line; or an extension without any.
    """
    end = equations_end(base.text)
    told = [_joined(base.name, one) for one in extensions]
    pieces = reduce(_extend, told, _pieces(base, ""))
    return _whole(pieces, base.text[end:])


def _joined(base: str, extension: Source) -> list[_Piece]:
    """All pieces of an extension, under a heading that tells a reader of the whole where they are from."""
    found = _pieces(Source(extension.name, without_encoding(extension.text)), extension.name)
    if not any(piece.entries or piece.is_macro for piece in found):
        raise ModelError(f"{extension.name}: there is no equation in it; an extension replaces or adds some.")
    title = _NOT_IN_A_GROUP.sub(" ", Path(extension.name).stem)
    said = _NOT_IN_A_GROUP.sub(" ", f"{extension.name} replaces equations of {base} or adds to them")
    heading = _Piece(f"\n\n{_STARS}\n\t.{title}\n{_STARS}~\n\t\t{said}.\n\t|\n")
    return [heading, *found, _Piece("\n")]


def without_encoding(text: str) -> str:
    """`text` without the `{UTF-8}` at its head, which means something at the head of a whole only."""
    declared = _ENCODING.match(text)
    try:
        codecs.lookup(declared[1].strip("{} ") if declared else "")
    except LookupError:  # a comment
        return text
    return text[: declared.start(1)] + text[declared.end(1) :] if declared else text


def _extend(base: list[_Piece], extension: list[_Piece]) -> list[_Piece]:
    """`base` without what the extension defines; its macros behind those of the base, all else at the end."""
    new = {piece.defines for piece in extension if piece.name}
    kept = [piece for piece in base if not piece.name or piece.defines not in new]
    macros = [_Piece("\n"), *(piece for piece in extension if piece.is_macro), _Piece("\n")]
    rest = [piece for piece in extension if not piece.is_macro]
    head = next((n for n in range(len(kept), 0, -1) if kept[n - 1].is_macro), _head(kept))
    return [*kept[:head], *(macros if len(macros) > 2 else ()), *kept[head:], *rest]


def _head(pieces: list[_Piece]) -> int:
    """How many pieces stand before the first entry."""
    return next((n for n, piece in enumerate(pieces) if piece.name), 0)


def _pieces(source: Source, file: str) -> list[_Piece]:
    """The equations of a file, cut between its entries; blanks before an entry go with it."""
    found = search(source.text)
    if found.trouble:
        raise ModelError(f"{source.name}, line {found.line}: {found.trouble}")
    main, *macros = found.parts
    cuts: list[tuple[tuple[int, int], str, Part | None, list[Entry]]] = [
        *((entry.span, split(entry.equation)[0], None, [entry]) for entry in main.entries),
        *((macro.span, key(macro.name), macro, macro.entries) for macro in macros),
    ]
    pieces, at = [], 0
    for (start, stop), name, macro, entries in sorted(cuts, key=lambda cut: cut[0]):
        if source.text[at:start].strip():
            pieces.append(_Piece(source.text[at:start]))
            at = start
        begins = tuple((entry.span[0] - at, entry.line) for entry in entries)
        pieces.append(_Piece(source.text[at:stop], file, name, macro is not None, begins))
        at = stop
    return [*pieces, _Piece(source.text[at : equations_end(source.text)])]


def _whole(pieces: list[_Piece], tail: str) -> Whole:
    places: dict[int, tuple[str, int]] = {}
    at = 0
    for piece in pieces:
        places |= {at + start: (piece.file, line) for start, line in piece.entries}
        at += len(piece.text)
    return Whole("".join(piece.text for piece in pieces) + tail, places)
