"""PySD's AbstractModel → Model: one case per kind of node; all that is not supported is listed at once."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sdmodel.errors import ModelError
from sdmodel.model.evaluate import fold
from sdmodel.model.expr import Number, Ref
from sdmodel.model.model import (
    CONTROLS,
    SAVEPER,
    TIME,
    TIME_STEP,
    Auxiliary,
    Constant,
    Described,
    Model,
    Stock,
    Table,
    Variable,
    reads,
)
from sdmodel.model.names import did_you_mean, key
from sdmodel.model.order import at_each_step, at_the_start
from sdmodel.read.equation import Equation, Names, Unsupported, table_of
from sdmodel.read.source import Written


@dataclass(frozen=True)
class _Problem:
    name: str
    written: Written | None
    reason: str

    def __str__(self) -> str:
        where = f", line {self.written.line}" if self.written else ""
        text = f" = {self.written.text[:160]}" if self.written else ""
        return f'  "{self.name}"{where}: {self.reason}\n      {self.name}{text}'


def lower(abstract: Any, path: Path, written: dict[str, Written]) -> Model:
    """The Model of a file; ModelError lists every variable that is not supported, with its equation and the reason."""
    main, *macros = abstract.sections
    problems = [_Problem(section.name, None, "macros are not supported yet") for section in macros]
    problems += [
        _Problem(subscript.name, written.get(key(subscript.name)), "subscripts are not supported yet")
        for subscript in main.subscripts
    ]
    _refuse_duplicates(path, main.elements, written)
    names = Names.of(main.elements)
    variables: list[Variable] = []
    hidden: dict[str, str] = {}
    added: list[Variable] = []
    for element in main.elements:
        equation = Equation(element.name, names)
        try:
            variables.append(_variable(element, equation, written.get(key(element.name))))
            added.extend(equation.hidden)
            hidden |= {variable.name: element.name for variable in equation.hidden}
        except Unsupported as error:
            problems.append(_Problem(element.name, written.get(key(element.name)), str(error)))
    if problems:
        raise ModelError(
            f"{path.name}: {len(problems)} of {len(main.elements)} variables use what sdmodel does not support:\n"
            + "\n".join(map(str, problems))
            + '\nNothing was run. Rewrite these, or run the model with PySD itself ("python -m pysd").'
        )
    model = Model(name=path.stem, variables=(*variables, *added), path=str(path))
    return _with_fixed_orders(_checked(model, path, hidden), names.orders)


def _refuse_duplicates(path: Path, elements: Iterable[Any], written: dict[str, Written]) -> None:
    seen: dict[str, str] = {}
    for element in elements:
        twice = len(element.components) > 1 and not any(any(part.subscripts[0]) for part in element.components)
        if twice or key(element.name) in seen:
            first = written.get(key(element.name))
            where = f" (first on line {first.line})" if first else ""
            other = seen.get(key(element.name), element.name)
            spelled = f', also spelled "{other}"' if other != element.name else ""
            raise ModelError(f'{path.name}: "{element.name}"{spelled} is defined more than once{where}. Keep one.')
        seen[key(element.name)] = element.name


def _is_table(element: Any) -> bool:
    return any(type(part).__name__ == "AbstractLookup" for part in element.components)


def _variable(element: Any, equation: Equation, written: Written | None) -> Variable:
    component = element.components[0]
    if any(component.subscripts) or len(element.components) > 1:
        raise Unsupported("subscripts are not supported yet")
    if type(component).__name__ == "AbstractData":
        raise Unsupported("data variables are not supported yet")
    low, high = [*(element.limits or ()), None, None][:2]  # a third is the step of Vensim's sliders
    said = Described(
        name=_control_name(element.name),
        unit=_unit(element.units),
        documentation=" ".join((element.documentation or "").split()),
        limits=(low, high),
        text=written.text if written else "",
        line=written.line if written else None,
    )
    if _is_table(element):
        return _table(said, component.ast)
    return _computed(said, component.ast, equation)


def _control_name(name: str) -> str:
    return next((control for control in CONTROLS if key(control) == key(name)), name)


def _unit(text: str | None) -> str:
    unit = " ".join((text or "").split())
    return unit.split("[")[0].strip()


def _computed(said: Described, ast: Any, equation: Equation) -> Variable:
    kind, fields = type(ast).__name__, _fields(said)
    if kind == "IntegStructure":
        if ast.non_negative:
            raise Unsupported("non-negative stocks are not supported yet")
        return Stock(**fields, net_flow=fold(equation.of(ast.flow)), initial=fold(equation.of(ast.initial)))
    if kind == "CallStructure" and key(ast.function.reference) == "active initial" and len(ast.arguments) == 2:
        active, at_start = (fold(equation.of(argument)) for argument in ast.arguments)
        return Auxiliary(**fields, equation=active, initial=at_start)
    expr = fold(equation.of(ast))
    if isinstance(expr, Number) and math.isfinite(expr.value):
        return Constant(**fields, value=expr.value)
    return Auxiliary(**fields, equation=expr)


def _fields(said: Described) -> dict[str, Any]:
    return {name: getattr(said, name) for name in said.__dataclass_fields__}


def _table(said: Described, ast: Any) -> Table:
    if type(ast).__name__ != "LookupsStructure":
        raise Unsupported("lookups from external files are not supported yet")
    return replace(table_of(said.name, ast), **_fields(said))


def _checked(model: Model, path: Path, owners: dict[str, str]) -> Model:
    """`model` once it is known to be whole: controls there, no name missing, no algebraic loop.

    `owners` tells to which variable of the file a hidden one belongs.
    """
    missing = [control for control in CONTROLS if control not in model and control != SAVEPER]
    if missing:
        raise ModelError(f"{path.name}: the model has no {', '.join(missing)}; every Vensim model sets them.")
    if SAVEPER not in model:
        every_step = Auxiliary(name=SAVEPER, unit=model[TIME_STEP].unit, equation=Ref(TIME_STEP))
        model = replace(model, variables=(*model.variables, every_step))
    _refuse_missing(model, path, owners)
    at_each_step(model)
    at_the_start(model)
    return model


def _refuse_missing(model: Model, path: Path, owners: dict[str, str]) -> None:
    shown = [variable.name for variable in model.visible()]
    missing = {
        (owners.get(variable.name, variable.name), name)
        for variable in model.variables
        for name in reads(variable)
        if name != TIME and name not in model
    }
    problems = [
        f'  "{variable.name}"{f", line {variable.line}" if variable.line else ""}: there is no variable "{name}".'
        f"{did_you_mean(name, shown)}\n      {variable.name} = {variable.text}"
        for variable, name in sorted(((model[owner], name) for owner, name in missing), key=_by_line)
    ]
    if problems:
        raise ModelError(f"{path.name}: equations read variables that the model lacks:\n" + "\n".join(problems))


def _by_line(found: tuple[Variable, str]) -> tuple[int, str]:
    return found[0].line or 0, found[1]


def _with_fixed_orders(model: Model, orders: Iterable[str]) -> Model:
    """Constants that set the order of a delay shape the model itself: they are shown, but no experiment sets them."""
    fixed = []
    for name in orders:
        variable = model[name]
        if isinstance(variable, Constant):
            fields = {field: value for field, value in _fields(variable).items() if field != "value"}
            fixed.append(Auxiliary(**fields, equation=Number(variable.value)))
    return model.replaced(fixed)
