"""The finding "overlay" → scenarios by what a shock or variant changes: a mark for it alone, others under each theory.

Marks of one scenario are joined: the length of the line is how much of the change hangs on the theory.
"""

from typing import Any

import numpy as np
import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.wording import joined
from sdmodel.report.embed import in_template, label, rounded
from sdmodel.report.figures.figure import Figure
from sdmodel.report.figures.traces import rows_axis
from sdmodel.report.text import number, share, signed, unit

HEADS = (
    "Scenario",
    "Also laid over",
    "Without",
    "With",
    "Change",
    "90 % of futures",
    "Higher in",
    "Of the plain change",
)
NAME_WIDTH = 28
_ALONE = "nothing else laid over"
_SYMBOLS = ("circle", "diamond-open", "square-open", "triangle-up-open", "star-open")


def overlay_figure(finding: Finding, outcome: str = "", place: int = 0) -> Figure:
    """The figure on `outcome` (default: the first of the finding); `rows` stand under HEADS."""
    one = finding.table.sel(outcome=outcome or str(finding.table["outcome"].values[0]))
    size, units = _unit(one)
    titles = [str(name) for name in one["scenario_title"].values]
    title = f"{one['title'].values}: what {one.attrs['overlay_title']} changes"
    axis = rows_axis(titles, NAME_WIDTH, marks=True)
    first = size * one["effect"].values[:, 0]
    told = [f"{name} {signed(float(change), float(change))}" for name, change in zip(titles, first, strict=True)]
    marks = [trace for under in range(one.sizes["under"]) for trace in _marks(one, under, size)]
    return Figure(
        key=f"overlay-{place}",
        title=title,
        alt=f"{title}: {joined(told)}.",
        spec={
            "data": [_spans(one, size), _joins(one, size), *marks],
            "layout": {"yaxis": axis, "xaxis": {"zeroline": True, "rangemode": "tozero"}, "hovermode": "closest"},
        },
        below=f"Change{f' ({units})' if units else ''} →",
        height=90 + 38 * max(len(titles), 2),
        risk=bool(one["risk"].values),
        note=_note(one),
        rows=tuple(_row(one, s, u) for s in range(len(titles)) for u in range(one.sizes["under"]) if _ran(one, s, u)),
    )


def _unit(one: xr.Dataset) -> tuple[float, str]:
    """A yes or no is told in points of a hundred."""
    return (100.0, "points of a hundred") if bool(one["of_share"].values) else (1.0, unit(str(one["units"].values)))


def _note(one: xr.Dataset) -> str:
    several = " Hollow: under the theory named." if one.sizes["under"] > 1 else ""
    bar = "" if bool(one["of_share"].values) else "; bar: 90 % of futures"
    return f"Mark: the mean over futures{bar}.{several}"


def _ran(one: xr.Dataset, scenario: int, under: int) -> bool:
    return bool(one["pairs"].values[scenario, under])


def _spans(one: xr.Dataset, size: float) -> dict[str, Any]:
    """What 90 % of futures hold, with nothing else laid over."""
    low, high = (size * one[end].values[:, 0] for end in ("effect_low", "effect_high"))
    return {
        "type": "bar",
        "orientation": "h",
        "y": list(range(len(low))),
        "x": rounded(high - low),
        "base": rounded(low),
        "width": 0.3,
        "marker": {"color": "--s0/0.2"},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _joins(one: xr.Dataset, size: float) -> dict[str, Any]:
    """A line from the least to the greatest mean of each scenario; from zero where there is one mean alone."""
    x: list[float | None] = []
    y: list[float | None] = []
    for row, effects in enumerate(size * one["effect"].values):
        known = effects[np.isfinite(effects)]
        ends = [0.0, *known] if len(known) == 1 else known
        if len(known):
            x += [*rounded([min(ends), max(ends)]), None]
            y += [row, row, None]
    line = {"color": "--s0", "width": 2}
    return {"type": "scatter", "mode": "lines", "x": x, "y": y, "line": line, "hoverinfo": "skip", "showlegend": False}


def _marks(one: xr.Dataset, under: int, size: float) -> list[dict[str, Any]]:
    rows = [row for row in range(one.sizes["scenario"]) if _ran(one, row, under)]
    theory = str(one["under_title"].values[under]) or _ALONE
    cells = [_row(one, row, under) for row in rows]
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "name": label(theory),
            "x": rounded(size * one["effect"].values[rows, under]),
            "y": rows,
            "marker": {
                "size": 12,
                "symbol": _SYMBOLS[under % len(_SYMBOLS)],
                "color": f"--s{under % 7}",
                "line": {"width": 2, "color": f"--s{under % 7}"},
            },
            "customdata": [[label(cell[0]), cell[2], cell[3], cell[4]] for cell in cells],
            "hovertemplate": f"%{{customdata[0]}}, {in_template(theory)}<br>%{{customdata[1]}} → %{{customdata[2]}} "
            "(%{customdata[3]})<extra></extra>",
            "cliponaxis": False,
        }
    ]


def _row(one: xr.Dataset, scenario: int, under: int) -> tuple[str, ...]:
    cell = one.isel(scenario=scenario, under=under)
    times, (size, _) = bool(one["of_time"].values), _unit(one)
    levels = (number(size * float(cell[name]), time=times) for name in ("without", "with"))
    effect, low, high = (size * float(cell[name]) for name in ("effect", "effect_low", "effect_high"))
    span = f"{signed(low, effect)} to {signed(high, effect)}" if np.isfinite([low, high]).all() else "–"
    ratio, lower, upper = (float(cell[name]) for name in ("ratio", "ratio_lower", "ratio_upper"))
    part = f"{number(ratio)} ({number(lower)} – {number(upper)})" if np.isfinite(ratio) else "–"
    names = (str(cell["scenario_title"].values), str(cell["under_title"].values) or "–")
    return (*names, *levels, signed(effect, effect), span, share(float(cell["higher"])), part)
