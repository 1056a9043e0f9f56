"""The first runs of a sweep → how far PySD differs at most on a sample of them."""

from functools import partial

import numpy as np
import xarray as xr

from sdmodel.engine.crosscheck import crosscheck
from sdmodel.errors import ExperimentError
from sdmodel.model.model import Model
from sdmodel.pipeline.progress import Progress, advance

FEWEST, MOST = 4, 8  # runs of PySD: one a scenario, between these


def checked(model: Model, runs: xr.Dataset, progress: Progress | None) -> dict[str, str | float | int]:
    """For the manifest: how many of `runs` PySD ran again, and the largest relative difference; or why it could not.

    Raises:
        EngineMismatch: it is above 1e-6.
    """
    scenarios = len(np.unique(runs["scenario"].values.astype(str)))
    sample = min(max(FEWEST, min(MOST, scenarios)), runs.sizes["experiment"])
    told = partial(advance, progress, "Checking with PySD", sample) if progress else None
    try:
        difference = crosscheck(model, runs, sample=sample, progress=told)
    except ExperimentError as reason:  # much of what runs here, PySD does not have
        return {"engine": "PySD", "sample": 0, "reason": str(reason)}
    return {"engine": "PySD", "sample": sample, "difference": difference}
