"""Non-negative stocks and flows → flows that never take more than there is, so that no mass is made.

A stock serves its outflows one after the other: each gets at most what it holds, over one time step, and what flows in
meanwhile, less what the ones before it took (isee systems, Stella help, "Flow prioritization"):
    outflow = MIN(asked, stock/DT + inflows - outflows before it).
The limited flow is what the flow itself shows and what the next stock gets. A flow of either direction that enters the
stock may take as much from it. An inflow that itself depends on the outflow is left out, which keeps the stock above
zero all the same. Where a flow leaves several stocks at once (no program draws that), or may take from a stock beside
this order, no single stock can limit it: such a stock stops at zero by itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from pysd.translators.structures import abstract_expressions as ae

from sdmodel.model.names import key
from sdmodel.read.xmile.calls import arithmetic, call, negative
from sdmodel.read.xmile.entries import Entry
from sdmodel.read.xmile.influences import Influences
from sdmodel.read.xmile.modules import Names
from sdmodel.read.xmile.sections import Built

_STEP = ae.ReferenceStructure("time_step")


def limited(
    built: Mapping[str, Built], names: Names, belts: Mapping[str, Any], everywhere: tuple[bool, bool]
) -> dict[str, Built]:
    """The variables with the limits of their flows; `everywhere` tells what holds for stocks and flows that do not say.

    `belts` are the flows that leave conveyors: these need no limit.
    """
    return _Limits(dict(built), names, belts, everywhere).apply()


class _Limits:
    """Adds limits stock by stock; `influences` grows with them."""

    def __init__(
        self, built: dict[str, Built], names: Names, belts: Mapping[str, Any], everywhere: tuple[bool, bool]
    ) -> None:
        self.built, self.names, self.belts = built, names, belts
        self.all_stocks, self.all_flows = everywhere
        self.influences = Influences.of(
            {own: [component.ast for component in one.components] for own, one in built.items()}
        )
        self.leaves, self.enters = self._ends("outflows"), self._ends("inflows")

    def _ends(self, which: str) -> dict[str, list[str]]:
        """Key of each flow → the stocks that it leaves or enters."""
        found: dict[str, list[str]] = {}
        for own, one in self.built.items():
            for flow in self._flows(one.entry, getattr(one.entry, which)):
                found.setdefault(flow, []).append(own)
        return found

    def _flows(self, stock: Entry, named: Sequence[str]) -> list[str]:
        entries = (self.names.find(name, stock.module) for name in named)
        return [key(entry.full_name) for entry in entries if entry is not None]

    def apply(self) -> dict[str, Built]:
        for own, one in list(self.built.items()):
            if one.entry.kind == "flow" and self._one_way(own) and own not in self.belts:
                self._change(own, lambda ast, _: call("max", ast, 0.0))
        for own, one in list(self.built.items()):
            told = one.entry.non_negative
            is_limited = one.entry.kind == "stock" and (self.all_stocks if told is None else told)
            if is_limited and one.entry.conveyor is None:
                self._limit(own)
        return self.built

    def _one_way(self, flow: str) -> bool:
        told = self.built[flow].entry.non_negative if flow in self.built else None
        return self.all_flows if told is None else told

    def _change(self, own: str, change: Any) -> None:
        """Another right side for each equation: `change` gets the present one and the subscripts of the left side."""
        one = self.built[own]
        components = tuple(
            component.with_ast(change(component.ast, component.subscripts)) for component in one.components
        )
        self.built[own] = replace(one, components=components)

    def _limit(self, stock: str) -> None:
        entry = self.built[stock].entry
        inflows, outflows = (self._flows(entry, named) for named in (entry.inflows, entry.outflows))
        taking = [flow for flow in inflows if not self._one_way(flow) and flow not in self.belts]
        safe = True
        for flow in taking:
            others = [one for one in inflows if one not in taking]
            safe &= self._own(flow, stock, self.enters) and self._cap(flow, stock, others, [], entering=True)
        if len(taking) > 1:
            safe = False  # together they could take more than one of them alone may
        before: list[str] = []
        for flow in self._in_order(outflows):
            safe &= self._own(flow, stock, self.leaves) and self._cap(flow, stock, inflows, before, entering=False)
            before.append(flow)
        if not safe:
            self._change(stock, lambda ast, subscripts: self._stopped(stock, ast, subscripts))

    def _in_order(self, flows: Sequence[str]) -> list[str]:
        """As listed, but a flow that depends on another of them after it."""
        left, found = list(dict.fromkeys(flows)), []
        while left:
            free = (one for one in left if not any(self.influences.depends(one, o) for o in left if o != one))
            found.append(next(free, left[0]))
            left.remove(found[-1])
        return found

    def _own(self, flow: str, stock: str, ends: Mapping[str, list[str]]) -> bool:
        """Whether a flow belongs to this stock alone, element by element."""
        one = self.built.get(flow)
        same = one is not None and one.entry.dimensions == self.built[stock].entry.dimensions
        both = stock in self.leaves.get(flow, ()) and stock in self.enters.get(flow, ())
        return same and len(ends[flow]) == 1 and not both and flow not in self.belts

    def _cap(self, flow: str, stock: str, inflows: Sequence[str], before: Sequence[str], entering: bool) -> bool:
        """Limit a flow by what the stock has; False where a part of that had to be left out that may be negative."""
        counted, complete = [], True
        for other in inflows:
            if self._counts(other, flow, stock):
                counted.append(other)
            else:
                complete &= self._one_way(other) or other in self.belts
        taken = [other for other in before if self._counts(other, flow, stock)]
        complete &= len(taken) == len(before)
        for other in (*counted, *taken):
            self.influences.add(flow, other)

        def change(ast: Any, subscripts: tuple[str, ...]) -> Any:
            there = arithmetic(
                ["+"] * len(counted) + ["-"] * len(taken),
                [
                    arithmetic(["/"], (_reference(stock, subscripts), _STEP)),
                    *(_reference(other, subscripts) for other in (*counted, *taken)),
                ],
            )
            most = call("max", there, 0.0)
            return call("max", ast, negative(most)) if entering else call("min", ast, most)

        self._change(flow, change)
        return complete

    def _counts(self, other: str, flow: str, stock: str) -> bool:
        """Whether a limit of `flow` can read `other`."""
        one = self.built.get(other)
        if one is None or one.entry.dimensions != self.built[stock].entry.dimensions:
            return False
        return not self.influences.depends(other, flow)

    def _stopped(self, stock: str, ast: Any, subscripts: tuple[str, ...]) -> Any:
        """The stock with a net flow that empties it at most."""
        least = negative(arithmetic(["/"], (_reference(stock, subscripts), _STEP)))
        return ae.IntegStructure(call("max", ast.flow, least), ast.initial)


def _reference(own: str, subscripts: Sequence[str]) -> Any:
    name = own.replace(" ", "_")
    return ae.ReferenceStructure(name, ae.SubscriptsReferenceStructure(list(subscripts)) if subscripts else None)
