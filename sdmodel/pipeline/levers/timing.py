"""Two moves of a study → the finding "timing": outcomes over when each of them begins, and over how long each takes."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.levers.crossing import Floats, Ints
from sdmodel.analysis.levers.timing import Map, timing_finding
from sdmodel.design.asked import chosen_of
from sdmodel.design.moved import Ground, ground, in_time
from sdmodel.errors import ExperimentError, StudyError
from sdmodel.model.model import Model
from sdmodel.pipeline.drawn import futures_of, with_origin
from sdmodel.pipeline.levers.asking import Asking, asked_outcomes
from sdmodel.pipeline.progress import Progress
from sdmodel.study.inputs import number_of
from sdmodel.study.search.spec import Move, Timing
from sdmodel.study.spec import Study

FUTURES, MOST_FUTURES = 100, 10_000
_POINTS = 15
_STAGE = "Timing"


def timing(
    study: Study,
    model: Model,
    *,
    name: str | None = None,
    scenario: str | None = None,
    points: int = _POINTS,
    futures: int = FUTURES,
    seed: int | None = None,
    sample: Path | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Finding:
    """Which of two moves first, and how fast: outcomes over a map of their starts, and one of their durations.

    `study` is bound to `model`; default: its first [timing.NAME]. The map has `points` times on either axis, each in
    the base run and in `futures` drawn from `seed`, of the posterior in the file `sample` if there is one. See
    `analysis.timing` for the table.

    Raises:
        StudyError: the study has no moves, or no outcome.
        ExperimentError: names that are unknown, numbers that cannot be, a lever that cannot be moved.
    """
    moves = _chosen(study, name, scenario, points, futures)
    names = asked_outcomes(study, *(moves.outcomes or tuple(study.outcomes)[:3]))
    own_seed = study.seed if seed is None else seed
    asking = Asking(study, model, names, own_seed, threads, progress)
    drawn = futures_of(study, model, futures, seed=own_seed, sample=sample)
    constants = [one for move in moves.moves for one in (move.start, move.duration) if one]
    ramps = [lever.name for move in moves.moves for lever in move.levers]
    own = ground(study, model, moves.scenario, None, constants=constants, ramps=ramps)
    many = None if drawn is None else ground(study, model, moves.scenario, drawn, constants=constants, ramps=ramps)
    starts, usual = np.linspace(*moves.starts, points), _usual(moves, own, model)
    begun = Map(starts, starts, _over(asking, own, moves, starts, usual, begins=True)[..., 0])
    if many is not None:
        begun = Map(starts, starts, begun.base, _over(asking, many, moves, starts, usual, begins=True))
    lasting = None
    if moves.durations and all(move.duration or move.levers for move in moves.moves):
        lasts = np.linspace(*moves.durations, points)
        lasting = Map(lasts, lasts, _over(asking, own, moves, lasts, usual, begins=False)[..., 0])
    found = timing_finding(study, moves, names, begun, lasting, many.futures if many else 1, own_seed)
    return with_origin(found, study, model, sample, [moves.scenario])


def _chosen(study: Study, name: str | None, scenario: str | None, points: int, futures: int) -> Timing:
    known = study.searches.timing
    if not known:
        raise StudyError(f"{study.path.name}: the study has no moves in time; a table [timing.NAME] makes some.")
    if not study.outcomes:
        raise StudyError(f"{study.path.name}: the study has no outcome by which the order of moves could be judged.")
    if not 0 <= futures <= MOST_FUTURES:
        raise ExperimentError(f"--futures {futures}: a map can be made in 0 to {MOST_FUTURES:,} futures.")
    if not 2 <= points <= 101:
        raise ExperimentError(f"--points {points}: a map has 2 to 101 points on either axis.")
    [own] = chosen_of("timing", [name or next(iter(known))], known)
    [where] = chosen_of("scenario", [scenario or known[own].scenario], study.scenarios)
    one = known[own]
    return Timing(one.name, one.title, where, one.moves, one.starts, one.durations, one.outcomes, one.basis)


def _usual(moves: Timing, own: Ground, model: Model) -> tuple[tuple[float, float], ...]:
    """Start and duration of each move where they are not varied: as the scenario has them, else the middle."""
    return tuple(_usual_of(move, moves, own, model) for move in moves.moves)


def _usual_of(move: Move, moves: Timing, own: Ground, model: Model) -> tuple[float, float]:
    def stands(name: str, otherwise: tuple[float, float] | None) -> float:
        if name and name in own.columns:
            return float(own.columns[name][0])
        known = number_of(model, name) if name else None
        return float(np.mean(otherwise or (0.0, 0.0))) if known is None else known

    return stands(move.start, moves.starts), stands(move.duration, moves.durations)


def _over(
    asking: Asking,
    own: Ground,
    moves: Timing,
    values: Floats,
    usual: tuple[tuple[float, float], ...],
    *,
    begins: bool,
) -> Floats:
    """Outcomes [outcome, first, second, future] where both moves take all `values`, as starts or else as durations."""
    count, futures = len(values), own.futures
    first, second, future = (one.ravel() for one in np.indices((count, count, futures)))
    chosen = np.stack([values[first], values[second]])

    def columns(part: slice) -> Mapping[str, Floats]:
        moved: dict[str, Floats] = {}
        for place, move in enumerate(moves.moves):
            given = chosen[place, part]
            start, over = (given, usual[place][1]) if begins else (usual[place][0], given)
            moved |= _moved(own, move, future[part], start, over, begins=begins)
        return moved

    numbers = asking.numbers(own, future, columns, _STAGE)
    return np.stack([numbers[name].reshape(count, count, futures) for name in asking.outcomes])


def _moved(
    own: Ground, move: Move, future: Ints, start: Floats | float, over: Floats | float, *, begins: bool
) -> dict[str, Floats]:
    """The columns of a move: its constants that hold times, or the ramps of its levers."""
    moved: dict[str, Floats] = {}
    for lever in move.levers:
        moved |= in_time(own, lever, future, np.ones(len(future)), start, over)
    varied, values = (move.start, start) if begins else (move.duration, over)
    if varied:
        moved[varied] = np.broadcast_to(values, len(future)).astype(np.float64)
    return moved
