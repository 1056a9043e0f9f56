"""What equations may refer to: variables, arrays, tables, dimensions and macros of a file, or of one use of a macro."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sdmodel.model.expr import Expr, Number, Ref, references
from sdmodel.model.model import CONTROLS, TIME, Constant, Table, Variable
from sdmodel.model.names import key
from sdmodel.read.dimensions import Dimensions

_TABLES = ("LookupsStructure", "GetLookupsStructure")


def element_name(array: str, elements: Iterable[str]) -> str:
    """Name of the variable that is one element of an array."""
    inside = ", ".join(elements)
    return f"{array}[{inside}]" if inside else array


def data_name(variable: str) -> str:
    """Name of the hidden table that holds the data of a variable."""
    return f"data of {variable}"


@dataclass
class Scope:
    """Names by key: `spelled` as the model has them, `arrays` [name] → number of subscripts, `tables`.

    `values` are parameters of a macro, each with the expression that was passed for it. `made` holds the tables and
    `literals` the constants that were read so far. `orders` are constants that shape the model, as orders of
    delays do; `uses` lists each use of a macro.
    """

    dimensions: Dimensions
    spelled: dict[str, str]
    arrays: dict[str, int] = field(default_factory=dict)
    tables: set[str] = field(default_factory=set)
    literals: dict[str, float] = field(default_factory=dict)
    macros: Mapping[str, Any] = field(default_factory=dict)
    values: dict[str, Expr] = field(default_factory=dict)
    data: set[str] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)
    outer: "Scope | None" = None
    depth: int = 0
    made: dict[str, Table] = field(default_factory=dict)
    orders: set[str] = field(default_factory=set)
    uses: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, elements: Iterable[Any], dimensions: Dimensions, macros: Mapping[str, Any]) -> "Scope":
        """The names of a file's elements, as PySD gives them."""
        scope = cls(dimensions, {key(TIME): TIME} | {key(control): control for control in CONTROLS}, macros=macros)
        for element in elements:
            scope.add(element, element.name)
        return scope

    def add(self, element: Any, name: str) -> None:
        """Make an element known by its own name, which the model spells `name`."""
        own, first = key(element.name), element.components[0]
        self.spelled.setdefault(own, name)
        self.arrays[own] = len(first.subscripts[0])
        kind = type(first.ast).__name__
        if type(first).__name__ == "AbstractLookup" or kind in _TABLES:
            self.tables.add(own)
        elif type(first).__name__ == "AbstractData" or kind == "GetDataStructure":
            self.data.add(own)
        elif isinstance(first.ast, int | float | np.number | np.ndarray):
            self.numbers.add(own)

    def remember(self, *variables: Variable) -> None:
        """Make the points of tables and the values of constants known."""
        self.made.update((key(one.name), one) for one in variables if isinstance(one, Table))
        self.literals.update((key(one.name), one.value) for one in variables if isinstance(one, Constant))

    def rests(self, expr: Expr) -> bool:
        """Whether an expression depends on constants alone."""
        return all(key(name) in self.literals for name in references(expr))

    def shaping(self, expr: Expr) -> Expr:
        """`expr`, or its number where it is a constant: that constant then shapes the model and is no input."""
        if not isinstance(expr, Ref) or key(expr.name) not in self.literals:
            return expr
        self.orders.add(expr.name)
        return Number(self.literals[key(expr.name)])

    def find(self, name: str) -> "tuple[Scope, str] | None":
        """The scope that knows `name`, and its key there: this one, or the file around a macro."""
        own = key(name)
        if own in self.spelled or own in self.values:
            return self, own
        if self.outer is None:
            return None
        return self.outer.find(own[:-1].strip() if own.endswith("$") else own)


def numbers_first(elements: Iterable[Any], scope: Scope) -> list[Any]:
    """The elements of a file, tables, data and constants before the equations that may ask for their numbers."""
    known = scope.tables | scope.data | scope.numbers
    return sorted(elements, key=lambda element: key(element.name) not in known)
