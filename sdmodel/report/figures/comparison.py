"""The finding "comparison" → scenarios by one outcome: a mark for the middle future on a bar that holds 90 % of all."""

from typing import Any

import numpy as np
import xarray as xr

from sdmodel.analysis.centre import SHARE
from sdmodel.analysis.finding import Finding
from sdmodel.analysis.wording import joined
from sdmodel.report.embed import label, rounded
from sdmodel.report.figures.figure import Figure
from sdmodel.report.figures.traces import rows_axis
from sdmodel.report.text import number, share, signed, unit

NAME_WIDTH = 28
HEADS = ("Scenario", "Median or share", "5 % – 95 %", "Change to the baseline", "Never")


def comparison_figure(finding: Finding, outcome: str = "", place: int = 0) -> Figure:
    """The figure on `outcome` (default: the first of the finding); the baseline is grey. `rows` stand under HEADS."""
    one = finding.table.sel(outcome=outcome or str(finding.table["outcome"].values[0]))
    of_share = str(one["centred"].values) == SHARE
    units = "share of futures" if of_share else unit(str(one["units"].values))
    titles = [_title(one, at) for at in range(one.sizes["scenario"])]
    axis = rows_axis(titles, NAME_WIDTH, marks=True)
    across: dict[str, Any] = {"rangemode": "tozero" if _near_zero(one) else "normal", "showgrid": True}
    if of_share:
        across |= {"range": [0, 1.02], "tickformat": ".0%"}
    title = str(one["title"].values)
    middle = [f"{name} {_centre(one, at, of_share)}" for at, name in enumerate(titles)]
    return Figure(
        key=f"comparison-{place}",
        title=title,
        alt=f"{title}: {joined(middle)}.",
        spec={"data": [_spans(one), _marks(one, titles, of_share)], "layout": {"yaxis": axis, "xaxis": across}},
        below=f"{units} →" if units else "",
        height=60 + 34 * max(len(titles), 2),
        note="Mark: the share of futures." if of_share else "Mark: the median future; bar: 90 % of futures.",
        rows=tuple(_row(one, at, titles[at], of_share) for at in range(len(titles))),
    )


def _title(one: xr.Dataset, at: int) -> str:
    name = str(one["scenario"].values[at])
    return str(one["scenario_title"].values[at]) if "scenario_title" in one.coords else name.replace("_", " ")


def _near_zero(one: xr.Dataset) -> bool:
    """Whether zero belongs to the picture: nothing is below it, and the least is small beside the most."""
    every = np.concatenate([one[name].values for name in ("centre", "low", "high")])
    every = every[np.isfinite(every)]
    return bool(every.size and every.min() >= 0 and every.min() <= 0.6 * every.max())


def _own(one: xr.Dataset) -> list[bool]:
    """Which scenarios are their own yardstick: the baseline, also under a theory or a shock."""
    names = [str(name) for name in one["scenario"].values]
    plain = [one.attrs.get("baseline", "")] * len(names)
    against = one["baseline"].values.tolist() if "baseline" in one.coords else plain
    return [name == str(base) for name, base in zip(names, against, strict=True)]


def _tints(one: xr.Dataset) -> list[str]:
    return ["--s7" if own else "--s0" for own in _own(one)]


def _spans(one: xr.Dataset) -> dict[str, Any]:
    low, high = one["low"].values, one["high"].values
    return {
        "type": "bar",
        "orientation": "h",
        "y": list(range(len(low))),
        "x": rounded(high - low),
        "base": rounded(low),
        "width": 0.34,
        "marker": {"color": [f"{tint}/0.3" for tint in _tints(one)]},
        "hoverinfo": "skip",
    }


def _marks(one: xr.Dataset, titles: list[str], of_share: bool) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": rounded(one["centre"].values),
        "y": list(range(len(titles))),
        "marker": {"size": 12, "color": _tints(one), "line": {"color": "--page", "width": 1.5}},
        "customdata": [[label(name), _centre(one, at, of_share), _range(one, at)] for at, name in enumerate(titles)],
        "hovertemplate": "%{customdata[0]}: %{customdata[1]}<br>90 % of futures: %{customdata[2]}<extra></extra>",
        "cliponaxis": False,
    }


def _centre(one: xr.Dataset, at: int, of_share: bool) -> str:
    value = float(one["centre"].values[at])
    return share(value) if of_share else number(value, time=_of_time(one))


def _of_time(one: xr.Dataset) -> bool:
    """Whether the outcome is a moment."""
    return "of_time" in one.coords and bool(one["of_time"])


def _range(one: xr.Dataset, at: int) -> str:
    low, high = (float(one[end].values[at]) for end in ("low", "high"))
    if not np.isfinite([low, high]).all():
        return "–"
    return " – ".join(number(end, time=_of_time(one)) for end in (low, high))


def _row(one: xr.Dataset, at: int, title: str, of_share: bool) -> tuple[str, ...]:
    centre, change, never = (float(one[name].values[at]) for name in ("centre", "difference_centre", "never"))
    like = 10.0 if _of_time(one) else centre
    shown = f"{signed(100 * change, 100)} points" if of_share and np.isfinite(change) else signed(change, like)
    own = _own(one)[at]
    gone = share(never) if never > 0 else "–"
    return (title, _centre(one, at, of_share), _range(one, at), "baseline" if own else shown, gone)
