"""The finding "tipping" → the plane of two inputs: the part where a behaviour holds, its edge, and the base point."""

from typing import Any

import numpy as np

from sdmodel.analysis.finding import Finding
from sdmodel.report.cast import COLOURS
from sdmodel.report.embed import in_template, label, rounded
from sdmodel.report.figures.figure import Figure
from sdmodel.report.text import number, share, unit

HEADS = ("Line", "From", "To", "Points", "Behaviour holds in")
_FAINT = "--s0/0.12"


def tipping(finding: Finding, place: int = 0) -> Figure:
    """The figure, of a finding in a plane or along one input; `rows` tell of the lines, under the heads HEADS.

    Several layers (values of a third input) are drawn as lines in colours of their own; one layer as an area with its
    edge.
    """
    found = finding.table
    plane = "boundary_y" in found
    layers = found.sizes["layer"]
    area = [_area(found)] if plane and layers == 1 else []
    lines = [trace for layer in range(layers) for trace in (_lines(found, layer) if plane else _points(found, layer))]
    edges = _conditions(found) if plane and layers == 1 and "edge" in found.dims else []
    base = _base(found) if plane else []
    when = str(found.attrs["when"])
    return Figure(
        key=f"tipping-{place}",
        title="Where behaviour changes",
        alt=finding.sentence,
        spec={"data": [*area, *edges, *lines, *base], "layout": _layout(found, plane)},
        above=f"↑ {_axis(found, 'y')}" if plane else label(when),
        below=f"{_axis(found, 'x')} →",
        height=440 if plane else 160 + 20 * layers,
        risk=bool(found.attrs["risk"]),
        note=f"{when}. {_note(found)}",
        rows=tuple(_rows(found)),
    )


def _axis(found: Any, letter: str) -> str:
    units = unit(str(found.attrs[f"{letter}_unit"]))
    return f"{found.attrs[f'{letter}_name']}{f' ({units})' if units else ''}"


def _note(found: Any) -> str:
    if "boundary_y" not in found or found.sizes["layer"] > 1:
        return f"Each line is exact to {number(float(found.attrs['tolerance']))} of the range."
    dashes = " Dashed: the edge of each condition by itself." if "edge" in found.dims else ""
    return f"Shaded: it holds. Ring: the base.{dashes} The edge is exact to a part of " + (
        f"{number(float(found.attrs['tolerance']))} of each range."
    )


def _area(found: Any) -> dict[str, Any]:
    """The first grid, shaded where the behaviour holds; empty where runs fail."""
    holds = found["holds"].values[0].T
    return {
        "type": "heatmap",
        "x": rounded(found["x"].values),
        "y": rounded(found["y"].values),
        "z": [[1 if cell == 1 else None for cell in row] for row in holds.tolist()],
        "colorscale": [[0, _FAINT], [1, _FAINT]],
        "showscale": False,
        "hoverinfo": "skip",
    }


def _lines(found: Any, layer: int) -> list[dict[str, Any]]:
    """All lines of one layer as one trace, with gaps between them."""
    mine = found["layer_of"].values == layer
    x: list[float | None] = []
    y: list[float | None] = []
    for line in sorted(set(found["line"].values[mine].tolist())):
        points = mine & (found["line"].values == line)
        x += [*rounded(found["boundary_x"].values[points]), None]
        y += [*rounded(found["boundary_y"].values[points]), None]
    over = float(found["over"].values[layer])
    name = "boundary" if not found.attrs["over"] else f"{found.attrs['over']} = {number(over)}"
    across, upwards = in_template(str(found.attrs["x_name"])), in_template(str(found.attrs["y_name"]))
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "name": label(name),
            "x": x,
            "y": y,
            "line": {"color": f"--s{layer % COLOURS}", "width": 2.5},
            "connectgaps": False,
            "hovertemplate": f"%{{fullData.name}}<br>{across} %{{x}}<br>{upwards} %{{y}}<extra></extra>",
        }
    ]


def _conditions(found: Any) -> list[dict[str, Any]]:
    """The edges of each condition by itself, dashed."""
    traces = []
    for at, name in enumerate(found["condition"].values):
        mine = found["edge_of"].values == at
        x: list[float | None] = []
        y: list[float | None] = []
        for line in sorted(set(found["edge_line"].values[mine].tolist())):
            points = mine & (found["edge_line"].values == line)
            x += [*rounded(found["edge_x"].values[points]), None]
            y += [*rounded(found["edge_y"].values[points]), None]
        dashed = {"color": f"--s{(at + 1) % COLOURS}", "width": 2, "dash": "dash"}
        trace = {"type": "scatter", "mode": "lines", "name": label(str(name)), "x": x, "y": y, "line": dashed}
        traces += [{**trace, "connectgaps": False, "hoverinfo": "name"}] if x else []
    return traces


def _points(found: Any, layer: int) -> list[dict[str, Any]]:
    mine = found["layer_of"].values == layer
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "name": label(f"{found.attrs['over']} = {number(float(found['over'].values[layer]))}")
            if found.attrs["over"]
            else "boundary",
            "x": rounded(found["boundary_x"].values[mine]),
            "y": [layer] * int(mine.sum()),
            "marker": {"color": f"--s{layer % COLOURS}", "size": 11, "symbol": "line-ns-open", "line": {"width": 3}},
            "hovertemplate": "%{fullData.name}<br>%{x}<extra></extra>",
        }
    ]


def _base(found: Any) -> list[dict[str, Any]]:
    """The base point, where both inputs have a base."""
    x, y = float(found.attrs["x_base"]), float(found.attrs["y_base"])
    if not np.isfinite([x, y]).all():
        return []
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "name": "base",
            "x": rounded(x),
            "y": rounded(y),
            "marker": {"color": "--page", "size": 12, "line": {"color": "--ink", "width": 2.5}},
            "cliponaxis": False,
            "hovertemplate": "base: %{x}, %{y}<extra></extra>",
        }
    ]


def _layout(found: Any, plane: bool) -> dict[str, Any]:
    edge = found["x"].values
    layout: dict[str, Any] = {"hovermode": "closest", "xaxis": {"range": rounded(edge[[0, -1]])}}
    if plane:
        layout["yaxis"] = {"range": rounded(found["y"].values[[0, -1]])}
        layout["annotations"] = _names(found) if found.sizes["layer"] == 1 else []
    else:
        layout["yaxis"] = {"visible": False, "range": [-0.5, found.sizes["layer"] - 0.5]}
    return layout


def _names(found: Any) -> list[dict[str, Any]]:
    """ "holds" and "does not" in the middle of their parts of the plane."""
    named = []
    for state, words in ((1, "holds"), (0, "does not hold")):
        places = np.argwhere(found["holds"].values[0] == state)
        if len(places):
            middle = places[np.linalg.norm(places - places.mean(axis=0), axis=1).argmin()]
            x, y = float(found["x"].values[middle[0]]), float(found["y"].values[middle[1]])
            named.append({"x": x, "y": y, "text": words, "showarrow": False, "font": {"color": "--muted"}})
    return named


def _rows(found: Any) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for layer in range(found.sizes["layer"]):
        over = float(found["over"].values[layer])
        first = f"{found.attrs['over']} = {number(over)}, " if found.attrs["over"] else ""
        held = share(float(found["share"].values[layer]))
        mine = found["layer_of"].values == layer
        numbers = sorted(set(found["line"].values[mine].tolist()))
        if not numbers:
            rows.append((f"{first}no boundary", "–", "–", "0", held))
        for line in numbers:
            points = np.flatnonzero(mine & (found["line"].values == line))
            ends = [_point(found, int(points[at])) for at in (0, -1)]
            rows.append((f"{first}line {line + 1}", *ends, f"{len(points):,}", held))
    return rows


def _point(found: Any, at: int) -> str:
    parts = [number(float(found["boundary_x"].values[at]))]
    if "boundary_y" in found:
        parts.append(number(float(found["boundary_y"].values[at])))
    return ", ".join(parts)
