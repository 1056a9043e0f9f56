"""Do both engines agree? A sample of stored experiments is run again by PySD; if not: variable, time, difference."""

from collections.abc import Callable

import numpy as np
import xarray as xr

from sdmodel.engine import reference
from sdmodel.errors import EngineMismatch
from sdmodel.model.model import Model

RELATIVE, ABSOLUTE = 1e-6, 1e-9  # of the larger of a variable's value and its range over the run


def crosscheck(
    model: Model,
    runs: xr.Dataset,
    *,
    sample: int = 8,
    seed: int = 0,
    progress: Callable[[int], None] | None = None,
) -> float:
    """The largest relative difference between `runs` and PySD's own runs of `sample` of their experiments.

    The sample takes each scenario in turn, then futures at random; failed runs are left out. The difference is
    relative to the larger of the value and the range of the variable over the run.

    Raises:
        EngineMismatch: a difference above 1e-6; the message names the worst variable, time and both values.
    """
    chosen = runs.isel(experiment=_sample(runs, sample, seed)).load()
    names = [str(name) for name, array in chosen.data_vars.items() if array.attrs.get("role") == "trajectory"]
    others = [name for name, array in chosen.data_vars.items() if array.attrs.get("role") != "input"]
    every = _every(chosen["time"].values)
    again = reference.simulate(model, chosen.drop_vars([*others, "time"]), save=names, every=every, progress=progress)
    worst = max((_difference(chosen, again, name) for name in names), key=lambda found: found[0], default=None)
    if worst is None:
        return 0.0
    difference, name, row, column = worst
    if not difference <= RELATIVE:
        here = chosen[name].values[row, column]
        there = again[name].sel(time=chosen["time"].values[column], method="nearest").values[row]
        raise EngineMismatch(
            f'{model.name}: the compiled engine and PySD disagree on "{name}" at time '
            f"{chosen['time'].values[column]:g}, experiment {int(chosen['experiment'].values[row])}, scenario "
            f'"{chosen["scenario"].values[row]}": {here:.10g} against {there:.10g} (relative difference '
            f"{difference:.2g}, allowed {RELATIVE:g}). Results of this model are not to be trusted until that is found."
        )
    return difference


def _sample(runs: xr.Dataset, size: int, seed: int) -> np.ndarray:
    """Rows of the sample: scenarios in turn, futures at random, failed runs never."""
    sound = np.flatnonzero(~runs["failed"].values) if "failed" in runs else np.arange(runs.sizes["experiment"])
    shuffled = np.random.default_rng(seed).permutation(sound)
    _, scenario = np.unique(runs["scenario"].values[shuffled].astype(str), return_inverse=True)
    grouped = np.argsort(scenario, kind="stable")
    turn = np.empty(len(shuffled), dtype=int)
    turn[grouped] = np.arange(len(shuffled)) - np.searchsorted(scenario[grouped], scenario[grouped])
    return np.sort(shuffled[np.lexsort((shuffled, turn))[:size]])


def _every(times: np.ndarray) -> float | None:
    return float(np.diff(times).min()) if len(times) > 1 else None


def _difference(runs: xr.Dataset, again: xr.Dataset, name: str) -> tuple[float, str, int, int]:
    """Largest relative difference of one variable with its row and column; infinite where only one is a number."""
    here = runs[name].values
    there = again[name].sel(time=runs["time"].values, method="nearest").values
    own = np.isfinite(here)
    span = np.nanmax(np.where(own, here, -np.inf), axis=1) - np.nanmin(np.where(own, here, np.inf), axis=1)
    scale = np.maximum(np.maximum(np.abs(here), np.abs(there)), np.nan_to_num(span, posinf=0, neginf=0)[:, None])
    with np.errstate(invalid="ignore"):
        relative = np.abs(here - there) / (scale + ABSOLUTE / RELATIVE)
    relative = np.where(np.isnan(here) & np.isnan(there), 0.0, np.where(np.isnan(relative), np.inf, relative))
    row, column = np.unravel_index(int(np.argmax(relative)), relative.shape)
    return float(relative[row, column]), name, int(row), int(column)
