"""Model → whether its FINAL TIME changes during the run, so that only the run itself tells where it ends."""

from sdmodel.model.expr import references
from sdmodel.model.model import FINAL_TIME, TIME, Auxiliary, Constant, Model


def moving(model: Model) -> bool:
    """Whether FINAL TIME hangs on the time, or on what is no constant, however far away.

    Vensim and PySD compute it anew at every step; the run goes on while Time is before it.
    """
    found = [model[name] for name in behind(model, FINAL_TIME)]
    return any(
        not isinstance(one, Constant | Auxiliary) or any(TIME in references(expr) for expr in one.expressions())
        for one in found
    )


def behind(model: Model, name: str) -> set[str]:
    """`name` and every variable that its equation reads, directly or through others."""
    found, pending = set(), [name]
    while pending:
        variable = model[pending.pop()]
        if variable.name not in found:
            found.add(variable.name)
            pending.extend(read for expr in variable.expressions() for read in references(expr) if read in model)
    return found
