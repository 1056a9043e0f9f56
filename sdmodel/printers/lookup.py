"""A table (graphical function) read at a vector of members, as instructions."""

from sdmodel.model.model import Table
from sdmodel.printers.emitter import Emitter, Value
from sdmodel.printers.entries import picked
from sdmodel.printers.vector_math import clamp

_EQUAL = 1e-9  # relative: spacing that differs by less is rounding of the modeller's decimals


def interpolate(emit: Emitter, table: Table, x: Value) -> Value:
    """The value of `table` at `x`; not a number where `x` is not."""
    points = len(table.x)
    if points == 1:
        return _or_nan(emit, x, emit.number(table.y[0]))
    bounded = clamp(emit, x, table.x[0], table.x[-1])
    left = _left(emit, table, bounded)
    if table.beyond == "steps":
        return _or_nan(emit, x, picked(emit, table.y, left))
    rises = [(b - a) / (d - c) for a, b, c, d in zip(table.y, table.y[1:], table.x, table.x[1:], strict=False)]
    at = x if table.beyond == "extrapolate" else bounded
    distance = emit.strict("fsub", at, picked(emit, table.x, left))
    return emit.fused(distance, picked(emit, (*rises, 0.0), left), picked(emit, table.y, left))


def _or_nan(emit: Emitter, x: Value, value: Value) -> Value:
    return emit.select(emit.compare("uno", x, x), x, value)


def _left(emit: Emitter, table: Table, bounded: Value) -> Value:
    """Index of the last point that is not beyond `bounded`, as a number; 0 where that is not a number.

    A table of steps has as many places as points; others one less, so that the last piece ends in the last point.
    """
    last = len(table.x) - (1 if table.beyond == "steps" else 2)
    spacing = (table.x[-1] - table.x[0]) / (len(table.x) - 1)
    even = all(abs(point - table.x[0] - place * spacing) <= _EQUAL * spacing for place, point in enumerate(table.x))
    if even and table.beyond != "steps":
        scaled = emit.multiply(emit.subtract(bounded, emit.number(table.x[0])), emit.number(1 / spacing))
        place = emit.intrinsic("llvm.floor", scaled)
        place = emit.select(emit.compare("olt", place, emit.number(float(last))), place, emit.number(float(last)))
        return emit.select(emit.compare("ogt", place, emit.number(0.0)), place, emit.number(0.0))
    place = emit.number(0.0)
    for point in table.x[1 : last + 1]:
        passed = emit.compare("oge", bounded, emit.number(point))
        place = emit.add(place, emit.select(passed, emit.number(1.0), emit.number(0.0)))
    return place
