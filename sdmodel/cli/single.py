"""One run, from plain arrays or from labelled runs → what `run` prints and writes of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sdmodel.engine.compiled import trajectories
from sdmodel.engine.inputs import alone, inputs_of, integrated
from sdmodel.model.model import TIME_STEP, Model, Stock, Table
from sdmodel.runs.table import FIRST, Series

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True)
class Single:
    """Saved `times`, `courses` [time] and the number of each input that is set, by the model's own names.

    `under` is the scenario in words, with what is laid over it; "" where no study is asked.
    """

    model: Model
    times: np.ndarray
    courses: Mapping[str, np.ndarray]
    inputs: Mapping[str, float]
    failures: Iterable[str]
    under: str = ""

    @property
    def clock_unit(self) -> str:
        """The unit of time."""
        return self.model[TIME_STEP].unit

    @property
    def title(self) -> str:
        """The model, and the scenario in which it ran."""
        return f'{self.model.name}, "{self.under}"' if self.under else self.model.name

    @property
    def failure(self) -> str:
        """What was not finite first, and when: '"level" is inf at time 7'; "" for a sound run."""
        told = next(iter(self.failures), "")
        return told.partition("): ")[2] or told

    def columns(self) -> dict[str, Series]:
        """Every variable of the model in the file's order; constants, as they were set, as numbers."""
        columns = {FIRST: Series(self.times, _described(self.clock_unit, FIRST))}
        constants = {name: self.inputs.get(name, value) for name, value in self.model.constants.items()}
        for variable in self.model.visible():
            name = variable.name
            if not isinstance(variable, Table) and (name in self.courses or name in constants):
                numbers = self.courses[name] if name in self.courses else np.array(constants[name])
                columns[name] = Series(numbers, _described(variable.unit, name))
        return columns

    def summary(self) -> dict[str, Any]:
        """Start, stop, number of saved times, and for each stock its unit, first, last, lowest and highest value."""
        stocks = [stock for stock in self.model.of(Stock) if not stock.hidden]
        return {
            "model": self.model.name,
            **({"scenario": self.under} if self.under else {}),
            **({"failure": self.failure} if self.failure else {}),
            "start": float(self.times[0]),
            "stop": float(self.times[-1]),
            "saved": len(self.times),
            "stocks": {stock.name: {"unit": stock.unit, **_ends(self.courses[stock.name])} for stock in stocks},
        }


def of_arrays(model: Model, settings: Mapping[str, float], integration: str | None, seed: int | None) -> Single:
    """The run of `model` as its file has it, but for `settings` by its own names, without a labelled table.

    Raises:
        ExperimentError: what cannot be set.
    """
    model = integrated(model, integration)
    given = inputs_of(model, {name: np.array([value]) for name, value in settings.items()}, alone())
    made = trajectories(given, seed=seed)
    courses = {name: values[0] for name, values in made.values.items()}
    return Single(model, made.times, courses, settings, made.failures)


def of_runs(model: Model, runs: "xr.Dataset", under: str = "") -> Single:
    """The one run in `runs`, made under the scenario in those words."""
    found = {str(name): runs.variables[name] for name in runs.data_vars}
    courses = {name: one.values[0] for name, one in found.items() if "time" in one.dims}
    inputs = {name: float(one.values[0]) for name, one in found.items() if one.attrs["role"] == "input"}
    told = runs.attrs.get("failures") or _not_finite(courses, runs["time"].values)
    return Single(model, runs["time"].values, courses, inputs, told, under)


def _not_finite(courses: Mapping[str, np.ndarray], times: np.ndarray) -> list[str]:
    """What is infinite first, and when; the reference engine does not tell."""
    first = [(int(np.argmax(wrong)), name) for name, values in courses.items() if (wrong := np.isinf(values)).any()]
    return [f'"{name}" is {courses[name][step]:g} at time {times[step]:g}' for step, name in sorted(first)[:1]]


def _described(unit: str, name: str) -> dict[str, str]:
    return {"units": unit, "long_name": name} if unit else {"long_name": name}


def _ends(values: np.ndarray) -> dict[str, float | None]:
    """First, last, lowest and highest value, None for what is not finite; the last two leave out what is missing."""
    missing = bool(np.isnan(values).all())
    low, high = (np.nan, np.nan) if missing else (np.nanmin(values), np.nanmax(values))
    told = {"first": values[0], "last": values[-1], "min": low, "max": high}
    return {part: float(value) if np.isfinite(value) else None for part, value in told.items()}
