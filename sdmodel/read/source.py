"""Text of a .mdl → each equation as the modeller wrote it and the line where it stands."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sdmodel.model.names import key


@dataclass(frozen=True, slots=True)
class Written:
    """One equation: its right-hand side on one line, and its line in the file."""

    text: str
    line: int


# possessive, so that no text makes it try again: a file is read in time that grows with its length alone
_ENTRY = re.compile(r'((?:"(?:\\"|[^"])*+"|[^~|"])*+)~[^|]*+\|')
_NAME = re.compile(r'\s*+("(?:\\"|[^"])*+"|[^=(\[:<"]++)')


def _entries(body: str) -> Iterator[re.Match[str]]:
    """Equations one after the other, until the first text that is none."""
    end = 0
    while entry := _ENTRY.match(body, end):
        end = entry.end()
        yield entry


def name_of(equation: str) -> str:
    """`names.key` of the variable that an equation defines."""
    name = _NAME.match(re.sub(r"^\s*\{[^}]*\}", "", equation))
    return key(name.group(1)) if name else ""


def written(text: str) -> dict[str, Written]:
    """By `names.key` of the variable; a subscripted or repeated variable has its first equation."""
    found: dict[str, Written] = {}
    body = text.split("\\\\\\---///", 1)[0]
    for entry in _entries(body):
        equation = re.sub(r"^\s*\{[^}]*\}", lambda header: " " * len(header.group()), entry.group(1))
        name = _NAME.match(equation)
        if name is None or equation.lstrip().startswith("*"):
            continue
        start = entry.start() + len(equation) - len(equation.lstrip())
        line = body.count("\n", 0, start) + 1
        right = re.sub(r"\\?\s+", " ", equation[name.end() :]).strip().removeprefix("=").strip()
        found.setdefault(key(name.group(1)), Written(right, line))
    return found
