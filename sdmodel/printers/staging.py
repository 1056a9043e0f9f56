"""A method of integration → in LLVM IR the loop over the stages of a step.

Each stage computes the rates of all stocks at the time of the stage from the stocks in `read`. From these come the
stocks of the next stage, `ahead` of the head of the step, in `write`; and with `weight` they are added to `sums`,
which end as the stocks of the next step. So the code of a step is there once, whatever the number of stages.

What changes once a step (samples, fixed delays) is kept in the first stage, whose time is that of the step; later
stages write it where nobody reads.
"""

from sdmodel.printers.emitter import Emitter
from sdmodel.printers.frame import spread
from sdmodel.printers.stages import Stage


def table(emit: Emitter, stages: tuple[Stage, ...]) -> str:
    """Name of the constant that the loop reads: of each stage its time, that of the next and its weight, in steps."""
    shares = [stage.share for stage in stages]
    rows = zip(shares, [*shares[1:], 0.0], (stage.weight for stage in stages), strict=True)
    return emit.array(tuple(number for row in rows for number in row))


def vectors(emit: Emitter) -> list[str]:
    """Time, reach and weight of a stage in all lanes."""
    return [
        *spread(emit, "%stage.now.vector", "%stage.now"),
        *spread(emit, "%ahead.vector", "%ahead"),
        *spread(emit, "%weight.vector", "%weight"),
    ]


def opening(emit: Emitter, whole: list[str], table: str, buffers: tuple[int, int]) -> list[str]:
    """From the phases through the block `whole` to a stage; `buffers`: slots of the stocks of odd and even stages."""
    size = 8 * emit.width
    return [
        "  br label %whole",
        "whole:",
        *whole,
        f"  %odd.buffer = getelementptr inbounds i8, ptr %work, i64 {buffers[0] * size}",
        f"  %even.buffer = getelementptr inbounds i8, ptr %work, i64 {buffers[1] * size}",
        "  br label %stage",
        "stage:",
        "  %stage.number = phi i64 [ 0, %whole ], [ %stage.next, %staged ]",
        "  %saved = phi i64 [ %saved.before, %whole ], [ %saved.next, %staged ]",
        "  %is.first = icmp eq i64 %stage.number, 0",
        "  %odd.bit = and i64 %stage.number, 1",
        "  %is.odd = icmp ne i64 %odd.bit, 0",
        "  %own.buffer = select i1 %is.odd, ptr %odd.buffer, ptr %even.buffer",
        "  %read = select i1 %is.first, ptr %now.buffer, ptr %own.buffer",
        "  %write = select i1 %is.odd, ptr %even.buffer, ptr %odd.buffer",
        "  %sums = select i1 %is.first, ptr %now.buffer, ptr %next",
        "  %hold = select i1 %is.first, ptr %next, ptr %write",
        *_row(table),
        *vectors(emit),
    ]


def _row(table: str) -> list[str]:
    """The numbers of a stage, in units of time."""
    lines = ["  %row.offset = mul i64 %stage.number, 3"]
    for place, name in enumerate(("%shift", "%ahead", "%weight")):
        lines += [
            f"  {name}.place = add i64 %row.offset, {place}",
            f"  {name}.pointer = getelementptr inbounds double, ptr {table}, i64 {name}.place",
            f"  {name}.steps = load double, ptr {name}.pointer, align 8",
            f"  {name} = fmul double {name}.steps, %dt",
        ]
    return [*lines, "  %stage.now = fadd double %now, %shift"]


def closing(stages: tuple[Stage, ...]) -> list[str]:
    """The end of a stage: on to the next, or to the next step."""
    return [
        "staged:",
        "  %saved.next = phi i64 [ %saved, %stepped ], [ %saved.one.more, %scatter ]",
        "  %stage.next = add i64 %stage.number, 1",
        f"  %stage.more = icmp slt i64 %stage.next, {len(stages)}",
        "  br i1 %stage.more, label %stage, label %advance",
        "advance:",
    ]
