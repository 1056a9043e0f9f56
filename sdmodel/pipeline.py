"""One study from its file to its report, and the folder in which all of it is kept.

outputs/<study>/
├── study/           copies of the study file and its model: what was asked, word for word
├── runs.zarr        inputs, trajectories and outcomes of all experiments
├── manifest.json    hashes, versions, seed and the command that makes the runs again
├── findings/        comparison.json, sensitivity.json
└── report.html
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path

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
from sdmodel.engine.crosscheck import crosscheck
from sdmodel.errors import RunsError, StudyError
from sdmodel.model.model import Model
from sdmodel.read import read
from sdmodel.report.page import write_report
from sdmodel.runs import manifest as manifests
from sdmodel.runs import store
from sdmodel.study import file as study_files
from sdmodel.study.bind import bind
from sdmodel.study.spec import Study

DESIGNS = ("lhs", "sobol", "grid", "one-at-a-time")
CHECKED = 8
_CHUNK_BYTES = 32 * 2**20
Progress = Callable[[str, int, int], None]
"""What long work calls: the name of the stage, what is done now, the total of the stage."""


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
class Plan:
    """How a study is swept: `futures` by `design` from `seed`, in `scenarios` (none: all), again under each shock."""

    futures: int
    design: str = "lhs"
    seed: int = 0
    scenarios: tuple[str, ...] = ()
    shocks: tuple[str, ...] = ()
    threads: int | None = None


def load(path: Path) -> Question:
    """The study of a file and its model, checked against each other before anything runs."""
    study = study_files.read_study(path)
    model = read(study.model)
    return Question(bind(study, model), model)


def read_study(path: str | Path) -> Study:
    """The study of a file, in the names, units and ranges of its model."""
    return load(Path(path)).study


def stored(folder: Path) -> tuple[Question, xr.Dataset, dict[str, object]]:
    """What an earlier sweep kept: the question as it was asked, runs with outcomes (read lazily), and the manifest."""
    kept = Kept(folder)
    if not folder.is_dir():
        raise RunsError(f'there is no folder {folder}. Make it with "sdmodel sweep STUDY --output {folder}".')
    made = manifests.read(folder)
    changed = manifests.verify(folder)
    if changed:
        raise RunsError(f"{folder}: what made these runs has changed since: {'; '.join(changed)}. Sweep again.")
    question = load(folder / made["files"]["study"]["path"])
    return question, store.open_runs(kept.runs), made


def sweep(
    question: Question, plan: Plan, folder: Path, *, command: Sequence[str], progress: Progress | None = None
) -> float:
    """Run every scenario in every future, keep all of it in `folder`, and return how far PySD differs on a sample.

    The runs of an earlier sweep are replaced once these are whole and PySD agrees with them.

    Raises:
        StudyError, ExperimentError: what is asked does not fit.
        EngineMismatch: PySD computes something else; nothing in `folder` is replaced.
    """
    study, kept = question.study, Kept(folder)
    saved = _saved(study)
    failures: list[str] = []
    labels: list[str] = []
    with store.create(kept.runs) as writer:
        checked = None
        for chunk in _chunks(question, plan, saved, failures, progress):
            checked = _checked(question.model, chunk, progress) if checked is None else checked
            labels = labels or list(dict.fromkeys(map(str, chunk["scenario"].values)))
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
        scenarios=labels,
        command=command,
    )
    manifests.write(folder, made | {"crosscheck": {"engine": "PySD", "difference": checked}, "failures": failures})
    return float(checked or 0.0)


def analyse(folder: Path, progress: Progress | None = None) -> list[Finding]:
    """The findings on the runs kept in `folder`: comparison of scenarios, sensitivity to uncertainties."""
    question, runs, made = stored(folder)
    loaded = runs.load()
    analyses: list[Callable[[], Finding]] = [lambda: compare(question.study, loaded)]
    if len(np.unique(loaded["future"].values)) > 1:
        analyses.append(lambda: sensitivity(question.study, loaded, seed=_seed(made)))
    findings = []
    Kept(folder).findings.mkdir(exist_ok=True)
    for analysis in analyses:
        findings.append(analysis())
        finding_files.write(findings[-1], Kept(folder).findings / f"{findings[-1].name}.json")
        if progress:
            progress("Analysing", 1, len(analyses))
    return findings


def report(folder: Path) -> Path:
    """The page on the runs kept in `folder`; analyses that are not there yet are made first."""
    question, runs, made = stored(folder)
    names = ("comparison", "sensitivity")
    there = [finding_files.read(path) for name in names if (path := Kept(folder).findings / f"{name}.json").is_file()]
    findings = there or analyse(folder)
    return write_report(Kept(folder).report, question.study, question.model, runs.load(), findings, made)


def _seed(made: dict[str, object]) -> int:
    design = made["design"]
    assert isinstance(design, dict)
    return int(design["seed"])


# --- sweeping -------------------------------------------------------------------------------------------------------


def _saved(study: Study) -> list[str]:
    names = [*study.figures, *(outcome.variable for outcome in study.outcomes.values())]
    if not names:
        raise StudyError(f"{study.path.name}: the study has no outcome and no figure, so there is nothing to keep.")
    return list(dict.fromkeys(names))


def _tables(question: Question, plan: Plan, futures: xr.Dataset) -> xr.Dataset:
    """Experiments of these futures: the scenarios as they are, then once more under each shock."""
    study, model, chosen = question.study, question.model, plan.scenarios or None
    over = [(), *((shock,) for shock in plan.shocks)]
    tables = [experiments(study, futures, model=model, scenarios=chosen, shocks=shocks) for shocks in over]
    return tables[0] if len(tables) == 1 else xr.concat(tables, "experiment", combine_attrs="override")


def drawn(question: Question, plan: Plan) -> Iterator[xr.Dataset]:
    """The futures of a plan, in parts where the design can be made in parts."""
    study, model, n = question.study, question.model, plan.futures
    if n < 1:
        raise StudyError(f"--futures {n}: a sweep needs one future at least.")
    if plan.design == "lhs":
        yield sequences.lhs(study, n, seed=plan.seed)
    elif plan.design == "sobol":
        part = 65_536
        for first in range(0, n, part):
            yield sequences.sobol(study, min(part, n - first), seed=plan.seed, first=first)
    elif plan.design == "grid":
        yield grid.full_grid(study, _points(study, n), max_futures=n)
    elif plan.design == "one-at-a-time":
        yield grid.one_at_a_time(study, model, max(2, n // max(1, len(study.uncertainties))))
    else:
        raise StudyError(f'--design "{plan.design}": there is no such design; choose one of {", ".join(DESIGNS)}.')


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
                progress=partial(_advance, progress, "Simulating", total) if progress else None,
            )
            failures.extend(runs.attrs.pop("failures", []))
            yield runs


def _futures_a_chunk(question: Question, single: xr.Dataset, saved: list[str]) -> int:
    """How many futures a chunk has, from the size of one future in every scenario."""
    one = compiled.simulate(question.model, single, save=saved[:1], every=question.study.save_every)
    rows, times = one.sizes["experiment"], one.sizes["time"]
    bytes_a_future = 8 * rows * (len(saved) * times + len(single.data_vars))
    return max(1, _CHUNK_BYTES // bytes_a_future)


def _checked(model: Model, runs: xr.Dataset, progress: Progress | None) -> float:
    sample = min(CHECKED, runs.sizes["experiment"])
    told = partial(_advance, progress, "Checking with PySD", sample) if progress else None
    return crosscheck(model, runs, sample=sample, progress=told)


def _advance(progress: Progress, stage: str, total: int, done: int) -> None:
    progress(stage, done, total)


def _keep_question(question: Question, kept: Kept) -> None:
    """Copy study and model beside the runs, with the same path between them."""
    study = question.study
    kept.asked.mkdir(parents=True, exist_ok=True)
    for source, target in zip((study.path, study.model), _asked(question, kept).values(), strict=True):
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.resolve() != target.resolve():
            shutil.copyfile(source, target)


def _asked(question: Question, kept: Kept) -> dict[str, Path]:
    study = question.study
    model = study.model.resolve().relative_to(study.path.resolve().parent)
    return {"study": kept.asked / study.path.name, "model": kept.asked / model}
