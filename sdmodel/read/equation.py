"""One equation: PySD's syntax tree → expression, with the hidden variables that its memory needs."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Any

import numpy as np

from sdmodel.model.evaluate import fold
from sdmodel.model.expr import Apply, Expr, Interpolate, Number, Ref
from sdmodel.model.model import Auxiliary, Table, Variable
from sdmodel.model.names import key
from sdmodel.read.array_functions import ARRAY_NODES
from sdmodel.read.calls import BARE, lowered_call
from sdmodel.read.dimensions import Binding, Unsupported, subscripts_of
from sdmodel.read.functions.notation import Remembered
from sdmodel.read.memory import MEMORY
from sdmodel.read.scope import Scope, element_name

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
_LONGEST_CHAIN = 100


@dataclass
class Equation:
    """The lowering of one variable's equation; `hidden` collects what SMOOTH, DELAY, WITH LOOKUP … add to the model.

    `binding` tells which element each dimension of the left side stands for. `shared` keeps what a function of whole
    arrays computed for all elements of the left side at once. `use_macro` puts a macro in the place of a call.
    """

    owner: str
    scope: Scope
    binding: Binding = field(default_factory=dict)
    shared: dict[Any, list[Expr]] = field(default_factory=dict)
    hidden: list[Variable] = field(default_factory=list)
    use_macro: "Callable[[Equation, Any, Any], Expr] | None" = None
    _counter: int = 0

    def of(self, node: Any, binding: Mapping[str, str] | None = None) -> Expr:
        """The expression of a node of PySD's tree, with more dimensions bound where `binding` tells some.

        Raises:
            Unsupported: what sdmodel lacks.
        """
        if binding:
            before, self.binding = self.binding, {**self.binding, **binding}
            try:
                return self.of(node)
            finally:
                self.binding = before
        if isinstance(node, int | float | np.number):
            return Number(float(node))
        lowering = _NODES.get(type(node).__name__)
        if lowering is None:
            raise Unsupported(_why_not(node))
        return lowering(self, node)

    def base(self, function: str) -> str:
        """A name for what one use of a function adds to the model."""
        self._counter += 1
        return f"{function.upper()} {self._counter} of {self.owner}"

    def remember(self, function: str, *arguments: Any) -> Expr:
        """The value of a function that keeps a state; its hidden variables join the model."""
        return self.keep(MEMORY[function](self.base(function), *arguments))

    def keep(self, remembered: Remembered) -> Expr:
        """The value of a function; what it needs joins the model."""
        value, added = remembered
        self.hidden.extend(added)
        return value

    def table(self, structure: Any) -> str:
        """Name of a hidden table made from an inline lookup."""
        name = self.base("lookup")
        self.hidden.append(replace(table_of(name, structure), hidden=True))
        return name

    def order(self, node: Any) -> int | Expr:
        """The order of a delay or smooth: a number where it is known when the model is read."""
        expr = self.scope.shaping(fold(self.of(node)))
        if not isinstance(expr, Number):
            return expr
        if not 1 <= expr.value <= _HIGHEST_ORDER:
            raise Unsupported(f"the order of a delay must be a number or a constant from 1 to {_HIGHEST_ORDER}")
        return int(expr.value)

    def named(self, name: str, subscripts: Iterable[str]) -> tuple[Scope, str, str]:
        """Where a name is known, its key there, and how the model spells it, element and all."""
        found = self.scope.find(name)
        if found is None:
            return self.scope, key(name), name.replace("_", " ")
        scope, own = found
        if own in scope.values:
            return scope, own, name
        elements = [scope.dimensions.resolve(subscript, self.binding) for subscript in subscripts]
        array, wanted = scope.spelled[own], scope.arrays.get(own, 0)
        if wanted != len(elements):
            raise Unsupported(f'"{array}" has {_so_many(wanted)}, and {_so_many(len(elements))} here')
        return scope, own, element_name(array, elements)


def _so_many(count: int) -> str:
    return "no subscript" if count == 0 else f"{count} subscript{'s' * (count > 1)}"


def table_of(name: str, structure: Any) -> Table:
    """The Table of PySD's LookupsStructure: points sorted by x, of several with the same x the last kept."""
    points = dict(
        sorted(zip(map(float, structure.x), map(float, structure.y), strict=True), key=lambda point: point[0])
    )
    if not np.isfinite([*points, *points.values()]).all():
        raise Unsupported("a lookup has a point that is not a finite number")
    return Table(name=name, x=tuple(points), y=tuple(points.values()), beyond=_BEYOND[structure.type])


def _reference(equation: Equation, node: Any) -> Expr:
    subscripts = subscripts_of(node)
    if not subscripts and equation.scope.find(node.reference) is None:
        number = equation.scope.dimensions.number(node.reference, equation.binding)
        if number is not None:
            return Number(float(number))
        if key(node.reference) in BARE:
            return BARE[key(node.reference)]()
    scope, own, name = equation.named(node.reference, subscripts)
    if own in scope.values:
        return scope.values[own]
    if own in scope.tables:
        raise Unsupported(f'lookup "{name}" is used as a number; give it an argument in brackets')
    return Ref(name)


def _arithmetic(equation: Equation, node: Any) -> Expr:
    arguments = [equation.of(argument) for argument in node.arguments]
    operators = list(node.operators)
    if operators == ["negative"]:
        return Apply("negate", (arguments[0],))
    if set(operators) == {"^"}:  # a^b^c is a^(b^c), as in PySD
        return reduce(lambda right, left: Apply("power", (left, right)), reversed(arguments[:-1]), arguments[-1])
    return _from_the_left(equation, arguments, [_ARITHMETIC[operator] for operator in operators])


def _from_the_left(equation: Equation, arguments: Sequence[Expr], operations: Sequence[str]) -> Expr:
    """A chain of operations in the order of the file; a long one is cut into hidden variables: it would be too deep."""
    result = arguments[0]
    for place, (operation, argument) in enumerate(zip(operations, arguments[1:], strict=True), 1):
        result = Apply(operation, (result, argument))
        if place % _LONGEST_CHAIN == 0 and place < len(operations):
            part = Auxiliary(name=equation.base("part"), equation=fold(result), hidden=True)
            equation.hidden.append(part)
            result = Ref(part.name)
    return result


def _logic(equation: Equation, node: Any) -> Expr:
    """PySD keeps `a :AND: b :OR: c` as a flat list; AND binds tighter than OR, so it is regrouped here."""
    arguments = [equation.of(argument) for argument in node.arguments]
    operators = [operator.upper() for operator in node.operators]
    if operators == [":NOT:"]:
        return Apply("not", (arguments[0],))
    if operators[0] in _COMPARISON:
        if len(arguments) == 2 and any(map(_is_missing, arguments)) and operators[0] in ("=", "<>"):
            return _missing(arguments[0], arguments[1], operators[0])
        return _from_the_left(equation, arguments, [_COMPARISON[operator] for operator in operators])
    groups: list[list[Expr]] = [[arguments[0]]]
    for operator, argument in zip(operators, arguments[1:], strict=True):
        if operator == ":AND:":
            groups[-1].append(argument)
        else:
            groups.append([argument])
    both = [_from_the_left(equation, group, ["and"] * (len(group) - 1)) for group in groups]
    return _from_the_left(equation, both, ["or"] * (len(both) - 1))


def _is_missing(expr: Expr) -> bool:
    return isinstance(expr, Number) and expr.value != expr.value


def _missing(left: Expr, right: Expr, operator: str) -> Expr:
    """`x = :NA:`, which is a number of its own in Vensim; here it is not a number, and equal to nothing."""
    other = right if _is_missing(left) else left
    return Apply("not_equal" if operator == "=" else "equal", (other, other))


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
    "CallStructure": lowered_call,
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
    **ARRAY_NODES,
}
_KINDS = {
    "IntegStructure": "INTEG inside an expression is not supported; give the stock an equation of its own",
    "LookupsStructure": "a lookup inside an expression is not supported; use WITH LOOKUP",
    **dict.fromkeys(
        ("DataStructure", "GetLookupsStructure", "GetDataStructure", "GetConstantsStructure"),
        "what a file gives cannot stand inside an expression; give it a variable of its own",
    ),
    "ndarray": "several numbers cannot stand inside an expression; give them an array of their own",
    "str": "text is not supported",
}


def _why_not(node: Any) -> str:
    kind = type(node).__name__
    return _KINDS.get(kind, f"{kind} is not supported")
