"""Subscript ranges of a file → dimensions: their elements, how they map, and which element a subscript means here."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sdmodel.model.names import key

Binding = Mapping[str, str]  # key of a dimension (with ! in a reduction) → the element that it stands for
_PARTIAL = re.compile(r"\(\s*([^:()]+?)\s*:\s*([^()]*)\)")
_DEEPEST = 50


class Unsupported(Exception):
    """Why one equation cannot be run."""


def _listed(one: Any, text: str, external: Callable[[str, dict[str, str]], list[str]]) -> list[str]:
    """The elements, or ranges, that a range is defined by.

    PySD puts those of `-> (Target: a, b)` behind the range's own: they are taken away again.
    """
    told = one.subscripts
    if isinstance(told, dict):
        return external(one.name, told)
    if isinstance(told, str):
        return [told]
    mapped = [part for _, listed in _PARTIAL.findall(text.partition("->")[2]) for part in listed.split(",")]
    return list(told[: len(told) - len(mapped)])


def subscripts_of(reference: Any) -> tuple[str, ...]:
    """The subscripts that a reference of PySD's tree carries."""
    return () if reference.subscripts is None else tuple(reference.subscripts.subscripts)


@dataclass
class Dimensions:
    """All dimensions of a model by `key`: `elements` in their order, `spelled` as the file has them.

    `mapped` [own dimension, other dimension] tells for each element (by key) of the other the element of the own.
    """

    elements: dict[str, tuple[str, ...]] = field(default_factory=dict)
    spelled: dict[str, str] = field(default_factory=dict)
    mapped: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    _numbers: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(
        cls, ranges: Iterable[Any], texts: Mapping[str, str], external: Callable[[str, dict[str, str]], list[str]]
    ) -> "Dimensions":
        """The dimensions of PySD's subscript ranges.

        `texts` gives the definition of a range as the file has it: PySD drops which elements a mapping names.
        `external` reads the elements of a range from a file.
        """
        ranges = list(ranges)
        told: dict[str, list[str]] = {}
        for one in ranges:
            told[key(one.name)] = _listed(one, texts.get(key(one.name), ""), external)
        found = cls(spelled={key(one.name): one.name for one in ranges})
        for name in told:
            elements = dict.fromkeys(found._unfolded(name, told, 0))
            found.elements[name] = tuple(elements)
            for element in elements:
                found.spelled.setdefault(key(element), element)
        for one in ranges:
            for target in one.mapping:
                found._map(key(one.name), key(target), texts.get(key(one.name), ""))
        found._count()
        return found

    def _unfolded(self, name: str, told: Mapping[str, list[str]], depth: int) -> list[str]:
        """Elements of a range, with the ranges among them replaced by their own elements."""
        if depth > _DEEPEST:
            raise Unsupported(f'subscript range "{self.spelled[name]}" is defined by itself')
        elements: list[str] = []
        for element in told[name]:
            inner = key(element)
            elements += self._unfolded(inner, told, depth + 1) if inner in told and inner != name else [element.strip()]
        return elements

    def _map(self, own: str, target: str, text: str) -> None:
        """Element by element in order; `(Target: a, b)` in the text tells another order, or ranges of the target."""
        mine = self.elements[own]
        named = {key(name): listed for name, listed in _PARTIAL.findall(text.partition("->")[2])}
        theirs: list[str] = list(self.elements.get(target, ()))
        if target in named:
            theirs = [part.strip() for part in named[target].split(",")]
        if len(theirs) != len(mine):
            return  # used only where it cannot be resolved, and refused there
        table = self.mapped.setdefault((own, target), {})
        for element, other in zip(mine, theirs, strict=True):
            for inner in self.elements.get(key(other), (other,)):
                table[key(inner)] = element

    def _count(self) -> None:
        """Number of each element in the largest range that it belongs to."""
        for elements in sorted(self.elements.values(), key=len, reverse=True):
            for number, element in enumerate(elements, start=1):
                self._numbers.setdefault(key(element), number)

    def __contains__(self, subscript: str) -> bool:
        return key(subscript) in self.elements

    def of_subscript(self, subscript: str) -> tuple[str, ...]:
        """The elements that a subscript on the left side stands for: those of a dimension, or itself.

        Raises:
            Unsupported: there is no such dimension or element.
        """
        own = key(subscript)
        if own in self.elements:
            return self.elements[own]
        if own in self._numbers:
            return (self.spelled[own],)
        raise Unsupported(f'there is no subscript range or element "{subscript.strip()}"')

    def number(self, name: str, binding: Binding) -> int | None:
        """The number that an element, or a dimension where it is bound, stands for as a value; None for other names."""
        own = key(name)
        if own in self.elements:
            return self._number_within(own, self.resolve(name, binding))
        return self._numbers.get(own)

    def _number_within(self, dimension: str, element: str) -> int:
        mine = {key(one) for one in self.elements[dimension]}
        around = [elements for elements in self.elements.values() if mine <= {key(one) for one in elements}]
        widest = max(around, key=len)
        return [key(one) for one in widest].index(key(element)) + 1

    def resolve(self, subscript: str, binding: Binding) -> str:
        """The element that a subscript on the right side stands for.

        In this order: an element itself; the dimension bound by its own name; a dimension mapped to or from a bound
        one; a bound one whose element it shares.

        Raises:
            Unsupported: nothing bound fits, or more than one thing.
        """
        own = key(subscript)
        if own in binding:
            return binding[own]
        if own not in self.elements:
            return self.of_subscript(subscript)[0]
        bound = [(name, element) for name, element in binding.items() if not name.endswith("!")]
        for candidates in (self._mapped_to(own, bound), self._shared(own, bound)):
            if len(candidates) > 1:
                raise Unsupported(
                    f'subscript "{self.spelled[own]}" could mean {" or ".join(sorted(candidates))} here; '
                    "use the same subscript range on both sides"
                )
            if candidates:
                return next(iter(candidates))
        raise Unsupported(
            f'subscript "{self.spelled[own]}" is not among those of the left side and is not mapped to one of them; '
            f'write {self.spelled[own]}! inside SUM, or map the ranges with "->"'
        )

    def _mapped_to(self, own: str, bound: list[tuple[str, str]]) -> set[str]:
        found = set()
        for name, element in bound:
            for (mine, other), table in self.mapped.items():
                if mine == own and (other == name or self._within(name, other)) and key(element) in table:
                    found.add(table[key(element)])
                elif other == own and mine == name:
                    found |= {self.spelled[theirs] for theirs, ours in table.items() if ours == element}
        return found

    def _within(self, inner: str, outer: str) -> bool:
        return {key(one) for one in self.elements.get(inner, ())} <= {key(one) for one in self.elements.get(outer, ())}

    def _shared(self, own: str, bound: list[tuple[str, str]]) -> set[str]:
        mine = {key(one): one for one in self.elements[own]}
        return {mine[key(element)] for _, element in bound if key(element) in mine}
