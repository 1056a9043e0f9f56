"""The finding "reassure" → figures: what each side needs, given the other, what it takes by which limit, and shares."""

from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sdmodel.analysis.finding import Finding
from sdmodel.report.embed import in_template, label, rounded
from sdmodel.report.figures.figure import Figure
from sdmodel.report.figures.reassure_share import share_figures
from sdmodel.report.figures.traces import band
from sdmodel.report.text import number, share, unit

NEEDED, ENOUGH = "--s0", "--s2"
COSTS = ("--s1", "--s3")  # contours of what it costs each side
_AT = {"<=": "at most", "<": "below", ">=": "at least", ">": "above"}
TOP = 1.04  # of the axis: what is out of reach is drawn up to its end
Numbers = NDArray[np.float64]


def reassure_figures(finding: Finding, place: int = 0) -> tuple[Figure, ...]:
    """The figures that the finding has numbers for: both sides, the curve against limits, then shares of futures."""
    table = finding.table
    found = [_sides(table, place)] if "surface" in table else []
    found += [_curve(table, place)] if table.sizes.get("limit", 0) > 1 else []
    return (*found, *share_figures(table, place))


def _sides(table: xr.Dataset, place: int) -> Figure:
    """Iso-line map: on the line the target is just met; beyond it, met; contours tell the costs of both sides."""
    first, second = map(str, table.attrs["sides"])
    given, needed = table["first"].values, table["second_needed"].values
    line = _line(given, needed, NEEDED, "just enough, base run", "solid", (first, second))
    traces = [*([_beyond(given, needed)] if table["sides_steady"] else []), *_costs(table), line]
    if table.attrs["futures"] > 1:
        name = f"enough in {100 * table.attrs['share']:g} % of futures"
        enough = table["second_enough"].values
        traces.append(_line(table["given"].values, enough, ENOUGH, name, "dash", (first, second)))
    both = float(table["least"].values[0]) if "both" in table["who"].values else float("nan")
    if np.isfinite(both):
        traces.append(_spot(both, both))
    return Figure(
        key=f"reassure-sides-{place}",
        title=f"{table.attrs['target_title']}: what each side must give",
        alt=_told(table, first, second),
        spec={"data": traces, "layout": _square()},
        above=f"↑ {second}, {table.attrs['search_title'].lower()}",
        below=f"{first}, {table.attrs['search_title'].lower()} →",
        height=460,
        note=_note(table),
        rows=tuple(_row(table, at) for at in range(len(given))),
    )


def _beyond(given: Numbers, needed: Numbers) -> dict[str, Any]:
    """The shaded region in which the target is met."""
    known = np.isfinite(needed)
    x, y = given[known], needed[known]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": rounded([*x, *x[::-1]]),
        "y": rounded([*y, *np.ones(len(y))]),
        "fill": "toself",
        "fillcolor": f"{NEEDED}/0.1",
        "line": {"width": 0},
        "showlegend": False,
        "hoverinfo": "skip",
    }


def _line(
    x: Numbers, y: Numbers, colour: str, name: str, dash: str, sides: tuple[str, str] = ("", "")
) -> dict[str, Any]:
    first, second = map(in_template, sides)
    return {
        "type": "scatter",
        "mode": "lines",
        "name": label(name),
        "x": rounded(x, 7),
        "y": rounded(y),
        "hovertemplate": f"%{{fullData.name}}<br>{first} %{{x:.2f}}, {second} %{{y:.2f}}<extra></extra>",
        "line": {"color": colour, "width": 2.4 if dash == "solid" else 1.8, "dash": dash},
    }


def _costs(table: xr.Dataset) -> list[dict[str, Any]]:
    """Contours of the costs of the sides: the last two of the costs, or the one that there is."""
    names = [str(name) for name in table["cost"].values][-2:]
    return [_contour(table, name, colour) for name, colour in zip(names, COSTS, strict=False)]


def _contour(table: xr.Dataset, name: str, colour: str) -> dict[str, Any]:
    one = table.sel(measure=name)
    title, of = in_template(str(one["measure_title"].values)), in_template(unit(str(one["measure_unit"].values)))
    rows = one["surface"].values.T  # Plotly's rows are the upright axis
    return {
        "type": "contour",
        "name": label(str(one["measure_title"].values)),
        "x": rounded(table["first"].values),
        "y": rounded(table["second"].values),
        "z": [rounded(row) for row in rows],
        "contours": {"coloring": "none", "showlabels": True, "labelfont": {"color": colour, "size": 11}},
        "ncontours": 6,
        "line": {"color": colour, "width": 1, "dash": "dot"},
        "hovertemplate": f"{title}: %{{z:.3g}} {of}<extra></extra>",
        "showscale": False,
    }


def _spot(x: float, y: float) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "both alike",
        "x": rounded([x]),
        "y": rounded([y]),
        "marker": {"color": NEEDED, "size": 10, "symbol": "diamond"},
        "hovertemplate": "both alike: %{x:.3f}<extra></extra>",
    }


def _square() -> dict[str, Any]:
    return {"xaxis": {"range": [0, 1]}, "yaxis": {"range": [0, 1]}, "hovermode": "closest"}


def _curve(table: xr.Dataset, place: int) -> Figure:
    """The least intensity against the limit, with the band of shares served; out of reach is above the axis."""
    limits, several = table["limit"].values, table.attrs["futures"] > 1
    traces = [_band(table)] if several else []
    traces.append(_line(limits, table["limit_least"].values, NEEDED, "base run", "solid"))
    if several:
        traces.append(_line(limits, table["limit_median"].values, "--s7", "enough in 50 % of futures", "dot"))
        name = f"enough in {100 * table.attrs['share']:g} % of futures"
        traces.append(_line(limits, table["limit_enough"].values, ENOUGH, name, "dash"))
    for trace in traces[several:]:
        trace["mode"] = "lines+markers"
        trace["hovertemplate"] = "%{fullData.name}: %{y:.3f} by %{x}<extra></extra>"
    title, of = str(table.attrs["limited_title"]), unit(str(table.attrs["limited_unit"]))
    return Figure(
        key=f"reassure-limits-{place}",
        title=f"How much {table.attrs['search_title'].lower()} it takes",
        alt=f"Least intensity against the limit of {title}: {_ends(table)}.",
        spec={"data": traces, "layout": {"yaxis": {"range": [0, TOP]}, "hovermode": "closest"}},
        above=f"↑ Least intensity of {table.attrs['search_title'].lower()}",
        below=f"{title} {_AT.get(table.attrs['limited_by'], table.attrs['limited_by'])}{f' ({of})' if of else ''} →",
        height=320,
        note=(
            "Band: from what is enough in 5 % of futures to what is enough in 95 %. Where it reaches the upper edge, "
            "no intensity is enough in so many."
            if several
            else ""
        ),
        rows=tuple(_limit_row(table, at) for at in range(len(limits))),
    )


def _band(table: xr.Dataset) -> dict[str, Any]:
    low, high = (np.nan_to_num(table[f"limit_{end}"].values, nan=TOP) for end in ("low", "high"))
    limits = table["limit"].values
    return band(limits, low, high, f"{NEEDED}/0.15")


def _ends(table: xr.Dataset) -> str:
    told = [
        f"{number(float(value))} by {limit:g}" if np.isfinite(value) else f"out of reach by {limit:g}"
        for limit, value in zip(table["limit"].values, table["limit_least"].values, strict=True)
    ]
    return ", ".join(told)


def _told(table: xr.Dataset, first: str, second: str) -> str:
    needed = table["second_needed"].values
    known = np.flatnonzero(np.isfinite(needed))
    if not len(known):
        return f"No intensity of {first} and {second} meets the target."
    least, most = known[0], known[-1]
    return (
        f"With {first} at {table['first'].values[least]:g} {second} needs {number(float(needed[least]))}; "
        f"with {first} at {table['first'].values[most]:g}, {number(float(needed[most]))}."
    )


def _note(table: xr.Dataset) -> str:
    where = (
        "In the shaded region the target is met in the base run"
        if table["sides_steady"]
        else "Beyond the line the target may be missed again: more is not always better"
    )
    return (
        f"From {table.attrs['scenario_title']}. Intensity 0 is none, 1 the far end of all levers of a side. "
        f"{where}; dotted lines join equal costs."
    )


def _row(table: xr.Dataset, at: int) -> tuple[str, ...]:
    needed = float(table["second_needed"].values[at])
    return (f"{table['first'].values[at]:.2f}", number(needed) if np.isfinite(needed) else "out of reach")


def _limit_row(table: xr.Dataset, at: int) -> tuple[str, ...]:
    one = table.isel(limit=at)
    cells = [float(one[f"limit_{name}"]) for name in ("least", "low", "median", "high")]
    shown = [number(value) if np.isfinite(value) else "out of reach" for value in cells]
    return (f"{float(one['limit']):g}", *shown, share(float(one["limit_reachable"])))
