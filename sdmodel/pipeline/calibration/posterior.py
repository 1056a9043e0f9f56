"""A study with a calibration → the posterior of its constants: the finding, and the whole sample."""

from collections.abc import Callable
from functools import partial

import numpy as np

from sdmodel.analysis.finding import Finding
from sdmodel.errors import StudyError
from sdmodel.pipeline.calibration.calibrate import NAME as CALIBRATION
from sdmodel.pipeline.calibration.ensemble import needed, sampled
from sdmodel.pipeline.calibration.objective import Objective, space_of
from sdmodel.pipeline.calibration.observed import observations
from sdmodel.pipeline.calibration.posterior_density import Density
from sdmodel.pipeline.calibration.posterior_sample import Sample
from sdmodel.pipeline.calibration.posterior_table import table_of
from sdmodel.pipeline.calibration.posterior_words import caveats, sentence
from sdmodel.pipeline.calibration.starting_points import starting_points
from sdmodel.pipeline.progress import Progress, advance
from sdmodel.pipeline.question import Question

NAME = "posterior"
ENSEMBLES = 4
STEPS = 10_000
_FEWEST = 32  # walkers of an ensemble, where the study has few constants


def posterior(
    question: Question,
    *,
    walkers: int | None = None,
    steps: int = STEPS,
    seed: int | None = None,
    progress: Progress | None = None,
) -> tuple[Finding, Sample]:
    """The finding "posterior" (see `posterior_table.table_of` for its dims) and the sample that it tells of.

    The arguments and errors are those of `sample_of`.
    """
    sample = sample_of(question, walkers=walkers, steps=steps, seed=seed, progress=progress)
    table = table_of(sample)
    return Finding(NAME, table, sentence(table), caveats(sample.density.objective.calibration, table)), sample


def sample_of(
    question: Question,
    *,
    walkers: int | None = None,
    steps: int = STEPS,
    seed: int | None = None,
    progress: Progress | None = None,
) -> Sample:
    """A sample of the posterior of the constants that the study calibrates.

    Priors are the distributions of the uncertainties, or even within [calibration.ranges]; the likelihood is normal
    with the stated errors, bounds count as in the fit. `walkers` are those of each of the ENSEMBLES, `steps` the most
    that they take: they stop when they have converged. The same seed gives the same sample.

    Raises:
        StudyError: the study has no calibration, its data do not fit it, or nothing has a probability above zero.
        ExperimentError: emcee is not installed.
    """
    needed()
    study, model, asked = question.study, question.model, question.study.calibration
    if asked is None:
        raise StudyError(
            f"{study.path.name}: the study has no [{CALIBRATION}], and a posterior needs one: name the constants "
            "(parameters), the window (fit) and the observations ([calibration.series.NAME])."
        )
    seed = (study.seed if asked.seed is None else asked.seed) if seed is None else seed
    objective = Objective(model, study, asked, tuple(observations(study, asked)), space_of(asked, model))
    walkers = _walkers(len(objective.space.names), walkers)
    objective.check()
    density = Density(objective)
    starts = starting_points(density, ENSEMBLES, walkers, np.random.SeedSequence((seed, 1)))
    told: Callable[[int], None] = partial(advance, progress, "Sampling", steps) if progress else lambda _: None
    chains = sampled(
        *(density.log_posterior, starts),
        ensembles=ENSEMBLES,
        steps=steps,
        seed=np.random.SeedSequence((seed, 2)),
        told=told,
    )
    return Sample(density, chains, seed)


def _walkers(constants: int, asked: int | None) -> int:
    """The walkers of an ensemble, an even number of more than twice the constants."""
    if asked is None:
        return max(_FEWEST, 4 * constants)
    least = 2 * constants + 2
    if asked < least or asked % 2:
        raise StudyError(
            f"--walkers {asked}: {constants} constants need an even number of walkers above {2 * constants} in each "
            f"ensemble, {least} or more: walkers step along differences of others, and those must span all directions."
        )
    return asked
