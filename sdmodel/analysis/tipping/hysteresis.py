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
RESTS, SLOW, SWINGS, GROWS = range(4)
"""What a state does after long settling: it is at rest, on its way there, swings, or grows without end."""


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
class Other:
    """A stable state that the scan does not reach: the input's `value`, and what is watched there.

    `below` tells that a stock is below zero in it, where the model states no limit and the run does not go.
    """

    value: float
    watched: float
    below: bool = False


@dataclass(frozen=True)
class Scan:
    """What was seen: `variable` [direction, value] and states [direction, value, stock] at the input's `values`.

    `apart` [value] marks two branches, `slow` [value] points that differed at first and did not after longer settling,
    or are on their way to rest, `open_` [value] those that still differed without being proven. `settling` is the time
    given at each value, `longest` the time after which branches were judged. `course` [value] tells what the livelier
    of both states does in the end; `others` are stable states that neither way reaches.
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
    course: NDArray[np.int8]
    others: tuple[Other, ...] = ()

    @property
    def restless(self) -> NDArray[np.bool_]:
        """[value]: it does not settle, so that nothing can be said of folds."""
        return np.asarray(self.course >= SWINGS)


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

    variable (direction, value); state (direction, value, stock); apart, slow, open, swings and grows (value); fold_at,
    fold_low, fold_high, fold_before, fold_after and fold_direction (fold); other_at and other (other): stable states
    that the scan does not reach.
    """
    table = xr.Dataset(
        {
            "variable": (("direction", "value"), scan.variable),
            "state": (("direction", "value", "stock"), scan.states),
            "apart": ("value", scan.apart),
            "slow": ("value", scan.slow),
            "open": ("value", scan.open_),
            "swings": ("value", scan.course == SWINGS),
            "grows": ("value", scan.course == GROWS),
            "other_at": ("other", np.array([one.value for one in scan.others], dtype=float)),
            "other": ("other", np.array([one.watched for one in scan.others], dtype=float)),
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
    restless = _restless(scan, told)
    others = _others(scan, told)
    if not scan.apart.any():
        return f"{moved}: {'; '.join([one for one in (restless, _no_fold(scan, told)) if one])}{others}."
    parts = [_stretch(scan, told, *one) for one in stretches(scan.apart)]
    jumps = [
        f"on the way {one.direction} {told.watched} jumps from {number(one.before)} to "
        f"{number(one.after, told.watched_unit)} at {number(one.at, told.unit)}"
        for one in scan.folds
    ]
    more = [joined(parts), *([joined(jumps)] if jumps else []), *([restless] if restless else [])]
    return f"{moved}: {'; '.join(more)}{others}."


def _no_fold(scan: Scan, told: Told) -> str:
    """What is said where no fold was met, of the values at which the model settles; nothing where it never does."""
    calm = ~scan.restless
    if not calm.any():
        return ""
    where = "at the others no fold was met" if scan.restless.any() else "no fold was met on this way"
    unsure = calm & ((scan.course == SLOW) | scan.open_)
    but = f" but at {_values(int(unsure.sum()))}, where it is still on its way" if unsure.any() else ""
    sure = calm & ~unsure
    seen = scan.variable[:, sure if sure.any() else calm]
    least, most = float(seen.min()), float(seen.max())
    between = f"{told.watched} runs between {number(least)} and {number(most, told.watched_unit)}"
    return f"{where}; the way back leads over the same states{but}, {between}"


def _restless(scan: Scan, told: Told) -> str:
    """ "X does not settle: it grows without end at 18 of 41 values (inflow from 0.948 to 1.5)"."""
    parts = []
    for course, words in ((SWINGS, "swings"), (GROWS, "grows without end")):
        if (there := scan.course == course).any():
            at = scan.values[there]
            places = f"from {number(float(at[0]))} to {number(float(at[-1]), told.unit)}"
            places = number(float(at[0]), told.unit) if len(at) == 1 else places
            every = f"all {len(there)}" if there.all() else f"{int(there.sum())} of {len(there)}"
            parts.append(f"it {words} at {every} values ({told.name} {places})")
    return f"{told.watched} does not settle: {joined(parts)}, and nothing is said of folds there" if parts else ""


def _others(scan: Scan, told: Told) -> str:
    if not scan.others:
        return ""
    at = joined(
        [
            f"{number(one.watched, told.watched_unit)} with {told.name} {number(one.value, told.unit)}"
            for one in scan.others
        ]
    )
    below = sum(one.below for one in scan.others)
    where = ", below zero, where the run does not go" if below == len(scan.others) else ""
    return f"; another stable state exists that this scan does not reach{where}: {told.watched} {at}"


def _values(count: int) -> str:
    return f"{count} value{'s' if count > 1 else ''}"


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
        said.append(
            f"At {_values(slow)} the branches differed at first, but not after {longest} or at rest, "
            "or are on their way to rest: slow, no fold."
        )
    if moving := int((scan.open_ & scan.restless).sum()):
        said.append(f"At {_values(moving)} the branches differ because nothing comes to rest: not counted as a fold.")
    if doubtful := int((scan.open_ & ~scan.restless).sum()):
        said.append(
            f"At {_values(doubtful)} the branches still differed after {longest}, but were not near states of rest: "
            "not counted as a fold."
        )
    said.append(
        f"{told.name} is moved while the clock stands still at {number(told.time, of_time=True)}: "
        "what else changes with time keeps its value. States that neither way passes are looked for at both ends and "
        "in the middle only."
    )
    return said
