"""Text of an XML file → a tree of nodes that know their line; nothing outside the file is ever read.

Expat is told no encoding but UTF-8, a document type is refused before it can declare an entity, and depth and number of
nodes are bounded. Prefixes need no declaration: many Stella files use `isee:` without one.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from xml.parsers import expat

from sdmodel.errors import ModelError
from sdmodel.read.xmile.mend import mended

DEEPEST = 100
MOST_NODES = 500_000
_DRAWN = ("views", "display", "style")  # pictures: most of a Stella file, and nothing of the model
_ISEE = "isee"
_MENDABLE = {
    expat.errors.codes[expat.errors.XML_ERROR_TAG_MISMATCH],
    expat.errors.codes[expat.errors.XML_ERROR_INVALID_TOKEN],
    expat.errors.codes[expat.errors.XML_ERROR_UNDEFINED_ENTITY],
    expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS],
}
_DECLARATION = re.compile(r"\A\s*+<\?xml\s[^>]*+>")  # what encoding it tells is known by now
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Node:
    """One XML element: `tag` without a prefix that means XMILE, with one that does not ("isee:prefs")."""

    tag: str
    attributes: dict[str, str]
    line: int
    children: tuple["Node", ...] = ()
    text: str = ""

    def all(self, *tags: str) -> Iterator["Node"]:
        """The children of these tags."""
        return (child for child in self.children if child.tag in tags)

    def first(self, tag: str) -> "Node | None":
        """The first child of that tag."""
        return next(self.all(tag), None)

    def said(self, tag: str) -> str:
        """The text of the first child of that tag; empty when there is none."""
        child = self.first(tag)
        return child.text if child else ""


@dataclass(slots=True)
class _Open:
    """An element that has begun; `namespaces` are those of its prefixes."""

    tag: str
    attributes: dict[str, str]
    line: int
    namespaces: dict[str, str]
    children: list[Node] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def closed(self) -> Node:
        return Node(self.tag, self.attributes, self.line, tuple(self.children), "".join(self.texts))


class _Refused(Exception):
    """Why a document is not sound XML for a model, and the line."""

    def __init__(self, reason: str, line: int) -> None:
        super().__init__(reason)
        self.line = line


def root_of(name: str, text: str) -> Node:
    """The root of the XML document `text`; ModelError names the file `name`, line and reason when it is not sound."""
    text = _DECLARATION.sub(lambda found: "\n" * found.group().count("\n"), _CONTROL.sub(" ", text))
    try:
        return _Reader().read(text)
    except expat.ExpatError as error:
        better = mended(text) if error.code in _MENDABLE else None
        if better is not None:
            with suppress(expat.ExpatError, _Refused):
                return _Reader().read(better)
        reason = expat.errors.messages.get(error.code, str(error))
        raise ModelError(
            f"{name}, line {error.lineno}: this is not well-formed XML: {reason}. "
            "Save the model again with the program that wrote it."
        ) from None
    except _Refused as refused:
        raise ModelError(f"{name}, line {refused.line}: {refused}.") from None


class _Reader:
    """Builds the tree from what Expat reports."""

    def __init__(self) -> None:
        self.open: list[_Open] = []
        self.root: Node | None = None
        self.skipping = 0
        self.nodes = 0
        self.parser = expat.ParserCreate(encoding="utf-8")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters

    @property
    def line(self) -> int:
        """The line that is being read."""
        return self.parser.CurrentLineNumber

    def read(self, text: str) -> Node:
        """The root element of `text`."""
        self.parser.Parse(text.encode("utf-8", "replace"), True)
        assert self.root is not None  # Expat refuses a document without elements
        return self.root

    def _doctype(self, *_: object) -> None:
        raise _Refused(
            "the file declares a document type (DOCTYPE), which a model has no use for; remove it", self.line
        )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if self.skipping or (self.open and name in _DRAWN):
            self.skipping += 1
            self._bound(self.skipping + len(self.open))
            return
        self.nodes += 1
        self._bound(len(self.open))
        outer = self.open[-1].namespaces if self.open else {}
        declared = {key[6:]: value for key, value in attributes.items() if key == "xmlns" or key.startswith("xmlns:")}
        spaces = {**outer, **declared} if declared else outer
        own = {_local(key, spaces, False): value for key, value in attributes.items() if not key.startswith("xmlns")}
        self.open.append(_Open(_local(name, spaces, True), own, self.line, spaces))

    def _bound(self, depth: int) -> None:
        if depth >= DEEPEST:
            raise _Refused(
                f"more than {DEEPEST} elements are nested in one another; this is not a sound model", self.line
            )
        if self.nodes > MOST_NODES:
            raise _Refused(f"more than {MOST_NODES:,} elements; this is not a sound model", self.line)

    def _end(self, _: str) -> None:
        if self.skipping:
            self.skipping -= 1
            return
        node = self.open.pop().closed()
        if self.open:
            self.open[-1].children.append(node)
        else:
            self.root = node

    def _characters(self, text: str) -> None:
        if not self.skipping:
            self.open[-1].texts.append(text)


def _local(name: str, spaces: dict[str, str], is_tag: bool) -> str:
    """The name without a prefix of XMILE's; isee's own extensions and unknown ones keep or get theirs."""
    prefix, _, local = name.rpartition(":")
    if not prefix and not is_tag:
        return local
    space = spaces.get(prefix, prefix).lower()
    if not space or ("xmile" in space and _ISEE not in space):
        return local
    if not prefix and _ISEE not in space:
        return local  # whatever the file calls its own namespace
    return f"{prefix or _ISEE}:{local}"
