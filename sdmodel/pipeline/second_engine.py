"""The first runs of a sweep → how far PySD differs at most on a sample of them."""

from functools import partial

import numpy as np
import xarray as xr

from sdmodel.engine.crosscheck import DISTRUST, agreement
from sdmodel.errors import EngineMismatch, ExperimentError
from sdmodel.model.model import Model
from sdmodel.pipeline.preflight.known_faults import excuse, known_faults
from sdmodel.pipeline.progress import Progress, advance
from sdmodel.read.whole import text_of

FEWEST, MOST = 4, 8  # runs of PySD: one a scenario, between these
_PATIENCE = 10.0  # seconds for them; a slow model is checked on fewer


def checked(model: Model, runs: xr.Dataset, progress: Progress | None) -> dict[str, str | float | int]:
    """For the manifest: how many of `runs` PySD ran again, and the largest relative difference; or why it could not.

    A difference that a known fault of PySD explains is such a reason. `limits` tells what was left out.

    Raises:
        EngineMismatch: it is above 1e-6, and nothing that is known of PySD explains it.
    """
    scenarios = len(np.unique(runs["scenario"].values.astype(str)))
    sample = min(max(FEWEST, min(MOST, scenarios)), runs.sizes["experiment"])
    told = partial(advance, progress, "Checking with PySD", sample) if progress else None
    try:
        found = agreement(model, runs, sample=sample, patience=_PATIENCE, progress=told)
    except ExperimentError as reason:  # much of what runs here, PySD does not have
        return _unchecked(str(reason))
    except EngineMismatch as mismatch:
        why = excuse(known_faults(model, text_of(model)))
        if not why:
            raise
        return _unchecked(f"{str(mismatch).removesuffix(DISTRUST)}{why}")
    limits = {"limits": "; ".join(found.told)} if found.told else {}
    return {"engine": "PySD", "sample": found.experiments, "difference": found.difference, **limits}


def _unchecked(reason: str) -> dict[str, str | float | int]:
    return {"engine": "PySD", "sample": 0, "reason": reason}
