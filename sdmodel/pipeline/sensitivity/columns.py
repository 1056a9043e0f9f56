"""Futures of a design → the numbers that are analysed: outcomes, and trajectories at each saved time, by scenario.

The runs themselves are not kept: they come and go in parts that fit into memory easily.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import xarray as xr

from sdmodel.analysis.outcomes import outcomes as with_outcomes
from sdmodel.design.asked import chosen_of
from sdmodel.design.experiments import experiments
from sdmodel.engine import compiled
from sdmodel.errors import ExperimentError
from sdmodel.model.model import Auxiliary, Model, Stock
from sdmodel.model.names import did_you_mean, key
from sdmodel.pipeline.progress import Progress, advance
from sdmodel.pipeline.question import Question
from sdmodel.pipeline.time_axis import on_axis, shared_times
from sdmodel.runs.schema import TIME, failed, values
from sdmodel.study.spec import Study

_CHUNK_BYTES = 64 * 2**20
_MOST_BYTES = 4 * 2**30
_STAGE = "Simulating"


@dataclass(frozen=True)
class Asked:
    """What is analysed: `scenarios`, `outcomes` and `trajectories` (variables), in own names."""

    scenarios: tuple[str, ...]
    outcomes: tuple[str, ...]
    trajectories: tuple[str, ...]


@dataclass(frozen=True)
class Numbers:
    """`outcomes` {scenario: [outcome, row]}, `trajectories` {scenario: [variable, time, row]}; NaN where they failed.

    `lost` {scenario: [outcome or else variable, row]} tells where: what an outcome or variable does not depend on may
    fail without it. `times` are the saved ones, `units` those of outcomes, of trajectories, and of time, by name;
    `failed` runs, in which anything did.
    """

    asked: Asked
    outcomes: Mapping[str, np.ndarray]
    trajectories: Mapping[str, np.ndarray]
    lost: Mapping[str, np.ndarray]
    times: np.ndarray
    units: Mapping[str, str]
    failed: int


@dataclass(frozen=True)
class Parts:
    """A design made in parts: `make(first, count)` gives `count` units of `rows` futures each; `count` are all."""

    make: Callable[[int, int], xr.Dataset]
    count: int
    rows: int

    def each(self, size: int) -> Iterator[xr.Dataset]:
        """All of them, `size` units at a time."""
        for first in range(0, self.count, size):
            yield self.make(first, min(size, self.count - first))


def asked_of(
    question: Question, scenarios: Sequence[str], outcomes: Sequence[str] | None, trajectories: Sequence[str]
) -> Asked:
    """What is asked, in own names; default: the baseline; cost and risk, or the first three outcomes, where neither
    outcomes nor trajectories are named.

    Raises:
        ExperimentError: an unknown name, or nothing at all to look at.
    """
    study, model = question.study, question.model
    chosen = chosen_of("scenario", scenarios, study.scenarios) if scenarios else [study.baseline]
    own = [_variable(model, name) for name in trajectories]
    main = [name for name in (study.cost_outcome, study.risk_outcome) if name in study.outcomes]
    usual = [] if own else list(dict.fromkeys(main)) or list(study.outcomes)[:3]
    asked = chosen_of("outcome", outcomes, study.outcomes) if outcomes else usual
    if not asked and not own:
        raise ExperimentError(f'Study "{study.name}" has no outcomes: add [outcomes.NAME], or name a --trajectory.')
    if taken := next((name for name in asked if name in own), None):
        raise ExperimentError(
            f'"{taken}" is an outcome and a variable: ask for one of them, --outcome or --trajectory, or rename the '
            "outcome."
        )
    return Asked(tuple(chosen), tuple(asked), tuple(dict.fromkeys(own)))


def numbers_of(
    question: Question,
    asked: Asked,
    parts: Parts,
    *,
    threads: int | None = None,
    progress: Progress | None = None,
    stage: str = _STAGE,
) -> Numbers:
    """The numbers of all rows of a design, simulated in every scenario that is asked for.

    Raises:
        StudyError, ExperimentError: what is asked does not fit the model, or needs too much memory.
    """
    study, called = _own_names(question.study, asked)
    model, every = question.model, study.save_every
    table_of = partial(experiments, question.study, model=model, scenarios=asked.scenarios)
    saved = list(dict.fromkeys([*(one.variable for one in study.outcomes.values()), *asked.trajectories]))
    single = table_of(parts.make(0, 1))
    first = compiled.simulate(model, single.isel(experiment=slice(0, 1)), save=saved, every=every, threads=threads)
    bytes_a_unit = 8 * single.sizes["experiment"] * (len(saved) * first.sizes[TIME] + len(single.data_vars))
    size = 2 ** (max(1, _CHUNK_BYTES // bytes_a_unit).bit_length() - 1)
    times = shared_times(model, single, parts.each(size), table_of, every)
    axis = np.asarray(first[TIME].values if times is None else times, dtype=float)
    rows = parts.count * parts.rows
    outcomes, courses, losses = _room(asked, len(axis), rows)
    told = partial(advance, progress, stage, rows * len(asked.scenarios)) if progress else None
    lost, done, found = 0, 0, first
    for futures in parts.each(size):
        runs = compiled.simulate(model, table_of(futures), save=saved, every=every, threads=threads, progress=told)
        found = with_outcomes(study, on_axis(runs, times))
        lost += int(failed(found).sum())
        count = futures.sizes["future"]
        for at, scenario in enumerate(asked.scenarios):
            place, whole = slice(at * count, (at + 1) * count), slice(done, done + count)
            views = (outcomes[scenario][:, whole], courses[scenario][..., whole], losses[scenario][:, whole])
            _fill(*views, found, list(called.values()), asked.trajectories, place)
        done += count
    looked = {**called, **{name: name for name in (*asked.trajectories, TIME)}}
    units = {name: str(found[kept].attrs.get("units", "")) for name, kept in looked.items()}
    return Numbers(asked, outcomes, courses, losses, axis, units, lost)


def _own_names(study: Study, asked: Asked) -> tuple[Study, dict[str, str]]:
    """The study with the outcomes that are asked for, and what each is called beside the variables of the runs."""
    chosen = {name: study.outcomes[name] for name in asked.outcomes}
    taken = {*(one.variable for one in chosen.values()), *asked.trajectories}
    called = {name: f"{name} (outcome)" if name in taken else name for name in chosen}
    renamed = {called[name]: replace(one, name=called[name]) for name, one in chosen.items()}
    return replace(study, outcomes=renamed), called


def _fill(
    outcomes: np.ndarray,
    courses: np.ndarray,
    losses: np.ndarray,
    found: xr.Dataset,
    names: Sequence[str],
    variables: Sequence[str],
    rows: slice,
) -> None:
    """Writes the numbers of the `rows` of a scenario, and where they failed, into views of the arrays of a scenario."""
    broken = failed(found)[rows]
    for at, name in enumerate(names):
        outcomes[at] = values(found, name, rows)
        losses[at] = broken & np.isnan(outcomes[at])
    for at, name in enumerate(variables):
        courses[at] = values(found, name, rows).T
        gone = losses[len(names) + at]
        gone[:] = broken & ~np.isfinite(courses[at]).all(axis=0)
        courses[at][:, gone] = np.nan


def _room(asked: Asked, times: int, rows: int) -> tuple[dict[str, np.ndarray], ...]:
    """Arrays by scenario: of outcomes, of trajectories, and of where they failed."""
    columns = len(asked.outcomes) + len(asked.trajectories) * times
    needed = 8 * columns * rows * len(asked.scenarios)
    if needed > _MOST_BYTES:
        raise ExperimentError(
            f"{columns:,} numbers of {rows * len(asked.scenarios):,} runs are {needed / 2**30:,.1f} GiB, more than "
            f"{_MOST_BYTES / 2**30:.0f}: ask for a smaller --n, fewer trajectories or scenarios, or save less often "
            "(save_every)."
        )
    return (
        {scenario: np.empty((len(asked.outcomes), rows)) for scenario in asked.scenarios},
        {scenario: np.empty((len(asked.trajectories), times, rows)) for scenario in asked.scenarios},
        {
            scenario: np.empty((len(asked.outcomes) + len(asked.trajectories), rows), dtype=bool)
            for scenario in asked.scenarios
        },
    )


def _variable(model: Model, name: str) -> str:
    """The model's own name of a variable that changes.

    Raises:
        ExperimentError: there is none of that name.
    """
    if name in model and isinstance(model[name], Auxiliary | Stock):
        return model[name].name
    courses = [one.name for one in model.visible() if isinstance(one, Auxiliary | Stock)]
    if name in model or any(key(name) == key(one) for one in courses):
        raise ExperimentError(f'{model.name}: "{model[name].name}" does not change in a run, so it has no trajectory.')
    raise ExperimentError(f'{model.name}: the model has no variable "{name}".{did_you_mean(name, courses)}')
