"""Euler's method and two of Runge and Kutta: their order, their exact steps, and what changes once a whole step."""

import math
from dataclasses import replace

import numpy as np
import pytest

from sdmodel.engine.compiled import simulate
from sdmodel.errors import ExperimentError
from sdmodel.model.evaluate import evaluate
from sdmodel.model.expr import Apply, Number, Ref
from sdmodel.model.model import (
    INTEGRATIONS,
    TIME,
    Auxiliary,
    Constant,
    FixedDelay,
    Frozen,
    Held,
    Model,
    Stock,
)
from sdmodel.model.order import at_each_step, at_the_start
from sdmodel.model.shallow import DEEPEST, shallow
from sdmodel.model.switches import HEAD, switched_by_step

ORDER = {"euler": 1, "rk2": 2, "heun": 2, "rk4": 4}


def op(operation, *arguments):
    """An operation on expressions, names and numbers."""
    return Apply(operation, tuple(_expr(argument) for argument in arguments))


def _expr(argument):
    if isinstance(argument, str):
        return Ref(argument)
    return Number(float(argument)) if isinstance(argument, int | float) else argument


def model_of(*variables, stop=8.0, step=0.5, path="m.mdl", **options):
    """A model that starts at time 0 and saves every step."""
    settings = {"INITIAL TIME": 0.0, "FINAL TIME": stop, "TIME STEP": step, "SAVEPER": step}
    controls = [Constant(name=name, value=value) for name, value in settings.items()]
    return Model("m", (*controls, *variables), path, **options)


def stock(name, net_flow, initial=1.0):
    """A stock of expressions, names or numbers."""
    return Stock(name=name, net_flow=_expr(net_flow), initial=_expr(initial))


DECAY = (stock("s", op("multiply", -0.7, "s")),)
OSCILLATOR = (stock("x", "v", 1.0), stock("v", op("negate", "x"), 0.0))
EPIDEMIC = (
    Auxiliary(name="infection", equation=op("divide", op("multiply", op("multiply", 1.2, "healthy"), "ill"), 1000)),
    Auxiliary(name="recovery", equation=op("divide", "ill", 4)),
    stock("healthy", op("negate", "infection"), 990.0),
    stock("ill", op("subtract", "infection", "recovery"), 10.0),
)
FORCED = (stock("s", op("subtract", op("cos", TIME), "s"), 0.0),)


def last(variables, integration, step, name, stop=8.0, **options):
    """The last value of a run."""
    model = model_of(*variables, step=step, stop=stop, **options)
    return float(simulate(model, integration=integration, save=[name])[name].values[0, -1])


@pytest.mark.parametrize("integration", INTEGRATIONS)
@pytest.mark.parametrize("path", ["m.mdl", "m.xmile"])
@pytest.mark.parametrize(
    ("variables", "name", "exact"),
    [
        (DECAY, "s", math.exp(-0.7 * 8)),
        (OSCILLATOR, "x", math.cos(8)),
        (EPIDEMIC, "ill", None),
        (FORCED, "s", (math.cos(8) + math.sin(8) - math.exp(-8)) / 2),
    ],
)
def test_half_the_step_divides_the_error_by_two_to_the_order(integration, path, variables, name, exact):
    """By 2 under Euler's method, by 4 under the second order of Vensim and of XMILE, by 16 under the fourth."""
    if exact is None:
        exact = last(variables, "rk4", 1 / 512, name)
    coarse, fine = (abs(last(variables, integration, step, name, path=path) - exact) for step in (1 / 16, 1 / 32))
    assert math.log2(coarse / fine) == pytest.approx(ORDER[integration], abs=0.25)


# --- a second program, plain and slow, for the same rules -----------------------------------------------------------


TABLEAUS = {
    "euler": ((0.0, 1.0),),
    "midpoint": ((0.0, 0.0), (0.5, 1.0)),
    "heun": ((0.0, 0.5), (1.0, 0.5)),
    "rk4": ((0.0, 1 / 6), (0.5, 1 / 3), (0.5, 1 / 3), (1.0, 1 / 6)),
}


def plainly(model, tableau):
    """Values [step] by name of a run of `model` in plain Python: each stage is `(time in steps, weight)`."""
    order = at_each_step(model)
    known = {variable.name: variable.value for variable in model.of(Constant)} | {TIME: model.constants["INITIAL TIME"]}

    def of(expr, values):
        return evaluate(expr, values.__getitem__, model.__getitem__)

    for name in at_the_start(model):
        variable = model[name]
        expr = getattr(variable, "equation", None) or variable.initial
        known[name] = of(expr, known)
    step, memory = model.constants["TIME STEP"], [*model.of(Stock, Held, FixedDelay)]
    lags = {
        variable.name: max(1, int(of(variable.delay, known) / step + 0.500001)) for variable in model.of(FixedDelay)
    }
    entered = {name: [known[name]] * lag for name, lag in lags.items()}
    frozen = {variable.name for variable in (*model.of(Constant, Frozen), *memory)}
    state, rows = {name: value for name, value in known.items() if name in frozen}, []
    for number in range(int(model.constants["FINAL TIME"] / step) + 1):
        head, rates = dict(state), []
        for place, (share, _) in enumerate(TABLEAUS[tableau]):
            values = dict(head) | {TIME: (number + share) * step}
            for variable in model.of(Stock) if place else ():
                values[variable.name] = head[variable.name] + share * step * rates[-1][variable.name]
            for name in order:
                values[name] = of(model[name].equation, values)
            rates.append({variable.name: of(variable.net_flow, values) for variable in model.of(Stock)})
            if place == 0:
                rows.append(values)
        for variable in memory:
            if isinstance(variable, Stock):
                shares = zip(TABLEAUS[tableau], rates, strict=True)
                state[variable.name] += step * sum(weight * rate[variable.name] for (_, weight), rate in shares)
            elif isinstance(variable, Held):
                state[variable.name] = of(variable.next, rows[-1])
            else:
                entered[variable.name].append(of(variable.input, rows[-1]))
                state[variable.name] = entered[variable.name][number + 1]
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


MEMORIES = (
    Constant(name="k", value=0.3),
    Auxiliary(name="wave", equation=op("add", op("sin", op("multiply", 2, TIME)), "late")),
    Auxiliary(name="inflow", equation=op("multiply", "k", op("subtract", op("add", "wave", "taken"), "s"))),
    stock("s", "inflow", op("multiply", "k", 10)),
    stock("u", op("subtract", op("multiply", "s", "s"), "u"), "start"),
    Frozen(name="start", equation=op("add", "s", 1)),
    FixedDelay(name="late", input=op("add", "s", "wave"), delay=_expr(1.5), initial=op("multiply", "s", 2)),
    Held(name="taken", next=op("select", op("greater", "u", 6), "s", "taken"), initial=Number(-1.0)),
)


@pytest.mark.parametrize(
    ("integration", "tableau"), [("euler", "euler"), ("rk2", "midpoint"), ("heun", "heun"), ("rk4", "rk4")]
)
def test_each_step_is_that_of_a_plain_program(integration, tableau):
    """Samples and fixed delays change once a step under each method; what is saved is of the head of a step.

    Vensim's second order goes half a step; that of XMILE takes the mean of both ends.
    """
    model = model_of(*MEMORIES)
    names = ["s", "u", "wave", "inflow"]
    runs, wanted = simulate(model, integration=integration, save=names), plainly(model, tableau)
    for name in names:
        np.testing.assert_allclose(runs[name].values[0], wanted[name], rtol=1e-12, err_msg=name)
    assert np.ptp(wanted["taken"]) > 1, "the sample was taken on the way"


def test_small_steps_lead_to_the_exact_solution_of_scipy():
    """The fourth order and SciPy's solver of adaptive steps agree on an epidemic to eight digits."""
    from scipy.integrate import solve_ivp  # here: half a second of import for one test

    def rates(_, state):
        infection = 1.2 * state[0] * state[1] / 1000
        return [-infection, infection - state[1] / 4]

    exact = solve_ivp(rates, (0, 20), [990.0, 10.0], rtol=1e-11, atol=1e-11).y[1, -1]
    assert last(EPIDEMIC, "rk4", 1 / 32, "ill", stop=20.0) == pytest.approx(exact, rel=1e-8)


def test_the_method_is_that_of_the_model_unless_another_is_asked_for():
    """`integration` of the model counts, and `integration=` goes before it; runs tell which it was."""
    model = model_of(*DECAY)
    runs = simulate(replace(model, integration="rk4"))
    assert runs.attrs["integration"] == "rk4"
    np.testing.assert_array_equal(runs["s"], simulate(model, integration="rk4")["s"])
    assert simulate(replace(model, integration="rk4"), integration="euler")["s"].equals(simulate(model)["s"])
    assert not runs["s"].equals(simulate(model)["s"])


def test_a_method_that_does_not_exist_is_refused_with_those_that_do():
    """The message names the nearest one."""
    with pytest.raises(ExperimentError, match=r'no method of integration .rk3.*Did you mean "rk.".*rk2, heun, rk4'):
        simulate(model_of(*DECAY), integration="rk3")


@pytest.mark.parametrize("integration", ["rk2", "rk4"])
def test_runs_are_the_same_alone_and_among_others_on_any_number_of_threads(integration, table):
    """Bit for bit, for 1, 7, 8, 9 and 1000 members."""
    model = model_of(*MEMORIES, integration=integration)
    values = np.linspace(0.1, 0.9, 1000)
    every = simulate(model, table({"k": values}), save=["s", "u"], threads=2)
    for n in (1, 7, 8, 9):
        few = simulate(model, table({"k": values[:n]}), save=["s", "u"], threads=1)
        for name in ("s", "u"):
            np.testing.assert_array_equal(few[name], every[name][:n])


@pytest.mark.parametrize("integration", ["rk2", "rk4"])
def test_a_failure_between_two_steps_is_told_with_its_stock(integration):
    """A stock that overflows at some stage only is the one that is named."""
    model = model_of(stock("s", op("exp", op("multiply", "s", 300)), 1.0), integration=integration)
    runs = simulate(model)
    assert bool(runs["failed"].values[0])
    assert (
        '"s" is inf at time 0.5' in runs.attrs["failures"][0] or '"s" is nan at time 0.5' in runs.attrs["failures"][0]
    )


# --- switches on time -------------------------------------------------------------------------------------------------

LATER = op("select", op("greater_equal", TIME, 2), 1, 0)


@pytest.mark.parametrize(("integration", "order"), [("rk2", 2), ("rk4", 4)])
def test_a_step_input_does_not_spoil_the_order(integration, order):
    """A switch on time alone moves once a step, as Vensim's do, even if auxiliaries stand between."""
    between = (
        Auxiliary(name="since", equation=op("subtract", TIME, 2)),
        Auxiliary(name="on", equation=op("select", op("greater_equal", "since", 0), 1, 0)),
        stock("s", op("subtract", "on", "s"), 0.0),
    )
    for variables in ((stock("s", op("subtract", LATER, "s"), 0.0),), between):
        exact = 1 - math.exp(-6)
        coarse, fine = (abs(last(variables, integration, step, "s") - exact) for step in (1 / 8, 1 / 16))
        assert math.log2(coarse / fine) == pytest.approx(order, abs=0.3)


def test_a_pulse_that_is_one_step_long_pours_out_all_of_itself():
    """Its height is 1/TIME STEP, so that a stock gets 1 under each method."""
    during = op("select", op("less", op("absolute", op("subtract", TIME, 2)), 0.25), op("divide", 1, "TIME STEP"), 0)
    for integration in INTEGRATIONS:
        assert last((stock("s", during, 0.0),), integration, 0.5, "s") == pytest.approx(1, rel=1e-12)


def test_a_switch_on_a_stock_is_decided_at_each_stage():
    """Only time is held: IF THEN ELSE on a stock, or on a stock and time, follows the stock."""
    full = op("select", op("greater", op("add", "s", op("multiply", 0, TIME)), 1.2), 0, 1)
    model = model_of(stock("s", full, 1.0), step=0.5, stop=0.5)
    runs = simulate(model, integration="rk4")
    # at stages: 1 → 1; 1.25 → 0; 1 → 1; 1.5 → 0; so the share of the step is (1 + 2·0 + 2·1 + 0) / 6
    assert runs["s"].values[0, -1] == pytest.approx(1 + 0.5 * 3 / 6)


def test_a_model_is_switched_by_step_only_where_it_has_stages():
    """Euler's method leaves the model as it is; others add a hidden clock, and copies of what lies between."""
    model = model_of(Auxiliary(name="since", equation=op("subtract", TIME, 2)), stock("s", LATER, 0.0))
    assert switched_by_step(model) is model
    added = switched_by_step(replace(model, integration="rk4")).variables[len(model.variables) :]
    assert [variable.name for variable in added] == [HEAD]
    assert all(variable.hidden for variable in added)


# --- deep expressions -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("right", [False, True])
@pytest.mark.parametrize("integration", ["euler", "rk4"])
def test_an_expression_of_five_thousand_operations_is_no_deeper_than_python_follows(right, integration):
    """The sum of a large array, in whichever order it was written."""
    total = Ref("s")
    for _ in range(5000):
        total = op("add", "k", total) if right else op("add", total, "k")
    model = model_of(
        Constant(name="k", value=0.001), Auxiliary(name="sum", equation=total), stock("s", "sum"), stop=1.0
    )
    runs = simulate(model, integration=integration)
    assert runs["sum"].values[0, 0] == pytest.approx(6, rel=1e-12)
    assert set(runs.data_vars) == {"sum", "s", "failed"}, "what was added is hidden"


def test_shallow_expressions_stay_as_they_are():
    """Only what is deeper than the limit is cut, into parts that keep the order of operations."""
    model = model_of(*MEMORIES)
    assert shallow(model) is model
    deep = Ref("s")
    for _ in range(DEEPEST + 1):
        deep = op("divide", deep, "k")
    cut = shallow(model_of(Constant(name="k", value=2.0), stock("s", 0, 1), Auxiliary(name="a", equation=deep)))
    assert [variable.name for variable in cut.variables if variable.hidden] == ["a equation, part 1"]
    assert simulate(cut)["a"].values[0, 0] == 2.0 ** -(DEEPEST + 1)
