"""Kernels as text: complete tables, dead code removed, constants hoisted, the same numbers at any width."""

import re
from functools import partial

import numpy as np
import pytest

from sdmodel.engine import compiled
from sdmodel.engine.native import host
from sdmodel.model.model import Auxiliary
from sdmodel.model.operations import OPERATIONS, check_complete
from sdmodel.printers.llvm import kernel
from sdmodel.printers.program import program
from sdmodel.read import read

EQUATIONS = (
    "rate = 0.3",
    "lag = 2.5",
    "curve((0, 1), (1, 3), (2, 2), (5, 9), (9, 4))",
    "even((0, 1), (1, 3), (2, 2), (3, 9), (4, 4))",
    "dear = EXP(rate) * LN(lag + 1) ^ 1.5",
    "level = INTEG(rate * (10 - level) + dear, 1 + rate)",
    "other = INTEG(curve(level) - other / lag, 0)",
    "shown = SMOOTH3(even(other), lag) + DELAY3(level, lag) * dear",
    "late = DELAY FIXED(shown, lag, -1)",
    "taken = SAMPLE IF TRUE(level > 4, shown, 0)",
    "odd = SIN(Time) + MODULO(level, 2) + (level + 0.1) ^ rate + MAX(LN(level), TANH(other))",
)
ALL = ("level", "other", "shown", "late", "taken", "odd")


@pytest.fixture(scope="module")
def model(mdl):
    return read(mdl(*EQUATIONS, stop=10, step=0.25))


def step_block(text):
    """Instructions of the loop over time steps."""
    body = text[text.index("\nloop:") : text.index("\nsave:")]
    return [line for line in body.splitlines() if line.startswith("  ")]


@pytest.fixture
def simulate_at(monkeypatch):
    """`simulate` with kernels of another width, as on another CPU."""

    def simulate(model, experiments, width, wide_permute, **options):
        printed = partial(kernel, width=width, wide_permute=wide_permute)
        monkeypatch.setattr(compiled, "kernel", lambda plan, **_: printed(plan))
        compiled.machine.cache_clear()
        return compiled.simulate(model, experiments, **options)

    yield simulate
    compiled.machine.cache_clear()


KINDS = [(2, False), (4, False), (8, False), (8, True)]


@pytest.mark.parametrize(("width", "wide_permute"), KINDS)
def test_kernels_of_any_width_give_the_same_numbers(model, table, simulate_at, width, wide_permute):
    """Two, four and eight members a vector, with and without the permutes of AVX-512: the last bits may differ."""
    if wide_permute and not host().wide_permute:
        pytest.skip("this CPU has no AVX-512")
    columns = {"rate": np.linspace(0.05, 0.9, 13), "lag": np.linspace(0.8, 6, 13)}
    wanted = compiled.simulate(model, table(columns), save=ALL)
    found = simulate_at(model, table(columns), width, wide_permute, save=ALL)
    assert not found["failed"].any()
    for name in ALL:
        np.testing.assert_allclose(found[name], wanted[name], rtol=1e-11, atol=1e-12, err_msg=name)


def test_the_width_is_the_only_difference_of_kernels_without_wide_permutes(model, table, simulate_at):
    """Bit for bit the same members at widths 2, 4 and 8: lanes know nothing of each other."""
    columns = {"rate": np.linspace(0.05, 0.9, 9), "lag": np.linspace(0.8, 6, 9)}
    two, four, eight = (simulate_at(model, table(columns), width, False, save=ALL) for width in (2, 4, 8))
    for name in ALL:
        np.testing.assert_array_equal(two[name], four[name], err_msg=name)
        np.testing.assert_array_equal(four[name], eight[name], err_msg=name)


def test_what_nothing_saved_needs_is_not_computed(model):
    """Equations of variables that saved values do not read are not in the kernel."""
    few = kernel(program(model, ("level",)), width=8, wide_permute=False)
    all_ = kernel(program(model, ALL), width=8, wide_permute=False)
    assert "@sin" in all_.text
    assert "@sin" not in few.text
    assert len(step_block(few.text)) < len(step_block(all_.text)) / 5
    assert (few.histories, all_.histories) == (0, 1)


def test_what_depends_on_constants_alone_is_computed_once_a_run(mdl):
    """EXP, LN and powers of inputs cost nothing in the loop over time."""
    dear = read(mdl("a = 2", "k = EXP(a) + LN(a) * a ^ 1.7 + TAN(a)", "s = INTEG(k - s, 0)"))
    plain = read(mdl("a = 2", "k = 3", "s = INTEG(k - s, 0)"))
    sizes = [len(step_block(kernel(program(m, ("s",)), width=8, wide_permute=False).text)) for m in (dear, plain)]
    assert sizes[0] <= sizes[1] + 2


def test_equal_subexpressions_are_computed_once(mdl):
    """The same call of EXP in ten equations is one."""
    many = read(mdl(*(f"a{n} = EXP(Time) + {n}" for n in range(10))))
    one = read(mdl("a0 = EXP(Time) + 0"))
    texts = [kernel(program(m, tuple(n for n in ("a0", "a1", "a9") if n in m)), width=4, wide_permute=False).text
             for m in (many, one)]  # fmt: skip
    counts = [text.count(" = shl <4 x i64>") for text in texts]  # EXP puts powers of two together
    assert counts[0] == counts[1] > 0


def test_what_divides_twice_divides_by_one_reciprocal(mdl):
    """Divisors that change from step to step; but not where a switch depends on the quotient."""
    stocks = ("s = INTEG(0.1 * s, 1)", "t = INTEG(a + b + c, 2)", "a = t / s", "b = (t + 1) / (s * t)")
    for c, divisions in (("c = s + 1", 2), ("c = IF THEN ELSE(a > 1, b, 0)", 3)):
        text = kernel(program(read(mdl(*stocks, c)), ("t",)), width=8, wide_permute=True).text
        assert sum(" = fdiv " in line for line in step_block(text)) == divisions


@pytest.mark.parametrize("stocks", [1, 12])
@pytest.mark.parametrize("failing", ["s", "s2", "shown"])
def test_failures_are_noted_wherever_they_stand(mdl, table, stocks, failing):
    """A stock or a saved value: among few, which stay in registers, and among many."""
    equations = [f"p{n} = INTEG(0, {n})" for n in range(stocks)]
    bad = {name: "a" if name == failing else "1" for name in ("s", "s2", "shown")}
    equations += [f"{name} = INTEG(10 ^ (300 * {bad[name]}), 0)" for name in ("s", "s2")]
    model = read(mdl("a = 1", *equations, f"shown = p0 + s2 * 0 + 10 ^ (400 * ({bad['shown']} - 0.5))", stop=3))
    runs = compiled.simulate(model, table({"a": [1.0, 1.0, 2.0, 1.0]}), save=["shown", "s"])
    assert runs["failed"].values.tolist() == [False, False, True, False]


def test_flags_never_let_a_failure_disappear(model):
    """No nnan, ninf or fast: what is not a number stays visible."""
    text = kernel(program(model, ALL), width=8, wide_permute=True).text
    assert not re.search(r"\b(nnan|ninf|fast|afn|reassoc)\b", text)


def test_kernels_are_the_same_text_each_time(model):
    """So that the cache of compiled kernels finds them again."""
    assert len({kernel(program(model, ALL), width=8, wide_permute=True).text for _ in range(3)}) == 1


# --- kernels of large models, cut into functions ----------------------------------------------------------------------

LARGE = (
    *EQUATIONS,
    "policy = IF THEN ELSE(Time > 3 + rate, curve(rate) * lag, 0) + STEP(rate, 2)",
    "noted = INITIAL(dear + curve(rate))",
    "flag = IF THEN ELSE(level > 4 :AND: Time < 8, even(level), policy)",
    *(f"link {n} = MIN(level * {n}, shown) / (1 + ABS(other)) + policy * EXP(-level / {n + 1})" for n in range(60)),
    *(f"pool {n} = INTEG(link {n} - pool {n} / lag + flag, noted)" for n in range(60)),
    "all = " + " + ".join(f"pool {n} * link {n}" for n in range(60)),
)


@pytest.fixture(scope="module")
def large(mdl):
    return read(mdl(*LARGE, stop=10, step=0.25, name="large"))


@pytest.mark.parametrize("integration", ["euler", "rk4"])
@pytest.mark.parametrize(("width", "wide_permute"), KINDS)
def test_a_kernel_that_is_cut_into_functions_gives_the_same_numbers(
    large, table, monkeypatch, width, wide_permute, integration
):
    """Start, phases, steps, stages and saving: parts know of each other through memory alone."""
    if wide_permute and not host().wide_permute:
        pytest.skip("this CPU has no AVX-512")
    columns = {"rate": np.linspace(0.05, 0.9, 13), "lag": np.linspace(0.8, 6, 13)}
    names = (*ALL, "policy", "flag", "all", "link 7", "pool 59")
    runs = []
    for split in (False, True):
        printed = partial(kernel, width=width, wide_permute=wide_permute, split=split)
        monkeypatch.setattr(compiled, "kernel", lambda plan, printed=printed, **_: printed(plan))
        compiled.machine.cache_clear()
        runs.append(compiled.simulate(large, table(columns), save=names, integration=integration))
    compiled.machine.cache_clear()
    assert not runs[0]["failed"].any()
    for name in names:
        np.testing.assert_allclose(runs[1][name], runs[0][name], rtol=1e-10, atol=1e-12, err_msg=name)


def test_only_large_models_are_cut(model, large):
    """A small model is one function, in which values stay in registers; a large one has many short ones."""
    assert kernel(program(model, ALL), width=8, wide_permute=False).text.count("define") == 1
    assert kernel(program(large, ("all",)), width=8, wide_permute=False).text.count("define") == 1
    many = large.replaced([], [Auxiliary(name=f"copy {n}", equation=large["all"].equation) for n in range(900)])
    text = kernel(program(many, [f"copy {n}" for n in range(900)]), width=8, wide_permute=False).text
    parts = [body.split("\n}")[0] for body in re.split(r"\ndefine internal ", text)[1:]]
    assert len(parts) > 5
    assert max(part.count("\n") for part in parts) < 1000


def test_a_register_of_one_number_is_read_where_registers_can_be(mdl):
    """A table of nine points leaves its last one alone in a register, which is also a literal of an equation."""
    equations = ("t((0, 0), (1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (6, 6), (7, 7), (8, 5.5))", "b = t(a + s0)")
    stocks = [f"s{n} = INTEG(b * 0.01 - s{n} * 0.01, 0.3)" for n in range(9)]
    odd = read(mdl("a = s0 * 3.5 + Time * 0.7 * (Time + 5.5)", *equations, *stocks))
    text = kernel(program(odd, ("b",)), width=8, wide_permute=True).text
    wide = [int(place) for place in re.findall(r"%literals, i64 (\d+)\n.* load <8 x double>", text)]
    assert wide, "the table is in registers"
    assert all(place % 8 == 0 for place in wide)


def test_a_table_of_operations_must_be_complete():
    """A language that lacks an operation, or has one too many, cannot be made."""
    full = dict.fromkeys(OPERATIONS, object())
    check_complete(full, "full")
    with pytest.raises(NotImplementedError, match=r"half: lacks \['tanh'\]"):
        check_complete({name: 0 for name in full if name != "tanh"}, "half")
    with pytest.raises(NotImplementedError, match=r"unknown \['cbrt'\]"):
        check_complete({**full, "cbrt": 0}, "more")


@pytest.mark.parametrize("others", [0, 12])
def test_a_stock_from_whose_start_alone_something_follows_has_no_course(mdl, others):
    """INITIAL of a stock, saved alone: with memory in registers, and in buffers that held other numbers before."""
    more = [f"m{n} = INTEG({n} - m{n}, {n})" for n in range(others)]
    model = read(mdl("s = INTEG(s * s * 1e300, 1e200)", "begun = INITIAL(s) / 1e200", *more, stop=6))
    runs = compiled.simulate(model, save=["begun", *(f"m{n}" for n in range(others))])
    assert runs["begun"].values.tolist() == [[1.0] * 7]
    assert not runs["failed"].any()
