"""Control settings of experiments → groups of experiments that share one time axis."""

from collections import ChainMap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

import numpy as np

from sdmodel.errors import ExperimentError
from sdmodel.model.ending import behind
from sdmodel.model.evaluate import evaluate
from sdmodel.model.expr import references
from sdmodel.model.model import (
    CONTROLS,
    FINAL_TIME,
    INITIAL_TIME,
    SAVEPER,
    TIME_STEP,
    Auxiliary,
    Constant,
    Model,
    Table,
)

MOST_STEPS = 100_000_000
TOLERANCE = 1e-6  # of a time step: what rounding of decimal steps may amount to
Shared = TypeVar("Shared")


@dataclass(frozen=True)
class Clock:
    """`steps` of length `time_step` from `start`; values are saved at the step numbers `saves`, which are `times`."""

    start: float
    time_step: float
    steps: int
    saves: tuple[int, ...]

    @property
    def times(self) -> np.ndarray:
        """The saved times."""
        return self.start + np.array(self.saves) * self.time_step


@dataclass(frozen=True)
class Pace:
    """A clock whose end is not known yet: time steps of length `time_step` from `start`, saved every `save_every`."""

    start: float
    time_step: float
    save_every: float

    def until(self, steps: int) -> Clock:
        """The clock that ends after so many steps; its last value is saved if one is due, as PySD does."""
        saves = _saves(steps * self.time_step, self.time_step, self.save_every)
        return Clock(self.start, self.time_step, steps, tuple(int(step) for step in saves if step <= steps))


@lru_cache(maxsize=64)  # a sampler asks for the same one thousands of times
def clock(start: float, stop: float, time_step: float, save_every: float, where: str) -> Clock:
    """The steps from `start` to `stop`, saved at the first step that is not before each multiple of `save_every`.

    Steps are counted, times are never compared: decimal steps such as 0.1 end and save where they should.
    """
    _check((start, stop, time_step, save_every), (INITIAL_TIME, FINAL_TIME, TIME_STEP, SAVEPER), where)
    if stop < start:
        raise ExperimentError(f"{where}: FINAL TIME {stop:g} is before INITIAL TIME {start:g}.")
    length = (stop - start) / time_step
    if length > MOST_STEPS:
        raise ExperimentError(f"{where}: {length:,.0f} time steps, over {MOST_STEPS:,}; choose a larger TIME STEP.")
    steps = int(np.ceil(length - TOLERANCE))
    saves = _saves(stop - start, time_step, save_every)
    return Clock(start, time_step, steps, tuple(int(step) for step in saves if 0 <= step <= steps))


def _saves(span: float, time_step: float, save_every: float) -> np.ndarray:
    """The steps at which a value is due within `span`, rising."""
    wanted = np.arange(int(span / save_every + TOLERANCE) + 1)
    rising: np.ndarray = np.ceil(wanted * save_every / time_step - TOLERANCE).astype(np.int64)
    return rising[np.diff(rising, prepend=-1) > 0]


def _check(numbers: tuple[float, ...], names: tuple[str, ...], where: str) -> None:
    """Nothing if the settings, of which the time step and the time between saved values are the last, make sense."""
    for name, value in zip(names, numbers, strict=True):
        if not np.isfinite(value):
            raise ExperimentError(f"{where}: {name} is {value}; it must be a finite number.")
    time_step, save_every = numbers[-2:]
    if time_step <= 0 or save_every <= 0:
        raise ExperimentError(f"{where}: TIME STEP is {time_step:g} and SAVEPER {save_every:g}; both must be above 0.")


def control(model: Model, name: str, value: Callable[[str], float]) -> float:
    """The value of a control setting, which may be an equation on constants such as SAVEPER = TIME STEP."""
    variable = model[name]
    if isinstance(variable, Constant):
        return value(variable.name)
    if not isinstance(variable, Auxiliary):
        raise ExperimentError(f'{model.name}: "{name}" is not a number; a control setting must be one.')
    for read in references(variable.equation):
        if read not in model or not isinstance(model[read], Constant | Auxiliary):
            raise ExperimentError(
                f'{model.name}: "{name} = {variable.text}" changes during the run; it must be fixed from the start.'
            )
    return evaluate(variable.equation, lambda read: control(model, read, value), lambda table: _table(model, table))


def _table(model: Model, name: str) -> Table:
    table = model[name]
    assert isinstance(table, Table)
    return table


def clocks(model: Model, columns: Mapping[str, np.ndarray], n: int, every: float | None) -> dict[Clock, np.ndarray]:
    """The clock of each experiment: {clock: indices of the experiments that it drives}."""

    def one(value: Callable[[str], float], where: str) -> Clock:
        start, stop, time_step, saveper = (control(model, name, value) for name in CONTROLS)
        return clock(start, stop, time_step, saveper if every is None else every, where)

    return _shared(model, CONTROLS, columns, n, one)


def paces(model: Model, columns: Mapping[str, np.ndarray], n: int, every: float | None) -> dict[Pace, np.ndarray]:
    """The same where the end is not known yet, as FINAL TIME changes during the run."""
    names = (INITIAL_TIME, TIME_STEP, SAVEPER)

    def one(value: Callable[[str], float], where: str) -> Pace:
        start, time_step, saveper = (control(model, name, value) for name in names)
        own = (start, time_step, saveper if every is None else every)
        _check(own, names, where)
        return Pace(*own)

    return _shared(model, names, columns, n, one)


def _shared(
    model: Model,
    controls: tuple[str, ...],
    columns: Mapping[str, np.ndarray],
    n: int,
    one: Callable[[Callable[[str], float], str], Shared],
) -> dict[Shared, np.ndarray]:
    """What `one` makes of the `controls` of each experiment: {it: indices of the experiments that share it}."""
    settings = {name for name in controls for name in behind(model, name)}
    varying = {name: columns[name] for name in columns if name in settings}
    if not varying:
        return {one(model.constants.__getitem__, model.name): np.arange(n)}
    rows, inverse = np.unique(np.column_stack(list(varying.values())), axis=0, return_inverse=True)
    groups: dict[Shared, list[np.ndarray]] = {}
    for place, row in enumerate(rows):
        members = np.flatnonzero(inverse.reshape(-1) == place)
        numbers = ChainMap(dict(zip(varying, row, strict=True)), model.constants)
        own = one(numbers.__getitem__, f"{model.name}, experiment {members[0]}")
        groups.setdefault(own, []).append(members)
    return {own: np.sort(np.concatenate(members)) for own, members in groups.items()}
