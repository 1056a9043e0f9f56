"""A study → futures at chosen values: one uncertainty at a time, or all combinations."""

import math

import numpy as np
import xarray as xr

from sdmodel.design.distributions import Floats, levels, values_at
from sdmodel.design.futures import check_whole, futures_table, single_future
from sdmodel.errors import ExperimentError
from sdmodel.model.model import Model
from sdmodel.study.inputs import number_of
from sdmodel.study.spec import Study
from sdmodel.study.terms import Uncertainty

MOST_POINTS = 10_000
MOST_OF_GRID = 100_000


def one_at_a_time(study: Study, model: Model, points: int = 5) -> xr.Dataset:
    """Future 0 is the model as it stands; then each uncertainty moves alone through its range, at `points` values.

    Dataset with dim `future`; the coord `varied` (future) names the uncertainty that moves, "" for future 0. Where the
    model gives no number (a stock that starts from an equation), the median of the distribution stands for it.

    Raises:
        ExperimentError: `points` is not a whole number from 2.
    """
    points = check_whole("The number of points", points, least=2, most=MOST_POINTS)
    values = {name: levels(one, points) for name, one in study.uncertainties.items()}
    counts = [len(one) for one in values.values()]
    base = {name: _base(model, name, one) for name, one in study.uncertainties.items()}
    draws = {name: np.full(1 + sum(counts), base[name]) for name in values}
    row = 1
    for name, moved in values.items():
        draws[name][row : row + len(moved)] = moved
        row += len(moved)
    futures = futures_table(draws, row, design="one_at_a_time", seed=0)
    return futures.assign_coords(varied=("future", np.repeat(["", *values], [1, *counts])))


def full_grid(study: Study, points: int, *, max_futures: int = MOST_OF_GRID) -> xr.Dataset:
    """All combinations of `points` values of each uncertainty, the last one moving fastest; dim `future`.

    Raises:
        ExperimentError: there would be more than `max_futures`, or `points` is not a whole number from 1.
    """
    points = check_whole("The number of points", points, least=1, most=MOST_POINTS)
    if not study.uncertainties:
        return single_future("full_grid")
    values = {name: levels(one, points) for name, one in study.uncertainties.items()}
    count = math.prod(len(one) for one in values.values())
    if count > max_futures:
        raise ExperimentError(
            f"A full grid of {points} points for {len(values)} uncertainties has {_size(count)} futures, more than the "
            f"{max_futures:,} allowed. Take fewer points or uncertainties, or a design that grows slowly: sobol or lhs."
        )
    return futures_table(_product(values, count), count, design="full_grid", seed=0)


def _product(values: dict[str, Floats], count: int) -> dict[str, Floats]:
    draws, outer = {}, 1
    for name, one in values.items():
        inner = count // (outer * len(one))
        draws[name] = np.tile(np.repeat(one, inner), outer)
        outer *= len(one)
    return draws


def _base(model: Model, name: str, uncertainty: Uncertainty) -> float:
    value = number_of(model, name)
    return float(values_at(uncertainty, np.array([0.5]))[0]) if value is None else value


def _size(count: int) -> str:
    return f"{count:,}" if count < 10**15 else f"about 10^{int(math.log10(count))}"
