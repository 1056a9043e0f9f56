"""Model → the variables that nothing reads: constants and tables that change nothing, and auxiliaries to look at."""

from collections.abc import Iterable
from dataclasses import dataclass

from sdmodel.model.model import CONTROLS, Auxiliary, Constant, Model, Table, Variable, reads


@dataclass(frozen=True)
class Unused:
    """`idle` are constants and tables that nothing reads, `indicators` auxiliaries; arrays count as a whole."""

    idle: tuple[Variable, ...]
    indicators: tuple[Variable, ...]


def unused(model: Model, read_elsewhere: Iterable[str] = ()) -> Unused:
    """What nothing reads, in the order of the file; the controls are read by the clock, and stocks are results.

    Of an array the first element stands for it, and it is unused only when none of its elements is read. What is
    `read_elsewhere`, as by a reality check, is used as well.
    """
    names = (*(name for variable in model.variables for name in reads(variable)), *read_elsewhere)
    read = {_whole(model[name]) for name in names if name in model}
    first: dict[str, Variable] = {}
    for variable in model.visible():
        if variable.name not in CONTROLS and _whole(variable) not in read:
            first.setdefault(_whole(variable), variable)
    return Unused(
        tuple(variable for variable in first.values() if isinstance(variable, Constant | Table)),
        tuple(variable for variable in first.values() if isinstance(variable, Auxiliary)),
    )


def _whole(variable: Variable) -> str:
    return variable.array or variable.name
