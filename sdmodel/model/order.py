"""In which order equations are computed, at the start and at each step; an algebraic loop is named, not suffered."""

from graphlib import CycleError, TopologicalSorter
from pathlib import PurePath

from sdmodel.errors import ModelError
from sdmodel.model.expr import Expr, references
from sdmodel.model.model import Auxiliary, FixedDelay, Frozen, Held, Model, Stock, Variable
from sdmodel.model.place import place

_SHOWN = 10  # variables of a loop that a message lists


def _sorted(needs: dict[str, list[str]], model: Model, what: str) -> tuple[str, ...]:
    try:
        return tuple(TopologicalSorter(needs).static_order())
    except CycleError as error:
        loop = list(reversed(error.args[1]))
        chain = loop if len(loop) <= _SHOWN + 2 else [*loop[:_SHOWN], f"… {len(loop) - _SHOWN - 1} more …", loop[-1]]
        lines = [_told(model[name]) for name in loop[:-1][:_SHOWN]]
        raise ModelError(
            f"{PurePath(model.path).name or model.name}: {what}: {' → '.join(chain)}. "
            "Each needs the next at the same time:\n  "
            + "\n  ".join(lines)
            + "\nBreak the loop with a stock, a delay or a smooth (or ACTIVE INITIAL, if only the start is circular)."
        ) from None


def _told(variable: Variable) -> str:
    where = place(variable.line, variable.file)
    return f"{variable.name} = {variable.text or '…'}" + (f"   ({where})" if where else "")


def _within(names: set[str], *expressions: Expr) -> list[str]:
    return [name for expr in expressions for name in references(expr) if name in names]


def at_each_step(model: Model) -> tuple[str, ...]:
    """Names of the auxiliaries, each after those that it reads; stocks and other memory are known already."""
    auxiliaries = [variable for variable in model.variables if isinstance(variable, Auxiliary)]
    names = {variable.name for variable in auxiliaries}
    needs = {variable.name: _within(names, variable.equation) for variable in auxiliaries}
    return _sorted(needs, model, "algebraic loop")


def at_the_start(model: Model) -> tuple[str, ...]:
    """Names of all variables that have an initial value, each after those that it needs for it."""
    computed = [variable for variable in model.variables if starting(variable)]
    names = {variable.name for variable in computed}
    needs = {variable.name: _within(names, *starting(variable)) for variable in computed}
    return _sorted(needs, model, "the initial values depend on each other")


def starting(variable: Variable) -> tuple[Expr, ...]:
    """The expressions that give `variable` its value at the start; none for constants and tables."""
    if isinstance(variable, Auxiliary):
        return (variable.equation if variable.initial is None else variable.initial,)
    if isinstance(variable, Stock | Held):
        return (variable.initial,)
    if isinstance(variable, FixedDelay):
        return (variable.initial, variable.delay)
    return (variable.equation,) if isinstance(variable, Frozen) else ()
