"""The finding "timing" → a map for each outcome: contours over the times at which two moves begin."""

from typing import Any

import numpy as np
import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.levers.timing import within
from sdmodel.report.embed import in_template, label, rounded
from sdmodel.report.figures.figure import Figure
from sdmodel.report.text import number, unit

LINE, DIAGONAL = "--s0", "--muted"


def timing_figures(finding: Finding, place: int = 0) -> tuple[Figure, ...]:
    """A figure for each outcome that has a number somewhere on the map."""
    table = finding.table
    known = [str(name) for name in table["outcome"].values if np.isfinite(table["begun"].sel(outcome=name)).any()]
    return tuple(_map(table.sel(outcome=name), f"{place}-{at}") for at, name in enumerate(known))


def _map(one: xr.Dataset, key: str) -> Figure:
    """Above the diagonal the first move begins earlier, below it the second."""
    first, second = map(str, one.attrs["moves"])
    title, of = str(one["title"].values), unit(str(one["unit"].values))
    ends = [float(one["first"].values[0]), float(one["first"].values[-1])]
    diagonal = {"type": "line", "x0": ends[0], "x1": ends[1], "y0": ends[0], "y1": ends[1], "layer": "below"}
    return Figure(
        key=f"timing-{key}",
        title=title,
        alt=_told(one, title),
        spec={
            "data": [_contour(one, title, of)],
            "layout": {
                "xaxis": {"range": ends},
                "yaxis": {"range": ends},
                "shapes": [{**diagonal, "line": {"color": DIAGONAL, "width": 1, "dash": "dash"}}],
                "hovermode": "closest",
            },
        },
        above=f"↑ {second} begins",
        below=f"{first} begins →",
        height=420,
        note=f"From {one.attrs['scenario_title']}, base run. Above the dashed line: {within(first)} first.",
        rows=tuple(_row(one, at) for at in range(one.sizes["order"])),
    )


def _contour(one: xr.Dataset, title: str, of: str) -> dict[str, Any]:
    return {
        "type": "contour",
        "name": label(title),
        "x": rounded(one["first"].values, 7),
        "y": rounded(one["second"].values, 7),
        "z": [rounded(row, 6) for row in one["begun"].values.T],
        "contours": {"coloring": "none", "showlabels": True, "labelfont": {"color": LINE, "size": 12}},
        "ncontours": 12,
        "line": {"color": LINE, "width": 1.6},
        "hovertemplate": f"%{{x:.1f}}, %{{y:.1f}}: %{{z:.4g}} {in_template(of)}<extra></extra>",
        "showscale": False,
    }


def _told(one: xr.Dataset, title: str) -> str:
    pairs = zip(one["order"].values, one["in_order"].values, strict=True)
    told = ", ".join(f"{order} {_shown(one, float(value))}" for order, value in pairs)
    return f"{title}: {told}."


def _row(one: xr.Dataset, at: int) -> tuple[str, ...]:
    order = one.isel(order=at)
    return (str(order["order"].values), *(_shown(one, float(order[name])) for name in ("in_order", "in_order_futures")))


def _shown(one: xr.Dataset, value: float) -> str:
    return number(value, time=bool(one["of_time"])) if np.isfinite(value) else "never"
