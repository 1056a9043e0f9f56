"""Runs made by hand for the tests of this folder."""

import numpy as np
import xarray as xr

NAMES = ("US suspicion", "person/year", "a.b", "__hidden", "größe %", "x" * 400, "..", "con", "time step ", "tilde~2f")


def made(count: int = 12, first: int = 0, *, names: tuple[str, ...] = NAMES, times: int = 5) -> xr.Dataset:
    """`count` runs from experiment `first` on, two scenarios, every value telling its place."""
    experiment = np.arange(first, first + count)
    scenario = np.array(["status_quo", "status_quo + pandemic"])[experiment % 2]
    runs = xr.Dataset(
        coords={
            "experiment": experiment,
            "scenario": ("experiment", scenario),
            "future": ("experiment", experiment // 2),
            "time": ("time", np.linspace(2020.0, 2045.0, times), {"units": "Year"}),
        },
        attrs={"model": "m.mdl", "seed": 7, "versions": {"numpy": "2"}, "design": "lhs"},
    )
    for place, name in enumerate(names):
        values = place + experiment[:, None] + np.arange(times) / 7.0
        runs[name] = (("experiment", "time"), values, {"role": "trajectory", "units": "days", "long_name": name})
    runs["confirmation bias"] = ("experiment", experiment / 3.0, {"role": "input", "long_name": "confirmation bias"})
    runs["failed"] = ("experiment", experiment % 5 == 0, {"role": "status", "long_name": "failed"})
    return runs
