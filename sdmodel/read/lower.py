"""PySD's AbstractModel → Model: all variables of the file, or the list of all that is not supported."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import Any

from sdmodel.errors import ModelError
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
    Variable,
    fields_of,
    reads,
)
from sdmodel.model.names import did_you_mean, key
from sdmodel.model.order import at_each_step, at_the_start
from sdmodel.model.place import place
from sdmodel.read.arrays import variables_of
from sdmodel.read.data.external import Folder
from sdmodel.read.dimensions import Dimensions, Unsupported
from sdmodel.read.macro import user_of
from sdmodel.read.scope import Scope, numbers_first
from sdmodel.read.source import Written
from sdmodel.read.sources import Series, Sources


@dataclass(frozen=True)
class _Problem:
    name: str
    written: Written | None
    reason: str

    def __str__(self) -> str:
        where = f", {self.written.place}" if self.written else ""
        text = f" = {self.written.text[:160]}" if self.written else ""
        return f'  "{self.name}"{where}: {self.reason}\n      {self.name}{text}'


def lower(
    abstract: Any,
    path: Path,
    written: Mapping[str, Sequence[Written]],
    *,
    folder: Folder | None = None,
    datasets: Mapping[str, Series] | None = None,
) -> Model:
    """The Model of a file; ModelError lists every variable that is not supported, with its equation and the reason.

    `written` has all equations of each variable, by `key`. `folder` opens the files that the model takes numbers from;
    `datasets` are data that the user gives.
    """
    main, *macros = abstract.sections
    sources = Sources(folder or Folder(path.parent), datasets or {})
    texts = {name: found[0].text for name, found in written.items()}
    try:
        dimensions = Dimensions.of(main.subscripts, texts, sources.range)
    except Unsupported as error:
        raise ModelError(f"{path.name}: {error}.") from None
    scope = Scope.of(main.elements, dimensions, {key(section.name): section for section in macros})
    _refuse_duplicates(path, main.elements, written)
    use_macro = user_of(partial(_inner_variables, sources))
    made: dict[str, list[Variable]] = {}
    owners: dict[str, str] = {}
    added: dict[str, Variable] = {}
    problems = []
    for element in numbers_first(main.elements, scope):
        own = made.setdefault(element.name, [])
        try:
            for variable, hidden in _variables(element, scope, sources, use_macro, written.get(key(element.name), ())):
                own.append(variable)
                scope.remember(variable, *hidden)
                added |= {inner.name: inner for inner in hidden}
                owners |= {inner.name: variable.name for inner in hidden}
        except Unsupported as error:
            problems.append(_Problem(element.name, _first(written, element.name), str(error)))
    if problems:
        raise ModelError(
            f"{path.name}: {len(problems)} of {len(main.elements)} variables cannot be run:\n"
            + "\n".join(map(str, problems))
            + "\nNothing was run. Rewrite these."
        )
    variables = [variable for element in main.elements for variable in made[element.name]]
    model = Model(name=path.stem, variables=(*variables, *added.values()), path=str(path))
    return _with_fixed_orders(_checked(model, path, owners), scope.orders)


def _inner_variables(
    sources: Sources, component: Any, said: Described, scope: Scope, use_macro: Any
) -> Iterator[tuple[Variable, list[Variable]]]:
    return variables_of(component, said, scope, sources, use_macro)


def _first(written: Mapping[str, Sequence[Written]], name: str) -> Written | None:
    return next(iter(written.get(key(name), ())), None)


def _refuse_duplicates(path: Path, elements: Iterable[Any], written: Mapping[str, Sequence[Written]]) -> None:
    """Two variables of one name; the elements of an array may have an equation each."""
    seen: dict[str, str] = {}
    for element in elements:
        scalars = [part for part in element.components if not any(part.subscripts)]
        if len(scalars) > 1 or (scalars and len(element.components) > 1) or key(element.name) in seen:
            first = _first(written, element.name)
            where = f" (first on {first.place})" if first else ""
            other = seen.get(key(element.name), element.name)
            spelled = f', also spelled "{other}"' if other != element.name else ""
            raise ModelError(f'{path.name}: "{element.name}"{spelled} is defined more than once{where}. Keep one.')
        seen[key(element.name)] = element.name


def _variables(
    element: Any, scope: Scope, sources: Sources, use_macro: Any, written: Sequence[Written]
) -> Iterator[tuple[Variable, list[Variable]]]:
    """The variables of one element of PySD's tree, in the order of its dimensions, with their hidden ones."""
    low, high = [*(element.limits or ()), None, None][:2]  # a third is the step of Vensim's sliders
    said = Described(
        name=_control_name(element.name),
        unit=_unit(element.units),
        documentation=" ".join((element.documentation or "").split()),
        limits=(low, high),
    )
    found: dict[str, tuple[Variable, list[Variable]]] = {}
    lines = written if len(written) == len(element.components) else [*written[:1]] * len(element.components)
    for component, line in zip_longest(element.components, lines):
        own = replace(said, text=line.text, line=line.line, file=line.file) if line else said
        for variable, hidden in variables_of(component, own, scope, sources, use_macro):
            if variable.name in found:
                raise Unsupported(f'"{variable.name}" is defined more than once; leave it out of one with :EXCEPT:')
            found[variable.name] = (variable, hidden)
    yield from found.values()


def _control_name(name: str) -> str:
    return next((control for control in CONTROLS if key(control) == key(name)), name)


def _unit(text: str | None) -> str:
    unit = " ".join((text or "").split())
    return unit.split("[")[0].strip()


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
        f'  "{variable.name}"{f", {place(variable.line, variable.file)}" if variable.line else ""}: '
        f'there is no variable "{name}".'
        f"{did_you_mean(name, shown)}\n      {variable.name} = {variable.text}"
        for variable, name in sorted(((model[owner], name) for owner, name in missing), key=_by_line)
    ]
    if problems:
        raise ModelError(f"{path.name}: equations read variables that the model lacks:\n" + "\n".join(problems))


def _by_line(found: tuple[Variable, str]) -> tuple[str, int, str]:
    return found[0].file, found[0].line or 0, found[1]


def _with_fixed_orders(model: Model, orders: Iterable[str]) -> Model:
    """Constants that set the order of a delay shape the model itself: they are shown, but no experiment sets them."""
    fixed = []
    for name in orders:
        variable = model[name]
        if isinstance(variable, Constant):
            fixed.append(Auxiliary(**fields_of(variable), equation=Number(variable.value)))
    return model.replaced(fixed)
