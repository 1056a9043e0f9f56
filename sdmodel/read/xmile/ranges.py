"""`<dimensions>` → dimensions with their elements, and which element or dimension a subscript of an equation means."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import prod

from sdmodel.model.names import key
from sdmodel.read.xmile.entries import spelled
from sdmodel.read.xmile.markup import Node
from sdmodel.read.xmile.modules import plain
from sdmodel.read.xmile.tokens import EquationError

LARGEST = 100_000
MOST_TERMS = 5_000_000


@dataclass
class Ranges:
    """Elements of every dimension by `key`, `names` as the file spells them; a second name of a dimension that an
    array has twice, and parts of one (`2:4`), join them when they are met. `terms` counts what equations become when
    each element has its own.
    """

    elements: dict[str, tuple[str, ...]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    terms: int = 0

    @classmethod
    def of(cls, root: Node) -> "Ranges":
        """The dimensions of a file: `<elem>` each, or a `size` with the numbers from 1 as elements."""
        ranges = cls()
        for group in (root, *root.all("model")):
            for dimension in (one for each in group.all("dimensions") for one in each.all("dim")):
                name = spelled(dimension.attributes.get("name", ""))
                elements = tuple(spelled(element.attributes.get("name", "")) for element in dimension.all("elem"))
                size = dimension.attributes.get("size", "").strip()
                if not elements and size.isdecimal() and 0 < len(size) < 7 and int(size) <= LARGEST:
                    elements = tuple(str(number) for number in range(1, int(size) + 1))
                if name and elements:
                    ranges.add(name, elements)
        return ranges

    def add(self, name: str, elements: tuple[str, ...]) -> str:
        """Make a dimension known; its name."""
        self.elements.setdefault(key(name), elements)
        self.names.setdefault(key(name), name)
        return name

    def apart(self, dimensions: Sequence[str]) -> tuple[str, ...]:
        """The dimensions of an array, a repeated one under a second name; EquationError when there is none such."""
        found: list[str] = []
        for name in dimensions:
            if key(name) not in self.elements:
                raise EquationError(f'there is no dimension "{name}" with elements in the file')
            own, count = self.names[key(name)], 1
            while key(own) in map(key, found):
                count += 1
                own = self.add(f"{self.names[key(name)]} ({count})", self.elements[key(name)])
            found.append(own)
        if prod(len(self.elements[key(name)]) for name in found) > LARGEST:
            raise EquationError(f"the array has more than {LARGEST:,} elements")
        return tuple(found)

    def again(self, dimension: str, taken: Sequence[str]) -> str:
        """The dimension under a name that is not yet taken: two wildcards of one array run on their own."""
        own, count = dimension, 1
        while key(own) in taken:
            count += 1
            own = self.add(f"{dimension} ({count})", self.elements[key(dimension)])
        return own

    def part(self, dimension: str, first: int, last: int) -> str:
        """The dimension of the elements from number `first` to `last`."""
        elements = self.elements[key(dimension)][first - 1 : last]
        if not elements or first < 1 or last > len(self.elements[key(dimension)]):
            raise EquationError(f'"{dimension}" has no elements from {first} to {last}')
        return self.add(f"{dimension} ({first} to {last})", elements)

    def element(self, dimension: str, name: str) -> str | None:
        """The element of a dimension that a name or number in an equation means; None when it is none."""
        elements = {key(element): element for element in self.elements[key(dimension)]}
        wanted = plain(name)
        if wanted in elements:
            return elements[wanted]
        before, _, last = wanted.rpartition(".")
        if before and before == key(dimension) and last in elements:
            return elements[last]
        if wanted.isdecimal() and 1 <= int(wanted[:9]) <= len(elements):
            return self.elements[key(dimension)][int(wanted[:9]) - 1]
        return None

    def number(self, dimension: str, element: str) -> int:
        """The place of an element in its dimension, from 1."""
        return [key(one) for one in self.elements[key(dimension)]].index(key(element)) + 1

    def spend(self, free: Sequence[str], terms: int) -> None:
        """Count so many terms for each element of the left side; EquationError when a file has more than is sound."""
        self.terms += terms * prod(len(self.elements[key(name)]) for name in free)
        if self.terms > MOST_TERMS:
            raise EquationError(f"the arrays of the file have more than {MOST_TERMS:,} terms up to here")

    def items(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """All dimensions with their elements."""
        return ((self.names[own], elements) for own, elements in self.elements.items())
