"""Do both engines agree? A sample of stored experiments is run again by PySD; if not: variable, time, difference."""

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

import numpy as np
import xarray as xr

from sdmodel.engine import compiled, reference
from sdmodel.engine.clock import control
from sdmodel.engine.translated import translated
from sdmodel.errors import EngineMismatch, ExperimentError
from sdmodel.model.model import TIME_STEP, Draw, Model, Stock, reads

RELATIVE, ABSOLUTE = 1e-6, 1e-9  # of the larger of a variable's value and its range over the run
_EVEN = 1e-6
DISTRUST = "Results of this model are not to be trusted until that is found."
"""How the message of every EngineMismatch ends."""


@dataclass(frozen=True)
class Agreement:
    """The largest relative `difference`, over so many `variables` and `experiments`; `told` limits what it means."""

    difference: float
    variables: int
    experiments: int
    told: tuple[str, ...]


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
    relative to the larger of the value and the range of the variable over the run. `agreement` tells more.

    Raises:
        EngineMismatch: a difference above 1e-6; the message names the worst variable, time and both values.
        ExperimentError: PySD cannot run the model, no run is finite, or everything depends on random numbers.
    """
    return agreement(model, runs, sample=sample, seed=seed, progress=progress).difference


def agreement(
    model: Model,
    runs: xr.Dataset,
    *,
    sample: int = 8,
    seed: int = 0,
    patience: float | None = None,
    progress: Callable[[int], None] | None = None,
) -> Agreement:
    """How well both engines agree, and on what: see `crosscheck`, which raises the same errors.

    With `patience`, in seconds, PySD makes so many runs of the sample as fit, one at least: its runs of a model with
    arrays take half a minute each.

    PySD draws other random numbers, so variables that depend on them are left out. It knows Euler's method only: runs
    by another are made again by it, on the compiled engine, and those are compared.
    """
    chosen = runs.isel(experiment=_sample(runs, sample, seed)).load()
    if not chosen.sizes["experiment"]:
        raise ExperimentError(f"{model.name}: no run stayed finite, so there is none to compare.")
    names = [str(name) for name, array in chosen.data_vars.items() if array.attrs.get("role") == "trajectory"]
    others = [name for name, array in chosen.data_vars.items() if array.attrs.get("role") != "input"]
    inputs = chosen.drop_vars([*others, "time"])
    every = _every(model, inputs, chosen["time"].values)
    told = []
    chance = random_variables(model)
    if left := [name for name in names if name in chance]:
        names = [name for name in names if name not in chance]
        told.append(f"{len(left)} variables depend on random numbers, of which PySD draws others: not compared")
    if not names and not told:
        return Agreement(0.0, 0, chosen.sizes["experiment"], ())
    if not names:
        raise ExperimentError(
            f"{model.name}: every saved variable depends on random numbers, and PySD draws others: "
            "there is nothing to compare."
        )
    first = _first(model, inputs, names, every) if patience is not None else None
    if first is not None and patience is not None and first.seconds * inputs.sizes["experiment"] > patience:
        asked, bearable = inputs.sizes["experiment"], max(1, int(patience / first.seconds))
        inputs, chosen = (table.isel(experiment=slice(0, bearable)) for table in (inputs, chosen))
        told.append(f"PySD is slow on this model: it made {bearable} of {asked} runs")
    if first is not None and inputs.sizes["experiment"] == 1:
        again = first.runs
    else:
        again = reference.simulate(model, inputs, save=names, every=every, progress=progress)
    if starts := _set_starts(model, chosen, again, inputs, names):
        inputs = inputs.assign(starts)
        again = reference.simulate(model, inputs, save=names, every=every)
    method = runs.attrs.get("integration", model.integration)
    if method != "euler":
        chosen = compiled.simulate(model, inputs, save=names, every=every, integration="euler")
        told.append(f"PySD knows Euler's method only: compared were runs by Euler's method, not by {method}")
    worst = max((_difference(chosen, again, name) for name in names), key=lambda found: found[0])
    if not worst[0] <= RELATIVE:
        raise EngineMismatch(_told(model, chosen, again, worst))
    return Agreement(worst[0], len(names), chosen.sizes["experiment"], tuple(told))


@dataclass(frozen=True)
class _First:
    """PySD's `runs` of the first experiment of a sample, and the `seconds` that they took."""

    runs: xr.Dataset
    seconds: float


def _first(model: Model, inputs: xr.Dataset, names: list[str], every: float | None) -> _First:
    translated(model.path, model.extensions)  # once for all runs, and not to be counted
    started = perf_counter()
    runs = reference.simulate(model, inputs.isel(experiment=slice(0, 1)), save=names, every=every)
    return _First(runs, perf_counter() - started)


def _set_starts(
    model: Model, chosen: xr.Dataset, again: xr.Dataset, inputs: xr.Dataset, names: list[str]
) -> dict[str, tuple[str, np.ndarray]]:
    """Initial values [experiment] that experiments set: runs keep them only as the first values of saved stocks.

    They are those in which PySD starts otherwise, but where the compiled engine, left alone, starts as PySD does.
    """

    def apart(here: xr.Dataset, there: xr.Dataset, name: str) -> bool:
        first, other = _begun(here[name].values), _begun(there[name].values)
        return not np.allclose(first, other, rtol=RELATIVE, atol=ABSOLUTE, equal_nan=True)

    suspects = [name for name in names if isinstance(model[name], Stock) and apart(chosen, again, name)]
    if not suspects:
        return {}
    own = compiled.simulate(model, inputs, save=suspects, integration="euler")
    return {name: ("experiment", _begun(chosen[name].values)) for name in suspects if not apart(own, again, name)}


def _begun(values: np.ndarray) -> np.ndarray:
    """The first value of each run, whenever it starts."""
    first: np.ndarray = values[np.arange(len(values)), (~np.isnan(values)).argmax(axis=1)]
    return first


def random_variables(model: Model) -> set[str]:
    """Names of all variables that depend on a random number, however far away."""
    users: dict[str, list[str]] = {}
    for variable in model.variables:
        for name in reads(variable):
            users.setdefault(name, []).append(variable.name)
    found: set[str] = set()
    pending = [variable.name for variable in model.of(Draw)]
    while pending:
        name = pending.pop()
        if name not in found:
            found.add(name)
            pending.extend(users.get(name, ()))
    return found


def _told(model: Model, chosen: xr.Dataset, again: xr.Dataset, worst: tuple[float, str, int, int]) -> str:
    difference, name, row, column = worst
    here = chosen[name].values[row, column]
    there = _at(again[name], chosen["time"].values[[column]])[row, 0]
    return (
        f'{model.name}: the compiled engine and PySD disagree on "{name}" at time '
        f"{chosen['time'].values[column]:g}, experiment {int(chosen['experiment'].values[row])}, scenario "
        f'"{chosen["scenario"].values[row]}": {here:.10g} against {there:.10g} (relative difference '
        f"{difference:.2g}, allowed {RELATIVE:g}). {DISTRUST}"
    )


def _sample(runs: xr.Dataset, size: int, seed: int) -> np.ndarray:
    """Rows of the sample: scenarios in turn, futures at random, failed runs never."""
    sound = np.flatnonzero(~runs["failed"].values) if "failed" in runs else np.arange(runs.sizes["experiment"])
    shuffled = np.random.default_rng(seed).permutation(sound)
    _, scenario = np.unique(runs["scenario"].values[shuffled].astype(str), return_inverse=True)
    grouped = np.argsort(scenario, kind="stable")
    turn = np.empty(len(shuffled), dtype=int)
    turn[grouped] = np.arange(len(shuffled)) - np.searchsorted(scenario[grouped], scenario[grouped])
    return np.sort(shuffled[np.lexsort((shuffled, turn))[:size]])


def _every(model: Model, inputs: xr.Dataset, times: np.ndarray) -> float | None:
    """How often PySD saves, so that all `times` are among its own; None where that is as the model says.

    Times are uneven when they were saved every so many time steps and a fraction: then PySD saves every step.
    """
    gaps = np.diff(times)
    if not len(gaps):
        return None
    if gaps.max() - gaps.min() <= _EVEN * gaps.min():
        return float(gaps.min())
    return None if TIME_STEP in inputs else control(model, TIME_STEP, model.constants.__getitem__)


def _at(variable: xr.DataArray, times: np.ndarray) -> np.ndarray:
    """Values [experiment, time] at `times`, to rounding; missing at those at which there is none."""
    gap = float(np.diff(times).min()) if len(times) > 1 else 1.0
    near = variable.reindex(
        time=times, method="nearest", tolerance=_EVEN * max(gap, float(np.abs(times).max()) * _EVEN)
    )
    return np.asarray(near.transpose("experiment", "time").values)


def _difference(runs: xr.Dataset, again: xr.Dataset, name: str) -> tuple[float, str, int, int]:
    """Largest relative difference of one variable with its row and column; infinite where only one is a number.

    Both may be missing at the same times: between the points of data, or where a run has ended.
    """
    here, there = runs[name].values, _at(again[name], runs["time"].values)
    own = np.isfinite(here)
    span = np.nanmax(np.where(own, here, -np.inf), axis=1) - np.nanmin(np.where(own, here, np.inf), axis=1)
    scale = np.maximum(np.maximum(np.abs(here), np.abs(there)), np.nan_to_num(span, posinf=0, neginf=0)[:, None])
    with np.errstate(invalid="ignore"):
        relative = np.abs(here - there) / (scale + ABSOLUTE / RELATIVE)
    relative = np.where(np.isnan(here) & np.isnan(there), 0.0, np.where(np.isnan(relative), np.inf, relative))
    row, column = np.unravel_index(int(np.argmax(relative)), relative.shape)
    return float(relative[row, column]), name, int(row), int(column)
