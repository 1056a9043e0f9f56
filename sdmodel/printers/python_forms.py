"""Operations and tables in Python, and the functions that a program needs for them."""

import inspect
import math
import re
from collections.abc import Iterable

from sdmodel.model.evaluate import tolerance
from sdmodel.model.model import Table
from sdmodel.printers import runtime
from sdmodel.printers.operators import (
    AND,
    ARITHMETIC,
    ATOM,
    CHOICE,
    COMPARISON,
    NOT,
    OR,
    QUOTIENT,
    SUM,
    Form,
    Language,
    between,
    call,
)

HELPERS = {
    name: inspect.getsource(function)
    for name, function in inspect.getmembers(runtime, inspect.isfunction)
    if function.__module__ == runtime.__name__
}
"""Source of each function of `runtime.py` by its name."""


def literal(value: float) -> str:
    """A number as Python reads it back."""
    if math.isnan(value):
        return "math.nan"
    return repr(float(value)) if math.isfinite(value) else f"{'-' * (value < 0)}math.inf"


_CALLED = ("exp", "log", "sqrt", "truncate", "floor", "sin", "cos", "tan", "arcsin", "arccos", "sinh", "cosh")
PYTHON = Language(
    name="printers/python.py",
    forms={
        **ARITHMETIC,
        "divide": call("divide", 2),
        "power": call("power", 2),
        "equal": between("==", COMPARISON, SUM, SUM),
        "not_equal": between("!=", COMPARISON, SUM, SUM),
        "and": between("and", AND, AND, NOT),
        "or": between("or", OR, OR, AND),
        "not": Form("not {0}", NOT, (COMPARISON,)),
        "select": Form("{1} if {0} else {2}", CHOICE, (OR, OR, CHOICE)),
        "minimum": call("minimum", 2),
        "maximum": call("maximum", 2),
        "absolute": call("abs", 1),
        "arctan": call("math.atan", 1),
        "tanh": call("math.tanh", 1),
        **{name: call(name, 1) for name in _CALLED},
    },
    as_number=call("float", 1),
    as_truth=Form("{0} != 0.0", COMPARISON, (SUM,)),
    number=literal,
    by_literal={"divide": QUOTIENT},
)


def reading(table: Table, points: str) -> Form:
    """How a table is read whose points have the name `points`."""
    if table.beyond in ("hold", "extrapolate"):
        return Form(f"{table.beyond}({points}, {{0}})", ATOM, (CHOICE,))
    function = "steps_of" if table.beyond == "steps" else table.beyond
    return Form(f"{function}({points}, {{0}}, {literal(tolerance(table))})", ATOM, (CHOICE,))


def needed(body: str) -> Iterable[str]:
    """Source of the functions of `runtime.py` that `body` calls, and of those that they call."""
    found: dict[str, str] = {}
    pending = [body]
    while pending:
        called = set(re.findall(r"\b([a-z_]+)\(", pending.pop()))
        for name in called & HELPERS.keys() - found.keys():
            found[name] = HELPERS[name]
            pending.append(HELPERS[name])
    for name in sorted(found):
        yield from ("", "", found[name].rstrip())
