"""The fixed parts of a kernel in LLVM IR: the loop over groups, the inputs of a group, the clock, the saved rows.

The blocks follow each other as `llvm.py` puts them together:

    entry → group → default (loop) → column (loop) → begin → loop → [phase →] settled → stepped
    → save → scatter (loop) → advance → loop … → done → group … → end

With stages: … → settled → whole → stage (loop) → stepped → save → scatter → staged → stage … → advance → loop …
"""

from sdmodel.printers.emitter import Emitter


def spread(emit: Emitter, name: str, scalar: str) -> list[str]:
    """Lines that spread a scalar over all lanes."""
    kind = emit.types["number"]
    return [
        f"  {name}.first = insertelement {kind} poison, double {scalar}, i64 0",
        f"  {name} = shufflevector {kind} {name}.first, {kind} poison, <{emit.width} x i32> zeroinitializer",
    ]


def clock(emit: Emitter) -> list[str]:
    """Time and step of this round of the loop, in all lanes."""
    return [
        "  %step.number = sitofp i64 %step to double",
        "  %elapsed = fmul double %step.number, %dt",
        "  %now = fadd double %start, %elapsed",
        *spread(emit, "%now.vector", "%now"),
        *spread(emit, "%step.vector", "%step.number"),
    ]


def gate(emit: Emitter, changed: str, phase: list[str]) -> list[str]:
    """The branch to `phase`, what is computed when a phase changes, if anything is; `changed` tells for each lane."""
    if not changed:
        return []
    return [
        f"  %changed.bits = bitcast {emit.types['truth']} {changed} to i{emit.width}",
        f"  %changed = icmp ne i{emit.width} %changed.bits, 0",
        "  br i1 %changed, label %phase, label %settled",
        "phase:",
        *phase,
        "  br label %settled",
        "settled:",
    ]


def opening(emit: Emitter, n_inputs: int, status: int, buffers: tuple[int, int], size: int) -> list[str]:
    """Entry, loop over groups, and the inputs of the group: defaults everywhere, then the columns that differ."""
    number, w = emit.types["number"], emit.width
    return [
        "entry:",
        f"  %history = getelementptr inbounds i8, ptr %work, i64 {emit.slots * size}",
        f"  %first.buffer = getelementptr inbounds i8, ptr %work, i64 {buffers[0] * size}",
        f"  %second.buffer = getelementptr inbounds i8, ptr %work, i64 {buffers[1] * size}",
        "  %rows = add i64 %steps, 1",
        "  %never = icmp slt i64 %steps, 0",
        *spread(emit, "%start.vector", "%start"),
        *spread(emit, "%dt.vector", "%dt"),
        "  %any = icmp slt i64 %first, %last",
        "  br i1 %any, label %group, label %end",
        "group:",
        "  %g = phi i64 [ %first, %entry ], [ %g.next, %done ]",
        f"  %member = mul i64 %g, {w}",
        f"  %note = getelementptr inbounds i8, ptr %work, i64 {status * size}",
        f"  store {number} zeroinitializer, ptr %note, align {size}",
        "  br label %default",
        "default:",
        "  %i = phi i64 [ 0, %group ], [ %i.next, %default ]",
        "  %default.pointer = getelementptr inbounds double, ptr %defaults, i64 %i",
        "  %default.value = load double, ptr %default.pointer, align 8",
        *spread(emit, "%default.vector", "%default.value"),
        f"  %default.offset = mul i64 %i, {size}",
        "  %default.slot = getelementptr inbounds i8, ptr %work, i64 %default.offset",
        f"  store {number} %default.vector, ptr %default.slot, align {size}",
        "  %i.next = add i64 %i, 1",
        f"  %default.more = icmp slt i64 %i.next, {n_inputs}",
        "  br i1 %default.more, label %default, label %columns.any",
        "columns.any:",
        "  %some = icmp sgt i64 %n_columns, 0",
        "  br i1 %some, label %column, label %begin",
        "column:",
        "  %c = phi i64 [ 0, %columns.any ], [ %c.next, %column ]",
        "  %place.pointer = getelementptr inbounds i64, ptr %places, i64 %c",
        "  %place = load i64, ptr %place.pointer, align 8",
        "  %column.start.pointer = getelementptr inbounds ptr, ptr %columns, i64 %c",
        "  %column.start = load ptr, ptr %column.start.pointer, align 8",
        "  %column.pointer = getelementptr double, ptr %column.start, i64 %member",
        f"  %column.vector = load {number}, ptr %column.pointer, align 8",
        f"  %column.offset = mul i64 %place, {size}",
        "  %column.slot = getelementptr inbounds i8, ptr %work, i64 %column.offset",
        f"  store {number} %column.vector, ptr %column.slot, align {size}",
        "  %c.next = add i64 %c, 1",
        "  %column.more = icmp slt i64 %c.next, %n_columns",
        "  br i1 %column.more, label %column, label %begin",
    ]


def scatter(width: int, slots: int, n_saved: int, then: str) -> list[str]:
    """A loop over the saved values: each lane goes to the row of its own member; `then` on to the next block."""
    lines = [
        "  %saved.one.more = add i64 %saved, 1",
        "  %cell.first.row = mul i64 %member, %times",
        "  %cell.first = add i64 %cell.first.row, %saved",
        "  %cell.stride = mul i64 %members, %times",
        f"  %kept = getelementptr inbounds i8, ptr %work, i64 {slots * 8 * width}",
        "  br label %scatter",
        "scatter:",
        "  %o = phi i64 [ 0, %save ], [ %o.next, %scatter ]",
        "  %cell = phi i64 [ %cell.first, %save ], [ %cell.next, %scatter ]",
        f"  %kept.offset = mul i64 %o, {width}",
        "  %kept.0 = getelementptr inbounds double, ptr %kept, i64 %kept.offset",
        "  %cell.0 = getelementptr inbounds double, ptr %out, i64 %cell",
    ]
    for lane in range(width):
        if lane:
            lines += [
                f"  %kept.{lane} = getelementptr inbounds double, ptr %kept.{lane - 1}, i64 1",
                f"  %cell.{lane} = getelementptr inbounds double, ptr %cell.{lane - 1}, i64 %times",
            ]
        lines += [
            f"  %lane.{lane} = load double, ptr %kept.{lane}, align 8",
            f"  store double %lane.{lane}, ptr %cell.{lane}, align 8",
        ]
    return [
        *lines,
        "  %o.next = add i64 %o, 1",
        "  %cell.next = add i64 %cell, %cell.stride",
        f"  %o.more = icmp slt i64 %o.next, {n_saved}",
        f"  br i1 %o.more, label %scatter, label %{then}",
    ]


def closing(emit: Emitter, size: int) -> list[str]:
    """The status of the group, and on to the next."""
    number = emit.types["number"]
    return [
        "done:",
        f"  %status.value = load {number}, ptr %note, align {size}",
        "  %status.pointer = getelementptr inbounds double, ptr %status, i64 %member",
        f"  store {number} %status.value, ptr %status.pointer, align 8",
        "  %g.next = add i64 %g, 1",
        "  %g.more = icmp slt i64 %g.next, %last",
        "  br i1 %g.more, label %group, label %end",
        "end:",
        "  ret void",
    ]
