"""The finding "reassure" over futures → figures: the share that meets the target against intensity, its cost, a map."""

from typing import Any

import numpy as np
import xarray as xr

from sdmodel.report.embed import in_template, label, rounded
from sdmodel.report.figures.figure import Figure
from sdmodel.report.figures.traces import band
from sdmodel.report.text import number, share, unit

LINES = ("--s0", "--s1", "--s3", "--s4", "--s5", "--s6")
COST, ASKED = "--s2", "--muted"
_EVERY = 10  # of the intensities are rows behind the curve
_PAIRS = 4  # of the intensities of each side are rows behind the map


def share_figures(table: xr.Dataset, place: int = 0) -> tuple[Figure, ...]:
    """The curve, what it costs below it, the map of both sides; none of the base run alone."""
    if table.attrs["futures"] < 2:
        return ()
    costs = [_cost(table, place)] if table.sizes["cost"] else []
    maps = [_map(table, place)] if "share_map" in table else []
    return (_curve(table, place), *costs, *maps)


def share_heads(table: xr.Dataset, key: str) -> tuple[str, ...]:
    """The heads of the rows behind the figure with that key."""
    if key.startswith("reassure-share"):
        return ("Intensity", *map(str, table["title"].values))
    if key.startswith("reassure-cost"):
        return ("Intensity", "5 % of futures", "Median", "95 %", "Meet the target")
    return (*map(str, table.attrs["sides"]), "Meet the target")


def _curve(table: xr.Dataset, place: int) -> Figure:
    """The share of futures that meet the target at an intensity, for each that may act."""
    x = table["intensity"].values
    traces = [
        _line(x, 100 * row, colour, str(title), "%{y:.0f} % of futures at %{x:.2f}")
        for row, colour, title in zip(table["share_met"].values, LINES, table["title"].values, strict=False)
    ]
    asked = 100 * table.attrs["share"]
    traces.append(_line(x[[0, -1]], np.array([asked, asked]), ASKED, "share that is asked", "%{y:g} %", "dash"))
    return Figure(
        key=f"reassure-share-{place}",
        title=f"In which share of futures it is enough: {table.attrs['target_title']}",
        alt=f"Greatest share of futures that meet the target: {_bests(table)}.",
        spec={"data": traces, "layout": {"yaxis": {"range": [-2, 102]}, "xaxis": {"range": [0, 1]}}},
        above="↑ Futures that meet the target, %",
        below=f"Intensity of {_of(table)} →",
        height=320,
        note="All futures are taken at the same intensity; where a line falls, more of it is too much in some of them.",
        rows=tuple(_share_row(table, at) for at in range(0, len(x), _EVERY)),
    )


def _cost(table: xr.Dataset, place: int) -> Figure:
    """The first of the costs against the intensity of the first that may act, over futures."""
    one = table.isel(who=0, cost=0)
    x, title, of = one["step"].values, str(one["cost_title"].values), unit(str(one["cost_unit"].values))
    low, high = one["along_low"].values, one["along_high"].values
    told = f"%{{y:.3g}} {in_template(of)} at %{{x:.2f}}"
    traces = [band(x, low, high, f"{COST}/0.15"), _line(x, one["along_median"].values, COST, "median of futures", told)]
    traces += _served(one, told)
    return Figure(
        key=f"reassure-cost-{place}",
        title=f"What it costs: {title}",
        alt=f"{title}, median of futures: {number(float(one['along_median'].values[0]))} without it, "
        f"{number(float(one['along_median'].values[-1]))} at full intensity.",
        spec={"data": traces, "layout": {"xaxis": {"range": [0, 1]}, "hovermode": "closest"}},
        above=f"↑ {title}{f' ({of})' if of else ''}",
        below=f"Intensity of {_of(table)}: {str(one['title'].values).lower()} →",
        height=280,
        note="Band: 5 to 95 % of futures.",
        rows=tuple(_cost_row(one, at) for at in range(len(x))),
    )


def _served(one: xr.Dataset, told: str) -> list[dict[str, Any]]:
    """A mark where the share that is asked is served, or the largest that there is."""
    if not np.isfinite(one["served"]):
        return []
    x, y = [float(one["served"])], [float(one["cost_median"])]
    marker = {"color": COST, "size": 10, "symbol": "diamond"}
    name = f"meets the target in {share(float(one['met']))} of futures"
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "name": label(name),
            "x": rounded(x),
            "y": rounded(y),
            "marker": marker,
            "hovertemplate": f"%{{fullData.name}}<br>{told}<extra></extra>",
        }
    ]


def _map(table: xr.Dataset, place: int) -> Figure:
    """Lines of equal shares of futures over the intensities of both sides."""
    first, second = map(str, table.attrs["sides"])
    told = f"{in_template(first)} %{{x:.2f}}, {in_template(second)} %{{y:.2f}}: %{{z:.0f}} % of futures<extra></extra>"
    contour = {
        "type": "contour",
        "name": "share of futures",
        "x": rounded(table["first"].values),
        "y": rounded(table["second"].values),
        "z": [rounded(row) for row in 100 * table["share_map"].values.T],  # Plotly's rows are the upright axis
        "contours": {"coloring": "none", "showlabels": True, "labelfont": {"color": LINES[0], "size": 12}},
        "ncontours": 12,
        "line": {"color": LINES[0], "width": 1.6},
        "hovertemplate": told,
        "showscale": False,
    }
    some = table.isel(first=slice(None, None, _PAIRS), second=slice(None, None, _PAIRS))
    pairs = [some.isel(first=at, second=beside) for at, beside in np.ndindex(some["share_map"].shape)]
    return Figure(
        key=f"reassure-map-{place}",
        title=f"In which share of futures both together are enough: {table.attrs['target_title']}",
        alt=f"Share of futures that meet the target: {share(float(table['share_map'].values[0, 0]))} without any, "
        f"{share(float(table['share_map'].values[-1, -1]))} with all of both sides.",
        spec={
            "data": [contour],
            "layout": {"xaxis": {"range": [0, 1]}, "yaxis": {"range": [0, 1]}, "hovermode": "closest"},
        },
        above=f"↑ {second}, {_of(table)}",
        below=f"{first}, {_of(table)} →",
        height=460,
        note="Lines join equal shares of futures, in per cent.",
        rows=tuple(map(_map_row, pairs)),
    )


def _line(x: np.ndarray, y: np.ndarray, colour: str, name: str, told: str, dash: str = "solid") -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": label(name),
        "x": rounded(x),
        "y": rounded(y),
        "line": {"color": colour, "width": 2 if dash == "solid" else 1.2, "dash": dash},
        "hovertemplate": f"%{{fullData.name}}<br>{told}<extra></extra>",
    }


def _of(table: xr.Dataset) -> str:
    return str(table.attrs["search_title"]).lower()


def _bests(table: xr.Dataset) -> str:
    pairs = zip(table["title"].values, table["best"].values, table["best_at"].values, strict=True)
    return ", ".join(
        f"{title} {share(float(best))}{f' at {number(float(at))}' if np.isfinite(at) else ''}"
        for title, best, at in pairs
    )


def _share_row(table: xr.Dataset, at: int) -> tuple[str, ...]:
    values = table["share_met"].values[:, at]
    return (f"{float(table['intensity'].values[at]):.2f}", *(share(float(value)) for value in values))


def _cost_row(one: xr.Dataset, at: int) -> tuple[str, ...]:
    step = float(one["step"].values[at])
    values = (float(one[f"along_{end}"].values[at]) for end in ("low", "median", "high"))
    return (f"{step:.2f}", *map(number, values), share(float(one["along_met"].values[at])))


def _map_row(pair: xr.Dataset) -> tuple[str, ...]:
    return (f"{float(pair['first']):.1f}", f"{float(pair['second']):.1f}", share(float(pair["share_map"])))
