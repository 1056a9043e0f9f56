"""Model → the values that its vector C computes: each once, with how long it holds, as an engineer would arrange them.

What depends on constants only holds for a run; what changes only when a switch in time flips holds for a phase; equal
expressions are one value. Products and quotients are rearranged so that divisors which stand still become one
reciprocal, and a divisor that is used twice one reciprocal, too.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from benchmarks.absent import Absent
from sdmodel.model.expr import Apply, Expr, Interpolate, Number, Ref
from sdmodel.model.model import TIME, Auxiliary, Frozen, Model, Stock, Table
from sdmodel.model.operations import OPERATIONS
from sdmodel.printers.program import Program, program

LITERAL, RUN, PHASE, STEP = range(4)
COMPARES = {"less": "<", "less_equal": "<=", "greater": ">", "greater_equal": ">=", "equal": "==", "not_equal": "!="}
TRUTHS = {name for name, operation in OPERATIONS.items() if operation.truth} | {"truth"}
KNOWN = {*COMPARES, "add", "subtract", "negate", "and", "or", "not", "select", "minimum", "maximum", "absolute"} | {
    *("exp", "log", "power", "sqrt"),
}
TAKES_TRUTHS = {"and", "or", "not"}


@dataclass(frozen=True)
class Node:
    """One value: what it is made of and how long it holds."""

    operation: str
    arguments: tuple[int, ...]
    level: int
    text: str = ""  # of a literal, an input, a stock or a table

    @property
    def is_truth(self) -> bool:
        return self.operation in TRUTHS


@dataclass
class Values:
    """All values of a program, each once; a value is known by its number."""

    model: Model
    shared: frozenset[tuple[int, ...]]  # divisors that stand in more than one quotient
    nodes: list[Node] = field(default_factory=list)
    thresholds: list[int] = field(default_factory=list)
    divisors: Counter[tuple[int, ...]] = field(default_factory=Counter)
    tables: dict[str, str] = field(default_factory=dict)
    _places: dict[Node, int] = field(default_factory=dict)

    def add(self, operation: str, *arguments: int, level: int = LITERAL, text: str = "") -> int:
        """The number of that value, which may be known already."""
        level = max([level, *(self.nodes[argument].level for argument in arguments)])
        node = Node(operation, arguments, level, text)
        if node not in self._places:
            self._places[node] = len(self.nodes)
            self.nodes.append(node)
        return self._places[node]

    def literal(self, value: float) -> int:
        return self.add("literal", text=float(value).hex())

    def of(self, expr: Expr, known: dict[str, int]) -> int:
        """The value of an expression, where `known` tells the values of variables."""
        if isinstance(expr, Number):
            return self.literal(expr.value)
        if isinstance(expr, Ref):
            return known[self.model[expr.name].name if expr.name != TIME else TIME]
        if isinstance(expr, Interpolate):
            table = self.model[expr.table]
            assert isinstance(table, Table)
            return self.add("table", self.number(self.of(expr.argument, known)), text=self.table(table))
        if expr.operation in ("multiply", "divide"):
            return self.product(expr, known)
        return self.applied(expr.operation, *(self.of(argument, known) for argument in expr.arguments))

    def applied(self, operation: str, *arguments: int) -> int:
        """An operation on values, each turned to a truth or number as it needs it."""
        if operation not in KNOWN:
            raise Absent(f"the generated C has no {operation}")
        takes = [operation in TAKES_TRUTHS or (operation == "select" and place == 0) for place in range(len(arguments))]
        fitting = [self.truth(one) if truth else self.number(one) for one, truth in zip(arguments, takes, strict=True)]
        if operation in COMPARES and (switch := self.switch(operation, *fitting)) is not None:
            return switch
        return self.add(operation, *fitting)

    def switch(self, operation: str, one: int, other: int) -> int | None:
        """A comparison of the clock with what stands still: it holds until the next threshold."""
        clocks = [self.nodes[value].operation == "clock" for value in (one, other)]
        still = other if clocks[0] else one
        if clocks.count(True) != 1 or self.nodes[still].level > RUN:
            return None
        self.thresholds.append(still)
        node = Node(operation, (one, other), PHASE)
        if node not in self._places:
            self._places[node] = len(self.nodes)
            self.nodes.append(node)
        return self._places[node]

    def number(self, value: int) -> int:
        return self.add("number", value) if self.nodes[value].is_truth else value

    def truth(self, value: int) -> int:
        return value if self.nodes[value].is_truth else self.add("truth", value)

    def product(self, expr: Apply, known: dict[str, int], *factor: int) -> int:
        """Factors and divisors of a chain, those that hold longest first."""
        above, below = [*factor], []
        for part, is_factor in _chain(expr):
            (above if is_factor else below).append(self.number(self.of(part, known)))
        still = [value for value in below if self.nodes[value].level < STEP]
        moving = tuple(sorted(value for value in below if self.nodes[value].level == STEP))
        if moving:
            self.divisors[moving] += 1
        above += [self.add("divide", self.literal(1.0), value) for value in still]
        if moving in self.shared:
            above.append(self.add("divide", self.literal(1.0), self.multiplied(list(moving))))
            moving = ()
        result = self.multiplied(above)
        return self.add("divide", result, self.multiplied(list(moving))) if moving else result

    def multiplied(self, values: list[int]) -> int:
        """The product of values, those that hold longest together."""
        ordered = sorted(values, key=lambda value: (self.nodes[value].level, value)) or [self.literal(1.0)]
        result = ordered[0]
        for value in ordered[1:]:
            result = self.add("multiply", result, value)
        return result

    def table(self, table: Table) -> str:
        """The name of the C function that reads a table."""
        if table.beyond != "hold":
            raise Absent(f'the generated C has no tables that go on "{table.beyond}"')
        return self.tables.setdefault(table.name, f"table_{len(self.tables)}")


def _chain(expr: Expr, is_factor: bool = True) -> Iterator[tuple[Expr, bool]]:
    """The parts of nested products and quotients, and which of them are factors."""
    if not isinstance(expr, Apply) or expr.operation not in ("multiply", "divide"):
        yield expr, is_factor
        return
    yield from _chain(expr.arguments[0], is_factor)
    yield from _chain(expr.arguments[1], is_factor == (expr.operation == "multiply"))


@dataclass(frozen=True)
class Kernel:
    """Numbers of values: of each stock at the start and at the next step, and of each saved variable."""

    values: Values
    inputs: tuple[str, ...]
    stocks: tuple[str, ...]
    initial: tuple[int, ...]
    following: tuple[int, ...]
    saved: tuple[int, ...]


def kernel(model: Model, saved: Iterable[str]) -> Kernel:
    """The values of a model; a first pass finds the divisors that are used twice."""
    plan = program(model, saved)
    first = _kernel(plan, frozenset())
    return _kernel(plan, frozenset(divisors for divisors, times in first.values.divisors.items() if times > 1))


def _kernel(plan: Program, shared: frozenset[tuple[int, ...]]) -> Kernel:
    model, values = plan.model, Values(plan.model, shared)
    if model.integration != "euler":
        raise Absent(f"the generated C has Euler's method only, not {model.integration}")
    others = sorted(
        {type(model[name]).__name__ for name in plan.step if not isinstance(model[name], Auxiliary | Stock)}
    )
    if others:
        raise Absent(f"the generated C has no {', '.join(others)}")
    known = {name: values.add("input", level=RUN, text=str(place)) for place, name in enumerate(plan.inputs)}
    dt = values.add("step", level=RUN)
    begun = known | {TIME: values.add("start", level=RUN)}
    for name in plan.start:
        begun[name] = values.number(values.of(_initial(model, name), begun))
    stocks = tuple(name for name in plan.step if isinstance(model[name], Stock))
    known |= {name: begun[name] for name in plan.start if isinstance(model[name], Frozen)}
    known |= {name: values.add("stock", level=STEP, text=str(place)) for place, name in enumerate(stocks)}
    known[TIME] = values.add("clock", level=STEP)
    following: dict[str, int] = {}
    for name in (*plan.step, *plan.save):
        variable = model[name]
        if isinstance(variable, Auxiliary):
            known[name] = values.of(variable.equation, known)
        elif isinstance(variable, Stock):
            change = values.product(Apply("multiply", (variable.net_flow, Number(1.0))), known, dt)
            following[name] = values.add("add", known[name], change)
    saved = tuple(values.number(known[name]) for name in plan.saved)
    return Kernel(values, plan.inputs, stocks, tuple(begun[name] for name in stocks),
                  tuple(following[name] for name in stocks), saved)  # fmt: skip


def _initial(model: Model, name: str) -> Expr:
    variable = model[name]
    if isinstance(variable, Auxiliary):
        return variable.equation if variable.initial is None else variable.initial
    if isinstance(variable, Frozen):
        return variable.equation
    if isinstance(variable, Stock):
        return variable.initial
    raise Absent(f"the generated C has no {type(variable).__name__}")
