"""Chains → the sample of the posterior: values of the constants, observation equations and predicted observations."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sdmodel.analysis.calibration.fit import Floats
from sdmodel.analysis.calibration.likelihood import Equations, drawn
from sdmodel.pipeline.calibration.ensemble import Chains
from sdmodel.pipeline.calibration.objective import Course
from sdmodel.pipeline.calibration.observed import Data
from sdmodel.pipeline.calibration.posterior_density import Density

_PREDICTED = 1000  # draws about, for which the course is run again


@dataclass(frozen=True)
class Predicted:
    """What a series would be: `course` is the run of each set, `equations` make it observations.

    `observed` [set, observation] are new observations at the times of the real ones, with errors of their own.
    """

    data: Data
    equations: Equations
    simulated: Floats
    observed: Floats


@dataclass(frozen=True)
class Sample:
    """The sample: `values` [draw, walker, constant] of the chains of `density`; `seed` is the one asked for."""

    density: Density
    chains: Chains
    seed: int

    @cached_property
    def values(self) -> Floats:
        """Values [draw, walker, constant]."""
        scores = self.chains.scores
        return np.asarray(self.density.values(scores.reshape(-1, scores.shape[2])).reshape(scores.shape))

    @property
    def flat(self) -> Floats:
        """Values [set, constant] of all draws of all walkers."""
        return self.values.reshape(-1, self.values.shape[2])

    @cached_property
    def draws(self) -> "np.ndarray":
        """Indices of the draws for which courses are run: all walkers of every so many draws."""
        draws, walkers, _ = self.values.shape
        return np.unique(np.linspace(0, draws - 1, min(draws, max(2, _PREDICTED // walkers))).round().astype(int))

    @cached_property
    def chosen(self) -> Floats:
        """Values [set, constant] of those draws, walker after walker of the first draw, then of the next."""
        return np.asarray(self.values[self.draws].reshape(-1, self.values.shape[2]))

    @cached_property
    def course(self) -> Course:
        """The past of the chosen sets."""
        return self.density.objective.course(self.chosen)

    @cached_property
    def predicted(self) -> tuple[Predicted, ...]:
        """What each series would be, in the order of the study."""
        return tuple(self._predicted())

    def _predicted(self) -> Iterator[Predicted]:
        rng = np.random.default_rng(np.random.SeedSequence((self.seed, 3)))
        for one in self.density.objective.data:
            seen = one.observed.where(one.fitted)
            equations = drawn(seen, self.course.at(one.series.variable, seen.times), rng)
            simulated = self.course.at(one.series.variable, one.observed.times)
            course = equations.applied(simulated, one.observed.marked)
            noise = errors_of(one, course) * rng.standard_normal(course.shape)
            yield Predicted(one, equations, simulated, course + noise)


def errors_of(data: Data, course: Floats) -> Floats:
    """The standard deviation of observations of `course`; same shape."""
    share = data.series.relative_error
    return np.abs(course) * share if share else np.full(course.shape, float(data.series.error or 0.0))
