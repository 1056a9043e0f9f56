"""Model → the auxiliaries that may have no value at some times, and rightly so.

Data with the keyword :RAW:, and GET DATA AT TIME, have a value at their points alone. Between them they are missing,
which here is "not a number" (NaN): that is what the model says, and no fault of a run.
"""

from sdmodel.model.expr import Expr, references, tables
from sdmodel.model.model import Auxiliary, FixedDelay, Model, Table, Variable


def missing(model: Model) -> frozenset[str]:
    """Names of the auxiliaries that read such data, directly or through other auxiliaries and fixed delays.

    A fixed delay hands on later what is missing now. Never through stocks or other memory: these keep a missing value
    for good, so a run in which one reaches them has failed.
    """
    raw = {variable.name for variable in model.variables if isinstance(variable, Table) and variable.beyond == "raw"}
    if not raw:
        return frozenset()
    readers: dict[str, list[str]] = {}
    pending: list[str] = []
    for variable in model.of(Auxiliary, FixedDelay):
        expr = _handed_on(variable)
        for name in references(expr):
            if name in model:
                readers.setdefault(model[name].name, []).append(variable.name)
        if any(model[name].name in raw for name in tables(expr)):
            pending.append(variable.name)
    found: set[str] = set()
    while pending:
        name = pending.pop()
        if name not in found:
            found.add(name)
            pending.extend(readers.get(name, ()))
    return frozenset(name for name in found if isinstance(model[name], Auxiliary))


def _handed_on(variable: Variable) -> Expr:
    """The expression whose value a variable has, now or later."""
    if isinstance(variable, FixedDelay):
        return variable.input
    assert isinstance(variable, Auxiliary)
    return variable.equation
