"""A model at one moment of a run → the gains of its links there, for each part of it that feeds back.

Each gain is a derivative of a single equation by a single variable, by central differences with two steps, joined so
that their leading errors cancel (Richardson's extrapolation), or to one side where the other has no values.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sdmodel.analysis.loops.elasticity import Gains
from sdmodel.model.cycles import changed_by, effects, parts
from sdmodel.model.evaluate import evaluate
from sdmodel.model.expr import Expr, references
from sdmodel.model.model import Auxiliary, Constant, Model, Stock, Table
from sdmodel.model.order import at_each_step
from sdmodel.model.still import CLOCK
from sdmodel.pipeline.tipping.moment import Moment

_STEP = 1e-3  # of the cause: with the error of its fourth power
_SMALLEST = 1e-7  # where the cause is nothing


@dataclass(frozen=True)
class Part:
    """Variables that act on each other: stocks `names`[:`stocks`], then auxiliaries, each after those that it reads."""

    names: tuple[str, ...]
    stocks: int


def parts_of(own: Moment) -> tuple[Part, ...]:
    """The parts of the model that feed back through stocks of the state."""
    order = {name: place for place, name in enumerate(at_each_step(own.one.model))}
    found = []
    for part in parts(effects(own.one.model)):
        stocks = [name for name in own.stocks if name in set(part)]
        others = sorted((name for name in part if name in order), key=order.__getitem__)
        if stocks:
            found.append(Part((*stocks, *others), len(stocks)))
    return tuple(found)


def gains_of(own: Moment, part: Part, state: np.ndarray) -> Gains:
    """The gains of the links of `part` at `state` [stock] and the moment of `own`."""
    known = _values(own, part, state)
    place = {name: at for at, name in enumerate(part.names)}
    matrix = np.zeros((len(place), len(place)))
    for effect, row in place.items():
        expr = changed_by(own.one.model[effect])
        assert expr is not None
        for cause in _causes(own.one.model, expr):
            if cause in place:
                matrix[row, place[cause]] = _slope(own.one.model, expr, cause, known)
    return Gains(part.names, part.stocks, matrix)


def _causes(model: Model, expr: Expr) -> list[str]:
    return [model[name].name for name in references(expr) if name in model]


def _values(own: Moment, part: Part, state: np.ndarray) -> dict[str, float]:
    """The numbers of all that the equations of `part` read."""
    model = own.one.model
    exprs = [expr for name in part.names if (expr := changed_by(model[name])) is not None]
    wanted = dict.fromkeys(name for expr in exprs for name in _causes(model, expr))
    kinds: Mapping[type, Sequence[str]] = {
        kind: [name for name in wanted if isinstance(model[name], kind)] for kind in (Stock, Auxiliary, Constant)
    }
    computed = [*kinds[Stock], *kinds[Auxiliary]]
    known = dict(zip(computed, map(float, own.values(state[None], computed)[0]), strict=True)) if computed else {}
    return {**known, **own.constants(kinds[Constant]), CLOCK: own.time}


def _slope(model: Model, expr: Expr, cause: str, known: Mapping[str, float]) -> float:
    step = max(abs(known[cause]) * _STEP, _SMALLEST)

    def table(name: str) -> Table:
        found = model[name]
        assert isinstance(found, Table)
        return found

    def at(move: float) -> float:
        moved = {**known, cause: known[cause] + move}
        return evaluate(expr, lambda name: moved[model[name].name], table)

    coarse, fine = ((at(h) - at(-h)) / (2 * h) for h in (step, step / 2))
    slope = (4 * fine - coarse) / 3
    return slope if math.isfinite(slope) else _one_sided(at, step)


def _one_sided(at: Callable[[float], float], step: float) -> float:
    """The slope to that side on which there are values, as of a root at zero."""
    slopes = ((4 * at(h / 2) - 3 * at(0.0) - at(h)) / h for h in (step, -step))
    return next((slope for slope in slopes if math.isfinite(slope)), math.nan)
