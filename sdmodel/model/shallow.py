"""Model with deep expressions → the same model with shallow ones: what lies too deep becomes a hidden auxiliary.

The sum of an array of ten thousand elements is an expression ten thousand operations deep. Python follows expressions
by calling functions within functions, and ends with a RecursionError some hundreds deep; nothing here does so.
"""

from dataclasses import fields, replace
from typing import Any

from sdmodel.model.expr import Apply, Expr, Interpolate, Ref, children
from sdmodel.model.model import Auxiliary, Model, Variable

DEEPEST = 50  # operations within each other that an expression keeps


def shallow(model: Model) -> Model:
    """`model` in which no expression is deeper than DEEPEST; the model itself if none is.

    The hidden auxiliaries are named after their variable; operations stay in the same order.
    """
    changed: list[Variable] = []
    added: list[Auxiliary] = []
    for variable in model.variables:
        expressions = {field.name: getattr(variable, field.name) for field in fields(variable)}
        deep = {name: expr for name, expr in expressions.items() if isinstance(expr, Expr) and _is_deep(expr)}
        if deep:
            cut: dict[str, Any] = {name: _cut(expr, f"{variable.name} {name}", added) for name, expr in deep.items()}
            changed.append(replace(variable, **cut))
    return model.replaced(changed, added) if changed else model


def _is_deep(expr: Expr) -> bool:
    pending = [(expr, 0)]
    while pending:
        node, depth = pending.pop()
        if depth > DEEPEST:
            return True
        pending.extend((child, depth + 1) for child in children(node))
    return False


def _cut(expr: Expr, name: str, added: list[Auxiliary]) -> Expr:
    """`expr` whose deep parts are references to auxiliaries, which go to `added`."""
    pending: list[tuple[Expr, bool]] = [(expr, False)]
    done: list[tuple[Expr, int]] = []  # expressions that wait for the operation above them, with their depth
    parts = 0
    while pending:
        node, is_ready = pending.pop()
        below = children(node)
        if not is_ready and below:
            pending.append((node, True))
            pending.extend((child, False) for child in reversed(below))
            continue
        taken = done[len(done) - len(below) :]
        del done[len(done) - len(below) :]
        made, depth = (
            _remade(node, tuple(child for child, _ in taken)),
            1 + max((deep for _, deep in taken), default=-1),
        )
        if depth == DEEPEST and pending:
            parts += 1
            added.append(Auxiliary(name=f"{name}, part {parts}", equation=made, hidden=True))
            made, depth = Ref(added[-1].name), 0
        done.append((made, depth))
    return done[0][0]


def _remade(node: Expr, below: tuple[Expr, ...]) -> Expr:
    if isinstance(node, Apply):
        return Apply(node.operation, below)
    return Interpolate(node.table, below[0]) if isinstance(node, Interpolate) else node
