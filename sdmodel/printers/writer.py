"""Lines of LLVM IR in their blocks: which value is known where, and how it gets from one block to another.

A value has a level, and its instruction stands in the block of that level:

    ONCE    depends on constants alone: computed once a run
    PHASE   depends on time through switches and limits alone (a policy phased in, a shock): computed when one of these
            changes for any member of the group
    GATE    depends on time and constants: computed at each step, before it is known whether a phase changes
    WHOLE   keeps its value in all stages of a Runge-Kutta step (a delay, a random draw): computed at each step
    STEP    depends on stocks: computed at each step, or at each stage of one
    SAVE    wanted by saved values only: computed when a time is saved

An instruction has the highest level among its operands. Values of ONCE and PHASE reach the loop through working memory,
so that they do not crowd the registers. Of a large model each block is cut in parts that become functions of their own,
because LLVM's time grows faster than a function: then all values reach other parts through working memory.
"""

import math
import struct
from dataclasses import dataclass, field

ONCE, PHASE, GATE, WHOLE, STEP, SAVE = LEVELS = range(6)
PART = 420  # instructions: with more, too many values wait for registers; with fewer, units stand idle
SHORT = 250  # where each part is a function

# blocks in which a value that was loaded may be used
_BEFORE = {WHOLE: (GATE, WHOLE), STEP: (GATE, WHOLE, STEP), SAVE: (GATE, WHOLE, STEP, SAVE)}


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
class Writer:
    """Collects the lines of one kernel for `width` members a vector; with `split`, in parts that share no values."""

    width: int
    split: bool = False
    staged: bool = False  # whether a step has stages
    parts: tuple[list[list[str]], ...] = field(default_factory=lambda: tuple([[]] for _ in LEVELS))
    slots: int = 0
    literals: list[float] = field(default_factory=list)
    _known: dict[tuple[str, str], Value] = field(default_factory=dict)
    _loaded: tuple[dict[str, Value], ...] = field(default_factory=lambda: tuple({} for _ in LEVELS))
    _places: dict[str, int] = field(default_factory=dict)
    _entries: dict[str, tuple[float, ...]] = field(default_factory=dict)
    _slot_of: dict[str, int] = field(default_factory=dict)
    _home: dict[str, list[str]] = field(default_factory=dict)  # of a split kernel: the part in which a name is defined
    _origin: dict[str, str] = field(default_factory=dict)  # and what a name that was loaded stands for
    _part_start: int = 0
    _parts: int = 0
    _numbered: int = 0

    @property
    def types(self) -> dict[str, str]:
        """LLVM type of each kind of value."""
        return {"number": f"<{self.width} x double>", "truth": f"<{self.width} x i1>", "whole": f"<{self.width} x i64>"}

    def block(self, level: int) -> list[str]:
        """Lines of the block of `level`: of its newest part."""
        return self.parts[level][-1]

    # --- literals ---------------------------------------------------------------------------------------------------

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

    def vector(self, entries: list[float]) -> Value:
        """A literal with its own number in each lane."""
        texts = [f"double 0x{struct.unpack('<Q', struct.pack('<d', entry))[0]:016X}" for entry in entries]
        literal = Value("<" + ", ".join(texts) + ">", ONCE, "number", math.nan)
        self._entries[literal.text] = tuple(entries)
        return literal

    def _literal(self, value: Value, level: int) -> Value:
        """A literal in the loop, read from the table of literals: as an operand from memory it costs no instruction."""
        if value.kind != "number" or value.text == self.number(0.0).text:
            return value
        known = self._loaded[level].get(f"literal {value.text}")
        if known is not None:
            return known
        pointer, name, splat = self.fresh(), self.fresh(), self.fresh()
        kind, entries = self.types["number"], self._entries.get(value.text)
        # a vector of one number has the text of that number, but not its place, which need not be at a multiple of 64
        place = self._place_of(f"{'all' if entries else 'one'} {value.text}", entries or (value.literal or 0.0,))
        self.write(level, f"{pointer} = getelementptr inbounds double, ptr %literals, i64 {place}")
        if entries:
            self.write(level, f"{splat} = load {kind}, ptr {pointer}, align 64")
        else:
            self.write(level, f"{name} = load double, ptr {pointer}, align 8")
            self.write(level, f"{splat}.first = insertelement {kind} poison, double {name}, i64 0")
            zeros = f"<{self.width} x i32> zeroinitializer"
            self.write(level, f"{splat} = shufflevector {kind} {splat}.first, {kind} poison, {zeros}")
        loaded = self._loaded[level][f"literal {value.text}"] = Value(splat, level)
        return loaded

    def _place_of(self, text: str, entries: tuple[float, ...]) -> int:
        """Where a literal stands in the table of literals; whole vectors at multiples of 64 bytes."""
        if text not in self._places:
            if len(entries) > 1:
                self.literals += [0.0] * (-len(self.literals) % 8)
            self._places[text] = len(self.literals)
            self.literals += entries
        return self._places[text]

    # --- instructions -----------------------------------------------------------------------------------------------

    def fresh(self) -> str:
        """A new SSA name."""
        self._numbered += 1
        return f"%v{self._numbered}"

    def write(self, level: int, line: str) -> None:
        """Append a line to the block of `level`."""
        self.parts[level][-1].append("  " + line)
        if self.split and " = " in line:
            self._home[line.split(" = ", 1)[0]] = self.parts[level][-1]

    def instruction(self, kind: str, template: str, *operands: Value) -> Value:
        """The result of one instruction; `template` has {0}, {1}… for operands. Equal instructions are written once."""
        level = max(operand.level for operand in operands)
        if level == GATE and any(operand.level == PHASE for operand in operands):
            level = WHOLE if self.staged else STEP
        if self.split:  # the same value has another name in each part
            body = template.format(*(self._origin.get(operand.text, operand.text) for operand in operands))
        else:
            body = template.format(*(self.at(operand, level).text for operand in operands))
        known = self._known.get((kind, body))
        if known is not None and known.level <= level:
            return known
        here = template.format(*(self.at(operand, level).text for operand in operands)) if self.split else body
        name = self.fresh()
        self.write(level, f"{name} = {here}")
        result = self._known[kind, body] = Value(name, level, kind)
        return result

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

    # --- from block to block ----------------------------------------------------------------------------------------

    def at(self, value: Value, level: int) -> Value:
        """`value` as it can be read at `level`: literals as they are, what was computed elsewhere through memory."""
        if value.literal is not None:
            return value if level == ONCE else self._literal(value, level)
        if self.split:
            home = self._home.get(value.text)
            if home is None or home is self.parts[level][-1]:  # every part has the names of the frame
                return value
        elif level == value.level or value.level >= GATE:
            return value
        if value.text not in self._slot_of:
            self.store(value, self.slot())
        return self.load(self._slot_of[value.text], value.kind, level)

    def slot(self) -> int:
        """A new place in working memory, one vector wide."""
        self.slots += 1
        return self.slots - 1

    def store(self, value: Value, slot: int) -> None:
        """Keep `value` in a slot of working memory."""
        self._slot_of[value.text] = slot
        if self.split:
            self._store_at_home(value, slot)
            return
        pointer = self.address(slot, value.level)
        stored = self.convert("bitcast", value, "number") if value.kind == "whole" else self.as_number(value)
        self.write(value.level, f"store {self.types['number']} {stored.text}, ptr {pointer}, align {8 * self.width}")

    def _store_at_home(self, value: Value, slot: int) -> None:
        """The same at the end of the part that has computed it."""
        home, number, text = self._home[value.text], self.types["number"], value.text
        if value.kind != "number":
            text = self.fresh()
            one, zero = self.number(1.0).text, self.number(0.0).text
            home.append(
                f"  {text} = bitcast {self.types['whole']} {value.text} to {number}"
                if value.kind == "whole"
                else f"  {text} = select {self.types['truth']} {value.text}, {number} {one}, {number} {zero}"
            )
        pointer = self.fresh()
        home.append(f"  {pointer} = getelementptr inbounds i8, ptr %work, i64 {slot * 8 * self.width}")
        home.append(f"  store {number} {text}, ptr {pointer}, align {8 * self.width}")

    def load(self, slot: int, kind: str, level: int) -> Value:
        """What a slot of working memory holds, as it is at the head of a step."""
        for earlier in (level,) if self.split else _BEFORE.get(level, (level,)):
            if (known := self._loaded[earlier].get(f"{slot} {kind}")) is not None:
                return known
        pointer, name = self.address(slot, level), self.fresh()
        self.write(level, f"{name} = load {self.types['number']}, ptr {pointer}, align {8 * self.width}")
        value = Value(name, level)
        self._origin[name] = f"work {slot}"
        if kind != "number":
            value = self._of_kind(value, kind)
        if level in (ONCE, PHASE):
            self._slot_of[name] = slot
        if self.split:
            self._slot_of[value.text] = slot
        self._loaded[level][f"{slot} {kind}"] = value
        return value

    def _of_kind(self, number: Value, kind: str) -> Value:
        """A number from memory as the truth or whole number that was kept in it."""
        if not self.split:
            return self.as_truth(number) if kind == "truth" else self.convert("bitcast", number, "whole")
        name, vector = self.fresh(), self.types["number"]  # not one that an earlier part has computed
        change = f"fcmp une {vector} {number.text}, zeroinitializer"
        if kind == "whole":
            change = f"bitcast {vector} {number.text} to {self.types['whole']}"
        self.write(number.level, f"{name} = {change}")
        return Value(name, number.level, kind)

    def address(self, slot: int, level: int, base: str = "%work") -> str:
        """Pointer to a slot of working memory, or of another place."""
        pointer = self.fresh()
        self.write(level, f"{pointer} = getelementptr inbounds i8, ptr {base}, i64 {slot * 8 * self.width}")
        return pointer

    def peek(self, slot: int, base: str, level: int) -> Value:
        """What a place outside working memory holds: read again in each part of a step."""
        known = self._loaded[level].get(f"{base} {slot}")
        if known is None:
            pointer, name = self.address(slot, level, base), self.fresh()
            self.write(level, f"{name} = load {self.types['number']}, ptr {pointer}, align {8 * self.width}")
            known = self._loaded[level][f"{base} {slot}"] = Value(name, level)
            self._origin[name] = f"{base} {slot} {level}"
        return known

    def poke(self, slot: int, base: str, value: Value, level: int) -> None:
        """Store a value, as it can be read at `level`, in a place outside working memory."""
        text, pointer = self.at(self.as_number(value), level).text, self.address(slot, level, base)
        self.write(level, f"store {self.types['number']} {text}, ptr {pointer}, align {8 * self.width}")

    def part(self) -> None:
        """Begin a new part of what is long; called where no value waits under the name that it has in a part.

        In the step, what waits in memory is read again in each part, not kept waiting. The branch between parts is
        never taken: it keeps the compiler from reading all memory at the head of the step and then spilling what it
        read, which costs more than reading twice.
        """
        if self.split:
            for level in LEVELS:
                if len(self.parts[level][-1]) >= SHORT:
                    self.parts[level].append([])
                    self._loaded[level].clear()
            return
        lines = self.block(STEP)
        if len(lines) - self._part_start < PART:
            return
        self._parts += 1
        lines += [f"  br i1 %never, label %done, label %part.{self._parts}", f"part.{self._parts}:"]
        self._part_start = len(lines)
        self._loaded[STEP].clear()
