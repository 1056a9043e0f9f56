"""Where futures come from: ranges of the study, or the sample of a posterior in a file; and the words that say so."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.design import sequences
from sdmodel.design.from_sample import from_sample
from sdmodel.errors import ExperimentError
from sdmodel.model.model import Model
from sdmodel.pipeline.calibration.conditions import unlike, unlike_words
from sdmodel.runs import manifest as manifests
from sdmodel.runs.sample import read_about, read_sample
from sdmodel.study.spec import Study

SAMPLE = "sample"
"""Attribute of a finding: the file of the sample that its futures were drawn from."""
_TOLD = 4  # constants that are named
_DIGITS = 12


def futures_of(study: Study, model: Model, n: int, *, seed: int, sample: Path | None = None) -> xr.Dataset | None:
    """`n` futures of the Latin hypercube of `study`, or drawn from the file `sample`; None where nothing is drawn.

    Raises:
        ExperimentError: a sample, and no futures; or one that does not fit.
        RunsError: the file cannot be read.
    """
    if sample is not None:
        if n < 1:
            raise ExperimentError(f"--futures-from {sample}: no futures are asked for; say how many with --futures.")
        return from_sample(study, model, read_sample(sample), n, seed=seed)
    return sequences.lhs(study, n, seed=seed) if n and study.uncertainties else None


def notes_of(study: Study, model: Model, sample: Path | None, scenarios: Sequence[str]) -> tuple[str, ...]:
    """The caveats on the file that futures in `scenarios` were drawn from; none without."""
    if sample is None:
        return ()
    names = list(read_sample(sample))
    listed = ", ".join(names[:_TOLD]) + (f" and {len(names) - _TOLD} more" if len(names) > _TOLD else "")
    own = f" of study {told}" if (told := read_about(sample).get("study")) else ""
    digest = manifests.sha256(sample)[:_DIGITS]
    origin = f"Futures are drawn from {sample.name} (SHA-256 {digest}…), a sample of the posterior{own}: {listed}"
    return (f"{origin}; what it does not hold, as the study draws it.", *warnings_of(study, model, sample, scenarios))


def with_origin(finding: Finding, study: Study, model: Model, sample: Path | None, scenarios: Sequence[str]) -> Finding:
    """The finding with these caveats, and the name of the file among its attributes; the same without a sample."""
    if sample is None:
        return finding
    notes = notes_of(study, model, sample, scenarios)
    return replace(finding, table=finding.table.assign_attrs({SAMPLE: sample.name}), caveats=(*finding.caveats, *notes))


def warnings_of(study: Study, model: Model, sample: Path, scenarios: Sequence[str]) -> tuple[str, ...]:
    """Those caveats of them that are warnings: what held while the sample was fitted and does not hold here."""
    found = unlike(study, model, read_about(sample), scenarios, set(read_sample(sample)))
    return (unlike_words(found),) if found else ()
