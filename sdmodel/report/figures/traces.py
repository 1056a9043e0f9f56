"""Parts that several figures are drawn of: bands, stacked areas, and axes on which names stand."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sdmodel.report.embed import label, rounded

_DIGITS = 7  # of a time: years with a fraction need them


def band(x: ArrayLike, low: ArrayLike, high: ArrayLike, fill: str) -> dict[str, Any]:
    """The area between `low` and `high` along `x`, in the colour `fill`; it says nothing when pointed at."""
    along, below, above = np.asarray(x), np.asarray(low), np.asarray(high)
    return {
        "type": "scatter",
        "mode": "lines",
        "x": rounded([*along, *along[::-1]], _DIGITS),
        "y": rounded([*above, *below[::-1]]),
        "fill": "toself",
        "fillcolor": fill,
        "line": {"width": 0},
        "hoverinfo": "skip",
    }


def stacked(
    name: str, colour: str, time: NDArray[np.float64], values: NDArray[np.float64], group: str, told: Iterable[str]
) -> dict[str, Any]:
    """An area that is laid on the others of its `group`; pointed at, it says what is `told` of each time."""
    return {
        "type": "scatter",
        "mode": "lines",
        "name": label(name),
        "x": rounded(time, _DIGITS),
        "y": rounded(values),
        "stackgroup": group,
        "legendgroup": label(name),
        "line": {"color": colour, "width": 0.5},
        "fillcolor": f"{colour}/0.55",
        "customdata": list(told),
        "hovertemplate": "%{fullData.name}<br>%{customdata}<extra></extra>",
    }


def rows_axis(names: Sequence[str], width: int, *, marks: bool = False) -> dict[str, Any]:
    """The upright axis of a figure with a row for each name, the first on top, wrapped at `width` characters.

    Bars have their rows by themselves; rows of `marks` would be cut off at the outermost ones.
    """
    ends = {"range": [len(names) - 0.5, -0.5]} if marks else {"autorange": "reversed"}
    return {
        "tickvals": list(range(len(names))),
        "ticktext": [label(name, width=width) for name in names],
        **ends,
        "showgrid": False,
        "zeroline": False,
        "automargin": True,
    }
