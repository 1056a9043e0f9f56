"""The finding "equilibria" → its eigenvalues in the complex plane: left of the line a mode dies out, right it grows."""

from typing import Any

import numpy as np

from sdmodel.analysis.finding import Finding
from sdmodel.report.cast import COLOURS
from sdmodel.report.embed import label, rounded
from sdmodel.report.figures.figure import Figure
from sdmodel.report.text import number, unit, upper_first

HEADS = ("Equilibrium", "Kind", "Slowest mode: growth rate", "Time constant", "It lives in", "Starts that lead there")
SYMBOLS = ("circle", "square", "diamond", "cross")
_LOADS = 0.1


def equilibria(finding: Finding, place: int = 0) -> Figure:
    """The figure on all equilibria of the finding; `rows` have the heads HEADS."""
    found = finding.table
    clock = unit(str(found.attrs["time_unit"]))
    rate = f"1/{clock}" if clock else "per unit of time"
    count = found.sizes["equilibrium"]
    when = number(float(found.attrs["time"]), time=True)
    return Figure(
        key=f"equilibria-{place}",
        title="How stable, and how slow",
        alt=finding.sentence,
        spec={"data": [_modes(found, at, clock) for at in range(count)], "layout": _layout(found)},
        above=f"↑ Angular frequency of its swing ({rate})",
        below=f"Growth rate of a mode ({rate}) →",
        height=360,
        note=f"A mark is a mode of small deviations, the clock stopped at {when}; left of the line it dies out.",
        rows=tuple(_row(found, at, clock) for at in range(count)),
    )


def _modes(found: Any, at: int, clock: str) -> dict[str, Any]:
    one = found.isel(equilibrium=at)
    words = [_mode_words(one, mode, clock) for mode in range(one.sizes["mode"])]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": f"{at + 1} {one['kind'].values}",
        "x": rounded(one["real"].values),
        "y": rounded(one["imaginary"].values),
        "customdata": [label(text) for text in words],
        "hovertemplate": "%{fullData.name}<br>%{customdata}<extra></extra>",
        "marker": {
            "color": f"--s{at % COLOURS}",
            "size": 10,
            "symbol": SYMBOLS[at % len(SYMBOLS)],
            "line": {"color": "--page", "width": 1},
        },
    }


def _mode_words(one: Any, mode: int, clock: str) -> str:
    rate = float(one["real"].values[mode])
    course = "grows" if rate > 0 else "dies out"
    return f"{course} with {number(float(one['time_constant'].values[mode]))} {clock}: {_stocks(one, mode)}"


def _stocks(one: Any, mode: int) -> str:
    shares = one["share"].values[mode]
    order = np.argsort(-shares, kind="stable")[:3]
    return ", ".join(f"{one['stock'].values[at]} {100 * shares[at]:.0f}\u00a0%" for at in order if shares[at] >= _LOADS)


def _layout(found: Any) -> dict[str, Any]:
    line = {"type": "line", "xref": "x", "yref": "paper", "x0": 0, "x1": 0, "y0": 0, "y1": 1, "layer": "below"}
    swing = float(np.abs(found["imaginary"].values).max(initial=0.0)) or 1.0
    return {
        "shapes": [{**line, "line": {"color": "--muted", "width": 1.5, "dash": "dash"}}],
        "yaxis": {"range": rounded([-1.2 * swing, 1.2 * swing])},
        "hovermode": "closest",
    }


def _row(found: Any, at: int, clock: str) -> tuple[str, ...]:
    one = found.isel(equilibrium=at)
    reached = f"{int(one['reached'])} of {int(found.attrs['starts'])}"
    kind = upper_first(str(one["kind"].values)) + (", below zero" if "below" in one and bool(one["below"]) else "")
    if not one.sizes["mode"]:
        return (str(at + 1), kind, "–", "–", "–", reached)
    constant = f"{number(float(one['time_constant'].values[0]))} {clock}".strip()
    return (str(at + 1), kind, number(float(one["real"].values[0])), constant, _stocks(one, 0), reached)
