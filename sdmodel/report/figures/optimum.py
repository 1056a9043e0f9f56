"""The finding "optimum" → a figure: the front of two objectives, or where the best setting puts each lever."""

from typing import Any

import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.report.embed import label, rounded
from sdmodel.report.figures.figure import Figure
from sdmodel.report.text import number, unit

BEST, BEFORE = "--s0", "--s7"
NAME_WIDTH = 30


def optimum_figure(finding: Finding, place: int = 0) -> Figure | None:
    """The figure of the finding; None where nothing keeps to the conditions."""
    table = finding.table
    if not table.sizes["solution"]:
        return None
    objectives = [str(name) for name in table["outcome"].values[table["role"].values != "subject to"]]
    return _front(table, objectives[:2], place) if len(objectives) > 1 else _settings(table, objectives[0], place)


def _front(table: xr.Dataset, objectives: list[str], place: int) -> Figure:
    """Solutions that nothing beats in both objectives, and where the scenario stands as it is."""
    across, up = (table.sel(outcome=name) for name in objectives)
    points = _points(across["value"].values, up["value"].values, BEST, "circle", "not beaten")
    now = _points(across["value_before"].values, up["value_before"].values, BEFORE, "x", "as it is")
    titles = [str(one["title"].values) for one in (across, up)]
    return Figure(
        key=f"optimum-{place}",
        title=f"{titles[0]} against {titles[1]}",
        alt=f"{table.sizes['solution']} settings of which none is beaten in {titles[0]} and {titles[1]} at once.",
        spec={"data": [points, now], "layout": {"hovermode": "closest"}},
        above=f"↑ {_with_unit(up)}",
        below=f"{_with_unit(across)} →",
        height=400,
        note=f"From {table.attrs['scenario_title']}.",
        rows=tuple(zip(_shown(across), _shown(up), strict=True)),
    )


def _points(x: Any, y: Any, colour: str, symbol: str, name: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": rounded(x),
        "y": rounded(y),
        "marker": {"color": colour, "size": 8, "symbol": symbol},
        "hovertemplate": "%{fullData.name}: %{x:.4g}, %{y:.4g}<extra></extra>",
    }


def _settings(table: xr.Dataset, objective: str, place: int) -> Figure:
    """Each lever from its least to its greatest value: where the best setting puts it, and where it stands."""
    span = table["high"].values - table["low"].values
    places = list(range(table.sizes["lever"]))
    best, before = (
        (values - table["low"].values) / span for values in (table["setting"].values[0], table["before"].values)
    )
    one = table.sel(outcome=objective)
    title = str(one["title"].values)
    axis = {
        "tickvals": places,
        "ticktext": [label(str(name), width=NAME_WIDTH) for name in table["lever"].values],
        "autorange": "reversed",
        "automargin": True,
    }
    return Figure(
        key=f"optimum-{place}",
        title=f"Best settings: {title}",
        alt=f"{title} {_shown(one)[0]} with the best setting of {len(places)} levers.",
        spec={
            "data": [
                _points(before, places, BEFORE, "x", "as it is"),
                _points(best, places, BEST, "circle", "best found"),
            ],
            "layout": {"xaxis": {"range": [-0.03, 1.03]}, "yaxis": axis, "hovermode": "closest"},
        },
        below="Share of the way from the least to the greatest value →",
        height=80 + 26 * max(2, len(places)),
        note=f"From {table.attrs['scenario_title']}.",
        rows=tuple(
            (str(lever), *(number(float(value)) for value in values))
            for lever, *values in zip(
                table["lever"].values,
                *(table["setting"].values[0], table["before"].values, table["low"].values, table["high"].values),
                strict=True,
            )
        ),
    )


def _shown(one: xr.Dataset) -> list[str]:
    return [number(float(value), time=bool(one["of_time"])) for value in one["value"].values]


def _with_unit(one: xr.Dataset) -> str:
    title, of = str(one["title"].values), unit(str(one["unit"].values))
    return f"{title} ({of})" if of else title
