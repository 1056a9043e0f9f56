"""The folder in which a study's results are kept: what is in it, what may be written there, how it is read again."""

import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import xarray as xr

from sdmodel.analysis import files
from sdmodel.analysis.finding import Finding
from sdmodel.errors import RunsError
from sdmodel.pipeline.companions import sources
from sdmodel.pipeline.made_of import is_of
from sdmodel.pipeline.question import Question, load
from sdmodel.runs import manifest as manifests
from sdmodel.runs import store
from sdmodel.runs.sample import FILE as SAMPLE
from sdmodel.study.spec import Study

OF_DATA, OF_SAMPLE = "calibration", "posterior"
"""The findings that are made from data."""
OF_RUNS = (
    *("comparison", "overlay", "sensitivity", "pawn", "srrc", "reality", "loops"),
    *("discovery", "robustness", "information"),
)
"""The findings that rest on the stored runs, or were made in as many futures. All others may be made before a sweep,
and outlive a sweep of their study."""
_ROUNDS = 3


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

    def finding(self, name: str) -> Path:
        """Where the finding of that name is."""
        return self.findings / f"{name}.json"


@dataclass(frozen=True)
class Stored:
    """What an earlier sweep kept: the question as it was asked, runs with outcomes (read lazily), and the manifest."""

    kept: Kept
    question: Question
    runs: xr.Dataset
    made: dict[str, Any]


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
    question = cautioned(load(folder / made["files"]["study"]["path"]), made)
    return Stored(kept, question, store.open_runs(kept.runs), made)


def cautioned(question: Question, made: Mapping[str, Any]) -> Question:
    """The question with the caveats of its runs: those that the manifest tells beside the study's own."""
    told = tuple(map(str, made.get("caveats", ())))
    caveats = tuple(dict.fromkeys((*question.study.caveats, *told)))
    return replace(question, study=replace(question.study, caveats=caveats)) if told else question


@contextmanager
def own(kept: Kept) -> Iterator[None]:
    """Refuses a folder that holds anything that no sweep made; leaves no empty folder behind when sweeping fails.

    Findings that rest on runs of their own may be kept there before the first sweep.
    """
    folder = kept.folder
    new = [one for one in (folder, *folder.parents) if not one.exists()]
    if folder.exists() and not folder.is_dir():
        raise RunsError(f"cannot keep results in {folder}: it is a file. Choose another --output.")
    if not new and not (folder / manifests.FILE).is_file() and any(_of_others(kept)):
        raise RunsError(f"will not write into {folder}: no sweep made what is in there. Choose another --output.")
    try:
        yield
    except BaseException:
        _tidy(kept)
        for one in new:
            with suppress(OSError):  # not empty, or never made
                one.rmdir()
        raise


def _of_others(kept: Kept) -> Iterator[Path]:
    """What is in the folder beside findings that need no sweep; hidden files are nobody's."""
    for path in kept.folder.iterdir():
        if path == kept.findings and path.is_dir():
            yield from (inner for inner in path.iterdir() if _finding(inner) is None or inner.stem in OF_RUNS)
        elif not path.name.startswith(".") and path.name != SAMPLE:
            yield path


def _finding(path: Path) -> Finding | None:
    """The finding in that file; None when it is damaged, or none."""
    try:
        return files.read(path) if path.suffix == ".json" else None
    except RunsError:
        return None


def _tidy(kept: Kept) -> None:
    """Removes what Zarr's own thread still wrote into the unfinished store of this process while that was removed."""
    for _ in range(_ROUNDS):
        for left in kept.folder.glob(f".{kept.runs.name}.partial-*-{os.getpid()}-*"):
            shutil.rmtree(left, ignore_errors=True)
        time.sleep(0.1)


def forget_findings(kept: Kept, study: Study) -> None:
    """Removes the page, all findings that rest on the stored runs, and those of another study or text of it.

    A fit and a posterior stay, whatever they were made of: they take long, and the page leaves out what does not fit.
    """
    kept.report.unlink(missing_ok=True)
    for path in kept.findings.glob("*"):
        if not _outlives(path, kept, study):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    with suppress(OSError):  # some are still in there, or there is no such folder
        kept.findings.rmdir()


def _outlives(path: Path, kept: Kept, study: Study) -> bool:
    """Whether the finding in that file is as good after a sweep as before."""
    if path in (kept.finding(OF_DATA), kept.finding(OF_SAMPLE)):
        return True
    finding = None if path.stem in OF_RUNS or path.is_dir() else _finding(path)
    return finding is not None and is_of(finding, study)


def keep_question(question: Question, kept: Kept) -> None:
    """Copy study, model and all files that they read beside the runs, with the same paths between them."""
    kept.asked.mkdir(parents=True, exist_ok=True)
    for source, target in zip(sources(question.study).values(), copies(question, kept).values(), strict=True):
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.resolve() != target.resolve():
            shutil.copyfile(source, target)


def copies(question: Question, kept: Kept) -> dict[str, Path]:
    """The copies of all that makes the runs, by what they are."""
    home = question.study.path.resolve().parent
    return {what: kept.asked / file.resolve().relative_to(home) for what, file in sources(question.study).items()}
