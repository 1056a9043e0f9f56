"""Expression → text as a modeller would write it, to show the part of an equation that a message is about."""

from sdmodel.model.expr import Apply, Expr, Interpolate, Number, Ref
from sdmodel.model.operations import check_complete

_BINARY = {  # sign, strength, and strength that the right side needs
    "or": (" :OR: ", 1, 1),
    "and": (" :AND: ", 2, 2),
    "less": (" < ", 4, 5),
    "less_equal": (" <= ", 4, 5),
    "greater": (" > ", 4, 5),
    "greater_equal": (" >= ", 4, 5),
    "equal": (" = ", 4, 5),
    "not_equal": (" <> ", 4, 5),
    "add": (" + ", 5, 5),
    "subtract": (" - ", 5, 6),
    "multiply": (" * ", 6, 6),
    "divide": (" / ", 6, 7),
    "power": ("^", 9, 8),
}
_UNARY = {"not": (":NOT: ", 3), "negate": ("-", 7)}
_CALLS = {
    "select": "IF THEN ELSE",
    "minimum": "MIN",
    "maximum": "MAX",
    "absolute": "ABS",
    "exp": "EXP",
    "log": "LN",
    "sqrt": "SQRT",
    "truncate": "INTEGER",
    "floor": "FLOOR",
    "sin": "SIN",
    "cos": "COS",
    "tan": "TAN",
    "arcsin": "ARCSIN",
    "arccos": "ARCCOS",
    "arctan": "ARCTAN",
    "sinh": "SINH",
    "cosh": "COSH",
    "tanh": "TANH",
}
check_complete({**_BINARY, **_UNARY, **_CALLS}, "model/infix.py")
_ATOM = 10


def infix(expr: Expr, longest: int = 200) -> str:
    """The text of `expr`, cut after `longest` characters."""
    text = _told(expr)[0]
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def _told(expr: Expr) -> tuple[str, int]:
    """The text of an expression and how strongly it holds together."""
    if isinstance(expr, Number):
        return f"{expr.value:g}", _ATOM if expr.value >= 0 else 7
    if isinstance(expr, Ref):
        return expr.name, _ATOM
    if isinstance(expr, Interpolate):
        return f"{expr.table}({_told(expr.argument)[0]})", _ATOM
    if expr.operation in _BINARY:
        return _binary(expr)
    if expr.operation in _UNARY:
        sign, strength = _UNARY[expr.operation]
        return sign + _within(expr.arguments[0], strength), strength
    return f"{_CALLS[expr.operation]}({', '.join(_told(argument)[0] for argument in expr.arguments)})", _ATOM


def _binary(expr: Apply) -> tuple[str, int]:
    sign, strength, right = _BINARY[expr.operation]
    left = strength if expr.operation != "power" else _ATOM
    return _within(expr.arguments[0], left) + sign + _within(expr.arguments[1], right), strength


def _within(expr: Expr, strength: int) -> str:
    text, own = _told(expr)
    return text if own >= strength else f"({text})"
