"""The finding "onset" → its figures: in how many futures it holds by when, and how far apart the courses are."""

from typing import Any

import numpy as np
import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.report.embed import in_template, label, rounded
from sdmodel.report.figures.figure import Figure
from sdmodel.report.text import number, share, unit

HEADS = ("Share of futures", "95 % interval", "In the end", "Base run from", "Median future from")
APART_HEADS = ("Time", "Median", "5 %", "95 %")
_LINES = 6  # inputs that are drawn as lines
_MAP = 3  # values of both inputs from which on a map is drawn


def heads(finding: Finding) -> tuple[str, ...]:
    """The heads of the rows of the first figure."""
    names = [str(finding.table.attrs[f"{letter}_name"]) for letter in "xy"]
    return (*filter(None, names), *HEADS)


def onset_figures(finding: Finding, place: int = 0) -> tuple[Figure, ...]:
    """A map of the share over both inputs, or its course in time by x; then by how much the courses are apart."""
    table = finding.table
    if table.sizes["x"] >= _MAP and table.sizes["y"] >= _MAP:
        return (_map(finding, place), _median(finding, place))
    each = range(table.sizes["y"])
    return (
        *(_course(finding, f"{place}-{at}", at) for at in each),
        *(_apart(finding, f"{place}-{at}", at) for at in each),
    )


def _map(finding: Finding, place: int) -> Figure:
    table = finding.table
    deadline = number(float(table.attrs["deadline"]), time=True)
    return _contours(
        finding,
        100 * table["by"].values,
        key=f"onset-share-{place}",
        title=f"{table.attrs['told']}, for good by {deadline}",
        note=f"Lines join equal shares of futures, in per cent. Condition: {table.attrs['condition']}.",
        told="%{z:.0f} % of futures",
    )


def _median(finding: Finding, place: int) -> Figure:
    """When, in the median future: lines join equal times; nothing where it does not hold before the end."""
    table = finding.table
    name, whose = ("onset_median", "median future") if table.attrs["drawn"] else ("onset", "base run")
    since = number(float(table.attrs["since"]), time=True)
    return _contours(
        finding,
        table[name].values,
        key=f"onset-time-{place}",
        title=f"{table.attrs['told']}, for good: from when on, {whose}",
        note=f"Lines join equal times; {since} is the earliest. Empty: not for good before the end.",
        told="from %{z:.1f} on",
    )


def _contours(finding: Finding, z: np.ndarray, *, key: str, title: str, note: str, told: str) -> Figure:
    table = finding.table
    x, y = (str(table.attrs[f"{letter}_name"]) for letter in "xy")
    return Figure(
        key=key,
        title=title,
        alt=finding.sentence,
        spec={
            "data": [
                {
                    "type": "contour",
                    "name": label(title),
                    "x": rounded(table["x"].values, 7),
                    "y": rounded(table["y"].values, 7),
                    "z": [rounded(row, 6) for row in z.T],
                    "contours": {"coloring": "none", "showlabels": True, "labelfont": {"color": "--s0", "size": 12}},
                    "ncontours": 12,
                    "line": {"color": "--s0", "width": 1.6},
                    "hovertemplate": f"{in_template(x)} %{{x}}<br>{in_template(y)} %{{y}}<br>{told}<extra></extra>",
                    "showscale": False,
                }
            ],
            "layout": {"hovermode": "closest"},
        },
        above=f"↑ {y}{_in(table.attrs['y_unit'])}",
        below=f"{x}{_in(table.attrs['x_unit'])} →",
        height=420,
        note=note,
        rows=tuple(_row(table.isel(x=at, y=beside), table) for at in range(len(z)) for beside in range(z.shape[1])),
    )


def _course(finding: Finding, key: str, beside: int) -> Figure:
    """The share of futures in which it holds for good from a time on, against that time."""
    table = finding.table.isel(y=beside)
    data = [
        _line(table, 100 * table["begun"].values[at], at, "%{y:.0f} % of futures by %{x:.1f}") for at in _some(table)
    ]
    return Figure(
        key=f"onset-course-{key}",
        title=f"{table.attrs['told']}: for good from when on?{_at(table)}",
        alt=finding.sentence,
        spec={"data": data, "layout": {"yaxis": {"range": [-2, 102]}, "hovermode": "closest"}},
        above="↑ Share of futures, %",
        below="Time →",
        height=340,
        note=f"Share of futures in which it holds from that time on to the end. Condition: {table.attrs['condition']}.",
        rows=tuple(_row(table.isel(x=at), finding.table) for at in range(table.sizes["x"])),
    )


def _apart(finding: Finding, key: str, beside: int) -> Figure:
    """By how much the variable is apart from what it is compared with, in the median future, over time."""
    table = finding.table.isel(y=beside)
    last, of = table.sizes["x"] - 1, unit(str(table.attrs["unit"]))
    data = [_line(table, table["apart_median"].values[at], at, "%{y:.3g} at %{x:.1f}") for at in _some(table)]
    steps = range(0, table.sizes["time"], max(1, table.sizes["time"] // 10))
    return Figure(
        key=f"onset-apart-{key}",
        title=f"{table.attrs['variable']}: how far apart?{_at(table)}",
        alt=f"{table.attrs['variable']} less what it is compared with, in the median future, over time.",
        spec={"data": [*data], "layout": {"shapes": [_zero()], "hovermode": "closest"}},
        above=f"↑ Difference, median future{f' ({of})' if of else ''}",
        below="Time →",
        height=320,
        note=f"{table.attrs['condition']}. Table: {table.attrs['x_name']} {float(table['x'][last]):g}.",
        rows=tuple(_at_time(table.isel(x=last, time=at)) for at in steps),
    )


def _some(table: xr.Dataset) -> list[int]:
    """Places of x that are drawn: all, or evenly some with both ends."""
    count = table.sizes["x"]
    return sorted({round(at) for at in np.linspace(0, count - 1, min(count, _LINES))})


def _line(table: xr.Dataset, values: np.ndarray, at: int, told: str) -> dict[str, Any]:
    name = f"{table.attrs['x_name']} {float(table['x'].values[at]):g}"
    return {
        "type": "scatter",
        "mode": "lines",
        "name": label(name),
        "x": rounded(table["time"].values, 7),
        "y": rounded(values),
        "line": {"color": f"--s{_some(table).index(at) % 8}", "width": 2},
        "hovertemplate": f"{in_template(name)}<br>{told}<extra></extra>",
    }


def _zero() -> dict[str, Any]:
    line = {"color": "--muted", "width": 1, "dash": "dash"}
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": 0, "y1": 0, "layer": "below", "line": line}


def _at(table: xr.Dataset) -> str:
    name = str(table.attrs["y_name"])
    return f" {name} {float(table['y']):g}" if name else ""


def _in(name: object) -> str:
    shown = unit(str(name))
    return f" ({shown})" if shown else ""


def _row(one: xr.Dataset, table: xr.Dataset) -> tuple[str, ...]:
    values = [f"{float(one[letter]):g}" for letter in "xy" if table.attrs[f"{letter}_name"]]
    interval = f"{share(float(one['by_low']))} – {share(float(one['by_high']))}" if table.attrs["drawn"] else "–"
    return (
        *values,
        share(float(one["by"])),
        interval,
        share(float(one["ever"])),
        *(when(float(one[name])) for name in ("onset", "onset_median")),
    )


def when(value: float) -> str:
    """A time as text; "never" for what does not come."""
    return "never" if value == np.inf else number(value, time=True)


def _at_time(one: xr.Dataset) -> tuple[str, ...]:
    numbers = (number(float(one[f"apart_{name}"])) for name in ("median", "low", "high"))
    return (number(float(one["time"]), time=True), *numbers)
