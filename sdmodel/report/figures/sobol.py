"""The finding "sobol" → three figures: indices of an outcome, shares of a trajectory's variance over time, convergence.

Bars: the pale one is the total index, the share of the variance in which the input has a part; the dark one below it is
the first-order index, what it does alone; whiskers are 95 % intervals. Bands over time are first-order indices stacked,
what inputs do only together on top of them, so that all add up to the whole variance.
"""

from typing import Any

import numpy as np
import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.wording import joined
from sdmodel.report.embed import label, rounded
from sdmodel.report.figures.figure import Figure
from sdmodel.report.figures.traces import rows_axis
from sdmodel.report.text import number, share

SHOWN = 10  # bars of a figure: the rest is in the table behind it
BANDS = 6  # inputs with a colour of their own over time; the others are one band
POINTS = 101
NAME_WIDTH = 28
HEADS = ("Input", "Total index", "95 % interval", "First-order index", "95 % interval")
HEADS_OVER_TIME = ("Input", "First", "Middle", "Last time")
HEADS_OF_CONVERGENCE = ("Blocks", "Widest 95 % interval")
_FULL, _ALONE, _TOGETHER = "--s0/0.35", "--s0", "--muted/0.25"


def sobol_figure(finding: Finding, outcome: str = "", scenario: str = "", place: int = 0) -> Figure:
    """Bars of the total and first-order indices of `outcome` under `scenario` (default: the first of the finding).

    Its `rows` tell of all inputs, largest total index first, under the heads HEADS.
    """
    table = finding.table
    one = table.sel(
        outcome=outcome or str(table["outcome"].values[0]), scenario=scenario or str(table["scenario"].values[0])
    )
    order = np.argsort(-np.nan_to_num(one["total_order"].values, nan=-1.0), kind="stable")
    ordered = one.isel(input=order)
    bars = ordered.isel(input=slice(0, SHOWN))
    names = [str(name) for name in bars["input"].values]
    axis = rows_axis(names, NAME_WIDTH)
    layout = {
        "yaxis": axis,
        "xaxis": {"rangemode": "tozero", "tickformat": ".0%"},
        "barmode": "group",
        "bargap": 0.3,
        "showlegend": False,
    }
    kinds = (("total_order", "has a part in", _FULL), ("first_order", "alone", _ALONE))
    return Figure(
        key=f"sobol-{place}",
        title=str(one["title"].values),
        alt=_alt(one, ordered),
        spec={"data": [_bars(bars, *kind) for kind in kinds], "layout": layout},
        below="Share of the variance: in which the input has a part (pale), and alone (dark) →",
        height=70 + 44 * max(len(names), 2),
        rows=tuple(_row(ordered.isel(input=at)) for at in range(ordered.sizes["input"])),
    )


def sobol_over_time(finding: Finding, trajectory: str = "", scenario: str = "", place: int = 0) -> Figure:
    """First-order indices of a trajectory stacked over time, and on top what inputs do only together.

    At times at which nothing moves the variable there is a gap. `rows` under HEADS_OVER_TIME have total indices.
    """
    table = finding.table
    name = trajectory or str(table["trajectory"].values[0])
    one = table.sel(trajectory=name, scenario=scenario or str(table["scenario"].values[0]))
    moves = np.flatnonzero(~one["insensitive_over_time"].values & np.isfinite(one["variance_over_time"].values))
    picked = moves[np.unique(np.linspace(0, moves.size - 1, min(POINTS, moves.size)).round().astype(int))]
    one = one.isel(time=picked).transpose("input", "time", ...)
    bands = _shares(one)
    times = one["time"].values
    return Figure(
        key=f"sobol-time-{place}",
        title=f"{name} over time",
        alt=_alt_over_time(one, name),
        spec={
            "data": [_band(times, values, told, turn, len(bands)) for turn, (told, values) in enumerate(bands.items())],
            "layout": {"yaxis": {"range": [0, 1], "tickformat": ".0%"}, "showlegend": True},
        },
        above="Share of the variance at each time",
        height=320,
        rows=tuple(_row_over_time(one.isel(input=at)) for at in range(one.sizes["input"])) if times.size else (),
    )


def sobol_convergence(finding: Finding, place: int = 0) -> Figure:
    """The widest 95 % interval of each outcome against the number of blocks, with the limit that was stated."""
    table = finding.table
    widest, samples = table["widest"].max("scenario").transpose("outcome", "sample"), table["sample"].values
    limit = float(table.attrs["limit"])
    lines: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": label(str(title)),
            "x": [int(sample) for sample in samples],
            "y": rounded(values, 3),
            "line": {"color": f"--s{turn % 8}", "width": 2},
            "hovertemplate": "%{fullData.name}<br>%{x:,} blocks: %{y:.3f}<extra></extra>",
        }
        for turn, (title, values) in enumerate(zip(table["title"].values, widest.values, strict=True))
    ]
    lines.append(
        {
            "type": "scatter",
            "mode": "lines",
            "name": f"limit {limit:g}",
            "x": [int(samples[0]), int(samples[-1])],
            "y": [limit, limit],
            "line": {"color": "--ink", "width": 1, "dash": "dash"},
            "hoverinfo": "skip",
        }
    )
    enough = "enough" if table.attrs["enough"] else "not enough"
    last = number(float(table.attrs["widest"]))
    return Figure(
        key=f"sobol-convergence-{place}",
        title="Is the sample enough?",
        alt=f"Widest 95 % interval {last} with {int(samples[-1]):,} blocks, limit {limit:g}: {enough}.",
        spec={
            "data": lines,
            "layout": {
                "xaxis": {"type": "log", "tickvals": [int(one) for one in samples]},
                "yaxis": {"rangemode": "tozero"},
                "showlegend": True,
            },
        },
        above="Widest 95 % interval of any index",
        below="Blocks →",
        rows=tuple(
            (f"{int(sample):,}", number(float(np.nanmax(column)) if np.isfinite(column).any() else float("nan")))
            for sample, column in zip(samples, widest.values.T, strict=True)
        ),
    )


def _bars(bars: xr.Dataset, kind: str, words: str, colour: str) -> dict[str, Any]:
    value, low, high = (bars[f"{kind}{bound}"].values for bound in ("", "_low", "_high"))
    shown = np.clip(value, 0.0, None)
    return {
        "type": "bar",
        "orientation": "h",
        "y": list(range(len(value))),
        "x": rounded(shown, 3),
        "marker": {"color": colour},
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": rounded(np.maximum(high - shown, 0), 3),
            "arrayminus": rounded(np.clip(shown - low, 0, shown), 3),
            "color": "--ink",
            "thickness": 1.2,
            "width": 3,
        },
        "customdata": [
            [label(str(name)), share(float(np.clip(one, 0, 1)))]
            for name, one in zip(bars["input"].values, value, strict=True)
        ],
        "hovertemplate": f"%{{customdata[0]}}<br>{words} %{{customdata[1]}}<extra></extra>",
    }


def _shares(one: xr.Dataset) -> dict[str, np.ndarray]:
    """Bands [time] by name that add up to 1: the inputs that matter most at any time, others, and what is joint.

    Estimates that chance puts below 0 count as 0; where first-order indices add up to more than 1 all shrink alike.
    """
    alone = np.clip(np.nan_to_num(one["first_order_over_time"].values), 0.0, None)
    alone = alone / np.maximum(alone.sum(axis=0), 1.0)
    order = np.argsort(-alone.max(axis=1, initial=0.0), kind="stable")
    bands = {str(one["input"].values[at]): alone[at] for at in order[:BANDS]}
    if len(order) > BANDS:
        bands[f"{len(order) - BANDS} other inputs"] = alone[order[BANDS:]].sum(axis=0)
    return {**bands, "only together": 1.0 - alone.sum(axis=0)}


def _band(times: np.ndarray, values: np.ndarray, name: str, turn: int, bands: int) -> dict[str, Any]:
    colour = _TOGETHER if turn == bands - 1 else f"--s{turn % 8}/0.7"
    return {
        "type": "scatter",
        "mode": "lines",
        "stackgroup": "share",
        "name": label(name),
        "x": rounded(times, 7),
        "y": rounded(values, 3),
        "fillcolor": colour,
        "line": {"width": 0.5, "color": colour},
        "hovertemplate": "%{fullData.name}: %{y:.0%}<extra></extra>",
    }


def _alt(one: xr.Dataset, ordered: xr.Dataset) -> str:
    title = str(one["title"].values)
    if bool(one["insensitive"].all()):
        return f"{title}: nothing that varies moves it."
    told = [
        f"{ordered['input'].values[at]} {_told(ordered['total_order'].values[at])}"
        for at in range(min(3, ordered.sizes["input"]))
    ]
    return f"{title}: share of the variance in which each input has a part, largest first: {joined(told)}."


def _alt_over_time(one: xr.Dataset, name: str) -> str:
    if not one.sizes["time"]:
        return f"{name}: nothing that varies moves it."
    told = [
        f"{one['input'].values[int(np.argmax(total))]} at {number(float(time), time=True)}"
        for time, total in (
            (one["time"].values[at], one["total_order_over_time"].values[:, at]) for at in (0, one.sizes["time"] - 1)
        )
    ]
    return f"Shares of the variance of {name} over time; the input with the largest part is {joined(told)}."


def _told(value: float) -> str:
    return share(float(np.clip(value, 0.0, 1.0)))


def _row(one: xr.Dataset) -> tuple[str, ...]:
    cells = [str(one["input"].values)]
    for kind in ("total_order", "first_order"):
        value, low, high = (float(one[f"{kind}{bound}"]) for bound in ("", "_low", "_high"))
        cells += [_told(value), f"{_told(low)} – {_told(high)}"]
    return tuple(cells)


def _row_over_time(one: xr.Dataset) -> tuple[str, ...]:
    total = one["total_order_over_time"].values
    return (str(one["input"].values), *(_told(total[at]) for at in (0, total.size // 2, -1)))
