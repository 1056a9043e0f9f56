"""The finding of a calibration → figures: data against the model in time, and the profile of each constant."""

from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sdmodel.report.embed import in_template, label, rounded
from sdmodel.report.figures.figure import Figure
from sdmodel.report.figures.traces import band
from sdmodel.report.text import number, unit

FIT, HELD, OWN = "--s0", "--s1", "--s7"


def courses(table: xr.Dataset) -> tuple[Figure, ...]:
    """A figure for each series: observations, the fitted curve with its band, the curve of the model's own values."""
    return tuple(_course(table, str(name), place) for place, name in enumerate(table["series"].values))


def profiles(table: xr.Dataset) -> tuple[Figure, ...]:
    """A figure for each constant: how much worse the best fit becomes when it is held at another value."""
    return tuple(_profile(table, str(name), place) for place, name in enumerate(table["constant"].values))


def _course(table: xr.Dataset, name: str, place: int) -> Figure:
    one, time = table.sel(series=name), np.asarray(table["time"].values, dtype=float)
    rows = table.isel(observation=np.flatnonzero(table["series_of"].values == name))
    title, of_data = str(one["title"].values), unit(str(one["series_unit"].values))
    low, high = _range(one, rows)
    traces = [_band(time, one), _line(time, one["curve_own"].values, OWN, "model's own values", "dot")]
    traces += [_line(time, one["curve"].values, FIT, "fitted", "solid")]
    traces += [trace for window in ("fit", "holdout") if (trace := _points(rows, window))]
    traces += _marks(table, low + 0.03 * (high - low))
    return Figure(
        key=f"fit-{place}",
        title=title,
        alt=_told(title, rows),
        spec={"data": traces, "layout": _layout(table, low, high)},
        above=of_data,
        height=300,
        rows=tuple(_row(rows.isel(observation=at)) for at in range(rows.sizes["observation"])),
    )


def _range(one: xr.Dataset, rows: xr.Dataset) -> tuple[float, float]:
    """What the upright axis spans: data with their errors and all curves, with room for the marks below."""
    ends = [one[name].values for name in ("curve", "curve_own", "curve_low", "curve_high")]
    ends += [rows["observed"].values - rows["error"].values, rows["observed"].values + rows["error"].values]
    every = np.concatenate([np.ravel(end) for end in ends])
    every = every[np.isfinite(every)]
    low, high = float(every.min()), float(every.max())
    room = 0.08 * (high - low or abs(high) or 1.0)
    return low - 2 * room, high + room


def _band(time: NDArray[np.float64], one: xr.Dataset) -> dict[str, Any]:
    low, high = one["curve_low"].values, one["curve_high"].values
    return band(time, low, high, f"{FIT}/0.15")


def _line(time: NDArray[np.float64], values: NDArray[np.float64], colour: str, name: str, dash: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": rounded(time, 7),
        "y": rounded(values),
        "hovertemplate": "%{fullData.name}: %{y:.3g}<extra></extra>",
        "line": {"color": colour, "width": 2.4 if dash == "solid" else 1.6, "dash": dash},
    }


def _points(rows: xr.Dataset, window: str) -> dict[str, Any] | None:
    """Observations with their errors; those of a shifted kind (another way of asking) are hollow."""
    chosen = rows.isel(observation=np.flatnonzero(rows["window_of"].values == window))
    if not chosen.sizes["observation"]:
        return None
    colour, hollow = FIT if window == "fit" else HELD, chosen["marked"].values.astype(bool)
    shape = "circle" if window == "fit" else "square"
    told = zip(chosen["status_of"].values, chosen["source_of"].values, strict=True)
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "fitted to" if window == "fit" else "held out",
        "x": rounded(chosen["observed_at"].values, 7),
        "y": rounded(chosen["observed"].values),
        "customdata": [label(f"{status}: {source}", width=60) for status, source in told],
        "hovertemplate": "%{fullData.name}: %{y:.4g}<br>%{customdata}<extra></extra>",
        "error_y": {
            "type": "data",
            "array": rounded(chosen["error"].values),
            "color": colour,
            "thickness": 1,
            "width": 3,
        },
        "marker": {"color": colour, "size": 9, "symbol": [f"{shape}-open" if open_ else shape for open_ in hollow]},
    }


def _marks(table: xr.Dataset, height: float) -> list[dict[str, Any]]:
    """Events as small marks on the time axis, told when pointed at."""
    if not table.sizes.get("mark"):
        return []
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": rounded(table["event_at"].values, 7),
            "y": [float(f"{height:.6g}")] * table.sizes["mark"],
            "text": [in_template(str(event)) for event in table["event"].values],
            "hovertemplate": "%{text}<extra></extra>",
            "marker": {
                "color": "--muted",
                "size": 9,
                "symbol": "line-ns-open",
                "line": {"color": "--muted", "width": 2},
            },
            "cliponaxis": False,
        }
    ]


def _layout(table: xr.Dataset, low: float, high: float) -> dict[str, Any]:
    """The window that is held out is shaded."""
    held = table.attrs["holdout"]
    shade = {"type": "rect", "xref": "x", "yref": "paper", "y0": 0, "y1": 1, "layer": "below", "line": {"width": 0}}
    shapes = [{**shade, "x0": held[0], "x1": held[1], "fillcolor": f"{HELD}/0.08"}] if held else []
    return {
        "xaxis": {"range": [float(table["time"].values[0]) - 0.1, float(table["time"].values[-1]) + 0.1]},
        "yaxis": {"range": [low, high]},
        "shapes": shapes,
        "hovermode": "closest",
    }


def _told(title: str, rows: xr.Dataset) -> str:
    counts = {window: int((rows["window_of"].values == window).sum()) for window in ("fit", "holdout")}
    return (
        f"{title}: {counts['fit']} observations that were fitted and {counts['holdout']} held out, against the model."
    )


def _row(row: xr.Dataset) -> tuple[str, ...]:
    window = "fitted to" if str(row["window_of"].values) == "fit" else "held out"
    numbers = (number(float(row[name].values)) for name in ("observed", "fitted", "with_own"))
    when = f"{float(row['observed_at'].values):.2f}".rstrip("0").rstrip(".")
    return (when, *numbers, window, str(row["status_of"].values), str(row["source_of"].values))


def _profile(table: xr.Dataset, name: str, place: int) -> Figure:
    one, limit = table.sel(constant=name), float(table.attrs["threshold"])
    known = np.isfinite(one["profile_value"].values)
    values, rises = one["profile_value"].values[known], one["profile_rise"].values[known]
    best, own = float(one["value"]), float(one["own"])
    line = {
        "type": "scatter",
        "mode": "lines+markers",
        "name": label(name),
        "x": rounded(values),
        "y": rounded(np.minimum(rises, 3 * limit)),
        "hovertemplate": "%{x:.4g}: %{y:.3g}<extra></extra>",
        "line": {"color": FIT, "width": 2},
        "marker": {"color": FIT, "size": 5},
    }
    across = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "yref": "y", "y0": limit, "y1": limit}
    upright = {"type": "line", "xref": "x", "yref": "paper", "y0": 0, "y1": 1}
    shapes = [
        {**across, "line": {"color": "--muted", "width": 1.2, "dash": "dash"}},
        {**upright, "x0": best, "x1": best, "line": {"color": FIT, "width": 1}},
        {**upright, "x0": own, "x1": own, "line": {"color": OWN, "width": 1, "dash": "dot"}},
    ]
    ends = [float(one["least"]), float(one["most"])]
    status = str(one["status"].values)
    low, high = number(float(one["low"])), number(float(one["high"]))
    return Figure(
        key=f"profile-{place}",
        title=f"{name}: {status}",
        alt=f"Profile of {name}: {status}; the best value is {number(best)}, the interval {low} to {high}.",
        spec={
            "data": [line],
            "layout": {
                "xaxis": {"range": ends},
                "yaxis": {"range": [-0.05 * limit, max(1.5 * limit, min(3 * limit, 1.1 * float(rises.max())))]},
                "shapes": shapes,
            },
        },
        above="rise of the sum of squares",
        below=unit(str(one["unit"].values)),
        height=210,
    )
