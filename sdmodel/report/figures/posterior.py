"""The finding of a posterior → figures: each constant against its prior, pairs known together, data in their bands."""

from typing import Any

import numpy as np
import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.report.embed import in_template, label, rounded
from sdmodel.report.figures.figure import Figure
from sdmodel.report.figures.traces import band
from sdmodel.report.text import number, share, unit

AFTER, HELD, PRIOR = "--s0", "--s1", "--s7"
_LARGE = 30.0  # a range whose ends are so many times apart is drawn in logarithms


def figures(finding: Finding) -> tuple[Figure, ...]:
    """All figures of the finding "posterior": marginals, then pairs, then bands."""
    return (*marginals(finding), *pairs(finding), *bands(finding))


def marginals(finding: Finding) -> tuple[Figure, ...]:
    """A figure for each constant: its density after the data, as an area, against that of its prior, as a line."""
    table = finding.table
    return tuple(_marginal(table, str(name), place) for place, name in enumerate(table["constant"].values))


def pairs(finding: Finding) -> tuple[Figure, ...]:
    """A figure for each pair with a strong correlation: draws of the posterior in the plane of the two."""
    table = finding.table
    named = zip(table["pair_first"].values, table["pair_second"].values, table["pair_correlation"].values, strict=True)
    return tuple(_pair(table, str(one), str(other), float(r), place) for place, (one, other, r) in enumerate(named))


def bands(finding: Finding) -> tuple[Figure, ...]:
    """A figure for each series: observations, the course with its band, and the band of new observations."""
    table = finding.table
    return tuple(_band(table, str(name), place) for place, name in enumerate(table["series"].values))


def _marginal(table: xr.Dataset, name: str, place: int) -> Figure:
    one = table.sel(constant=name)
    edges, middle, low, high = one["edges"].values, *(float(one[part]) for part in ("median", "low", "high"))
    axis: dict[str, Any] = {"range": [float(edges[0]), float(edges[-1])]}
    per = np.ones(len(edges) - 1)
    if _wide(edges):
        axis = {"type": "log", "range": np.log10(edges[[0, -1]]).tolist()}
        per = np.diff(edges) / np.diff(np.log(edges))  # a density by the logarithm, as the axis has it
    traces = [
        _steps(edges, one["density"].values * per, "after the data", AFTER, filled=True),
        _steps(edges, one["prior_density"].values * per, "before (prior)", PRIOR, filled=False),
    ]
    at = {"xref": "x", "yref": "paper", "y0": 0, "y1": 1, "x0": float(one["own"]), "x1": float(one["own"])}
    own = {"type": "line", **at, "line": {"color": PRIOR, "width": 1, "dash": "dot"}}
    upright = {"rangemode": "tozero", "showticklabels": False}
    narrower = share(max(0.0, float(one["contraction"])))
    interval = f"{number(low)} to {number(high)}"
    return Figure(
        key=f"posterior-{place}",
        title=f"{name}: {number(middle)} ({interval})",
        alt=f"Density of {name}: median {number(middle)}, 90 % interval {interval}, {narrower} narrower than before.",
        spec={"data": traces, "layout": {"xaxis": axis, "yaxis": upright, "shapes": [own]}},
        above="density",
        below=unit(str(one["unit"].values)),
        height=210,
        note=f"90 % interval narrower than the prior by {narrower}.",
        rows=((name, number(middle), number(low), number(high), *_prior(one), narrower, f"{float(one['r_hat']):.3f}"),),
    )


def _prior(one: xr.Dataset) -> tuple[str, str]:
    return number(float(one["prior_low"])), number(float(one["prior_high"]))


def _wide(edges: "np.ndarray") -> bool:
    return bool(edges[0] > 0 and edges[-1] / edges[0] >= _LARGE and edges[1] - edges[0] < 0.5 * (edges[-1] - edges[-2]))


def _steps(edges: "np.ndarray", density: "np.ndarray", name: str, colour: str, *, filled: bool) -> dict[str, Any]:
    trace = {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": rounded(np.repeat(edges, 2)[1:-1]),
        "y": rounded(np.repeat(density, 2)),
        "hoverinfo": "skip",
        "line": {"color": colour, "width": 1.6 if filled else 1.4, "dash": "solid" if filled else "dash"},
    }
    return {**trace, "fill": "tozeroy", "fillcolor": f"{colour}/0.2"} if filled else trace


def _pair(table: xr.Dataset, first: str, second: str, correlation: float, place: int) -> Figure:
    xs, ys = (table["draws"].sel(constant=name).values for name in (first, second))
    points = {
        "type": "scatter",
        "mode": "markers",
        "name": "draws",
        "x": rounded(xs),
        "y": rounded(ys),
        "hovertemplate": f"{in_template(first)} %{{x:.3g}}<br>{in_template(second)} %{{y:.3g}}<extra></extra>",
        "marker": {"color": f"{AFTER}/0.45", "size": 5},
    }
    units = [unit(str(table["unit"].sel(constant=name).values)) for name in (first, second)]
    names = [f"{name} ({of})" if of else name for name, of in zip((first, second), units, strict=True)]
    told = number(correlation)
    return Figure(
        key=f"posterior-pair-{place}",
        title=f"{first} and {second}",
        alt=f"{len(xs)} draws of {first} and {second}; rank correlation {told}.",
        spec={"data": [points], "layout": {"hovermode": "closest"}},
        above=names[1],
        below=names[0],
        height=280,
        note=f"Rank correlation {told}: the data know the two together, hardly apart.",
    )


def _band(table: xr.Dataset, name: str, place: int) -> Figure:
    one, time = table.sel(series=name), np.asarray(table["time"].values, dtype=float)
    rows = table.isel(observation=np.flatnonzero(table["series_of"].values == name))
    title = str(one["title"].values)
    traces = [_area(time, one, "predicted", 0.12), _area(time, one, "curve", 0.28), _line(time, one)]
    traces += [trace for window in ("fit", "holdout") if (trace := _points(rows, window))]
    held = table.attrs["holdout"]
    shade = {"type": "rect", "xref": "x", "yref": "paper", "y0": 0, "y1": 1, "layer": "below", "line": {"width": 0}}
    shapes = [{**shade, "x0": held[0], "x1": held[1], "fillcolor": f"{HELD}/0.08"}] if held else []
    inside, total = int(rows["inside"].sum()), rows.sizes["observation"]
    return Figure(
        key=f"posterior-band-{place}",
        title=title,
        alt=f"{title}: {inside} of {total} observations lie in the 90 % band of new observations.",
        spec={"data": traces, "layout": {"shapes": shapes, "hovermode": "closest"}},
        above=unit(str(one["series_unit"].values)),
        height=300,
        note=f"{inside} of {total} observations lie in the wider band, which has their errors in it; 90 % should.",
        rows=tuple(_row(rows.isel(observation=at)) for at in range(total)),
    )


def _area(time: "np.ndarray", one: xr.Dataset, kind: str, opacity: float) -> dict[str, Any]:
    low, high = one[f"{kind}_low"].values, one[f"{kind}_high"].values
    return band(time, low, high, f"{AFTER}/{opacity}")


def _line(time: "np.ndarray", one: xr.Dataset) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": "median",
        "x": rounded(time, 7),
        "y": rounded(one["curve_median"].values),
        "hovertemplate": "%{fullData.name}: %{y:.3g}<extra></extra>",
        "line": {"color": AFTER, "width": 2.4},
    }


def _points(rows: xr.Dataset, window: str) -> dict[str, Any] | None:
    """Observations of a window; those outside their interval are hollow."""
    chosen = rows.isel(observation=np.flatnonzero(rows["window_of"].values == window))
    if not chosen.sizes["observation"]:
        return None
    shape = "circle" if window == "fit" else "square"
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "used" if window == "fit" else "held out",
        "x": rounded(chosen["observed_at"].values, 7),
        "y": rounded(chosen["observed"].values),
        "customdata": [label(str(source), width=60) for source in chosen["source_of"].values],
        "hovertemplate": "%{fullData.name}: %{y:.4g}<br>%{customdata}<extra></extra>",
        "marker": {
            "color": AFTER if window == "fit" else HELD,
            "size": 9,
            "symbol": [shape if inside else f"{shape}-open" for inside in chosen["inside"].values],
        },
    }


def _row(row: xr.Dataset) -> tuple[str, ...]:
    when = f"{float(row['observed_at'].values):.2f}".rstrip("0").rstrip(".")
    numbers = (
        number(float(row[name].values)) for name in ("observed", "observed_median", "observed_low", "observed_high")
    )
    window = "used" if str(row["window_of"].values) == "fit" else "held out"
    return (when, *numbers, "yes" if bool(row["inside"].values) else "no", window)
