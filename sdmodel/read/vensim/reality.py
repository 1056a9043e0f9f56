"""Entries of a .mdl → Vensim's Reality Checks in them: test inputs and constraints, as they were written.

`name :TEST INPUT: variable = expression` is another equation for a variable, to be tried. `name :THE CONDITION:
condition :IMPLIES: consequence` says what must be true whenever the condition is. Neither is part of the model: the
equations are read without them. Source: Vensim's help, "Test Inputs" and "Constraints" (User Guide, chapter 14).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sdmodel.model.names import key
from sdmodel.read.vensim import bounds
from sdmodel.read.vensim.comments import without_comments
from sdmodel.read.vensim.lines import one_line
from sdmodel.read.vensim.logic import AND, TRUE, Compared, Joined, Logic, Mention, leaves, logic
from sdmodel.read.vensim.rc_functions import Call
from sdmodel.read.vensim.sections import Entry

_KEYWORD = r":\s*+(?:THE\s*+CONDITION|TEST\s*+INPUT)\s*+:"
_QUICK = re.compile(_KEYWORD, re.IGNORECASE)
_HEAD = re.compile(
    r'\s*+("(?:\\"|[^"])*+"|[^\[:"(]++)(?:\[([^\[\]]*+)\])?+\s*+(:\s*+(?:THE\s*+CONDITION|TEST\s*+INPUT)\s*+:)(.*)',
    re.IGNORECASE | re.DOTALL,
)
_SUBSCRIPT = re.compile(r'"(?:\\"|[^"])*+"|(?:\w|[^\x00-\x7f])(?:[\w\s$\'.]|[^\x00-\x7f])*+')
_IMPLIES = re.compile(r'"(?:\\"|[^"])*+"|:\s*+IMPLIES\s*+:', re.IGNORECASE)
_FIRST = re.compile(rf'"(?:\\"|[^"])*+"|{_KEYWORD}|=', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Stated:
    """A test input (`consequence` is None) or a constraint, with what stands around it in the file.

    `condition` of a test input is what it sets: one comparison, or several joined by :AND:. `text` is the whole in
    words: "If condition, then consequence".
    """

    name: str
    subscripts: tuple[str, ...]
    condition: Logic
    consequence: Logic | None
    text: str
    documentation: str
    line: int
    file: str = ""

    @property
    def key(self) -> str:
        """Its name, in the spelling in which names are compared."""
        return key(self.name)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A test input or constraint that cannot be used, with the reason."""

    name: str
    reason: str
    line: int
    file: str = ""


def is_reality_check(equation: str) -> bool:
    """Whether an entry is a test input or constraint and no equation, which has its equal sign first."""
    if not _QUICK.search(equation):
        return False
    first = next((found[0] for found in _FIRST.finditer(without_comments(equation)) if found[0][0] != '"'), "")
    return first.startswith(":")


def stated(entries: Iterable[Entry]) -> tuple[list[Stated], list[Unreadable]]:
    """The test inputs and constraints among entries, and those of them that cannot be understood."""
    good, bad = list[Stated](), list[Unreadable]()
    for entry in entries:
        if is_reality_check(entry.equation):
            try:
                good.append(_stated(entry))
            except ValueError as error:
                bad.append(Unreadable(_name(entry.equation), str(error), entry.line, entry.file))
    return good, bad


def _stated(entry: Entry) -> Stated:
    text = one_line(without_comments(entry.equation))
    if why := bounds.trouble(text) or bounds.trouble_of_expression(text):
        raise ValueError(why)
    head = _HEAD.fullmatch(text)
    if head is None:
        raise ValueError("it begins with a name, perhaps with subscripts, and then :TEST INPUT: or :THE CONDITION:")
    subscripts = tuple(part.strip() for part in (head[2] or "").split(",") if part.strip())
    if strange := next((part for part in subscripts if not _SUBSCRIPT.fullmatch(part)), ""):
        raise ValueError(f"{strange[:60]!r} is no subscript")
    of_test = "TEST" in head[3].upper()
    condition, consequence = _tested(head[4]) if of_test else _implied(head[4])
    said = head[4].strip() if of_test else _sentence(head[4])
    return Stated(
        name=" ".join(head[1].split()).strip('"'),
        subscripts=subscripts,
        condition=condition,
        consequence=consequence,
        text=said,
        documentation=one_line(entry.documentation),
        line=entry.line,
        file=entry.file,
    )


def _tested(body: str) -> tuple[Logic, None]:
    if any(found[0][0] == ":" for found in _IMPLIES.finditer(body)):
        raise ValueError(":IMPLIES: belongs to a constraint, which begins with :THE CONDITION:")
    found = logic(body)
    parts = found.parts if isinstance(found, Joined) else (found,)
    if found == TRUE or not all(isinstance(part, Compared) for part in parts):
        raise ValueError("a test input sets a variable: variable = expression")
    if isinstance(found, Joined) and found.kind != AND:
        raise ValueError("a test input cannot have :OR:; write a test input for each")
    _check_condition(found)
    return found, None


def _sentence(body: str) -> str:
    at = next(found for found in _IMPLIES.finditer(body) if found[0][0] == ":")
    condition, consequence = body[: at.start()].strip(), body[at.end() :].strip()
    return f"If {condition}, then {consequence}" if condition else f"Always {consequence}"


def _implied(body: str) -> tuple[Logic, Logic]:
    cuts = [found for found in _IMPLIES.finditer(body) if found[0][0] == ":"]
    if len(cuts) != 1:
        raise ValueError(f"a constraint has one :IMPLIES:, not {len(cuts)}")
    condition, consequence = logic(body[: cuts[0].start()]), logic(body[cuts[0].end() :])
    _check_condition(condition)
    if consequence == TRUE:
        raise ValueError("nothing follows :IMPLIES:")
    for leaf in leaves(consequence):
        if isinstance(leaf, Mention):
            raise ValueError(f'"{leaf.name}" stands in the consequence, which compares variables; is it a test input?')
        if isinstance(leaf.right, Call) and not leaf.right.check:
            raise ValueError(f"{leaf.right} belongs to the condition; in the consequence use {leaf.right} CHECK")
    return condition, consequence


def _check_condition(condition: Logic) -> None:
    for leaf in leaves(condition):
        if not isinstance(leaf, Compared):
            continue
        if leaf.crossings or leaf.once:
            raise ValueError(":CROSSING: and :AT LEAST ONCE: belong to the consequence")
        if isinstance(leaf.right, Call) and leaf.right.check:
            raise ValueError(f"{leaf.right} belongs to the consequence; in the condition use {str(leaf.right)[:-6]}")


def _name(equation: str) -> str:
    """What stands before the keyword, or its first words."""
    bare = one_line(without_comments(equation))
    begin = next((found.start() for found in _FIRST.finditer(bare) if found[0][0] == ":"), len(bare))
    return bare[:begin].strip().strip('"')[:100] or "a check without a name"
