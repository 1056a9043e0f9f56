"""Expressions of equations: four kinds of node, frozen, without numerics."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Number:
    """A literal."""

    value: float


@dataclass(frozen=True, slots=True)
class Ref:
    """The value of a variable, by the model's own name; `Time` is the clock."""

    name: str


@dataclass(frozen=True, slots=True)
class Apply:
    """A primitive operation of `operations.py` on its arguments."""

    operation: str
    arguments: tuple["Expr", ...]


@dataclass(frozen=True, slots=True)
class Interpolate:
    """A table (graphical function) read at `argument`."""

    table: str
    argument: "Expr"


Expr = Number | Ref | Apply | Interpolate


def children(expr: Expr) -> tuple[Expr, ...]:
    """The expressions directly below `expr`."""
    if isinstance(expr, Apply):
        return expr.arguments
    return (expr.argument,) if isinstance(expr, Interpolate) else ()


def walk(expr: Expr) -> Iterator[Expr]:
    """`expr` and all that is below it, parents first; deep expressions do not exhaust the stack."""
    pending = [expr]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(reversed(children(node)))


def references(expr: Expr) -> tuple[str, ...]:
    """Names of the variables that `expr` reads, in order of appearance, each once; the clock included."""
    return tuple(dict.fromkeys(node.name for node in walk(expr) if isinstance(node, Ref)))


def tables(expr: Expr) -> tuple[str, ...]:
    """Names of the tables that `expr` reads."""
    return tuple(dict.fromkeys(node.table for node in walk(expr) if isinstance(node, Interpolate)))


def rewrite(expr: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """`expr` with `change` applied to every node, children first."""
    if isinstance(expr, Apply):
        expr = Apply(expr.operation, tuple(rewrite(argument, change) for argument in expr.arguments))
    elif isinstance(expr, Interpolate):
        expr = Interpolate(expr.table, rewrite(expr.argument, change))
    return change(expr)
