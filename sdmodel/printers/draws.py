"""A random draw as instructions: the bits of `model/draw.py`, for all members of a group at once.

Seed, stream and step are the same for all members; only the number of the experiment differs.
"""

from sdmodel.model.draw import HIGHEST, PARITY, ROTATIONS
from sdmodel.printers.emitter import Emitter, Value

_ROUNDS = 20


def drawn(emit: Emitter, stream: int, step: str, level: int) -> Value:
    """A number in (0, 1) for each member; `step` names the number of the step."""
    words = _Words(emit, level)
    low, high = words.scalar("trunc i64 %seed to i32"), words.fresh("lshr i64 %seed, 32")
    top = words.scalar(f"trunc i64 {high} to i32")
    counter = words.spread(words.scalar(f"xor i32 {top}, {stream}"))
    number = words.spread(words.scalar(f"trunc i64 {step} to i32"))
    first, second = words.spread(low), _experiment(emit, words)
    third = words.of("xor", words.of("xor", first, second), words.literal(PARITY))
    a, b = _mixed(words, (first, second, third), words.of("add", counter, first), words.of("add", number, second))
    return _in_unit_interval(emit, words, a, b)


class _Words:
    """Writes instructions on vectors of 32-bit integers."""

    def __init__(self, emit: Emitter, level: int) -> None:
        self.emit, self.level, self.kind = emit, level, f"<{emit.width} x i32>"

    def fresh(self, instruction: str) -> str:
        name = self.emit.fresh()
        self.emit.write(self.level, f"{name} = {instruction}")
        return name

    scalar = fresh

    def spread(self, scalar: str) -> str:
        first = self.fresh(f"insertelement {self.kind} poison, i32 {scalar}, i64 0")
        return self.fresh(f"shufflevector {self.kind} {first}, {self.kind} poison, {self.kind} zeroinitializer")

    def literal(self, word: int) -> str:
        return self.emit.splat("i32", str(word))

    def of(self, opcode: str, a: str, b: str) -> str:
        return self.fresh(f"{opcode} {self.kind} {a}, {b}")

    def turned(self, word: str, places: int) -> str:
        name = f"llvm.fshl.v{self.emit.width}i32"
        self.emit.declarations[name] = f"declare {self.kind} @{name}({self.kind}, {self.kind}, {self.kind})"
        turn = f"{self.kind} {self.literal(places)}"
        return self.fresh(f"call {self.kind} @{name}({self.kind} {word}, {self.kind} {word}, {turn})")


def _experiment(emit: Emitter, words: _Words) -> str:
    """The numbers of the experiments of this group."""
    pointer = words.fresh("getelementptr inbounds i64, ptr %numbers, i64 %member")
    vector = emit.types["whole"]
    number = words.fresh(f"load {vector}, ptr {pointer}, align 8")
    return words.fresh(f"trunc {vector} {number} to {words.kind}")


def _mixed(words: _Words, keys: tuple[str, str, str], a: str, b: str) -> tuple[str, str]:
    """The rounds of Threefry-2x32."""
    for number in range(_ROUNDS):
        a = words.of("add", a, b)
        b = words.of("xor", words.turned(b, ROTATIONS[number % 8]), a)
        if number % 4 == 3:
            injection = number // 4 + 1
            a = words.of("add", a, keys[injection % 3])
            b = words.of("add", words.of("add", b, keys[(injection + 1) % 3]), words.literal(injection))
    return a, b


def _in_unit_interval(emit: Emitter, words: _Words, a: str, b: str) -> Value:
    """27 bits of one word and 26 of the other as one number, half a bit above; at most the largest number below 1."""
    number, kind = emit.types["number"], words.kind
    parts = [words.of("lshr", word, words.literal(places)) for word, places in ((a, 5), (b, 6))]
    high, low = (words.fresh(f"sitofp {kind} {part} to {number}") for part in parts)
    raised = words.fresh(f"fmul {number} {high}, {emit.number(2.0**26).text}")
    whole = words.fresh(f"fadd {number} {raised}, {low}")
    middle = words.fresh(f"fadd {number} {whole}, {emit.number(0.5).text}")
    found = words.fresh(f"fmul {number} {middle}, {emit.number(2.0**-53).text}")
    most = emit.number(HIGHEST).text
    below = words.fresh(f"fcmp olt {number} {found}, {most}")
    name = words.fresh(f"select {emit.types['truth']} {below}, {number} {found}, {number} {most}")
    return Value(name, words.level)
