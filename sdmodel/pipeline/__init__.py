"""One study from its file to its report, and the folder in which all of it is kept.

outputs/<study>/
├── study/           copies of the study file, its model and all that they read: what was asked, word for word
├── runs.zarr        inputs, trajectories and outcomes of all experiments
├── manifest.json    hashes, versions, seed and the command that makes the runs again
├── findings/        comparison.json, sensitivity.json
└── report.html
"""

import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, product
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from sdmodel.analysis import files as finding_files
from sdmodel.analysis.comparison import compare
from sdmodel.analysis.finding import Finding
from sdmodel.analysis.outcomes import outcomes
from sdmodel.analysis.sensitivity import sensitivity
from sdmodel.design import grid, sequences
from sdmodel.design.experiments import experiments
from sdmodel.engine import compiled
from sdmodel.errors import RunsError, StudyError
from sdmodel.model.model import Model
from sdmodel.pipeline.companions import sources
from sdmodel.pipeline.progress import Progress, advance
from sdmodel.pipeline.second_engine import checked
from sdmodel.pipeline.time_axis import on_axis, shared_times
from sdmodel.read import read
from sdmodel.report.page import write_report
from sdmodel.runs import manifest as manifests
from sdmodel.runs import store
from sdmodel.runs.schema import SCENARIO, TRAJECTORY, named
from sdmodel.study import file as study_files
from sdmodel.study.bind import bind
from sdmodel.study.spec import Study

__all__ = [
    "DESIGNS",
    "Kept",
    "Plan",
    "Question",
    "Stored",
    "analyse",
    "drawn",
    "load",
    "read_study",
    "report",
    "stored",
    "sweep",
]
DESIGNS = ("lhs", "sobol", "grid", "one-at-a-time")
_ROUNDS = 3
_LARGEST_HYPERCUBE = 2 * 2**30  # bytes; it has to be drawn in one piece
_CHUNK_BYTES = 64 * 2**20


@dataclass(frozen=True)
class Question:
    """A study bound to its model."""

    study: Study
    model: Model


@dataclass(frozen=True)
class Kept:
    """The folder of a study's results."""

    folder: Path

    @property
    def runs(self) -> Path:
        """Where the runs are."""
        return self.folder / "runs.zarr"

    @property
    def findings(self) -> Path:
        """Where the findings are."""
        return self.folder / "findings"

    @property
    def report(self) -> Path:
        """Where the page is."""
        return self.folder / "report.html"

    @property
    def asked(self) -> Path:
        """Where the copies of study and model are."""
        return self.folder / "study"


@dataclass(frozen=True)
class Stored:
    """What an earlier sweep kept: the question as it was asked, runs with outcomes (read lazily), and the manifest."""

    kept: Kept
    question: Question
    runs: xr.Dataset
    made: dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """How a study is swept: `futures` by `design` from `seed`, in `scenarios` (none: all), again under each overlay."""

    futures: int
    design: str = "lhs"
    seed: int = 0
    scenarios: tuple[str, ...] = ()
    shocks: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
    threads: int | None = None


def load(path: Path) -> Question:
    """The study of a file and its model, checked against each other before anything runs."""
    study = study_files.read_study(path)
    model = read(study.model, data=study.data, extensions=study.extensions)
    return Question(bind(study, model), model)


def read_study(path: str | Path) -> Study:
    """The study of a file, checked against its model: names and ranges fit, names are the model's own.

    Raises:
        StudyError, ModelError: one of the files cannot be read, or they do not fit each other.
    """
    return load(Path(path)).study


def stored(folder: Path) -> Stored:
    """What an earlier sweep kept in `folder`; RunsError when that is not whole, or changed since."""
    kept = Kept(folder)
    if not folder.is_dir():
        raise RunsError(f'there is no folder {folder}. Make it with "sdmodel sweep STUDY --output {folder}".')
    made = manifests.read(folder)
    changed = manifests.verify(folder)
    if changed:
        raise RunsError(f"{folder}: what made these runs has changed since: {'; '.join(changed)}. Sweep again.")
    if "study" not in made["files"]:
        raise RunsError(f"{folder}: {manifests.FILE} names no study. Sweep again.")
    return Stored(kept, load(folder / made["files"]["study"]["path"]), store.open_runs(kept.runs), made)


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
    with _own(kept), store.create(kept.runs) as writer:
        for chunk in _chunks(question, plan, saved, failures, progress):
            agreement = agreement or checked(question.model, chunk, progress)
            labels |= dict.fromkeys(map(str, chunk[SCENARIO].values))
            writer.append(outcomes(study, chunk))
    _keep_question(question, kept)
    shutil.rmtree(kept.findings, ignore_errors=True)
    kept.report.unlink(missing_ok=True)
    made = manifests.manifest(
        folder,
        _asked(question, kept),
        seed=plan.seed,
        design=plan.design,
        futures=plan.futures,
        scenarios=list(labels),
        command=command,
    )
    made |= {"crosscheck": agreement, "failures": failures}
    manifests.write(folder, made)
    return Stored(kept, question, store.open_runs(kept.runs), made)


def analyse(stored: Stored, progress: Progress | None = None) -> list[Finding]:
    """The findings on stored runs, kept beside them: comparison of scenarios, sensitivity to uncertainties."""
    study, runs = stored.question.study, stored.runs.load()
    analyses: list[Callable[[], Finding]] = [lambda: compare(study, runs)]
    if len(np.unique(runs["future"].values)) > 1:
        analyses.append(lambda: _sensitivity(study, runs, int(stored.made["design"]["seed"])))
    findings = []
    for analysis in analyses:
        findings.append(analysis())
        finding_files.write(findings[-1], stored.kept.findings / f"{findings[-1].name}.json")
        if progress:
            progress("Analysing", 1, len(analyses))
    return findings


def report(stored: Stored, findings: Sequence[Finding] = ()) -> Path:
    """The page on stored runs with `findings`; without any, with those kept beside the runs, or made now."""
    paths = [stored.kept.findings / f"{name}.json" for name in ("comparison", "sensitivity")]
    kept = [finding_files.read(path) for path in paths if path.is_file()]
    fit = stored.kept.findings / "calibration.json"  # made by a command of its own, from data and not from runs
    found = [*(findings or kept or analyse(stored)), *([finding_files.read(fit)] if fit.is_file() else [])]
    question = stored.question
    return write_report(stored.kept.report, question.study, question.model, stored.runs.load(), found, stored.made)


def _sensitivity(study: Study, runs: xr.Dataset, seed: int) -> Finding:
    """What drives the outcomes in the scenarios that the study compares: in all others it is worked out when asked."""
    every = runs[SCENARIO].values.astype(str)
    chosen = np.isin(every, [*study.compare, study.baseline]) if study.compare else np.ones(len(every), dtype=bool)
    inputs = runs.drop_vars(named(runs, TRAJECTORY))
    if chosen.all() or not chosen.any():
        return sensitivity(study, inputs, seed=seed)
    finding = sensitivity(study, inputs.isel(experiment=chosen), seed=seed)
    there, total = len(np.unique(every[chosen])), len(np.unique(every))
    note = (
        f"What drives the outcomes was worked out for {there} of {total} scenarios, those that the study compares; "
        '"sdmodel sensitivity FOLDER --scenario NAME" does it for any other.'
    )
    return replace(finding, caveats=(*finding.caveats, note))


# --- sweeping -------------------------------------------------------------------------------------------------------


@contextmanager
def _own(kept: Kept) -> Iterator[None]:
    """Refuses a folder that holds anything that no sweep made; leaves no empty folder behind when sweeping fails."""
    folder = kept.folder
    new = not folder.exists()
    if folder.exists() and not folder.is_dir():
        raise RunsError(f"cannot keep results in {folder}: it is a file. Choose another --output.")
    others = () if new else (path for path in folder.iterdir() if not path.name.startswith("."))
    if any(others) and not (folder / manifests.FILE).is_file():
        raise RunsError(f"will not write into {folder}: no sweep made what is in there. Choose another --output.")
    try:
        yield
    except BaseException:
        _tidy(kept)
        if new:
            with suppress(OSError):  # not empty, or never made
                folder.rmdir()
        raise


def _tidy(kept: Kept) -> None:
    """Removes what Zarr's own thread still wrote into the unfinished store of this process while that was removed."""
    for _ in range(_ROUNDS):
        for left in kept.folder.glob(f".{kept.runs.name}.partial-*-{os.getpid()}-*"):
            shutil.rmtree(left, ignore_errors=True)
        time.sleep(0.1)


def _saved(study: Study) -> list[str]:
    names = [*study.figures, *(outcome.variable for outcome in study.outcomes.values())]
    if not names:
        raise StudyError(f"{study.path.name}: the study has no outcome and no figure, so there is nothing to keep.")
    if taken := next((name for name in study.outcomes if name in names), None):
        raise StudyError(f'{study.path.name}: "{taken}" is an outcome and a variable that is kept: rename the outcome.')
    return list(dict.fromkeys(names))


def _tables(question: Question, plan: Plan, futures: xr.Dataset) -> xr.Dataset:
    """Experiments of these futures: the scenarios as they are, under each variant, and all that under each shock."""
    make = partial(experiments, question.study, futures, model=question.model, scenarios=plan.scenarios or None)
    over = product([(), *((one,) for one in plan.variants)], [(), *((one,) for one in plan.shocks)])
    tables = [make(variants=variants, shocks=shocks) for variants, shocks in over]
    return tables[0] if len(tables) == 1 else xr.concat(tables, "experiment", combine_attrs="override")


def drawn(question: Question, plan: Plan) -> Iterator[xr.Dataset]:
    """The futures of a plan, in parts where the design can be made in parts."""
    study, model, n = question.study, question.model, plan.futures
    if n < 1:
        raise StudyError(f"--futures {n}: a sweep needs one future at least.")
    if plan.design == "lhs":
        _refuse_huge(n, len(study.uncertainties))
        yield sequences.lhs(study, n, seed=plan.seed)
    elif plan.design == "sobol":
        part = 65_536
        for first in range(0, n, part):
            yield sequences.sobol(study, min(part, n - first), seed=plan.seed, first=first)
    elif plan.design == "grid":
        yield grid.full_grid(study, _points(study, n), max_futures=min(n, grid.MOST_OF_GRID))
    elif plan.design == "one-at-a-time":
        yield grid.one_at_a_time(study, model, max(2, n // max(1, len(study.uncertainties))))
    else:
        raise StudyError(f'--design "{plan.design}": there is no such design; choose one of {", ".join(DESIGNS)}.')


def _refuse_huge(n: int, uncertainties: int) -> None:
    if 8 * n * uncertainties > _LARGEST_HYPERCUBE:
        raise StudyError(
            f"--futures {n}: a Latin hypercube is drawn in one piece, and of that size it takes "
            f"{8 * n * uncertainties / 2**30:,.0f} GiB. Use --design sobol, which is drawn in parts, or fewer futures."
        )


def _points(study: Study, n: int) -> int:
    """How many points an uncertainty a full grid of at most `n` futures can have."""
    axes = max(1, len(study.uncertainties))
    points = int(n ** (1 / axes) + 1e-9)
    if points < 2:
        raise StudyError(
            f"--design grid: {axes} uncertainties at two points each are {2.0**axes:.3g} futures, more than "
            f"--futures {n}. Use --design one-at-a-time, or lhs."
        )
    return points


def _chunks(
    question: Question, plan: Plan, saved: list[str], failures: list[str], progress: Progress | None
) -> Iterator[xr.Dataset]:
    """Runs of all experiments, so many at a time that they fit into memory easily."""
    study, model, offset = question.study, question.model, 0
    parts = drawn(question, plan)
    first = next(parts)
    single = _tables(question, plan, first.isel(future=slice(0, 1)))
    size = _futures_a_chunk(question, single, saved)
    times = shared_times(model, single, drawn(question, plan), partial(_tables, question, plan), study.save_every)
    total = plan.futures * single.sizes["experiment"]
    for futures in chain([first], parts):
        if plan.design in ("grid", "one-at-a-time") or not study.uncertainties:
            total = futures.sizes["future"] * single.sizes["experiment"]
        for begin in range(0, futures.sizes["future"], size):
            part = futures.isel(future=slice(begin, begin + size))
            table = _tables(question, plan, part)
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


def _keep_question(question: Question, kept: Kept) -> None:
    """Copy study, model and all files that they read beside the runs, with the same paths between them."""
    kept.asked.mkdir(parents=True, exist_ok=True)
    for source, target in zip(sources(question.study).values(), _asked(question, kept).values(), strict=True):
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.resolve() != target.resolve():
            shutil.copyfile(source, target)


def _asked(question: Question, kept: Kept) -> dict[str, Path]:
    """Their copies."""
    home = question.study.path.resolve().parent
    return {what: kept.asked / file.resolve().relative_to(home) for what, file in sources(question.study).items()}
