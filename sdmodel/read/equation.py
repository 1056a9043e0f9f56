"""One equation: PySD's syntax tree → expression, with the hidden variables that its memory needs."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Any

import numpy as np

from sdmodel.model.evaluate import fold
from sdmodel.model.expr import Apply, Expr, Interpolate, Number, Ref
from sdmodel.model.model import CONTROLS, TIME, Table, Variable
from sdmodel.model.names import key
from sdmodel.read.expand import FUNCTIONS
from sdmodel.read.memory import MEMORY

_BEYOND = {"interpolate": "hold", "extrapolate": "extrapolate", "hold_backward": "steps"}
_ARITHMETIC = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide", "^": "power"}
_COMPARISON = {
    "=": "equal",
    "<>": "not_equal",
    "<": "less",
    "<=": "less_equal",
    ">": "greater",
    ">=": "greater_equal",
}
_HIGHEST_ORDER = 1000


class Unsupported(Exception):
    """Why one equation cannot be run."""


@dataclass
class Names:
    """All that equations may refer to: own spelling by key, tables, literal values, and orders met on the way."""

    spelled: dict[str, str]
    tables: set[str]
    literals: dict[str, float]
    orders: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, elements: Iterable[Any]) -> "Names":
        """The names of PySD's elements."""
        names = cls({key(TIME): TIME} | {key(control): control for control in CONTROLS}, set(), {})
        for element in elements:
            own, first = key(element.name), element.components[0]
            names.spelled.setdefault(own, element.name)
            if type(first).__name__ == "AbstractLookup":
                names.tables.add(own)
            elif isinstance(first.ast, int | float | np.number):
                names.literals[own] = float(first.ast)
        return names


@dataclass
class Equation:
    """The lowering of one variable's equation; `hidden` collects what SMOOTH, DELAY, WITH LOOKUP … add to the model."""

    owner: str
    names: Names
    hidden: list[Variable] = field(default_factory=list)
    _counter: int = 0

    def of(self, node: Any) -> Expr:
        """The expression of a node of PySD's tree; Unsupported says what sdmodel lacks."""
        if isinstance(node, int | float | np.number):
            return Number(float(node))
        lowering = _NODES.get(type(node).__name__)
        if lowering is None:
            raise Unsupported(_why_not(node))
        return lowering(self, node)

    def remember(self, function: str, *arguments: Any) -> Expr:
        """The value of a function that keeps a state; its hidden variables join the model."""
        self._counter += 1
        base = f"{function.upper()} {self._counter} of {self.owner}"
        value, added = MEMORY[function](base, *arguments)
        self.hidden.extend(added)
        return value

    def table(self, structure: Any) -> str:
        """Name of a hidden table made from an inline lookup."""
        self._counter += 1
        name = f"LOOKUP {self._counter} of {self.owner}"
        self.hidden.append(replace(table_of(name, structure), hidden=True))
        return name

    def order(self, node: Any) -> int:
        """The order of a delay or smooth: a whole number known when the model is read."""
        expr = fold(self.of(node))
        if isinstance(expr, Ref) and key(expr.name) in self.names.literals:
            self.names.orders.add(expr.name)
            expr = Number(self.names.literals[key(expr.name)])
        if not isinstance(expr, Number) or not 1 <= expr.value <= _HIGHEST_ORDER:
            raise Unsupported(f"the order of a delay must be a number or a constant from 1 to {_HIGHEST_ORDER}")
        return int(expr.value)


def table_of(name: str, structure: Any) -> Table:
    """The Table of PySD's LookupsStructure: points sorted by x, of several with the same x the last kept."""
    points = dict(
        sorted(zip(map(float, structure.x), map(float, structure.y), strict=True), key=lambda point: point[0])
    )
    if not np.isfinite([*points, *points.values()]).all():
        raise Unsupported("a lookup has a point that is not a finite number")
    return Table(name=name, x=tuple(points), y=tuple(points.values()), beyond=_BEYOND[structure.type])


def _reference(equation: Equation, node: Any) -> Expr:
    if node.subscripts is not None:
        raise Unsupported("subscripts are not supported yet")
    name = key(node.reference)
    if name in equation.names.tables:
        raise Unsupported(
            f'lookup "{equation.names.spelled[name]}" is used as a number; give it an argument in brackets'
        )
    return Ref(equation.names.spelled.get(name, node.reference.replace("_", " ")))


def _arithmetic(equation: Equation, node: Any) -> Expr:
    arguments = [equation.of(argument) for argument in node.arguments]
    operators = list(node.operators)
    if operators == ["negative"]:
        return Apply("negate", (arguments[0],))
    if set(operators) == {"^"}:  # a^b^c is a^(b^c), as in PySD
        return reduce(lambda right, left: Apply("power", (left, right)), reversed(arguments[:-1]), arguments[-1])
    return _from_the_left(arguments, [_ARITHMETIC[operator] for operator in operators])


def _from_the_left(arguments: Sequence[Expr], operations: Sequence[str]) -> Expr:
    result = arguments[0]
    for operation, argument in zip(operations, arguments[1:], strict=True):
        result = Apply(operation, (result, argument))
    return result


def _logic(equation: Equation, node: Any) -> Expr:
    """PySD keeps `a :AND: b :OR: c` as a flat list; AND binds tighter than OR, so it is regrouped here."""
    arguments = [equation.of(argument) for argument in node.arguments]
    operators = [operator.upper() for operator in node.operators]
    if operators == [":NOT:"]:
        return Apply("not", (arguments[0],))
    if operators[0] in _COMPARISON:
        return _from_the_left(arguments, [_COMPARISON[operator] for operator in operators])
    groups: list[list[Expr]] = [[arguments[0]]]
    for operator, argument in zip(operators, arguments[1:], strict=True):
        if operator == ":AND:":
            groups[-1].append(argument)
        else:
            groups.append([argument])
    both = [_from_the_left(group, ["and"] * (len(group) - 1)) for group in groups]
    return _from_the_left(both, ["or"] * (len(both) - 1))


def _call(equation: Equation, node: Any) -> Expr:
    name = key(node.function.reference)
    if name in equation.names.tables:
        if len(node.arguments) != 1:
            raise Unsupported(f'lookup "{equation.names.spelled[name]}" takes one argument, not {len(node.arguments)}')
        return Interpolate(equation.names.spelled[name], equation.of(node.arguments[0]))
    if name == "active initial":
        return equation.remember("active initial", *map(equation.of, node.arguments))
    if name not in FUNCTIONS:
        raise Unsupported(
            f"{name.upper()} is not supported yet" if name in _KNOWN else f"there is no function {name!r}"
        )
    arity, expand = FUNCTIONS[name]
    if len(node.arguments) != arity:
        raise Unsupported(f"{name.upper()} takes {arity} arguments, not {len(node.arguments)}")
    return expand(*map(equation.of, node.arguments))


def _remembered(function: str, *fields: str) -> Callable[[Equation, Any], Expr]:
    def lowering(equation: Equation, node: Any) -> Expr:
        return equation.remember(function, *(equation.of(getattr(node, name)) for name in fields))

    return lowering


def _ordered(function: str, *fields: str) -> Callable[[Equation, Any], Expr]:
    def lowering(equation: Equation, node: Any) -> Expr:
        arguments = [equation.of(getattr(node, name)) for name in fields]
        return equation.remember(function, *arguments, equation.order(node.order))

    return lowering


def _inline_lookup(equation: Equation, node: Any) -> Expr:
    return Interpolate(equation.table(node.lookups), equation.of(node.argument))


_NODES: dict[str, Callable[[Equation, Any], Expr]] = {
    "ReferenceStructure": _reference,
    "ArithmeticStructure": _arithmetic,
    "LogicStructure": _logic,
    "CallStructure": _call,
    "GameStructure": lambda equation, node: equation.of(node.expression),
    "InitialStructure": _remembered("initial", "initial"),
    "DelayStructure": _ordered("delay", "input", "delay_time", "initial"),
    "DelayNStructure": _ordered("delay n", "input", "delay_time", "initial"),
    "SmoothStructure": _ordered("smooth", "input", "smooth_time", "initial"),
    "SmoothNStructure": _ordered("smooth n", "input", "smooth_time", "initial"),
    "DelayFixedStructure": _remembered("delay fixed", "input", "delay_time", "initial"),
    "TrendStructure": _remembered("trend", "input", "average_time", "initial_trend"),
    "ForecastStructure": _remembered("forecast", "input", "average_time", "horizon", "initial_trend"),
    "SampleIfTrueStructure": _remembered("sample if true", "condition", "input", "initial"),
    "InlineLookupsStructure": _inline_lookup,
}
_KINDS = {
    "IntegStructure": "INTEG inside an expression is not supported; give the stock an equation of its own",
    "LookupsStructure": "a lookup inside an expression is not supported; use WITH LOOKUP",
    "DataStructure": "data variables are not supported yet",
    "GetLookupsStructure": "lookups from external files are not supported yet",
    "GetDataStructure": "data from external files is not supported yet",
    "GetConstantsStructure": "constants from external files are not supported yet",
    "AllocateAvailableStructure": "ALLOCATE AVAILABLE is not supported yet",
    "AllocateByPriorityStructure": "ALLOCATE BY PRIORITY is not supported yet",
    "ndarray": "arrays are not supported yet",
    "str": "text is not supported",
}
_KNOWN = {
    *("a function of", "delay batch", "delay conveyor", "delay information", "delay material", "delay profile"),
    *("elmcount", "find zero", "game", "gamma ln", "get data at time", "get data between times", "get data first time"),
    *("get data last time", "get data max", "get data mean", "get data min", "get data total points", "get time value"),
    *("internal rate of return", "invert matrix", "lookup area", "lookup backward", "lookup extrapolate"),
    *("lookup forward", "lookup invert", "lookup slope", "net present value", "npv", "prod", "queue age", "queue fifo"),
    *("random 0 1", "random beta", "random binomial", "random exponential", "random gamma", "random lookup"),
    *("random negative binomial", "random normal", "random pink noise", "random poisson", "random triangular"),
    *("random uniform", "random weibull", "reinitial", "shift if true", "simultaneous", "sum", "tabbed array"),
    *("time base", "time shift", "time to target", "vector elm map", "vector lookup", "vector rank", "vector reorder"),
    *("vector select", "vector sort order", "vmax", "vmin"),
}


def _why_not(node: Any) -> str:
    kind = type(node).__name__
    return _KINDS.get(kind, f"{kind} is not supported")
