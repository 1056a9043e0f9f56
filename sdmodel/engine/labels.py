"""Arrays of an engine → runs: labelled data with units, inputs carried along and failures told."""

import json

import numpy as np
import xarray as xr

from sdmodel.engine.inputs import Tabled
from sdmodel.model.missing import missing
from sdmodel.model.model import TIME, Model
from sdmodel.runs.manifest import versions
from sdmodel.runs.schema import BETWEEN_POINTS, MISSING, OTHER_TIMES


def labelled(
    model: Model,
    given: Tabled,
    times: np.ndarray,
    values: dict[str, np.ndarray],
    failed: np.ndarray,
    engine: str,
    *,
    own_times: bool,
) -> xr.Dataset:
    """Runs: `values` [experiment, time] by name, the inputs [experiment], and `failed` [experiment].

    `own_times` tells that not every time belongs to each experiment.
    """
    table, gaps = given.experiments, missing(given.model)
    clock_unit = model["TIME STEP"].unit
    coords = {name: table.variables[name] for name in ("experiment", "scenario", "future")}
    reasons = {name: [BETWEEN_POINTS] * (name in gaps) + [OTHER_TIMES] * own_times for name in values}
    variables = {
        name: (("experiment", "time"), array, _attributes(model, name) | _missing(reasons[name]))
        for name, array in values.items()
    }
    # by `variables`: each array with coordinates would cost a tenth of a millisecond
    inputs = {
        str(name): (
            "experiment",
            np.asarray(column.values, dtype=float),
            {**_attributes(model, str(name)), "role": "input"},
        )
        for name, column in table.variables.items()
        if name in table.data_vars and str(name) not in values
    }
    status = {"failed": ("experiment", failed, {"role": "status", "long_name": "a value was not finite"})}
    coords |= {"time": xr.Variable("time", times, {"units": clock_unit, "long_name": TIME})}
    runs = xr.Dataset({**variables, **inputs, **status}, coords=coords, attrs={**table.attrs})
    runs.attrs |= {
        "model": model.name,
        "model_hash": model.fingerprint,
        "engine": engine,
        "integration": model.integration,
        "versions": json.dumps(versions()),
    }
    return runs


def _missing(reasons: list[str]) -> dict[str, str]:
    return {MISSING: "; ".join(reasons)} if reasons else {}


def _attributes(model: Model, name: str) -> dict[str, str]:
    unit = model[name].unit if name in model else ""
    return {"long_name": name, "units": unit, "role": "trajectory"}
