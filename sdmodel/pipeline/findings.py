"""Stored runs → the findings of the report, kept beside the runs, and the page that tells them.

Comparison and sensitivity come from the runs. Reality checks, feedback loops and the fit to the past are worked out by
runs of their own, where the study asks for them.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import xarray as xr

from sdmodel.analysis import files
from sdmodel.analysis.comparison import compare
from sdmodel.analysis.finding import Finding
from sdmodel.analysis.sensitivity.drivers import sensitivity
from sdmodel.pipeline.calibration.calibrate import calibrate
from sdmodel.pipeline.kept import OF_DATA, OF_SAMPLE, Stored
from sdmodel.pipeline.loops.knock_outs import loops
from sdmodel.pipeline.made_of import is_marked, is_of, marked
from sdmodel.pipeline.progress import Progress
from sdmodel.pipeline.reality.checks import FUTURES, reality
from sdmodel.report.page import write_report
from sdmodel.report.questions_page import Questions
from sdmodel.runs.schema import FUTURE, SCENARIO, TRAJECTORY, named

QUICK = ("comparison", "sensitivity")
"""Findings from the runs alone."""
USUAL = (*QUICK, "reality", "loops")
EVERY = (*USUAL, OF_DATA)


def analyse(stored: Stored, progress: Progress | None = None, *, only: Collection[str] = USUAL) -> list[Finding]:
    """The findings that the study asks for and `only` names, in the order of EVERY; kept beside the runs."""
    due = [name for name in EVERY if name in only and _ANALYSES[name][0](stored)]
    findings = []
    for name in due:
        findings.append(of_runs(stored, _ANALYSES[name][1](stored, progress)))
        files.write(findings[-1], stored.kept.finding(name))
        if progress:
            progress("Analysing", 1, len(due))
    return findings


def report(stored: Stored, findings: Sequence[Finding] = (), asked: Questions | None = None) -> Path:
    """The page on stored runs with `findings`, with the others kept beside the runs, and with answers to questions.

    Without any of the runs, given or kept, those are made now. RunsError when a kept finding is damaged.
    """
    given = {finding.name: finding for finding in findings}
    found = {**{finding.name: finding for finding in _kept(stored, given)}, **given}
    if not any(name in found for name in QUICK):
        found |= {finding.name: finding for finding in analyse(stored)}
    ordered = [found[name] for name in dict.fromkeys((*EVERY, *found)) if name in found]  # the page is always the same
    question = stored.question
    numbers(stored)
    runs = stored.runs
    return write_report(stored.kept.report, question.study, question.model, runs, ordered, stored.made, asked)


def numbers(stored: Stored) -> xr.Dataset:
    """Inputs and outcomes of the stored runs, read into memory; trajectories, most of the data, stay on disk.

    `stored.runs` have them in memory from then on, too, and read a trajectory whenever it is asked for.
    """
    return stored.runs.drop_vars(named(stored.runs, TRAJECTORY)).load()


def keep_on_runs(stored: Stored, finding: Finding) -> Finding:
    """The finding from stored runs with what it was made of; kept beside them, in place of an earlier one of its name.

    Where the folder takes no files nothing is kept: the runs of somebody else can still be asked.
    """
    named = of_runs(stored, finding)
    with suppress(OSError):
        files.write(named, stored.kept.finding(finding.name))
    return named


def left_out(stored: Stored) -> list[str]:
    """Names of findings beside the runs that the page does not show: they are of another study, or other text of it."""
    return [finding.name for finding in _beside(stored) if not _shown(stored, finding)]


def of_runs(stored: Stored, finding: Finding) -> Finding:
    """A finding from stored runs with what it was made of, and their seed."""
    return marked(finding, stored.question.study, _seed(stored))


def _kept(stored: Stored, given: Collection[str]) -> Iterator[Finding]:
    """The findings beside the runs that answer the study as it is stored, without those `given`."""
    return (one for one in _beside(stored, given) if _shown(stored, one))


def _beside(stored: Stored, given: Collection[str] = ()) -> Iterator[Finding]:
    for path in sorted(stored.kept.findings.glob("*.json")):
        if path.stem not in given:
            yield files.read(path)


def _shown(stored: Stored, finding: Finding) -> bool:
    """Whether the page shows a kept finding. A fit may also have been kept by a program, without what it is made of."""
    if finding.name in (OF_DATA, OF_SAMPLE):
        return _is_of(stored, finding) and (is_of(finding, stored.question.study) or not is_marked(finding))
    return is_of(finding, stored.question.study)


def _is_of(stored: Stored, fit: Finding) -> bool:
    """Whether a fit is of the calibration that the study has now: it may have been made long before the runs."""
    asked, table = stored.question.study.calibration, fit.table
    if asked is None:
        return False
    windows = [list(asked.fit), list(asked.holdout or ())]
    told = [list(np.ravel(table.attrs.get(name) or ())) for name in ("fit", "holdout")]
    return windows == told and tuple(table["constant"].values.tolist()) == asked.parameters


def _compared(stored: Stored, _progress: Progress | None) -> Finding:
    return compare(stored.question.study, numbers(stored))


def _sensitivity(stored: Stored, _progress: Progress | None) -> Finding:
    """What drives the outcomes in the scenarios that the study compares: in all others it is worked out when asked."""
    study, inputs, seed = stored.question.study, numbers(stored), _seed(stored)
    every = inputs[SCENARIO].values.astype(str)
    chosen = np.isin(every, [*study.compare, study.baseline]) if study.compare else np.ones(len(every), dtype=bool)
    if chosen.all() or not chosen.any():
        return sensitivity(study, inputs, seed=seed)
    finding = sensitivity(study, inputs.isel(experiment=chosen), seed=seed)
    there, total = len(np.unique(every[chosen])), len(np.unique(every))
    note = (
        f"What drives the outcomes was worked out for {there} of {total} scenarios, those that the study compares; "
        '"sdmodel sensitivity FOLDER --scenario NAME" does it for any other.'
    )
    return replace(finding, caveats=(*finding.caveats, note))


def _reality(stored: Stored, progress: Progress | None) -> Finding:
    """Reality checks in as many futures as the runs have, where that is less than usual."""
    futures = min(FUTURES, _futures(stored))
    return reality(stored.question.study, stored.question.model, futures=futures, seed=_seed(stored), progress=progress)


def _loops(stored: Stored, progress: Progress | None) -> Finding:
    return loops(stored.question.study, stored.question.model, progress=progress)


def _fit(stored: Stored, progress: Progress | None) -> Finding:
    return calibrate(stored.question, progress=progress)


def _seed(stored: Stored) -> int:
    return int(stored.made["design"]["seed"])


def _futures(stored: Stored) -> int:
    return len(np.unique(stored.runs[FUTURE].values))


_ANALYSES: dict[str, tuple[Callable[[Stored], bool], Callable[[Stored, Progress | None], Finding]]] = {
    "comparison": (lambda _: True, _compared),
    "sensitivity": (lambda stored: _futures(stored) > 1, _sensitivity),
    "reality": (lambda stored: bool(stored.question.study.checks), _reality),
    "loops": (lambda stored: bool(stored.question.study.loops and stored.question.study.outcomes), _loops),
    OF_DATA: (lambda stored: stored.question.study.calibration is not None, _fit),
}
"""Each finding by its name: whether it is due, and how it is made."""
