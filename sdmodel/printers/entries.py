"""A few constants and a vector of places → the constant at each place: by permuted registers, or one load a lane."""

from sdmodel.printers import avx512
from sdmodel.printers.emitter import Emitter, Value

_LONGEST_PERMUTED = 32


def picked(emit: Emitter, entries: tuple[float, ...], place: Value) -> Value:
    """entries[place] in each lane; `place` holds whole numbers that are within the table."""
    if place.literal is not None:
        return emit.number(entries[int(place.literal)])
    if emit.avx512 and len(entries) <= _LONGEST_PERMUTED:
        return _permuted(emit, entries, place)
    return _loaded(emit, entries, emit.convert("fptosi", place, "whole"))


def picked_of_sixteen(emit: Emitter, entries: tuple[float, ...], place: Value) -> Value:
    """entries[i] of a table of sixteen, i in the last four bits of `place`, whatever number it is."""
    bits = emit.convert("bitcast", place, "whole")
    if emit.avx512:
        return avx512.permute(emit, emit.vector(list(entries[:8])), bits, emit.vector(list(entries[8:])))
    return _loaded(emit, entries, emit.bits("and", bits, emit.whole(15)))


def _permuted(emit: Emitter, entries: tuple[float, ...], place: Value) -> Value:
    """Up to 16 entries by one permute of two registers; up to 32 by two of them and a choice."""
    padded = [*entries, *([entries[-1]] * (-len(entries) % 8))]
    registers = [emit.vector(padded[first : first + 8]) for first in range(0, len(padded), 8)]
    if len(registers) % 2:
        registers.append(registers[-1])
    index = emit.convert("fptosi", place, "whole")
    halves = zip(registers[::2], registers[1::2], strict=True)
    pairs = [avx512.permute(emit, low, index, high) for low, high in halves]
    if len(pairs) == 1:
        return pairs[0]
    return emit.select(emit.compare("oge", place, emit.number(16.0)), pairs[1], pairs[0])


def _loaded(emit: Emitter, entries: tuple[float, ...], index: Value) -> Value:
    name = emit.array(entries)

    def compute() -> Value:
        loads = []
        for lane in emit.lanes(index, index.level):
            pointer, scalar = emit.fresh(), emit.fresh()
            emit.write(index.level, f"{pointer} = getelementptr inbounds double, ptr {name}, i64 {lane}")
            emit.write(index.level, f"{scalar} = load double, ptr {pointer}, align 8")
            loads.append(scalar)
        return emit.gathered(loads, index.level)

    return emit.once(name, index, compute)
