"""Trees of the grammars → PySD's own classes: PySD's visitors, but nothing in a file is ever evaluated as Python.

PySD passes numbers, texts and the points of lookups to `eval`. Here they are read as what they are.
"""

# Names and arguments of the methods are those of PySD's grammar and of its visitors.
# ruff: noqa: ARG002, N802

import inspect
import re
from collections.abc import Callable, Container
from typing import Any

import numpy as np
from pysd.translators.vensim.vensim_element import ElementsComponentVisitor, EquationVisitor, LookupsVisitor
from pysd.translators.vensim.vensim_structures import structures

from sdmodel.model.names import key

_MOST_ELEMENTS = 100_000
_BLANK = re.compile(r"[\s\\]+")
_RANGE = re.compile(r"\[([^\]]*)\]")
_POINT = re.compile(r"\(([^(),]+),([^(),]+)\)")
_BETWEEN = re.compile(r"\s*(?:-|,|\s*)\s*")
_NO_FUNCTIONS = {"reference", "subscripts_ref", "arithmetic", "logic", "with_lookup", "call", "lookup", "data"}
_FUNCTIONS = {name: make for name, make in structures.items() if name not in _NO_FUNCTIONS}
_FROM_FILES = {name for name in _FUNCTIONS if name.startswith("get_")}
# how models of older versions, and people, write some of them
_ALSO = {
    "delay1_i": "delay1i",
    "delay_1": "delay1",
    "delay_1i": "delay1i",
    "delay3_i": "delay3i",
    "delay_3": "delay3",
    "delay_3i": "delay3i",
    "delayn": "delay_n",
    "smooth_i": "smoothi",
    "smooth3_i": "smooth3i",
    "smooth_3": "smooth3",
    "smooth_3i": "smooth3i",
    "smoothn": "smooth_n",
}


class Definition(ElementsComponentVisitor):  # type: ignore[misc]
    """The definition that an equation is: PySD's Component, Lookup, Data, SubscriptRange, Constraint or TestInput."""

    def visit_keyword(self, node: Any, children: Any) -> None:
        """`:INTERPOLATE:` and the like, as PySD names them."""
        self.keyword = "_".join(node.text.replace(":", " ").split()).lower()

    def visit_imported_subscript(self, node: Any, children: Any) -> None:
        """Elements that a file has."""
        if len(self.qargs) != 5:
            raise ValueError(f"GET XLS SUBSCRIPT takes 5 texts in single quotes, not {len(self.qargs)}")
        super().visit_imported_subscript(node, children)

    def visit_subscript_range(self, node: Any, children: Any) -> None:
        """`(A1-A20)`: 20 elements."""
        first, last = (re.search(r"\d+\Z", children[n].strip()) for n in (2, 6))
        if first is None or last is None:
            raise ValueError("both ends of a range of elements end with a number, as in (A1-A20)")
        if len(last[0]) > 9 or int(last[0]) - int(first[0]) > _MOST_ELEMENTS:
            raise ValueError(f"a range has more than {_MOST_ELEMENTS:,} elements")
        super().visit_subscript_range(node, children)


class Points(LookupsVisitor):  # type: ignore[misc]
    """The points of a lookup, or what GET XLS LOOKUPS asks for."""

    def visit_limits(self, node: Any, children: Any) -> str:
        """Kept as text until the points are known."""
        return str(node.text)

    def visit_regularLookup(self, node: Any, children: Any) -> None:
        """PySD's LookupsStructure, its points sorted by x."""
        self.translation = _lookup(children[0], children[1])

    def visit_excelLookup(self, node: Any, children: Any) -> None:
        """PySD's GetLookupsStructure."""
        if len(self.qargs) != 4:
            raise ValueError(f"GET XLS LOOKUPS takes 4 texts in single quotes, not {len(self.qargs)}")
        super().visit_excelLookup(node, children)


class Expression(EquationVisitor):  # type: ignore[misc]
    """`translation` is the tree of PySD's classes for a right-hand side.

    `own` are the names (by `names.key`) of lookups and macros of the model: a call of one of these is no function.
    """

    def __init__(self, tree: Any, own: Container[str]) -> None:
        self._own = own
        super().__init__(tree)

    def visit_expr(self, node: Any, children: Any) -> Any:
        """A number, or what a rule below has put away already."""
        return children[0] if children[0] in self.elements else self.add_element(_number(children[0]))

    def visit_string(self, node: Any, children: Any) -> Any:
        """A text without its quotes."""
        return self.add_element(node.text[1:-1])

    def visit_array(self, node: Any, children: Any) -> Any:
        """One number; or numbers with commas, and semicolons between rows."""
        text = _BLANK.sub("", node.text)
        if ";" not in text and "," not in text:
            return self.add_element(_number(text))
        rows = [row.split(",") for row in text.strip(";").split(";")]
        if len({len(row) for row in rows}) > 1 or not all(map(all, rows)):
            raise ValueError("the rows of an array have the same number of numbers, with a comma between two")
        return self.add_element(np.squeeze(np.array(rows, dtype=float)))

    def visit_array_tabbed(self, node: Any, children: Any) -> Any:
        """The numbers of a TABBED ARRAY in one row."""
        return node.text.replace("\\", " ").split()

    def visit_limits(self, node: Any, children: Any) -> str:
        """Kept as text until the points are known."""
        return str(node.text)

    def visit_lookup_with_def(self, node: Any, children: Any) -> Any:
        """WITH LOOKUP(argument, (points))."""
        argument, limits, points = (children[n] for n in (4, 10, 11))
        return self.add_element(structures["with_lookup"](self.elements[argument], _lookup(limits, points)))

    def visit_call(self, node: Any, children: Any) -> Any:
        """A function that PySD has a class for, or any other call."""
        function, arguments = self.elements[children[0]], self.elements[children[4]]
        name = _ALSO.get(function.reference, function.reference)
        if name not in _FUNCTIONS or key(function.reference) in self._own:
            return self.add_element(structures["call"](function, arguments))
        return self.add_element(_made(name, _FUNCTIONS[name], arguments))

    def add_element(self, element: Any) -> str:
        """Put `element` away under a name that is neither a number nor has an operator in it."""
        name = f"#{len(self.elements)}"
        self.elements[name] = element
        return name


def _made(name: str, make: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    shown = name.upper().replace("_", " ")
    wanted = 2 if name == "integ" else len(inspect.signature(make).parameters)
    if len(arguments) != wanted:
        raise ValueError(f"{shown} takes {wanted} argument{'s' * (wanted != 1)}, not {len(arguments)}")
    if name in _FROM_FILES and not all(isinstance(argument, str) for argument in arguments):
        raise ValueError(f"{shown} takes texts in single quotes")
    return make(*arguments)


def _lookup(limits: str, points: str) -> Any:
    """PySD's LookupsStructure of the texts of its range and of its points."""
    values = np.array(_halves(points) if "(" not in points else _pairs(points))
    values = values[np.argsort(values[:, 0], kind="stable")]
    corners = np.array(_corners(limits) or [(np.nan, np.nan)] * 2)
    return structures["lookup"](
        x=tuple(values[:, 0]),
        y=tuple(values[:, 1]),
        x_limits=tuple(corners[:, 0]),
        y_limits=tuple(corners[:, 1]),
        type="interpolate",
    )


def _pairs(text: str) -> list[tuple[float, float]]:
    return [(_number(x), _number(y)) for x, y in _POINT.findall(text)]


def _corners(limits: str) -> list[tuple[float, float]]:
    found = _RANGE.search(limits)
    text = _BLANK.sub(" ", found[1]) if found else ""
    if any(not _BETWEEN.fullmatch(between) for between in _POINT.split(text)[::3]):
        raise ValueError(f"the range of a lookup must be numbers such as [(0,0)-(10,10)], not {text[:60]!r}")
    return _pairs(text)


def _halves(text: str) -> list[tuple[float, float]]:
    """Vensim's old notation: all x, then all y."""
    numbers = [_number(number) for number in text.split(",")]
    half = len(numbers) // 2
    if len(numbers) % 2:
        raise ValueError("a lookup has as many y as x")
    return list(zip(numbers[:half], numbers[half:], strict=True))


def _number(text: str) -> int | float:
    """A whole number stays one, as in PySD, as long as a float has all its digits."""
    bare = _BLANK.sub("", text)
    return int(bare) if len(bare) <= 15 and bare.lstrip("+-").isdigit() else float(bare)
