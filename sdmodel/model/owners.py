"""Hidden variables (stages of delays, inline tables) → the variable of the file in whose equation they stand."""

from sdmodel.model.model import Model, Variable, reads


def owners(model: Model) -> dict[str, Variable]:
    """By name of the hidden variable; of several that share one, the first in the file."""
    found: dict[str, Variable] = {}
    for variable in model.visible():
        pending = list(reads(variable))
        while pending:
            name = pending.pop()
            if name in model and model[name].hidden and name not in found:
                found[name] = variable
                pending.extend(reads(model[name]))
    return found
