"""A table (graphical function) read at a vector of members, as instructions."""

import math
from itertools import pairwise

from sdmodel.model.evaluate import tolerance
from sdmodel.model.model import Table
from sdmodel.printers.emitter import Emitter, Value
from sdmodel.printers.entries import picked, picked_by_bits
from sdmodel.printers.vector_math import ROUNDER, clamp
from sdmodel.printers.writer import PHASE

_EQUAL = 1e-9  # relative: spacing that differs by less is rounding of the modeller's decimals
_SMALLEST = 1e-300
_LONGEST_COUNTED = 32  # up to so many, compares that wait for nothing are faster than a search with loads in each lane,
_LONGEST_COUNTED_AT_CLOCK = 6  # or with a single load


def interpolate(emit: Emitter, table: Table, x: Value) -> Value:
    """The value of `table` at `x`; not a number where `x` is not."""
    if table.beyond in ("steps", "ahead", "raw"):
        return _or_nan(emit, x, _point(emit, table, x))
    if len(table.x) == 1:
        return _or_nan(emit, x, emit.number(table.y[0]))
    if x.level > PHASE and not emit.exact and not _same(x) and (lines := _lines(table)):
        return _on_lines(emit, table, x, *lines)
    bounded, same = clamp(emit, x, table.x[0], table.x[-1]), _same(x)
    left = _left(emit, table, bounded, same)
    rises = [(b - a) / (d - c) for a, b, c, d in zip(table.y, table.y[1:], table.x, table.x[1:], strict=False)]
    at = x if table.beyond == "extrapolate" else bounded
    distance = emit.strict("fsub", at, picked(emit, table.x, left, same=same))
    return emit.fused(distance, picked(emit, (*rises, 0.0), left, same=same), picked(emit, table.y, left, same=same))


def _lines(table: Table) -> tuple[tuple[float, ...], tuple[float, ...]] | None:
    """Slopes and cuts of the lines y = cut + slope v of evenly spaced points, if there are such.

    v counts pieces from the middle of the first one, so that rounding to the nearest whole number gives the piece, and
    it does not matter which of the two that meet in a point. Halfway behind the last point comes one line more.
    """
    if not _spacing(table):
        return None
    slopes = [b - a for a, b in pairwise(table.y)]
    slopes.append(slopes[-1] if table.beyond == "extrapolate" else 0.0)
    cuts = [y - slope * (place - 0.5) for place, (y, slope) in enumerate(zip(table.y, slopes, strict=True))]
    return (tuple(slopes), tuple(cuts)) if all(map(math.isfinite, (*slopes, *cuts))) else None


def _on_lines(emit: Emitter, table: Table, x: Value, slopes: tuple[float, ...], cuts: tuple[float, ...]) -> Value:
    """The same in half the instructions: not exactly a point's value at the point, but to rounding."""
    spacing, last = _spacing(table), len(table.x) - 1
    first, scale = table.x[0] / spacing, emit.number(1 / spacing)
    if abs(first) <= last:
        v = emit.fused(x, scale, emit.number(-first - 0.5))
    else:  # far from zero: the difference keeps what scaling would round away
        v = emit.fused(emit.strict("fsub", x, emit.number(table.x[0])), scale, emit.number(-0.5))
    bounded = clamp(emit, v, -0.5, last - 0.5)
    place = emit.strict("fadd", bounded, emit.number(ROUNDER))
    slope, cut = picked_by_bits(emit, slopes, place), picked_by_bits(emit, cuts, place)
    return emit.fused(v if table.beyond == "extrapolate" else bounded, slope, cut)


def _spacing(table: Table) -> float:
    """The distance of evenly spaced points; 0 where they are not, or where it is no number to divide by."""
    spacing = (table.x[-1] - table.x[0]) / (len(table.x) - 1)
    even = all(abs(point - table.x[0] - place * spacing) <= _EQUAL * spacing for place, point in enumerate(table.x))
    return spacing if even and _SMALLEST < spacing < math.inf else 0.0


def _or_nan(emit: Emitter, x: Value, value: Value) -> Value:
    return emit.select(emit.compare("uno", x, x), x, value)


def _same(x: Value) -> bool:
    """Whether all lanes are known to hold the same: those of the clock, which `frame.spread` names so, do."""
    return x.text.startswith("%") and x.text.endswith(".vector")


def _point(emit: Emitter, table: Table, x: Value) -> Value:
    """The value of the last point not above `x`, of the next not below it, or of the point at `x`, if there is one."""
    near, same = tolerance(table), _same(x)
    if table.beyond == "ahead":
        place = _passed(emit, tuple(math.nextafter(point + near, math.inf) for point in table.x[:-1]), x, same)
        return picked(emit, table.y, place, same=same)
    place = _passed(emit, tuple(point - near for point in table.x[1:]), x, same)
    value = picked(emit, table.y, place, same=same)
    if table.beyond == "steps":
        return value
    distance = emit.strict("fsub", x, picked(emit, table.x, place, same=same))
    on_it = emit.compare("ole", emit.intrinsic("llvm.fabs", distance), emit.number(near))
    return emit.select(on_it, value, emit.number(math.nan))


def _left(emit: Emitter, table: Table, bounded: Value, same: bool) -> Value:
    """Place of the last point that is not beyond `bounded`, but for the last of all, in which the last piece ends."""
    last = len(table.x) - 2
    spacing = _spacing(table)
    if not spacing:
        return _passed(emit, table.x[1 : last + 1], bounded, same)
    scaled = emit.multiply(emit.subtract(bounded, emit.number(table.x[0])), emit.number(1 / spacing))
    place = emit.intrinsic("llvm.floor", scaled)
    place = emit.select(emit.compare("olt", place, emit.number(float(last))), place, emit.number(float(last)))
    return emit.select(emit.compare("ogt", place, emit.number(0.0)), place, emit.number(0.0))


def _passed(emit: Emitter, edges: tuple[float, ...], x: Value, same: bool) -> Value:
    """How many of the rising `edges` are not above `x`, as a number or whole; 0 where `x` is not a number."""
    if len(edges) > (_LONGEST_COUNTED_AT_CLOCK if same else _LONGEST_COUNTED):
        return _searched(emit, edges, x, same)
    place = emit.number(0.0)
    for edge in edges:
        passed = emit.compare("oge", x, emit.number(edge))
        place = emit.add(place, emit.select(passed, emit.number(1.0), emit.number(0.0)))
    return place


def _searched(emit: Emitter, edges: tuple[float, ...], x: Value, same: bool) -> Value:
    """The same by halving: as many loads as bits in the number of edges; what stands beyond them is never passed."""
    step = 1 << (len(edges).bit_length() - 1)
    padded = (*edges, *([math.nan] * (2 * step - 1 - len(edges))))
    first = emit.compare("oge", x, emit.number(padded[step - 1]))
    place = emit.select(first, emit.whole(step), emit.whole(0))
    while step := step // 2:
        edge = picked(emit, padded, emit.bits("add", place, emit.whole(step - 1)), same=same)
        place = emit.select(emit.compare("oge", x, edge), emit.bits("add", place, emit.whole(step)), place)
    return place
