"""A search with two sides → what each side needs, given what the other does: in the base run and over futures.

Over futures all pairs of intensities on one grid are tried; its rows tell what the second side needs, its columns what
the first needs, and each pair in which share of futures the target is met.
"""

import numpy as np

from sdmodel.analysis.levers.crossing import Bools, Floats
from sdmodel.analysis.levers.minimal_parts import Lines, Question
from sdmodel.pipeline.levers.asking import held
from sdmodel.pipeline.levers.seeking import Paths, Seeker, Steps

STAGE = "Each side given the other"
_POINTS = 21  # intensities of each side
_EVERY = 2  # of them are given over futures
_FEW_ROUNDS = 8  # of bisection over futures: to 0.0002 of the way


def given_the_other(question: Question, base: Seeker, many: Seeker, steps: Steps) -> Lines:
    """What each side needs, given the other, and the outcomes over the intensities of both.

    `steps` are those along a way of the base run.
    """
    grid = np.linspace(0.0, 1.0, _POINTS)
    rows = _ways(grid)
    reaches, _ = base.reaches(rows, [question.target.requires], steps, STAGE)
    needed = np.array([float(one.least[0]) for [one] in reaches]).reshape(2, _POINTS)
    first, second = (one.ravel() for one in np.meshgrid(grid, grid, indexing="ij"))
    numbers = base.numbers(np.zeros(_POINTS**2, dtype=np.int64), np.stack([first, second], axis=1))
    measures = base.asking.outcomes
    surface = np.stack([numbers[name].reshape(_POINTS, _POINTS) for name in measures])
    given = grid[::_EVERY]
    ceases = any(one.ceases.any() for [one] in reaches)
    if many is base:
        enough, later = needed[:, ::_EVERY], ceases
        shares = held(numbers, question.target.requires).reshape(_POINTS, _POINTS).astype(np.float64)
    else:
        enough, shares, later = _over_futures(question, many, grid)
    found = (needed[0], needed[1], given, enough[0], enough[1], shares)
    return Lines(grid, *found, ceases=(ceases, later), measures=measures, surface=surface)


def _ways(given: Floats) -> Paths:
    """Along the second side for each intensity of the first, then along the first for each of the second."""
    zero, one = np.zeros(len(given)), np.ones(len(given))
    start = np.concatenate([np.stack([given, zero], axis=1), np.stack([zero, given], axis=1)])
    step = np.concatenate([np.stack([zero, one], axis=1), np.stack([one, zero], axis=1)])
    return Paths(start, step)


def _over_futures(question: Question, many: Seeker, grid: Floats) -> tuple[Floats, Floats, bool]:
    """What serves the share [who is sought, given], the share that meets it [first, second], whether more may hurt."""
    met = np.stack([_row(question, many, grid, at) for at in range(_POINTS)])  # [first, second, future]
    along = np.concatenate([met[::_EVERY].transpose(0, 2, 1), met[:, ::_EVERY].transpose(1, 2, 0)])
    steps = Steps(_POINTS, _FEW_ROUNDS)
    sets = [question.target.requires]
    reaches = many.known(_ways(grid[::_EVERY]), sets, along[:, None], steps, STAGE)
    enough = np.array([one.share.least(question.share) for [one] in reaches])
    return enough.reshape(2, -1), met.mean(axis=2), any(one.ceases.any() for [one] in reaches)


def _row(question: Question, many: Seeker, grid: Floats, at: int) -> Bools:
    """Where the target is met [second, future] with the first side at a point of the grid."""
    futures = many.ground.futures
    point, future = (one.ravel() for one in np.indices((_POINTS, futures)))
    intensity = np.stack([np.full(len(point), grid[at]), grid[point]], axis=1)
    numbers = many.numbers(future, intensity, STAGE)
    return held(numbers, question.target.requires).reshape(_POINTS, futures)
