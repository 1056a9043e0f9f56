"""Control settings of experiments → groups of experiments that share one time axis."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from sdmodel.errors import ExperimentError
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
_TOLERANCE = 1e-6  # of a time step: what rounding of decimal steps may amount to


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


def clock(start: float, stop: float, time_step: float, save_every: float, where: str) -> Clock:
    """The steps from `start` to `stop`, saved at the first step that is not before each multiple of `save_every`.

    Steps are counted, times are never compared: decimal steps such as 0.1 end and save where they should.
    """
    for name, value in ((INITIAL_TIME, start), (FINAL_TIME, stop), (TIME_STEP, time_step), (SAVEPER, save_every)):
        if not np.isfinite(value):
            raise ExperimentError(f"{where}: {name} is {value}; it must be a finite number.")
    if time_step <= 0 or save_every <= 0:
        raise ExperimentError(f"{where}: TIME STEP is {time_step:g} and SAVEPER {save_every:g}; both must be above 0.")
    if stop < start:
        raise ExperimentError(f"{where}: FINAL TIME {stop:g} is before INITIAL TIME {start:g}.")
    length = (stop - start) / time_step
    if length > MOST_STEPS:
        raise ExperimentError(f"{where}: {length:,.0f} time steps, over {MOST_STEPS:,}; choose a larger TIME STEP.")
    steps = int(np.ceil(length - _TOLERANCE))
    wanted = np.arange(int((stop - start) / save_every + _TOLERANCE) + 1)
    rising = np.ceil(wanted * save_every / time_step - _TOLERANCE).astype(np.int64)
    saves = rising[np.diff(rising, prepend=-1) > 0]
    return Clock(start, time_step, steps, tuple(int(step) for step in saves if 0 <= step <= steps))


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
    settings = {name for name in CONTROLS for name in _behind(model, name)}
    varying = {name: columns[name] for name in columns if name in settings}
    if not varying:
        return {_one(model, {}, every, model.name): np.arange(n)}
    rows, inverse = np.unique(np.column_stack(list(varying.values())), axis=0, return_inverse=True)
    groups: dict[Clock, list[np.ndarray]] = {}
    for place, row in enumerate(rows):
        members = np.flatnonzero(inverse.reshape(-1) == place)
        own = _one(model, dict(zip(varying, row, strict=True)), every, f"{model.name}, experiment {members[0]}")
        groups.setdefault(own, []).append(members)
    return {own: np.sort(np.concatenate(members)) for own, members in groups.items()}


def _behind(model: Model, name: str) -> set[str]:
    """`name` and every variable that its equation reads."""
    found, pending = set(), [name]
    while pending:
        variable = model[pending.pop()]
        if variable.name not in found:
            found.add(variable.name)
            pending.extend(read for expr in variable.expressions() for read in references(expr) if read in model)
    return found


def _one(model: Model, changed: dict[str, float], every: float | None, where: str) -> Clock:
    def value(name: str) -> float:
        return changed.get(name, model.constants[name])

    start, stop, time_step, saveper = (
        control(model, name, value) for name in (INITIAL_TIME, FINAL_TIME, TIME_STEP, SAVEPER)
    )
    return clock(start, stop, time_step, saveper if every is None else every, where)
