"""An Objective → the logarithm of its posterior density, for many sets of constants run as one batch.

A set is told by its scores: for each constant the standard normal number that has the same share of probability below
it as the value has under its prior. So the prior of the scores is standard normal, whatever the distributions of the
study, and no step of a sampler can leave a range.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri
from scipy.stats import qmc

from sdmodel.analysis.calibration.fit import Floats, outside
from sdmodel.analysis.calibration.likelihood import log_likelihood
from sdmodel.design.distributions import values_at
from sdmodel.pipeline.calibration.objective import Course, Objective


@dataclass(frozen=True)
class Density:
    """The posterior of the constants of `objective`: of priors (distributions of the study), data and bounds."""

    objective: Objective

    @property
    def names(self) -> list[str]:
        """The constants."""
        return self.objective.space.names

    def values(self, scores: Floats) -> Floats:
        """Values [set, constant] of `scores` [set, constant]."""
        shares = ndtr(scores)
        return np.column_stack([values_at(one, shares[:, at]) for at, one in enumerate(self.objective.space.ranges)])

    def log_posterior(self, scores: Floats) -> Floats:
        """The logarithm of the posterior density of `scores` [set, constant], up to a constant [set]."""
        return np.asarray(self.log_likelihood(scores) - 0.5 * (scores**2).sum(axis=1))

    def log_likelihood(self, scores: Floats) -> Floats:
        """That of data and bounds alone [set]; −inf where a run leaves the finite range."""
        values = self.values(scores)
        found = self.of_course(self.objective.course(values))
        for bound, number in self.objective.numbers(values).items():
            with np.errstate(invalid="ignore"):
                found = found - 0.5 * outside(number, bound.low, bound.high, bound.error) ** 2
        if self.objective.done:
            self.objective.done(len(values))
        return np.where(np.isfinite(found), found, -np.inf)

    def of_course(self, course: Course) -> Floats:
        """The logarithm of the likelihood of the fitted observations under each run of `course` [set]."""
        total = np.zeros(len(next(iter(course.values.values()))))
        for one in self.objective.data:
            seen = one.observed.where(one.fitted)
            simulated = course.at(one.series.variable, seen.times)
            sound = np.isfinite(simulated).all(axis=1)
            total[~sound] = -np.inf
            if sound.any():
                total[sound] += log_likelihood(seen, simulated[sound])
        return total


def prior_scores(n: int, constants: int, rng: np.random.Generator) -> Floats:
    """Scores [set, constant] of `n` draws of the prior, spread evenly by a Latin hypercube."""
    shares = qmc.LatinHypercube(constants, rng=rng).random(n)
    return np.asarray(ndtri(np.clip(shares, 1e-12, 1 - 1e-12)))
