"""Two outcomes of all scenarios → the cost–risk chart: medians as numbered markers, futures as faint points."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sdmodel.analysis.wording import joined
from sdmodel.report.cast import Member
from sdmodel.report.embed import in_template, label, rounded
from sdmodel.report.figures.figure import Figure
from sdmodel.report.measures import Measure
from sdmodel.report.spread import Spread, spread
from sdmodel.runs.schema import SCENARIO, failed, values

CLOUD = 250  # points drawn of each cloud at most; medians use every future
ALL_CLOUDS = 3000  # points drawn of all clouds together at most
HELD = 26  # size of a marker that keeps its place; smaller ones stand aside where they would cover each other
SYMBOLS = ("circle", "square", "diamond", "hexagon")


def cost_risk(runs: xr.Dataset, table: xr.Dataset, cost: Measure, risk: Measure, members: Sequence[Member]) -> Figure:
    """The chart with `cost` across and `risk` upwards; `table` is the comparison, which has the medians."""
    thinned = points_drawn(runs, members)
    spots = {member: (spread(table, cost, member), spread(table, risk, member)) for member in members}
    clouds = [trace for member in members for trace in _cloud(runs, cost, risk, member, thinned)]
    medians = [
        _median(member, cost, risk, across, upwards)
        for member, (across, upwards) in reversed(spots.items())
        if np.isfinite(across.centre) and np.isfinite(upwards.centre)
    ]
    told = [f"{m.title} {cost.value(x.centre)} and {risk.value(y.centre)}" for m, (x, y) in spots.items()]
    return Figure(
        key="cost-risk",
        title="",
        alt=f"Medians of {cost.title} and {risk.title}: {joined(told)}.",
        spec={"data": [*clouds, *medians], "layout": _layout(runs, cost, risk), "apart": HELD},
        above=f"↑ {_with_unit(risk)}",
        below=f"{_with_unit(cost)} →",
        height=480,
        risk=True,
        rows=tuple(_row(member, (cost, x), (risk, y)) for member, (x, y) in spots.items()),
    )


def _row(member: Member, *pairs: tuple[Measure, Spread]) -> tuple[str, ...]:
    """Number on the marker, title, and the median with its range for each axis."""
    cells = []
    for measure, of in pairs:
        low, high = measure.ends(of.low, of.high)
        cells.append(f"{measure.value(of.centre)} [{low} – {high}]" if of.low < of.high else measure.value(of.centre))
    return (f"{member.slot + 1} {member.title}", *cells)


def points_drawn(runs: xr.Dataset, members: Sequence[Member]) -> int:
    """How many points of each cloud are drawn at most."""
    most = max((_rows(runs, member).size for member in members), default=0)
    return min(most, CLOUD, max(20, ALL_CLOUDS // max(1, len(members))))


def _rows(runs: xr.Dataset, member: Member) -> NDArray[np.intp]:
    return np.flatnonzero((runs[SCENARIO].values.astype(str) == member.label) & ~failed(runs))


def _with_unit(measure: Measure) -> str:
    return f"{measure.title} ({measure.unit})" if measure.unit else measure.title


def _cloud(runs: xr.Dataset, cost: Measure, risk: Measure, member: Member, thinned: int) -> list[dict[str, Any]]:
    chosen = _rows(runs, member)
    if chosen.size < 2 or cost.share or risk.share:  # the futures of a yes or no lie on two lines
        return []
    chosen = chosen[np.unique(np.linspace(0, chosen.size - 1, min(thinned, chosen.size)).round().astype(int))]
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "meta": member.slot,
            "visible": member.headline or member.baseline,
            "x": rounded(values(runs, cost.name)[chosen], 3),
            "y": rounded(values(runs, risk.name)[chosen], 3),
            "marker": {"color": f"{member.colour}/0.3", "size": 5, "line": {"width": 0}},
            "hoverinfo": "skip",
        }
    ]


def _median(member: Member, cost: Measure, risk: Measure, across: Spread, upwards: Spread) -> dict[str, Any]:
    told = "<br>".join(
        f"{in_template(measure.title)}: {measure.value(of.centre)} ({' – '.join(measure.ends(of.low, of.high))})"
        for measure, of in ((cost, across), (risk, upwards))
    )
    return {
        "type": "scatter",
        "mode": "markers+text",
        "name": label(member.title),
        "x": rounded(across.centre),
        "y": rounded(upwards.centre),
        "text": [str(member.slot + 1)],
        "textfont": {
            "color": "--on-series",
            "size": 12 if member.headline else 10 if member.compared else 9,
            "weight": 700,
        },
        "marker": {
            "color": member.colour,
            "size": HELD if member.headline else 18 if member.compared else 15,
            "symbol": SYMBOLS[member.turn % len(SYMBOLS)],
            "line": {"color": "--page", "width": 2},
        },
        "hovertemplate": f"%{{fullData.name}}<br>{told}<extra></extra>",
    }


def _layout(runs: xr.Dataset, cost: Measure, risk: Measure) -> dict[str, Any]:
    axes = {
        name: {"rangemode": "tozero" if np.nanmin(values(runs, measure.name), initial=np.inf) >= 0 else "normal"}
        for name, measure in (("xaxis", cost), ("yaxis", risk))
    }
    return {**axes, "shapes": _limits(cost, risk), "hovermode": "closest"}


def _limits(cost: Measure, risk: Measure) -> list[dict[str, Any]]:
    """A dashed line at each acceptable limit."""
    line = {"type": "line", "layer": "below", "line": {"color": "--muted", "width": 1.2, "dash": "dash"}}
    shapes: list[dict[str, Any]] = []
    if cost.outcome.acceptable:
        at = cost.outcome.acceptable[1]
        shapes.append({**line, "xref": "x", "yref": "paper", "x0": at, "x1": at, "y0": 0, "y1": 1})
    if risk.outcome.acceptable:
        at = risk.outcome.acceptable[1]
        shapes.append({**line, "xref": "paper", "yref": "y", "x0": 0, "x1": 1, "y0": at, "y1": at})
    return shapes
