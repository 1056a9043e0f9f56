"""Model → causal links: what changes what from one moment to the next, and how one leads to another.

A stock is changed by its net flow, not by what its initial value is made of; what the reader put between two variables
(the stages of a delay) is passed over.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from sdmodel.model.expr import Expr, references
from sdmodel.model.fold import folded
from sdmodel.model.model import Auxiliary, FixedDelay, Held, Model, Stock, Variable


@dataclass(frozen=True)
class Links:
    """The links of `model`, when some of its constants have the numbers of `known`, by their own names."""

    model: Model
    known: Mapping[str, float] | None = None

    def causes(self, name: str) -> tuple[str, ...]:
        """The variables that change `name` directly, by their own names: constants among them, the clock not."""
        return self._causes[self.model[name].name]

    def effects(self, name: str) -> tuple[str, ...]:
        """The variables that `name` changes directly."""
        own = self.model[name].name
        return tuple(other for other, causes in self._causes.items() if own in causes)

    def way(self, cause: str, effect: str) -> tuple[str, ...]:
        """The shortest way of links from `cause` to `effect`, both included; empty when there is none."""
        begin, end = self.model[cause].name, self.model[effect].name
        came: dict[str, str] = {}
        edge = [begin]
        while edge and end not in came:
            found = [(name, before) for before in edge for name in self._effects.get(before, ()) if name not in came]
            came |= dict(reversed(found))
            edge = list(dict.fromkeys(name for name, _ in found))
        if end not in came:
            return ()
        way = [end, came[end]]
        while way[-1] != begin:
            way.append(came[way[-1]])
        return tuple(reversed(way))

    @cached_property
    def _causes(self) -> dict[str, tuple[str, ...]]:
        return {one.name: tuple(self._visible(one, set())) for one in self.model.visible()}

    @cached_property
    def _effects(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name, causes in self._causes.items():
            for cause in causes:
                found.setdefault(cause, []).append(name)
        return found

    def _visible(self, variable: Variable, passed: set[str]) -> dict[str, None]:
        """Names of what changes `variable`, hidden ones replaced by what changes them."""
        found: dict[str, None] = {}
        for expr in _moving(variable):
            for name in references(expr if self.known is None else folded(expr, self.known)):
                if name not in self.model or name in passed:
                    continue
                other = self.model[name]
                if other.hidden:
                    found |= self._visible(other, passed | {other.name})
                else:
                    found[other.name] = None
        return found


def _moving(variable: Variable) -> tuple[Expr, ...]:
    """The expressions that change `variable` after the start."""
    if isinstance(variable, Stock):
        return (variable.net_flow,)
    if isinstance(variable, Held):
        return (variable.next,)
    if isinstance(variable, FixedDelay):
        return (variable.input,)
    return (variable.equation,) if isinstance(variable, Auxiliary) else ()
