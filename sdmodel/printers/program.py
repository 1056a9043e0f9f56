"""Model + names to save → Program: what to compute at the start, at each step, at each saved time, and no more."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sdmodel.model.expr import Apply, Expr, Interpolate, references, walk
from sdmodel.model.model import Auxiliary, Constant, Draw, FixedDelay, Frozen, Held, Model, Stock, Variable
from sdmodel.model.order import at_the_start, starting
from sdmodel.model.switches import HEAD, JUMPING, deciding

Needs = Callable[[Variable], tuple[Expr, ...]]
LONG = {"exp", "log", "power"}


@dataclass(frozen=True)
class Program:
    """Names in the order of computation.

    `inputs`: every constant of the model, so that one kernel serves any experiment. `start`: all that has an initial
    value which is needed. `step`: the memory that is alive, each after the auxiliaries that its change needs; these
    come as late as they can, so that few values wait at a time. `save`: auxiliaries that only saved values need.
    `delays`: the fixed delays among the memory, whose histories are kept. `exact`: auxiliaries on which a switch
    depends at the same time, so that a rounding error of 1e-16 in them could become a jump. `draws`: whether anything
    is random.
    """

    model: Model
    inputs: tuple[str, ...]
    start: tuple[str, ...]
    step: tuple[str, ...]
    save: tuple[str, ...]
    saved: tuple[str, ...]
    delays: tuple[FixedDelay, ...]
    exact: frozenset[str]
    draws: bool


def program(model: Model, saved: Iterable[str]) -> Program:
    """The program that computes `saved` (the model's own names) and nothing that they do not need."""
    wanted = tuple(model[name].name for name in saved)
    alive = [variable for variable in _closure(model, wanted, _running) if variable.name != HEAD]  # kernels know it
    memory = [variable.name for variable in alive if isinstance(variable, Stock | Held | FixedDelay)]
    step = _depth_first(model, [*_long_first(model, memory), *memory])
    save = _depth_first(model, wanted, known=step)
    starts = _closure(model, [variable.name for variable in alive if _has_start(variable)], starting)
    begun = {variable.name for variable in starts}
    return Program(
        model=model,
        inputs=tuple(variable.name for variable in model.of(Constant)),
        start=tuple(name for name in at_the_start(model) if name in begun),
        step=tuple(step),
        save=tuple(name for name in save if isinstance(model[name], Auxiliary)),
        saved=wanted,
        delays=tuple(variable for variable in alive if isinstance(variable, FixedDelay)),
        exact=_exact(model, alive),
        draws=any(isinstance(variable, Draw) for variable in (*alive, *starts)),
    )


def dependencies(model: Model, name: str) -> list[Variable]:
    """The variable of that name and all that it depends on while the run goes on, in the model's order."""
    return _closure(model, [model[name].name], _running)


def _running(variable: Variable) -> tuple[Expr, ...]:
    """What is computed of `variable` while the run goes on."""
    if isinstance(variable, Auxiliary):
        return (variable.equation,)
    if isinstance(variable, Stock):
        return (variable.net_flow,)
    if isinstance(variable, Held):
        return (variable.next,)
    return (variable.input,) if isinstance(variable, FixedDelay) else ()


def _depth_first(model: Model, roots: Iterable[str], known: Iterable[str] = ()) -> list[str]:
    """`roots`, each directly after the auxiliaries that it needs and that are not there yet; none of `known`."""
    done, order = set(known), []
    for root in roots:
        pending = [(root, False)]
        while pending:
            name, is_ready = pending.pop()
            if name in done:
                continue
            if is_ready:
                done.add(name)
                order.append(name)
                continue
            pending.append((name, True))
            needed = [model[read].name for expr in _running(model[name]) for read in references(expr) if read in model]
            waiting = [read for read in needed if read not in done and isinstance(model[read], Auxiliary)]
            pending.extend((read, False) for read in reversed(waiting))
    return order


def _long_first(model: Model, memory: list[str]) -> list[str]:
    """What to compute first so that long computations which do not need each other stand side by side.

    Each exponential is a chain of instructions that wait for one another; only with others beside it is the processor
    busy. Rank by rank: all that the auxiliaries of a rank need, then these auxiliaries together.
    """
    ranks: dict[int, list[str]] = {}
    rank: dict[str, int] = {}
    for name in _depth_first(model, memory):
        variable = model[name]
        if not isinstance(variable, Auxiliary):
            continue
        below = max(
            (rank.get(model[read].name, 0) for read in references(variable.equation) if read in model), default=0
        )
        is_long = any(isinstance(node, Apply) and node.operation in LONG for node in walk(variable.equation))
        rank[name] = below + is_long
        if is_long:
            ranks.setdefault(rank[name], []).append(name)
    order = []
    for _, names in sorted(ranks.items()):
        for name in names:
            needed = [model[read].name for expr in _running(model[name]) for read in references(expr) if read in model]
            order += [read for read in needed if isinstance(model[read], Auxiliary)]
        order += names
    return order


def _exact(model: Model, alive: Iterable[Variable]) -> frozenset[str]:
    switching = [expr for variable in alive for whole in variable.expressions() for expr in switches(model, whole)]
    read = [name for expr in switching for name in references(expr) if name in model]
    return frozenset(variable.name for variable in _closure(model, read, _auxiliary_alone))


def switches(model: Model, expr: Expr) -> list[Expr]:
    """The parts of an expression whose smallest change can make its value jump."""
    found: list[Expr] = []
    for node in walk(expr):
        if isinstance(node, Apply):
            found += node.arguments[: deciding(node)]
        elif isinstance(node, Interpolate) and getattr(model[node.table], "beyond", "") in JUMPING:
            found.append(node.argument)
    return found


def _auxiliary_alone(variable: Variable) -> tuple[Expr, ...]:
    return (variable.equation,) if isinstance(variable, Auxiliary) else ()


def _has_start(variable: Variable) -> bool:
    return isinstance(variable, Stock | Held | FixedDelay | Frozen)


def _closure(model: Model, names: Iterable[str], needs: Needs) -> list[Variable]:
    """The variables of `names` and all that their expressions, as `needs` gives them, read; in the model's order."""
    found: set[str] = set()
    pending = [name for name in names if name in model]
    while pending:
        variable = model[pending.pop()]
        if variable.name in found:
            continue
        found.add(variable.name)
        for expr in needs(variable):
            pending.extend(name for name in references(expr) if name in model)
    return [variable for variable in model.variables if variable.name in found]
