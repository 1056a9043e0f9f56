"""Long computations on one variable that come again and again in a large kernel → functions, written once and called.

The curves of an allocation are of this kind: the same polynomial and exponential at hundreds of places. LLVM's time,
the length of the code and the instructions that have to be fetched at each step grow with the places; with a function
only the calls do. What hangs on one variable has no part that could be computed earlier than the rest. But chains of
instructions that wait for one another no longer stand side by side, and a run takes about a third longer where there is
nothing else: so only what is there so often that its compilation would take many times as long as the runs. Switches
and limits stay outside, since they may rest while their argument moves (`blocks`).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sdmodel.model.expr import Apply, Expr, Interpolate, Number, Ref
from sdmodel.printers.emitter import Emitter, Value
from sdmodel.printers.language import INSTRUCTIONS
from sdmodel.printers.program import LONG

HEAVY = 20  # operations from which on a call is cheaper than what it calls
OFTEN = 500  # places: fewer compile fast enough
_OF_LONG = 20  # operations of a long one, about


@dataclass(frozen=True, slots=True)
class Call:
    """The function `name`, called with the value of `argument`."""

    name: str
    argument: Ref


@dataclass(frozen=True)
class Recurring:
    """`calls` by the identity of the expressions they stand for, and the `definitions` of what they call."""

    calls: dict[int, Call]
    definitions: tuple[str, ...]

    def call(self, emit: Emitter, call: Call, argument: Value) -> Value:
        """The value of the function for an argument."""
        vector = emit.types["number"]
        return emit.instruction("number", f"call {vector} {call.name}({vector} {{0}})", argument)


def recurring(emit: Emitter, expressions: Iterable[Expr], apart: frozenset[str]) -> Recurring:
    """The functions for what recurs in `expressions`, which have to stay alive; operations `apart` are in none."""
    seen = _Seen(apart)
    for expr in expressions:
        seen.note(seen.shape(expr))
    calls: dict[int, Call] = {}
    definitions: list[str] = []
    for places in (places for places in seen.places.values() if len(places) >= OFTEN):
        name = f"@recurring.{len(definitions)}"
        definitions.append(_definition(emit, name, places[0].expr))
        calls |= {id(place.expr): Call(name, place.argument) for place in places if place.argument is not None}
    return Recurring(calls, tuple(definitions))


@dataclass(frozen=True, slots=True)
class _Shape:
    """An expression; `number` is that of all with the same shape, `weight` its operations, `argument` what it reads."""

    expr: Expr
    number: int
    weight: int
    argument: Ref | None


@dataclass
class _Seen:
    """Numbers the shapes of expressions, and keeps the `places` of those that could be functions."""

    apart: frozenset[str]
    numbers: dict[tuple[object, ...], int] = field(default_factory=dict)
    places: dict[int, list[_Shape]] = field(default_factory=dict)

    def note(self, shape: _Shape | None) -> None:
        """Keep one that nothing larger contains."""
        if shape is not None and shape.argument is not None and shape.weight >= HEAVY:
            self.places.setdefault(shape.number, []).append(shape)

    def shape(self, expr: Expr) -> _Shape | None:
        """The shape of an expression on one variable; of another its parts are noted."""
        if isinstance(expr, Number):
            return self._numbered(expr, ("number", repr(expr.value)), 0, None)
        if isinstance(expr, Ref):
            return self._numbered(expr, ("variable",), 0, expr)
        if isinstance(expr, Interpolate):
            self.note(self.shape(expr.argument))
            return None
        below = [self.shape(argument) for argument in expr.arguments]
        known = [one for one in below if one is not None]
        read = {one.argument.name: one.argument for one in known if one.argument is not None}
        if len(known) < len(below) or len(read) > 1 or expr.operation in self.apart:
            for one in known:
                self.note(one)
            return None
        weight = sum(one.weight for one in known) + (_OF_LONG if expr.operation in LONG else 1)
        key = (expr.operation, *(one.number for one in known))
        return self._numbered(expr, key, weight, next(iter(read.values()), None))

    def _numbered(self, expr: Expr, key: tuple[object, ...], weight: int, argument: Ref | None) -> _Shape:
        return _Shape(expr, self.numbers.setdefault(key, len(self.numbers)), weight, argument)


def _definition(emit: Emitter, name: str, expr: Expr) -> str:
    """The text of the function that computes `expr` from the value of the one variable that it reads."""
    own = Emitter(emit.width, wide_permute=emit.wide_permute, declarations=emit.declarations, globals=emit.globals)
    result = own.as_number(_computed(own, expr))
    vector = own.types["number"]
    lines = [f"define internal {vector} {name}({vector} %argument) #2 {{", *own.block(result.level)]
    return "\n".join([*lines, f"  ret {vector} {result.text}", "}"])


def _computed(emit: Emitter, expr: Expr) -> Value:
    if isinstance(expr, Number):
        return emit.number(expr.value)
    if isinstance(expr, Apply):
        return INSTRUCTIONS[expr.operation](emit, *(_computed(emit, argument) for argument in expr.arguments))
    return Value("%argument", 0)
