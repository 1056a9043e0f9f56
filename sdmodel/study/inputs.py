"""A variable of the model → may a study set it, and if not, why."""

from sdmodel.model.expr import Number, Ref, references
from sdmodel.model.model import CONTROLS, Constant, Model, Stock, Table, Variable
from sdmodel.model.names import key

_CONTROLS = {key(name) for name in CONTROLS}


def why_not(model: Model, variable: Variable, *, scheduled: bool) -> str:
    """Why `variable` cannot be set (to follow a schedule, if `scheduled`); an empty string when it can.

    A number may set a constant, a control such as TIME STEP, or the initial value of a stock; a schedule, a constant.
    """
    name = variable.name
    control = key(name) in _CONTROLS
    if scheduled and control:
        return f'"{name}" is a control of the run and cannot change within it; give it a number.'
    if isinstance(variable, Constant) or control:
        return ""
    if isinstance(variable, Stock):
        return f'"{name}" is a stock: a number sets its initial value, but it cannot follow a schedule.' * scheduled
    if isinstance(variable, Table):
        return f'"{name}" is a table (lookup), not a number.'
    return f'"{name}" is computed by {_equation(variable)}{_set_instead(model, variable)}'


def origin(model: Model, name: str) -> Constant | Number | None:
    """What gives `name` its number before anything is computed: a constant, a literal, or None for an equation.

    For a stock it is its initial value that counts; a variable that is equal to another has the origin of that one.
    """
    seen: set[str] = set()
    while name not in seen and name in model:
        seen.add(name)
        variable = model[name]
        if isinstance(variable, Constant):
            return variable
        expr = variable.initial if isinstance(variable, Stock) else getattr(variable, "equation", None)
        if isinstance(expr, Number):
            return expr
        name = expr.name if isinstance(expr, Ref) else name
    return None


def number_of(model: Model, name: str) -> float | None:
    """The number that `name` has in the model as it stands (a stock: at the start); None for an equation."""
    source = origin(model, name)
    return None if source is None else source.value


def _equation(variable: Variable) -> str:
    text = " ".join(variable.text.split())
    if not text:
        return "an equation."
    return f'"{text if len(text) <= 80 else text[:77] + "…"}".'


def _set_instead(model: Model, variable: Variable) -> str:
    read = [name for expr in variable.expressions() for name in references(expr)]
    constants = [f'"{name}"' for name in dict.fromkeys(read) if name in model and isinstance(model[name], Constant)]
    return f" Set what it reads instead: {', '.join(constants[:5])}." if constants else ""
