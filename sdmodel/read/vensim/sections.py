"""Text of a .mdl → the model and its macros, each as a list of entries `equation ~ unit ~ comment |`.

PySD splits a file character by character, which takes most of its time, drops what follows the first entry that is
damaged, and lets a comment swallow equations when a quote stands in it. Here an entry begins where the last one ended,
macros may stand anywhere, and a text that is no entry is told with its line.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from types import MappingProxyType

from sdmodel.errors import ModelError
from sdmodel.model.names import key
from sdmodel.model.place import place

# possessive, so that no text makes it try again: a file is read in time that grows with its length alone
_END = re.compile(r"\\\\\\---///|///---\\\\\\")
_BLANK = re.compile(r"(?:\s++|\{[^}]*+\})*+")
_ENTRY = re.compile(
    r'((?:"(?:\\"|[^"])*+"|\{[^}]*+\}|[^~|"{])*+)(?:~([^~|]*+)(?:~([^~|]*+)(?:~[^|]*+)?+)?+)?+\|', re.DOTALL
)
_MACRO = re.compile(r':MACRO:\s*+("(?:\\"|[^"])*+"|[^("~|]++)\(([^()~|]*+)\)', re.IGNORECASE)
_MACRO_END = re.compile(r":END\s+OF\s+MACRO:", re.IGNORECASE)
MAIN = "__main__"
MOST_MACROS = 1_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One equation as the modeller wrote it, comments and line ends included, and the line where it starts.

    `span` is where the entry begins and ends in the text; `file` names another file that it is from (`extend`).
    """

    equation: str
    unit: str
    documentation: str
    line: int
    span: tuple[int, int] = (0, 0)
    file: str = ""

    @property
    def place(self) -> str:
        """Where it stands, in words."""
        return place(self.line, self.file)


@dataclass(frozen=True, slots=True)
class Part:
    """The model itself (`name` is MAIN), or a macro with the names of what goes in and of what else comes out."""

    name: str = MAIN
    parameters: tuple[str, ...] = ()
    results: tuple[str, ...] = ()
    entries: list[Entry] = field(default_factory=list)
    span: tuple[int, int] = (0, 0)


Places = Mapping[int, tuple[str, int]]
"""Where an entry begins in a text that was joined from several files → the file and the line that it is from."""
ONE_FILE: Places = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Found:
    """All parts, the model first; `trouble` tells what stopped the search and `line` where, if anything did."""

    parts: tuple[Part, ...]
    trouble: str = ""
    line: int = 0


def sections(path: Path, text: str, places: Places = ONE_FILE) -> tuple[Part, ...]:
    """The model, then its macros, each macro behind those that it uses; `places` tells what is from other files.

    Raises:
        ModelError: a text that is no entry, with its line.
    """
    found = search(text)
    if found.trouble:
        raise ModelError(f"{path.name}, line {found.line}: {found.trouble}")
    main, *macros = placed(found.parts, places)
    if len(macros) > MOST_MACROS:
        raise ModelError(f"{path.name}: more than {MOST_MACROS:,} macros; this is not a sound model.")
    return (main, *_by_use(macros))


def placed(parts: tuple[Part, ...], places: Places) -> tuple[Part, ...]:
    """`parts` in which each entry tells the file and line that it is from."""
    if not places:
        return parts

    def own(entry: Entry) -> Entry:
        file, line = places.get(entry.span[0], (entry.file, entry.line))
        return replace(entry, file=file, line=line)

    return tuple(replace(part, entries=list(map(own, part.entries))) for part in parts)


@lru_cache(maxsize=1)
def search(text: str) -> Found:
    """The parts up to the end of the equations, or up to the first text that is none."""
    body = text[: equations_end(text)]
    main, macros, macro = Part(), [], None
    line, counted = 1, 0
    at = _past_blanks(body, 0)
    while at < len(body):
        line, counted = line + body.count("\n", counted, at), at
        if header := _MACRO.match(body, at):
            if macro is not None:
                return Found((main, *macros), f'macro "{macro.name}" has no :END OF MACRO: before the next one.', line)
            macro = _macro(header)
            macros.append(macro)
        elif header := _MACRO_END.match(body, at):
            if macro is not None:
                macros[-1] = replace(macro, span=(macro.span[0], header.end()))
            macro = None
        elif header := _ENTRY.match(body, at):
            equation = header[1].rstrip()
            if not equation.startswith("*"):
                (macro or main).entries.append(Entry(equation, header[2] or "", header[3] or "", line, header.span()))
        else:
            return Found((main, *macros), _trouble(body, at), line)
        at = _past_blanks(body, header.end())
    trouble = f'macro "{macro.name}" has no :END OF MACRO:.' if macro is not None else ""
    return Found((main, *macros), trouble, line)


def equations_end(text: str) -> int:
    """Where the equations end and the sketch or the settings begin."""
    stop = _END.search(text)
    return stop.start() if stop else len(text)


def _past_blanks(body: str, at: int) -> int:
    blank = _BLANK.match(body, at)
    return blank.end() if blank else at


def _macro(header: re.Match[str]) -> Part:
    inputs, _, outputs = header[2].partition(":")
    return Part(" ".join(header[1].split()), _names(inputs), _names(outputs), span=header.span())


def _names(listed: str) -> tuple[str, ...]:
    return tuple(" ".join(name.split()) for name in listed.split(",") if name.strip())


def _trouble(body: str, at: int) -> str:
    start = " ".join(body[at : at + 200].split())[:60]
    return (
        f"no equation can be read from {start!r} on; each ends with ~ unit ~ comment |. "
        'Look for a missing |, or for a quote (") or brace ({) that is not closed.'
    )


def _plain(text: str) -> str:
    return re.sub(r"[\s_]++", " ", text).casefold()


def _by_use(macros: list[Part]) -> list[Part]:
    """`macros`, each behind those that its equations call; in their own order where they call each other in a ring."""
    named = {key(macro.name): macro for macro in macros}
    text = {name: _plain(" ".join(entry.equation for entry in macro.entries)) for name, macro in named.items()}
    calls = {name: re.compile(rf"(?<!\w){re.escape(name)} ?\(") for name in named}
    uses = {name: [other for other in named if other != name and calls[other].search(text[name])] for name in named}
    try:
        order = list(TopologicalSorter(uses).static_order())
    except CycleError:
        return macros
    return [named[name] for name in order] if len(named) == len(macros) else macros
