"""The finding "information" → bars: what knowing each unknown before the choice would be worth, the highest first."""

from typing import Any

import numpy as np
import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.wording import joined
from sdmodel.report.embed import label, rounded
from sdmodel.report.figures.figure import Figure
from sdmodel.report.figures.traces import rows_axis
from sdmodel.report.text import number, share, unit

SHOWN = 10
NAME_WIDTH = 30  # characters of a name in one line beside the bars
HEADS = ("Unknown", "Worth", "95 % interval", "Beyond chance", "Changes the choice in", "To")


def information(finding: Finding, outcome: str = "", place: int = 0) -> Figure:
    """The figure on `outcome` (default: the first of the finding); its `rows` stand under HEADS.

    Bars of what cannot be told from chance are pale; there is no bar for what is worth nothing.
    """
    table = finding.table
    one = table.sel(outcome=outcome or str(table["outcome"].values[0]))
    order = np.argsort(-one["worth"].values, kind="stable")
    rows = one.isel(input=[at for at in order if one["worth"].values[at] > 0][:SHOWN])
    units = unit(str(one["units"].values))
    title = str(one["outcome_title"].values)
    told = [f"{row['input'].values} {number(float(row['worth']))}" for row in _each(rows)[:3]]
    choice = str(one["choice_title"].values)
    return Figure(
        key=f"information-{place}",
        title="What is worth finding out",
        alt=f"{title}: without knowing more the choice is {choice}. "
        + (f"Worth most to know: {joined(told)}." if told else "No single unknown is worth anything."),
        spec={"data": [_bars(rows)], "layout": _layout(rows)},
        below=f"Expected gain in {title[:1].lower()}{title[1:]}{f' ({units})' if units else ''} if it were known →",
        height=70 + 36 * max(rows.sizes["input"], 2),
        note=f"Knowing everything would be worth {number(float(one['perfect']))}.",
        rows=tuple(_row(row) for row in _each(rows)),
    )


def _each(rows: xr.Dataset) -> list[xr.Dataset]:
    return [rows.isel(input=place) for place in range(rows.sizes["input"])]


def _bars(rows: xr.Dataset) -> dict[str, Any]:
    worth = rows["worth"].values
    return {
        "type": "bar",
        "orientation": "h",
        "y": list(range(len(worth))),
        "x": rounded(worth),
        "marker": {"color": ["--s0" if clear else "--s7/0.4" for clear in rows["clear"].values]},
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": rounded(np.nan_to_num(rows["high"].values - worth)),
            "arrayminus": rounded(np.nan_to_num(worth - rows["low"].values)),
            "color": "--ink",
            "thickness": 1.2,
            "width": 3,
        },
        "customdata": [[label(row[0]), row[1], label(row[5] or "–")] for row in map(_row, _each(rows))],
        "hovertemplate": "%{customdata[0]}: worth %{customdata[1]}; would change the choice to %{customdata[2]}"
        "<extra></extra>",
    }


def _layout(rows: xr.Dataset) -> dict[str, Any]:
    axis = rows_axis([str(name) for name in rows["input"].values], NAME_WIDTH)
    return {"yaxis": axis, "xaxis": {"rangemode": "tozero"}, "bargap": 0.35}


def _row(row: xr.Dataset) -> tuple[str, ...]:
    low, high = (number(float(row[name])) for name in ("low", "high"))
    clear = "yes" if bool(row["clear"]) else "no"
    names = (str(row["input"].values), str(row["instead"].values))
    changes = share(float(row["changes"]))
    return (names[0], number(float(row["worth"])), f"{low} – {high}", clear, changes, names[1])
