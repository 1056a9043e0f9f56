"""Where a condition holds, by input, future and time → the finding "onset": from when on it holds for good, how often.

x, y                  the inputs that move (y has one value, NaN, where only x does)
x y                   onset                     of the base run; infinite: not for good before the end
                      onset_low onset_median onset_high      5, 50 and 95 % of the futures
                      by by_low by_high         share of futures in which it holds for good from the deadline on or
                                                earlier, with its 95 % interval
                      ever                      share of futures in which it holds for good before the end
x y time              holds                     share of futures in which it holds at that time
                      begun                     share in which it holds for good from that time on or earlier
                      apart apart_median apart_low apart_high
                                                the variable less what it is compared with: base run; 50, 5, 95 %
Where no future is drawn, the base run is the only one.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.wording import joined, number, share

NAME = "onset"
_BAND = (0.05, 0.5, 0.95)
_NORMAL = 1.959964  # two-sided 95 %
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Axis:
    """An input and its values; NaN alone where there is none."""

    name: str
    values: Floats
    unit: str = ""


@dataclass(frozen=True)
class Asked:
    """Whether `variable` is `word` ("above", "below") `than`, looked at from `since` on, judged at `deadline`.

    `than` is a number or the title of another scenario; `words` what that means, if said; `setting` what it is asked
    of.
    """

    study: str
    variable: str
    unit: str
    word: str
    than: str
    words: str
    setting: str
    x: Axis
    y: Axis
    since: float
    deadline: float
    seed: int
    runs: int
    caveats: tuple[str, ...] = ()

    @property
    def condition(self) -> str:
        """ "Chinese credibility below 0.1"."""
        return f"{self.variable} {self.word} {self.than}"

    @property
    def told(self) -> str:
        """The condition in words, or as it is."""
        return self.words or self.condition


@dataclass(frozen=True)
class Part:
    """What was found at one pair of x and y: `apart` [future, time], the base run first; NaN rows are failed runs."""

    apart: Floats


def from_then_on(holds: NDArray[np.bool_], times: Floats) -> Floats:
    """The first time [row] from which on `holds` [row, time] to the end; infinite where it does not hold at the end."""
    steady = np.logical_and.accumulate(holds[:, ::-1], axis=1)[:, ::-1]
    return np.where(steady[:, -1], times[steady.argmax(axis=1)], np.inf)


def wilson(hits: int, total: int) -> tuple[float, float]:
    """The 95 % interval of a share of which `hits` of `total` were seen; NaN of none.

    Source: Wilson (1927), Journal of the American Statistical Association 22(158).
    """
    if not total:
        return np.nan, np.nan
    part, z = hits / total, _NORMAL
    middle = (part + z * z / (2 * total)) / (1 + z * z / total)
    half = z / (1 + z * z / total) * np.sqrt(part * (1 - part) / total + z * z / (4 * total * total))
    return min(part, max(0.0, float(middle - half))), max(part, min(1.0, float(middle + half)))


def onset_finding(asked: Asked, times: Floats, parts: Mapping[tuple[int, int], Part]) -> Finding:
    """The finding of `parts`, by the places of x and y; see the docstring of the module for its table."""
    seen = times >= asked.since
    shape = (len(asked.x.values), len(asked.y.values))
    cells = {place: _cell(asked, times[seen], part.apart[:, seen]) for place, part in parts.items()}
    told: dict[str, tuple[tuple[str, ...], Floats]] = {}
    for name in cells[0, 0]:
        values = np.array([[cells[one, other][name] for other in range(shape[1])] for one in range(shape[0])])
        told[name] = (("x", "y", "time")[: values.ndim], values)
    some = parts[0, 0].apart
    attrs = {
        "study": asked.study,
        "variable": asked.variable,
        "unit": asked.unit,
        "condition": asked.condition,
        "told": asked.told,
        "setting": asked.setting,
        "since": asked.since,
        "deadline": asked.deadline,
        "seed": asked.seed,
        "futures": max(1, len(some) - 1),
        "drawn": int(len(some) > 1),
        "runs": asked.runs,
    }
    for letter, axis in (("x", asked.x), ("y", asked.y)):
        attrs |= {f"{letter}_name": axis.name, f"{letter}_unit": axis.unit}
    table = xr.Dataset(told, coords={"x": asked.x.values, "y": asked.y.values, "time": times[seen]}, attrs=attrs)
    failed = sum(int(np.isnan(part.apart[1:]).any(axis=1).sum()) for part in parts.values())
    note = (f"{failed:,} runs failed and are not counted.",) if failed else ()
    return Finding(NAME, table, _sentence(asked, table), (*asked.caveats, *note, *_notes(asked, table)))


def _cell(asked: Asked, times: Floats, apart: Floats) -> dict[str, float | Floats]:
    """All numbers of one pair of x and y."""
    base = apart[:1]
    drawn = apart[1:] if len(apart) > 1 else base
    sound = drawn[~np.isnan(drawn).any(axis=1)]
    holds = _holds(asked, sound)
    begun = from_then_on(holds, times)
    early = int((begun <= asked.deadline).sum())
    low, high = wilson(early, len(begun))
    levels = _levels(begun)
    middle = np.quantile(sound, _BAND, axis=0) if len(sound) else np.full((3, len(times)), np.nan)
    broken = bool(np.isnan(base).any())
    return {
        "onset": np.nan if broken else float(from_then_on(_holds(asked, base), times)[0]),
        **dict(zip(("onset_low", "onset_median", "onset_high"), levels, strict=True)),
        "by": early / len(begun) if len(begun) else np.nan,
        "by_low": low,
        "by_high": high,
        "ever": float(np.isfinite(begun).mean()) if len(begun) else np.nan,
        "holds": holds.mean(axis=0) if len(sound) else np.full(len(times), np.nan),
        "begun": (begun[:, None] <= times).mean(axis=0) if len(sound) else np.full(len(times), np.nan),
        "apart": base[0],
        **dict(zip(("apart_low", "apart_median", "apart_high"), middle, strict=True)),
    }


def _holds(asked: Asked, apart: Floats) -> NDArray[np.bool_]:
    return np.asarray(apart > 0 if asked.word == "above" else apart < 0)


def _levels(begun: Floats) -> list[float]:
    """Quantiles of times of which some never come: one that is there, never between two."""
    if not len(begun):
        return [np.nan] * len(_BAND)
    return [float(value) for value in np.quantile(begun, _BAND, method="inverted_cdf")]


def _sentence(asked: Asked, table: xr.Dataset) -> str:
    """The places where it holds most and least often by the deadline."""
    by = table["by"].values
    if np.isnan(by).all():
        return f"{asked.told}: every run failed."
    most, least = (np.unravel_index(find(by), by.shape) for find in (np.nanargmax, np.nanargmin))
    means = f"{asked.condition}; " if asked.words else ""
    head = f"{asked.told}, for good by {number(asked.deadline, of_time=True)} ({means}{asked.setting}):"
    if by[most] == by[least]:
        return f"{head} {_share(table, most)} wherever {_axes(asked)} stand{'' if asked.y.name else 's'}."
    most_told, least_told = (
        f"{_share(table, at)}, with {_place(asked, at)}, {_when(table, at)}" for at in (most, least)
    )
    return f"{head} most often, {most_told}; least often, {least_told}."


def _share(table: xr.Dataset, place: tuple[np.intp, ...]) -> str:
    total = int(table.attrs["futures"])
    if not table.attrs["drawn"]:
        return "in the base run" if table["by"].values[place] else "not in the base run"
    return share(round(float(table["by"].values[place]) * total), total)


def _when(table: xr.Dataset, place: tuple[np.intp, ...]) -> str:
    name, whose = ("onset_median", "median future") if table.attrs["drawn"] else ("onset", "base run")
    time = float(table[name].values[place])
    end = float(table["time"].values[-1])
    if not np.isfinite(time):
        return f"not by {number(end, of_time=True)} in the {whose}"
    return f"from {number(time, of_time=True)} on in the {whose}"


def _place(asked: Asked, place: tuple[np.intp, ...]) -> str:
    told = [
        f"{axis.name} {float(axis.values[at]):g}"
        for axis, at in zip((asked.x, asked.y), place, strict=True)
        if axis.name
    ]
    return joined(told)


def _axes(asked: Asked) -> str:
    return joined([axis.name for axis in (asked.x, asked.y) if axis.name])


def _notes(asked: Asked, table: xr.Dataset) -> list[str]:
    step = float(np.diff(table["time"].values).max()) if table.sizes["time"] > 1 else 0.0
    return [
        f"For good means at every saved time up to {number(float(table['time'].values[-1]), of_time=True)}; times are "
        f"exact to {number(step)}, and what holds from the start counts from {number(asked.since, of_time=True)}."
    ]
