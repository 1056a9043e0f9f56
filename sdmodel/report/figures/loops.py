"""The finding "loops" → bars: how an outcome changes in a scenario when each feedback loop is knocked out.

What changes most comes first. A bar to the right is an outcome that is higher without the loop, so that the loop holds
it down.
"""

from typing import Any

import numpy as np

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.wording import joined
from sdmodel.report.embed import label, rounded
from sdmodel.report.figures.figure import Figure
from sdmodel.report.figures.traces import rows_axis
from sdmodel.report.text import count, number, signed, unit

SHOWN = 12  # bars of a figure: the rest is in the table behind it
NAME_WIDTH = 30  # characters of a name in one line beside the bars
HEADS = ("Loop", "Kind", "With all loops", "Without it", "Change", "Knocked out by")


def loops_figure(finding: Finding, outcome: str = "", scenario: str = "", place: int = 0) -> Figure:
    """The figure on `outcome` (default: the first of the finding) under `scenario` (default: the baseline).

    Its `rows` tell of all loops, under the heads HEADS; loops whose knock-out makes the outcome lose or gain a value
    ("never") have no bar, and come last.
    """
    table = finding.table
    outcome = outcome or str(table["outcome"].values[0])
    scenario = scenario or str(table.attrs["baseline"])
    one = table.sel(outcome=outcome, scenario=scenario)
    change = one["change"].values
    order = np.argsort(-np.nan_to_num(np.abs(change), nan=-1.0), kind="stable")
    ordered = one.isel(loop=order)
    bars = [at for at in range(len(order)) if np.isfinite(change[order[at]])][:SHOWN]
    title, units = str(one["outcome_title"].values), unit(str(one["units"].values))
    return Figure(
        key=f"loops-{place}",
        title="Which feedback loops matter",
        alt=_alt(ordered, title, str(one["scenario_title"].values)),
        spec={"data": [_bars(ordered, bars)], "layout": _layout(ordered, bars)},
        below=f"Change of {title[:1].lower()}{title[1:]}{f' ({units})' if units else ''} without the loop →",
        height=70 + 30 * max(len(bars), 2),
        rows=tuple(_row(ordered.isel(loop=at)) for at in range(len(order))),
    )


def _bars(ordered: Any, bars: list[int]) -> dict[str, Any]:
    change, before = ordered["change"].values[bars], float(ordered["with_loop"])
    without = ordered["without_loop"].values[bars]
    shown = [signed(float(value), before or float(value)) for value in change]
    names = [_name(ordered, at) for at in bars]
    return {
        "type": "bar",
        "orientation": "h",
        "y": list(range(len(bars))),
        "x": rounded(change),
        "marker": {"color": ["--raises" if value > 0 else "--lowers" for value in change]},
        "customdata": [
            [label(name), number(float(value)), words] for name, value, words in zip(names, without, shown, strict=True)
        ],
        "hovertemplate": "%{customdata[0]}<br>without it %{customdata[1]} (%{customdata[2]})<extra></extra>",
    }


def _layout(ordered: Any, bars: list[int]) -> dict[str, Any]:
    axis = rows_axis([_name(ordered, at) for at in bars], NAME_WIDTH)
    return {"yaxis": axis, "xaxis": {"rangemode": "tozero"}, "bargap": 0.35}


def _name(ordered: Any, at: int) -> str:
    """ "R1 Spiral of suspicion"; a loop without a title has its name alone."""
    name, title = (str(ordered[which].values[at]) for which in ("loop", "title"))
    return name if title == name else f"{name} {title}"


def _alt(ordered: Any, title: str, scenario: str) -> str:
    told = [
        f"{_name(ordered, at)} {number(float(ordered['without_loop'].values[at]))}"
        for at in range(min(3, ordered.sizes["loop"]))
    ]
    loops = count(ordered.sizes["loop"], "feedback loop")
    before = number(float(ordered["with_loop"]))
    return f"{title} under {scenario} without each of {loops}, {before} with all; largest change: {joined(told)}."


def _row(one: Any) -> tuple[str, ...]:
    before, after, change = (float(one[name]) for name in ("with_loop", "without_loop", "change"))
    name, title = str(one["loop"].values), str(one["title"].values)
    shown = name if title == name else f"{name} {title}"
    kind, knock_out = str(one["kind"].values), str(one["knock_out"].values)
    return (shown, kind, number(before), number(after), signed(change, before or change), knock_out)
