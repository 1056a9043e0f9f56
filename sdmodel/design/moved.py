"""A scenario and levers that move → experiments: rows in which any lever has any value, each in one of the futures.

ground    the scenario in all futures, with a column for everything that may be moved
rows      for each row a future of the ground, and the columns that differ from it
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sdmodel.design.asked import draws_of
from sdmodel.design.distributions import Floats
from sdmodel.design.futures import single_future
from sdmodel.design.rows import plan_of, table_of
from sdmodel.errors import ExperimentError
from sdmodel.model.model import Model
from sdmodel.study.schedules import RAMP, columns
from sdmodel.study.search.spec import Lever
from sdmodel.study.spec import Study
from sdmodel.study.terms import Schedule, Setting

Ints = NDArray[np.int64]
_RAMP = Schedule(ramp=(0.0, 1.0, 0.0))


@dataclass(frozen=True)
class Ground:
    """`columns` [future] of a scenario; `numbers` [future] of its futures; attributes of the table."""

    scenario: str
    columns: Mapping[str, Floats]
    numbers: Ints
    attributes: Mapping[str, object]

    @property
    def futures(self) -> int:
        """How many futures there are."""
        return len(self.numbers)

    def table(self, future: Ints, moved: Mapping[str, Floats]) -> xr.Dataset:
        """Experiments: row i in future `future[i]` (a place, not a number), with the columns `moved` [row]."""
        own = {name: moved.get(name, values[future]) for name, values in self.columns.items()}
        return xr.Dataset(
            {name: ("experiment", np.ascontiguousarray(values, dtype=np.float64)) for name, values in own.items()},
            coords={
                "experiment": np.arange(len(future), dtype=np.int64),
                "scenario": ("experiment", np.repeat(np.array([self.scenario], dtype=np.str_), len(future))),
                "future": ("experiment", self.numbers[future]),
            },
            attrs=dict(self.attributes),
        )


def ground(
    study: Study,
    model: Model,
    scenario: str,
    futures: xr.Dataset | None = None,
    *,
    constants: Iterable[str] = (),
    ramps: Iterable[str] = (),
    tables: Mapping[str, int] | None = None,
) -> Ground:
    """The scenario of the bound `study` in `futures` (None: one, the model as it stands), ready to be moved.

    `constants` are moved by a number, `ramps` in a straight line; `tables` have so many points in time.

    Raises:
        ExperimentError: one of them follows a course in time in the scenario, or is an equation of the model.
    """
    drawn = draws_of(model, single_future() if futures is None else futures)
    row = study.scenarios[scenario].settings
    moved: dict[str, Setting] = {**dict.fromkeys(constants, 0.0), **dict.fromkeys(ramps, _RAMP)}
    moved |= {name: _points(count) for name, count in (tables or {}).items()}
    if fixed := next((name for name in moved if isinstance(row.get(name), Schedule)), None):
        raise ExperimentError(
            f'In scenario "{scenario}" the lever "{fixed}" follows a course in time, so that no number can move it. '
            "Name another scenario."
        )
    table = table_of(plan_of(model, [row, moved], drawn.draws), {scenario: row}, drawn, {"study": study.name})
    own = {str(name): np.asarray(one.values, dtype=np.float64) for name, one in table.data_vars.items()}
    return Ground(scenario, own, drawn.numbers, dict(table.attrs))


def at_once(ground: Ground, lever: Lever, future: Ints, intensity: Floats) -> dict[str, Floats]:
    """The column of a lever that has moved by `intensity` [row] of its way from the start of the run on."""
    return {lever.name: _reached(ground.columns[lever.name], lever, future, intensity)}


def in_time(
    ground: Ground, lever: Lever, future: Ints, intensity: Floats, begin: Floats | float, over: Floats | float
) -> dict[str, Floats]:
    """The columns of a lever that begins to move at `begin` and has moved by `intensity` after `over`."""
    names = columns(lever.name, _RAMP, 0.0)
    start, *ramp = names
    assert len(ramp) == len(RAMP)
    value = _reached(ground.columns[start], lever, future, intensity)
    ends = np.broadcast_to(begin, value.shape), np.broadcast_to(np.add(begin, over), value.shape)
    return dict(zip(ramp, (*ends, value), strict=True))


def through_points(name: str, points: Sequence[tuple[float, Floats]]) -> dict[str, Floats]:
    """The columns of an input that goes in straight lines through `points`: a time, and values [row]."""
    first = points[0][1]
    columns = {f"{name} @ start": first}
    for number, (time, values) in enumerate(points, start=1):
        columns[f"{name} @ time {number}"] = np.full(len(first), time)
        columns[f"{name} @ value {number}"] = values
    return columns


def _points(count: int) -> Schedule:
    return Schedule(table=tuple((float(point), 0.0) for point in range(count)))


def _reached(own: Floats, lever: Lever, future: Ints, intensity: Floats) -> Floats:
    near = own[future] if lever.near is None else lever.near
    return np.asarray(near + intensity * (lever.far - near), dtype=np.float64)
