"""A function of points in the unit cube → the point where it is least, or the front of those that nothing beats.

The function is asked for a whole population at a time, so that whoever answers can make one batch of it:
`evaluate(points [row, axis])` gives the objectives [row, objective] and, for each constraint, by how much it is missed
[row, constraint]: at most 0 where it is met.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sdmodel.errors import ExperimentError

if TYPE_CHECKING:
    from scipy.optimize import OptimizeResult

Floats = NDArray[np.float64]
Evaluate = Callable[[Floats], tuple[Floats, Floats]]
Told = Callable[[int], None]
NOWHERE = 1e30
"""Stands for an objective that is not finite: worse than all others."""
STEADY = 0.01
"""A front has settled when its hypervolume rose by no more than this part of it over the latest generations."""
_WORST = 1.1


@dataclass(frozen=True)
class Found:
    """Points [solution, axis] with their objectives [solution, objective]; none where no point meets the constraints.

    `history` [generation] is the least objective so far, NaN before a point was feasible; of a front its `hypervolume`.
    """

    points: Floats
    objectives: Floats
    history: Floats
    evaluations: int
    converged: bool


class _Memory:
    """Remembers the last populations: SciPy asks for constraints and objectives apart, a model answers both at once."""

    def __init__(self, evaluate: Evaluate) -> None:
        self.evaluate, self.known, self.count = evaluate, dict[bytes, tuple[Floats, Floats]](), 0

    def at(self, points: Floats) -> tuple[Floats, Floats]:
        if not len(points):
            return np.empty((0, 1)), np.empty((0, 1))
        keys = [np.ascontiguousarray(point).tobytes() for point in points]
        new = dict.fromkeys(key for key in keys if key not in self.known)
        if new:
            rows = [keys.index(key) for key in new]
            objectives, missed = self.evaluate(points[rows])
            self.count += len(rows)
            if len(self.known) > 100_000:
                self.known.clear()
                return self.at(points)
            self.known |= dict(zip(new, zip(objectives, missed, strict=True), strict=True))
        found = [self.known[key] for key in keys]
        objectives, missed = (np.array(column) for column in zip(*found, strict=True))
        return np.where(np.isfinite(objectives), objectives, NOWHERE), np.where(np.isfinite(missed), missed, NOWHERE)


def least(
    evaluate: Evaluate,
    axes: int,
    constraints: int,
    *,
    seed: int,
    population: int,
    generations: int,
    told: Told | None = None,
) -> Found:
    """The point of the unit cube where the one objective is least, by differential evolution.

    Storn and Price (1997), Journal of Global Optimization 11; constraints by the rules of Lampinen (2002): of two
    points that miss them the one that misses less is better. The whole population is asked for at once. A global
    search by chance: that nothing better exists is not proven.
    """
    from scipy.optimize import (
        Bounds,
        NonlinearConstraint,
        differential_evolution,
    )  # half a second for those who optimise

    memory, history = _Memory(evaluate), list[float]()

    def objective(points: Any, /) -> Any:  # SciPy's types do not know of vectorized=True
        return memory.at(np.atleast_2d(points.T))[0][:, 0]

    def missed(points: Floats) -> Floats:
        found = memory.at(np.atleast_2d(points.T))[1].T
        return np.asarray(found if points.ndim > 1 else found[:, 0])

    def generation(intermediate_result: "OptimizeResult") -> None:
        history.append(float(intermediate_result.fun) if _met(memory, intermediate_result.x) else float("nan"))
        if told:
            told(1)

    limits = NonlinearConstraint(missed, -np.inf, 0.0) if constraints else ()
    result = differential_evolution(
        objective,
        bounds=Bounds(np.zeros(axes), np.ones(axes)),
        popsize=max(1, round(population / axes)),
        maxiter=generations,
        tol=1e-10,
        atol=1e-12,
        rng=np.random.default_rng(seed),
        init="sobol",
        polish=False,
        updating="deferred",
        vectorized=True,
        constraints=limits,
        callback=generation,
    )
    feasible = _met(memory, result.x) and float(result.fun) < NOWHERE
    points = np.atleast_2d(result.x)[: 1 if feasible else 0]
    return Found(points, memory.at(points)[0], np.array(history), memory.count, bool(result.success))


def front(
    evaluate: Evaluate,
    axes: int,
    objectives: int,
    constraints: int,
    *,
    seed: int,
    population: int,
    generations: int,
    told: Told | None = None,
) -> Found:
    """The points of the unit cube that no other found beats in all objectives, by NSGA-II.

    Deb, Pratap, Agarwal and Meyarivan (2002), IEEE Transactions on Evolutionary Computation 6(2).

    Raises:
        ExperimentError: pymoo is not installed.
    """
    try:
        from pymoo.algorithms.moo.nsga2 import NSGA2  # an extra: only several objectives need it
        from pymoo.core.callback import Callback
        from pymoo.core.problem import Problem
        from pymoo.optimize import minimize
    except ImportError:
        raise ExperimentError(
            "Several objectives need the extra \"optimise\": pip install 'sdmodel[optimise]'. One does not."
        ) from None
    memory = _Memory(evaluate)

    class Asked(Problem):  # type: ignore[misc]
        def _evaluate(self, x: Floats, out: dict[str, Any], *_: Any, **__: Any) -> None:
            out["F"], missed = memory.at(np.asarray(x, dtype=np.float64))
            if constraints:
                out["G"] = missed

    fronts = list[Floats]()

    class Heard(Callback):  # type: ignore[misc]
        def notify(self, algorithm: Any) -> None:
            fronts.append(_feasible(algorithm.opt))
            if told:
                told(1)

    problem = Asked(n_var=axes, n_obj=objectives, n_ieq_constr=constraints, xl=0.0, xu=1.0)
    result = minimize(
        problem, NSGA2(pop_size=population), ("n_gen", generations), seed=seed % 2**32, callback=Heard(), verbose=False
    )
    history = hypervolume(fronts)
    if result.X is None:
        return Found(np.empty((0, axes)), np.empty((0, objectives)), history, memory.count, True)
    points, values = np.atleast_2d(result.X), np.atleast_2d(result.F)
    kept = (values < NOWHERE).all(axis=1)
    order = np.lexsort(values[kept].T[::-1])
    return Found(points[kept][order], values[kept][order], history, memory.count, rise(history) <= STEADY)


def hypervolume(fronts: Sequence[Floats]) -> Floats:
    """The share [generation] of the box of all that any of the `fronts` [point, objective] reached that each dominates.

    The box lies between the best and the worst of each objective on any of them, the worst moved out by a tenth, so
    that the ends of a front count, too (Zitzler & Thiele 1999, IEEE Transactions on Evolutionary Computation 3(4)). 0
    for a front without points.
    """
    from pymoo.indicators.hv import HV  # an extra: only several objectives need it

    every = np.concatenate(fronts) if fronts else np.empty((0, 0))
    if not len(every):
        return np.zeros(len(fronts))
    best, span = every.min(axis=0), np.ptp(every, axis=0)
    scaled = [(one - best) / np.where(span > 0, span, 1.0) for one in fronts]
    measure, whole = HV(ref_point=np.full(every.shape[1], _WORST)), _WORST ** every.shape[1]
    return np.array([float(measure(one)) / whole if len(one) else 0.0 for one in scaled])


def rise(history: Floats) -> float:
    """By what part of its largest value so far a hypervolume rose over the `latest` generations.

    1 when that cannot be told. A front that is thinned out can lose a little again; that is no rise.
    """
    if len(history) < 2:
        return 1.0
    most = np.maximum.accumulate(history)
    return float(1.0 - most[-1 - latest(history)] / most[-1]) if most[-1] > 0 else 0.0


def latest(history: Floats) -> int:
    """How many generations at the end tell whether a search has settled: a tenth of them, five at least."""
    return min(max(5, len(history) // 10), len(history) - 1)


def _feasible(front: Any) -> Floats:
    """Objectives [point, objective] of those points of pymoo's `front` that keep to all constraints."""
    values = np.atleast_2d(np.asarray(front.get("F"), dtype=np.float64))
    met = np.asarray(front.get("FEAS")).reshape(-1).astype(bool)
    return values[met & (values < NOWHERE).all(axis=1)] if len(met) else values[:0]


def _met(memory: _Memory, point: Floats) -> bool:
    return bool((memory.at(np.atleast_2d(point))[1] <= 0).all())
