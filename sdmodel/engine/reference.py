"""The reference engine: PySD itself, one run at a time. Slow, independent, and what the fast engine is held to."""

import atexit
import inspect
import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import xarray as xr

from sdmodel.engine.clock import Clock, clocks
from sdmodel.engine.inputs import Inputs, inputs, saved_names
from sdmodel.engine.kept import keep, kept, place_of
from sdmodel.engine.labels import labelled
from sdmodel.errors import ExperimentError
from sdmodel.model.evaluate import evaluate
from sdmodel.model.expr import Expr
from sdmodel.model.model import TIME, Auxiliary, Constant, Model, Stock
from sdmodel.read.abstract import abstract_model
from sdmodel.read.screen import screen

Progress = Callable[[int], None]


def simulate(
    model: Model,
    experiments: xr.Dataset | None = None,
    *,
    save: Iterable[str] | None = None,
    every: float | None = None,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Runs (experiment, time) of `save` by PySD, with the same arguments and answer as `compiled.simulate`.

    PySD keeps parameters, times and states from one run to the next, so each run is given all constants and all
    control settings, and starts from the original initial values.

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
    engine = _translated(model.path)
    for clock, members in groups.items():
        columns = np.searchsorted(times, np.round(clock.times, 9))
        for row in members:
            result = _run(engine, model, given, clock, int(row), names)
            for name in names:
                values[name][row, columns] = result[name]
            failed[row] = not all(np.isfinite(result[name]).all() for name in names)
            if progress:
                progress(1)
    return labelled(model, given, times, values, failed, "pysd")


def _run(
    engine: Any, model: Model, given: Inputs, clock: Clock, row: int, names: tuple[str, ...]
) -> Mapping[str, np.ndarray]:
    """Values [time] of `names` in one experiment."""
    constants = given.model.constants | {name: float(column[row]) for name, column in given.columns.items()}
    parameters: dict[str, Any] = {name: value for name, value in constants.items() if name in model.constants}
    parameters |= _courses(model, given.model, clock, constants)
    starts = {name: constants[f"{name} @ initial"] for name in _set_stocks(model, given.model)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            table = engine.run(
                params=parameters,
                initial_condition=(clock.start, starts) if starts else "original",
                final_time=clock.start + clock.steps * clock.time_step,
                time_step=clock.time_step,
                return_columns=[name for name in names if name in model],
                return_timestamps=list(clock.times),
                reload=True,
            )
        except Exception as error:  # whatever breaks inside PySD: the run is not to be had from it
            raise ExperimentError(f"{model.name}: PySD cannot run experiment {row}: {error!r}") from None
    if len(table) != len(clock.times):
        raise ExperimentError(f"{model.name}: PySD saved {len(table)} times of {len(clock.times)} in experiment {row}.")
    return {name: np.asarray(table[name], dtype=float) for name in names}


def _set_stocks(model: Model, served: Model) -> list[str]:
    return [stock.name for stock in model.of(Stock) if f"{stock.name} @ initial" in served]


def _courses(model: Model, served: Model, clock: Clock, constants: Mapping[str, float]) -> dict[str, Any]:
    """Constants that follow a schedule, as series over the time steps: PySD knows no other way."""
    import pandas as pd  # comes with PySD; only this engine needs it

    scheduled = [v for v in served.of(Auxiliary) if v.name in model and isinstance(model[v.name], Constant)]
    steps = clock.start + np.arange(clock.steps + 1) * clock.time_step
    return {
        variable.name: pd.Series([_value(variable.equation, at, constants) for at in steps], index=steps)
        for variable in scheduled
        if isinstance(variable, Auxiliary)
    }


def _value(expr: Expr, at: float, constants: Mapping[str, float]) -> float:
    def no_table(name: str) -> Any:
        raise AssertionError(f"a schedule reads no table, yet here is {name}")

    return evaluate(expr, lambda name: at if name == TIME else constants[name], no_table)


@lru_cache(maxsize=4)
def _translated(path: str) -> Any:
    """PySD's model object, in a temporary folder: PySD writes Python files beside the model."""
    import pysd

    folder = Path(tempfile.mkdtemp(prefix="sdmodel-reference-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)  # PySD reads its module again before each run
    copy = Path(shutil.copy(path, folder / "reference_model.mdl"))
    module = copy.with_suffix(".py")
    text, encoding = screen(copy)
    place = place_of(
        "\n".join((text, pysd.__version__, sys.version, *map(inspect.getsource, (_mended, _regrouped)))), ".py"
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if code := kept(place):
            module.write_bytes(code)
        else:
            _translate(abstract_model(copy, text, encoding))
            if set(folder.iterdir()) == {copy, module}:
                keep(place, module.read_bytes())
        return pysd.load(str(module))


def _translate(abstract: Any) -> None:
    """Have PySD write its module beside the model file that `abstract` came from."""
    import black
    from pysd.builders.python.python_model_builder import ModelBuilder

    # PySD spends nearly all of its build on formatting code that nobody reads
    with patch.object(black, "format_file_contents", lambda code, **_: code):
        ModelBuilder(_mended(abstract)).build_model()


def _mended(node: Any) -> Any:
    """PySD's tree without two of its known faults: literals as floats, :AND: before :OR:.

    An initial value written as an integer makes PySD's Smooth truncate; its flat operator list ignores precedence.
    """
    if isinstance(node, int) and not isinstance(node, bool):
        return float(node)
    if isinstance(node, list | tuple):
        return type(node)(_mended(item) for item in node)
    if not is_dataclass(node) or isinstance(node, type):
        return node
    for field in fields(node):
        if field.name not in ("order", "subscripts", "limits"):
            object.__setattr__(node, field.name, _mended(getattr(node, field.name)))
    operators = [str(operator).upper() for operator in getattr(node, "operators", ())]
    return _regrouped(node) if ":AND:" in operators and ":OR:" in operators else node


def _regrouped(node: Any) -> Any:
    kind, groups = type(node), [[node.arguments[0]]]
    for operator, argument in zip(node.operators, node.arguments[1:], strict=True):
        if operator.upper() == ":AND:":
            groups[-1].append(argument)
        else:
            groups.append([argument])
    joined = [kind([":AND:"] * (len(group) - 1), tuple(group)) if len(group) > 1 else group[0] for group in groups]
    return kind([":OR:"] * (len(joined) - 1), tuple(joined))
