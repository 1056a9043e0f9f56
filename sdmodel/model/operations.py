"""The closed list of primitive operations: every function of Vensim is rewritten to these by `read`.

Each has a name, a number of arguments and a meaning on IEEE doubles. Truth values are 1 and 0 where a number is
wanted; any number but 0 is true where a truth value is wanted.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Operation:
    """`truth` tells that the result is a truth value."""

    name: str
    arity: int
    meaning: str
    truth: bool = False


OPERATIONS = {
    operation.name: operation
    for operation in (
        Operation("add", 2, "a + b"),
        Operation("subtract", 2, "a - b"),
        Operation("multiply", 2, "a b"),
        Operation("divide", 2, "a / b; infinite or not a number when b is 0"),
        Operation("power", 2, "a to the power b; not a number for negative a unless b is whole"),
        Operation("negate", 1, "-a"),
        Operation("less", 2, "a < b", truth=True),
        Operation("less_equal", 2, "a <= b", truth=True),
        Operation("greater", 2, "a > b", truth=True),
        Operation("greater_equal", 2, "a >= b", truth=True),
        Operation("equal", 2, "a = b", truth=True),
        Operation("not_equal", 2, "a <> b", truth=True),
        Operation("and", 2, "both are true", truth=True),
        Operation("or", 2, "at least one is true", truth=True),
        Operation("not", 1, "a is false", truth=True),
        Operation("select", 3, "b if a is true, else c; the one not taken has no effect, not even when undefined"),
        Operation("minimum", 2, "the smaller; not a number if either is not"),
        Operation("maximum", 2, "the larger; not a number if either is not"),
        Operation("absolute", 1, "a without its sign"),
        Operation("exp", 1, "e to the power a"),
        Operation("log", 1, "natural logarithm"),
        Operation("sqrt", 1, "square root"),
        Operation("truncate", 1, "a without its fraction, towards 0"),
        Operation("floor", 1, "the largest whole number that is not above a"),
        Operation("sin", 1, "sine of a in radians"),
        Operation("cos", 1, "cosine of a in radians"),
        Operation("tan", 1, "tangent of a in radians"),
        Operation("arcsin", 1, "angle in radians whose sine is a"),
        Operation("arccos", 1, "angle in radians whose cosine is a"),
        Operation("arctan", 1, "angle in radians whose tangent is a"),
        Operation("sinh", 1, "hyperbolic sine"),
        Operation("cosh", 1, "hyperbolic cosine"),
        Operation("tanh", 1, "hyperbolic tangent"),
    )
}


def check_complete(table: dict[str, object], language: str) -> None:
    """Raise at import when `table`, a printer or evaluator, lacks an operation or has one that does not exist."""
    missing, unknown = OPERATIONS.keys() - table.keys(), table.keys() - OPERATIONS.keys()
    if missing or unknown:
        raise NotImplementedError(f"{language}: lacks {sorted(missing)}, has unknown {sorted(unknown)}")
