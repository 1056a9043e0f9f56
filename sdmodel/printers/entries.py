"""A few constants and a vector of places → the constant at each place: by permuted registers, or one load a lane."""

from sdmodel.printers import avx512
from sdmodel.printers.emitter import Emitter, Value

_LONGEST_PERMUTED = 32  # longer ones are not written into the text either: they come with the literals of the kernel


def picked(emit: Emitter, entries: tuple[float, ...], place: Value, *, same: bool = False) -> Value:
    """entries[place] in each lane; `place` holds whole numbers within the table, `same` if all lanes have the same."""
    if place.literal is not None:
        return emit.number(entries[int(place.literal)])
    if emit.avx512 and len(entries) <= _LONGEST_PERMUTED and place.kind == "number":
        return _permuted(emit, entries, place)
    index = place if place.kind == "whole" else emit.convert("fptosi", place, "whole")
    return _loaded(emit, entries, index, same)


def picked_by_bits(emit: Emitter, entries: tuple[float, ...], place: Value) -> Value:
    """entries[i] in each lane, i in the last bits of the number `place`; what is not a number picks any entry."""
    size = max(8, 1 << (len(entries) - 1).bit_length())
    padded = (*entries, *([entries[-1]] * (size - len(entries))))
    bits = emit.convert("bitcast", place, "whole")
    if not emit.avx512 or size > _LONGEST_PERMUTED:
        return _loaded(emit, padded, emit.bits("and", bits, emit.whole(size - 1)))
    registers = [emit.vector(list(padded[first : first + 8])) for first in range(0, size, 8)]
    if size == 8:
        return avx512.permute_eight(emit, registers[0], bits)
    pairs = [avx512.permute(emit, low, bits, high) for low, high in zip(registers[::2], registers[1::2], strict=True)]
    if size == 16:
        return pairs[0]
    upper = emit.instruction(
        "truth", f"trunc {emit.types['whole']} {{0}} to {emit.types['truth']}", emit.bits("lshr", bits, emit.whole(4))
    )
    return emit.select(upper, pairs[1], pairs[0])


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


def _loaded(emit: Emitter, entries: tuple[float, ...], index: Value, same: bool = False) -> Value:
    """One load a lane; one for all of them where all have the same index."""
    if same or len(entries) > _LONGEST_PERMUTED:
        return _of_many(emit, emit._place_of(f"entries {entries}", entries), index, same)
    name = emit.array(entries)

    def compute() -> Value:
        loads = [_load(emit, name, lane, index.level) for lane in emit.lanes(index, index.level)]
        return emit.gathered(loads, index.level)

    return emit.once(name, index, compute)


def _of_many(emit: Emitter, first: int, index: Value, same: bool) -> Value:
    """A literal of the kernel, `index` places after `first`, in each lane."""
    level, kind, vector = index.level, emit.types["whole"], emit.types["number"]
    gather, w = f"llvm.masked.gather.v{emit.width}f64.v{emit.width}p0", emit.width

    def compute() -> Value:
        start = emit.fresh()
        emit.write(level, f"{start} = getelementptr inbounds double, ptr %literals, i64 {first}")
        if same:
            lane = emit.fresh()
            emit.write(level, f"{lane} = extractelement {kind} {index.text}, i32 0")
            return _spread(emit, _load(emit, start, lane, level), level)
        emit.declarations[gather] = f"declare {vector} @{gather}(<{w} x ptr>, i32, <{w} x i1>, {vector})"
        pointers, found = emit.fresh(), emit.fresh()
        emit.write(level, f"{pointers} = getelementptr inbounds double, ptr {start}, {kind} {index.text}")
        arguments = f"<{w} x ptr> {pointers}, i32 8, <{w} x i1> {emit.splat('i1', 'true')}, {vector} poison"
        emit.write(level, f"{found} = call {vector} @{gather}({arguments})")
        return Value(found, level)

    return emit.once(f"literals {first}", index, compute)


def _load(emit: Emitter, start: str, place: str, level: int) -> str:
    """A number in memory."""
    pointer, scalar = emit.fresh(), emit.fresh()
    emit.write(level, f"{pointer} = getelementptr inbounds double, ptr {start}, i64 {place}")
    emit.write(level, f"{scalar} = load double, ptr {pointer}, align 8")
    return scalar


def _spread(emit: Emitter, scalar: str, level: int) -> Value:
    """A scalar in all lanes."""
    kind, first, spread = emit.types["number"], emit.fresh(), emit.fresh()
    emit.write(level, f"{first} = insertelement {kind} poison, double {scalar}, i64 0")
    emit.write(level, f"{spread} = shufflevector {kind} {first}, {kind} poison, <{emit.width} x i32> zeroinitializer")
    return Value(spread, level)
