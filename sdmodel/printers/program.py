"""Model + names to save → Program: what to compute at the start, at each step, at each saved time, and no more."""

from collections.abc import Iterable
from dataclasses import dataclass

from sdmodel.model.expr import Expr, references
from sdmodel.model.model import Auxiliary, Constant, FixedDelay, Frozen, Held, Model, Stock, Variable
from sdmodel.model.order import at_the_start, starting


@dataclass(frozen=True)
class Program:
    """Names in the order of computation.

    `inputs`: every constant of the model, so that one kernel serves any experiment. `start`: all that has an initial
    value which is needed. `step`: the memory that is alive, each after the auxiliaries that its change needs; these
    come as late as they can, so that few values wait at a time. `save`: auxiliaries that only saved values need.
    `delays`: the fixed delays among the memory, whose histories are kept.
    """

    model: Model
    inputs: tuple[str, ...]
    start: tuple[str, ...]
    step: tuple[str, ...]
    save: tuple[str, ...]
    saved: tuple[str, ...]
    delays: tuple[FixedDelay, ...]


def program(model: Model, saved: Iterable[str]) -> Program:
    """The program that computes `saved` (the model's own names) and nothing that they do not need."""
    wanted = tuple(model[name].name for name in saved)
    alive = _closure(model, wanted, _running)
    memory = [variable.name for variable in alive if isinstance(variable, Stock | Held | FixedDelay)]
    step = _depth_first(model, memory)
    save = _depth_first(model, wanted, known=step)
    begun = {v.name for v in _closure(model, [v.name for v in alive if _has_start(v)], starting)}
    return Program(
        model=model,
        inputs=tuple(variable.name for variable in model.of(Constant)),
        start=tuple(name for name in at_the_start(model) if name in begun),
        step=tuple(step),
        save=tuple(name for name in save if isinstance(model[name], Auxiliary)),
        saved=wanted,
        delays=tuple(variable for variable in alive if isinstance(variable, FixedDelay)),
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


def _depth_first(model: Model, roots: Iterable[str], known: Iterable[str] = ()) -> list[str]:
    """`roots`, each directly after the auxiliaries that it needs and that are not there yet; none of `known`."""
    done, order = set(known), []
    for root in roots:
        pending = [(root, False)]
        while pending:
            name, is_ready = pending.pop()
            if name in done:
                continue
            if is_ready:
                done.add(name)
                order.append(name)
                continue
            pending.append((name, True))
            needed = [model[read].name for expr in _running(model[name]) for read in references(expr) if read in model]
            waiting = [read for read in needed if read not in done and isinstance(model[read], Auxiliary)]
            pending.extend((read, False) for read in reversed(waiting))
    return order


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
