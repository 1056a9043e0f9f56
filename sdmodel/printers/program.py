"""Model + names to save → Program: what to compute at the start, at each step, at each saved time, and no more."""

from collections.abc import Iterable
from dataclasses import dataclass

from sdmodel.model.expr import Expr, references
from sdmodel.model.model import Auxiliary, Constant, FixedDelay, Frozen, Held, Model, Stock, Variable
from sdmodel.model.order import at_each_step, at_the_start, starting


@dataclass(frozen=True)
class Program:
    """Names in the order of computation.

    `inputs`: every constant of the model, so that one kernel serves any experiment. `start`: all that has an initial
    value which is needed. `step`: auxiliaries that the change of some memory needs. `save`: those that only saved
    values need. `stocks`, `held`, `delays`: the memory that is alive.
    """

    model: Model
    inputs: tuple[str, ...]
    start: tuple[str, ...]
    step: tuple[str, ...]
    save: tuple[str, ...]
    saved: tuple[str, ...]
    stocks: tuple[Stock, ...]
    held: tuple[Held, ...]
    delays: tuple[FixedDelay, ...]


def program(model: Model, saved: Iterable[str]) -> Program:
    """The program that computes `saved` (the model's own names) and nothing that they do not need."""
    wanted = tuple(model[name].name for name in saved)
    alive = _closure(model, wanted, _running)
    memory = [variable for variable in alive if isinstance(variable, Stock | Held | FixedDelay)]
    changing = [name for variable in memory for expr in _running(variable) for name in references(expr)]
    stepped = {variable.name for variable in _closure(model, changing, _running_auxiliary)}
    beginning = _closure(model, [variable.name for variable in alive if _has_start(variable)], starting)
    order = [name for name in at_each_step(model) if name in {variable.name for variable in alive}]
    begun = {variable.name for variable in beginning}
    return Program(
        model=model,
        inputs=tuple(variable.name for variable in model.of(Constant)),
        start=tuple(name for name in at_the_start(model) if name in begun),
        step=tuple(name for name in order if name in stepped),
        save=tuple(name for name in order if name not in stepped),
        saved=wanted,
        stocks=tuple(variable for variable in memory if isinstance(variable, Stock)),
        held=tuple(variable for variable in memory if isinstance(variable, Held)),
        delays=tuple(variable for variable in memory if isinstance(variable, FixedDelay)),
    )


def _running(variable: Variable) -> tuple[Expr, ...]:
    """What is computed of `variable` while the run goes on."""
    if isinstance(variable, Auxiliary):
        return (variable.equation,)
    if isinstance(variable, Stock):
        return (variable.net_flow,)
    if isinstance(variable, Held):
        return (variable.next,)
    return (variable.input,) if isinstance(variable, FixedDelay) else ()


def _running_auxiliary(variable: Variable) -> tuple[Expr, ...]:
    return (variable.equation,) if isinstance(variable, Auxiliary) else ()


def _has_start(variable: Variable) -> bool:
    return isinstance(variable, Stock | Held | FixedDelay | Frozen)


def _closure(model: Model, names: Iterable[str], needs: object) -> list[Variable]:
    """The variables of `names` and all that their expressions, as `needs` gives them, read; in the model's order."""
    found: set[str] = set()
    pending = [name for name in names if name in model]
    while pending:
        variable = model[pending.pop()]
        if variable.name in found:
            continue
        found.add(variable.name)
        for expr in needs(variable):  # type: ignore[operator]
            pending.extend(name for name in references(expr) if name in model)
    return [variable for variable in model.variables if variable.name in found]
