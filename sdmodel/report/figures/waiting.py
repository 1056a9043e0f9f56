"""The finding "waiting" → its figures: what each patience brings, and what it is worth to wait and see."""

from typing import Any

import numpy as np
import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.report.embed import in_template, label, rounded
from sdmodel.report.figures.figure import Figure
from sdmodel.report.figures.traces import band
from sdmodel.report.text import number, unit

CURVE_HEADS = ("Patience", "Expected gain", "Its 95 % interval")
WORTH_HEADS = (
    "Chance",
    "Best size",
    "Best patience",
    "Gain",
    "Best fixed path",
    "Worth of waiting",
    "Worth of knowing",
)
_PRIORS = (0.1, 0.3, 0.5, 0.7, 0.9)
_FOR_EVER = 1.18  # where the last patience stands, as a part of the one before it


def waiting_figures(finding: Finding, place: int = 0) -> tuple[Figure, ...]:
    """The curve over patience, and the worth of waiting over the chance of the first theory."""
    return _curve(finding.table, place), _worth(finding, place)


def _curve(table: xr.Dataset, place: int) -> Figure:
    asked = table.sel(prior=table.attrs["asked_prior"], method="nearest")
    size = _size(table, asked)
    data = [_band(table, asked.sel(size=size))]
    for at, prior in enumerate(_shown(table)):
        one = table.sel(prior=prior, method="nearest").sel(size=size)
        data.append(_line(table, one, f"chance {float(one['prior']):g}", at))
    names, of = table.attrs, unit(str(table.attrs["unit"]))
    first = str(table["title"].values[0])
    own = asked.sel(size=size)
    ticks = [f"{float(value):g}" for value in table["patience"].values]
    return Figure(
        key=f"waiting-curve-{place}",
        title=f"How long to wait: {names['size_name']} {size:g}",
        alt=f"Expected gain over {names['patience_name']}, one line for each chance of “{first}”.",
        spec={
            "data": data,
            "layout": {
                "xaxis": {"tickvals": rounded(_places(table)), "ticktext": [*ticks[:-1], "for ever"]},
                "shapes": [_zero()],
                "hovermode": "closest",
            },
        },
        above=f"↑ {names['outcome_title']}, better than not to begin{f' ({of})' if of else ''}",
        below=f"{names['patience_name']}{_in(names['patience_unit'])} →",
        height=400,
        note=f"One line for each chance of “{first}” against “{table['title'].values[1]}”; shaded: 95 % interval of "
        f"the mean over futures at {float(asked['prior']):g}.",
        rows=tuple(_row(own.isel(patience=at), ticks[at]) for at in range(len(ticks))),
    )


def _worth(finding: Finding, place: int) -> Figure:
    table = finding.table
    of, first = unit(str(table.attrs["unit"])), str(table["title"].values[0])
    names = (("waiting", "waiting to see"), ("knowing", "knowing beforehand"))
    data = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": told,
            "x": rounded(table["prior"].values),
            "y": rounded(table[name].values),
            "line": {"color": f"--s{at}", "width": 2.2, "dash": "solid" if not at else "dash"},
            "hovertemplate": "%{fullData.name}<br>chance %{x}: %{y:.3g}<extra></extra>",
        }
        for at, (name, told) in enumerate(names)
    ]
    return Figure(
        key=f"waiting-worth-{place}",
        title="What it is worth to wait and see",
        alt=finding.sentence,
        spec={"data": [_spread(table), *data], "layout": {"xaxis": {"range": [0, 1]}, "hovermode": "closest"}},
        above=f"↑ better than the best fixed path{f' ({of})' if of else ''}",
        below=f"Chance of “{first}” →",
        height=320,
        note="Shaded: 95 % of resamples of the futures.",
        rows=tuple(_by_chance(table.isel(prior=at), table) for at in range(0, table.sizes["prior"], 2)),
    )


def _shown(table: xr.Dataset) -> list[float]:
    asked = float(table.attrs["asked_prior"])
    return sorted({*_PRIORS, asked})


def _size(table: xr.Dataset, asked: xr.Dataset) -> float:
    """The best size at the chance asked for; where it is best not to begin, that of least loss."""
    best = float(asked["best_size"])
    if np.isfinite(float(asked["best_patience"])):
        return best
    return float(table["size"].values[int(asked["gain"].max("patience").values.argmax())])


def _places(table: xr.Dataset) -> np.ndarray:
    values = table["patience"].values.astype(float).copy()
    values[-1] = values[-2] + max((_FOR_EVER - 1) * abs(values[-2]), values[-2] - values[0] if len(values) < 4 else 0)
    return np.asarray(values)


def _line(table: xr.Dataset, one: xr.Dataset, name: str, at: int) -> dict[str, Any]:
    asked = float(one["prior"]) == float(table["prior"].sel(prior=table.attrs["asked_prior"], method="nearest"))
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "x": rounded(_places(table)),
        "y": rounded(one["gain"].values),
        "customdata": [*(f"{float(value):g}" for value in table["patience"].values[:-1]), "for ever"],
        "line": {"color": f"--s{at % 8}", "width": 3 if asked else 1.8},
        "marker": {"size": 6 if asked else 4},
        "hovertemplate": f"%{{fullData.name}}<br>{in_template(str(table.attrs['patience_name']))} %{{customdata}}: "
        "%{y:.3g}<extra></extra>",
    }


def _band(table: xr.Dataset, own: xr.Dataset) -> dict[str, Any]:
    at = _shown(table).index(float(table.attrs["asked_prior"]))
    return band(_places(table), own["gain_low"].values, own["gain_high"].values, f"--s{at % 8}/0.18")


def _spread(table: xr.Dataset) -> dict[str, Any]:
    return band(table["prior"].values, table["waiting_low"].values, table["waiting_high"].values, "--s0/0.18")


def _zero() -> dict[str, Any]:
    line = {"color": "--muted", "width": 1, "dash": "dash"}
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": 0, "y1": 0, "layer": "below", "line": line}


def _in(name: object) -> str:
    shown = unit(str(name))
    return f" ({label(shown)})" if shown else ""


def _row(one: xr.Dataset, shown: str) -> tuple[str, ...]:
    return (shown, number(float(one["gain"])), f"{number(float(one['gain_low']))} – {number(float(one['gain_high']))}")


def _by_chance(one: xr.Dataset, table: xr.Dataset) -> tuple[str, ...]:
    size, patience = float(one["best_size"]), float(one["best_patience"])
    begun, last = np.isfinite(patience), float(table["patience"].values[-1])
    fixed = float(one["fixed_size"])
    return (
        f"{float(one['prior']):g}",
        f"{size:g}" if begun else "none",
        ("for ever" if patience == last else f"{patience:g}") if begun else "–",
        number(float(one["rule"])),
        "none" if fixed == float(table.attrs["never_size"]) else f"{fixed:g} for ever",
        number(float(one["waiting"])),
        number(float(one["knowing"])),
    )
