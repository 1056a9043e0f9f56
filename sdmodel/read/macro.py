"""A call of a macro → the macro's own variables, once for each place where it is called, and the value of the call."""

from collections.abc import Callable
from typing import Any

from sdmodel.model.evaluate import fold
from sdmodel.model.expr import Expr, Number, Ref
from sdmodel.model.model import Auxiliary, Constant, Described, Variable, fields_of
from sdmodel.model.names import key
from sdmodel.read.dimensions import Dimensions, Unsupported, subscripts_of
from sdmodel.read.equation import Equation
from sdmodel.read.scope import Scope, numbers_first

_DEEPEST = 20
_MOST_USES = 20_000


def user_of(variables_of: Callable[..., Any]) -> Callable[[Equation, Any, Any], Expr]:
    """`Equation.use_macro`, where `variables_of` (arrays) makes the variables of one equation of a section."""

    def use(equation: Equation, section: Any, node: Any) -> Expr:
        if len(node.arguments) != len(section.params):
            raise Unsupported(
                f'macro "{section.name}" takes {len(section.params)} arguments, not {len(node.arguments)}'
            )
        if equation.scope.depth >= _DEEPEST:
            raise Unsupported(f'macro "{section.name}" calls itself')
        equation.scope.uses.append(section.name)
        if len(equation.scope.uses) > _MOST_USES:
            raise Unsupported(f"macros are used more than {_MOST_USES:,} times, each with variables of its own")
        base = equation.base(section.name)
        inner = _scope(equation, section, base)
        for parameter, argument in zip(section.params, node.arguments, strict=True):
            _pass(equation, inner, base, parameter, argument)
        for element in numbers_first(section.elements, inner):
            for component in element.components:
                said = Described(name=inner.spelled[key(element.name)], hidden=True)  # units there are of parameters
                for variable, hidden in variables_of(component, said, inner, use):
                    inner.remember(variable, *hidden)
                    equation.hidden.extend((_no_input(variable), *hidden))
        result = key(section.name)  # further returns are not asked for by a call in an expression
        if result not in inner.spelled:
            raise Unsupported(f'macro "{section.name}" never says what it returns')
        return Ref(inner.spelled[result])

    return use


def _no_input(variable: Variable) -> Variable:
    """A number that a macro keeps to itself is no input of the model."""
    if isinstance(variable, Constant):
        return Auxiliary(**fields_of(variable), equation=Number(variable.value))
    return variable


def _scope(equation: Equation, section: Any, base: str) -> Scope:
    """What equations of the macro may refer to: its own variables first, then those of the file around it."""
    outer = equation.scope
    dimensions = Dimensions.of(section.subscripts, {}, lambda *_: []) if section.subscripts else outer.dimensions
    inner = Scope(dimensions, {}, macros=outer.macros, outer=outer, depth=outer.depth + 1)
    inner.orders, inner.made, inner.uses = outer.orders, outer.made, outer.uses
    for element in section.elements:
        inner.add(element, f"{base}: {element.name}")
    return inner


def _pass(equation: Equation, inner: Scope, base: str, parameter: str, argument: Any) -> None:
    """Make a parameter known by what was passed for it: a table by its name, a number, or a variable of its own."""
    if type(argument).__name__ == "ReferenceStructure":
        scope, own, name = equation.named(argument.reference, subscripts_of(argument))
        if own in scope.tables:
            inner.tables.add(key(parameter))
            inner.spelled[key(parameter)] = name
            return
    value = fold(equation.of(argument))
    if not isinstance(value, Ref | Number):
        passed = Auxiliary(name=f"{base}: {parameter}", equation=value, hidden=True)
        equation.hidden.append(passed)
        value = Ref(passed.name)
    inner.values[key(parameter)] = value
