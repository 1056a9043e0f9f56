"""Measured inputs → bars, the strongest first, with whiskers for their intervals."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sdmodel.analysis.wording import joined
from sdmodel.report.embed import label, rounded
from sdmodel.report.figures.figure import Figure
from sdmodel.report.figures.traces import rows_axis
from sdmodel.report.text import number

SHOWN = 10  # bars of a figure: the rest is in the table behind it
NAME_WIDTH = 28  # characters of a name in one line beside the bars
HEADS = ("Input", "Measure", "95 % interval")


@dataclass(frozen=True)
class Measured:
    """An input with its measure and the 95 % interval of that."""

    name: str
    value: float
    low: float
    high: float


def ranking(measured: Sequence[Measured], *, key: str, title: str, below: str, chance: float = float("nan")) -> Figure:
    """Bars by size of the measure; those that raise and lower differ in colour; `chance` is a dashed line.

    `rows` tell of all inputs under HEADS.
    """
    ordered = sorted(measured, key=lambda one: -abs(one.value) if np.isfinite(one.value) else 1.0)
    bars = [one for one in ordered if np.isfinite(one.value)][:SHOWN]
    first = joined([f"{one.name} {number(one.value)}" for one in bars[:3]])
    line = {"type": "line", "xref": "x", "yref": "paper", "x0": chance, "x1": chance, "y0": 0, "y1": 1}
    dashed = [{**line, "line": {"color": "--muted", "width": 1.2, "dash": "dash"}}] if np.isfinite(chance) else []
    return Figure(
        key=key,
        title=title,
        alt=f"{title}: inputs by {below.rstrip(' →')}, largest first: {first or 'none'}.",
        spec={"data": [_bars(bars)], "layout": {**_layout(bars), "shapes": dashed}},
        below=below,
        height=70 + 36 * max(len(bars), 2),
        note="Dashed: what inputs without influence reach by chance." if dashed else "",
        rows=tuple((one.name, number(one.value), f"{number(one.low)} – {number(one.high)}") for one in ordered),
    )


def _bars(bars: Sequence[Measured]) -> dict[str, Any]:
    value, low, high = (np.array([getattr(one, part) for one in bars]) for part in ("value", "low", "high"))
    return {
        "type": "bar",
        "orientation": "h",
        "y": list(range(len(bars))),
        "x": rounded(value),
        "marker": {"color": ["--raises" if one.value > 0 else "--lowers" for one in bars]},
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": rounded(np.nan_to_num(np.maximum(high - value, 0))),
            "arrayminus": rounded(np.nan_to_num(np.maximum(value - low, 0))),
            "color": "--ink",
            "thickness": 1.2,
            "width": 3,
        },
        "customdata": [[label(one.name), number(one.value)] for one in bars],
        "hovertemplate": "%{customdata[0]}: %{customdata[1]}<extra></extra>",
    }


def _layout(bars: Sequence[Measured]) -> dict[str, Any]:
    axis = rows_axis([one.name for one in bars], NAME_WIDTH)
    return {"yaxis": axis, "xaxis": {"rangemode": "tozero"}, "bargap": 0.35}
