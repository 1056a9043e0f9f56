"""SUM, PROD, MEAN, STDDEV, SIZE, RANK, and MIN and MAX of whole arrays → functions of `dimension!`.

An array that stands without subscripts in one of these is meant as a whole (isee systems, "Working with array equations
in version 10"). MIN and MAX of several arguments are plain functions of numbers, unless one of them can only be meant
as a whole.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import prod
from typing import Any

from sdmodel.model.names import key
from sdmodel.read.xmile.calls import built_in, call
from sdmodel.read.xmile.grammar import Name, Slice, Star, Tree
from sdmodel.read.xmile.modules import Names, plain
from sdmodel.read.xmile.place import Place
from sdmodel.read.xmile.ranges import Ranges
from sdmodel.read.xmile.tokens import EquationError

Of = Callable[[Tree, Place], Any]
_NAMES = {"min": "vmin_xmile", "max": "vmax_xmile", **{name: name for name in ("sum", "prod", "mean", "stddev")}}


def reduces(function: str, arguments: Sequence[Tree], place: Place, names: Names) -> bool:
    """Whether a function is one of these, and gets whole arrays."""
    if function not in _NAMES or not arguments:
        return False
    if function in ("sum", "prod") or len(arguments) == 1:
        return True
    return place.marks is None and any(_is_whole(argument, place, names) for argument in arguments)


def _is_whole(tree: Tree, place: Place, names: Names) -> bool:
    if not isinstance(tree, Name):
        return False
    if tree.subscripts is not None:
        return any(isinstance(sub, Star | Slice) for sub in tree.subscripts)
    entry = names.find(tree.text, place.module)
    here = {*map(key, place.free), *place.elements}
    return entry is not None and any(key(name) not in here for name in entry.dimensions)


def reduction(function: str, arguments: Sequence[Tree], place: Place, of: Of, ranges: Ranges) -> Any:
    """The value of one; EquationError when it takes another number of arguments."""
    values, marks = [], dict[str, int]()
    for argument in arguments:
        own: dict[str, int] = {}
        value = of(argument, replace(place, marks=own))
        values.append(call(_NAMES[function], value) if own else value)
        ranges.spend(place.free, prod(own.values()))
        marks |= own
    if function in ("min", "max"):
        return built_in(function, values)
    if len(arguments) != 1:
        raise EquationError(f"{function.upper()} of whole arrays takes 1 argument, not {len(arguments)}")
    return values[0]


def rank(array: Tree, wanted: Tree, place: Place, of: Of) -> Any:
    """RANK: the number of the element that has a rank."""
    return call("rank", of(array, replace(place, marks={})), of(wanted, place))


def size(tree: Tree, place: Place, of: Of, ranges: Ranges) -> float:
    """SIZE: how many elements an array, a part of it or a dimension has."""
    if isinstance(tree, Name) and tree.subscripts is None and plain(tree.text) in ranges.elements:
        return float(len(ranges.elements[plain(tree.text)]))
    marks: dict[str, int] = {}
    of(tree, replace(place, marks=marks))
    return float(prod(marks.values()))
