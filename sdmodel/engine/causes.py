"""Runs that failed → values that rest on a stock which is no longer finite, though they are finite themselves.

A run fails when any stock or saved value leaves the finite range. That says nothing of a saved variable which does not
depend on what failed. One that does mostly is not finite either; but a comparison, a choice or a division by infinity
can hide it. So what failed is looked for among the stocks that each variable depends on.
"""

from collections.abc import Iterable

import numpy as np

from sdmodel.model.model import Model, Stock
from sdmodel.printers.program import dependencies


def doubtful(model: Model, saved: Iterable[str], values: np.ndarray, rows: np.ndarray) -> dict[int, tuple[str, ...]]:
    """Places among `saved` whose `values` [saved, experiment, time] are finite in some of the failed `rows`.

    With the stocks, by name, on which each of these depends (itself left out); without any it is no matter of doubt.
    """
    found = {}
    for place, name in enumerate(saved):
        if np.isfinite(values[place][rows]).all(axis=1).any():
            stocks = (one.name for one in dependencies(model, name) if isinstance(one, Stock) and one.name != name)
            found[place] = tuple(stocks)
    return {place: stocks for place, stocks in found.items() if stocks}


def no_value(values: np.ndarray, courses: np.ndarray, which: list[int], rows: np.ndarray) -> None:
    """Writes NaN into `values` [experiment, time] of the `rows`, from when on one of the stocks is not finite.

    `which` of the `courses` [stock, row, time] count.
    """
    broken = np.maximum.accumulate((~np.isfinite(courses[which])).any(axis=0), axis=1)
    values[rows] = np.where(broken, np.nan, values[rows])
