"""Runs, one below the other → numbers by (scenario, future), so that scenarios meet each other in the same future."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import xarray as xr

from sdmodel.errors import RunsError
from sdmodel.runs.schema import FUTURE, SCENARIO, codes, values


@dataclass(frozen=True)
class Pairs:
    """`rows` (scenario, future): which experiment ran that scenario in that future; -1 where none did."""

    scenarios: tuple[str, ...]
    futures: np.ndarray
    rows: np.ndarray

    @property
    def present(self) -> np.ndarray:
        """bool (scenario, future): which were run."""
        return self.rows >= 0

    def spread(self, numbers: np.ndarray) -> np.ndarray:
        """Numbers over dim experiment → (scenario, future), NaN (or False) where there was no run."""
        missing = False if numbers.dtype.kind == "b" else np.nan
        return np.where(self.present, numbers[self.rows], missing)


def pairs(runs: xr.Dataset, order: Iterable[str] = ()) -> Pairs:
    """Who meets whom; scenarios in the given `order`, then as they appear. RunsError when a pair was run twice."""
    names, scenario = codes(runs[SCENARIO].values)
    futures, future = np.unique(values(runs, FUTURE), return_inverse=True)
    rows = np.full((len(names), len(futures)), -1, dtype=np.int64)
    rows[scenario, future] = np.arange(len(scenario))
    if (rows >= 0).sum() != len(scenario):
        raise RunsError(
            "the runs hold the same scenario in the same future more than once; analyse each set by itself."
        )
    known = list(order)
    ranked = sorted(range(len(names)), key=lambda n: known.index(names[n]) if names[n] in known else len(known) + n)
    return Pairs(tuple(names[position] for position in ranked), futures, rows[ranked])
