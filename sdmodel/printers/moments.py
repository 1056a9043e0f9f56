"""Model → what a program for people computes before the clock starts, at the start, and at each time, in order.

`program.py` does the same for the fast kernel, which computes no more than its saved values need, in an order that
suits processors; here every auxiliary is computed at each time.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import PurePath

from sdmodel.errors import ModelError
from sdmodel.model.ending import moving
from sdmodel.model.expr import Expr, references
from sdmodel.model.model import (
    CONTROLS,
    FINAL_TIME,
    TIME,
    Auxiliary,
    Constant,
    Draw,
    FixedDelay,
    Frozen,
    Held,
    Model,
    Stock,
    Variable,
)
from sdmodel.model.order import at_each_step, at_the_start, starting
from sdmodel.model.switches import HEAD

_FIXED = tuple(name for name in CONTROLS if name != FINAL_TIME)


@dataclass(frozen=True)
class Moments:
    """Variables in the order of computation.

    `clock`: auxiliaries behind the controls of the run, which constants alone decide. `start`: all whose value at the
    start some memory needs, that memory among them. `step`: all auxiliaries but controls. `ending`: FINAL TIME, if it
    changes during the run; then it is computed at each step, and no control of the clock. `heads`: what holds the time
    at the head of a step, if anything reads it. `saved`: what has a course in time and was written by the modeller.
    """

    clock: tuple[Auxiliary, ...]
    start: tuple[Variable, ...]
    step: tuple[Auxiliary, ...]
    ending: Auxiliary | None
    stocks: tuple[Stock, ...]
    held: tuple[Held, ...]
    heads: tuple[Held, ...]
    delays: tuple[FixedDelay, ...]
    draws: tuple[Draw, ...]
    saved: tuple[Variable, ...]


def moments(model: Model) -> Moments:
    """The moments of `model`.

    Raises:
        ModelError: an algebraic loop, or a control that is missing or changes during the run.
    """
    ending = model[FINAL_TIME] if moving(model) else None
    fixed = [control for control in map(model.__getitem__, CONTROLS) if control is not ending]
    behind = _closure(model, fixed, lambda variable: _fixed(model, variable))
    memory = [variable for variable in model.variables if isinstance(variable, Stock | Held | FixedDelay | Frozen)]
    begun = _closure(model, memory, starting)
    controls = {variable.name for variable in fixed}
    each = [variable for name in at_each_step(model) if isinstance(variable := model[name], Auxiliary)]
    held = [variable for variable in model.variables if isinstance(variable, Held)]
    kept = (Auxiliary, Stock, Held, FixedDelay, Frozen, Draw)
    return Moments(
        clock=tuple(variable for variable in each if variable.name in behind),
        start=tuple(model[name] for name in at_the_start(model) if name in begun and name not in controls),
        step=tuple(variable for variable in each if variable.name not in controls),
        ending=ending if isinstance(ending, Auxiliary) else None,
        stocks=tuple(variable for variable in model.variables if isinstance(variable, Stock)),
        held=tuple(variable for variable in held if variable.name != HEAD),
        heads=tuple(variable for variable in held if variable.name == HEAD),
        delays=tuple(variable for variable in model.variables if isinstance(variable, FixedDelay)),
        draws=tuple(variable for variable in model.variables if isinstance(variable, Draw)),
        saved=tuple(variable for variable in model.visible() if isinstance(variable, kept)),
    )


def _fixed(model: Model, variable: Variable) -> tuple[Expr, ...]:
    """The equation of a variable behind a control, which only constants may decide."""
    own = variable.equation if isinstance(variable, Auxiliary) else None
    if not isinstance(variable, Constant) and (own is None or TIME in references(own)):
        raise ModelError(
            f"{PurePath(model.path).name or model.name}: {', '.join(_FIXED)} must be fixed from the start, but "
            f'"{variable.name} = {variable.text or "…"}" changes during the run. Make it a constant.'
        )
    return () if own is None else (own,)


def _closure(model: Model, roots: Iterable[Variable], needs: Callable[[Variable], tuple[Expr, ...]]) -> frozenset[str]:
    """Names of `roots` and of all that their expressions, as `needs` gives them, read."""
    found: set[str] = set()
    pending = list(roots)
    while pending:
        variable = pending.pop()
        if variable.name not in found:
            found.add(variable.name)
            pending += [model[name] for expr in needs(variable) for name in references(expr) if name != TIME]
    return frozenset(found)
