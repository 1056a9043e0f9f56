"""Every function of Vensim that needs no memory: compiled kernel against PySD, on awkward arguments."""

import math

import numpy as np
import pytest

from sdmodel.engine import compiled, reference
from sdmodel.model.evaluate import evaluate
from sdmodel.read import read
from sdmodel.read.expand import FUNCTIONS

AWKWARD = (0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -2.5, 3.0, 7.25, 1e-6, -1e-6, 9.9e-7, 1e-300, 2e-308, 1e300, -1e300)
AWKWARD += (709.5, -708.0, 1e15, -12345678.5, 5e-324)
PAIRS = [(x, y) for x in AWKWARD for y in AWKWARD if y != 5e-324]  # a division may multiply by the reciprocal
CALLS = {
    "abs": "ABS(x)",
    "arccos": "ARCCOS(MAX(-1, MIN(1, x)))",
    "arcsin": "ARCSIN(MAX(-1, MIN(1, x)))",
    "arctan": "ARCTAN(x)",
    "cos": "COS(x)",
    "cosh": "COSH(x)",
    "exp": "EXP(x)",
    "if then else": "IF THEN ELSE(x > y, x, y)",
    "integer": "INTEGER(x)",
    "ln": "LN(ABS(x))",
    "log": "LOG(ABS(x) + 1, 10)",
    "max": "MAX(x, y)",
    "min": "MIN(x, y)",
    "modulo": "MODULO(MAX(-1e6, MIN(1e6, x)), MAX(-1e3, MIN(1e3, y)))",
    "pi": "x * PI()",
    "power": "POWER(ABS(x), y)",
    "quantum": "QUANTUM(MAX(-1e6, MIN(1e6, x)), MAX(-1e3, MIN(1e3, y)))",
    "sin": "SIN(x)",
    "sinh": "SINH(x)",
    "sqrt": "SQRT(ABS(x))",
    "tan": "TAN(MAX(-1e6, MIN(1e6, x)))",
    "tanh": "TANH(x)",
    "xidz": "XIDZ(x, y, 7)",
    "zidz": "ZIDZ(x, y)",
}
IN_TIME = {"pulse", "pulse train", "ramp", "step"}
OPERATORS = {
    "sum": "x + y",
    "difference": "x - y",
    "product": "x * y",
    "quotient": "x / y",
    "caret": "ABS(x) ^ y",
    "minus": "-x",
    "minus of power": "-x^2 + y",
    "literal to a power": "-2^2 + x",
    "bracketed literal to a power": "(-2)^2 + x",
    "chain": "2^3^MIN(1, MAX(0, x))",
    "less": "IF THEN ELSE(x < y, 1, 0)",
    "less or equal": "IF THEN ELSE(x <= y, 1, 0)",
    "greater": "IF THEN ELSE(x > y, 1, 0)",
    "at least": "IF THEN ELSE(x >= y, 1, 0)",
    "same": "IF THEN ELSE(x = y, 1, 0)",
    "other": "IF THEN ELSE(x <> y, 1, 0)",
    "both": "IF THEN ELSE(x > 0 :AND: y > 0, 1, 0)",
    "either": "IF THEN ELSE(x > 0 :OR: y > 0, 1, 0)",
    "neither": "IF THEN ELSE(:NOT: (x > 0 :OR: y > 0), 1, 0)",
    "no and": "IF THEN ELSE(:NOT: x > 0 :AND: y > 0, 1, 0)",
    "mixed": "IF THEN ELSE(x > 0 :AND: y > 1 :OR: x < y :AND: y < 0 :OR: x = 3, 1, 0)",
    "played": "GAME(x)",
    "nested": "MAX(MIN(ABS(x), 10), SQRT(ZIDZ(ABS(y), ABS(x) + 1))) + IF THEN ELSE(x > 0, LN(MAX(x, 1)), EXP(-ABS(y)))",
}
EQUATIONS = {f"{name} here": text for name, text in {**CALLS, **OPERATORS}.items()}


def course(name, values):
    points = ", ".join(f"({place}, {value!r})" for place, value in enumerate(values))
    return f"{name} = WITH LOOKUP(Time, ({points}))"


def assert_same(here, there, name, relative=2e-14):
    """Same missing and infinite values; the rest within rounding of the larger."""
    here, there = np.asarray(here, float), np.asarray(there, float)
    np.testing.assert_array_equal(np.isnan(here), np.isnan(there), err_msg=f"{name}: not a number")
    finite = np.isfinite(there)
    np.testing.assert_array_equal(here[~finite], there[~finite], err_msg=f"{name}: infinite")
    np.testing.assert_allclose(here[finite], there[finite], rtol=relative, atol=1e-323, err_msg=name)


@pytest.fixture(scope="module")
def in_time(mdl):
    """All functions on all pairs of awkward numbers, one pair at each time: (model, compiled runs)."""
    calls = [f"{name} = {text}" for name, text in EQUATIONS.items()]
    x, y = (course(name, [pair[place] for pair in PAIRS]) for place, name in enumerate("xy"))
    model = read(mdl(x, y, *calls, stop=len(PAIRS) - 1))
    return model, compiled.simulate(model)


def test_every_function_that_is_tried_here_is_one_of_the_reader():
    """Of those that PySD has too; the others are in test_read_functions_plain."""
    assert set(CALLS) | IN_TIME <= set(FUNCTIONS)


def test_functions_and_operators_agree_with_pysd(in_time):
    """23 functions and 23 uses of operators on 420 pairs: zero, negative, huge, tiny, subnormal, overflowing."""
    model, runs = in_time
    names = [name for name in EQUATIONS if not name.startswith("bracketed literal")]
    again = reference.simulate(model, save=names)
    for name in names:
        assert_same(runs[name].values[0], again[name].values[0], name)


def test_functions_agree_with_plain_evaluation(in_time):
    """The same numbers from `model.evaluate`, which shares no code with the kernel."""
    model, runs = in_time
    for name in EQUATIONS:
        own = [
            evaluate(model[name].equation, lambda read, x=x, y=y: {"x": x, "y": y}[read], lambda table: model[table])
            for x, y in PAIRS
        ]
        assert_same(runs[name].values[0], own, name)


def test_values_that_differ_by_member_give_what_values_in_time_give(in_time, mdl, table):
    """What depends on inputs alone is computed once a run by other instructions: the numbers are the same."""
    _, runs = in_time
    calls = [f"{name} = {text}" for name, text in EQUATIONS.items()]
    model = read(mdl("x = 1", "y = 1", *calls, stop=0))
    by_member = compiled.simulate(model, table({"x": [pair[0] for pair in PAIRS], "y": [pair[1] for pair in PAIRS]}))
    for name in EQUATIONS:
        assert_same(by_member[name].values[:, 0], runs[name].values[0], name, relative=1e-15)


def test_a_minus_before_a_power_binds_looser_than_the_power(mdl):
    """-2^2 is -4 as in Vensim (its own output in the public test models), (-2)^2 is 4; PySD has -4 for both."""
    texts = {
        "a": ("-2^2", -4),
        "b": ("(-2)^2", 4),
        "c": ("3*-2^2", -12),
        "d": ("8/-2^2", -2),
        "e": ("2^-2^2", 1 / 16),
        "f": ("10-2^2", 6),
        "g": ("- 2 ^ 2", -4),
        "h": ("1e2-1.5e1^2", -125),
        "i": ("MAX(-3^2, -10)", -9),
        "k": ("(-2^2)", -4),
        "l": ("2^3^2", 512),
        "m": ("-.5^2", -0.25),
        "n": ("-2^0.5", -math.sqrt(2)),
    }
    model = read(mdl(*(f"{name} = {text}" for name, (text, _) in texts.items())))
    for name, (text, wanted) in texts.items():
        assert model.constants[name] == pytest.approx(wanted, rel=1e-15), text


def test_and_binds_tighter_than_or(mdl, table):
    """Vensim: `a :AND: b :OR: c` is (a AND b) OR c. PySD alone reads a AND (b OR c); the reference is mended."""
    model = read(
        mdl(
            "a = 0",
            "b = 0",
            "c = 0",
            "one = IF THEN ELSE(a = 1 :AND: b = 1 :OR: c = 1, 1, 0)",
            "two = IF THEN ELSE(a = 1 :OR: b = 1 :AND: c = 1, 1, 0)",
        )
    )
    cases = [(a, b, c) for a in (0, 1) for b in (0, 1) for c in (0, 1)]
    experiments = table(dict(zip("abc", zip(*cases, strict=True), strict=True)))
    runs, again = compiled.simulate(model, experiments), reference.simulate(model, experiments)
    assert list(runs["one"].values[:, 0]) == [float((a and b) or c) for a, b, c in cases]
    assert list(runs["two"].values[:, 0]) == [float(a or (b and c)) for a, b, c in cases]
    for name in ("one", "two"):
        np.testing.assert_array_equal(runs[name], again[name])


def test_a_branch_that_is_not_taken_has_no_effect_however_undefined(mdl):
    """Division by zero, roots and logarithms of negative numbers and overflow stay in the branch that is not taken."""
    model = read(
        mdl(
            "zero = Time * 0",
            "a = IF THEN ELSE(Time >= 0, 1, 1/zero)",
            "b = IF THEN ELSE(Time < 0, SQRT(zero - 1), 2)",
            "c = IF THEN ELSE(Time < 0, LN(zero - 1) + EXP(zero + 1000), 3)",
            "d = IF THEN ELSE(Time < 0, zero/zero, IF THEN ELSE(Time < 0, 1/zero, 4))",
            "s = INTEG(IF THEN ELSE(Time < 0, 1/zero, 1), 0)",
        )
    )
    runs = compiled.simulate(model)
    assert not runs["failed"].any()
    assert [float(runs[name][0, -1]) for name in "abcds"] == [1, 2, 3, 4, 4]


@pytest.mark.parametrize(
    ("text", "shown"),
    [("1/zero", "inf"), ("zero/zero", "nan"), ("LN(zero)", "-inf"), ("SQRT(zero - 1)", "nan"), ("EXP(800)", "inf")],
)
def test_a_branch_that_is_taken_marks_the_run_with_variable_and_time(mdl, text, shown):
    """The first time at which the value is undefined is told, with the variable that made it so."""
    model = read(mdl("zero = Time * 0", f"bad = IF THEN ELSE(Time >= 3, {text}, 0)", "s = INTEG(bad, 0)"))
    runs = compiled.simulate(model)
    assert bool(runs["failed"][0])
    assert runs.attrs["failures"] == [f'experiment 0 (scenario "model", future 0): "bad" is {shown} at time 3']
    assert np.isfinite(runs["bad"].values[0, :3]).all()


TIMES = {
    "step": ("STEP(5, {0})", [(0,), (1,), (0.99,), (1.06,), (1.0625,), (1.07,), (-3,), (99,), (2.3,)]),
    "ramp": ("RAMP(2, {0}, {1})", [(1, 2), (0.3, 2.2), (0, 99), (-1, 1.05), (2, 2), (3, 1)]),
    "pulse": ("PULSE({0}, {1})", [(1, 1), (0.3, 1.3), (0, 99), (-1, 2), (1.06, 0.9), (3.95, 1)]),
    "train": ("PULSE TRAIN({0}, {1}, {2}, {3})", [(1, 0.5, 1.5, 3), (0, 0.6, 1.0, 99), (0.3, 0.7, 1.7, 3.2)]),
}


def decided_by_rounding(kind, setting, step):
    """Whether a pulse ends, or a train starts, at a time that steps reach but for rounding: PySD sums up steps."""
    edge = {"pulse": setting[0] + setting[-1], "train": setting[0]}.get(kind, step / 2) / step
    return step != 0.125 and edge != 0 and abs(edge - round(edge)) < 1e-6


@pytest.mark.parametrize("step", [0.125, 0.1, 0.3])
def test_functions_of_time_agree_with_pysd_on_and_between_steps(mdl, step):
    """STEP, RAMP, PULSE and PULSE TRAIN at times on the grid, between two steps, before the start, after the end."""
    calls = {
        f"{kind} {place}": text.format(*setting)
        for kind, (text, settings) in TIMES.items()
        for place, setting in enumerate(settings)
        if not decided_by_rounding(kind, setting, step)
    }
    model = read(mdl(*(f"{name} = {text}" for name, text in calls.items()), stop=6, step=step))
    runs, again = compiled.simulate(model), reference.simulate(model)
    for name, text in calls.items():
        np.testing.assert_allclose(runs[name], again[name], rtol=1e-12, atol=1e-12, err_msg=f"{text}, step {step}")


@pytest.mark.parametrize("step", [0.1, 0.2, 0.3, 1 / 3])
def test_a_pulse_lasts_as_many_steps_as_its_width_however_these_round(mdl, step):
    """Start and end have the same tolerance; PySD sums up time steps and lets rounding add a step at the end."""
    model = read(mdl(f"p = PULSE({3 * step!r}, {10 * step!r})", stop=30 * step, step=step))
    assert list(np.flatnonzero(compiled.simulate(model)["p"].values[0])) == list(range(3, 13))


def test_a_pulse_shorter_than_a_time_step_lasts_one_step(mdl, table):
    """As Vensim's manual has it: a pulse of width 0 still happens. PySD lets it fall between two steps."""
    model = read(
        mdl("at = 1", "width = 0", "p = PULSE(at, width)", "t = PULSE TRAIN(at, width, 2, 9)", stop=6, step=0.5)
    )
    runs = compiled.simulate(model, table({"width": [0, 0.1, 0.5, 0.75], "at": [1, 1, 1, 1.2]}))
    on = [list(runs["time"].values[runs["p"].values[row] == 1]) for row in range(4)]
    assert on == [[1], [1], [1], [1.5]]
    assert list(runs["time"].values[runs["t"].values[0] == 1]) == [1, 3, 5]


def test_functions_of_time_follow_settings_that_differ_by_member(mdl, table):
    """Each member has its own height, start and width, as PySD finds them one at a time."""
    model = read(
        mdl(
            "height = 1",
            "from = 1",
            "long = 1",
            "a = STEP(height, from)",
            "b = RAMP(height, from, from + long)",
            "c = PULSE(from, long) * height",
            stop=5,
            step=0.25,
        )
    )
    columns = {"height": [1, -2, 3.5, 0], "from": [0, 1.1, 2.125, 9], "long": [1, 0.3, 7, 2]}
    runs, again = compiled.simulate(model, table(columns)), reference.simulate(model, table(columns))
    for name in "abc":
        np.testing.assert_allclose(runs[name], again[name], rtol=1e-13, atol=1e-13, err_msg=name)


def test_function_names_do_not_mind_case_or_underscores(mdl):
    """`if_then_else`, `Max`, `zidz` and `If Then Else` are what they look like."""
    model = read(mdl("t = 3", "a = if then else(t>2, Max(t, 1), 0)", "b = ZiDz( t , 2 )", "c = Exp (0)"))
    runs = compiled.simulate(model)
    assert [float(runs[name][0, 0]) for name in "ab"] == [3, 1.5]
    assert model.constants["c"] == 1
