"""Model + table of experiments → the model that serves all of them and its inputs, one column an input that is set."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sdmodel.errors import ExperimentError
from sdmodel.model.expr import Ref
from sdmodel.model.model import CONTROLS, INTEGRATIONS, Auxiliary, Constant, Draw, Model, Stock
from sdmodel.model.names import did_you_mean, key
from sdmodel.runs.schema import check_experiments

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True)
class Labels:
    """Which experiment is which: its number, scenario and future [experiment]; `seed` is what their table has."""

    numbers: np.ndarray
    scenarios: np.ndarray
    futures: np.ndarray
    seed: Any = 0


@dataclass(frozen=True)
class Inputs:
    """`model` after schedules and initial values were made inputs; `columns` [experiment] by the name of its constant.

    `labels` are those of the experiments, one at least.
    """

    model: Model
    columns: dict[str, np.ndarray]
    labels: Labels


@dataclass(frozen=True)
class Tabled(Inputs):
    """Inputs and the table of `experiments` that they were taken from."""

    experiments: "xr.Dataset"


def alone() -> Labels:
    """The labels of one experiment in which the scenario is the model itself."""
    return Labels(np.array([0]), np.array(["model"], dtype=object), np.array([0]))


def one_experiment() -> "xr.Dataset":
    """The table with one experiment in which the model is as its file has it."""
    import xarray as xr  # half a second, and arrays alone do not need it

    coords = {
        "experiment": [0],
        "scenario": ("experiment", np.array(["model"], dtype=object)),
        "future": ("experiment", [0]),
    }
    return xr.Dataset(coords=coords)


def inputs(model: Model, experiments: "xr.Dataset | None") -> Tabled:
    """The inputs of `experiments` (None: one run of the model as it is).

    Raises:
        ExperimentError: what is no table of experiments; a column that is no input, or holds what is not a finite
            number.
    """
    table = one_experiment() if experiments is None else _with_coords(model, experiments)
    numbers, scenarios, futures = (table.variables[name].values for name in ("experiment", "scenario", "future"))
    labels = Labels(numbers, scenarios, futures, table.attrs.get("seed", 0))
    given = inputs_of(model, {str(name): table.variables[name].values for name in table.data_vars}, labels)
    return Tabled(given.model, given.columns, given.labels, table)


def inputs_of(model: Model, settings: Mapping[str, np.ndarray], labels: Labels) -> Inputs:
    """The inputs of the experiments `labels` that set `settings` [experiment], by the model's own names.

    Raises:
        ExperimentError: a name that is no input, or what is not a finite number.
    """
    names = list(settings)
    model = _with_control_inputs(_scheduled(model, names), names)
    columns: dict[str, np.ndarray] = {}
    stocks: list[str] = []
    for name in names:
        values = np.ascontiguousarray(settings[name], dtype=np.float64)
        _check_finite(model, labels, name, values)
        if name not in model:
            raise ExperimentError(_not_an_input(model, name))
        variable = model[name]
        if isinstance(variable, Stock):
            stocks.append(variable.name)
            columns[_initial_name(variable.name)] = values
        elif isinstance(variable, Constant):
            columns[variable.name] = values
        else:
            raise ExperimentError(_not_an_input(model, name))
    return Inputs(_with_initial_inputs(model, stocks), columns, labels)


def integrated(model: Model, integration: str | None) -> Model:
    """`model` with the method of integration that is asked for; None leaves it that of the file.

    Raises:
        ExperimentError: a method that does not exist.
    """
    if integration is None or integration == model.integration:
        return model
    if integration not in INTEGRATIONS:
        raise ExperimentError(
            f"{model.name}: there is no method of integration {integration!r}."
            f"{did_you_mean(str(integration), INTEGRATIONS)} The methods are {', '.join(INTEGRATIONS)}."
        )
    return replace(model, integration=integration)


def _with_coords(model: Model, experiments: "xr.Dataset") -> "xr.Dataset":
    """`experiments`, checked, with the coordinates that may be left out when a table is made by hand."""
    if set(experiments.sizes) != {"experiment"} or experiments.sizes["experiment"] == 0:
        raise ExperimentError("a table of experiments has the one dimension experiment, and at least one row.")
    n = experiments.sizes["experiment"]
    wanted = {
        "experiment": np.arange(n),
        "scenario": ("experiment", np.full(n, "model")),
        "future": ("experiment", np.arange(n)),
    }
    table = experiments.assign_coords({name: coord for name, coord in wanted.items() if name not in experiments.coords})
    check_experiments(table, f"{model.name}: experiments")
    return table


def _scheduled(model: Model, names: list[str]) -> Model:
    """`model` with a course in time for each constant that has columns of a schedule, "X @ start" and so on."""
    if not any(" @ " in name for name in names):
        return model
    # the words of studies, a fiftieth of a second that a run without them need not pay
    from sdmodel.study.schedules import scheduled

    return scheduled(model, names)


def _check_finite(model: Model, labels: Labels, name: str, values: np.ndarray) -> None:
    with np.errstate(over="ignore", invalid="ignore"):
        sound = bool(np.isfinite(values.sum()))  # three times faster than to look at each of them
    if not sound and not np.isfinite(values).all():
        row = int(np.flatnonzero(~np.isfinite(values))[0])
        where = f'experiment {int(labels.numbers[row])}, scenario "{labels.scenarios[row]}"'
        raise ExperimentError(f'{model.name}: {where}: input "{name}" is {values[row]}; it must be a finite number.')


def _not_an_input(model: Model, name: str) -> str:
    if name not in model:
        elements = [one.name for one in model.visible() if one.array and key(one.array) == key(name)]
        if elements:
            return (
                f'{model.name}: "{name}" is an array; set one of its {len(elements)} elements, such as "{elements[0]}".'
            )
        return (
            f'{model.name}: the model has no input "{name}".{did_you_mean(name, [*model.constants])} '
            '"sdmodel inspect" lists all constants.'
        )
    variable = model[name]
    said = f"is computed by {variable.text}" if isinstance(variable, Auxiliary) else "is not a constant"
    return f'{model.name}: "{variable.name}" cannot be set: it {said}. Set what it reads instead.'


def _initial_name(stock: str) -> str:
    return f"{stock} @ initial"


def _with_initial_inputs(model: Model, stocks: list[str]) -> Model:
    """`model` in which each of `stocks` starts from a constant of its own."""
    changed, added = [], []
    for name in stocks:
        stock = model[name]
        assert isinstance(stock, Stock)
        own = _initial_name(stock.name)
        fields = {field: getattr(stock, field) for field in stock.__dataclass_fields__}
        changed.append(Stock(**{**fields, "initial": Ref(own)}))
        added.append(Constant(name=own, unit=stock.unit, value=0.0, hidden=True))
    return model.replaced(changed, added)


def _with_control_inputs(model: Model, names: list[str]) -> Model:
    """`model` in which a control that is set is a constant, though the file computes it, as in SAVEPER = TIME STEP."""
    wanted = {key(name) for name in names} & {key(control) for control in CONTROLS}
    computed = [variable for variable in model.of(Auxiliary) if key(variable.name) in wanted]
    return model.replaced(Constant(name=control.name, unit=control.unit, value=0.0) for control in computed)


def saved_names(model: Model, save: Iterable[str] | None) -> tuple[str, ...]:
    """The model's own names of what to save: those of `save`, or every stock and auxiliary that the modeller wrote.

    A random draw is saved if it is named.

    Raises:
        ExperimentError: a name that the model lacks, or that has no course in time.
    """
    if save is None:
        return tuple(variable.name for variable in model.visible() if isinstance(variable, Auxiliary | Stock))
    if isinstance(save, str):
        raise ExperimentError(f"save is a list of names, not the text {save!r}.")
    names: dict[str, str] = {}
    for name in save:
        if name not in model:
            shown = [variable.name for variable in model.visible()]
            raise ExperimentError(f'{model.name}: cannot save "{name}": no such variable.{did_you_mean(name, shown)}')
        variable = model[name]
        if not isinstance(variable, Auxiliary | Stock | Draw):
            raise ExperimentError(f'{model.name}: cannot save "{name}": it is a {type(variable).__name__.lower()}.')
        names.setdefault(key(name), variable.name)
    return tuple(names.values())
