"""Lines on which a behaviour changes → the finding "tipping": where they run, and how far they are from the base."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.tipping.boundary import UNDEFINED, Behaviour, Points, Traced
from sdmodel.analysis.wording import RISK_CAVEAT, joined, number

NAME = "tipping"
_SHORT = 60  # letters of a setting that stands in the first sentence


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
    behaviour at the base point. `each` is what was found for each of several conditions by itself.
    """

    over: float
    traced: Traced
    across: tuple[Points, ...] = ()
    base: int = UNDEFINED
    each: tuple[Traced, ...] = ()


@dataclass(frozen=True)
class Question:
    """What was asked: the behaviour in `words`, along one or two `axes`, to `tolerance` as a part of each of them.

    `conditions` are the names of several that all have to hold, none where it is one.
    """

    words: str
    setting: str
    study: str
    axes: tuple[Axis, ...]
    tolerance: float
    cells: int
    over: str = ""
    risk: bool = False
    caveats: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()


def tipping_finding(asked: Question, layers: Sequence[Layer]) -> Finding:
    """The finding: dims point, layer, x and (in a plane) y.

    boundary_x and boundary_y (point), with the number of the line and the layer to which each point belongs, in the
    order in which a pen draws them; holds (layer, x[, y]) on the first grid: 1, 0, and -1 where a run failed; over
    (layer) the values of the third input; base_holds (layer); share (layer) of the range in which it holds. Of several
    conditions, dim condition: condition_share (layer, condition), and edge_x, edge_y, with edge_line, edge_of (the
    condition) and edge_layer, along dim edge, the lines of each by itself.
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
    told |= _each(asked, layers)
    coords |= {"condition": np.array(asked.conditions, dtype=np.str_)} if asked.conditions else {}
    attrs = {"when": asked.words, "setting": asked.setting, "study": asked.study, "tolerance": asked.tolerance}
    attrs |= {"over": asked.over, "risk": int(asked.risk)}
    for letter, axis in zip("xy", asked.axes, strict=False):
        attrs |= {f"{letter}_name": axis.name, f"{letter}_unit": axis.unit, f"{letter}_base": axis.base}
    table = xr.Dataset(told, coords=coords, attrs=attrs)
    return Finding(NAME, table, _sentence(asked, layers), (*asked.caveats, *_caveats(asked, layers)))


def _each(asked: Question, layers: Sequence[Layer]) -> dict[str, tuple[object, ...]]:
    """The conditions by themselves: in which share of the range each holds, and the lines on which it changes."""
    if not asked.conditions:
        return {}
    lines = [
        (layer, at, number, points)
        for layer, one in enumerate(layers)
        for at, found in enumerate(one.each)
        for number, points in enumerate(found.lines)
    ]
    told: dict[str, tuple[object, ...]] = {
        "condition_share": (
            ("layer", "condition"),
            np.array([[_share(found) for found in one.each] for one in layers]),
        ),
        "edge_x": ("edge", _run_together([asked.axes[0].at(line[3][:, 0]) for line in lines])),
    }
    for place, name in enumerate(("edge_layer", "edge_of", "edge_line")):
        numbers = [np.full(len(line[3]), line[place]) for line in lines]
        told[name] = ("edge", _run_together(numbers).astype(np.int64))
    if len(asked.axes) > 1:
        told["edge_y"] = ("edge", _run_together([asked.axes[1].at(line[3][:, -1]) for line in lines]))
    return told


def _run_together(parts: Sequence[Points]) -> Points:
    return np.concatenate(parts) if parts else np.zeros(0)


def _numbered(pieces: Sequence[tuple[int, int, Points, Points]], which: int) -> np.ndarray:
    """The number of the layer (0) or of the line (1) for each point of `pieces`."""
    return _run_together([np.full(len(piece[2]), piece[which]) for piece in pieces]).astype(np.int64)


def _share(found: Traced) -> float:
    """The part of the range in which the behaviour holds; NaN: nowhere defined.

    Along a line up to the changes found, in a plane the area within the lines; by trapezoids over the first grid where
    these leave it open, as at the edge of a part in which runs fail.
    """
    grid = found.grid
    if found.area is not None:
        return found.area
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
    ranges = joined([_range(axis) for axis in asked.axes])
    if len(asked.axes) > 1 and any((one.traced.grid != UNDEFINED).any() for one in layers):
        short = f" ({asked.setting})" if len(asked.setting) <= _SHORT else ""
        return f"{_claim(asked)}: {_where(asked, layers, ranges)}{short}.{_base(asked, layers)}"
    told = [_layer_words(asked, one) + _each_words(asked, one) for one in layers]
    each = "; ".join(f"at {number(one.over)} {words}" for one, words in zip(layers, told, strict=True))
    over = f", over {asked.over}: {each}" if len(layers) > 1 else f": {told[0]}"
    return f'"{asked.words}" ({asked.setting}), with {ranges}{over}.'


def _claim(asked: Question) -> str:
    """ "A small suspicion grows" where the behaviour has a name, '"growth() > 0" holds' where it is an expression."""
    named = not any(mark in asked.words for mark in "'\"<>=()")
    return asked.words[:1].upper() + asked.words[1:] if named else f'"{asked.words}" holds'


def _where(asked: Question, layers: Sequence[Layer], ranges: str) -> str:
    """ "in 95 % of the plane of harm from 0 to 1 and …", in each layer where there are several."""
    first, *rest = [_in(one) for one in layers]
    part, rest = first.replace("plane", f"plane of {ranges}"), [one.removesuffix(" of the plane") for one in rest]
    if len(layers) == 1:
        return part
    places = zip(rest, layers[1:], strict=True)
    return joined(
        [f"{part} at {asked.over} {number(layers[0].over)}", *(f"{p} at {number(o.over)}" for p, o in places)]
    )


def _in(one: Layer) -> str:
    if (one.traced.grid == UNDEFINED).all():
        return "unknown in the plane, for every run failed,"
    part = _share(one.traced)
    if not one.traced.lines:
        looked = f"{number(one.traced.grid.size)} points"
        return f"{'everywhere' if part > 0.5 else 'nowhere'} in the plane as far as {looked} tell"
    return f"in {_percent(part)} of the plane"


def _base(asked: Question, layers: Sequence[Layer]) -> str:
    """ " At the base point it holds; with harm alone it would change at 0.02.", and each condition by itself."""
    known = {one.base for one in layers if one.base != UNDEFINED}
    point = "the base point" if len(asked.setting) <= _SHORT else f"the base point ({asked.setting})"
    words = f" At {point} it {'holds' if known == {1} else 'does not hold'}" if len(known) == 1 else ""
    words = words or (f" The base is {asked.setting}" if len(asked.setting) > _SHORT else "")
    if words:
        turns = [_turns(axis, [one.across[at] for one in layers if one.across]) for at, axis in enumerate(asked.axes)]
        moved = joined([one for one in turns if one])
        words += f"; {moved}." if moved else "."
    each = [_each_words(asked, one) for one in layers]
    if len(layers) == 1:
        return words + (f" By itself{each[0].removeprefix('; by itself')}." if each[0] else "")
    return words + "".join(
        f" At {number(one.over)}{told.removeprefix(';')}." for one, told in zip(layers, each, strict=True) if told
    )


def _turns(axis: Axis, found: Sequence[Points]) -> str:
    """ "with harm alone it would change at 0.02": at the value nearest to the base, in each layer."""
    nearest = [float(one[np.abs(one - axis.base).argmin()]) for one in found if len(one)]
    if not nearest:
        return ""
    values = [number(value, axis.unit).removesuffix(f" {axis.unit}") for value in nearest[:-1]]
    return f"with {axis.name} alone it would change at {joined([*values, number(nearest[-1], axis.unit)])}"


def _range(axis: Axis) -> str:
    """ "harm from 0 to 1", "year of the decision from 2020 to 2026"; the unit stands once."""
    low = number(axis.low, axis.unit).removesuffix(f" {axis.unit}")
    return f"{axis.name} from {low} to {number(axis.high, axis.unit)}"


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
    return f"it holds in {_percent(_share(one.traced))}"


def _each_words(asked: Question, one: Layer) -> str:
    """ "; by themselves: pays in 100 %, frightens nobody in 62 %"."""
    if not asked.conditions:
        return ""
    shares = zip(asked.conditions, (_share(found) for found in one.each), strict=True)
    return "; by itself, " + joined([f'"{name}" holds in {_all(part)}' for name, part in shares])


def _all(part: float) -> str:
    """ "37 %", and all or nothing where it is."""
    return "all of it" if part == 1 else "none of it" if part == 0 else _percent(part)


def _percent(part: float) -> str:
    """ "37 %", and never all or nothing where there is a line."""
    return "more than 99 %" if part > 0.995 else "less than 1 %" if part < 0.005 else f"{100 * part:.0f} %"


def _values(axis: Axis, found: Traced) -> list[float]:
    return [float(axis.at(line[0, 0])) for line in found.lines]


def _caveats(asked: Question, layers: Sequence[Layer]) -> list[str]:
    told = [
        f"Found from {asked.cells} first steps: two changes within one step can be missed."
        if len(asked.axes) == 1
        else f"Found from a first grid of {asked.cells} cells a side, each {_cell(asked)}: an island or a strip "
        "narrower than a cell can be missed."
    ]
    narrow = [found for one in layers for found in (one.traced, *one.each) if found.finest]
    if narrow:
        finest = max(found.finest for found in narrow)
        told.append(
            f"Parts about as narrow as a cell were followed with cells of 1/{finest} of each range; "
            "narrower still, a strip can end too early or be cut to pieces."
        )
    if any(found.cut for found in narrow):
        told.append(
            "Such a part was not followed to its end: its lines are broken off, and shares are those of the grid."
        )
    if broken := sum(one.traced.broken for one in layers):
        told.append(
            f"Runs fail in a part of the range; its edge ({broken} edges of the grid) is not drawn as a boundary."
        )
    return ([RISK_CAVEAT] if asked.risk else []) + told


def _cell(asked: Question) -> str:
    """ "0.0417 of harm by 2.5 Year of delay": the size of a cell of the first grid."""
    sizes = [number((axis.high - axis.low) / asked.cells, axis.unit) for axis in asked.axes]
    return " by ".join(f"{size} of {axis.name}" for size, axis in zip(sizes, asked.axes, strict=True))
