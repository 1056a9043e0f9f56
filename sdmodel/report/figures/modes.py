"""The finding "modes" → how fast a small deviation grows or dies out, at some times of a run."""

from typing import Any

import numpy as np

from sdmodel.analysis.finding import Finding
from sdmodel.report.embed import label, rounded
from sdmodel.report.figures.figure import Figure
from sdmodel.report.text import number, unit

HEADS = ("Time", "Growth rate", "The leading mode")


def modes_figure(finding: Finding, place: int = 0) -> Figure:
    """The growth rate of the leading mode over time; `rows` stand under HEADS."""
    found = finding.table
    clock = unit(str(found.attrs["time_unit"]))
    rate = found["real"].isel(mode=0).values if found.sizes["mode"] else np.full(found.sizes["time"], np.nan)
    words = [str(text) for text in found["words"].values]
    zero = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "yref": "y", "y0": 0, "y1": 0}
    trace: dict[str, Any] = {
        "type": "scatter",
        "mode": "lines+markers",
        "x": rounded(found["time"].values, 7),
        "y": rounded(rate),
        "line": {"color": "--s0", "width": 2},
        "marker": {"color": "--s0", "size": 8},
        "customdata": [label(text, width=60) for text in words],
        "hovertemplate": "%{x}: %{customdata}<extra></extra>",
    }
    return Figure(
        key=f"modes-{place}",
        title="Does a small deviation grow?",
        alt=finding.sentence,
        spec={
            "data": [trace],
            "layout": {"shapes": [{**zero, "line": {"color": "--muted", "width": 1.2, "dash": "dash"}}]},
        },
        above=f"↑ Growth rate of the leading mode ({f'1/{clock}' if clock else 'per unit of time'})",
        below=f"Time{f' ({clock})' if clock else ''} →",
        note="Above the dashed line a small deviation grows, below it dies out.",
        rows=tuple(
            (number(float(time), time=True), number(float(value)), text)
            for time, value, text in zip(found["time"].values, rate, words, strict=True)
        ),
    )
