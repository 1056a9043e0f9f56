"""Program → the text of an ensemble kernel in LLVM IR: members in vector lanes, time as the loop.

One call runs groups of `width` members. Parameters of the kernel, all in doubles or 64-bit integers:

    defaults   [input]               values of all inputs
    columns    [column] → [member]   inputs that differ by member, with `places` [column] → input
    first, last                      groups to run
    out        [saved][member][time] what is saved; `member` padded to whole groups, `members` of them, `times` a member
    saves      [time]                steps at which to save, rising; one more entry that is never reached
    steps, start, dt                 number of steps, first time, time step: the same for all members of a call
    status     [member]              not a number where a stock or saved value was not finite, else 0
    literals                         `Kernel.literals`, aligned
    work                             aligned memory of `Kernel.slots` vectors + `Kernel.histories` × (steps + 1) vectors
    seed, numbers [member]           of random draws: seed and numbers of experiments; not read without draws
"""

from dataclasses import dataclass

from sdmodel.model.expr import Expr, Interpolate, walk
from sdmodel.model.model import Held, Stock
from sdmodel.printers import frame, parts, staging
from sdmodel.printers.blocks import REGISTERS, Blocks
from sdmodel.printers.emitter import Emitter
from sdmodel.printers.program import LONG, Program
from sdmodel.printers.stages import STAGES, Stage
from sdmodel.printers.writer import GATE, ONCE, PHASE, SAVE, STEP, WHOLE, Value

_SIGNATURE = (
    "ptr noalias %defaults, ptr noalias %columns, ptr noalias %places, i64 %n_columns, i64 %first, i64 %last, "
    "ptr noalias %out, i64 %members, i64 %times, ptr noalias %saves, i64 %steps, double %start, double %dt, "
    "ptr noalias %status, ptr noalias %work, ptr noalias %literals, i64 %seed, ptr noalias %numbers"
)
_PLAIN = 'nounwind "prefer-vector-width"="512" "min-legal-vector-width"="512"'
_ATTRIBUTES = f"alignstack=64 {_PLAIN}"

_SMALL = 150  # nodes of all expressions of a step
_LARGE = 8000  # nodes of all expressions of a program, from which on it is cut into functions


@dataclass(frozen=True)
class Kernel:
    """`text` defines `@run`; `width` members a group; `slots` and `histories` size the working memory."""

    text: str
    width: int
    slots: int
    histories: int
    literals: tuple[float, ...]


def suitable_width(program: Program) -> int:
    """How many members a group has: eight; more in a small model without long functions, to have work for all units."""
    memory = [name for name in program.step if isinstance(program.model[name], Stock | Held)]
    nodes = [node for expr in _expressions(program, (*program.step, *program.save)) for node in walk(expr)]
    plain = all(not isinstance(node, Interpolate) and getattr(node, "operation", "") not in LONG for node in nodes)
    if len(memory) > REGISTERS or len(nodes) > _SMALL or not plain or program.delays:
        return 8
    return 32 if len(memory) <= REGISTERS // 2 else 16


def _expressions(program: Program, names: tuple[str, ...]) -> list[Expr]:
    return [expr for name in names for expr in program.model[name].expressions()]


def kernel(program: Program, *, width: int, wide_permute: bool, split: bool | None = None) -> Kernel:
    """The kernel of a program; `wide_permute` tells that the CPU has AVX-512, `width` should suit its registers.

    `split` cuts it into functions that compile fast; None does so for a large model.
    """
    if split is None:
        every = _expressions(program, (*program.start, *program.step, *program.save))
        split = sum(1 for expr in every for _ in walk(expr)) > _LARGE
    stages = STAGES[program.model.integration]
    steps = stages if len(stages) > 1 else ()
    emit = Emitter(width, split, bool(steps), wide_permute=wide_permute)
    blocks = Blocks(program, emit)
    blocks.start()
    blocks.step()
    blocks.save()
    text = _module(blocks, steps)
    return Kernel(text, width, emit.slots, len(program.delays), tuple(emit.literals))


def _module(blocks: Blocks, steps: tuple[Stage, ...]) -> str:
    """The text of the module around the blocks: inputs are laid out, then for each group start, steps and status."""
    emit, size = blocks.emit, 8 * blocks.emit.width
    table = staging.table(emit, steps) if steps else ""
    changed = _changed(emit)
    buffers = [emit.slots + place * len(blocks.memory) for place in range(4 if steps else 2)]
    emit.slots += len(buffers) * len(blocks.memory)
    own = {level: parts.calls(emit, level) if emit.split else emit.block(level) for level in range(SAVE + 1)}
    lines = [
        *(f"{name} = private unnamed_addr constant {array}, align 64" for array, name in emit.globals.items()),
        f"define void @run({_SIGNATURE}) #0 {{",
        *frame.opening(emit, len(blocks.inputs), blocks.status, (buffers[0], buffers[1]), size),
        "begin:",
        *own[ONCE],
        "  br label %loop",
        *_head(blocks, "%saved.before" if steps else "%saved"),
        *own[GATE],
        *changed[0],
        *frame.gate(emit, changed[1], own[PHASE]),
        *(staging.opening(emit, own[WHOLE], table, (buffers[2], buffers[3])) if steps else []),
        *own[STEP],
        "  br label %stepped",
        "stepped:",
        *_saving(blocks, own[SAVE], "staged" if steps else "advance"),
        *(staging.closing(steps) if steps else _advancing()),
        "  %step.next = add i64 %step, 1",
        "  %more = icmp sle i64 %step.next, %steps",
        "  br i1 %more, label %loop, label %done",
        *frame.closing(emit, size),
        "}",
        *(parts.definitions(emit, buffers[0]) if emit.split else []),
        *blocks.recurring.definitions,
        *emit.declarations.values(),
        f"attributes #0 = {{ {_ATTRIBUTES} }}",
        *([f"attributes #1 = {{ noinline optnone {_ATTRIBUTES} }}"] if emit.split else []),
        *([f"attributes #2 = {{ {_PLAIN} }}"] if blocks.recurring.definitions else []),
    ]
    return "\n".join(lines) + "\n"


def _head(blocks: Blocks, saved: str) -> list[str]:
    """The first lines of a step: which it is, where its memory is, what its time is."""
    number = blocks.emit.types["number"]
    return [
        "loop:",
        "  %step = phi i64 [ 0, %begin ], [ %step.next, %advance ]",
        f"  {saved} = phi i64 [ 0, %begin ], [ %saved.next, %advance ]",
        *(
            f"  %memory.{place} = phi {number} [ {blocks.initial[name]}, %begin ], [ {blocks.next[name]}, %advance ]"
            for name, place in blocks.memory.items()
            if blocks.in_registers
        ),
        "  %now.buffer = phi ptr [ %first.buffer, %begin ], [ %next, %advance ]",
        "  %next = phi ptr [ %second.buffer, %begin ], [ %now.buffer, %advance ]",
        *frame.clock(blocks.emit),
    ]


def _changed(emit: Emitter) -> tuple[list[str], str]:
    """Where the frame finds which lanes change their phase: lines that fetch it, and its name."""
    if not emit.split or not emit.changed:
        return [], emit.changed
    slot, number = emit.slot(), emit.types["number"]
    emit.store(Value(emit.changed, GATE, "truth"), slot)
    return [
        f"  %changed.pointer = getelementptr inbounds i8, ptr %work, i64 {slot * 8 * emit.width}",
        f"  %changed.number = load {number}, ptr %changed.pointer, align {8 * emit.width}",
        f"  %changed.lanes = fcmp une {number} %changed.number, zeroinitializer",
    ], "%changed.lanes"


def _saving(blocks: Blocks, own: list[str], then: str) -> list[str]:
    """What is done at a saved time, and at the others not; in the first stage only."""
    emit = blocks.emit
    is_saved = "%is.saved"
    lines = [
        "  %save.at.pointer = getelementptr inbounds i64, ptr %saves, i64 %saved",
        "  %save.at = load i64, ptr %save.at.pointer, align 8",
        "  %is.saved = icmp eq i64 %step, %save.at",
    ]
    if emit.staged:
        is_saved = "%is.saved.now"
        lines.append("  %is.saved.now = and i1 %is.saved, %is.first")
    return [
        *lines,
        f"  br i1 {is_saved}, label %save, label %{then}",
        "save:",
        *own,
        *frame.scatter(emit.width, blocks.saved_slots, len(blocks.program.saved), then),
    ]


def _advancing() -> list[str]:
    return [
        "advance:",
        "  %saved.next = phi i64 [ %saved, %stepped ], [ %saved.one.more, %scatter ]",
    ]
