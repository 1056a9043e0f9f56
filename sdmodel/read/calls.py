"""A call of a function, lookup or macro → expression: who answers to that name, and with how many arguments."""

from typing import TYPE_CHECKING, Any

from sdmodel.model.expr import Expr, Interpolate
from sdmodel.model.model import Table
from sdmodel.model.names import key
from sdmodel.read.array_functions import ARRAY_CALLS
from sdmodel.read.dimensions import Unsupported, subscripts_of
from sdmodel.read.expand import FUNCTIONS
from sdmodel.read.functions import lags
from sdmodel.read.functions.refused import REFUSED
from sdmodel.read.functions.tables import TABLE_CALLS
from sdmodel.read.memory import MEMORY_CALLS, TABLE_MEMORY_CALLS
from sdmodel.read.scope import data_name

if TYPE_CHECKING:
    from sdmodel.read.equation import Equation


BARE = {name: value for name, (arity, value) in FUNCTIONS.items() if arity == 0}  # as XMILE writes them: PI, DT


def lowered_call(equation: "Equation", node: Any) -> Expr:
    """The value of a call: names of the file itself come before those of functions.

    Raises:
        Unsupported: nobody answers to that name, or the arguments do not fit.
    """
    name = key(node.function.reference)
    found = equation.scope.find(name)
    if found and found[1] in found[0].tables:
        return _own_table(equation, node)
    if name in equation.scope.macros and equation.use_macro:
        return equation.use_macro(equation, equation.scope.macros[name], node)
    if name in ARRAY_CALLS:
        return ARRAY_CALLS[name](equation, node)
    try:
        return _function(equation, name, node.arguments)
    except ValueError as reason:
        raise Unsupported(f"{name.upper()}: {reason}") from None


def _own_table(equation: "Equation", node: Any) -> Expr:
    table = equation.named(node.function.reference, subscripts_of(node.function))[2]
    if len(node.arguments) != 1:
        raise Unsupported(f'lookup "{table}" takes one argument, not {len(node.arguments)}')
    return Interpolate(table, equation.of(node.arguments[0]))


def _function(equation: "Equation", name: str, arguments: Any) -> Expr:
    """The value of a function that the language has."""
    count = len(arguments)
    if name in FUNCTIONS:
        arity, expand = FUNCTIONS[name]
        check_count(name, count, arity)
        return expand(*map(equation.of, arguments))
    if name in MEMORY_CALLS:
        arity, remember = MEMORY_CALLS[name]
        check_count(name, count, arity)
        inside = [equation.of(argument) for argument in arguments]
        if name in lags.FIXED_WHERE_TIME_RESTS and equation.scope.rests(inside[1]):
            remember = lags.fixed
        return equation.keep(remember(equation.base(name), *inside))
    if name in TABLE_CALLS:
        arity, read = TABLE_CALLS[name]
        check_count(name, count, arity)
        return equation.keep(read(_table(equation, arguments[0]), *map(equation.of, arguments[1:])))
    if name in TABLE_MEMORY_CALLS:
        arity, place, remember = TABLE_MEMORY_CALLS[name]
        check_count(name, count, arity)
        given: list[Any] = [
            _table(equation, one) if at == place else equation.of(one) for at, one in enumerate(arguments)
        ]
        if name == "delay conveyor" and not equation.scope.rests(given[1]):
            raise ValueError("its conveyance time must be a number or a constant")
        return equation.keep(remember(equation.base(name), *given))
    if name in REFUSED:
        raise Unsupported(f"{name.upper()} is not supported: {REFUSED[name]}")
    raise Unsupported(f"there is no function {name!r}")


def _table(equation: "Equation", node: Any) -> Table:
    """The table, or the data, that an argument names."""
    if type(node).__name__ != "ReferenceStructure":
        raise ValueError("it needs the name of a lookup or of data")
    _, _, name = equation.named(node.reference, subscripts_of(node))
    for known in (name, data_name(name)):
        if key(known) in equation.scope.made:
            return equation.scope.made[key(known)]
    raise ValueError(f'"{name}" is neither a lookup nor data')


def check_count(name: str, count: int, arity: int | tuple[int, int | None]) -> None:
    """Unsupported when a function takes another number of arguments: `arity` is that, or the least and the most."""
    least, most = arity if isinstance(arity, tuple) else (arity, arity)
    if count < least or (most is not None and count > most):
        wanted = f"{least}" if least == most else f"at least {least}" if most is None else f"{least} to {most}"
        raise Unsupported(f"{name.upper()} takes {wanted} argument{'s' * (wanted != '1')}, not {count}")
