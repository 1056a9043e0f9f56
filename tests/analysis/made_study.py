"""A study and runs with known answers for the tests of this folder."""

from pathlib import Path

import numpy as np
import xarray as xr

from sdmodel.study.spec import Study
from sdmodel.study.terms import Outcome, Scenario, Shock, Uncertainty

TIMES = np.array([2020.0, 2021.0, 2023.0, 2027.0])


def study(*outcomes: Outcome, **changed) -> Study:
    """Two scenarios and a shock, two uncertainties."""
    settings = {
        "name": "s",
        "title": "A study",
        "model": Path("m.mdl"),
        "baseline": "status_quo",
        "scenarios": {
            "status_quo": Scenario("status_quo", "Status quo", {}),
            "managed": Scenario("managed", "Managed interdependence", {}),
        },
        "shocks": {"pandemic": Shock("pandemic", "a pandemic", {})},
        "outcomes": {outcome.name: outcome for outcome in outcomes},
        "caveats": ("From the study.",),
    }
    return Study(**(settings | changed))


def uncertain(*names: str) -> dict[str, Uncertainty]:
    return {name: Uncertainty(name, "uniform", 0.0, 1.0) for name in names}


def of_trajectories(trajectories, times=TIMES, **inputs) -> xr.Dataset:
    """Runs of one variable "x", each its own future of the status quo."""
    trajectories = np.asarray(trajectories, dtype=float)
    count = len(trajectories)
    runs = xr.Dataset(
        {"x": (("experiment", "time"), trajectories, {"role": "trajectory", "units": "%"})},
        coords={
            "experiment": np.arange(count),
            "scenario": ("experiment", np.array(["status_quo"] * count, dtype=object)),
            "future": ("experiment", np.arange(count)),
            "time": ("time", np.asarray(times, dtype=float), {"units": "Year"}),
        },
    )
    runs["failed"] = ("experiment", np.zeros(count, dtype=bool), {"role": "status"})
    return runs.assign({name: ("experiment", column, {"role": "input"}) for name, column in inputs.items()})


def of_outcomes(by_scenario: dict[str, dict[str, object]], **inputs) -> xr.Dataset:
    """Runs with outcomes given by scenario and name, one number a future; inputs are the same in every scenario."""
    first = next(iter(next(iter(by_scenario.values())).values()))
    futures, scenarios = len(first), list(by_scenario)  # type: ignore[arg-type]
    runs = of_trajectories(np.zeros((futures * len(scenarios), len(TIMES))))
    runs = runs.assign_coords(
        scenario=("experiment", np.repeat(scenarios, futures).astype(object)),
        future=("experiment", np.tile(np.arange(futures), len(scenarios))),
    )
    for name in next(iter(by_scenario.values())):
        column = np.concatenate([np.asarray(given[name], dtype=float) for given in by_scenario.values()])
        runs[name] = ("experiment", column, {"role": "outcome", "units": "%"})
    for name, column in inputs.items():
        runs[name] = ("experiment", np.tile(np.asarray(column, dtype=float), len(scenarios)), {"role": "input"})
    return runs
