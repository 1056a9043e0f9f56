"""A study with a calibration → the finding: what fits, how well, what is held out, and what the data cannot tell."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from sdmodel.analysis.calibration.fit import Floats
from sdmodel.analysis.calibration.identified import OPEN, Interval, interval, pairs, threshold
from sdmodel.analysis.finding import Finding
from sdmodel.errors import StudyError
from sdmodel.pipeline.calibration.calibrated import Calibrated, table_of
from sdmodel.pipeline.calibration.fitting import Fitted, fitted
from sdmodel.pipeline.calibration.objective import Objective, Space, space_of
from sdmodel.pipeline.calibration.observed import marks, observations
from sdmodel.pipeline.calibration.words import caveats, sentence
from sdmodel.pipeline.progress import Progress, advance
from sdmodel.pipeline.question import Question

NAME = "calibration"
_BAND = 400  # sets of constants that make the band at most


def calibrate(
    question: Question, *, starts: int | None = None, seed: int | None = None, progress: Progress | None = None
) -> Finding:
    """The finding "calibration" of a study: see `calibrated.table_of` for its dims.

    Constants are fitted by weighted least squares from several starts; intervals (95 %) are those of their profiles.
    `starts` and `seed` replace those of the study.

    Raises:
        StudyError: the study has no calibration, or its data do not fit it.
    """
    study, model, asked = question.study, question.model, question.study.calibration
    if asked is None:
        raise StudyError(
            f"{study.path.name}: the study has no [calibration]: name the constants to fit (parameters), the "
            "window (fit) and the observations ([calibration.series.NAME])."
        )
    starts = asked.starts if starts is None else starts
    seed = (study.seed if asked.seed is None else asked.seed) if seed is None else seed
    space = space_of(asked, model)
    objective = Objective(model, study, asked, tuple(observations(study, asked)), space)
    objective.check()
    table = table_of(_fitted(objective, starts, seed, progress))
    return Finding(NAME, table, sentence(table), caveats(asked, table))


def _fitted(objective: Objective, starts: int, seed: int, progress: Progress | None) -> Calibrated:
    space, asked, study = objective.space, objective.calibration, objective.study
    points = sum(int(one.fitted.sum()) for one in objective.data)
    freedom = points - len(space.names) - sum(one.observed.free for one in objective.data)
    total = starts + len(space.names)
    told: Callable[[], None] = partial(advance, progress, "Fitting", total, 1) if progress else lambda: None
    own = space.places(space.own)
    fit = fitted(objective.residuals, own, starts=starts, seed=seed, freedom=freedom, told=told)
    limit = threshold(fit.least, freedom)
    intervals = tuple(_interval(space, fit, at, limit) for at in range(len(space.names)))
    slopes = fit.slopes * space.places_a_logarithm(fit.best)
    joined = tuple(pairs(space.names, slopes))
    together = {name for pair in joined for name in (pair.first, pair.second)}
    # an interval of one of a pair ends where the range of the other does: the data know neither
    named = zip(space.names, intervals, strict=True)
    intervals = tuple(replace(one, status=OPEN) if name in together else one for name, one in named)
    return Calibrated(
        *(objective, fit, limit, intervals, joined, _accepted(space, fit, limit)),
        tuple(marks(study, asked)),
        seed,
        starts,
    )


def _interval(space: Space, fit: Fitted, at: int, limit: float) -> Interval:
    profile, one = fit.profiles[at], space.ranges[at]
    values = space.values(profile.places)[:, at]
    return interval(values, profile.sums - min(fit.least, float(profile.sums.min())), one.low, one.high, limit)


def _accepted(space: Space, fit: Fitted, limit: float) -> Floats:
    """Values [set, constant] of all sets met on the profiles and at the ends of searches that stay below the limit."""
    places = np.vstack([fit.best[None], *(profile.places for profile in fit.profiles), fit.ends])
    sums = np.concatenate([[fit.least], *(profile.sums for profile in fit.profiles), fit.sums])
    kept = places[sums - fit.least <= limit]
    chosen = np.unique(np.linspace(0, len(kept) - 1, min(len(kept), _BAND)).round().astype(int))
    return space.values(kept[chosen])
