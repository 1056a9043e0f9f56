"""Instructions of LLVM IR as text, for vectors of members: each value computed once, as early as it can be.

A value has a level, and its instruction stands in the block of that level:

    ONCE    depends on constants alone: computed once a run
    PHASE   depends on time through switches and limits alone (a policy phased in, a shock): computed when one of these
            changes for any member of the group
    GATE    depends on time and constants: computed at each step, before it is known whether a phase changes
    STEP    depends on memory: computed at each step
    SAVE    wanted by saved values only: computed when a time is saved

An instruction has the highest level among its operands. Values of ONCE and PHASE reach the loop through working memory,
so that they do not crowd the registers.
"""

import math
import operator
import struct
from collections.abc import Callable
from dataclasses import dataclass, field

ONCE, PHASE, GATE, STEP, SAVE = range(5)
PART = 500  # instructions
FLAGS = "nsz arcp contract"  # never nnan or ninf: a member that fails must stay visible


_FOLDED = {"fadd": operator.add, "fsub": operator.sub, "fmul": operator.mul, "fdiv": operator.truediv}


@dataclass(frozen=True, slots=True)
class Value:
    """An SSA name or literal; `kind` is number, truth or whole (vectors of double, i1, i64)."""

    text: str
    level: int
    kind: str = "number"
    literal: float | None = None

    @property
    def age(self) -> int:
        """When it was computed, as a number that rises."""
        return int(self.text[2:]) if self.text.startswith("%v") and self.text[2:].isdigit() else 0


@dataclass
class Emitter:
    """Collects the instructions of one kernel for `width` members a vector."""

    width: int
    wide_permute: bool
    blocks: tuple[list[str], ...] = field(default_factory=lambda: ([], [], [], [], []))
    changed: str = ""
    exact: bool = True
    declarations: dict[str, str] = field(default_factory=dict)
    globals: dict[str, str] = field(default_factory=dict)
    slots: int = 0
    positive: set[str] = field(default_factory=set)
    _known: dict[tuple[str, str], Value] = field(default_factory=dict)
    literals: list[float] = field(default_factory=list)
    _places: dict[str, int] = field(default_factory=dict)
    _entries: dict[str, tuple[float, ...]] = field(default_factory=dict)
    _slot_of: dict[str, int] = field(default_factory=dict)
    _part_start: int = 0
    _parts: int = 0
    _numbered: int = 0

    @property
    def types(self) -> dict[str, str]:
        """LLVM type of each kind of value."""
        return {"number": f"<{self.width} x double>", "truth": f"<{self.width} x i1>", "whole": f"<{self.width} x i64>"}

    def splat(self, scalar: str, text: str) -> str:
        """A vector constant with the same scalar in every lane."""
        return "<" + ", ".join([f"{scalar} {text}"] * self.width) + ">"

    def number(self, value: float) -> Value:
        """The literal `value` in every lane."""
        bits = struct.unpack("<Q", struct.pack("<d", value))[0]
        return Value(self.splat("double", f"0x{bits:016X}"), ONCE, "number", float(value))

    def whole(self, value: int) -> Value:
        """The integer `value` in every lane."""
        return Value(self.splat("i64", str(value)), ONCE, "whole", float(value))

    def fresh(self) -> str:
        """A new SSA name."""
        self._numbered += 1
        return f"%v{self._numbered}"

    def write(self, level: int, line: str) -> None:
        """Append a line to the block of `level`."""
        self.blocks[level].append("  " + line)

    def instruction(self, kind: str, template: str, *operands: Value) -> Value:
        """The result of one instruction; `template` has {0}, {1}… for operands. Equal instructions are written once."""
        levels = {operand.level for operand in operands}
        level = STEP if levels >= {PHASE, GATE} else max(levels)
        body = template.format(*(self.at(operand, level).text for operand in operands))
        known = self._known.get((kind, body))
        if known is not None and known.level <= level:
            return known
        name = self.fresh()
        self.write(level, f"{name} = {body}")
        self._known[kind, body] = Value(name, level, kind)
        return self._known[kind, body]

    def at(self, value: Value, level: int) -> Value:
        """`value` as it can be read at `level`: literals as they are, what was computed once through memory."""
        if level == value.level or value.level in (GATE, STEP, SAVE):
            return value
        if value.literal is not None:
            return self._literal(value, level)
        if value.text not in self._slot_of:
            self.store(value, self.slot())
        return self.load(self._slot_of[value.text], value.kind, level)

    def _literal(self, value: Value, level: int) -> Value:
        """A literal in the loop, read from the table of literals: as an operand from memory it costs no instruction."""
        if value.kind != "number" or value.text == self.number(0.0).text:
            return value
        known = self._known.get(("load", f"literal {value.text} {level}"))
        if known is not None:
            return known
        pointer, name, splat = self.fresh(), self.fresh(), self.fresh()
        kind, entries = self.types["number"], self._entries.get(value.text)
        place = self._place_of(value.text, entries or (value.literal or 0.0,))
        self.write(level, f"{pointer} = getelementptr inbounds double, ptr %literals, i64 {place}")
        if entries:
            self.write(level, f"{splat} = load {kind}, ptr {pointer}, align 64")
        else:
            self.write(level, f"{name} = load double, ptr {pointer}, align 8")
            self.write(level, f"{splat}.first = insertelement {kind} poison, double {name}, i64 0")
            zeros = f"<{self.width} x i32> zeroinitializer"
            self.write(level, f"{splat} = shufflevector {kind} {splat}.first, {kind} poison, {zeros}")
        self._known["load", f"literal {value.text} {level}"] = Value(splat, level)
        return self._known["load", f"literal {value.text} {level}"]

    def _place_of(self, text: str, entries: tuple[float, ...]) -> int:
        """Where a literal stands in the table of literals; whole vectors at multiples of 64 bytes."""
        if text not in self._places:
            if len(entries) > 1:
                self.literals += [0.0] * (-len(self.literals) % 8)
            self._places[text] = len(self.literals)
            self.literals += entries
        return self._places[text]

    def slot(self) -> int:
        """A new place in working memory, one vector wide."""
        self.slots += 1
        return self.slots - 1

    def store(self, value: Value, slot: int) -> None:
        """Keep `value` in a slot of working memory."""
        pointer = self.address(slot, value.level)
        stored = self.convert("bitcast", value, "number") if value.kind == "whole" else self.as_number(value)
        self.write(value.level, f"store {self.types['number']} {stored.text}, ptr {pointer}, align {8 * self.width}")
        self._slot_of[value.text] = slot

    def load(self, slot: int, kind: str, level: int) -> Value:
        """What a slot of working memory holds, as it is at the head of a step."""
        for earlier in (GATE, STEP, level) if level == SAVE else (GATE, level) if level == STEP else (level,):
            if (known := self._known.get(("load", f"{slot} {earlier} {kind}"))) is not None:
                return known
        pointer, name = self.address(slot, level), self.fresh()
        self.write(level, f"{name} = load {self.types['number']}, ptr {pointer}, align {8 * self.width}")
        value = Value(name, level)
        if kind != "number":
            value = self.as_truth(value) if kind == "truth" else self.convert("bitcast", value, "whole")
        if level in (ONCE, PHASE):
            self._slot_of[name] = slot
        self._known["load", f"{slot} {level} {kind}"] = value
        return value

    def gated(self, value: Value) -> Value:
        """A value of GATE as one of PHASE: all that depends on it and on constants is computed only when it changes."""
        slot, kind = self.slot(), value.kind
        number = self.as_number(value)
        self.poke(slot, "%work", self.number(math.nan), ONCE)
        before = self.peek(slot, "%work", GATE)
        changed = self.instruction("truth", f"fcmp une {self.types['number']} {{0}}, {{1}}", number, before)
        self.poke(slot, "%work", number, GATE)
        self.changed = (
            self.bits("or", Value(self.changed, GATE, "truth"), changed, "truth").text if self.changed else changed.text
        )
        return self.load(slot, kind, PHASE)

    def address(self, slot: int, level: int, base: str = "%work") -> str:
        """Pointer to a slot of working memory, or of another place."""
        pointer = self.fresh()
        self.write(level, f"{pointer} = getelementptr inbounds i8, ptr {base}, i64 {slot * 8 * self.width}")
        return pointer

    def peek(self, slot: int, base: str, level: int) -> Value:
        """What a place outside working memory holds: read again in each part of a step."""
        known = self._known.get(("load", f"{base} {slot} {level}"))
        if known is None:
            pointer, name = self.address(slot, level, base), self.fresh()
            self.write(level, f"{name} = load {self.types['number']}, ptr {pointer}, align {8 * self.width}")
            known = self._known["load", f"{base} {slot} {level}"] = Value(name, level)
        return known

    def poke(self, slot: int, base: str, value: Value, level: int) -> None:
        """Store a value, as it can be read at `level`, in a place outside working memory."""
        text, pointer = self.at(self.as_number(value), level).text, self.address(slot, level, base)
        self.write(level, f"store {self.types['number']} {text}, ptr {pointer}, align {8 * self.width}")

    def part(self) -> None:
        """Begin a new part of the step once this one is long: what waits in memory is read again, not kept waiting.

        The branch between parts is never taken. It keeps the compiler from reading all memory at the head of the step
        and then spilling what it read, which costs more than reading twice.
        """
        lines = self.blocks[STEP]
        if len(lines) - self._part_start < PART:
            return
        self._parts += 1
        lines += [f"  br i1 %never, label %done, label %part.{self._parts}", f"part.{self._parts}:"]
        self._part_start = len(lines)
        forgotten = [key for key, value in self._known.items() if key[0] == "load" and value.level == STEP]
        for key in forgotten:
            del self._known[key]

    # --- arithmetic -------------------------------------------------------------------------------------------------

    def arithmetic(self, opcode: str, a: Value, b: Value) -> Value:
        """fadd, fsub, fmul or fdiv."""
        if a.literal is not None and b.literal is not None and is_power_of_two(b):
            return self.number(_FOLDED[opcode](a.literal, b.literal))
        return self.instruction("number", f"{opcode} {FLAGS} {self.types['number']} {{0}}, {{1}}", a, b)

    def add(self, a: Value, b: Value) -> Value:
        """a + b."""
        return self.arithmetic("fadd", a, b)

    def subtract(self, a: Value, b: Value) -> Value:
        """a - b."""
        return self.arithmetic("fsub", a, b)

    def multiply(self, a: Value, b: Value) -> Value:
        """a b."""
        return self.arithmetic("fmul", a, b)

    def divide(self, a: Value, b: Value) -> Value:
        """a / b; where b holds for the whole run, by its reciprocal.

        With `exact`, corrected to the quotient that division gives, but for quotients near the smallest numbers
        (Markstein 1990, IBM J. Res. Dev. 34(1), theorem 8.2); without, within one unit in the last place or two.
        """
        if b.level not in (ONCE, PHASE) or a.level <= b.level or is_power_of_two(b):
            return self.arithmetic("fdiv", a, b)
        reciprocal = self.instruction("number", f"fdiv {self.types['number']} {{0}}, {{1}}", self.number(1.0), b)
        if not self.exact:
            return self.multiply(a, reciprocal)
        near = self.strict("fmul", a, reciprocal)
        quotient = self.fused(self.fused(self.negate(near), b, a), reciprocal, near)
        return self.select(self.compare("uno", quotient, quotient), near, quotient)

    def strict(self, opcode: str, a: Value, b: Value) -> Value:
        """An operation that must not be contracted or reassociated: error-free transformations need it."""
        return self.instruction("number", f"{opcode} {self.types['number']} {{0}}, {{1}}", a, b)

    def fused(self, a: Value, b: Value, c: Value) -> Value:
        """a b + c with one rounding."""
        return self.intrinsic("llvm.fma", a, b, c)

    def intrinsic(self, name: str, *operands: Value) -> Value:
        """An LLVM intrinsic on vectors of double."""
        vector = self.types["number"]
        full = f"{name}.v{self.width}f64"
        self.declarations[full] = f"declare {vector} @{full}({', '.join([vector] * len(operands))})"
        arguments = ", ".join(f"{vector} {{{place}}}" for place in range(len(operands)))
        return self.instruction("number", f"call {vector} @{full}({arguments})", *operands)

    def negate(self, a: Value) -> Value:
        """-a."""
        return self.instruction("number", f"fneg {self.types['number']} {{0}}", a)

    def called(self, name: str, a: Value) -> Value:
        """A function of the C library on each lane in turn."""
        self.declarations[name] = f"declare double @{name}(double)"

        def compute() -> Value:
            results = []
            for lane in self.lanes(a, a.level):
                result = self.fresh()
                self.write(a.level, f"{result} = call double @{name}(double {lane})")
                results.append(result)
            return self.gathered(results, a.level)

        return self.once(name, a, compute)

    def compare(self, condition: str, a: Value, b: Value) -> Value:
        """A truth value from fcmp."""
        return self.instruction("truth", f"fcmp {condition} {self.types['number']} {{0}}, {{1}}", a, b)

    def select(self, condition: Value, yes: Value, no: Value) -> Value:
        """`yes` in the lanes where `condition` is true, else `no`."""
        kind = yes.kind
        template = f"select {self.types['truth']} {{0}}, {self.types[kind]} {{1}}, {self.types[kind]} {{2}}"
        return self.instruction(kind, template, condition, yes, no)

    def bits(self, opcode: str, a: Value, b: Value, kind: str = "whole") -> Value:
        """An integer or logical operation."""
        return self.instruction(kind, f"{opcode} {self.types[kind]} {{0}}, {{1}}", a, b)

    def convert(self, opcode: str, value: Value, kind: str) -> Value:
        """bitcast, fptosi, sitofp … between kinds."""
        return self.instruction(kind, f"{opcode} {self.types[value.kind]} {{0}} to {self.types[kind]}", value)

    def as_number(self, value: Value) -> Value:
        """Truth as 1 or 0."""
        return self.select(value, self.number(1.0), self.number(0.0)) if value.kind == "truth" else value

    def as_truth(self, value: Value) -> Value:
        """A number as truth: all but 0 is true, what is not a number too."""
        return value if value.kind == "truth" else self.compare("une", value, self.number(0.0))

    @property
    def avx512(self) -> bool:
        """Whether the instructions of AVX-512 fit the vectors."""
        return self.wide_permute and self.width == 8

    def never_negative(self, value: Value) -> bool:
        """Whether a value is known to be 0, positive, or not a number."""
        return value.text in self.positive or (value.literal is not None and value.literal >= 0)

    def lanes(self, value: Value, level: int) -> list[str]:
        """SSA names of the scalars of a vector, in the block of `level`."""
        names = []
        for lane in range(self.width):
            name = self.fresh()
            self.write(level, f"{name} = extractelement {self.types[value.kind]} {value.text}, i32 {lane}")
            names.append(name)
        return names

    def gathered(self, scalars: list[str], level: int) -> Value:
        """A vector of double from one scalar a lane."""
        before = "poison"
        for lane, scalar in enumerate(scalars):
            name = self.fresh()
            self.write(level, f"{name} = insertelement {self.types['number']} {before}, double {scalar}, i32 {lane}")
            before = name
        return Value(before, level)

    def vector(self, entries: list[float]) -> Value:
        """A literal with its own number in each lane."""
        texts = [f"double 0x{struct.unpack('<Q', struct.pack('<d', entry))[0]:016X}" for entry in entries]
        literal = Value("<" + ", ".join(texts) + ">", ONCE, "number", math.nan)
        self._entries[literal.text] = tuple(entries)
        return literal

    def array(self, entries: tuple[float, ...]) -> str:
        """Name of a constant array in memory."""
        texts = ", ".join(f"double 0x{struct.unpack('<Q', struct.pack('<d', entry))[0]:016X}" for entry in entries)
        return self.globals.setdefault(f"[{len(entries)} x double] [{texts}]", f"@table.{len(self.globals)}")

    def once(self, what: str, index: Value, compute: Callable[[], Value]) -> Value:
        """What `compute` writes for `what` and `index`, written once for as long as it is known."""
        known = self._known.get((what, index.text))
        if known is None or known.level > index.level:
            known = self._known[what, index.text] = compute()
        return known


def is_power_of_two(value: Value) -> bool:
    """Whether a value is a literal whose reciprocal is exact."""
    return value.literal is not None and math.isfinite(value.literal) and math.frexp(value.literal)[0] in (0.5, -0.5)


def is_exactly(value: Value, literal: float) -> bool:
    """Whether a value is the given literal."""
    return value.literal is not None and not math.isnan(value.literal) and value.literal == literal
