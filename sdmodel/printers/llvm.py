"""Program → the text of an ensemble kernel in LLVM IR: members in vector lanes, time as the loop, Euler's method.

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
"""

from dataclasses import dataclass
from functools import reduce

from sdmodel.model.expr import Apply, Expr, Interpolate, Number, Ref, walk
from sdmodel.model.model import TIME, Auxiliary, FixedDelay, Frozen, Held, Stock, Table, Variable
from sdmodel.printers import frame
from sdmodel.printers.emitter import GATE, ONCE, PHASE, SAVE, STEP, Emitter, Value
from sdmodel.printers.language import INSTRUCTIONS
from sdmodel.printers.lookup import interpolate
from sdmodel.printers.program import LONG, SWITCHES, Program

_SIGNATURE = (
    "ptr noalias %defaults, ptr noalias %columns, ptr noalias %places, i64 %n_columns, i64 %first, i64 %last, "
    "ptr noalias %out, i64 %members, i64 %times, ptr noalias %saves, i64 %steps, double %start, double %dt, "
    "ptr noalias %status, ptr noalias %work, ptr noalias %literals"
)


# operations whose result rests while their argument moves
_SETTLING = SWITCHES | {"minimum", "maximum", "and", "or", "not"}
_SMALL = 150  # nodes of all expressions of a step
_REGISTERS = 8  # so much memory of a small model stays in registers from step to step


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
    exprs = [expr for name in program.step for expr in program.model[name].expressions()]
    nodes = [node for expr in exprs for node in walk(expr)]
    plain = all(not isinstance(node, Interpolate) and getattr(node, "operation", "") not in LONG for node in nodes)
    if len(memory) > _REGISTERS or len(nodes) > _SMALL or not plain or program.delays:
        return 8
    return 32 if len(memory) <= _REGISTERS // 2 else 16


def kernel(program: Program, *, width: int, wide_permute: bool) -> Kernel:
    """The kernel of a program; `wide_permute` tells that the CPU has AVX-512, `width` should suit its registers."""
    printer = _Printer(program, Emitter(width, wide_permute))
    return Kernel(printer.text(), width, printer.emit.slots, len(program.delays), tuple(printer.emit.literals))


class _Printer:
    """Writes the three blocks of one kernel in order: start, step, save."""

    def __init__(self, program: Program, emit: Emitter) -> None:
        self.program, self.emit = program, emit
        self.model = program.model
        self.inputs = {name: emit.slot() for name in program.inputs}
        self.status = emit.slot()
        self.saved_slots = emit.slots
        emit.slots += len(program.saved)
        self.memory: dict[str, int] = {}  # name → its place in the buffers of this step and the next
        alive = sum(isinstance(self.model[name], Stock | Held) for name in program.step)
        self.in_registers = alive <= _REGISTERS
        self.initial: dict[str, str] = {}  # of memory in registers: the SSA name of its first value,
        self.next: dict[str, str] = {}  # and of its value at the next step
        self.values: dict[str, Value] = {}
        self.level = ONCE
        self.limits = 0

    # --- values -----------------------------------------------------------------------------------------------------

    def of(self, expr: Expr) -> Value:
        """The value of an expression in the block being written."""
        if isinstance(expr, Number):
            return self.emit.number(expr.value)
        if isinstance(expr, Ref):
            return self.named(expr.name)
        if isinstance(expr, Interpolate):
            table = self.model[expr.table]
            assert isinstance(table, Table)
            at = self.emit.as_number(self.limited(expr.argument))
            return self.settled(interpolate(self.emit, table, at), table.beyond != "extrapolate")
        if expr.operation in ("multiply", "divide") and not self.emit.exact:
            return self.product(expr)
        if expr.operation not in _SETTLING:
            return INSTRUCTIONS[expr.operation](self.emit, *map(self.of, expr.arguments))
        was_exact = self.emit.exact
        arguments = []
        for place, argument in enumerate(expr.arguments):
            decides = expr.operation in SWITCHES and (expr.operation != "select" or place == 0)
            self.emit.exact = was_exact or decides
            arguments.append(self.limited(argument))
        self.emit.exact = was_exact
        return self.settled(INSTRUCTIONS[expr.operation](self.emit, *arguments), True)

    def product(self, expr: Expr, *factor: Value) -> Value:
        """A chain of factors and divisors: those that hold longest first, together and once; then the oldest first.

        The order of age lets chains share their beginnings, and the value that was computed last wait for nothing.
        """
        emit = self.emit
        factors, divisors = _chain(expr)
        above = [*factor, *(emit.as_number(self.of(one)) for one in factors)]
        below = [emit.as_number(self.of(divisor)) for divisor in divisors]
        lasting = [divisor for divisor in below if divisor.level in (ONCE, PHASE)]
        if any(value.level > PHASE for value in above):
            above += [emit.divide(emit.number(1.0), divisor) for divisor in lasting]
            below = [divisor for divisor in below if divisor not in lasting]
        above.sort(key=lambda value: (value.level, value.age))
        result = reduce(emit.multiply, above)
        return emit.divide(result, reduce(emit.multiply, below)) if below else result

    def limited(self, expr: Expr) -> Value:
        """The value of an expression below a switch or limit, which settles at the outermost of them only."""
        self.limits += 1
        value = self.of(expr)
        self.limits -= 1
        return value

    def settled(self, value: Value, settles: bool) -> Value:
        """`value` as one of PHASE, if it depends on time alone and rests while a switch or limit holds it."""
        return self.emit.gated(value) if settles and value.level == GATE and not self.limits else value

    def named(self, name: str) -> Value:
        """The value of a variable in the block being written."""
        if name == TIME:
            return self.values[TIME]
        own = self.model[name].name
        if own in self.inputs:
            return self.emit.load(self.inputs[own], "number", ONCE)
        if own in self.memory and self.level != ONCE:
            if self.in_registers:
                return Value(f"%memory.{self.memory[own]}", STEP)
            return self.emit.peek(self.memory[own], "%now.buffer", self.level)
        return self.values[own]

    # --- blocks -----------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Initial values; what was computed here for time 0 stays known only where it holds for the whole run."""
        emit = self.emit
        self.values[TIME] = Value("%start.vector", ONCE)
        for name in self.program.start:
            variable = self.model[name]
            if isinstance(variable, Auxiliary):
                self.values[name] = self.of(variable.equation if variable.initial is None else variable.initial)
            elif isinstance(variable, Stock | Held):
                self.values[name] = emit.as_number(self.of(variable.initial))
                self.memory[name] = len(self.memory)
                if self.in_registers:
                    self.initial[name] = self.values[name].text
                else:
                    emit.poke(self.memory[name], "%first.buffer", self.values[name], ONCE)
            elif isinstance(variable, FixedDelay):
                self.values[name] = emit.as_number(self.of(variable.initial))
                self.fixed_delay_start(variable)
            elif isinstance(variable, Frozen):
                self.values[name] = emit.as_number(self.of(variable.equation))
        frozen = {name: self.values[name] for name in self.program.start if isinstance(self.model[name], Frozen)}
        self.values = {
            **frozen,
            **{name: self.values[name] for name in self.values if name.endswith((" length", " before"))},
        }

    def fixed_delay_start(self, variable: FixedDelay) -> None:
        """Length of a fixed delay in steps, at least 1, and its value before anything has passed through."""
        emit, name = self.emit, variable.name
        ratio = emit.strict("fdiv", emit.as_number(self.of(variable.delay)), Value("%dt.vector", ONCE))
        bounded = emit.select(emit.compare("ogt", ratio, emit.number(1.0)), ratio, emit.number(1.0))
        rounded = emit.intrinsic("llvm.floor", emit.add(bounded, emit.number(0.500001)))
        longest = emit.number(2.0**40)
        length = emit.select(emit.compare("olt", rounded, longest), rounded, longest)
        self.values[f"{name} length"] = length
        self.values[f"{name} before"] = self.values[name]

    def step(self) -> None:
        """Values at one time and the memory of the next."""
        self.level = STEP
        kept = {**self.values}
        self.values[TIME] = Value("%now.vector", GATE)
        for place, variable in enumerate(self.program.delays):
            self.values[variable.name] = self.passed(
                place, kept[f"{variable.name} length"], kept[f"{variable.name} before"]
            )
        for name in self.program.step:
            self.emit.part()
            self.emit.exact = name in self.program.exact
            self.advance(self.model[name])

    def advance(self, variable: Variable) -> None:
        """One variable of the step: an auxiliary's value, or what a memory holds next."""
        emit = self.emit
        if isinstance(variable, Auxiliary):
            self.values[variable.name] = self.of(variable.equation)
        elif isinstance(variable, Stock):
            change = self.product(variable.net_flow, Value("%dt.vector", ONCE))
            self.hold(variable.name, emit.add(self.named(variable.name), change))
        elif isinstance(variable, Held):
            self.hold(variable.name, emit.as_number(self.of(variable.next)))
        elif isinstance(variable, FixedDelay):
            entering = emit.at(emit.as_number(self.of(variable.input)), STEP)
            pointer = self.history(self.program.delays.index(variable), "%step", STEP)
            emit.write(STEP, f"store {emit.types['number']} {entering.text}, ptr {pointer}, align {8 * emit.width}")

    def hold(self, name: str, value: Value) -> None:
        """Keep what a memory holds at the next step."""
        if self.in_registers:
            self.next[name] = self.emit.at(value, STEP).text
        else:
            self.emit.poke(self.memory[name], "%next", value, STEP)

    def _equation(self, name: str) -> Expr:
        variable = self.model[name]
        assert isinstance(variable, Auxiliary)
        return variable.equation

    def passed(self, place: int, length: Value, before: Value) -> Value:
        """What left a fixed delay: its input `length` steps ago, lane by lane, or the value before."""
        emit = self.emit
        length, before = emit.at(length, STEP), emit.at(before, STEP)
        age = emit.instruction(
            "number", f"fsub {emit.types['number']} {{0}}, {{1}}", Value("%step.vector", STEP), length
        )
        arrived = emit.compare("oge", age, emit.number(0.0))
        index = emit.convert("fptosi", emit.select(arrived, age, emit.number(0.0)), "whole")
        loads = []
        for lane, row in enumerate(emit.lanes(index, STEP)):
            vector, pointer, scalar = self.history(place, row, STEP), emit.fresh(), emit.fresh()
            emit.write(STEP, f"{pointer} = getelementptr inbounds i8, ptr {vector}, i64 {8 * lane}")
            emit.write(STEP, f"{scalar} = load double, ptr {pointer}, align 8")
            loads.append(scalar)
        return emit.select(arrived, emit.gathered(loads, STEP), before)

    def history(self, place: int, row: str, level: int) -> str:
        """Pointer to what entered fixed delay `place` at step `row`."""
        emit, size = self.emit, 8 * self.emit.width
        all_rows, line, offset, pointer = (emit.fresh() for _ in range(4))
        emit.write(level, f"{all_rows} = mul i64 %rows, {place}")
        emit.write(level, f"{line} = add i64 {all_rows}, {row}")
        emit.write(level, f"{offset} = mul i64 {line}, {size}")
        emit.write(level, f"{pointer} = getelementptr inbounds i8, ptr %history, i64 {offset}")
        return pointer

    def save(self) -> None:
        """Values that only the saved ones need, written member by member; anything not finite is noted."""
        emit = self.emit
        self.level = SAVE
        for name in self.program.save:
            self.emit.exact = name in self.program.exact
            self.values[name] = self.of(self._equation(name))
        checked = [self.named(name) for name in self.memory if isinstance(self.model[name], Stock)]
        for place, name in enumerate(self.program.saved):
            value = emit.at(emit.as_number(self.named(name)), SAVE)
            checked.append(value)
            self._keep(place, value)
        note = self._status_pointer()
        before = emit.fresh()
        emit.write(SAVE, f"{before} = load {emit.types['number']}, ptr {note}, align {8 * emit.width}")
        status = Value(before, SAVE)
        for value in checked:
            status = emit.strict("fadd", status, emit.strict("fmul", value, emit.number(0.0)))
        emit.write(SAVE, f"store {emit.types['number']} {status.text}, ptr {note}, align {8 * emit.width}")

    def _status_pointer(self) -> str:
        pointer = self.emit.fresh()
        self.emit.write(
            SAVE, f"{pointer} = getelementptr inbounds i8, ptr %work, i64 {self.status * 8 * self.emit.width}"
        )
        return pointer

    def _keep(self, place: int, value: Value) -> None:
        emit, pointer = self.emit, self.emit.fresh()
        offset = (self.saved_slots + place) * 8 * emit.width
        emit.write(SAVE, f"{pointer} = getelementptr inbounds i8, ptr %work, i64 {offset}")
        emit.write(SAVE, f"store {emit.types['number']} {value.text}, ptr {pointer}, align {8 * emit.width}")

    # --- the whole --------------------------------------------------------------------------------------------------

    def text(self) -> str:
        """The module: inputs are laid out, then for each group start, loop of steps, and status."""
        self.start()
        self.step()
        self.save()
        emit = self.emit
        size = 8 * emit.width
        buffers = (emit.slots, emit.slots + len(self.memory))
        emit.slots += 2 * len(self.memory)
        parts = [
            *(f"{name} = private unnamed_addr constant {array}, align 64" for array, name in emit.globals.items()),
            f"define void @run({_SIGNATURE}) #0 {{",
            *frame.opening(emit, len(self.inputs), self.status, buffers, size),
            "begin:",
            *emit.blocks[ONCE],
            "  br label %loop",
            "loop:",
            "  %step = phi i64 [ 0, %begin ], [ %step.next, %advance ]",
            "  %saved = phi i64 [ 0, %begin ], [ %saved.next, %advance ]",
            *(
                f"  %memory.{place} = phi {emit.types['number']} "
                f"[ {self.initial[name]}, %begin ], [ {self.next[name]}, %advance ]"
                for name, place in self.memory.items()
                if self.in_registers
            ),
            "  %now.buffer = phi ptr [ %first.buffer, %begin ], [ %next, %advance ]",
            "  %next = phi ptr [ %second.buffer, %begin ], [ %now.buffer, %advance ]",
            *frame.clock(emit),
            *emit.blocks[GATE],
            *frame.gate(emit),
            *emit.blocks[STEP],
            "  br label %stepped",
            "stepped:",
            "  %save.at.pointer = getelementptr inbounds i64, ptr %saves, i64 %saved",
            "  %save.at = load i64, ptr %save.at.pointer, align 8",
            "  %is.saved = icmp eq i64 %step, %save.at",
            "  br i1 %is.saved, label %save, label %advance",
            "save:",
            *emit.blocks[SAVE],
            *frame.scatter(emit.width, self.saved_slots, len(self.program.saved)),
            "advance:",
            "  %saved.next = phi i64 [ %saved, %stepped ], [ %saved.one.more, %scatter ]",
            "  %step.next = add i64 %step, 1",
            "  %more = icmp sle i64 %step.next, %steps",
            "  br i1 %more, label %loop, label %done",
            *frame.closing(emit, size),
            "}",
            *emit.declarations.values(),
            'attributes #0 = { nounwind alignstack=64 "prefer-vector-width"="512" "min-legal-vector-width"="512" }',
        ]
        return "\n".join(parts) + "\n"


def _chain(expr: Expr) -> tuple[list[Expr], list[Expr]]:
    """Factors and divisors of nested products and quotients."""
    if not isinstance(expr, Apply) or expr.operation not in ("multiply", "divide"):
        return [expr], []
    (above, below), (more, under) = map(_chain, expr.arguments)
    return (above + more, below + under) if expr.operation == "multiply" else (above + under, below + more)
