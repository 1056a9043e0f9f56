"""Functions that look back, delays of changing length or order, and present values: in small models, step by step."""

import numpy as np
import pytest
from functions_in_numpy import by_hand, shown

from sdmodel.engine import compiled, reference
from sdmodel.model.expr import Apply, Number, Ref
from sdmodel.model.model import Auxiliary, Constant, FixedDelay, Table
from sdmodel.read import read
from sdmodel.read.functions import finance, lags
from sdmodel.read.functions.notation import NOW, either, minus, number, op, over, plus, times
from sdmodel.read.memory import MEMORY_CALLS, delay, delay_n, smooth

SQUARE = times(NOW, NOW)


def run(*remembered, step=1.0, stop=10.0, others=()):
    """Times, and the values of functions that remember, at every step."""
    names = [f"value {place}" for place in range(len(remembered))]
    parts = [variable for name, one in zip(names, remembered, strict=True) for variable in shown(name, one)]
    runs = compiled.simulate(by_hand(*others, *parts, step=step, stop=stop), save=names)
    return runs["time"].values, *(runs[name].values[0] for name in names)


def test_the_previous_value_is_that_of_the_step_before():
    """With and without an initial value."""
    _, given, own = run(lags.previous("a", SQUARE, number(-1)), lags.previous("b", plus(SQUARE, number(3))), stop=4.0)
    np.testing.assert_array_equal(given, [-1, 0, 1, 4, 9])
    np.testing.assert_array_equal(own, [3, 3, 4, 7, 12])


def test_a_variable_can_read_its_own_previous_value():
    """PREVIOUS breaks a loop: x = PREVIOUS(x, 1) * 2."""
    expr, hidden = lags.previous("memory", Ref("x"), number(1))
    model = by_hand(Auxiliary(name="x", equation=times(expr, number(2))), *hidden, stop=4.0)
    np.testing.assert_array_equal(compiled.simulate(model, save=["x"])["x"].values[0], [2, 4, 8, 16, 32])


def test_history_is_a_delay_with_nothing_before_the_start():
    """HISTORY(x, TIME - 2) is 0 for two time units; HISTORY(x, TIME) is x; other times are refused."""
    past = lags.history("past", plus(SQUARE, number(5)), minus(NOW, number(2)))
    _, shown_past = run(past, step=0.5, stop=4.0)
    np.testing.assert_array_equal(shown_past, [0, 0, 0, 0, 5, 5.25, 6, 7.25, 9])
    assert lags.history("now", SQUARE, NOW) == (SQUARE, ())
    with pytest.raises(ValueError, match="TIME - lag"):
        lags.history("past", SQUARE, number(3))


def test_derivatives_are_differences_of_past_values():
    """DERIVN of t²: first 2t - dt, second 2, third 0, each 0 until there are enough values."""
    calls = [lags.derivative(f"d{order}", SQUARE, number(order)) for order in range(4)]
    times_run, *orders = run(*calls, step=0.5, stop=4.0)
    np.testing.assert_allclose(orders[0], times_run**2)
    np.testing.assert_allclose(orders[1], np.where(times_run < 0.5, 0, 2 * times_run - 0.5))
    np.testing.assert_allclose(orders[2], np.where(times_run < 1, 0, 2))
    np.testing.assert_allclose(orders[3], 0, atol=1e-12)
    with pytest.raises(ValueError, match="order of DERIVN"):
        lags.derivative("d", SQUARE, number(9))


LENGTHS = {"constant": number(3), "shrinking": either(op("less", NOW, number(5)), number(4), number(2))}
LENGTHS["growing"] = either(op("less", NOW, number(5)), number(2), number(4))


def test_a_material_delay_of_constant_length_is_a_fixed_delay():
    """Where the time rests the reader makes a fixed delay; the conveyor gives the same values."""
    fixed = lags.fixed("a", SQUARE, number(3), number(7))
    assert [type(variable) for variable in fixed[1]] == [FixedDelay]
    length = Constant(name="length", value=3.0)
    moving = lags.delay_material("b", SQUARE, Ref("length"), number(7))
    held = lags.delay_information("c", SQUARE, Ref("length"), number(7))
    _, *found = run(fixed, moving, held, others=[length])
    for values in found:
        np.testing.assert_array_equal(values, [7, 7, 7, 0, 1, 4, 9, 16, 25, 36, 49])


def test_a_material_delay_keeps_what_enters():
    """While it shrinks, what leaves together is added; while it grows, the missing value shows where nothing leaves."""
    shrinking = lags.delay_material("a", plus(NOW, number(1)), LENGTHS["shrinking"], number(0))
    growing = lags.delay_material("b", plus(NOW, number(1)), LENGTHS["growing"], number(0), number(-9))
    _, fewer, more = run(shrinking, growing, stop=9.0)
    np.testing.assert_array_equal(fewer, [0, 0, 0, 0, 1, 2, 3, 4 + 6, 5 + 7, 8])
    np.testing.assert_array_equal(more, [0, 0, 1, 2, 3, 4, 5, -9, -9, 6])


def test_an_information_delay_keeps_to_values_that_were_there():
    """While it shrinks, older values are lost; while it grows, the last one is held."""
    shrinking = lags.delay_information("a", plus(NOW, number(1)), LENGTHS["shrinking"], number(0))
    growing = lags.delay_information("b", plus(NOW, number(1)), LENGTHS["growing"], number(0))
    _, fewer, more = run(shrinking, growing, stop=9.0)
    np.testing.assert_array_equal(fewer, [0, 0, 0, 0, 1, 2, 3, 6, 7, 8])
    np.testing.assert_array_equal(more, [0, 0, 1, 2, 3, 4, 5, 5, 5, 6])


def test_a_changing_delay_that_is_too_long_is_not_a_number():
    """More than 240 time steps: the run fails where it is, instead of being wrong."""
    _, values = run(lags.delay_information("a", NOW, plus(number(239), NOW), number(0)), stop=3.0)
    np.testing.assert_array_equal(np.isnan(values), [False, False, True, True])


def test_a_plain_conveyor_is_a_fixed_delay():
    """DELAY CONVEYOR with an even load of 12 over 4; leakage, uneven loads and computed times are refused."""
    flat, uneven = Table(name="flat", x=(0.0, 1.0), y=(1.0, 1.0)), Table(name="uneven", x=(0.0, 1.0), y=(1.0, 2.0))
    zero, four = number(0), number(4)
    belt = lags.delay_conveyor("belt", SQUARE, four, zero, flat, number(12), four)
    _, values = run(belt, stop=6.0)
    np.testing.assert_array_equal(values, [3, 3, 3, 3, 0, 1, 4])
    for arguments, reason in (
        ((four, number(0.1), flat), "leakage"),
        ((four, zero, uneven), "not flat"),
        ((plus(four, NOW), zero, flat), "conveyance time"),
    ):
        with pytest.raises(ValueError, match=reason):
            lags.delay_conveyor("belt", SQUARE, *arguments, number(12), four)


def test_present_values_are_those_of_the_manual():
    """NPV of a steady stream against the sum that defines it; NPVE values each step at its end."""
    step, rate = 0.5, 0.08
    at_start = finance.npv("a", number(100), number(rate), number(20), number(2))
    at_end = finance.npve("b", number(100), number(rate), number(0), number(1))
    times_run, start, end = run(at_start, at_end, step=step, stop=5.0)
    factors = np.cumprod(np.concatenate([[1], np.full(len(times_run) - 1, 1 / (1 + rate * step))]))
    np.testing.assert_allclose(start, (20 + np.cumsum(100 * factors * step)) * 2, rtol=1e-13)
    np.testing.assert_allclose(end, np.cumsum(100 * factors * step) / (1 + rate * step), rtol=1e-13)


@pytest.mark.parametrize("make", [delay, delay_n, smooth])
@pytest.mark.parametrize("order", [1, 2, 5])
def test_an_order_that_is_known_late_gives_what_a_known_one_gives(make, order):
    """The order as a variable, fixed at the start; lowered like a literal where stages would be too short."""
    for length in (6.0, 1.2):
        literal = make("known", SQUARE, number(length), number(1), order)
        computed = make(
            "late", SQUARE, number(length), number(1), plus(Ref("order"), op("floor", over(NOW, number(3))))
        )
        _, known, late = run(literal, computed, step=0.5, others=[Constant(name="order", value=float(order))])
        np.testing.assert_allclose(late, known, rtol=1e-13)


def test_an_order_that_cannot_be_is_not_a_number():
    """Above 12, or below 1, the run fails where it is."""
    for order in (13.0, 0.5):
        late = smooth("late", SQUARE, number(20), number(1), Ref("order"))
        _, values = run(late, others=[Constant(name="order", value=order)])
        assert np.isnan(values[-1])


def test_delays_follow_pysd_where_their_steps_do_not_fit(mdl):
    """DELAY FIXED of 0, 1.2, 1.5 and 2.5 steps; DELAY3 and DELAY N whose order is lowered; an order that steps."""
    calls = {
        "none": "DELAY FIXED(input, 0, 9)",
        "one": "DELAY FIXED(input, 1.2, 9)",
        "two": "DELAY FIXED(input, 1.5, 9)",
        "three": "DELAY FIXED(input, 2.5, 9)",
        "short": "DELAY3(input, 1.4)",
        "short n": "DELAY N(input, 2.2, 1.5, 5)",
        "late": "DELAY N(input, 6, 1.5, 2 + STEP(1, 5))",
        "late smooth": "SMOOTH N(input, 6, 1.5, 2 + STEP(1, 5))",
    }
    model = read(mdl("input = SIN(Time) + STEP(3, 4)", *(f"{name} = {text}" for name, text in calls.items()), stop=12))
    runs, again = compiled.simulate(model), reference.simulate(model)
    for name in calls:
        np.testing.assert_allclose(runs[name], again[name], rtol=1e-11, atol=1e-11, err_msg=name)
    assert [float(runs[name][0, place]) for name, place in (("one", 1), ("two", 2), ("three", 3))] == [0, 0, 0]


def test_every_call_that_remembers_makes_hidden_variables_of_its_own_name():
    """All names begin with that of the call, none twice, so that two calls never share a state."""
    for name, (arity, make) in MEMORY_CALLS.items():
        least = arity if isinstance(arity, int) else arity[0]
        arguments = [Apply("add", (Ref("a"), Number(1.0)))] * least
        if name == "history":
            arguments[1] = minus(NOW, Ref("lag"))
        _, hidden = make("CALL 1 of x", *arguments)
        names = [variable.name for variable in hidden]
        assert names, name
        assert len(set(names)) == len(names), name
        assert all(
            one.startswith("CALL 1 of x ") and variable.hidden for one, variable in zip(names, hidden, strict=True)
        )
