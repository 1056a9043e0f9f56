"""Functions that remember (SMOOTH, DELAY, TREND, SAMPLE IF TRUE, INITIAL …) → stocks and other memory, plus a value.

Each returns the expression of the function's value and the hidden variables that it needs. Rules follow PySD's
`py_backend/statefuls.py`, which follows Vensim's manual; see also Sterman (2000), Business Dynamics, ch. 11.
"""

from collections.abc import Callable

from sdmodel.model.expr import Expr, Number, Ref
from sdmodel.model.model import Auxiliary, FixedDelay, Frozen, Held, Stock, Variable
from sdmodel.read.functions import finance, lags
from sdmodel.read.functions.arithmetic import zidz
from sdmodel.read.functions.draws import RANDOM_CALLS, random_lookup
from sdmodel.read.functions.notation import ONE, STEP, UNDEFINED, Remembered, op

MOST_STAGES = 12  # of a delay whose order is known only when a run starts


def _asked_order(name: str, order: int | Expr) -> tuple[Expr, int, tuple[Variable, ...]]:
    """The order, how many stages to lay out, and what is added to the model; an order is fixed at the start.

    One that is computed may have up to 12 stages and loses its fraction; above 12 or below 1 it is not a number, so
    that the run counts as failed.
    """
    if isinstance(order, int):
        return Number(float(order)), order, ()
    whole = op("truncate", order)
    fits = op("and", op("greater_equal", whole, ONE), op("less_equal", whole, Number(float(MOST_STAGES))))
    frozen = Frozen(name=f"{name} asked order", equation=op("select", fits, whole, UNDEFINED), hidden=True)
    return Ref(frozen.name), MOST_STAGES, (frozen,)


def smooth(name: str, value: Expr, time: Expr, initial: Expr, order: int | Expr) -> Remembered:
    """Exponential smoothing of any order: a chain of stocks, each following the one before."""
    asked, most, extra = _asked_order(name, order)
    names = [f"{name} stage {stage}" for stage in range(1, most + 1)]
    before = [value, *(Ref(stage) for stage in names)]
    rate = op("divide", asked, time)
    stocks = tuple(
        Stock(
            name=stage, net_flow=op("multiply", op("subtract", follows, Ref(stage)), rate), initial=initial, hidden=True
        )
        for stage, follows in zip(names, before, strict=False)
    )
    shown = Ref(names[-1]) if isinstance(order, int) else _at_order(asked, [Ref(stage) for stage in names])
    return shown, (*extra, *stocks)


def effective_order(name: str, order: int | Expr, time: Expr) -> tuple[Expr, int, tuple[Variable, ...]]:
    """The order of a delay, lowered at the start while a stage would be shorter than a time step; and its stages."""
    asked, most, extra = _asked_order(name, order)
    if order == 1:
        return ONE, 1, ()
    expr: Expr = ONE if isinstance(order, int) else op("minimum", ONE, asked)
    for stages in range(2, most + 1):
        fits = op("less_equal", op("multiply", Number(float(stages)), STEP), time)
        if not isinstance(order, int):
            fits = op("and", fits, op("less_equal", Number(float(stages)), asked))
        expr = op("select", fits, Number(float(stages)), expr)
    return Ref(f"{name} order"), most, (*extra, Frozen(name=f"{name} order", equation=expr, hidden=True))


def _at_order(order: Expr, values: list[Expr]) -> Expr:
    """`values[order - 1]`."""
    result = values[0]
    for stages, value in enumerate(values[1:], start=2):
        result = op("select", op("greater_equal", order, Number(float(stages))), value, result)
    return result


def delay(name: str, value: Expr, time: Expr, initial: Expr, order: int | Expr) -> Remembered:
    """Material delay: a chain of stocks that each hold their throughput times the delay time."""
    stages, most, extra = effective_order(name, order, time)
    names = [f"{name} stage {stage}" for stage in range(1, most + 1)]
    outflows: list[Expr] = [op("divide", Ref(stage), time) for stage in names]
    inflows = [value, *outflows]
    content = op("multiply", initial, time)
    stocks = tuple(
        Stock(
            name=stage, net_flow=op("multiply", op("subtract", entering, leaving), stages), initial=content, hidden=True
        )
        for stage, entering, leaving in zip(names, inflows, outflows, strict=False)
    )
    return _at_order(stages, outflows), (*extra, *stocks)


def delay_n(name: str, value: Expr, time: Expr, initial: Expr, order: int | Expr) -> Remembered:
    """Material delay in which each stage keeps the delay time that held when its content entered the chain."""
    stages, most, extra = effective_order(name, order, time)
    names = [f"{name} stage {stage}" for stage in range(1, most + 1)]
    clocks = [f"{name} time {stage}" for stage in range(1, most + 1)]
    times = [time, *(Ref(clock) for clock in clocks)]
    held = tuple(
        Held(name=clock, next=entering, initial=time, hidden=True)
        for clock, entering in zip(clocks, times, strict=False)
    )
    outflows = [op("divide", Ref(stage), own) for stage, own in zip(names, times, strict=False)]
    content = op("multiply", initial, time)
    stocks = tuple(
        Stock(
            name=stage, net_flow=op("multiply", op("subtract", entering, leaving), stages), initial=content, hidden=True
        )
        for stage, entering, leaving in zip(names, [value, *outflows], outflows, strict=False)
    )
    shown = [op("divide", Ref(stage), Ref(clocks[0])) for stage in names]
    return _at_order(stages, shown), (*extra, *held, *stocks)


def delay_fixed(name: str, value: Expr, time: Expr, initial: Expr) -> Remembered:
    """The value of `time` ago, in whole time steps."""
    stored = FixedDelay(name=f"{name} pipeline", input=value, delay=time, initial=initial, hidden=True)
    return Ref(stored.name), (stored,)


def trend(name: str, value: Expr, time: Expr, initial: Expr) -> Remembered:
    """Fractional rate of change of `value`, from its distance to its own average."""
    average = f"{name} average"
    start = op("divide", value, op("add", ONE, op("multiply", initial, time)))
    flow = op("divide", op("subtract", value, Ref(average)), time)
    shown = zidz(op("subtract", value, Ref(average)), op("multiply", time, op("absolute", Ref(average))))
    return shown, (Stock(name=average, net_flow=flow, initial=start, hidden=True),)


def forecast(name: str, value: Expr, time: Expr, horizon: Expr, initial: Expr) -> Remembered:
    """`value` extended over `horizon` by its trend."""
    average = f"{name} average"
    start = op("divide", value, op("add", ONE, initial))
    flow = op("divide", op("subtract", value, Ref(average)), time)
    growth = zidz(op("subtract", value, Ref(average)), op("multiply", time, Ref(average)))
    shown = op("multiply", value, op("add", ONE, op("multiply", growth, horizon)))
    return shown, (Stock(name=average, net_flow=flow, initial=start, hidden=True),)


def sample_if_true(name: str, condition: Expr, value: Expr, initial: Expr) -> Remembered:
    """`value` while `condition` holds, else what it was when the condition last held."""
    memory = f"{name} memory"
    shown = op("select", condition, value, Ref(memory))
    return shown, (Held(name=memory, next=shown, initial=initial, hidden=True),)


def initial(name: str, value: Expr) -> Remembered:
    """The value at the start."""
    frozen = Frozen(name=f"{name} at start", equation=value, hidden=True)
    return Ref(frozen.name), (frozen,)


def active_initial(name: str, value: Expr, at_start: Expr) -> Remembered:
    """`value`, but `at_start` while initial values are worked out."""
    active = Auxiliary(name=f"{name} active", equation=value, initial=at_start, hidden=True)
    return Ref(active.name), (active,)


MEMORY: dict[str, Callable[..., Remembered]] = {
    "smooth": smooth,
    "smooth n": smooth,
    "delay": delay,
    "delay n": delay_n,
    "delay fixed": delay_fixed,
    "trend": trend,
    "forecast": forecast,
    "sample if true": sample_if_true,
    "initial": initial,
    "active initial": active_initial,
}

Arity = int | tuple[int, int | None]

# Calls that need hidden variables: name → (number of arguments, function of a name of its own and the arguments).
MEMORY_CALLS: dict[str, tuple[Arity, Callable[..., Remembered]]] = {
    **RANDOM_CALLS,
    "active initial": (2, active_initial),
    "delay information": (3, lags.delay_information),
    "delay material": ((3, 4), lags.delay_material),
    "derivn": ((1, 2), lags.derivative),
    "history": (2, lags.history),
    "init": (1, initial),
    "initial": (1, initial),
    "npv": ((2, 4), finance.npv),
    "npve": (4, finance.npve),
    "previous": ((1, 2), lags.previous),
    "reinitial": (1, initial),
}

# The same with a table among the arguments: (number of arguments, place of the table from 0, function).
TABLE_MEMORY_CALLS: dict[str, tuple[int, int, Callable[..., Remembered]]] = {
    "delay conveyor": (6, 3, lags.delay_conveyor),
    "random lookup": (6, 0, random_lookup),
}
