"""Built variables → which reads which, for rules that must not close a circle."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

from sdmodel.model.names import key


def names_in(node: Any) -> Iterator[str]:
    """The keys of all references below a node of PySD's tree."""
    pending = [node]
    while pending:
        one = pending.pop()
        if type(one).__name__ == "ReferenceStructure":
            yield key(one.reference)
        elif isinstance(one, list | tuple):
            pending.extend(one)
        elif is_dataclass(one):
            pending.extend(getattr(one, each.name) for each in fields(one))


@dataclass
class Influences:
    """`reads` [key] → the keys that an equation reads at the same time; stocks read nothing."""

    reads: dict[str, set[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, asts: Mapping[str, list[Any]]) -> "Influences":
        """From the right sides of every variable, by key."""
        found: dict[str, set[str]] = {}
        for own, nodes in asts.items():
            stocks = [node for node in nodes if type(node).__name__ == "IntegStructure"]
            found[own] = set() if stocks else {name for node in nodes for name in names_in(node)}
        return cls(found)

    def depends(self, one: str, other: str) -> bool:
        """Whether `one` reads `other`, itself or through others."""
        pending, seen = [one], {one}
        while pending:
            own = pending.pop()
            if own == other:
                return True
            for name in self.reads.get(own, ()):
                if name not in seen:
                    seen.add(name)
                    pending.append(name)
        return False

    def add(self, one: str, other: str) -> None:
        """Let `one` read `other` from now on."""
        self.reads.setdefault(one, set()).add(other)
