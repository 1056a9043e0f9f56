"""The reference engine: PySD itself, one run at a time. Slow, independent, and what the fast engine is held to."""

import re
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import xarray as xr

from sdmodel.engine.clock import Clock, clocks
from sdmodel.engine.inputs import Inputs, inputs, saved_names
from sdmodel.engine.labels import labelled
from sdmodel.engine.translated import Translated, place, reason, translated
from sdmodel.errors import ExperimentError
from sdmodel.model.evaluate import evaluate
from sdmodel.model.expr import Expr, Interpolate, Ref
from sdmodel.model.model import CONTROLS, TIME, Auxiliary, Constant, Described, Model, Stock, Table
from sdmodel.model.names import key

Progress = Callable[[int], None]
_KEYWORD = re.compile(r"\s*(:[A-Za-z ]+:)?\s*")


def simulate(
    model: Model,
    experiments: xr.Dataset | None = None,
    *,
    save: Iterable[str] | None = None,
    every: float | None = None,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Runs (experiment, time) of `save` by PySD, with the same arguments and answer as `compiled.simulate`.

    PySD has Euler's method only, whatever the model asks for. It keeps parameters, times and states from one run to
    the next, so each run loads the model anew, and is given the inputs of its experiment and the control settings:
    all other numbers are those that PySD itself read in the file.

    Raises:
        ExperimentError: inputs that do not fit, or a model that PySD cannot run; its own message is passed on.
    """
    given = inputs(model, experiments)
    names = saved_names(given.model, save)
    n = given.experiments.sizes["experiment"]
    groups = clocks(given.model, given.columns, n, every)
    times = np.unique(np.round(np.concatenate([clock.times for clock in groups]), 9))
    values = {name: np.full((n, len(times)), np.nan) for name in names}
    failed = np.zeros(n, dtype=bool)
    pysd = translated(model.path)
    for clock, members in groups.items():
        columns = np.searchsorted(times, np.round(clock.times, 9))
        for row in members:
            result = _run(pysd, model, given, clock, int(row), names)
            for name in names:
                values[name][row, columns] = result[name]
            failed[row] = not all(np.isfinite(result[name]).all() for name in names)
            if progress:
                progress(1)
    return labelled(model, given, times, values, failed, "pysd")


def _run(
    pysd: Translated, model: Model, given: Inputs, clock: Clock, row: int, names: tuple[str, ...]
) -> Mapping[str, np.ndarray]:
    """Values [time] of `names` in one experiment."""
    constants = given.model.constants | {name: float(column[row]) for name, column in given.columns.items()}
    saved = {name: pysd.identifier(model, model[name]) for name in names}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            parameters = _parameters(pysd, model, given, clock, constants)
            starts = _starts(pysd, model, given, parameters, constants)
            table = pysd.engine.run(
                params=parameters,
                initial_condition=(clock.start, starts) if starts else "original",
                final_time=clock.start + clock.steps * clock.time_step,
                time_step=clock.time_step,
                return_columns=list(dict.fromkeys(saved.values())),
                return_timestamps=list(clock.times),
                reload=True,
                flatten_output=False,
            )
            found = _columns(model, table, saved)
        except ExperimentError:
            raise
        except Exception as error:  # whatever breaks inside PySD: the run is not to be had from it
            raise ExperimentError(f"{model.name}: PySD cannot run experiment {row}: {reason(error)}") from None
    if len(table) != len(clock.times):
        raise ExperimentError(f"{model.name}: PySD saved {len(table)} times of {len(clock.times)} in experiment {row}.")
    return found


def _columns(model: Model, table: Any, saved: Mapping[str, str]) -> dict[str, np.ndarray]:
    """Values [time] by our own names; PySD gives each array as a column of arrays."""
    stacked: dict[str, np.ndarray] = {}
    found = {}
    for name, identifier in saved.items():
        column = table[identifier]
        first = column.iloc[0]
        if not isinstance(first, xr.DataArray) or not first.ndim:
            found[name] = np.asarray([float(value) for value in column])
            continue
        if identifier not in stacked:
            stacked[identifier] = np.stack([value.values for value in column]).astype(float)
        try:
            at = place(first, model[name].elements)
        except ExperimentError as error:
            raise ExperimentError(f'{model.name}: PySD cannot be compared on "{name}": {error}') from None
        found[name] = np.array([values[at] for values in stacked[identifier]])
    return found


def _parameters(
    pysd: Translated, model: Model, given: Inputs, clock: Clock, constants: Mapping[str, float]
) -> dict[str, Any]:
    """What PySD has to be told: controls, constants that the experiment sets, and courses of those that follow one."""
    told: dict[str, Any] = {name: constants[name] for name in CONTROLS if name in constants and name in model}
    told |= {name: constants[name] for name in given.columns if name in model and name not in CONTROLS}
    told |= _courses(model, given.model, clock, constants)
    parameters: dict[str, Any] = {}
    arrays: dict[str, dict[tuple[str, ...], Any]] = defaultdict(dict)
    for name, value in told.items():
        variable = model[name]
        if variable.array:
            arrays[variable.array][variable.elements] = value
        elif key(name) in pysd.identifiers or name not in CONTROLS:  # SAVEPER may be left out of a file
            parameters[pysd.identifier(model, variable)] = value
    for array, values in arrays.items():
        parameters[pysd.identifier(model, _elements(model, array)[0])] = _array(pysd, model, array, values)
    return parameters


def _elements(model: Model, array: str) -> list[Described]:
    return [variable for variable in model.variables if variable.array == array]


def _array(pysd: Translated, model: Model, array: str, values: Mapping[tuple[str, ...], Any]) -> Any:
    """An array of constants some of which are set, or follow a course: PySD can only be given the whole.

    Raises:
        ExperimentError: some other elements of the array are computed.
    """
    others = {}
    for variable in _elements(model, array):
        if variable.elements not in values:
            if not isinstance(variable, Constant):
                raise ExperimentError(
                    f'{model.name}: PySD cannot set a part of "{array}", as "{variable.name}" is computed.'
                )
            others[variable.elements] = variable.value
    identifier = pysd.identifier(model, _elements(model, array)[0])
    courses = [value for value in values.values() if not isinstance(value, float)]
    if not courses:
        return pysd.array(identifier, {**others, **values})
    index = courses[0].index
    at_each = [
        {elements: value if isinstance(value, float) else float(value.iloc[step]) for elements, value in values.items()}
        for step in range(len(index))
    ]
    return type(courses[0])([pysd.array(identifier, {**others, **now}) for now in at_each], index=index)


def _starts(
    pysd: Translated, model: Model, given: Inputs, parameters: Mapping[str, Any], constants: Mapping[str, float]
) -> dict[str, Any]:
    """Initial values of stocks that the experiment sets; of an array the others are what PySD itself starts from."""
    starts: dict[str, Any] = {}
    for stock in model.of(Stock):
        if f"{stock.name} @ initial" not in given.model:
            continue
        identifier, value = pysd.identifier(model, stock), constants[f"{stock.name} @ initial"]
        if not stock.array:
            starts[identifier] = value
            continue
        if identifier not in starts:
            starts[identifier] = _started(pysd, parameters, identifier)
        starts[identifier].values[place(starts[identifier], stock.elements)] = value
    return starts


def _started(pysd: Translated, parameters: Mapping[str, Any], identifier: str) -> xr.DataArray:
    pysd.engine.reload()
    pysd.engine.set_components(dict(parameters))
    pysd.engine.initialize()
    found: xr.DataArray = pysd.engine[identifier].copy(deep=True)
    return found


def _courses(model: Model, served: Model, clock: Clock, constants: Mapping[str, float]) -> dict[str, Any]:
    """Constants that follow a schedule, and data that the user gave, as series over the time steps.

    Raises:
        ExperimentError: data are missing between their points, and PySD would interpolate them.
    """
    import pandas as pd  # comes with PySD; only this engine needs it

    steps = clock.start + np.arange(clock.steps + 1) * clock.time_step
    found = {}
    for variable in served.of(Auxiliary):
        assert isinstance(variable, Auxiliary)
        if variable.name in model and (isinstance(model[variable.name], Constant) or _is_given(variable)):
            course = [_value(served, variable.equation, at, constants) for at in steps]
            if not np.isfinite(course).all():
                raise ExperimentError(f'{model.name}: PySD cannot be given data that are missing: "{variable.name}".')
            found[variable.name] = pd.Series(course, index=steps)
    return found


def _is_given(variable: Auxiliary) -> bool:
    """Whether it follows data that the user gave: the file has no equation for it, at most a keyword (:RAW:)."""
    followed = isinstance(variable.equation, Interpolate) and variable.equation.argument == Ref(TIME)
    return followed and not variable.hidden and _KEYWORD.fullmatch(variable.text) is not None


def _value(served: Model, expr: Expr, at: float, constants: Mapping[str, float]) -> float:
    def table(name: str) -> Table:
        found = served[name]
        assert isinstance(found, Table)
        return found

    return evaluate(expr, lambda name: at if name == TIME else constants[name], table)
