"""A loop's path and the state of a run → its polarity there: the product of the signs of its links.

The sign of a link is that of the partial derivative of the effect (of a stock: of its net flow) by the cause, all else
as it is; a loop is reinforcing where the product is positive (Richardson 1995, System Dynamics Review 11(1), 67–88).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from sdmodel.model.evaluate import evaluate
from sdmodel.model.expr import Expr, references
from sdmodel.model.model import Auxiliary, Model, Stock, Table

_STEP = 1e-4  # of the cause: small against curves, large against rounding
_SMALLEST = 1e-6  # where the cause is nothing
_ROUNDING = 1e-11  # of the effect
State = Mapping[str, float]


@dataclass(frozen=True)
class Polarity:
    """In how many of the states that were looked at a loop is reinforcing, balancing, or has no sign."""

    reinforcing: int = 0
    balancing: int = 0
    none: int = 0


def polarities(model: Model, paths: Mapping[str, tuple[str, ...]], states: Iterable[State]) -> dict[str, Polarity]:
    """The polarity of the loop along each of `paths` in `states`, which have the values of variables and the clock.

    There is no sign where a link has no effect just there, or is none of a single equation.
    """
    signs: dict[str, list[int]] = {name: [] for name in paths}
    for state in states:
        links: dict[tuple[str, str], int] = {}  # loops share many of them
        for name, path in paths.items():
            signs[name].append(_sign(model, path, state, links))
    return {name: Polarity(found.count(1), found.count(-1), found.count(0)) for name, found in signs.items()}


def needed(model: Model, paths: Iterable[tuple[str, ...]]) -> set[str]:
    """The names of what must be known to tell the signs of all links of `paths`."""
    equations = [expr for path in paths for name in path if (expr := _equation(model, name)) is not None]
    return {name for expr in equations for name in references(expr)}


def _sign(model: Model, path: tuple[str, ...], state: State, links: dict[tuple[str, str], int]) -> int:
    """The product of the signs of the links of `path`; `links` has those that were worked out already."""
    sign = 1
    for link in pairwise((*path, path[0])):
        if link not in links:
            links[link] = _of_link(model, *link, state)
        sign *= links[link]
        if not sign:
            break
    return sign


def _equation(model: Model, name: str) -> Expr | None:
    variable = model[name]
    if isinstance(variable, Stock):
        return variable.net_flow
    return variable.equation if isinstance(variable, Auxiliary) else None


def _of_link(model: Model, cause: str, effect: str, state: State) -> int:
    """1, -1, or 0: how the number that the equation of `effect` has moves with `cause`."""
    expr = _equation(model, effect)
    if expr is None:
        return 0
    try:
        step = max(abs(state[cause]) * _STEP, _SMALLEST)
        below, above = (_at(model, expr, {**state, cause: state[cause] + side * step}) for side in (-1, 1))
    except KeyError:
        return 0
    change = above - below
    if not abs(change) > _ROUNDING * max(abs(above), abs(below)):
        return 0
    return 1 if change > 0 else -1


def _at(model: Model, expr: Expr, state: State) -> float:
    return evaluate(expr, state.__getitem__, _tables(model))


def _tables(model: Model) -> Callable[[str], Table]:
    def table(name: str) -> Table:
        found = model[name]
        assert isinstance(found, Table)
        return found

    return table
