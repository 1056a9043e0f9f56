"""Subscripts of a reference → elements and dimensions as PySD has them, `dimension!` in a reduction."""

from collections.abc import Sequence
from dataclasses import dataclass

from sdmodel.model.names import key
from sdmodel.read.xmile.grammar import Name, Number, Slice, Star, Tree
from sdmodel.read.xmile.modules import plain
from sdmodel.read.xmile.place import Place
from sdmodel.read.xmile.ranges import Ranges
from sdmodel.read.xmile.tokens import EquationError

Written = Sequence[Tree | Star | Slice] | None


def resolved(ranges: Ranges, dimensions: Sequence[str], subscripts: Written, place: Place) -> list[str | Tree]:
    """What the subscripts of an array of these dimensions mean at a place; a tree where one is computed in the run.

    Raises:
        EquationError: there is no such element.
    """
    reader = _Reader(ranges, place, [])
    given = subscripts if subscripts is not None else [Star()] * len(dimensions)
    return [reader.one(sub, dimension) for sub, dimension in zip(given, dimensions, strict=True)]


@dataclass(frozen=True)
class _Reader:
    """`taken` are the dimensions that wildcards of this reference run through so far."""

    ranges: Ranges
    place: Place
    taken: list[str]

    def one(self, sub: Tree | Star | Slice, dimension: str) -> str | Tree:
        if isinstance(sub, Star):
            return self._bound(dimension, dimension) if self.place.marks is None else self._mark(dimension)
        if isinstance(sub, Slice):
            if self.place.marks is None:
                raise EquationError("a range of subscripts (first:last) is allowed within SUM, MEAN, MIN … only")
            first, last = (self._number_of(end, dimension) for end in (sub.first, sub.last))
            return self._mark(self.ranges.part(dimension, first, last))
        if isinstance(sub, Number):
            element = self.ranges.element(dimension, f"{sub.value:.0f}") if sub.value.is_integer() else None
            if element is None:
                raise EquationError(f'"{dimension}" has no element number {sub.value:g}')
            return element
        return self._named(sub, dimension) if isinstance(sub, Name) and not sub.subscripts else sub

    def _named(self, sub: Name, dimension: str) -> str | Tree:
        """An element goes before a dimension, a dimension before a variable that holds a number."""
        own = plain(sub.text)
        element = self.ranges.element(dimension, sub.text)
        if element is not None:
            return element
        if own in self.ranges.elements:
            is_free = own in map(key, self.place.free) or own in self.place.elements
            if self.place.marks is not None and not is_free:
                return self._mark(self.ranges.names[own])
            return self._bound(self.ranges.names[own], dimension)
        if any(own == key(one) for _, elements in self.ranges.items() for one in elements):
            raise EquationError(f'"{sub.text}" is no element of "{dimension}"')
        return sub

    def _bound(self, named: str, dimension: str) -> str:
        """A dimension, or the element that the equation is for; those of another dimension are taken by their place."""
        element = self.place.elements.get(key(named))
        if element is None:
            return named
        own = self.ranges.element(dimension, element)
        own = own or self.ranges.element(dimension, str(self.ranges.number(named, element)))
        if own is None:
            raise EquationError(f'"{dimension}" has no element in the place of "{element}"')
        return own

    def _mark(self, dimension: str) -> str:
        own = self.ranges.again(dimension, self.taken)
        self.taken.append(key(own))
        if self.place.marks is not None:
            self.place.marks[key(own)] = len(self.ranges.elements[key(own)])
        return f"{own}!"

    def _number_of(self, tree: Tree, dimension: str) -> int:
        if isinstance(tree, Number) and tree.value.is_integer():
            return int(tree.value)
        element = self.ranges.element(dimension, tree.text) if isinstance(tree, Name) else None
        if element is None:
            raise EquationError(f'the ends of a range of subscripts must be elements of "{dimension}"')
        return self.ranges.number(dimension, element)
