"""Program → the blocks of a kernel: start, step and save, each variable once.

Under a method with stages, a step's block is that of a stage. Only stocks differ from stage to stage, and what is
computed from them or from the clock; the value of a sample, a fixed delay or a random draw stays as it is at the head
of the step.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial, reduce

from sdmodel.model.expr import Apply, Expr, Interpolate, Number, Ref, walk
from sdmodel.model.missing import missing
from sdmodel.model.model import TIME, Auxiliary, Draw, FixedDelay, Frozen, Held, Stock, Table, Variable
from sdmodel.model.switches import HEAD, SWITCHES, deciding
from sdmodel.printers.draws import drawn
from sdmodel.printers.emitter import Emitter, Value
from sdmodel.printers.language import INSTRUCTIONS
from sdmodel.printers.lookup import interpolate
from sdmodel.printers.program import Program
from sdmodel.printers.recurring import Recurring, recurring
from sdmodel.printers.writer import GATE, ONCE, PHASE, SAVE, STEP, WHOLE

# operations whose result rests while their argument moves
_SETTLING = SWITCHES | {"minimum", "maximum", "and", "or", "not"}
REGISTERS = 8  # so much memory of a small model stays in registers from step to step


class Blocks:
    """Writes the blocks of one kernel in order: `start`, `step`, `save`."""

    def __init__(self, program: Program, emit: Emitter) -> None:
        self.program, self.emit = program, emit
        self.model = program.model
        self.inputs = {name: emit.slot() for name in program.inputs}
        self.status = emit.slot()
        self.saved_slots = emit.slots
        emit.slots += len(program.saved)
        self.memory: dict[str, int] = {}  # name → its place in the buffers of this step and the next
        self.alive = {name for name in program.step if isinstance(self.model[name], Stock | Held)}
        self.in_registers = len(self.alive) <= REGISTERS and not emit.staged and not emit.split
        self.initial: dict[str, str] = {}  # of memory in registers: the SSA name of its first value,
        self.next: dict[str, str] = {}  # and of its value at the next step
        self.values: dict[str, Value] = {}
        self.delays: dict[str, tuple[Value, Value]] = {}  # length in steps, and the value before anything came through
        self.level = ONCE
        self.once_a_step = WHOLE if emit.staged else STEP
        self.limits = 0
        self.common = _common_divisors(program)
        self.recurring = self._recurring() if emit.split else Recurring({}, ())
        self.missing = missing(program.model)
        if emit.staged and program.delays:
            self.spare = emit.slot()

    # --- values -----------------------------------------------------------------------------------------------------

    def of(self, expr: Expr) -> Value:
        """The value of an expression in the block being written."""
        if isinstance(expr, Number):
            return self.emit.number(expr.value)
        if isinstance(expr, Ref):
            return self.named(expr.name)
        if self.emit.split:
            self.emit.part()
            if (call := self.recurring.calls.get(id(expr))) is not None:
                return self.recurring.call(self.emit, call, self.emit.as_number(self.named(call.argument.name)))
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
        arguments, decides = [], deciding(expr)
        for place, argument in enumerate(expr.arguments):
            self.emit.exact = was_exact or place < decides
            arguments.append(self.limited(argument))
        self.emit.exact = was_exact
        return self.settled(INSTRUCTIONS[expr.operation](self.emit, *arguments), True)

    def product(self, expr: Expr, *factor: Value) -> Value:
        """A chain of factors and divisors: those that hold longest first, together and once; then the oldest first.

        What stands still, or divides more than once, divides by its reciprocal: within two units in the last place.
        The order of age lets chains share their beginnings, and the value that was computed last wait for nothing.
        """
        emit = self.emit
        factors, divisors = _chain(expr)
        above = [*factor, *(emit.as_number(self.of(one)) for one in factors)]
        below = [emit.as_number(self.of(divisor)) for divisor in divisors]
        moves, common = any(value.level > PHASE for value in above), set() if emit.exact else self.common
        inverted = [
            value
            for value, divisor in zip(below, divisors, strict=True)
            if (moves if value.level in (ONCE, PHASE) else divisor in common)
        ]
        above += [emit.divide(emit.number(1.0), value) for value in inverted]
        below = [value for value in below if value not in inverted]
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
        if name == HEAD:
            return Value("%start.vector", ONCE) if self.level == ONCE else Value("%now.vector", GATE)
        variable = self.model[name]
        own = variable.name
        if own in self.inputs:
            return self.emit.load(self.inputs[own], "number", ONCE)
        if own in self.memory and self.level != ONCE:
            return self.remembered(variable)
        if isinstance(variable, Draw):
            return self.drawn(variable)
        return self.values[own]

    def remembered(self, variable: Variable) -> Value:
        """The value of a memory at this time."""
        place = self.memory[variable.name]
        if self.in_registers:
            return Value(f"%memory.{place}", STEP)
        if not self.emit.staged:
            return self.emit.peek(place, "%now.buffer", self.level)
        if isinstance(variable, Held):
            return self.emit.peek(place, "%now.buffer", WHOLE)
        return self.emit.peek(place, "%read", self.level)

    def drawn(self, draw: Draw) -> Value:
        """A random number of this step: written where it is first wanted."""
        if draw.name not in self.values:
            level = self.level if self.level in (ONCE, SAVE) else self.once_a_step
            step = "0" if level == ONCE else "%step"
            self.values[draw.name] = drawn(self.emit, draw.stream, step, level)
        return self.values[draw.name]

    # --- blocks -----------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Initial values; what was computed here for time 0 stays known only where it holds for the whole run."""
        emit = self.emit
        self.values[TIME] = Value("%start.vector", ONCE)
        for name in self.program.start:
            variable = self.model[name]
            if emit.split:
                emit.part()
            if isinstance(variable, Auxiliary):
                self.values[name] = self.of(variable.equation if variable.initial is None else variable.initial)
            elif isinstance(variable, Stock | Held):
                self.values[name] = emit.as_number(self.of(variable.initial))
                if name not in self.alive:
                    continue  # others start from it, but nothing asks for its course
                self.memory[name] = len(self.memory)
                if self.in_registers:
                    self.initial[name] = self.values[name].text
                else:
                    emit.poke(self.memory[name], "%first.buffer", self.values[name], ONCE)
            elif isinstance(variable, FixedDelay):
                self.values[name] = emit.as_number(self.of(variable.initial))
                self.delays[name] = self.length(variable), self.values[name]
            elif isinstance(variable, Frozen):
                self.values[name] = emit.as_number(self.of(variable.equation))
        self.values = {name: self.values[name] for name in self.program.start if isinstance(self.model[name], Frozen)}

    def length(self, variable: FixedDelay) -> Value:
        """The length of a fixed delay in steps, at least 1."""
        emit = self.emit
        ratio = emit.strict("fdiv", emit.as_number(self.of(variable.delay)), Value("%dt.vector", ONCE))
        bounded = emit.select(emit.compare("ogt", ratio, emit.number(1.0)), ratio, emit.number(1.0))
        rounded = emit.intrinsic("llvm.floor", emit.add(bounded, emit.number(0.500001)))
        longest = emit.number(2.0**40)
        return emit.select(emit.compare("olt", rounded, longest), rounded, longest)

    def step(self) -> None:
        """Values at one time and the memory of the next."""
        self.level = STEP
        self.values[TIME] = Value("%stage.now.vector", STEP) if self.emit.staged else Value("%now.vector", GATE)
        for place, variable in enumerate(self.program.delays):
            self.values[variable.name] = self.passed(place, *self.delays[variable.name])
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
            self.integrate(variable)
        elif isinstance(variable, Held):
            self.hold(variable.name, emit.as_number(self.of(variable.next)))
        elif isinstance(variable, FixedDelay):
            entering = emit.at(emit.as_number(self.of(variable.input)), STEP)
            pointer = self.history(self.program.delays.index(variable), "%step", STEP)
            if emit.staged:
                pointer = self.unless_first(pointer)
            emit.write(STEP, f"store {emit.types['number']} {entering.text}, ptr {pointer}, align {8 * emit.width}")

    def integrate(self, stock: Stock) -> None:
        """What a stock is at the next step, by Euler's method; or at the next stage, and a share of the next step."""
        emit = self.emit
        if not emit.staged:
            change = self.product(stock.net_flow, Value("%dt.vector", ONCE))
            self.hold(stock.name, emit.add(self.named(stock.name), change))
            return
        rate, place = emit.as_number(self.product(stock.net_flow)), self.memory[stock.name]
        ahead = emit.multiply(rate, Value("%ahead.vector", STEP))
        emit.poke(place, "%write", emit.add(emit.peek(place, "%now.buffer", STEP), ahead), STEP)
        share = emit.multiply(rate, Value("%weight.vector", STEP))
        emit.poke(place, "%next", emit.add(emit.peek(place, "%sums", STEP), share), STEP)

    def hold(self, name: str, value: Value) -> None:
        """Keep what a memory holds at the next step."""
        if self.in_registers:
            self.next[name] = self.emit.at(value, STEP).text
        else:
            self.emit.poke(self.memory[name], "%hold" if self.emit.staged else "%next", value, STEP)

    def unless_first(self, pointer: str) -> str:
        """`pointer` in the first stage of a step; in others, a place where nobody reads."""
        emit = self.emit
        spare, chosen = emit.address(self.spare, STEP), emit.fresh()
        emit.write(STEP, f"{chosen} = select i1 %is.first, ptr {pointer}, ptr {spare}")
        return chosen

    def _recurring(self) -> Recurring:
        computed = (
            self.model[name] for name in dict.fromkeys((*self.program.start, *self.program.step, *self.program.save))
        )
        expressions = (expr for variable in computed for expr in variable.expressions())
        return recurring(self.emit, expressions, frozenset(_SETTLING))

    def _equation(self, name: str) -> Expr:
        variable = self.model[name]
        assert isinstance(variable, Auxiliary)
        return variable.equation

    def passed(self, place: int, length: Value, before: Value) -> Value:
        """What left a fixed delay: its input `length` steps ago, lane by lane, or the value before."""
        emit, level = self.emit, self.once_a_step
        length, before = emit.at(length, level), emit.at(before, level)
        age = emit.instruction(
            "number", f"fsub {emit.types['number']} {{0}}, {{1}}", Value("%step.vector", level), length
        )
        arrived = emit.compare("oge", age, emit.number(0.0))
        index = emit.convert("fptosi", emit.select(arrived, age, emit.number(0.0)), "whole")
        loads = []
        for lane, row in enumerate(emit.lanes(index, level)):
            vector, pointer, scalar = self.history(place, row, level), emit.fresh(), emit.fresh()
            emit.write(level, f"{pointer} = getelementptr inbounds i8, ptr {vector}, i64 {8 * lane}")
            emit.write(level, f"{scalar} = load double, ptr {pointer}, align 8")
            loads.append(scalar)
        return emit.select(arrived, emit.gathered(loads, level), before)

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
            if emit.split:
                emit.part()
            emit.exact = name in self.program.exact
            self.values[name] = self.of(self._equation(name))
        values = self.checked() if emit.split else list(self.checked())
        note = self._status_pointer()
        before = emit.fresh()
        emit.write(SAVE, f"{before} = load {emit.types['number']}, ptr {note}, align {8 * emit.width}")
        status = Value(before, SAVE)
        status = self.noted(status, values)
        status, note = emit.at(status, SAVE), self._status_pointer() if emit.split else note
        emit.write(SAVE, f"store {emit.types['number']} {status.text}, ptr {note}, align {8 * emit.width}")

    def noted(self, status: Value, values: Iterable[Value]) -> Value:
        """`status`, or not a number in lanes where one of the values is not finite; many go in several chains."""
        emit, zero = self.emit, self.emit.number(0.0)
        chains = [status] if self.in_registers or emit.split else [status, zero, zero, zero]
        for place, value in enumerate(values):
            chain = place % len(chains)
            chains[chain] = emit.fused(value, zero, chains[chain])
        return reduce(partial(emit.strict, "fadd"), chains)

    def checked(self) -> Iterator[Value]:
        """All stocks and all that is saved, which is kept on the way; 0 for what may be missing, and is."""
        emit = self.emit
        for name in self.memory:
            if isinstance(self.model[name], Stock):
                if emit.split:
                    emit.part()
                yield self.named(name)
        for place, name in enumerate(self.program.saved):
            if emit.split:
                emit.part()
            value = emit.at(emit.as_number(self.named(name)), SAVE)
            self._keep(place, value)
            if name in self.missing:
                value = emit.select(emit.compare("uno", value, value), emit.number(0.0), value)
            yield value

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


def _chain(expr: Expr) -> tuple[list[Expr], list[Expr]]:
    """Factors and divisors of nested products and quotients."""
    if not isinstance(expr, Apply) or expr.operation not in ("multiply", "divide"):
        return [expr], []
    (above, below), (more, under) = map(_chain, expr.arguments)
    return (above + more, below + under) if expr.operation == "multiply" else (above + under, below + more)


def _common_divisors(program: Program) -> set[Expr]:
    """Expressions by which a step divides more than once."""
    times: Counter[Expr] = Counter()
    for name in (*program.step, *program.save):
        for node in (node for expr in program.model[name].expressions() for node in walk(expr)):
            if isinstance(node, Apply) and node.operation == "divide":
                times.update(_chain(node.arguments[1])[0])
    return {divisor for divisor, count in times.items() if count > 1}
