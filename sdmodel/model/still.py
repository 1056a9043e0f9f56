"""Model → the same model at one moment: time stands still, stocks start where they are told, net flows can be saved.

What is left is a system of equations in its stocks alone, dx/dt = f(x): that is what has equilibria. The clock becomes
an input, and so do the initial values of stocks and what was kept from the start of a run (INITIAL).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sdmodel.model.expr import Expr, Number, Ref, references, rewrite
from sdmodel.model.fold import folded
from sdmodel.model.model import (
    FINAL_TIME,
    TIME,
    Auxiliary,
    Constant,
    Draw,
    FixedDelay,
    Frozen,
    Held,
    Model,
    Stock,
    Variable,
    fields_of,
)
from sdmodel.model.order import at_each_step

CLOCK = "Time @ still"
_END = "FINAL TIME @ still"
_MEMORY = (Held, FixedDelay, Draw)


@dataclass(frozen=True)
class Still:
    """`model` at a moment, whose time is its constant CLOCK; `stocks` and `kept` (INITIAL) in the order of the file.

    A stock starts from the constant `start(stock)`, and the auxiliary `flow(stock)` is its net flow. What `kept` names
    are constants of the same names. `end` is the constant with the FINAL TIME that equations see, however long a run
    at this moment is; empty when that is an equation.
    """

    model: Model
    stocks: tuple[str, ...]
    kept: tuple[str, ...]
    end: str


@dataclass(frozen=True)
class Sorted:
    """The stocks of a model by what they do at given constants, and which of them changes which.

    `dynamic` feed back on each other; `adding_up` are read by none of these; `held` change on their own or not at all,
    whatever the others do. `memory` names samples, fixed delays and random draws behind dynamic stocks, `timed` the
    variables behind them that read the clock.
    """

    dynamic: tuple[str, ...]
    adding_up: tuple[str, ...]
    held: tuple[str, ...]
    memory: tuple[str, ...]
    timed: tuple[str, ...]


def start(stock: str) -> str:
    """The name of the constant from which a stock of a still model starts."""
    return f"{stock} @ start of the moment"


def flow(stock: str) -> str:
    """The name of the auxiliary that is the net flow of a stock of a still model."""
    return f"{stock} @ net flow"


def still(model: Model) -> Still:
    """`model` at one moment."""
    moved = [_moved(one) for one in model.variables]
    stocks = tuple(one.name for one in model.of(Stock))
    changed: list[Variable] = []
    added: list[Variable] = [Constant(name=CLOCK, value=0.0, hidden=True)]
    for one in moved:
        if isinstance(one, Stock):
            added.append(Constant(name=start(one.name), unit=one.unit, value=0.0, hidden=True))
            added.append(Auxiliary(name=flow(one.name), equation=one.net_flow, hidden=True))
            one = replace(one, initial=Ref(start(one.name)))
        elif isinstance(one, Frozen):
            one = Constant(**fields_of(one), value=0.0)
        changed.append(one)
    end = model[FINAL_TIME]
    added.append(replace(end, name=_END, hidden=True))
    changed.append(Constant(name=end.name, unit=end.unit, value=0.0))
    kept = tuple(one.name for one in model.of(Frozen))
    return Still(model.replaced(changed, added), stocks, kept, _END if isinstance(end, Constant) else "")


def sorted_stocks(one: Still, known: Mapping[str, float]) -> Sorted:
    """The stocks of a still model when its constants have the numbers of `known` and all others their own.

    What a coefficient of zero cuts off counts as cut off. Constants that are to vary must be left out: pass NaN.
    """
    reach = _Reach(one, {name: value for name, value in {**one.model.constants, **known}.items() if value == value})
    reads = {stock: reach.of(one.model[flow(stock)]) for stock in one.stocks}
    held = {stock for stock in one.stocks if not reads[stock]}
    dynamic = [stock for stock in one.stocks if stock not in held]
    while adding := [stock for stock in dynamic if not any(stock in reads[other] for other in dynamic)]:
        dynamic = [stock for stock in dynamic if stock not in adding]
    behind = dict.fromkeys(name for stock in dynamic for name in sorted(reads[stock]))
    read = set(behind).intersection(held)
    return Sorted(
        dynamic=tuple(dynamic),
        adding_up=tuple(s for s in one.stocks if s not in dynamic and s not in read),
        held=tuple(stock for stock in one.stocks if stock in read),
        memory=tuple(name for name in behind if name in one.model and isinstance(one.model[name], _MEMORY)),
        timed=tuple(dict.fromkeys(name for stock in dynamic for name in reach.timed(stock))),
    )


class _Reach:
    """Which stocks, memories and readers of the clock stand behind each auxiliary, with known constants folded in."""

    def __init__(self, one: Still, known: Mapping[str, float]) -> None:
        self.model, self.known = one.model, {name: value for name, value in known.items() if name != CLOCK}
        for stock in one.stocks:
            self.known.pop(start(stock), None)
        for name in one.kept:
            self.known.pop(name, None)
        self.behind: dict[str, set[str]] = {}
        self.clock: dict[str, set[str]] = {}
        for name in at_each_step(one.model):
            variable = one.model[name]
            assert isinstance(variable, Auxiliary)
            expr = folded(variable.equation, self.known)
            if isinstance(expr, Number):
                self.known[name] = expr.value
            self.behind[name], self.clock[name] = self._behind(expr), self._timed(variable, expr)

    def of(self, variable: Variable) -> set[str]:
        """Names of the stocks and memories behind an auxiliary, those behind a memory among them."""
        found: set[str] = set()
        waiting = list(self.behind[variable.name])
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += self.remembered(name)
        return found

    def remembered(self, name: str) -> set[str]:
        """What a memory is made of; nothing for a stock."""
        one = self.model[name]
        if not isinstance(one, Held | FixedDelay):
            return set()
        expr = one.next if isinstance(one, Held) else one.input
        return self._behind(folded(expr, self.known))

    def timed(self, stock: str) -> list[str]:
        """Names of what reads the clock behind the net flow of a stock, as the modeller wrote them."""
        return sorted(self.clock[flow(stock)])

    def _behind(self, expr: Expr) -> set[str]:
        found: set[str] = set()
        for name in references(expr):
            if name in self.behind:
                found |= self.behind[name]
            elif name in self.model and isinstance(self.model[name], (Stock, *_MEMORY)):
                found.add(self.model[name].name)
        return found

    def _timed(self, variable: Variable, expr: Expr) -> set[str]:
        found: set[str] = set()
        for name in references(expr):
            found |= self.clock.get(name, set())
            if name == CLOCK:
                found.add(variable.name.removesuffix(" @ net flow"))
        return found


def _moved(variable: Variable) -> Variable:
    """`variable` with the clock and the end of the run replaced by constants in all its equations."""

    def change(node: Expr) -> Expr:
        if isinstance(node, Ref) and node.name == TIME:
            return Ref(CLOCK)
        return Ref(_END) if isinstance(node, Ref) and node.name == FINAL_TIME else node

    if isinstance(variable, Auxiliary):
        return replace(variable, equation=rewrite(variable.equation, change), initial=None)
    if isinstance(variable, Stock):
        return replace(variable, net_flow=rewrite(variable.net_flow, change))
    if isinstance(variable, Held):
        return replace(variable, next=rewrite(variable.next, change), initial=rewrite(variable.initial, change))
    if isinstance(variable, FixedDelay):
        initial = rewrite(variable.initial, change)
        return replace(
            variable, input=rewrite(variable.input, change), delay=rewrite(variable.delay, change), initial=initial
        )
    return variable
