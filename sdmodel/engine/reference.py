"""The reference engine: PySD itself, one run at a time. Slow, independent, and what the fast engine is held to."""

import re
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import xarray as xr

from sdmodel.engine.clock import Clock, Pace, clocks, paces
from sdmodel.engine.failures import sound
from sdmodel.engine.inputs import Inputs, inputs, saved_names
from sdmodel.engine.labels import labelled
from sdmodel.engine.translated import Translated, place, reason, translated
from sdmodel.errors import ExperimentError
from sdmodel.model.ending import moving
from sdmodel.model.evaluate import evaluate
from sdmodel.model.expr import Expr, Interpolate, Ref
from sdmodel.model.missing import missing
from sdmodel.model.model import CONTROLS, TIME, Auxiliary, Constant, Described, Model, Stock, Table
from sdmodel.model.names import key

Progress = Callable[[int], None]
_FIRST_GUESS = 1_000  # steps
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
    n, own = given.experiments.sizes["experiment"], moving(given.model)
    pysd = translated(model.path, model.extensions)
    found: dict[int, tuple[np.ndarray, Mapping[str, np.ndarray]]] = {}
    groups = (paces if own else clocks)(given.model, given.columns, n, every)
    for clock, members in groups.items():
        for row in map(int, members):
            if isinstance(clock, Clock):
                found[row] = _run(pysd, model, given, clock, row, names)
            else:
                found[row] = _run_to_its_end(pysd, model, given, clock, row, names)
            if progress:
                progress(1)
    times = np.unique(np.concatenate([own_times for own_times, _ in found.values()]))
    values = {name: np.full((n, len(times)), np.nan) for name in names}
    failed, gaps = np.zeros(n, dtype=bool), missing(given.model)
    for row, (own_times, result) in found.items():
        columns = np.searchsorted(times, own_times)
        for name in names:
            values[name][row, columns] = result[name]
        failed[row] = not all(sound(result[name], name in gaps).all() for name in names)
    own = own or any(len(own_times) < len(times) for own_times, _ in found.values())
    return labelled(model, given, times, values, failed, "pysd", own_times=own)


def _run(
    pysd: Translated, model: Model, given: Inputs, clock: Clock, row: int, names: tuple[str, ...]
) -> tuple[np.ndarray, Mapping[str, np.ndarray]]:
    """Times and values [time] of `names` in one experiment."""
    when = {"final_time": clock.start + clock.steps * clock.time_step, "return_timestamps": list(clock.times)}
    length, found = _by_pysd(pysd, model, given, clock, row, names, when)
    if length != len(clock.times):
        raise ExperimentError(f"{model.name}: PySD saved {length} times of {len(clock.times)} in experiment {row}.")
    return np.round(clock.times, 9), found


def _run_to_its_end(
    pysd: Translated, model: Model, given: Inputs, pace: Pace, row: int, names: tuple[str, ...]
) -> tuple[np.ndarray, Mapping[str, np.ndarray]]:
    """The same where FINAL TIME changes during the run: PySD itself finds the end, and saves every step.

    Courses of constants are told up to an end that is guessed, so the run is made again if it lasts longer.
    """
    clock, length = pace.until(_FIRST_GUESS), 0
    found: Mapping[str, np.ndarray] = {}
    while length == 0 or length > clock.steps + 1:
        clock = pace.until(max(clock.steps, length - 1))
        length, found = _by_pysd(pysd, model, given, clock, row, names, {"saveper": pace.time_step})
    own = pace.until(length - 1)
    return np.round(own.times, 9), {name: values[list(own.saves)] for name, values in found.items()}


def _by_pysd(
    pysd: Translated,
    model: Model,
    given: Inputs,
    clock: Clock,
    row: int,
    names: tuple[str, ...],
    when: Mapping[str, Any],
) -> tuple[int, Mapping[str, np.ndarray]]:
    """How many times PySD saved, and values [time] of `names`; `when` is what it is told of end and saved times."""
    constants = given.model.constants | {name: float(column[row]) for name, column in given.columns.items()}
    saved = {name: pysd.identifier(model, model[name]) for name in names}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            parameters = _parameters(pysd, model, given, clock, constants)
            starts = _starts(pysd, model, given, parameters, clock.start, constants)
            _restart(pysd, clock.start)
            table = pysd.engine.run(
                params=parameters,
                initial_condition=(clock.start, starts) if starts else "original",
                time_step=clock.time_step,
                return_columns=list(dict.fromkeys(saved.values())),
                flatten_output=False,
                **when,
            )
            return len(table), _columns(model, table, saved)
        except ExperimentError:
            raise
        except Exception as error:  # whatever breaks inside PySD: the run is not to be had from it
            raise ExperimentError(f"{model.name}: PySD cannot run experiment {row}: {reason(error)}") from None


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
    return {name: _by_step(pysd, value, clock) if _has_gaps(value) else value for name, value in parameters.items()}


def _has_gaps(course: Any) -> bool:
    """Whether a course misses values at some steps; PySD would interpolate, so that their neighbours went as well."""
    if isinstance(course, float | xr.DataArray):
        return False
    return not all(np.isfinite(value).all() for value in course)


def _by_step(pysd: Translated, course: Any, clock: Clock) -> Callable[[], Any]:
    """A course over the time steps as a component of PySD, which has its value at each step and nothing between."""

    def component() -> Any:
        step = round((pysd.engine.time() - clock.start) / clock.time_step)
        return course.iloc[min(step, len(course) - 1)]

    return component


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


def _restart(pysd: Translated, start: float) -> None:
    """PySD's model as new, but for the time at which it starts: an input of that name does not move its clock."""
    pysd.engine.reload()
    pysd.engine.components._control_vars["initial_time"] = lambda: start
    pysd.engine.time.set_control_vars(initial_time=start)


def _starts(
    pysd: Translated,
    model: Model,
    given: Inputs,
    parameters: Mapping[str, Any],
    start: float,
    constants: Mapping[str, float],
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
            starts[identifier] = _started(pysd, parameters, start, identifier)
        starts[identifier].values[place(starts[identifier], stock.elements)] = value
    return starts


def _started(pysd: Translated, parameters: Mapping[str, Any], start: float, identifier: str) -> xr.DataArray:
    _restart(pysd, start)
    pysd.engine.set_components(dict(parameters))
    pysd.engine.initialize()
    found: xr.DataArray = pysd.engine[identifier].copy(deep=True)
    return found


def _courses(model: Model, served: Model, clock: Clock, constants: Mapping[str, float]) -> dict[str, Any]:
    """Constants that follow a schedule, and data that the user gave, as series over the time steps."""
    import pandas as pd  # comes with PySD; only this engine needs it

    steps = clock.start + np.arange(clock.steps + 1) * clock.time_step
    found = {}
    for variable in served.of(Auxiliary):
        assert isinstance(variable, Auxiliary)
        if variable.name in model and (isinstance(model[variable.name], Constant) or _is_given(variable)):
            course = [_value(served, variable.equation, at, constants) for at in steps]
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
