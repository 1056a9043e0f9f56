"""A table read at a vector of members as instructions: permuted registers where the CPU has them, else loads a lane."""

from sdmodel.model.model import Table
from sdmodel.printers.emitter import Emitter, Value
from sdmodel.printers.vector_math import clamp

_EQUAL = 1e-9  # relative: spacing that differs by less is rounding of the modeller's decimals
_LONGEST_PERMUTED = 32


def interpolate(emit: Emitter, table: Table, x: Value) -> Value:
    """The value of `table` at `x`; not a number where `x` is not."""
    points = len(table.x)
    if points == 1:
        return _or_nan(emit, x, emit.number(table.y[0]))
    bounded = clamp(emit, x, table.x[0], table.x[-1])
    left = _left(emit, table, bounded)
    if table.beyond == "steps":
        return _or_nan(emit, x, _pick(emit, table.y, left))
    rises = [(b - a) / (d - c) for a, b, c, d in zip(table.y, table.y[1:], table.x, table.x[1:], strict=False)]
    at = x if table.beyond == "extrapolate" else bounded
    distance = emit.strict("fsub", at, _pick(emit, table.x, left))
    return emit.fused(distance, _pick(emit, (*rises, 0.0), left), _pick(emit, table.y, left))


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


def _pick(emit: Emitter, entries: tuple[float, ...], place: Value) -> Value:
    """entries[place] in each lane."""
    if place.literal is not None:
        return emit.number(entries[int(place.literal)])
    if emit.wide_permute and emit.width == 8 and len(entries) <= _LONGEST_PERMUTED:
        return _permuted(emit, entries, place)
    return emit.loaded(entries, place)


def _permuted(emit: Emitter, entries: tuple[float, ...], place: Value) -> Value:
    """Up to 16 entries by one permute of two registers; up to 32 by two of them and a choice."""
    padded = [*entries, *([entries[-1]] * (-len(entries) % 8))]
    registers = [emit.vector(padded[first : first + 8]) for first in range(0, len(padded), 8)]
    if len(registers) % 2:
        registers.append(registers[-1])
    index = emit.convert("fptosi", place, "whole")
    pairs = [emit.permute(low, index, high) for low, high in zip(registers[::2], registers[1::2], strict=True)]
    if len(pairs) == 1:
        return pairs[0]
    return emit.select(emit.compare("oge", place, emit.number(16.0)), pairs[1], pairs[0])
