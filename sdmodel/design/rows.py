"""Settings of each scenario and draws of each future → the table of experiments, one row for each pair."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from sdmodel.design.asked import Draws
from sdmodel.design.distributions import Floats
from sdmodel.errors import ExperimentError
from sdmodel.model.expr import Number
from sdmodel.model.model import Constant, Model
from sdmodel.study.inputs import origin
from sdmodel.study.schedules import Form, columns, form_of
from sdmodel.study.terms import Schedule, Setting


@dataclass(frozen=True)
class Plan:
    """The inputs of all rows: where the model has their values from, and the form of those that follow schedules."""

    origins: dict[str, Constant | Number | None]
    forms: dict[str, Form]


def plan_of(model: Model, settings: Sequence[Mapping[str, Setting]], drawn: Iterable[str]) -> Plan:
    """The plan that fits all `settings` and the draws of the inputs `drawn`; columns in the order of the model."""
    names = set(drawn).union(*settings)
    ordered = [variable.name for variable in model.variables if variable.name in names]
    forms = {name: form_of(one[name] for one in settings if name in one) for name in ordered}
    return Plan(
        origins={name: origin(model, name) for name in ordered},
        forms={name: form for name, form in forms.items() if form is not None},
    )


def table_of(
    plan: Plan, rows: Mapping[str, Mapping[str, Setting]], drawn: Draws, told: Mapping[str, str]
) -> xr.Dataset:
    """Experiments: for each label of `rows`, its settings in all futures of `drawn`; attributes of both, and `told`.

    Raises:
        ExperimentError: a row does not set what others set, and the model gives it no number.
    """
    futures = len(drawn.numbers)
    data: dict[str, Floats] = {}
    for name in plan.origins:
        cells = [_cells(plan, name, label, row, drawn.draws) for label, row in rows.items()]
        for column in cells[0] if cells else ():
            data[column] = np.concatenate([np.broadcast_to(cell[column], futures) for cell in cells], dtype=np.float64)
    labels = np.array(list(rows), dtype=np.str_)
    along = {name: ("experiment", np.tile(values, len(rows))) for name, values in drawn.coords.items()}
    return xr.Dataset(
        {name: ("experiment", values) for name, values in data.items()},
        coords={
            "experiment": np.arange(len(rows) * futures, dtype=np.int64),
            "scenario": ("experiment", np.repeat(labels, futures)),
            "future": ("experiment", np.tile(drawn.numbers, len(rows))),
            **along,
        },
        attrs={**drawn.attributes, **told},
    )


def _cells(
    plan: Plan, name: str, label: str, row: Mapping[str, Setting], draws: Mapping[str, Floats]
) -> dict[str, float | Floats]:
    """The columns of input `name` in all futures of one scenario."""
    setting = row.get(name, Schedule())
    if not isinstance(setting, Schedule) and name not in plan.forms:
        return {name: setting}
    default = _default(plan, name, row, draws)
    if default is None:
        raise ExperimentError(
            f'Scenario "{label}" does not set "{name}", which other rows set, and the model gives it no number but an '
            f"equation. Set it in all scenarios or in none."
        )
    if name not in plan.forms:
        return {name: default}
    cells = columns(name, setting, default, plan.forms[name])
    return cells


def _default(plan: Plan, name: str, row: Mapping[str, Setting], draws: Mapping[str, Floats]) -> float | Floats | None:
    """What `name` is where the scenario does not set it: its draw, or what its origin in the model is in this row."""
    source = plan.origins[name]
    if name in draws:
        return draws[name]
    if not isinstance(source, Constant) or source.name == name:
        return None if source is None else source.value
    setting = row.get(source.name)
    if isinstance(setting, Schedule):
        return None
    return draws.get(source.name, source.value) if setting is None else setting
