"""Entries of a .mdl → PySD's AbstractSection: each equation passes all that spares PySD's grammar, then the grammar."""

import re
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pysd.translators.vensim.vensim_section import Section

from sdmodel.errors import ModelError
from sdmodel.model.names import key
from sdmodel.read.vensim import bounds, grammar
from sdmodel.read.vensim.comments import without_comments
from sdmodel.read.vensim.file_names import with_real_files
from sdmodel.read.vensim.lines import one_line
from sdmodel.read.vensim.outer_names import outer_names_marked
from sdmodel.read.vensim.powers import minus_before_power
from sdmodel.read.vensim.reality import is_reality_check
from sdmodel.read.vensim.sections import MAIN, Entry, Part
from sdmodel.read.vensim.visitors import Definition, Expression, Points

_INCOMPLETE = re.compile(r"A[\s_]++FUNCTION[\s_]++OF\s*+\(", re.IGNORECASE)
_FROM_FILE = re.compile(r"GET[\s_]++(?:XLS|DIRECT)[\s_]++LOOKUPS\b", re.IGNORECASE)
_LIMITS = re.compile(r"(.*)\[([^\[\]]*)\]", re.DOTALL)
_TOLD = 10


@dataclass
class Parser:
    """Parses the equations of one file and keeps what is wrong with them, so that all is told at once."""

    path: Path
    aliases: Mapping[str, str] = field(default_factory=dict)
    macros: Container[str] = ()
    problems: list[tuple[tuple[str, int], str]] = field(default_factory=list)

    def section(self, part: Part) -> Any:
        """PySD's Section of the model or of one macro."""
        section = Section(
            name=part.name if part.name == MAIN else part.name.strip().lower().replace(" ", "_"),
            path=self._python_file(part.name),
            section_type="main" if part.name == MAIN else "macro",
            params=list(part.parameters),
            returns=list(part.results),
            content="",
            split=False,
            views_dict=None,
        )
        both = [(self._definition(entry), entry) for entry in part.entries]
        defined = [(made, entry) for made, entry in both if made is not None]
        own = {key(made.name) for made, _ in defined if _is_lookup(made)}
        for made, entry in defined:
            self._translate(made, entry, own)
        _sort(section, [made for made, _ in defined])
        return section

    def refuse_problems(self) -> None:
        """Raise ModelError if an equation could not be parsed; it tells all of them."""
        if not self.problems:
            return
        told = [text for _, text in sorted(self.problems)]
        more = f"\n  and {len(told) - _TOLD} more" if len(told) > _TOLD else ""
        listed = (
            f" {told[0]}. "
            if len(told) == 1
            else "\n  ".join([f" {len(told)} equations:", *told[:_TOLD]]) + f"{more}\n"
        )
        raise ModelError(
            f"{self.path.name}:{listed}Look for a missing operator, bracket or comma, or a name that must be in quotes."
        )

    def _definition(self, entry: Entry) -> Any:
        equation = outer_names_marked(one_line(without_comments(entry.equation)))
        if is_reality_check(entry.equation):
            return _set_aside(equation, entry)
        if why := bounds.trouble(equation):
            self._tell(entry, why)
            return None
        return self._attempt(entry, lambda: _described(equation, entry))

    def _translate(self, made: Any, entry: Entry, own: set[str]) -> None:
        kind = type(made).__name__
        if kind in ("Constraint", "TestInput"):
            made.ast = made.expression
        elif kind == "Data" and not made.expression:
            made.parse()
        elif kind != "SubscriptRange":
            expression = with_real_files(minus_before_power(made.expression), self.aliases)
            if _INCOMPLETE.match(expression):
                self._tell(entry, "it is not complete yet: A FUNCTION OF tells only what it depends on")
            elif why := bounds.trouble_of_expression(expression):
                self._tell(entry, why)
            else:
                made.expression = expression
                self._attempt(entry, lambda: self._ast(made, own))

    def _ast(self, made: Any, own: set[str]) -> None:
        if type(made).__name__ == "Lookup":
            made.ast = Points(grammar.lookups().parse(made.expression)).translation
            return
        names = _Either(own, self.macros)
        made.ast = Expression(grammar.expressions().parse(made.expression), names).translation
        made.lookup = type(made.ast).__name__ == "GetLookupsStructure"

    def _attempt(self, entry: Entry, step: Callable[[], Any]) -> Any:
        try:
            return step()
        except RecursionError:
            self._tell(entry, "it is nested too deeply; split it into several variables")
        except Exception as error:  # PySD and its parser raise what happens to break: any of it means unreadable text
            self._tell(entry, f"cannot be parsed: {_reason(error)}")
        return None

    def _tell(self, entry: Entry, why: str) -> None:
        text = " ".join(entry.equation.split())[:200]
        colon = "" if why.startswith("cannot") else ":"
        self.problems.append(((entry.file, entry.line), f"{entry.place}, equation {text!r}{colon} {why}"))

    def _python_file(self, name: str) -> Path:
        """Where PySD would write the section; its reference engine does, in a folder of its own."""
        if name == MAIN:
            return self.path.with_suffix(".py")
        plain = re.sub(r"\W+", "", name.lower().replace(" ", "_")).lstrip("0123456789")
        return self.path.parent / f"{plain or 'macro'}.py"


@dataclass(frozen=True)
class _Either:
    first: Container[str]
    second: Container[str]

    def __contains__(self, name: object) -> bool:
        return name in self.first or name in self.second


def _described(equation: str, entry: Entry) -> Any:
    made = Definition(grammar.definitions().parse(equation)).component
    made.units, made.limits = _unit_and_limits(one_line(entry.unit))
    made.documentation = one_line(entry.documentation)
    return made


def _set_aside(equation: str, entry: Entry) -> Any:
    """A reality check as PySD keeps it, as a text, or nothing: a model runs without, and `read.reality` tells of it."""
    if bounds.trouble(equation):
        return None
    try:
        made = _described(equation, entry)
    except Exception:  # PySD and its parser raise what happens to break
        return None
    return made if type(made).__name__ in ("Constraint", "TestInput") else None


def _is_lookup(made: Any) -> bool:
    expression = getattr(made, "expression", None) or ""
    return type(made).__name__ == "Lookup" or _FROM_FILE.match(expression) is not None


def _sort(section: Any, made: Iterable[Any]) -> None:
    """Give PySD's section its four kinds of definition."""
    section.subscripts, section.constraints, section.test_inputs, section.components = [], [], [], []
    places = {
        "SubscriptRange": section.subscripts,
        "Constraint": section.constraints,
        "TestInput": section.test_inputs,
    }
    for one in made:
        places.get(type(one).__name__, section.components).append(one)
    section.elements = section.subscripts + section.components + section.constraints + section.test_inputs


def _unit_and_limits(text: str) -> tuple[str, tuple[float | None, ...] | None]:
    """`Person [0,?]` → `Person` and (0, None)."""
    found = _LIMITS.fullmatch(text)
    if found is None:
        return text, None
    try:
        ends = tuple(None if end.strip() == "?" else float(end) for end in found[2].split(","))
    except ValueError:
        raise ValueError(f"limits beside a unit are numbers or question marks, not [{found[2][:60]}]") from None
    return found[1].strip(), ends


def _reason(error: Exception) -> str:
    """The place where a parsimonious grammar stopped, or the first line of any other message."""
    wrong = getattr(error, "__cause__", None)
    text, position = getattr(error, "text", None), getattr(error, "pos", None)
    if isinstance(text, str) and isinstance(position, int):
        return f"it stops at {text[position : position + 40]!r}" if position < len(text) else "it ends too early"
    if type(error).__name__ == "VisitationError" and isinstance(wrong, Exception):
        return _reason(wrong)
    return str(error).splitlines()[0][:200] if str(error) else type(error).__name__
