"""Text of a .mdl → each equation as the modeller wrote it and the line where it stands."""

import re
from dataclasses import dataclass

from sdmodel.model.names import key
from sdmodel.model.place import place
from sdmodel.read.vensim.comments import without_comments
from sdmodel.read.vensim.sections import ONE_FILE, Places, placed, search


@dataclass(frozen=True, slots=True)
class Written:
    """One equation: its right-hand side on one line, and its line in the file; `file` if it is from an extension."""

    text: str
    line: int
    file: str = ""

    @property
    def place(self) -> str:
        """Where it stands, in words."""
        return place(self.line, self.file)


_NAME = re.compile(r'\s*+("(?:\\"|[^"])*+"|[^=(\[:<"]++)')
_SUBSCRIPTS = re.compile(r"\s*+\[[^\]]*+\]\s*+(?::EXCEPT:\s*+(?:\[[^\]]*+\][\s,]*+)*+)?+(?=[:=(]|$)", re.IGNORECASE)


def written_all(text: str, macro: str | None = None, places: Places = ONE_FILE) -> dict[str, list[Written]]:
    """By `names.key` of the variable all its equations in the order of the file, which is PySD's order of components.

    Equations of the model itself, or of the macro of that name.
    """
    main, *macros = placed(search(text).parts, places)
    part = main if macro is None else next((one for one in macros if key(one.name) == key(macro)), None)
    found: dict[str, list[Written]] = {}
    for entry in part.entries if part else ():
        name, rest = split(entry.equation)
        if name:
            found.setdefault(name, []).append(Written(_right(rest), entry.line, entry.file))
    return found


def split(equation: str) -> tuple[str, str]:
    """The `names.key` of what an entry defines (a variable, range or constraint), and what follows the name."""
    bare = without_comments(equation)
    name = _NAME.match(bare)
    return (key(name.group(1)), bare[name.end() :]) if name else ("", bare)


def _right(rest: str) -> str:
    """What follows the name of an equation, without its subscripts and its equal sign."""
    subscripts = _SUBSCRIPTS.match(rest)
    right = rest[subscripts.end() :] if subscripts else rest
    return re.sub(r"\\?\s+", " ", right).strip().removeprefix("=").strip()
