"""The finding "game" → figures: the payoff matrix with its equilibria, and the map of equilibria over weights."""

from typing import Any

import numpy as np
import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.report.embed import in_template, label, rounded
from sdmodel.report.figures.figure import Figure
from sdmodel.report.text import number, share

MARK, BEST = "--s2", "--accent"
COLOURS = ("--s0", "--s1", "--s2", "--s3", "--s4", "--s5", "--s6")
NONE = "--s7"
_NO_EQUILIBRIUM = "none"


def game_figures(finding: Finding, place: int = 0) -> tuple[Figure, ...]:
    """The payoff matrix, and the map where the finding has one."""
    table = finding.table
    return (_matrix(table, place), *([_map(table, place)] if "equilibrium_at" in table else []))


def _matrix(table: xr.Dataset, place: int) -> Figure:
    """Rows are choices of the first player; in each cell both payoffs, underlined where they are best responses."""
    rows, columns = table.sizes["first"], table.sizes["second"]
    cells = [(row, column) for row in range(rows) for column in range(columns)]
    trace = {
        "type": "scatter",
        "mode": "text",
        "x": [column for _, column in cells],
        "y": [row for row, _ in cells],
        "text": [_cell(table, *cell) for cell in cells],
        "textfont": {"color": "--ink", "size": 13},
        "customdata": [_told(table, *cell) for cell in cells],
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    return Figure(
        key=f"game-{place}",
        title=str(table.attrs["title"]),
        alt=_alt(table),
        spec={"data": [trace], "layout": _layout(table, cells)},
        above=f"↑ {table['player_title'].values[0]}",
        below=f"{table['player_title'].values[1]} →",
        height=110 + 90 * rows,
        note="Shaded: an equilibrium. Underlined: the best answer to what the other does.",
        rows=tuple(_row(table, *cell) for cell in cells),
    )


def _cell(table: xr.Dataset, row: int, column: int) -> str:
    """Both payoffs, one over the other; these tags are the figure's own, numbers cannot hold any."""
    values = [number(float(table["payoff"].values[player, row, column])) for player in range(2)]
    best = [bool(table["best_response"].values[player, row, column]) for player in range(2)]
    return "<br>".join(f"<u>{value}</u>" if one else value for value, one in zip(values, best, strict=True))


def _told(table: xr.Dataset, row: int, column: int) -> str:
    lines = [f"{table['first'].values[row]}–{table['second'].values[column]}"]
    for player, title in enumerate(map(str, table["player_title"].values)):
        mean, error = (float(table[name].values[player, row, column]) for name in ("payoff_mean", "payoff_error"))
        spread = f", mean over futures {number(mean)} ± {number(error)}" if np.isfinite(error) else ""
        lines.append(f"{title} {number(float(table['payoff'].values[player, row, column]))}{spread}")
    return "<br>".join(in_template(line) for line in lines)


def _layout(table: xr.Dataset, cells: list[tuple[int, int]]) -> dict[str, Any]:
    def axis(name: str) -> dict[str, Any]:
        count = table.sizes[name]
        titles = [label(str(title), width=20) for title in table[name].values]
        plain = {"showgrid": False, "zeroline": False, "automargin": True}
        return {"tickvals": list(range(count)), "ticktext": titles, "range": [-0.5, count - 0.5], **plain}

    shapes = [
        {
            "type": "rect",
            "x0": column - 0.46,
            "x1": column + 0.46,
            "y0": row - 0.46,
            "y1": row + 0.46,
            "layer": "below",
            "line": {"color": MARK if marked else "--rule", "width": 2 if marked else 1},
            **({"fillcolor": f"{MARK}/0.18"} if marked else {}),
        }
        for row, column in cells
        for marked in [bool(table["equilibrium"].values[row, column])]
    ]
    rows = axis("first")
    rows["range"] = rows["range"][::-1]
    return {"xaxis": axis("second"), "yaxis": rows, "shapes": shapes, "hovermode": "closest"}


def _alt(table: xr.Dataset) -> str:
    found = [_name(table, row, column) for row, column in np.argwhere(table["equilibrium"].values)]
    players = " and ".join(map(str, table["player_title"].values))
    return f"Payoffs of {players}; {'equilibria: ' + ', '.join(found) if found else 'no equilibrium'}."


def _name(table: xr.Dataset, row: int, column: int) -> str:
    return f"{table['first'].values[row]}–{table['second'].values[column]}"


def _row(table: xr.Dataset, row: int, column: int) -> tuple[str, ...]:
    payoffs = [number(float(table["payoff"].values[player, row, column])) for player in range(2)]
    marked = "yes" if bool(table["equilibrium"].values[row, column]) else "no"
    return (_name(table, row, column), *payoffs, marked, share(float(table["equilibrium_share"].values[row, column])))


def _map(table: xr.Dataset, place: int) -> Figure:
    """A square for each pair of weights, its colour the equilibria there."""
    across, up = map(str, table.attrs["weights"])
    kinds = _kinds(table)
    names = sorted(set(kinds.ravel().tolist()), key=lambda name: (name == _NO_EQUILIBRIUM, -int((kinds == name).sum())))
    coloured = [name for name in names if name != _NO_EQUILIBRIUM]
    traces = [
        _squares(table, kinds, name, NONE if name not in coloured else COLOURS[coloured.index(name) % len(COLOURS)])
        for name in names
    ]
    told = [f"{name} on {share(float((kinds == name).mean()))}" for name in names]
    return Figure(
        key=f"game-map-{place}",
        title="Which equilibrium, by what players want",
        alt=f"Equilibria over {across} and {up}: {', '.join(told)} of the map.",
        spec={"data": traces, "layout": {"hovermode": "closest"}},
        above=f"↑ {up}",
        below=f"{across} →",
        height=420,
        note=f"From {table.attrs['scenario_title']}, base run.",
        rows=tuple((name, share(float((kinds == name).mean()))) for name in names),
    )


def _kinds(table: xr.Dataset) -> np.ndarray:
    """The names of all equilibria at each point [across, up], joined."""
    where = table["equilibrium_at"].values
    kinds = np.empty(where.shape[:2], dtype=object)
    for at in np.ndindex(*kinds.shape):
        found = [_name(table, row, column) for row, column in np.argwhere(where[at])]
        kinds[at] = ", ".join(found) or _NO_EQUILIBRIUM
    return kinds


def _squares(table: xr.Dataset, kinds: np.ndarray, name: str, colour: str) -> dict[str, Any]:
    places = np.argwhere(kinds == name)
    return {
        "type": "scatter",
        "mode": "markers",
        "name": label(name),
        "x": rounded(table["across"].values[places[:, 0]]),
        "y": rounded(table["up"].values[places[:, 1]]),
        "marker": {"color": colour, "size": 11, "symbol": "square"},
        "hovertemplate": "%{fullData.name}<br>%{x:.3g}, %{y:.3g}<extra></extra>",
    }
