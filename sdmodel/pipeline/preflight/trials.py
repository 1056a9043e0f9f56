"""Model → how far its results hang on the integration: half the time step, and another method."""

from dataclasses import dataclass
from math import ceil

import numpy as np
import xarray as xr

from sdmodel.engine import compiled
from sdmodel.engine.clock import Clock
from sdmodel.engine.crosscheck import random_variables
from sdmodel.engine.inputs import saved_names
from sdmodel.model.model import CONTROLS, TIME_STEP, Model, Stock

_MOST_VALUES = 4_000_000  # kept at once: variables × times
_SMALLEST_RANGE = 0.01  # of the largest value: a variable that hardly moves is measured by its size


@dataclass(frozen=True)
class Moved:
    """`variable` changed by `share` of its range at `time`: from `before` to `after`."""

    variable: str
    is_stock: bool
    share: float
    time: float
    before: float
    after: float


def as_it_is(model: Model, names: tuple[str, ...], *, integration: str | None = None) -> xr.Dataset:
    """One run of `names` as the file has it, or by another method."""
    every = _every(compiled.own_clock(model), len(names))
    return compiled.simulate(model, save=names, every=every, integration=integration)


def compared(model: Model) -> tuple[str, ...]:
    """The names of what is compared: all that the modeller wrote and that does not depend on random numbers."""
    chance = random_variables(model)
    return tuple(name for name in saved_names(model, None) if name not in chance and name not in CONTROLS)


def by_half_the_step(model: Model, names: tuple[str, ...]) -> list[Moved]:
    """What changes when TIME STEP is halved, the most first."""
    clock = compiled.own_clock(model)
    halved = xr.Dataset({TIME_STEP: ("experiment", [clock.time_step, clock.time_step / 2])})
    runs = compiled.simulate(model, halved, save=names, every=_every(clock, len(names)))
    return _moved(model, names, runs.isel(experiment=0), runs.isel(experiment=1))


def by_another_method(model: Model, names: tuple[str, ...]) -> tuple[str, list[Moved]]:
    """The other method (rk4 for a model by Euler's method, euler for others) and what changes, the most first."""
    other = "rk4" if model.integration == "euler" else "euler"
    here, there = (as_it_is(model, names, integration=method).isel(experiment=0) for method in (None, other))
    return other, _moved(model, names, here, there)


def _every(clock: Clock, variables: int) -> float:
    """Time between compared values: about the model's SAVEPER, a multiple of TIME STEP, longer where there are many."""
    spacing = round((clock.steps + 1) / max(1, len(clock.saves)))
    fewest = ceil((clock.steps + 1) * variables / _MOST_VALUES)
    return clock.time_step * max(1, spacing, fewest)


def _moved(model: Model, names: tuple[str, ...], here: xr.Dataset, there: xr.Dataset) -> list[Moved]:
    found = [one for name in names if (one := _of(model, name, here, there)) is not None]
    return sorted(found, key=lambda one: -one.share)


def _of(model: Model, name: str, here: xr.Dataset, there: xr.Dataset) -> Moved | None:
    before, after = here[name].values, there[name].values
    sound = np.isfinite(before) & np.isfinite(after)
    if not sound.any():
        return None
    before, after, times = before[sound], after[sound], here["time"].values[sound]
    scale = max(float(np.ptp(before)), _SMALLEST_RANGE * float(np.abs(before).max()))
    change = np.abs(after - before)
    worst = int(np.argmax(change))
    share = float(change[worst] / scale) if scale else float(change[worst] > 0)
    numbers = float(times[worst]), float(before[worst]), float(after[worst])
    return Moved(name, isinstance(model[name], Stock), share, *numbers)
