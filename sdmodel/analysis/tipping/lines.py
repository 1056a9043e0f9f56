"""Lines on which a behaviour changes → the finding "tipping": where they run, and how far they are from the base."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.tipping.boundary import UNDEFINED, Behaviour, Points, Traced
from sdmodel.analysis.wording import RISK_CAVEAT, joined, number

NAME = "tipping"


@dataclass(frozen=True)
class Axis:
    """An input that moves from `low` to `high`; `base` is its value under the setting asked about, NaN if none."""

    name: str
    low: float
    high: float
    unit: str = ""
    base: float = np.nan

    def at(self, part: Points) -> Points:
        """The values at these parts of the way from low to high."""
        return np.asarray(self.low + (self.high - self.low) * part)

    def places(self, cells: int) -> Points:
        """The values of the first grid."""
        return self.at(np.linspace(0.0, 1.0, cells + 1))


@dataclass(frozen=True)
class Layer:
    """What was found at one value of the third input (NaN: there is none).

    `across` are the values along each axis, all else as in the base, at which the behaviour changes; `base` is the
    behaviour at the base point.
    """

    over: float
    traced: Traced
    across: tuple[Points, ...] = ()
    base: int = UNDEFINED


@dataclass(frozen=True)
class Question:
    """What was asked: the behaviour in `words`, along one or two `axes`, to `tolerance` as a part of each of them."""

    words: str
    setting: str
    study: str
    axes: tuple[Axis, ...]
    tolerance: float
    cells: int
    over: str = ""
    risk: bool = False
    caveats: tuple[str, ...] = ()


def tipping_finding(asked: Question, layers: Sequence[Layer]) -> Finding:
    """The finding: dims point, layer, x and (in a plane) y.

    boundary_x and boundary_y (point), with the number of the line and the layer to which each point belongs, in the
    order in which a pen draws them; holds (layer, x[, y]) on the first grid: 1, 0, and -1 where a run failed; over
    (layer) the values of the third input; base_holds (layer); share (layer) of the range in which it holds.
    """
    pieces = [
        (layer, line, asked.axes[0].at(points[:, 0]), asked.axes[-1].at(points[:, -1]))
        for layer, one in enumerate(layers)
        for line, points in enumerate(one.traced.lines)
    ]
    plane = len(asked.axes) > 1
    crossings = [
        (layer, asked.axes[at].name, value)
        for layer, one in enumerate(layers)
        for at, found in enumerate(one.across)
        for value in found
    ]
    told: dict[str, tuple[object, ...]] = {
        "boundary_x": ("point", _run_together([piece[2] for piece in pieces])),
        "line": ("point", _numbered(pieces, 1)),
        "layer_of": ("point", _numbered(pieces, 0)),
        "holds": (("layer", "x", "y")[: 1 + len(asked.axes)], np.array([one.traced.grid for one in layers], np.int64)),
        "over": ("layer", np.array([one.over for one in layers])),
        "share": ("layer", np.array([_share(one.traced) for one in layers])),
        "base_holds": ("layer", np.array([one.base for one in layers], dtype=np.int64)),
        "crossing": ("crossing_at", np.array([one[2] for one in crossings], dtype=float)),
        "crossing_axis": ("crossing_at", np.array([one[1] for one in crossings], dtype=np.str_)),
        "crossing_layer": ("crossing_at", np.array([one[0] for one in crossings], dtype=np.int64)),
    }
    coords = {"x": asked.axes[0].places(asked.cells)}
    if plane:
        told["boundary_y"] = ("point", _run_together([piece[3] for piece in pieces]))
        coords["y"] = asked.axes[1].places(asked.cells)
    attrs = {"when": asked.words, "setting": asked.setting, "study": asked.study, "tolerance": asked.tolerance}
    attrs |= {"over": asked.over, "risk": int(asked.risk)}
    for letter, axis in zip("xy", asked.axes, strict=False):
        attrs |= {f"{letter}_name": axis.name, f"{letter}_unit": axis.unit, f"{letter}_base": axis.base}
    table = xr.Dataset(told, coords=coords, attrs=attrs)
    return Finding(NAME, table, _sentence(asked, layers), (*asked.caveats, *_caveats(asked, layers)))


def _run_together(parts: Sequence[Points]) -> Points:
    return np.concatenate(parts) if parts else np.zeros(0)


def _numbered(pieces: Sequence[tuple[int, int, Points, Points]], which: int) -> np.ndarray:
    """The number of the layer (0) or of the line (1) for each point of `pieces`."""
    return _run_together([np.full(len(piece[2]), piece[which]) for piece in pieces]).astype(np.int64)


def _share(found: Traced) -> float:
    """The part of the range in which the behaviour holds; NaN: nowhere defined.

    Along a line up to the changes found, in a plane by trapezoids over the first grid.
    """
    grid = found.grid
    weights = _reach(found) if grid.ndim == 1 else _trapezoids(grid)
    known = weights * (grid != UNDEFINED)
    return float((known * (grid == 1)).sum() / known.sum()) if known.any() else float("nan")


def _reach(found: Traced) -> Points:
    """How much of a line each point of the grid stands for: up to the change beside it, or half-way to the next."""
    cells = len(found.grid) - 1
    walls = (np.arange(cells) + 0.5) / cells
    for line in found.lines:
        walls[min(int(line[0, 0] * cells), cells - 1)] = line[0, 0]
    return np.diff(np.concatenate([[0.0], walls, [1.0]]))


def _trapezoids(grid: Behaviour) -> Points:
    """The weight of each point of the grid: whole inside, half on an edge, a quarter at a corner."""
    weights = np.ones(grid.shape)
    for axis in range(grid.ndim):
        ends = [slice(None)] * grid.ndim
        for end in (0, -1):
            ends[axis] = end  # type: ignore[call-overload]
            weights[tuple(ends)] /= 2
    return weights


def _sentence(asked: Question, layers: Sequence[Layer]) -> str:
    ranges = joined([f"{axis.name} from {number(axis.low)} to {number(axis.high, axis.unit)}" for axis in asked.axes])
    told = [_layer_words(asked, one) for one in layers]
    if len(layers) == 1:
        return f'"{asked.words}" ({asked.setting}), with {ranges}: {told[0]}.'
    each = "; ".join(f"at {number(one.over)} {words}" for one, words in zip(layers, told, strict=True))
    return f'"{asked.words}" ({asked.setting}), with {ranges}, over {asked.over}: {each}.'


def _layer_words(asked: Question, one: Layer) -> str:
    grid = one.traced.grid
    if not one.traced.lines:
        if (grid == UNDEFINED).all():
            return "every run failed"
        where = "everywhere" if (grid == 1).any() else "nowhere"
        return f"there is no boundary, it holds {where}"
    if len(asked.axes) == 1:
        at = [number(float(value), asked.axes[0].unit) for value in sorted(_values(asked.axes[0], one.traced))]
        begins = "holds" if grid[grid != UNDEFINED][0] == 1 else "does not hold"
        return f"it {begins} at the low end, and changes at {joined(at)}"
    lines = len(one.traced.lines)
    words = f"it holds in {_percent(_share(one.traced))} of the plane, {lines} line{'s' if lines > 1 else ''} between"
    if one.base != UNDEFINED:
        words += f"; at the base point it {'holds' if one.base else 'does not hold'}"
        for axis, found in zip(asked.axes, one.across, strict=True):
            if len(found):
                nearest = found[np.abs(found - axis.base).argmin()]
                words += f", and with {axis.name} alone it would change at {number(float(nearest), axis.unit)}"
    return words


def _percent(part: float) -> str:
    """ "37 %", and never all or nothing where there is a line."""
    return "more than 99 %" if part > 0.995 else "less than 1 %" if part < 0.005 else f"{100 * part:.0f} %"


def _values(axis: Axis, found: Traced) -> list[float]:
    return [float(axis.at(line[0, 0])) for line in found.lines]


def _caveats(asked: Question, layers: Sequence[Layer]) -> list[str]:
    told = [
        f"Found from {asked.cells} first steps: two changes within one step can be missed."
        if len(asked.axes) == 1
        else f"Found from a first grid of {asked.cells} cells a side: an island smaller than a cell can be missed."
    ]
    if broken := sum(one.traced.broken for one in layers):
        told.append(
            f"Runs fail in a part of the range; its edge ({broken} edges of the grid) is not drawn as a boundary."
        )
    return ([RISK_CAVEAT] if asked.risk else []) + told
