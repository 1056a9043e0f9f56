"""One study from its file to its report, and the folder in which all of it is kept.

outputs/<study>/
├── study/           copies of the study file, its model and all that they read: what was asked, word for word
├── runs.zarr        inputs, trajectories and outcomes of all experiments
├── manifest.json    hashes, versions, seed and the command that makes the runs again
├── findings/        comparison.json, sensitivity.json; one for each other analysis that was asked for
└── report.html
"""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain
from pathlib import Path

import numpy as np
import xarray as xr

from sdmodel.analysis.outcomes import outcomes
from sdmodel.engine import compiled
from sdmodel.errors import StudyError
from sdmodel.pipeline.findings import EVERY, QUICK, analyse, keep_on_runs, left_out, of_runs, report
from sdmodel.pipeline.kept import Kept, Stored, cautioned, copies, forget_findings, keep_question, own, stored
from sdmodel.pipeline.plan import DESIGNS, Plan, drawn, origin, tables
from sdmodel.pipeline.progress import Progress, advance
from sdmodel.pipeline.question import Question, load, read_study
from sdmodel.pipeline.second_engine import checked
from sdmodel.pipeline.time_axis import on_axis, shared_times
from sdmodel.runs import manifest as manifests
from sdmodel.runs import store
from sdmodel.runs.schema import SCENARIO
from sdmodel.study.spec import Study

__all__ = [
    "DESIGNS",
    "EVERY",
    "QUICK",
    "Kept",
    "Plan",
    "Question",
    "Stored",
    "analyse",
    "drawn",
    "keep_on_runs",
    "left_out",
    "load",
    "of_runs",
    "read_study",
    "report",
    "stored",
    "sweep",
]
_CHUNK_BYTES = 64 * 2**20


def sweep(
    question: Question, plan: Plan, folder: Path, *, command: Sequence[str], progress: Progress | None = None
) -> Stored:
    """Run every scenario in every future, keep all of it in `folder`, and return what is kept.

    The runs of an earlier sweep are replaced once these are whole and PySD agrees with them on a sample; how far it
    differs is in the manifest.

    Raises:
        StudyError, ExperimentError: what is asked does not fit.
        RunsError: `folder` holds something that no sweep made.
        EngineMismatch: PySD computes something else; nothing in `folder` is replaced.
    """
    study, kept = question.study, Kept(folder)
    saved = _saved(study)
    failures: list[str] = []
    labels: dict[str, None] = {}
    agreement: dict[str, str | float | int] = {}
    with own(kept), store.create(kept.runs) as writer:
        for chunk in _chunks(question, plan, saved, failures, progress):
            agreement = agreement or checked(question.model, chunk, progress)
            labels |= dict.fromkeys(map(str, chunk[SCENARIO].values))
            writer.append(outcomes(study, chunk))
    keep_question(question, kept)
    forget_findings(kept, study)
    made = manifests.manifest(
        folder,
        copies(question, kept),
        seed=plan.seed,
        design=plan.design,
        futures=plan.futures,
        scenarios=list(labels),
        command=command,
    )
    made |= {"crosscheck": agreement, "failures": failures, **origin(question, plan)}
    manifests.write(folder, made)
    return Stored(kept, cautioned(question, made), store.open_runs(kept.runs), made)


def _saved(study: Study) -> list[str]:
    names = [*study.figures, *(outcome.variable for outcome in study.outcomes.values())]
    if not names:
        raise StudyError(f"{study.path.name}: the study has no outcome and no figure, so there is nothing to keep.")
    if taken := next((name for name in study.outcomes if name in names), None):
        raise StudyError(f'{study.path.name}: "{taken}" is an outcome and a variable that is kept: rename the outcome.')
    return list(dict.fromkeys(names))


def _chunks(
    question: Question, plan: Plan, saved: list[str], failures: list[str], progress: Progress | None
) -> Iterator[xr.Dataset]:
    """Runs of all experiments, so many at a time that they fit into memory easily."""
    study, model, offset = question.study, question.model, 0
    parts = drawn(question, plan)
    first = next(parts)
    single = tables(question, plan, first.isel(future=slice(0, 1)))
    size = _futures_a_chunk(question, single, saved)
    times = shared_times(model, single, drawn(question, plan), partial(tables, question, plan), study.save_every)
    total = plan.futures * single.sizes["experiment"]
    for futures in chain([first], parts):
        if plan.design in ("grid", "one-at-a-time") or not study.uncertainties:
            total = futures.sizes["future"] * single.sizes["experiment"]
        for begin in range(0, futures.sizes["future"], size):
            part = futures.isel(future=slice(begin, begin + size))
            table = tables(question, plan, part)
            table = table.assign_coords(experiment=np.arange(table.sizes["experiment"]) + offset)
            offset += table.sizes["experiment"]
            runs = compiled.simulate(
                model,
                table,
                save=saved,
                every=study.save_every,
                threads=plan.threads,
                progress=partial(advance, progress, "Simulating", total) if progress else None,
            )
            failures.extend(runs.attrs.pop("failures", []))
            yield on_axis(runs, times)


def _futures_a_chunk(question: Question, single: xr.Dataset, saved: list[str]) -> int:
    """How many futures a chunk has, from the size of one future in every scenario."""
    one = compiled.simulate(question.model, single, save=saved[:1], every=question.study.save_every)
    rows, times = one.sizes["experiment"], one.sizes["time"]
    bytes_a_future = 8 * rows * (len(saved) * times + len(single.data_vars))
    return max(1, _CHUNK_BYTES // bytes_a_future)
