"""The loops of a study → the finding "loops": every scenario with each loop knocked out, and the signs of the loops."""

from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np
import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.loops.knock_outs import Effects, loops_finding
from sdmodel.analysis.loops.polarity import Polarity, State, needed, polarities
from sdmodel.analysis.outcomes import outcomes as with_outcomes
from sdmodel.design.asked import chosen_of
from sdmodel.errors import StudyError
from sdmodel.model.model import TIME, Auxiliary, Model, Stock
from sdmodel.pipeline.batches import in_batches, together
from sdmodel.pipeline.progress import Progress
from sdmodel.runs.schema import TIME as CLOCK
from sdmodel.runs.schema import TRAJECTORY, named, values
from sdmodel.study.overlay import laid_over
from sdmodel.study.spec import Study
from sdmodel.study.terms import Schedule, Setting

_STAGE = "Feedback loops"
_STATES = 3  # of each run, in which signs are looked at


def loops(
    study: Study,
    model: Model,
    *,
    outcomes: Sequence[str] | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Finding:
    """The finding "loops" on all loops of `study`, which is bound to `model`; see `analysis.loops` for its table.

    It tells of `outcomes`, or else of those that the study names in [structure], or else of all.

    Raises:
        StudyError: the study has no loops, or no outcome that could move.
        ExperimentError: an outcome is unknown, or a knock-out sets what others do not and the model gives no number.
    """
    if not study.loops:
        raise StudyError(f"{study.path.name}: the study has no loops; a table [loops.NAME] makes one.")
    if not study.outcomes:
        raise StudyError(f"{study.path.name}: the study has no outcome by which loops could be judged.")
    usual = study.structure.effects if study.structure else ()
    chosen = chosen_of("outcome", outcomes, study.outcomes) if outcomes else list(usual or study.outcomes)
    found = effects(study, model, threads=threads, progress=progress)
    return loops_finding(study, found, signs(study, model, threads=threads), chosen)


def watched(study: Study, model: Model) -> tuple[str, ...]:
    """What runs keep here and in the other tests of structure, so that one kernel is compiled for all of them."""
    own = (one.name for one in model.visible() if isinstance(one, Auxiliary | Stock))
    return tuple(dict.fromkeys((*own, *(one.variable for one in study.outcomes.values()))))


def effects(study: Study, model: Model, *, threads: int | None = None, progress: Progress | None = None) -> Effects:
    """All outcomes in all scenarios, with all loops and without each."""
    rows: dict[str, Mapping[str, Setting]] = {name: one.settings for name, one in study.scenarios.items()}
    for loop in study.loops.values():
        for name, one in study.scenarios.items():
            who = f'Loop "{loop.name}", scenario "{name}"'
            rows[f"{name}, without {loop.name}"] = laid_over(one.settings, loop.knock_out, who)
    parts = []
    for runs in in_batches(model, rows, watched(study, model), every=study.save_every, threads=threads):
        parts.append(_numbers(study, runs))
        if progress:
            progress(_STAGE, len(parts[-1]), len(rows))
    numbers = np.concatenate(parts).reshape(-1, len(study.scenarios), len(study.outcomes))
    return Effects(tuple(study.scenarios), tuple(study.outcomes), numbers[0], numbers[1:])


def signs(study: Study, model: Model, *, threads: int | None = None) -> dict[str, Polarity]:
    """The polarity of each loop in a few states of each scenario, at the model's own numbers."""
    rows = {name: one.settings for name, one in study.scenarios.items()}
    runs = together(model, rows, watched(study, model), every=study.save_every, threads=threads)
    names = needed(model, (one.path for one in study.loops.values())).intersection(named(runs, TRAJECTORY))
    states = [state for place, row in enumerate(rows.values()) for state in _states(model, runs, place, row, names)]
    return polarities(model, {loop.name: loop.path for loop in study.loops.values()}, states)


def _states(
    model: Model, runs: xr.Dataset, place: int, row: Mapping[str, Setting], names: Collection[str]
) -> Iterator[State]:
    """A few states of one run; constants that follow a schedule are not in them."""
    known = {name: value for name, value in model.constants.items() if not isinstance(row.get(name), Schedule)}
    known |= {name: float(value) for name, value in row.items() if not isinstance(value, Schedule) and name in known}
    times = np.asarray(runs[CLOCK].values, dtype=float)
    courses = {name: values(runs, name, slice(place, place + 1))[0] for name in names}
    for at in np.unique(np.linspace(0, len(times) - 1, _STATES).round().astype(int)):
        yield {**known, **{name: float(course[at]) for name, course in courses.items()}, TIME: float(times[at])}


def _numbers(study: Study, runs: xr.Dataset) -> np.ndarray:
    """Outcomes [experiment, outcome] of `runs`."""
    found = with_outcomes(study, runs)
    return np.stack([values(found, name) for name in study.outcomes], axis=1)
