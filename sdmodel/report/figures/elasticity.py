"""The finding "elasticity" → a figure: what loops contribute to the growth rate of a mode, stacked over time.

Contributions that make deviations grow are stacked above zero, those that make them die below; with all others they
sum to the growth rate, which is the line.
"""

from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.loops.elasticity_finding import leads, mode_of, strongest
from sdmodel.report.cast import COLOURS, GREY
from sdmodel.report.embed import rounded
from sdmodel.report.figures.figure import Figure
from sdmodel.report.figures.traces import stacked
from sdmodel.report.text import count, number

HEADS = ("Loop", "Kind", "First", "Mean", "Last", "Path")
_REST, _LINE = f"--s{GREY}", "--ink"
_TOLD = 3


def elasticity_figure(finding: Finding, place: int = 0) -> Figure | None:
    """The figure with rows of all loops that contribute, under HEADS; None where there is no loop or only one time."""
    table = finding.table
    drawn = strongest(table, "loop", COLOURS)
    if not drawn or table.sizes["time"] < 2:
        return None
    time = np.asarray(table["time"].values, dtype=float)
    values = np.nan_to_num(table["loop_influence"].values)
    rest = table["growth"].values - values[:, drawn].sum(axis=1)
    stacks = [(_name(table, loop), f"--s{tint}", values[:, loop]) for tint, loop in enumerate(drawn)]
    stacks.append(("all others", _REST, rest))
    traces = [
        _area(name, colour, time, np.maximum(sign * own, 0.0) * sign, side)
        for side, sign in (("above", 1.0), ("below", -1.0))
        for name, colour, own in stacks
        if (sign * own > 0).any()
    ]
    return Figure(
        key=f"elasticity-{place}",
        title="What makes deviations grow or die",
        alt=_alt(table),
        spec={"data": [*_once(traces), _line(time, table["growth"].values)], "layout": {"hovermode": "x"}},
        above=f"Contribution to the growth rate ({_per(table)}); the line is their sum",
        height=320,
        note=_note(table, len(drawn)),
        rows=tuple(_row(table, loop) for loop in strongest(table, "loop", values.shape[1])),
    )


def _area(name: str, colour: str, time: NDArray[np.float64], values: NDArray[np.float64], group: str) -> dict[str, Any]:
    return stacked(name, colour, time, values, group, [number(float(value)) for value in values])


def _once(traces: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each name once in the legend."""
    seen: set[str] = set()
    told = []
    for one in traces:
        told.append({**one, "showlegend": one["name"] not in seen})
        seen.add(one["name"])
    return told


def _line(time: NDArray[np.float64], values: NDArray[np.float64]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": "growth rate",
        "x": rounded(time, 7),
        "y": rounded(values),
        "line": {"color": _LINE, "width": 2},
        "customdata": [number(float(value)) for value in values],
        "hovertemplate": "%{fullData.name}<br>%{customdata}<extra></extra>",
    }


def _per(table: xr.Dataset) -> str:
    unit = str(table["time"].attrs.get("units", "")).strip().lower()
    return f"per {unit or 'unit of time'}"


def _name(table: xr.Dataset, loop: int) -> str:
    name, title = (str(table[which].values[loop]) for which in ("loop", "title"))
    return name if title == name else f"{name} {title}"


def _alt(table: xr.Dataset) -> str:
    last = table.sizes["time"] - 1
    told = [f"at {number(float(table['time'].values[at]), time=True)} it {mode_of(table, at)}" for at in (0, last)]
    periods = [
        f"{_name(table, one.loop)} from {number(one.begin, time=True)} to {number(one.end, time=True)}"
        for one in leads(table)[:_TOLD]
    ]
    return f"{_which(table)}: {'; '.join(told)}. Largest contribution: {', '.join(periods)}."


def _which(table: xr.Dataset) -> str:
    of = str(table.attrs["of"])
    return f"The mode that lives most in {of}" if of else "The leading mode"


def _note(table: xr.Dataset, drawn: int) -> str:
    found = count(int(table.attrs["found"]), "loop")
    kept = (
        "all there are" if table.attrs["complete"] else f"those named and all up to {table.attrs['longest']} variables"
    )
    own = table["share"].sel(stock=str(table.attrs["of"])).values if table.attrs["of"] else None
    lives = f" Share of it in that stock: {own.min():.0%} to {own.max():.0%}." if own is not None else ""
    return f"{table.attrs['setting']}, one run; {found} ({kept}), {drawn} in colour.{lives}".replace("%", "\u00a0%")


def _row(table: xr.Dataset, loop: int) -> tuple[str, ...]:
    own = table["loop_influence"].values[:, loop]
    told = (number(float(value)) for value in (own[0], np.nanmean(own), own[-1]))
    return (_name(table, loop), str(table["kind"].values[loop]), *told, str(table["path"].values[loop]))
