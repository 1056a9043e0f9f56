"""Model → where a lookup is read outside its range, found by running it as it is and keeping all that is looked up.

Every use of a table gets an auxiliary that holds its argument, or a point of the table while the use lies in a branch
that is not taken. Nothing in the model reads these, so the run is the model's own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

import numpy as np

from sdmodel.engine import compiled
from sdmodel.model.expr import Apply, Expr, Interpolate, Number, Ref
from sdmodel.model.model import TIME, Auxiliary, FixedDelay, Held, Model, Stock, Table, Variable

_MOST_TIMES = 2_000
_AT_ONCE = 400  # arguments of one run
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Outside:
    """`table` is read by `reader` at `value`, outside `low` to `high`, first at `time`; `of_time` if at the clock."""

    table: str
    reader: Variable
    value: float
    low: float
    high: float
    time: float
    of_time: bool


@dataclass(frozen=True)
class _Use:
    table: Table
    reader: Variable
    argument: Expr
    guarded: Expr


def uses(model: Model) -> list[_Use]:
    """All places where a table that ends is read during the run; initial values are not among them."""
    found: dict[tuple[str, str, Expr], _Use] = {}
    for variable in model.variables:
        for expr in _running(variable):
            for node, guard in _reads(expr, None):
                table = model[node.table]
                if isinstance(table, Table) and table.beyond != "extrapolate":
                    within = Number(table.x[0])
                    guarded = node.argument if guard is None else Apply("select", (guard, node.argument, within))
                    found.setdefault(
                        (table.name, variable.name, guarded), _Use(table, variable, node.argument, guarded)
                    )
    return list(found.values())


def outside(model: Model) -> list[Outside]:
    """The uses that leave the range of their table, in the order of the file."""
    every = list(uses(model))
    return [one for first in range(0, len(every), _AT_ONCE) for one in _outside(model, every[first : first + _AT_ONCE])]


def _running(variable: Variable) -> tuple[Expr, ...]:
    if isinstance(variable, Auxiliary):
        return (variable.equation,)
    if isinstance(variable, Stock):
        return (variable.net_flow,)
    if isinstance(variable, Held):
        return (variable.next,)
    return (variable.input,) if isinstance(variable, FixedDelay) else ()


def _reads(expr: Expr, guard: Expr | None) -> Iterator[tuple[Interpolate, Expr | None]]:
    """Each use of a table below `expr` with the condition under which it counts; None means always."""
    if isinstance(expr, Interpolate):
        yield expr, guard
        yield from _reads(expr.argument, guard)
    elif isinstance(expr, Apply) and expr.operation == "select":
        condition, yes, no = expr.arguments
        yield from _reads(condition, guard)
        yield from _reads(yes, _both(guard, condition))
        yield from _reads(no, _both(guard, Apply("not", (condition,))))
    elif isinstance(expr, Apply):
        for argument in expr.arguments:
            yield from _reads(argument, guard)


def _both(guard: Expr | None, condition: Expr) -> Expr:
    return condition if guard is None else Apply("and", (guard, condition))


def _outside(model: Model, some: list[_Use]) -> list[Outside]:
    kept = [Auxiliary(name=f"@ argument {n}", equation=use.guarded, hidden=True) for n, use in enumerate(some)]
    clock = compiled.own_clock(model)
    every = clock.time_step * max(1, ceil(clock.steps / _MOST_TIMES))
    runs = compiled.simulate(model.replaced((), kept), save=[one.name for one in kept], every=every)
    times = runs["time"].values
    found = [_first(use, runs[one.name].values[0], times) for use, one in zip(some, kept, strict=True)]
    return [one for one in found if one is not None]


def _first(use: _Use, values: np.ndarray, times: np.ndarray) -> Outside | None:
    low, high = use.table.x[0], use.table.x[-1]
    slack = _ROUNDING * max(abs(low), abs(high), high - low)
    beyond = np.flatnonzero((values < low - slack) | (values > high + slack))
    if not len(beyond):
        return None
    step = int(beyond[0])
    return Outside(
        use.table.name, use.reader, float(values[step]), low, high, float(times[step]), _is_time(use.argument)
    )


def _is_time(argument: Expr) -> bool:
    return argument == Ref(TIME)
