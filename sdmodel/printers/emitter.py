"""Instructions of LLVM IR as text, for vectors of members: each value computed once, as early as it can be."""

import math
import operator
import struct
from collections.abc import Callable
from dataclasses import dataclass, field

from sdmodel.printers.writer import GATE, ONCE, PHASE, Value, Writer

__all__ = ("FLAGS", "Emitter", "Value", "is_exactly", "is_power_of_two")
FLAGS = "nsz arcp contract"  # never nnan or ninf: a member that fails must stay visible
_FOLDED = {"fadd": operator.add, "fsub": operator.sub, "fmul": operator.mul, "fdiv": operator.truediv}


@dataclass
class Emitter(Writer):
    """Writes arithmetic, functions and tables; `wide_permute` tells that the CPU has AVX-512.

    With `exact`, divisions are rounded as IEEE 754 wants it. `changed` is true in the lanes where a phase changes.
    """

    wide_permute: bool = False
    changed: str = ""
    exact: bool = True
    declarations: dict[str, str] = field(default_factory=dict)
    globals: dict[str, str] = field(default_factory=dict)
    positive: set[str] = field(default_factory=set)

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
        value = self.at(value, level) if self.split else value
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
