"""A sweep whose experiments differ in their time axis → the times of all of them, and runs laid out on these.

The parts of a sweep are run and kept one after the other, in arrays that share one axis. It has to be known before the
first part is kept, so all experiments are asked for their clocks first; only where these can differ.
"""

from collections.abc import Callable, Iterable

import numpy as np
import xarray as xr

from sdmodel.engine.compiled import clocks_of
from sdmodel.engine.inputs import Inputs, inputs
from sdmodel.model.ending import behind, moving
from sdmodel.model.model import CONTROLS, Model
from sdmodel.runs.schema import MISSING, OTHER_TIMES, TIME, TRAJECTORY, named

_AT_ONCE = 4_096  # futures
_DIGITS = 9  # of times, as the engine joins them


def shared_times(
    model: Model,
    single: xr.Dataset,
    parts: Iterable[xr.Dataset],
    table_of: Callable[[xr.Dataset], xr.Dataset],
    every: float | None,
) -> np.ndarray | None:
    """The saved times of all experiments, rising; None where all have those of the model.

    `single` is the table of one future, `parts` are all futures, and `table_of` makes a table of some.

    Raises:
        ExperimentError: control settings that make no sense, or a run that does not end.
    """
    if not _can_differ(inputs(model, single)):
        return None
    found: set[float] = set()
    for futures in parts:
        for begin in range(0, futures.sizes["future"], _AT_ONCE):
            table = table_of(futures.isel(future=slice(begin, begin + _AT_ONCE)))
            for clock in clocks_of(inputs(model, table), every=every):
                found.update(np.round(clock.times, _DIGITS).tolist())
    return np.array(sorted(found))


def on_axis(runs: xr.Dataset, times: np.ndarray | None) -> xr.Dataset:
    """`runs` at `times`, and missing (NaN) at those that are not their own; as they are where `times` is None."""
    if times is None:
        return runs
    own = xr.Variable(TIME, np.round(runs[TIME].values, _DIGITS), runs[TIME].attrs)
    laid = runs.assign_coords({TIME: own}).reindex({TIME: times})
    laid[TIME].attrs.update(runs[TIME].attrs)
    for name in named(laid, TRAJECTORY):
        attributes = laid.variables[name].attrs
        told = str(attributes.get(MISSING, ""))
        if OTHER_TIMES not in told:
            attributes[MISSING] = f"{told}; {OTHER_TIMES}" if told else OTHER_TIMES
    return laid


def _can_differ(given: Inputs) -> bool:
    settings = {name for control in CONTROLS for name in behind(given.model, control)}
    return moving(given.model) or not settings.isdisjoint(given.columns)
