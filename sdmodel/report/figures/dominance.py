"""The finding "dominance" → two figures: shares of loops stacked over time, and in how many futures each of them leads.

Reinforcing shares are stacked above zero, balancing ones below; both together are 100 % wherever anything changes.
Drawn are the strongest loops of one part of the model, and the others as one.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.loops.loop_scores import leading_periods
from sdmodel.analysis.wording import joined
from sdmodel.report.cast import COLOURS, GREY
from sdmodel.report.figures.fans import POINTS
from sdmodel.report.figures.figure import Figure
from sdmodel.report.figures.traces import stacked
from sdmodel.report.text import count, number, share

HEADS = ("Loop", "Kind", "Mean share", "Largest share", "Path")
LEADING_HEADS = ("Loop", "Kind", "Leads on average", "Most", "At")
_OTHERS = "all others"
_REST = f"--s{GREY}"

_TOLD = 3


def dominance_figure(finding: Finding, scenario: str = "", place: int = 0) -> Figure:
    """Shares over time under `scenario` (default: the first); rows of all loops of the part, under HEADS."""
    one = _part(finding.table, scenario)
    drawn = _drawn(one, one["strength"].values)
    time, at = _times(one)
    traces: list[dict[str, Any]] = []
    for side, sign in (("above", 1.0), ("below", -1.0)):
        shares = np.maximum(sign * one["relative"].values, 0.0) * sign
        stacks = [(_name(one, loop), f"--s{tint}", shares[loop]) for tint, loop in enumerate(drawn)]
        rest = [loop for loop in range(len(shares)) if loop not in drawn]
        if rest:
            stacks.append((f"{_OTHERS} ({len(rest)})", _REST, shares[rest].sum(axis=0)))
        traces += [_area(name, colour, time, 100 * own[at], side) for name, colour, own in stacks if own.any()]
    return Figure(
        key=f"dominance-{place}",
        title="Which feedback loops drive the model, and when",
        alt=_alt(finding.table, one),
        spec={"data": traces, "layout": {"yaxis": {"range": [-100, 100], "ticksuffix": " %"}, "hovermode": "x"}},
        above="Share of all change: reinforcing above zero, balancing below (%)",
        height=320,
        note=_note(finding.table, one, len(drawn)),
        rows=tuple(_row(one, loop) for loop in np.argsort(-one["strength"].values, kind="stable").tolist()),
    )


def leading_figure(finding: Finding, scenario: str = "", place: int = 0) -> Figure | None:
    """In which share of futures each loop has the largest share, over time; None for a finding without futures."""
    if not finding.table.attrs["futures"]:
        return None
    one = _part(finding.table, scenario)
    leads = one["leads"].values
    mean = leads.mean(axis=1)
    drawn = [loop for loop in _drawn(one, mean) if leads[loop].any()]
    time, at = _times(one)
    rest = [loop for loop in range(len(leads)) if loop not in drawn]
    stacks = [(_name(one, loop), f"--s{tint}", leads[loop]) for tint, loop in enumerate(drawn)]
    stacks += [(f"{_OTHERS} ({len(rest)})", _REST, leads[rest].sum(axis=0))] if rest else []
    futures = count(int(finding.table.attrs["futures"]), "future")
    told = [f"{_name(one, loop)} {share(float(mean[loop]))}" for loop in drawn[:_TOLD]]
    return Figure(
        key=f"leading-loops-{place}",
        title="In how many futures each feedback loop leads",
        alt=f"Share of {futures} in which a loop has the largest share, on average over time: {joined(told)}.",
        spec={
            "data": [_area(name, colour, time, 100 * own[at], "all") for name, colour, own in stacks if own.any()],
            "layout": {"yaxis": {"range": [0, 100], "ticksuffix": " %"}, "hovermode": "x"},
        },
        above="Share of futures in which the loop has the largest share (%)",
        height=280,
        note=f"{one['scenario_title'].values}; {futures}. Where nothing changes, no loop leads.",
        rows=tuple(_leading_row(one, loop) for loop in np.argsort(-mean, kind="stable").tolist() if leads[loop].any()),
    )


def _part(table: xr.Dataset, scenario: str) -> xr.Dataset:
    """The loops of that part of the model which has most, in one scenario."""
    one = table.sel(scenario=scenario or str(table["scenario"].values[0]))
    parts, sizes = np.unique(table["part"].values, return_counts=True)
    return one.isel(loop=np.flatnonzero(table["part"].values == parts[int(np.argmax(sizes))]))


def _drawn(one: xr.Dataset, strength: NDArray[np.float64]) -> list[int]:
    """The loops that have a colour of their own, the strongest first."""
    order = np.argsort(-strength, kind="stable")[:COLOURS]
    return [int(loop) for loop in order if one["strength"].values[loop] > 0 or strength[loop] > 0]


def _times(one: xr.Dataset) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The times that are drawn, and their places; the first is left out, where nothing has changed yet."""
    time = np.asarray(one["time"].values, dtype=float)
    first = min(1, time.size - 1)
    at = np.unique(np.linspace(first, time.size - 1, min(POINTS, time.size)).round().astype(int))
    return time[at], at


def _area(name: str, colour: str, time: NDArray[np.float64], values: NDArray[np.float64], group: str) -> dict[str, Any]:
    told = [share(abs(float(value)) / 100) for value in values]
    return {**stacked(name, colour, time, values, group, told), "showlegend": group != "below"}


def _name(one: xr.Dataset, loop: int) -> str:
    name, title = (str(one[which].values[loop]) for which in ("loop", "title"))
    return name if title == name else f"{name} {title}"


def _alt(table: xr.Dataset, one: xr.Dataset) -> str:
    """Who leads when, in words."""
    scenario, names = str(one["scenario"].values), set(one["loop"].values.tolist())
    told = []
    for periods in leading_periods(table, scenario).values():
        own = sorted((one for one in periods), key=lambda one: one.begin - one.end)[:_TOLD]
        for period in sorted(own, key=lambda one: one.begin):
            name = str(table["loop"].values[period.loop])
            if name in names:
                title = str(table["title"].values[period.loop])
                begin, end = number(period.begin, time=True), number(period.end, time=True)
                told.append(f"{name} ({title}) from {begin} to {end} with {share(period.mean)} on average")
    where = f"Shares of feedback loops in all change over time, {one['scenario_title'].values}."
    return f"{where} Longest in the lead: {joined(told)}." if told else where


def _note(table: xr.Dataset, one: xr.Dataset, drawn: int) -> str:
    loops = count(one.sizes["loop"], "loop")
    kept = (
        "" if table.attrs["complete"] else f", the strongest of {int(table.attrs['found']):,} found along strong links"
    )
    shown = f"; the {drawn} strongest in colour" if drawn < one.sizes["loop"] else ""
    return f"{one['scenario_title'].values}, one run with the model's own numbers; {loops}{kept}{shown}."


def _row(one: xr.Dataset, loop: int) -> tuple[str, ...]:
    largest = float(np.abs(one["relative"].values[loop]).max())
    kind, path = (str(one[which].values[loop]) for which in ("kind", "path"))
    return (_name(one, loop), kind, share(float(one["strength"].values[loop])), share(largest), path)


def _leading_row(one: xr.Dataset, loop: int) -> tuple[str, ...]:
    leads: Sequence[float] = one["leads"].values[loop]
    most = int(np.argmax(leads))
    when = number(float(one["time"].values[most]), time=True)
    mean = share(float(np.mean(leads)))
    return (_name(one, loop), str(one["kind"].values[loop]), mean, share(float(leads[most])), when)
