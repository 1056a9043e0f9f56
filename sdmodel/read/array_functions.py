"""Functions of whole arrays (SUM, VECTOR SORT ORDER, ALLOCATE AVAILABLE …): which elements they get, what each returns.

In `SUM(x[d!])` the marked dimensions run through their elements. Other functions work along one dimension of the left
side and return an array: its elements are computed once for all (`Equation.shared`), and each takes its own.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, is_dataclass
from functools import reduce
from itertools import product
from typing import TYPE_CHECKING, Any

from sdmodel.model.expr import Apply, Expr, Number
from sdmodel.model.names import key
from sdmodel.read.dimensions import Unsupported, subscripts_of
from sdmodel.read.functions import allocation, vectors

if TYPE_CHECKING:
    from sdmodel.read.equation import Equation

_REDUCTIONS = {
    *("sum", "prod", "vmax", "vmin", "vmax xmile", "vmin xmile", "vector select", "vector lookup"),
    *("mean", "stddev", "size", "rank"),
}
Lowering = Callable[["Equation", Any], Expr]


def references_in(node: Any) -> Iterator[Any]:
    """All references below a node of PySD's tree that belong to no reduction of their own, in reading order."""
    if type(node).__name__ == "ReferenceStructure":
        yield node
    elif isinstance(node, list | tuple):
        for item in node:
            yield from references_in(item)
    elif is_dataclass(node) and not _is_reduction(node):
        for one in fields(node):
            yield from references_in(getattr(node, one.name))


def _is_reduction(node: Any) -> bool:
    return type(node).__name__ == "CallStructure" and key(node.function.reference) in _REDUCTIONS


def marked(nodes: Any) -> tuple[str, ...]:
    """The dimensions that a reduction runs through, `dimension!`, each once."""
    found = [key(one) for reference in references_in(nodes) for one in subscripts_of(reference)]
    return tuple(dict.fromkeys(one for one in found if one.endswith("!")))


def _bindings(equation: "Equation", names: Sequence[str]) -> list[dict[str, str]]:
    """Every combination of elements of the dimensions `name!`."""
    ranges = [equation.scope.dimensions.of_subscript(name[:-1]) for name in names]
    return [dict(zip(names, combination, strict=True)) for combination in product(*ranges)]


def _reduction(combine: Callable[[list[Expr]], Expr]) -> Lowering:
    def lowering(equation: "Equation", node: Any) -> Expr:
        name = key(node.function.reference)
        if len(node.arguments) != 1:
            raise Unsupported(f"{name.upper()} takes one argument, not {len(node.arguments)}")
        (argument,) = node.arguments
        return combine(_marked_values(equation, argument))

    return lowering


def _folded(operation: str) -> Callable[[list[Expr]], Expr]:
    """One operation over all, halves by halves: a long chain would be deep and slow."""

    def combine(values: list[Expr]) -> Expr:
        while len(values) > 2:
            pairs = [values[place : place + 2] for place in range(0, len(values), 2)]
            values = [reduce(lambda a, b: Apply(operation, (a, b)), pair) for pair in pairs]
        return reduce(lambda a, b: Apply(operation, (a, b)), values)

    return combine


def _select(equation: "Equation", node: Any) -> Expr:
    selector, values, missing, action, error = _arguments(node, 5)
    rows = _bindings(equation, marked((selector, values)))
    chosen, inside = ([equation.of(one, row) for row in rows] for one in (selector, values))
    return vectors.select(chosen, inside, *map(equation.of, (missing, action, error)))


def _deviation(equation: "Equation", node: Any) -> Expr:
    (argument,) = _arguments(node, 1)
    return equation.keep(vectors.deviation(equation.base("stddev"), _marked_values(equation, argument)))


def _rank(equation: "Equation", node: Any) -> Expr:
    """XMILE's RANK(array, rank): the number of the element that has a rank."""
    array, wanted = _arguments(node, 2)
    values = _marked_values(equation, array)
    return equation.keep(vectors.element_of_rank(equation.base("rank"), values, equation.of(wanted)))


def _lookup(equation: "Equation", node: Any) -> Expr:
    """VECTOR LOOKUP(vector[d!], x, low, high, mode)."""
    vector, *others = _arguments(node, 5)
    return vectors.lookup(_marked_values(equation, vector), *map(equation.of, others))


def _marked_values(equation: "Equation", node: Any) -> list[Expr]:
    """The value of a node for every combination of the elements of its marked dimensions."""
    names = marked(node)
    if not names:
        raise Unsupported('a function of a whole array needs a subscript to run through, such as "x[range!]"')
    return [equation.of(node, binding) for binding in _bindings(equation, names)]


def _or_more(operation: str) -> Lowering:
    """XMILE's MEAN and the like of one array, or of several numbers."""

    def lowering(equation: "Equation", node: Any) -> Expr:
        if len(node.arguments) == 1 and marked(node.arguments[0]):
            values = _marked_values(equation, node.arguments[0])
        else:
            values = [equation.of(argument) for argument in node.arguments]
        return vectors.mean(values) if operation == "mean" else Number(float(len(values)))

    return lowering


def _count(equation: "Equation", node: Any) -> Expr:
    (argument,) = _arguments(node, 1)
    return Number(float(len(equation.scope.dimensions.of_subscript(argument.reference))))


def _arguments(node: Any, count: int) -> Sequence[Any]:
    if len(node.arguments) != count:
        name = key(node.function.reference).upper()
        raise Unsupported(f"{name} takes {count} arguments, not {len(node.arguments)}")
    return tuple(node.arguments)


# --- along one dimension of the left side ---------------------------------------------------------------------------


def _axis(equation: "Equation", node: Any, place: int = -1) -> str:
    """The dimension along which a vector lies: the last subscript of the first reference (`place`: another one)."""
    for reference in references_in(node):
        ranges = [one for one in subscripts_of(reference) if one in equation.scope.dimensions]
        if len(ranges) >= -place:
            return ranges[place]
    raise Unsupported("the function works on a whole array; give it one with subscripts")


def _along(equation: "Equation", axis: str, node: Any) -> list[Expr]:
    """The value of a node for each element of a dimension."""
    return [equation.of(node, {key(axis): element}) for element in equation.scope.dimensions.of_subscript(axis)]


def _own_place(equation: "Equation", axis: str) -> int:
    element = equation.scope.dimensions.resolve(axis, equation.binding)
    return [key(one) for one in equation.scope.dimensions.of_subscript(axis)].index(key(element))


def _shared(
    equation: "Equation", node: Any, axes: Sequence[str], compute: Callable[[str], vectors.Parts]
) -> list[Expr]:
    """What `compute` makes of the arrays, for all elements along `axes` at once."""
    taken = {_left_side(equation, axis) for axis in axes}
    others = tuple(item for item in equation.binding.items() if item[0] not in taken)
    place = (id(node), others)
    if place not in equation.shared:
        try:
            values, hidden = compute(equation.base(_name(node)))
        except ValueError as reason:
            raise Unsupported(str(reason)) from None
        equation.hidden.extend(hidden)
        equation.shared[place] = values
    return equation.shared[place]


def _left_side(equation: "Equation", axis: str) -> str:
    """The dimension of the left side that an axis of the right side follows."""
    if key(axis) in equation.binding:
        return key(axis)
    element = equation.scope.dimensions.resolve(axis, equation.binding)
    return next((name for name, own in equation.binding.items() if own == element), key(axis))


def _name(node: Any) -> str:
    return key(node.function.reference) if hasattr(node, "function") else type(node).__name__.removesuffix("Structure")


def _vector(compute: Callable[..., vectors.Parts], vectors_first: int) -> Lowering:
    """A function whose first arguments are vectors along one dimension, the others numbers."""

    def lowering(equation: "Equation", node: Any) -> Expr:
        axis = _axis(equation, node.arguments[0])

        def whole(base: str) -> vectors.Parts:
            inside = [_along(equation, axis, one) for one in node.arguments[:vectors_first]]
            return compute(base, *inside, *map(equation.of, node.arguments[vectors_first:]))

        _arguments(node, 2)
        return _shared(equation, node, [axis], whole)[_own_place(equation, axis)]

    return lowering


def _inverse(equation: "Equation", node: Any) -> Expr:
    matrix, _ = _arguments(node, 2)
    rows, columns = _axis(equation, matrix, -2), _axis(equation, matrix, -1)
    size = len(equation.scope.dimensions.of_subscript(columns))

    def whole(base: str) -> vectors.Parts:
        elements = equation.scope.dimensions.of_subscript
        table = [
            [equation.of(matrix, {key(rows): row, key(columns): column}) for column in elements(columns)]
            for row in elements(rows)
        ]
        return vectors.inverse(base, table)

    place = _own_place(equation, rows) * size + _own_place(equation, columns)
    return _shared(equation, node, [rows, columns], whole)[place]


def _allocate_by_priority(equation: "Equation", node: Any) -> Expr:
    axis = _axis(equation, node.request)

    def whole(base: str) -> vectors.Parts:
        requests, priorities = _along(equation, axis, node.request), _along(equation, axis, node.priority)
        return allocation.allocate_by_priority(base, requests, priorities, *map(equation.of, (node.width, node.supply)))

    return _shared(equation, node, [axis], whole)[_own_place(equation, axis)]


def _allocate_available(equation: "Equation", node: Any) -> Expr:
    axis = _axis(equation, node.request)

    def whole(base: str) -> vectors.Parts:
        elements = equation.scope.dimensions.of_subscript(axis)
        profiles = [_profile(equation, node.pp, {key(axis): element}) for element in elements]
        return allocation.allocate_available(
            base, _along(equation, axis, node.request), profiles, equation.of(node.avail)
        )

    return _shared(equation, node, [axis], whole)[_own_place(equation, axis)]


def _profile(equation: "Equation", pp: Any, binding: dict[str, str]) -> tuple[Expr, ...]:
    """The four numbers of a priority profile, from the element on that the file names (`ptype`)."""
    if type(pp).__name__ != "ReferenceStructure" or not subscripts_of(pp):
        raise Unsupported("the priority profile must be an array whose last subscript is ptype")
    *_, first = subscripts_of(pp)
    dimensions = equation.scope.dimensions
    element = dimensions.of_subscript(first)[0]
    ranges = [names for names in dimensions.elements.values() if element in names]
    names = max(ranges, key=len)
    start = names.index(element)
    if len(names) < start + 4:
        raise Unsupported(f'the priority profile needs four elements from "{element}" on')
    profile = []
    for name in names[start : start + 4]:
        subscripts = type(pp.subscripts)((*subscripts_of(pp)[:-1], name))
        profile.append(equation.of(type(pp)(pp.reference, subscripts), binding))
    profile[0] = equation.scope.shaping(profile[0])  # its kind: all kinds at once would be many times as much work
    return tuple(profile)


def _element_map(equation: "Equation", node: Any) -> Expr:
    """VECTOR ELM MAP(vector[element], offset): the element so many places further on."""
    vector, offset = _arguments(node, 2)
    if type(vector).__name__ != "ReferenceStructure" or not subscripts_of(vector):
        raise Unsupported("VECTOR ELM MAP works on a whole array; give it one with subscripts")
    *before, last = subscripts_of(vector)
    dimensions = equation.scope.dimensions
    element = dimensions.resolve(last, equation.binding)
    ranges = [dimensions.elements[key(last)]] if last in dimensions else [*dimensions.elements.values()]
    names = max((one for one in ranges if element in one), key=len)
    values = [equation.of(type(vector)(vector.reference, type(vector.subscripts)((*before, name)))) for name in names]
    return vectors.picked(values, Apply("add", (equation.of(offset), Number(float(names.index(element))))))


ARRAY_CALLS: dict[str, Lowering] = {
    "sum": _reduction(_folded("add")),
    "prod": _reduction(_folded("multiply")),
    **dict.fromkeys(("vmax", "vmax xmile"), _reduction(_folded("maximum"))),
    **dict.fromkeys(("vmin", "vmin xmile"), _reduction(_folded("minimum"))),
    "vector select": _select,
    "elmcount": _count,
    "mean": _or_more("mean"),
    "size": _or_more("size"),
    "stddev": _deviation,
    "rank": _rank,
    "vector lookup": _lookup,
    "vector sort order": _vector(vectors.sort_order, 1),
    "vector rank": _vector(vectors.rank, 1),
    "vector reorder": _vector(vectors.reorder, 2),
    "vector elm map": _element_map,
    "invert matrix": _inverse,
}
ARRAY_NODES: dict[str, Lowering] = {
    "AllocateByPriorityStructure": _allocate_by_priority,
    "AllocateAvailableStructure": _allocate_available,
}
