"""The finding "discovery" → three figures of a box: its limits, the trade-off it was chosen from, and futures in it.

Limits are drawn as bars over the range that each input has among the futures, so that a short bar is a strong
condition. The trade-off is between coverage (how many of all failures are in the box) and density (how much of the box
fails). The third shows futures in the two inputs that matter most.
"""

from typing import Any

import numpy as np
import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.wording import joined
from sdmodel.report.embed import label, rounded
from sdmodel.report.figures.figure import Figure
from sdmodel.report.figures.traces import rows_axis
from sdmodel.report.text import number, share, upper_first

NAME_WIDTH = 30  # characters of a name in one line beside the bars
LIMIT_HEADS = ("Condition", "Range among the futures", "In resamples", "Quasi-p", "Beyond chance")
PATH_HEADS = ("Box", "Coverage", "Density", "Share of futures", "Inputs restricted")
POINT_HEADS = ("Futures drawn", "In the box", "Outside")


def discovery(finding: Finding, box: int = 0) -> tuple[Figure, ...]:
    """The figures of one box, by its place: limits; trade-off and futures where there are any. None without boxes."""
    if box >= finding.table.sizes["box"]:
        return ()
    one = finding.table.isel(box=box)
    figures = [_limits(one, box)] if (one["condition"].values != "").any() else []
    if np.isfinite(one["path_density"].values).sum() > 1:
        figures.append(_trade_off(one, box))
    if one["drawn_inputs"].values[0] != one["drawn_inputs"].values[1]:
        figures.append(_futures(one, box))
    return tuple(figures)


def _limits(one: xr.Dataset, box: int) -> Figure:
    rows = one.isel(input=np.flatnonzero(one["condition"].values != ""))
    rows = rows.isel(input=np.argsort(rows["quasi_p"].values, kind="stable"))
    least, most = rows["least"].values, rows["most"].values
    low, high = (np.where(np.isnan(rows[n].values), end, rows[n].values) for n, end in (("low", least), ("high", most)))
    base, ends = (low - least) / (most - least), (high - least) / (most - least)
    places = list(range(rows.sizes["input"]))
    conditions = list(map(str, rows["condition"].values))
    bars = _bars(places, [0.0] * len(places), [1.0] * len(places), "--s7/0.2", conditions)
    limits = _bars(places, rounded(base), rounded(ends - base), "--s0", conditions)
    axis = rows_axis([str(name) for name in rows["input"].values], NAME_WIDTH)
    across = {"range": [0, 1.08], "tickvals": [0, 1], "ticktext": ["lowest", "highest"]}
    return Figure(
        key=f"discovery-limits-{box}",
        title=upper_first(_worth(one)),
        alt=f"Limits of the box: {joined(conditions)}. {upper_first(_worth(one))}.",
        spec={
            "data": [bars, limits],
            "layout": {"yaxis": axis, "xaxis": across, "barmode": "overlay", "bargap": 0.45, "showlegend": False},
        },
        below="Range of the input among the futures →",
        height=80 + 36 * max(len(places), 2),
        rows=tuple(_row(rows.isel(input=place)) for place in places),
    )


def _bars(places: list[int], base: Any, length: Any, colour: str, words: list[str]) -> dict[str, Any]:
    return {
        "type": "bar",
        "orientation": "h",
        "y": places,
        "x": rounded(length),
        "base": base,
        "marker": {"color": colour},
        "customdata": [[label(text)] for text in words],
        "hovertemplate": "%{customdata[0]}<extra></extra>",
    }


def _row(row: xr.Dataset) -> tuple[str, ...]:
    around = f"{number(float(row['least']))} – {number(float(row['most']))}"
    clear = "yes" if bool(row["significant"]) else "no"
    return (str(row["condition"].values), around, share(float(row["frequency"])), number(float(row["quasi_p"])), clear)


def _worth(one: xr.Dataset) -> str:
    inside = f"{share(float(one['density']))} of the futures in the box fail"
    return f"{inside}, {share(float(one['coverage']))} of all failures are in it"


def _trade_off(one: xr.Dataset, box: int) -> Figure:
    """Coverage across, density upwards; the chosen box stands out."""
    steps = int(np.isfinite(one["path_density"].values).sum())
    coverage, density = one["path_coverage"].values[:steps], one["path_density"].values[:steps]
    chosen = int(one["chosen"])
    rows = [_step(one, step) for step in range(steps)]
    path = {
        "type": "scatter",
        "mode": "lines+markers",
        "x": rounded(coverage),
        "y": rounded(density),
        "line": {"color": "--s7", "width": 1.5},
        "marker": {
            "size": [13 if step == chosen else 6 for step in range(steps)],
            "color": ["--s0" if step == chosen else "--s7" for step in range(steps)],
        },
        "customdata": [[*row] for row in rows],
        "hovertemplate": "box %{customdata[0]}: coverage %{customdata[1]}, density %{customdata[2]}, "
        "%{customdata[4]} inputs<extra></extra>",
    }
    axes = {name: {"range": [0, 1.03], "tickformat": ".0%"} for name in ("xaxis", "yaxis")}
    return Figure(
        key=f"discovery-trade-off-{box}",
        title="Coverage against density",
        alt=f"Boxes from everything (density {share(float(density[0]))}) to the last (coverage "
        f"{share(float(coverage[-1]))}, density {share(float(density[-1]))}); chosen is box {chosen}.",
        spec={"data": [path], "layout": {**axes, "showlegend": False}},
        above="↑ Density: share of the box that fails",
        below="Coverage: share of all failures in the box →",
        rows=tuple(rows),
    )


def _step(one: xr.Dataset, step: int) -> tuple[str, ...]:
    at = one.isel(step=step)
    shares = (share(float(at[f"path_{name}"])) for name in ("coverage", "density", "mass"))
    return (str(step), *shares, f"{float(at['path_restricted']):.0f}")


def _futures(one: xr.Dataset, box: int) -> Figure:
    """Some futures in the two strongest inputs; those that fail are filled, and the box is the shade."""
    fails, inside = (one[name].values.astype(bool) for name in ("drawn_fails", "drawn_inside"))
    places = list(map(int, one["drawn_inputs"].values))
    names = [str(one["input"].values[place]) for place in places]
    clouds = [
        {
            "type": "scatter",
            "mode": "markers",
            "name": title,
            "x": rounded(one["drawn"].values[0][rows]),
            "y": rounded(one["drawn"].values[1][rows]),
            "marker": {"size": 6, "color": colour, "symbol": symbol},
            "hovertemplate": f"{label(names[0])} %{{x}}<br>{label(names[1])} %{{y}}<extra>{title}</extra>",
        }
        for title, rows, colour, symbol in (
            ("does not fail", ~fails, "--s7/0.5", "circle-open"),
            ("fails", fails, "--s1", "circle"),
        )
    ]
    axes = {f"{axis}axis": {"zeroline": False, "automargin": True} for axis in "xy"}
    kinds = (("fail", fails), ("do not fail", ~fails))
    counts = [(title, int((rows & inside).sum()), int((rows & ~inside).sum())) for title, rows in kinds]
    return Figure(
        key=f"discovery-futures-{box}",
        title="Futures in the two inputs that matter most",
        alt=f"Futures by {names[0]} and {names[1]}; "
        + joined([f"{inner} in the box and {outer} outside {title}" for title, inner, outer in counts])
        + ".",
        spec={"data": clouds, "layout": {**axes, "shapes": [_shade(one, places)], "showlegend": False}},
        above=f"↑ {upper_first(names[1])}",
        below=f"{upper_first(names[0])} →",
        height=360,
        note="Filled: the scenario fails. Shaded: the box.",
        rows=tuple((title, f"{inner:,}", f"{outer:,}") for title, inner, outer in counts),
    )


def _shade(one: xr.Dataset, places: list[int]) -> dict[str, Any]:
    """The box in the plane of two inputs."""
    corners = {}
    for axis, place in zip("xy", places, strict=True):
        row = one.isel(input=place)
        ends = [(row["low"], row["least"]), (row["high"], row["most"])]
        corners[f"{axis}0"], corners[f"{axis}1"] = (
            rounded([float(end if np.isnan(limit) else limit)])[0] for limit, end in ends
        )
    return {
        "type": "rect",
        **corners,
        "fillcolor": "--s0/0.15",
        "line": {"color": "--s0", "width": 1},
        "layer": "below",
    }
