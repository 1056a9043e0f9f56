"""An expression and the numbers of some variables → what is left of it: does it still hang on the others?"""

import math
from collections.abc import Mapping

from sdmodel.model.evaluate import apply
from sdmodel.model.expr import Apply, Expr, Number, Ref, rewrite

_NOTHING = Number(0.0)


def folded(expr: Expr, known: Mapping[str, float]) -> Expr:
    """`expr` with the numbers of `known`, and without the parts that these make ineffective.

    Nothing times anything is nothing, whatever the other factor is (as long as it is finite), and so is nothing divided
    by anything. Operations on numbers alone become their results.
    """

    def change(node: Expr) -> Expr:
        if isinstance(node, Ref):
            return Number(known[node.name]) if node.name in known else node
        return _simple(node) if isinstance(node, Apply) else node

    return rewrite(expr, change)


def _simple(node: Apply) -> Expr:
    """`node`, whose arguments are simple already."""
    first = node.arguments[0]
    if node.operation == "multiply" and any(map(_is_nothing, node.arguments)):
        return _NOTHING
    if node.operation in ("divide", "negate") and _is_nothing(first):
        return _NOTHING
    if node.operation == "select" and isinstance(first, Number):
        return node.arguments[1 if first.value else 2]
    if all(isinstance(argument, Number) for argument in node.arguments):
        result = apply(node.operation, *(argument.value for argument in node.arguments if isinstance(argument, Number)))
        if math.isfinite(result):
            return Number(result)
    return node


def _is_nothing(expr: Expr) -> bool:
    return isinstance(expr, Number) and expr.value == 0
