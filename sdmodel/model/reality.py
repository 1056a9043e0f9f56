"""Vensim's Reality Checks as frozen data: what is forced upon a model, and what must then be true.

Elements of arrays are variables of their own here as everywhere, so a check on an array is one check an element.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sdmodel.model.expr import Expr, references
from sdmodel.model.model import Model, Variable, reads


@dataclass(frozen=True, slots=True)
class Comparison:
    """`left` `operator` `right` (=, <>, <, <=, >, >=), as the file has it in `text`.

    It counts only while `window` is true (None: always): an RC function sets a course from some time on, and an
    RC … CHECK allows for a time of grace. `memory` are hidden variables that the course needs. `crossings` and `once`
    ask for something of the whole course (Vensim's :CROSSING: and :AT LEAST ONCE:).
    """

    text: str
    left: Expr
    operator: str
    right: Expr
    window: Expr | None = None
    memory: tuple[Variable, ...] = ()
    crossings: int = 0
    once: bool = False


@dataclass(frozen=True, slots=True)
class Every:
    """True when all `parts` are."""

    parts: tuple["Statement", ...]


@dataclass(frozen=True, slots=True)
class Any:
    """True when at least one of `parts` is."""

    parts: tuple["Statement", ...]


Statement = Comparison | Every | Any


@dataclass(frozen=True, slots=True)
class Case:
    """One way in which a condition is true: `forced` upon the model, while `awaited` happens by itself.

    `natural` tells that it is free of test inputs and RC functions, and so can be true in a run without any as well.
    """

    forced: tuple[Comparison, ...] = ()
    awaited: tuple[Comparison, ...] = ()
    natural: bool = True


@dataclass(frozen=True, slots=True)
class Constraint:
    """Whenever the condition is true, in each of its `cases`, the `consequence` must be.

    `text` is what the file says, "If …, then …"; `line` is where, in `file` if that is another than the model's own.
    """

    name: str
    text: str
    cases: tuple[Case, ...]
    consequence: Statement
    documentation: str = ""
    line: int = 0
    file: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """A test input or constraint that cannot be tried, and why."""

    name: str
    reason: str
    line: int = 0
    file: str = ""


@dataclass(frozen=True)
class RealityChecks:
    """All checks of a model file; `model` is the model itself, and whatever else their expressions read.

    `base` has the names of tables that hold the course of variables in the run without test inputs, each with the name
    of its variable: RC COMPARE reads them, and whoever runs the checks makes them.
    """

    model: Model
    constraints: tuple[Constraint, ...] = ()
    refused: tuple[Refused, ...] = ()
    base: tuple[tuple[str, str], ...] = ()


def read_by(checks: RealityChecks) -> frozenset[str]:
    """Names of the variables that the expressions of all checks read."""
    found: set[str] = set()
    for constraint in checks.constraints:
        conditions = [one for case in constraint.cases for one in (*case.forced, *case.awaited)]
        for one in (*comparisons(constraint.consequence), *conditions):
            for expr in (one.left, one.right, *(() if one.window is None else (one.window,))):
                found.update(references(expr))
            found.update(name for variable in one.memory for name in reads(variable))
    return frozenset(found)


def comparisons(statement: Statement) -> Iterator[Comparison]:
    """All comparisons of a statement, in their order."""
    if isinstance(statement, Comparison):
        yield statement
    else:
        for part in statement.parts:
            yield from comparisons(part)
