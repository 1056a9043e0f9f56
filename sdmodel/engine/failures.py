"""The course of a run that is not finite → the variable that went wrong first, and when."""

from collections.abc import Mapping

import numpy as np

from sdmodel.engine.inputs import Inputs
from sdmodel.model.expr import references
from sdmodel.model.missing import missing
from sdmodel.model.model import Auxiliary, FixedDelay, Held, Model, Stock


def sound(values: np.ndarray, may_be_missing: bool) -> np.ndarray:
    """Where `values` are as they should be: finite, or missing if that may be."""
    fine: np.ndarray = ~np.isinf(values) if may_be_missing else np.isfinite(values)
    return fine


def told_failure(given: Inputs, row: int, times: np.ndarray, values: Mapping[str, np.ndarray]) -> str:
    """One line on experiment `row`: what was not finite first, and when; `values` [step] of all variables."""
    cause, labels = _cause(given.model, values), given.labels
    who = (
        f'experiment {int(labels.numbers[row])} (scenario "{labels.scenarios[row]}", future {int(labels.futures[row])})'
    )
    if cause is None:
        return f"{who}: it leaves the finite range, but not when run once more: the last digit decides where it goes"
    name, step = cause
    return f'{who}: "{name}" is {values[name][step]:g} at time {times[step]:g}'


def _cause(model: Model, values: Mapping[str, np.ndarray]) -> tuple[str, int] | None:
    """From the first stock (or, without one, the first variable) that is not finite back to what made it so.

    None where all is finite: a run so unstable that two programs, which round differently, part company.
    """
    stocks, gaps = {name for name in values if isinstance(model[name], Stock)}, missing(model)
    broken = _first(values, stocks, gaps) or _first(values, set(values), gaps)
    if broken is None:
        return None
    name, step = broken
    visited: set[tuple[str, int]] = set()
    while (name, step) not in visited:
        visited.add((name, step))
        name, step = _before(model, values, name, step)
    return name, step


def _first(values: Mapping[str, np.ndarray], names: set[str], gaps: frozenset[str]) -> tuple[str, int] | None:
    found = [
        (int(np.flatnonzero(~sound(values[name], name in gaps))[0]), name)
        for name in values
        if name in names and not sound(values[name], name in gaps).all()
    ]
    if not found:
        return None
    step, name = min(found, key=lambda item: item[0])
    return name, step


def _before(model: Model, values: Mapping[str, np.ndarray], name: str, step: int) -> tuple[str, int]:
    """A variable that `name` reads and that is not finite either, with its step; `name` itself when there is none."""
    variable = model[name]
    earlier = step - 1
    if isinstance(variable, Auxiliary):
        expr, earlier = variable.equation, step
    elif step == 0:
        return name, step
    elif isinstance(variable, FixedDelay):
        return _entered(values, variable, step)
    elif isinstance(variable, Stock):
        expr = variable.net_flow
    else:
        assert isinstance(variable, Held)
        expr = variable.next
    for read in references(expr):
        if read in values and not np.isfinite(values[read][earlier]):
            return read, earlier
    return name, step


def _entered(values: Mapping[str, np.ndarray], variable: FixedDelay, step: int) -> tuple[str, int]:
    """What entered a fixed delay first, of all that was not finite and had left it by `step`."""
    found = [
        (int(np.flatnonzero(~np.isfinite(values[read][:step]))[0]), read)
        for read in references(variable.input)
        if read in values and not np.isfinite(values[read][:step]).all()
    ]
    first, name = min(found, default=(step, variable.name))
    return name, first
