"""The shipped models and studies, and small experiments tables for them, as the tests of this folder use them."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import xarray as xr

from sdmodel.engine.compiled import simulate
from sdmodel.model.model import Model, Stock
from sdmodel.read import read
from sdmodel.study.file import read_study
from sdmodel.study.spec import Study

FOLDER = Path(__file__).parents[2] / "models"
NAMES = ("core_spiral", "lotka_volterra", "richardson", "sir", "spruce_budworm", "technology_security_dilemma")
DILEMMA = "technology_security_dilemma"

Row = Mapping[str, float]


@cache
def model(name: str = DILEMMA) -> Model:
    """The shipped model of that name."""
    return read(FOLDER / f"{name}.mdl")


@cache
def study(name: str = DILEMMA) -> Study:
    """The shipped study of that name."""
    return read_study(FOLDER / f"{name}.toml")


def experiments(name: str, rows: Sequence[Row]) -> xr.Dataset:
    """One experiment per row; a column that a row does not set keeps the model's own value there."""
    own = model(name).constants
    columns = dict.fromkeys(column for row in rows for column in row)
    return xr.Dataset(
        {
            column: ("experiment", [float(row[column] if column in row else own[column]) for row in rows])
            for column in columns
        },
        coords={
            "experiment": np.arange(len(rows)),
            "scenario": ("experiment", [f"row {number}" for number in range(len(rows))]),
            "future": ("experiment", np.zeros(len(rows), dtype=int)),
        },
    )


def run(name: str, rows: Sequence[Row], *, every: float | None = None, integration: str | None = None) -> xr.Dataset:
    """Runs (experiment, time) of the model of that name, one for each row, by the compiled engine."""
    return simulate(model(name), experiments(name, rows), every=every, integration=integration)


def dynamic_stocks() -> list[str]:
    """Stocks of the dilemma but for those that only add up: losses, payoffs and the hazard."""
    return [one.name for one in model().of(Stock) if "cumul" not in one.name and "payoff" not in one.name]


def scenario_rows(*over: str) -> dict[str, dict[str, float]]:
    """Settings of each scenario of the dilemma by its name, with shocks and variants of these names laid over."""
    asked = study()
    laid_over = {name: value for one in over for name, value in asked.overlays[one].settings.items()}
    return {name: _numbers({**scenario.settings, **laid_over}) for name, scenario in asked.scenarios.items()}


def _numbers(settings: Mapping[str, object]) -> dict[str, float]:
    assert all(isinstance(value, float | int) for value in settings.values()), settings
    return {name: float(value) for name, value in settings.items()}  # type: ignore[arg-type]
