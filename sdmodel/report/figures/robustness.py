"""The finding "robustness" → a heat map of regret, scenarios by theories, and the Pareto front of two outcomes."""

from typing import Any

import numpy as np
import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.robustness.regret import PERCENT
from sdmodel.analysis.wording import joined
from sdmodel.report.embed import in_template, label, rounded
from sdmodel.report.figures.figure import Figure
from sdmodel.report.text import number, share, unit

NAME_WIDTH = 30  # characters of a name in one line beside the map
REGRET_HEADS = (
    "Scenario",
    "Theory",
    f"Regret, {PERCENT} % of futures",
    "95 % interval",
    "Largest regret",
    "Mean regret",
)
FRONT_HEADS = ("Scenario", "Theory", "Across", "Upwards", "Unbeaten by medians", "Unbeaten in")
_SHADES = (0.08, 0.2, 0.35, 0.5, 0.65)  # numbers on them stay readable in either scheme


def regret_map(finding: Finding, outcome: str = "", place: int = 0) -> Figure:
    """Regret that 90 % of the futures do not exceed, of each scenario under each theory; stronger is worse."""
    table = finding.table
    one = table.sel(outcome=outcome or str(table["outcome"].values[0]))
    title, units = str(one["outcome_title"].values), unit(str(one["units"].values))
    regret = one["high_regret"].values
    worst = np.where(np.isfinite(regret), regret, np.inf).max(axis=1)
    best = str(one["title"].values[int(worst.argmin())])
    return Figure(
        key=f"regret-{place}",
        title=f"Regret in {title[:1].lower()}{title[1:]}{f' ({units})' if units else ''}",
        alt=f"Regret of {one.sizes['scenario']} scenarios under {one.sizes['theory']} theories; the least in the worst "
        f"theory has {best}, {number(float(worst.min()))}.",
        spec={"data": _cells(one), "layout": _layout(one)},
        below=f"Regret that {PERCENT} % of the futures do not exceed; theories across →",
        height=110 + 34 * one.sizes["scenario"],
        rows=tuple(_row(one.isel(scenario=s, theory=t)) for s, t in np.ndindex(regret.shape)),
    )


def pareto(finding: Finding, place: int = 0) -> Figure | None:
    """Medians of the first two outcomes, a numbered marker a scenario and theory, filled where none is better in both.

    None where the finding judges one outcome only.
    """
    table = finding.table
    if table.sizes["outcome"] < 2:
        return None
    across, upwards = (table.isel(outcome=at) for at in (0, 1))
    return Figure(
        key=f"pareto-{place}",
        title="Which scenarios no other one beats",
        alt=f"Medians of {across['outcome_title'].values} and {upwards['outcome_title'].values}; unbeaten: "
        f"{joined(_unbeaten(table)) or 'none'}.",
        spec={"data": [_markers(table, theory) for theory in _theories(table)], "layout": _plane()},
        above=f"↑ {_axis(upwards)}",
        below=f"{_axis(across)} →",
        height=400,
        note="Filled: no other scenario is as good in both and better in one, by medians under the same theory.",
        rows=tuple(_spot(table, s, t) for s in range(table.sizes["scenario"]) for t in _theories(table)),
    )


def _theories(table: xr.Dataset) -> range:
    return range(table.sizes["theory"])


def _cells(one: xr.Dataset) -> list[dict[str, Any]]:
    """A square for each scenario and theory: five shades by how its regret compares with the largest; the number."""
    regret = one["high_regret"].values
    known = regret[np.isfinite(regret)]
    largest = float(known.max()) if len(known) else 0.0
    rows, columns = (axis.ravel() for axis in np.indices(regret.shape))
    parts = np.where(np.isfinite(regret), regret / largest if largest else 0.0, 1.0).ravel()
    shades = [_SHADES[min(int(part * len(_SHADES)), len(_SHADES) - 1)] for part in parts]
    squares = {
        "type": "bar",
        "x": columns.tolist(),
        "y": [0.94] * regret.size,
        "base": (rows - 0.47).tolist(),
        "width": 0.96,
        "marker": {"color": [f"--raises/{shade}" for shade in shades]},
        "customdata": [
            [label(str(one["title"].values[s])), label(str(one["theory_title"].values[t])), number(float(regret[s, t]))]
            for s, t in zip(rows, columns, strict=True)
        ],
        "hovertemplate": "%{customdata[0]}, %{customdata[1]}: %{customdata[2]}<extra></extra>",
    }
    numbers = {
        "type": "scatter",
        "mode": "text",
        "x": columns.tolist(),
        "y": rows.tolist(),
        "text": [number(float(value)) if np.isfinite(value) else "never" for value in regret.ravel()],
        "hoverinfo": "skip",
    }
    return [squares, numbers]


def _layout(one: xr.Dataset) -> dict[str, Any]:
    plain = {"showgrid": False, "zeroline": False, "automargin": True}
    return {
        "showlegend": False,
        "barmode": "overlay",
        "yaxis": plain | _ticks(one["title"].values) | {"range": [one.sizes["scenario"] - 0.5, -0.5]},
        "xaxis": plain | _ticks(one["theory_title"].values) | {"range": [-0.5, one.sizes["theory"] - 0.5]},
    }


def _ticks(titles: np.ndarray) -> dict[str, Any]:
    return {"tickvals": list(range(len(titles))), "ticktext": [label(str(title), width=NAME_WIDTH) for title in titles]}


def _row(cell: xr.Dataset) -> tuple[str, ...]:
    low, high = (number(float(end)) for end in cell["high_regret_bounds"].values)
    numbers = (number(float(cell[name])) for name in ("max_regret", "mean_regret"))
    names = (str(cell["title"].values), str(cell["theory_title"].values))
    return (*names, number(float(cell["high_regret"])), f"{low} – {high}", *numbers)


def _markers(table: xr.Dataset, theory: int) -> dict[str, Any]:
    one = table.isel(theory=theory)
    title = in_template(str(one["theory_title"].values))
    symbols = ("circle", "square", "diamond", "hexagon", "triangle-up", "cross")
    shape = symbols[theory % len(symbols)]
    parts = list(zip(map(str, one["title"].values), map(float, one["pareto_share"].values), strict=True))
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": rounded(one["median"].values[0]),
        "y": rounded(one["median"].values[1]),
        "text": [str(place + 1) for place in range(one.sizes["scenario"])],
        "textposition": "middle right",
        "textfont": {"color": "--muted", "size": 11},
        "marker": {
            "size": 12,
            "symbol": [shape if front else f"{shape}-open" for front in one["pareto_median"].values],
            "color": [f"--s{place % 7}" for place in range(one.sizes["scenario"])],
        },
        "customdata": [[label(name), share(part)] for name, part in parts],
        "hovertemplate": f"%{{customdata[0]}}, {title}<br>unbeaten in %{{customdata[1]}} of futures<extra></extra>",
    }


def _plane() -> dict[str, Any]:
    axis = {"zeroline": False, "automargin": True}
    return {"xaxis": axis, "yaxis": dict(axis), "showlegend": False}


def _axis(one: xr.Dataset) -> str:
    units = unit(str(one["units"].values))
    return f"{one['outcome_title'].values}{f' ({units})' if units else ''}"


def _unbeaten(table: xr.Dataset) -> list[str]:
    """Scenarios on the front under every theory."""
    every = np.asarray(table["pareto_median"].values.all(axis=1))
    return [str(name) for name in table["title"].values[every]]


def _spot(table: xr.Dataset, scenario: int, theory: int) -> tuple[str, ...]:
    cell = table.isel(scenario=scenario, theory=theory)
    medians = (number(float(value)) for value in cell["median"].values[:2])
    front = "yes" if bool(cell["pareto_median"]) else "no"
    names = (str(cell["title"].values), str(cell["theory_title"].values))
    return (*names, *medians, front, share(float(cell["pareto_share"])))
