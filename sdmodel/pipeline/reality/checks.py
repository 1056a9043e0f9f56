"""The reality checks of a study → verdicts: every run that they need, as it stands and in drawn futures.

All runs of all checks are one table of experiments; runs that are alike are made once. Each future is the same draw in
every run, and what a run sets wins over the draw. Kept are the variables that the checks read or draw, at the model's
own saved times and at the times that they name.
"""

import math
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

import numpy as np
import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.reality.expectations import Courses
from sdmodel.analysis.reality.finding import Drawn, finding_of
from sdmodel.analysis.reality.verdicts import Verdict, counted, in_futures, verdict
from sdmodel.analysis.wording import scenario_title
from sdmodel.design import sequences
from sdmodel.design.check_runs import CheckRows, check_experiments, check_rows
from sdmodel.design.futures import futures_table
from sdmodel.engine import compiled
from sdmodel.errors import StudyError
from sdmodel.model.model import INITIAL_TIME, SAVEPER, TIME_STEP, Draw, Model
from sdmodel.model.names import key
from sdmodel.pipeline.progress import Progress, advance
from sdmodel.runs.schema import SCENARIO, TIME, failed, values
from sdmodel.study.bind import bind
from sdmodel.study.checks.spec import Check, CheckRun
from sdmodel.study.file import read_study
from sdmodel.study.inputs import number_of
from sdmodel.study.spec import Study
from sdmodel.study.terms import Schedule

FUTURES = 1000
MOST_FUTURES = 1_000_000
_CHUNK_BYTES = 64 * 2**20
_STAGE = "Reality checks"


def reality(
    study: Study,
    model: Model,
    *,
    futures: int = FUTURES,
    seed: int | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Finding:
    """The finding "reality" on all checks of `study`, which is bound to `model`.

    Its table has the verdicts (`analysis.reality_finding.verdicts_of` takes them out) and the courses to draw.
    `futures` says how many are drawn from the study's uncertainties: a Latin hypercube from `seed` (None: the study's).
    Where nothing is uncertain there are none, but for a model with random numbers, which differ from future to future.

    Raises:
        StudyError: the study has no checks, the number of futures cannot be, or settings cannot be joined.
        ExperimentError: a run does not set what another one sets, and the model gives it no number.
    """
    if not study.checks:
        raise StudyError(f"{study.path.name}: the study has no reality checks; a table [checks.NAME] makes one.")
    if not 0 <= futures <= MOST_FUTURES:
        raise StudyError(f"--futures {futures}: reality checks can be tried in 0 to {MOST_FUTURES:,} futures.")
    rows = check_rows(study, study.checks)
    own_seed = study.seed if seed is None else seed
    simulate = partial(
        compiled.simulate, model, save=_read(study.checks), every=_every(study, model), seed=own_seed, threads=threads
    )
    drawn = _futures(study, model, futures, own_seed)
    total = len(rows.settings) * (1 + (0 if drawn is None else futures))
    told = partial(advance, progress, _STAGE, total) if progress else None
    base = simulate(check_experiments(study, model, rows), progress=told)
    verdicts = _base_verdicts(study, rows, base)
    if drawn is not None:
        parts = (simulate(table, progress=told) for table in _tables(study, model, rows, drawn, base))
        verdicts = _in_futures(study.checks, rows, verdicts, parts)
    times = np.asarray(base[TIME].values, dtype=float)
    courses = _drawn(study, model, rows, base)
    return finding_of(list(verdicts.values()), courses, times, study=study.name, seed=own_seed, unit=_unit(model))


def reality_of(path: Path, model: Model, *, futures: int = FUTURES, progress: Progress | None = None) -> Finding | None:
    """The same for the study file at `path`, which is checked against `model` first; None for a study without checks.

    Raises:
        StudyError: the file cannot be read, or does not fit the model.
    """
    study = bind(read_study(path), model)
    return reality(study, model, futures=futures, progress=progress) if study.checks else None


def _futures(study: Study, model: Model, futures: int, seed: int) -> xr.Dataset | None:
    """The futures to try; None where all would be the same."""
    if not futures or not (study.uncertainties or any(model.of(Draw))):
        return None
    if study.uncertainties:
        return sequences.lhs(study, futures, seed=seed)
    return futures_table({}, futures, design="random numbers alone", seed=seed)


def _read(checks: Mapping[str, Check]) -> list[str]:
    """All variables that checks read or draw."""
    return list(dict.fromkeys(name for check in checks.values() for name in (*check.variables, *check.drawn)))


def _every(study: Study, model: Model) -> float | None:
    """The model's SAVEPER, or the largest part of it that meets all times that checks name; None where it varies."""
    start, step, saved = (number_of(model, name) for name in (INITIAL_TIME, TIME_STEP, SAVEPER))
    if start is None or not step or not saved:
        return None
    spans = [saved, *(time - start for check in study.checks.values() for time in check.times)]
    steps = [span / step for span in spans]
    whole = [round(one) for one in steps if abs(one - round(one)) <= 1e-6 * max(1.0, abs(one)) and round(one) > 0]
    return math.gcd(*whole) * step if whole and round(steps[0]) in whole[:1] else None


def _tables(study: Study, model: Model, rows: CheckRows, futures: xr.Dataset, base: xr.Dataset) -> Iterator[xr.Dataset]:
    """Experiments of all futures, so many at a time that their runs fit into memory easily."""
    kept = len(_read(study.checks)) * base.sizes[TIME] + len(base.data_vars)
    size = max(1, _CHUNK_BYTES // (8 * len(rows.settings) * kept))
    for begin in range(0, futures.sizes["future"], size):
        yield check_experiments(study, model, rows, futures.isel(future=slice(begin, begin + size)))


def _courses(check: Check, rows: CheckRows, runs: xr.Dataset) -> dict[str, Courses]:
    """The trajectories of each run of `check` in `runs`."""
    lost = failed(runs)
    futures = len(lost) // len(rows.settings)
    places = {label: slice(n * futures, (n + 1) * futures) for n, label in enumerate(rows.settings)}
    times = np.asarray(runs[TIME].values, dtype=float)
    found = {}
    for name in check.runs:
        place = places[rows.labels[check.name, name]]
        courses = {variable: values(runs, variable, place) for variable in check.variables}
        found[name] = Courses(times, courses, lost[place])
    return found


def _base_verdicts(study: Study, rows: CheckRows, base: xr.Dataset) -> dict[str, Verdict]:
    told: dict[str, str] = {}
    lost = failed(base)
    if lost.any():
        told = dict.fromkeys(base[SCENARIO].values[lost].astype(str), "a value left the finite range.")
        for failure in map(str, base.attrs.get("failures", [])):
            for label in told:
                if f'(scenario "{label}",' in failure:
                    told[label] = f"{failure.partition('): ')[2]}."
    verdicts = {}
    for check in study.checks.values():
        broken = {name: told[label] for name in check.runs if (label := rows.labels[check.name, name]) in told}
        words = "; ".join(f'run "{name}" failed: {reason}' for name, reason in broken.items())
        verdicts[check.name] = verdict(check, _courses(check, rows, base), words)
    return verdicts


def _in_futures(
    checks: Mapping[str, Check], rows: CheckRows, verdicts: dict[str, Verdict], parts: Iterator[xr.Dataset]
) -> dict[str, Verdict]:
    counts = {name: np.zeros(3, dtype=int) for name in checks}
    for runs in parts:
        for name, check in checks.items():
            held, broken = in_futures(check, _courses(check, rows, runs))
            counts[name] += (held.sum(), held.size, broken.sum())
    return {name: counted(verdicts[name], *map(int, counts[name])) for name in checks}


def _drawn(study: Study, model: Model, rows: CheckRows, base: xr.Dataset) -> list[Drawn]:
    """The courses of the drawn variables of each check in its base runs."""
    place = {str(label): n for n, label in enumerate(base[SCENARIO].values)}
    risks = {key(outcome.variable) for outcome in study.outcomes.values() if outcome.risk}
    units = {key(one.variable): one.unit for one in study.outcomes.values() if one.reduce in ("at", "last", "max")}
    return [
        Drawn(
            check.name,
            name,
            run_title(study, run),
            variable,
            units.get(key(variable)) or model[variable].unit,
            key(variable) in risks,
            values(base, variable)[place[rows.labels[check.name, name]]],
        )
        for check in study.checks.values()
        for variable in check.drawn
        for name, run in check.runs.items()
    ]


def run_title(study: Study, run: CheckRun) -> str:
    """What a run is, in words: "Status quo drift with Pandemic; US export control goal 0.8"."""
    title = scenario_title(study, run.scenario or study.baseline)
    over = [study.overlays[name].title or name for name in run.overlays]
    settings = [
        f"{name} {'in time' if isinstance(setting, Schedule) else f'{setting:.9g}'}"
        for name, setting in run.settings.items()
    ]
    return "; ".join([" with ".join([title, *over]), *settings])


def _unit(model: Model) -> str:
    return model[TIME_STEP].unit if TIME_STEP in model else ""
