"""An input moved up and down again, slowly → the finding "hysteresis": does the way back lead over other states?

Two branches count as apart only if they still are after far longer settling, and if neither rests where a small push
would carry it away: near a threshold a model is slow, and slowness looks like a fold but is none.
"""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.tipping.jacobian import Numbers
from sdmodel.analysis.wording import joined, number

NAME = "hysteresis"
UP, DOWN = "up", "down"
DIRECTIONS = (UP, DOWN)


@dataclass(frozen=True)
class Fold:
    """A branch ends between `low` and `high` of the input, on the way `direction`: the variable jumps."""

    direction: str
    low: float
    high: float
    before: float
    after: float

    @property
    def at(self) -> float:
        return (self.low + self.high) / 2


@dataclass(frozen=True)
class Scan:
    """What was seen: `variable` [direction, value] and states [direction, value, stock] at the input's `values`.

    `apart` [value] marks two branches, `slow` [value] points that differed at first and did not after longer settling,
    `open_` [value] those that still differed without being proven. `settling` is the time given at each value,
    `longest` the time after which branches were judged.
    """

    values: Numbers
    variable: Numbers
    states: Numbers
    apart: NDArray[np.bool_]
    slow: NDArray[np.bool_]
    open_: NDArray[np.bool_]
    folds: tuple[Fold, ...]
    settling: float
    longest: float


@dataclass(frozen=True)
class Told:
    """Names and units around a scan."""

    model: str
    setting: str
    name: str
    unit: str
    base: float
    watched: str
    watched_unit: str
    stocks: tuple[str, ...]
    time: float
    time_unit: str
    caveats: tuple[str, ...] = ()


def stretches(apart: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and last place of each stretch of places that are apart."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], apart.astype(np.int8), [0]])))
    return [(int(begin), int(end) - 1) for begin, end in zip(edges[::2], edges[1::2], strict=True)]


def hysteresis_finding(scan: Scan, told: Told) -> Finding:
    """The finding: dims direction, value (of the input), stock and fold.

    variable (direction, value); state (direction, value, stock); apart and slow (value); fold_at, fold_low, fold_high,
    fold_before, fold_after and fold_direction (fold).
    """
    table = xr.Dataset(
        {
            "variable": (("direction", "value"), scan.variable),
            "state": (("direction", "value", "stock"), scan.states),
            "apart": ("value", scan.apart),
            "slow": ("value", scan.slow),
            "open": ("value", scan.open_),
            "fold_at": ("fold", np.array([one.at for one in scan.folds], dtype=float)),
            "fold_low": ("fold", np.array([one.low for one in scan.folds], dtype=float)),
            "fold_high": ("fold", np.array([one.high for one in scan.folds], dtype=float)),
            "fold_before": ("fold", np.array([one.before for one in scan.folds], dtype=float)),
            "fold_after": ("fold", np.array([one.after for one in scan.folds], dtype=float)),
            "fold_direction": ("fold", np.array([one.direction for one in scan.folds], dtype=np.str_)),
        },
        coords={
            "direction": np.array(DIRECTIONS, dtype=np.str_),
            "value": scan.values,
            "stock": np.array(told.stocks, dtype=np.str_),
        },
        attrs={
            "model": told.model,
            "setting": told.setting,
            "input": told.name,
            "input_unit": told.unit,
            "base": told.base,
            "watched": told.watched,
            "watched_unit": told.watched_unit,
            "time": told.time,
            "time_unit": told.time_unit,
            "settling": scan.settling,
            "longest": scan.longest,
        },
    )
    return Finding(NAME, table, _sentence(scan, told), (*told.caveats, *_caveats(scan, told)))


def _sentence(scan: Scan, told: Told) -> str:
    low, high = number(float(scan.values[0])), number(float(scan.values[-1]), told.unit)
    moved = f"{told.name} moved from {low} to {high} and back ({told.setting})"
    if not scan.apart.any():
        least, most = float(scan.variable.min()), float(scan.variable.max())
        between = f"{told.watched} runs between {number(least)} and {number(most, told.watched_unit)}"
        return f"{moved}: no fold; the way back leads over the same states, {between}."
    parts = [_stretch(scan, told, *one) for one in stretches(scan.apart)]
    jumps = [
        f"on the way {one.direction} {told.watched} jumps from {number(one.before)} to "
        f"{number(one.after, told.watched_unit)} at {number(one.at, told.unit)}"
        for one in scan.folds
    ]
    return f"{moved}: {joined(parts)}{f'; {joined(jumps)}' if jumps else ''}."


def _stretch(scan: Scan, told: Told, begin: int, end: int) -> str:
    low, high = number(float(scan.values[begin])), number(float(scan.values[end]), told.unit)
    words = f"two stable states from {low} to {high} at least"
    if begin == 0:
        words += ", and the way down does not jump back within the range"
    return words


def _caveats(scan: Scan, told: Told) -> list[str]:
    settling, longest = number(scan.settling, told.time_unit), number(scan.longest, told.time_unit)
    said = [f"At each of {len(scan.values)} values the model had {settling} to settle, longer where branches differed."]
    if slow := int(scan.slow.sum()):
        points = f"{slow} value{'s' if slow > 1 else ''}"
        said.append(f"At {points} the branches differed at first, but not after {longest} or at rest: slow, no fold.")
    if doubtful := int(scan.open_.sum()):
        said.append(
            f"At {doubtful} value{'s' if doubtful > 1 else ''} the branches still differed after {longest}, but were "
            "not near states of rest (they may swing): not counted as a fold."
        )
    said.append(
        f"{told.name} is moved while the clock stands still at {number(told.time, of_time=True)}: "
        "what else changes with time keeps its value. States that neither way passes are not seen."
    )
    return said
