"""Model, study and observations → what a search minimises: residuals of many sets of constants, run as one batch."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from sdmodel.analysis.calibration.fit import Floats, outside, residuals
from sdmodel.analysis.outcomes import reduced
from sdmodel.design.asked import draws_of
from sdmodel.design.futures import futures_table
from sdmodel.design.rows import plan_of, table_of
from sdmodel.engine.compiled import trajectories
from sdmodel.engine.inputs import Inputs, Labels, inputs_of
from sdmodel.errors import StudyError
from sdmodel.model.model import TIME_STEP, Model
from sdmodel.pipeline.calibration.observed import Data
from sdmodel.study.calibration.spec import Bound, Calibration
from sdmodel.study.inputs import number_of
from sdmodel.study.overlay import laid_over
from sdmodel.study.spec import Study
from sdmodel.study.terms import Outcome, Setting, Uncertainty

_NOWHERE = 1e6  # the residual of a run that left the finite range: far from anything a search would choose


@dataclass(frozen=True)
class Space:
    """The constants that are fitted, and their coordinates from 0 to 1: even in the logarithm for a loguniform one."""

    ranges: tuple[Uncertainty, ...]
    own: tuple[float, ...]

    @property
    def names(self) -> list[str]:
        """The constants by name."""
        return [one.name for one in self.ranges]

    def values(self, places: Floats) -> Floats:
        """Values [set, constant] at `places` [set, constant] of the unit cube."""
        columns = [_value(one, places[:, at]) for at, one in enumerate(self.ranges)]
        return np.column_stack(columns)

    def places(self, values: Sequence[float]) -> Floats:
        """Places [constant] of the values of one set, the nearest where they are out of range."""
        return np.array([_place(one, value) for one, value in zip(self.ranges, values, strict=True)])

    def places_a_logarithm(self, place: Floats) -> Floats:
        """Rise of each place with the logarithm of its value [constant]; 0 where values may be negative."""
        value = self.values(place[None])[0]
        return np.array([_a_logarithm(one, float(at)) for one, at in zip(self.ranges, value, strict=True)])


@dataclass(frozen=True)
class Course:
    """Trajectories of the past, [set, time] by variable at `times`."""

    times: Floats
    values: dict[str, Floats]

    def at(self, variable: str, times: Floats) -> Floats:
        """Values [set, time] of `variable` at `times`, in a straight line between time steps."""
        after = np.clip(np.searchsorted(self.times, times), 1, len(self.times) - 1)
        before = after - 1
        share = (times - self.times[before]) / (self.times[after] - self.times[before])
        of = self.values[variable]
        with np.errstate(invalid="ignore"):  # a run that left the finite range
            return np.asarray((1 - share) * of[:, before] + share * of[:, after])


@dataclass(frozen=True)
class Objective:
    """Sets of constants → residuals [set, residual]: those of the observations to fit, then those of the bounds."""

    model: Model
    study: Study
    calibration: Calibration
    data: tuple[Data, ...]
    space: Space
    done: Callable[[int], None] | None = None

    def residuals(self, places: Floats) -> Floats:
        """Residuals [set, residual] at `places` [set, constant]; one batch of runs a scenario."""
        values = self.space.values(np.atleast_2d(places))
        course = self.course(values)
        parts = [self._of_series(course, one) for one in self.data]
        parts += [outside(number, b.low, b.high, b.error)[:, None] for b, number in self.numbers(values).items()]
        if self.done:
            self.done(len(values))
        left = np.concatenate(parts, axis=1)
        return np.clip(np.nan_to_num(left, nan=_NOWHERE, posinf=_NOWHERE, neginf=-_NOWHERE), -_NOWHERE, _NOWHERE)

    def course(self, values: Floats) -> Course:
        """The past under each set of `values` [set, constant]."""
        names = list(dict.fromkeys(one.series.variable for one in self.data))
        return self._run(self._past, values, names)

    def numbers(self, values: Floats) -> dict[Bound, Floats]:
        """The number that each bound is about, [set]."""
        found: dict[Bound, Floats] = {}
        for scenario in dict.fromkeys(bound.scenario for bound in self.calibration.bounds.values()):
            bounds = [bound for bound in self.calibration.bounds.values() if bound.scenario == scenario]
            outcomes = {bound: self._outcome(bound) for bound in bounds}
            names = list(dict.fromkeys(outcome.variable for outcome in outcomes.values()))
            run = self._run(self._inputs[scenario], values, names)
            with np.errstate(invalid="ignore", over="ignore"):
                found |= {b: reduced(run.values[o.variable], run.times, o) for b, o in outcomes.items()}
        return {bound: found[bound] for bound in self.calibration.bounds.values()}

    def check(self) -> None:
        """Nothing, or StudyError when observations or bounds lie outside the run."""
        times = self.course(np.array([self.space.own])).times
        for one in self.data:
            late = one.observed.times[(one.observed.times < times[0]) | (one.observed.times > times[-1])]
            if len(late):
                raise StudyError(
                    f'{self.study.path.name}, calibration, series "{one.series.name}": an observation of {late[0]:g}, '
                    f"but the run goes from {times[0]:g} to {times[-1]:g}. Narrow the windows `fit` and `holdout`."
                )

    def _of_series(self, course: Course, data: Data) -> Floats:
        fitted = data.observed.where(data.fitted)
        simulated = course.at(data.series.variable, fitted.times)
        sound = np.isfinite(simulated).all(axis=1)
        left = np.full(simulated.shape, _NOWHERE)
        left[sound] = [residuals(fitted, row) for row in simulated[sound]] if sound.any() else left[sound]
        return left

    def _outcome(self, bound: Bound) -> Outcome:
        if bound.outcome:
            return self.study.outcomes[bound.outcome]
        return Outcome(bound.name, bound.variable, "at", time=bound.time)

    @cached_property
    def _past(self) -> Inputs:
        under = self.study.scenarios[self.calibration.scenario].settings
        return self._template(laid_over(under, self.calibration.settings, "[calibration.settings]"))

    @cached_property
    def _inputs(self) -> dict[str, Inputs]:
        scenarios = dict.fromkeys(bound.scenario for bound in self.calibration.bounds.values())
        return {name: self._template(self.study.scenarios[name].settings) for name in scenarios}

    def _template(self, settings: dict[str, Setting]) -> Inputs:
        """The inputs of one experiment with these settings; the columns of the constants are replaced in each run."""
        names = {name: np.array([value]) for name, value in zip(self.space.names, self.space.own, strict=True)}
        drawn = draws_of(self.model, futures_table(names, 1, design="calibration", seed=0))
        row = {name: setting for name, setting in settings.items() if name not in names}
        table = table_of(plan_of(self.model, [row], drawn.draws), {"fit": row}, drawn, {})
        columns = {str(name): np.asarray(table[name].values) for name in table.data_vars}
        return inputs_of(self.model, columns, _labels(1))

    def _run(self, template: Inputs, values: Floats, names: list[str]) -> Course:
        n = len(values)
        columns = {name: np.repeat(column, n) for name, column in template.columns.items()}
        columns |= {
            self._column(name, template): np.ascontiguousarray(values[:, at])
            for at, name in enumerate(self.space.names)
        }
        given = replace(template, columns=columns, labels=_labels(n))
        found = trajectories(given, save=names, every=number_of(self.model, TIME_STEP))
        return Course(found.times, found.values)

    def _column(self, name: str, template: Inputs) -> str:
        """The input of a constant; that of a stock is its initial value."""
        return name if name in template.columns else f"{name} @ initial"


def space_of(calibration: Calibration, model: Model) -> Space:
    """The ranges of the fitted constants, and the values that they have in the model (of an equation: the middle)."""
    own = [number_of(model, one.name) for one in calibration.unknowns]
    pairs = zip(own, calibration.unknowns, strict=True)
    return Space(calibration.unknowns, tuple(0.5 * (one.low + one.high) if at is None else at for at, one in pairs))


def _value(one: Uncertainty, places: Floats) -> Floats:
    if one.distribution == "loguniform":
        return np.asarray(np.clip(one.low * (one.high / one.low) ** places, one.low, one.high))
    return np.asarray(np.clip(one.low + (one.high - one.low) * places, one.low, one.high))


def _place(one: Uncertainty, value: float) -> float:
    inside = min(max(value, one.low), one.high)
    if one.distribution == "loguniform":
        return float(np.log(inside / one.low) / np.log(one.high / one.low))
    return (inside - one.low) / (one.high - one.low)


def _a_logarithm(one: Uncertainty, value: float) -> float:
    if one.distribution == "loguniform":
        return 1.0 / float(np.log(one.high / one.low))
    return value / (one.high - one.low) if one.low >= 0 else 0.0


def _labels(n: int) -> Labels:
    return Labels(np.arange(n), np.full(n, "fit", dtype=object), np.zeros(n, dtype=int))
