"""One element of PySD's tree → the variables that it stands for: itself, or one for each element of an array."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np

from sdmodel.model.evaluate import fold
from sdmodel.model.expr import Interpolate, Number, Ref
from sdmodel.model.model import TIME, Auxiliary, Constant, Described, Stock, Table, Variable, fields_of
from sdmodel.model.names import key
from sdmodel.read.data.external import points
from sdmodel.read.dimensions import Unsupported
from sdmodel.read.equation import Equation, table_of
from sdmodel.read.scope import Scope, data_name, element_name
from sdmodel.read.sources import Sources

_MODES = {"interpolate": "hold", "hold_backward": "steps", "look_forward": "ahead", "raw": "raw", None: "hold"}


@dataclass(frozen=True)
class Place:
    """One element of an array: its `elements`, which of them each dimension stands for, and its place along these."""

    elements: tuple[str, ...]
    binding: dict[str, str]
    index: tuple[int, ...]


def places(subscripts: tuple[list[str], list[list[str]]], scope: Scope) -> Iterator[Place]:
    """The elements that the left side of an equation names, without those after :EXCEPT:."""
    names, exceptions = subscripts
    dimensions = scope.dimensions
    ranges = [dimensions.of_subscript(name) for name in names]
    free = [key(name) for name in names if name in dimensions]
    if len(set(free)) < len(free):
        raise Unsupported("the left side names the same subscript range twice")
    left_out = [[{key(one) for one in dimensions.of_subscript(name)} for name in group] for group in exceptions]
    for combination in product(*(enumerate(elements) for elements in ranges)):
        elements = tuple(element for _, element in combination)
        if any(all(key(e) in one for e, one in zip(elements, group, strict=True)) for group in left_out):
            continue
        inside = [(key(name), at) for name, at in zip(names, combination, strict=True) if name in dimensions]
        yield Place(
            elements, {name: element for name, (_, element) in inside}, tuple(place for _, (place, _) in inside)
        )


def shape(component: Any, scope: Scope) -> tuple[int, ...]:
    """Sizes of the dimensions on the left side of an equation."""
    names, _ = component.subscripts
    return tuple(len(scope.dimensions.of_subscript(name)) for name in names if name in scope.dimensions)


def variables_of(
    component: Any, said: Described, scope: Scope, sources: Sources, use_macro: Callable[..., Any]
) -> Iterator[tuple[Variable, list[Variable]]]:
    """The variables of one equation of an element, each with the hidden ones that it needs.

    Raises:
        Unsupported: what sdmodel lacks.
    """
    whole = _whole_array(component, scope, sources)
    shared: dict[Any, Any] = {}
    for place in places(component.subscripts, scope):
        name = element_name(said.name, place.elements)
        own = replace(said, name=name)
        if place.elements:
            own = replace(own, array=said.name, elements=place.elements)
        equation = Equation(name, scope, place.binding, shared, use_macro=use_macro)
        if whole:
            yield whole(own, place.index)
        else:
            yield _computed(own, component.ast, equation), equation.hidden


Whole = Callable[[Described, tuple[int, ...]], tuple[Variable, list[Variable]]]


def _whole_array(component: Any, scope: Scope, sources: Sources) -> Whole | None:
    """For an equation that gives the numbers of all elements at once: what makes the variable of one of them."""
    kind, sizes = type(component.ast).__name__, shape(component, scope)
    if kind == "ndarray":
        return _constants(_shaped(component.ast, sizes))
    if kind == "GetConstantsStructure":
        return _constants(sources.constants(component.ast, sizes))
    if kind == "LookupsStructure":
        return lambda said, _: (replace(table_of(said.name, component.ast), **fields_of(said)), [])
    if kind == "GetLookupsStructure":
        x, y = sources.lookups(component.ast, sizes)
        return lambda said, index: (_table(said, x, y[index], "hold"), [])
    if kind in ("GetDataStructure", "DataStructure"):
        mode = _MODES[getattr(component, "keyword", None)]
        if kind == "DataStructure":
            return lambda said, _: _series(said, *sources.dataset(said.name), mode)
        time, values = sources.series(component.ast, sizes)
        return lambda said, index: _series(said, time, values[index], mode)
    return None


def _shaped(array: Any, sizes: tuple[int, ...]) -> np.ndarray:
    numbers = np.asarray(array, dtype=float)
    if numbers.size != math.prod(sizes):
        raise Unsupported(
            f"the equation has {numbers.size} numbers for {' × '.join(map(str, sizes)) or 'one'} elements"
        )
    return numbers.reshape(sizes)


def _constants(values: np.ndarray) -> Whole:
    def one(said: Described, index: tuple[int, ...]) -> tuple[Variable, list[Variable]]:
        value = float(values[index])
        if not math.isfinite(value):
            raise Unsupported(f'"{said.name}" has no number in the file')
        return Constant(**fields_of(said), value=value), []

    return one


def _series(said: Described, time: np.ndarray, values: np.ndarray, mode: str) -> tuple[Variable, list[Variable]]:
    """A variable that follows data, and the hidden table that holds them."""
    data = _table(Described(name=data_name(said.name), unit=said.unit, hidden=True), time, values, mode)
    return Auxiliary(**fields_of(said), equation=Interpolate(data.name, Ref(TIME))), [data]


def _table(said: Described, x: np.ndarray, y: np.ndarray, beyond: str) -> Table:
    at, values = points(x, y)
    known = dict(zip(at.tolist(), values.tolist(), strict=True))  # of several with one x the last
    if not known:
        raise Unsupported(f'"{said.name}" has no data in the file')
    return Table(**fields_of(said), x=tuple(known), y=tuple(known.values()), beyond=beyond)


def _computed(said: Described, ast: Any, equation: Equation) -> Variable:
    kind, fields = type(ast).__name__, fields_of(said)
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
