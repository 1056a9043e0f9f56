"""The structure of a study's model → the finding "structure": loops, symmetry, conservation, rest, extremes, time step.

All runs keep the same variables, so that one kernel is compiled for all tests.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.outcomes import reduced
from sdmodel.analysis.reality import structure as judge
from sdmodel.analysis.reality.structure import Result, Worst, apart, size, worst_of
from sdmodel.engine.crosscheck import random_variables
from sdmodel.errors import StudyError
from sdmodel.model.model import CONTROLS, TIME_STEP, Constant, Model, Stock
from sdmodel.pipeline.batches import in_batches, together
from sdmodel.pipeline.loops.knock_outs import loops, watched
from sdmodel.pipeline.progress import Progress
from sdmodel.runs.schema import SCENARIO, TIME, failed, values
from sdmodel.study.bind import bind
from sdmodel.study.file import read_study
from sdmodel.study.inputs import number_of
from sdmodel.study.overlay import laid_over
from sdmodel.study.spec import Study
from sdmodel.study.structure.bind import exchanged
from sdmodel.study.structure.spec import Structure
from sdmodel.study.terms import Outcome, Setting

_STAGE = "Structure"
_MOST = 8  # scenarios of the symmetry test and of the halved time step
_SMALLEST_RANGE = 0.01  # of the largest value: an outcome that hardly moves is measured by its size
Settings = Mapping[str, Setting]


@dataclass(frozen=True)
class Asked:
    """What the tests share: a bound study that asks for some, its model, and how to run it."""

    study: Study
    model: Model
    structure: Structure
    threads: int | None = None

    @property
    def kept(self) -> tuple[str, ...]:
        """What all runs keep."""
        return watched(self.study, self.model)

    @property
    def shown(self) -> list[str]:
        """The baseline and the scenarios that the study compares."""
        return list(dict.fromkeys((self.study.baseline, *self.study.compare)))[:_MOST]

    @property
    def steady(self) -> list[str]:
        """Of what is kept, all that does not hang on random numbers."""
        chance = random_variables(self.model)
        return [name for name in self.kept if name not in chance and not isinstance(self.model[name], Constant)]

    def scenario(self, name: str) -> Settings:
        """What a scenario sets."""
        return self.study.scenarios[name].settings

    def runs(self, rows: Mapping[str, Settings], every: float | None = None) -> xr.Dataset:
        """All runs of `rows` at once."""
        return together(self.model, rows, self.kept, every=every, threads=self.threads)


def structure(study: Study, model: Model, *, threads: int | None = None, progress: Progress | None = None) -> Finding:
    """The finding "structure" of `study`, which is bound to `model`: a result for each test that the study asks for.

    Raises:
        StudyError: the study has neither loops nor a table [structure].
        ExperimentError: settings that cannot be run.
    """
    if not study.loops and study.structure is None:
        raise StudyError(f"{study.path.name}: the study says nothing of structure; [structure] and [loops.NAME] do.")
    results: list[Result] = []
    if study.loops and study.outcomes:
        results += judge.of_loops(loops(study, model, threads=threads, progress=progress))
    if study.structure is not None:
        asked = Asked(study, model, study.structure, threads)
        tests = [test for test, wanted in _tests(study.structure) if wanted]
        for test in tests:
            with np.errstate(invalid="ignore", over="ignore"):  # runs that left the finite range are told as such
                results += test(asked)
            if progress:
                progress(_STAGE, 1, len(tests))
    return judge.structure_finding(results, study=study.name)


def structure_of(path: Path, model: Model, *, progress: Progress | None = None) -> Finding | None:
    """The same for the study file at `path`, which is checked against `model` first; None where it asks for nothing.

    Raises:
        StudyError: the file cannot be read, or does not fit the model.
    """
    study = bind(read_study(path), model)
    return structure(study, model, progress=progress) if study.loops or study.structure else None


def _symmetry(asked: Asked) -> Iterator[Result]:
    """Each scenario against the same with the numbers of both parties exchanged."""
    model, swap = asked.model, asked.structure.swap
    other = partial(exchanged, swap=swap)
    rows = {name: asked.scenario(name) for name in asked.shown}
    there = {name: _exchanged(model, row, swap) for name, row in rows.items()}
    runs = asked.runs({**rows, **{f"{name}, exchanged": row for name, row in there.items()}})
    names = [name for name in asked.steady if name not in asked.structure.one_sided]
    times = np.asarray(runs[TIME].values, dtype=float)
    found = []
    for name in names:
        here, back = values(runs, name), values(runs, model[other(name)].name)
        for place, scenario in enumerate(rows):
            pair = here[place], back[place + len(rows)]
            found.append(apart(*pair, times, size(*pair), name, scenario))
    yield judge.symmetry(swap, worst_of(found), len(rows), len(names))


def _exchanged(model: Model, row: Settings, swap: tuple[str, ...]) -> dict[str, Setting]:
    """`row` and the model's own numbers, each given to its counterpart."""
    own: dict[str, Setting] = {name: value for name, value in model.constants.items() if name not in CONTROLS}
    told = {**own, **row}
    exchanged_names = {name: exchanged(name, swap) for name in told}
    return {model[other].name: told[name] for name, other in exchanged_names.items() if name != other or name in row}


def _conservation(asked: Asked) -> Iterator[Result]:
    """Each sum in each scenario against what it is at the start."""
    found = []
    rows = {name: asked.scenario(name) for name in asked.study.scenarios}
    runs = asked.runs(rows)
    times = np.asarray(runs[TIME].values, dtype=float)
    for group in asked.structure.conserved:
        parts = np.array([values(runs, name) for name in group])
        total = parts.sum(axis=0)
        for place, scenario in enumerate(rows):
            scale = size(parts[:, place])
            start = np.full(len(times), total[place, 0])
            found.append(apart(total[place], start, times, scale, " + ".join(group), scenario))
    yield judge.conservation(asked.structure.conserved, worst_of(found), len(rows))


def _rest(asked: Asked) -> Iterator[Result]:
    """Every stock but those that only add up against its own start."""
    rest, model = asked.structure.rest, asked.model
    assert rest is not None
    row = laid_over(dict(asked.scenario(asked.study.baseline)), rest.settings, "The rest")
    runs = asked.runs({"rest": row})
    times = np.asarray(runs[TIME].values, dtype=float)
    stocks = [name for name in asked.steady if isinstance(model[name], Stock) and name not in rest.accumulate]
    found = []
    for name in stocks:
        course = values(runs, name)[0]
        found.append(apart(course, np.full(len(times), course[0]), times, _scale(model, name, course[0]), name, ""))
    yield judge.rest(worst_of(found), len(stocks), len(rest.accumulate), times)


def _scale(model: Model, name: str, start: float) -> float:
    """What a drift is measured by: the range that the model gives to a variable, or where it starts, or 1."""
    low, high = model[name].limits
    return high - low if low is not None and high is not None and high > low else abs(start) or 1.0


def _extremes(asked: Asked) -> Iterator[Result]:
    """Each constant at each of its limits, one at a time, under the baseline."""
    model, base = asked.model, asked.scenario(asked.study.baseline)
    rows = {
        f"{one.name} = {limit:g}": {**base, one.name: limit}
        for one in model.visible()
        if isinstance(one, Constant) and one.name not in CONTROLS
        for limit in one.limits
        if limit is not None
    }
    limited = [name for name in asked.kept if any(limit is not None for limit in model[name].limits)]
    outside: list[str] = []
    found: list[Worst] = []
    for runs in in_batches(model, rows, asked.kept, threads=asked.threads):
        labels, times = list(map(str, runs[SCENARIO].values)), np.asarray(runs[TIME].values, dtype=float)
        outside += [f"not finite where {labels[place]}" for place in np.flatnonzero(failed(runs))]
        sound = ~failed(runs)
        found += [_beyond(model, name, values(runs, name), sound, labels, times) for name in limited]
    far = sorted((one for one in found if one.share > judge.EXACT), key=lambda one: -one.share)
    outside += [
        f"{one.variable} leaves its limits by {one.share:.2g} of their range where {one.scenario}" for one in far
    ]
    yield judge.extremes(len(rows), len(limited), outside, worst_of(found))


def _beyond(
    model: Model, name: str, courses: np.ndarray, sound: np.ndarray, labels: list[str], times: np.ndarray
) -> Worst:
    """By how much of its range a variable leaves its limits at most, and where."""
    low, high = model[name].limits
    below = np.zeros_like(courses) if low is None else low - courses
    above = np.zeros_like(courses) if high is None else courses - high
    over = np.where(sound[:, None], np.nan_to_num(np.maximum(below, above)), 0.0)
    row, column = np.unravel_index(int(np.argmax(over)), over.shape)
    scale = high - low if low is not None and high is not None and high > low else size(courses[sound])
    return Worst(max(0.0, float(over[row, column]) / scale), name, labels[row], float(times[column]))


def _time_step(asked: Asked) -> Iterator[Result]:
    """Outcomes of the compared scenarios with the model's TIME STEP and with half of it."""
    model, study = asked.model, asked.study
    step, steady = number_of(model, TIME_STEP), set(asked.steady)
    chosen = [one for one in study.outcomes.values() if one.variable in steady]
    if step is None or not chosen:
        return
    rows = {name: asked.scenario(name) for name in asked.shown}
    steps = {name: float(row.get(TIME_STEP, step)) for name, row in rows.items()}  # type: ignore[arg-type]
    here = asked.runs(rows, every=max(steps.values()))
    there = asked.runs({name: {**row, TIME_STEP: steps[name] / 2} for name, row in rows.items()}, max(steps.values()))
    found = [one for outcome in chosen for one in _moves(outcome, here, there)]
    yield judge.integration(worst_of(found), len(rows), len(chosen))


def _moves(outcome: Outcome, here: xr.Dataset, there: xr.Dataset) -> Iterator[Worst]:
    """By how much of its range `outcome` moves in each run."""
    sides = [
        (values(runs, outcome.variable).astype(float), np.asarray(runs[TIME].values, dtype=float))
        for runs in (here, there)
    ]
    before, after = (reduced(courses, times, outcome) for courses, times in sides)
    courses, times = sides[0]
    span = float(np.ptp(times)) if outcome.reduce == "first" else _span(outcome, courses, before)
    for place, scenario in enumerate(map(str, here[SCENARIO].values)):
        one = Worst(0.0, outcome.title or outcome.name, scenario)
        if np.isnan(before[place]) != np.isnan(after[place]):
            yield Worst(1.0, one.variable, scenario)
        elif not np.isnan(before[place]):
            yield Worst(float(abs(after[place] - before[place]) / span), one.variable, scenario)


def _span(outcome: Outcome, courses: np.ndarray, numbers: np.ndarray) -> float:
    """The range of the variable over all runs; of what is summed up, that of the sums."""
    seen = numbers if outcome.reduce in ("sum", "integral") else courses
    largest = float(np.nanmax(np.abs(seen))) if seen.size and not np.isnan(seen).all() else 0.0
    return max(float(np.nanmax(seen) - np.nanmin(seen)) if largest else 0.0, _SMALLEST_RANGE * largest) or 1.0


Test = Callable[[Asked], Iterator[Result]]


def _tests(asked: Structure) -> tuple[tuple[Test, bool], ...]:
    """Each test, and whether it is asked for."""
    return (
        (_symmetry, bool(asked.swap)),
        (_conservation, bool(asked.conserved)),
        (_rest, asked.rest is not None),
        (_extremes, asked.within),
        (_time_step, True),
    )
