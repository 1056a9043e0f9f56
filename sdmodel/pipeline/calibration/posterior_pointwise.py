"""A sample of the posterior → the logarithm of the likelihood of each fitted observation, at every draw.

What leave-one-out cross-validation needs: Vehtari, Gelman and Gabry (2017), Statistics and Computing 27(5). Where
scale, offset or shift of the observations is free, one is drawn for each set of constants from what the data say of it:
given that, observations do not depend on each other.
"""

import math
from collections.abc import Iterator

import numpy as np

from sdmodel.analysis.calibration.fit import Floats, Observed
from sdmodel.analysis.calibration.likelihood import drawn
from sdmodel.pipeline.calibration.posterior_sample import Sample

_AT_ONCE = 4096  # sets whose past is held in memory
TOLD = (
    "Of the observations that were fitted, given the constants and, where it is free, a drawn observation equation. "
    "The ranges that numbers had to keep to (bounds) are no observations and do not count here."
)


def pointwise(of: Sample) -> dict[str, Floats]:
    """The logarithm of the density of each fitted observation [set, observation] by series; the sets of `of.flat`."""
    data = of.density.objective.data
    rng = np.random.default_rng(np.random.SeedSequence((of.seed, 7)))
    parts: dict[str, list[Floats]] = {one.series.name: [] for one in data}
    for values in _parts(of.flat):
        course = of.density.objective.course(values)
        for one in data:
            seen = one.observed.where(one.fitted)
            parts[one.series.name].append(_of(seen, course.at(one.series.variable, seen.times), rng))
    return {name: np.concatenate(found) for name, found in parts.items()}


def _of(seen: Observed, simulated: Floats, rng: np.random.Generator) -> Floats:
    course = drawn(seen, simulated, rng).applied(simulated, seen.marked)
    missed = (seen.values - course) / seen.errors
    return np.asarray(-0.5 * missed**2 - np.log(seen.errors) - 0.5 * math.log(2 * math.pi))


def _parts(values: Floats) -> Iterator[Floats]:
    for first in range(0, len(values), _AT_ONCE):
        yield values[first : first + _AT_ONCE]
