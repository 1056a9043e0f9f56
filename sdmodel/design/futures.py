"""Columns of values → futures: the labelled table in which each row is one draw of all uncertainties."""

from collections.abc import Mapping

import numpy as np
import xarray as xr

from sdmodel.design.distributions import Floats
from sdmodel.errors import ExperimentError

MOST_FUTURES = 2**30


def futures_table(draws: Mapping[str, Floats], count: int, *, design: str, seed: int, first: int = 0) -> xr.Dataset:
    """Dataset with dim `future`, coord `future` = `first` … and one variable for each uncertainty.

    Attributes `design` and `seed` tell how it was made.
    """
    return xr.Dataset(
        {name: ("future", values) for name, values in draws.items()},
        coords={"future": np.arange(first, first + count, dtype=np.int64)},
        attrs={"design": design, "seed": seed},
    )


def single_future(design: str = "single", seed: int = 0) -> xr.Dataset:
    """The one future of a study in which nothing is uncertain."""
    return futures_table({}, 1, design=design, seed=seed)


def check_whole(what: str, value: int, *, least: int, most: int = MOST_FUTURES) -> int:
    """`value` itself when it is a whole number from `least` to `most`.

    Raises:
        ExperimentError: it is not.
    """
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not least <= value <= most:
        raise ExperimentError(f"{what} must be a whole number from {least} to {most:,}, not {value!r}.")
    return int(value)
