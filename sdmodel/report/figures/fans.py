"""Trajectories of the compared scenarios → one fan chart for each variable: median, 50 % and 90 % bands over time."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sdmodel.analysis.bands import QUANTILE, bands
from sdmodel.analysis.wording import joined
from sdmodel.model.model import Model
from sdmodel.model.names import key
from sdmodel.report.cast import Member
from sdmodel.report.embed import label, rounded
from sdmodel.report.figures.figure import Figure
from sdmodel.report.figures.traces import band
from sdmodel.report.text import number, unit, upper_first
from sdmodel.runs.schema import SCENARIO, TIME, TRAJECTORY, named
from sdmodel.study.spec import Study

POINTS = 101  # times drawn at most: more than a panel has pixels to tell apart
DEFAULT_PANELS = 6
DASHES = ("solid", "dash", "dot", "dashdot")


def fans(runs: xr.Dataset, study: Study, model: Model, members: Sequence[Member]) -> tuple[Figure, ...]:
    """A fan chart for each variable of `study.figures`; without any, for the variables of the outcomes."""
    compared = [member for member in members if member.compared]
    names = shown(runs, study)
    if not names:
        return ()
    quantiles = bands(_only(runs, compared), names)
    return tuple(
        _panel(f"fan-{place}", quantiles[name], _unit(runs, name, study, model), _is_risk(study, name), compared)
        for place, name in enumerate(names)
    )


def shown(runs: xr.Dataset, study: Study) -> list[str]:
    """The trajectories that are drawn, under their names in the runs."""
    stored = {key(name): name for name in named(runs, TRAJECTORY)}
    asked = study.figures or tuple(outcome.variable for outcome in study.outcomes.values())
    found = list(dict.fromkeys(stored[key(name)] for name in asked if key(name) in stored))
    return found if study.figures else (found or list(stored.values()))[:DEFAULT_PANELS]


def _only(runs: xr.Dataset, compared: Sequence[Member]) -> xr.Dataset:
    chosen = np.isin(runs[SCENARIO].values.astype(str), [member.label for member in compared])
    return runs if chosen.all() else runs.isel(experiment=np.flatnonzero(chosen))


def _unit(runs: xr.Dataset, name: str, study: Study, model: Model) -> str:
    """The unit that the study gives to an outcome made of single values of the variable, else the model's own."""
    same = ("at", "last", "min", "max", "mean")
    given = [o.unit for o in study.outcomes.values() if key(o.variable) == key(name) and o.reduce in same and o.unit]
    own = str(runs[name].attrs.get("units", "")) or (model[name].unit if name in model else "")
    return unit(given[0] if given else own)


def _is_risk(study: Study, name: str) -> bool:
    return any(outcome.risk and key(outcome.variable) == key(name) for outcome in study.outcomes.values())


def _panel(place: str, quantiles: xr.DataArray, unit_name: str, risk: bool, compared: Sequence[Member]) -> Figure:
    time = np.asarray(quantiles[TIME].values, dtype=float)
    every = {member: quantiles.sel({SCENARIO: member.label}).transpose(QUANTILE, TIME).values for member in compared}
    found = {member: _thinned(time, q) for member, q in every.items()}
    levels = {member: q for member, (_, q) in found.items() if q.size}
    below_first = list(reversed(levels.items()))  # the headline pair comes first in the cast, and is drawn on top
    traces = [trace for member, q in below_first for trace in _bands(member, found[member][0], q)]
    traces += [_line(member, found[member][0], q) for member, q in below_first]
    name = str(quantiles.name)
    return Figure(
        key=place,
        title=upper_first(name),
        alt=_alt(name, {member: found[member] for member in levels}),
        spec={"data": traces, "layout": {"yaxis": _axis(list(levels.values())), "hovermode": "x"}},
        above=str(quantiles.attrs.get("centred", unit_name)),
        height=230,
        risk=risk,
        note=_note(every),
        rows=tuple(_row(member, every[member]) for member in levels),
    )


def _thinned(time: NDArray[np.float64], q: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The times that are drawn, of those at which there are values, and the quantiles [level, time] there."""
    there = np.flatnonzero(np.isfinite(q).all(axis=0))
    chosen = there[np.unique(np.linspace(0, there.size - 1, min(POINTS, there.size)).round().astype(int))]
    return time[chosen], q[:, chosen]


def _note(every: Mapping[Member, NDArray[np.float64]]) -> str:
    """What is to be said of times and scenarios without values; empty where all have one."""
    gaps = {member: ~np.isfinite(q).all(axis=0) for member, q in every.items()}
    without = [member.title for member, gap in gaps.items() if gap.all()]
    if not any(gap.any() for gap in gaps.values()):
        return ""
    drawn = [gap for gap in gaps.values() if gap.any() and not gap.all()]
    words = ["Drawn at the times at which there are values, with straight lines between them."] if drawn else []
    words += [f"Without any value: {joined(without)}."] if without else []
    return " ".join(words)


def _line(member: Member, time: NDArray[np.float64], q: NDArray[np.float64]) -> dict[str, Any]:
    """The median; pointing at it tells the median and the 90 % range."""
    ranges = [f" ({number(low)} – {number(high)})" if low < high else "" for low, high in zip(q[0], q[4], strict=True)]
    return {
        "type": "scatter",
        "mode": "lines",
        "meta": member.slot,
        "visible": member.drawn,
        "name": label(member.title),
        "x": rounded(time, 7),
        "y": rounded(q[2]),
        "customdata": [f"{number(middle)}{ends}" for middle, ends in zip(q[2], ranges, strict=True)],
        "hovertemplate": "%{fullData.name}<br>%{customdata}<extra></extra>",
        "line": {
            "color": member.colour,
            "width": 2.6 if member.headline else 1.8,
            "dash": DASHES[member.turn % len(DASHES)],
        },
    }


def _bands(member: Member, time: NDArray[np.float64], q: NDArray[np.float64]) -> list[dict[str, Any]]:
    """The 90 % and the 50 % band; none where all futures are one."""
    if np.array_equal(q[0], q[-1]):
        return []
    outer, inner = (0.13, 0.22) if member.headline else (0.07, 0.15)
    return [
        {**band(time, low, high, f"{member.colour}/{opacity}"), "meta": member.slot, "visible": member.drawn}
        for low, high, opacity in ((q[0], q[4], outer), (q[1], q[3], inner))
    ]


def _axis(levels: Sequence[NDArray[np.float64]]) -> dict[str, Any]:
    """From zero where zero is near, so that sizes are not exaggerated; else fitted to the bands."""
    every = np.concatenate([np.ravel(q) for q in levels]) if levels else np.zeros(1)
    near_zero = every.min() >= 0 and every.min() <= 0.6 * every.max()
    return {"rangemode": "tozero" if near_zero else "normal"}


def _alt(name: str, drawn: Mapping[Member, tuple[NDArray[np.float64], NDArray[np.float64]]]) -> str:
    ends = [
        f"{member.title} from {number(float(q[2, 0]))} to {number(float(q[2, -1]))}"
        for member, (_, q) in drawn.items()
        if member.headline
    ]
    if not ends:
        return f"{name} over time."
    begin, end = min(times[0] for times, _ in drawn.values()), max(times[-1] for times, _ in drawn.values())
    span = f"{number(float(begin), time=True)} to {number(float(end), time=True)}"
    return f"{name} over time, {span}, medians: {joined(ends)}."


def _row(member: Member, q: NDArray[np.float64]) -> tuple[str, ...]:
    """First, middle and last time; ends of the range where it has any width."""
    cells = []
    for at in (0, q.shape[1] // 2, -1):
        low, middle, high = (number(float(q[level, at])) for level in (0, 2, 4))
        cells.append(middle if q[0, at] == q[4, at] or not np.isfinite(q[2, at]) else f"{middle} [{low} – {high}]")
    return (member.title, *cells)
