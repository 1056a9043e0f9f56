"""Calls of XMILE's built-in functions → PySD's structures; a name that is not here stays a call of that name.

Which structure a function becomes is told by PySD's own table. Functions that PySD lacks are left to
`sdmodel.read.expand`, which knows them by name or refuses them by name.
"""

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

from pysd.translators.structures import abstract_expressions as ae
from pysd.translators.xmile.xmile_structures import structures

from sdmodel.read.xmile.tokens import EquationError

_PYSD = ("delay1", "delay3", "delayn", "smth1", "smth3", "smthn", "trend", "forcst", "ramp", "pulse", "delay")
_PLAIN = {"int": "integer", "mod": "modulo"}
# Vensim's names, which stay in files that were Vensim models once; those with the same arguments
_SAME = {
    "smooth": "smth1",
    "smoothi": "smth1",
    "smooth3": "smth3",
    "smooth3i": "smth3",
    "delay1i": "delay1",
    "delay3i": "delay3",
    "delay fixed": "delay",
    "forecast": "forcst",
}


def call(name: str, *arguments: Any) -> Any:
    """A call of a function by name."""
    return ae.CallStructure(ae.ReferenceStructure(name), tuple(arguments))


def built_in(name: str, arguments: Sequence[Any]) -> Any:
    """The structure of a function; EquationError when it takes another number of arguments."""
    own = _SAME.get(name, name)
    if own in _PYSD:
        forms = structures[own]
        if len(arguments) not in forms:
            raise EquationError(f"{name.upper()} takes {_so_many(forms)} arguments, not {len(arguments)}")
        return forms[len(arguments)](*arguments)
    if own in _OWN:
        counts, make = _OWN[own]
        if len(arguments) not in counts:
            raise EquationError(f"{name.upper()} takes {_so_many(counts)} arguments, not {len(arguments)}")
        return make(*arguments)
    if own in ("min", "max") and arguments:
        return reduce(lambda left, right: call(own, left, right), arguments)
    return call(_PLAIN.get(own, own).replace(" ", "_"), *arguments)


def _so_many(counts: Any) -> str:
    return " or ".join(str(count) for count in sorted(counts))


def negative(value: Any) -> Any:
    """-value."""
    return ae.ArithmeticStructure(["negative"], (value,))


def arithmetic(operators: Sequence[str], operands: Sequence[Any]) -> Any:
    """Operands with operators between them; one operand stays as it is."""
    return operands[0] if len(operands) == 1 else ae.ArithmeticStructure(list(operators), tuple(operands))


_OWN: dict[str, tuple[set[int], Callable[..., Any]]] = {
    "init": ({1}, ae.InitialStructure),
    "initial": ({1}, ae.InitialStructure),
    "if then else": ({3}, lambda condition, yes, no: call("if_then_else", condition, yes, no)),
    "if": ({3}, lambda condition, yes, no: call("if_then_else", condition, yes, no)),
    "safediv": ({2, 3}, lambda *arguments: call("safediv", *arguments)),
    "game": ({1}, lambda value: value),
    "delay n": ({4}, ae.DelayNStructure),
    "smooth n": ({4}, ae.SmoothNStructure),
    "sample if true": ({3}, ae.SampleIfTrueStructure),
}
