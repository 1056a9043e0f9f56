"""Runs with outcomes → each outcome by (scenario, future), and the few numbers that say how two of them differ."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from sdmodel.analysis.centre import is_share
from sdmodel.analysis.pairs import Pairs
from sdmodel.runs.schema import failed, values
from sdmodel.study.terms import Outcome

SAME = 1e-12
"""Numbers that differ by less than this part of the larger one are the same."""


@dataclass(frozen=True)
class ByFuture:
    """An outcome by (scenario, future): a first time that never came is inf; `sound` tells where there is a value.

    `of_share` marks a yes or no, which is told as the share of futures in which it holds.
    """

    outcome: Outcome
    pairs: Pairs
    numbers: np.ndarray
    sound: np.ndarray
    unit: str
    of_share: bool

    def here(self, row: int) -> np.ndarray:
        """The sound numbers of one scenario."""
        return np.asarray(self.numbers[row][self.sound[row]])

    def both(self, one: int, other: int) -> tuple[np.ndarray, np.ndarray]:
        """Numbers of two scenarios in the futures in which both are sound."""
        sound = self.sound[one] & self.sound[other]
        return self.numbers[one][sound], self.numbers[other][sound]


def by_future(outcome: Outcome, met: Pairs, runs: xr.Dataset) -> ByFuture:
    """The numbers of `outcome` in `runs`, which `met` has sorted."""
    numbers = met.spread(values(runs, outcome.name).astype(float))
    unit = str(runs[outcome.name].attrs.get("units", ""))
    sound = met.present & ~met.spread(failed(runs))
    if outcome.reduce == "first":
        return ByFuture(outcome, met, np.where(sound & np.isnan(numbers), np.inf, numbers), sound, unit, of_share=False)
    sound &= ~np.isnan(numbers)
    return ByFuture(outcome, met, numbers, sound, unit, is_share(outcome, numbers[sound]))


def is_lower(here: np.ndarray, there: np.ndarray) -> np.ndarray:
    """Where `here` is lower by more than rounding."""
    size = np.maximum(np.abs(np.where(np.isinf(here), 0.0, here)), np.abs(np.where(np.isinf(there), 0.0, there)))
    return np.asarray(here < there - SAME * size)


def summary(numbers: np.ndarray) -> tuple[float, float, float, float]:
    """5 %, median, 95 % and mean of the finite numbers; NaN when there is none."""
    finite = numbers[np.isfinite(numbers)]
    if not len(finite):
        return (np.nan,) * 4
    low, median, high = (float(level) for level in np.quantile(finite, (0.05, 0.5, 0.95)))
    return low, median, high, float(finite.mean())


def share_of(holds: np.ndarray) -> float:
    """The share of futures in which it holds; NaN when there is none."""
    return float(holds.mean()) if len(holds) else np.nan
