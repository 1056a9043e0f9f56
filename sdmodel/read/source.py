"""Text of a .mdl → each equation as the modeller wrote it and the line where it stands."""

import re
from dataclasses import dataclass

from sdmodel.model.names import key
from sdmodel.read.vensim.comments import without_comments
from sdmodel.read.vensim.sections import search


@dataclass(frozen=True, slots=True)
class Written:
    """One equation: its right-hand side on one line, and its line in the file."""

    text: str
    line: int


_NAME = re.compile(r'\s*+("(?:\\"|[^"])*+"|[^=(\[:<"]++)')
_SUBSCRIPTS = re.compile(r"\s*+\[[^\]]*+\]\s*+(?::EXCEPT:\s*+(?:\[[^\]]*+\][\s,]*+)*+)?+(?=[:=(]|$)", re.IGNORECASE)


def written_all(text: str, macro: str | None = None) -> dict[str, list[Written]]:
    """By `names.key` of the variable all its equations in the order of the file, which is PySD's order of components.

    Equations of the model itself, or of the macro of that name.
    """
    main, *macros = search(text).parts
    part = main if macro is None else next((one for one in macros if key(one.name) == key(macro)), None)
    found: dict[str, list[Written]] = {}
    for entry in part.entries if part else ():
        equation = without_comments(entry.equation)
        if name := _NAME.match(equation):
            found.setdefault(key(name.group(1)), []).append(Written(_right(equation[name.end() :]), entry.line))
    return found


def _right(rest: str) -> str:
    """What follows the name of an equation, without its subscripts and its equal sign."""
    subscripts = _SUBSCRIPTS.match(rest)
    right = rest[subscripts.end() :] if subscripts else rest
    return re.sub(r"\\?\s+", " ", right).strip().removeprefix("=").strip()
