"""A model at one moment: which of its stocks feed back, which only add up, and what stands behind them."""

from pathlib import Path

from sdmodel.model.still import CLOCK, flow, sorted_stocks, start, still
from sdmodel.read import read


def test_stocks_are_sorted_by_what_reads_them(mdl):
    """Two that feed back, one that adds up and one that adds up what adds up, one that is driven by nothing."""
    model = read(
        mdl(
            *("a = INTEG(b - a, 1)", "b = INTEG(drive - b * a, 1)", "drive = INTEG(0.1, 1)"),
            *("total = INTEG(a, 0)", "total of totals = INTEG(total, 0)"),
        )
    )
    found = sorted_stocks(still(model), {})
    assert (found.dynamic, found.held) == (("a", "b"), ("drive",))
    assert found.adding_up == ("total", "total of totals")


def test_what_a_coefficient_of_nothing_cuts_off_is_cut_off_unless_it_is_to_move(mdl):
    model = read(mdl("a = INTEG(weight * memory - a, 1)", "memory = INTEG(a, 0)", "weight = 0"))
    one = still(model)
    assert sorted_stocks(one, {}).adding_up == ("memory",)
    assert sorted_stocks(one, {"weight": float("nan")}).dynamic == ("a", "memory")


def test_who_reads_the_clock_and_which_memories_are_no_stocks_is_told(mdl):
    model = read(mdl("a = INTEG(pulse - late, 1)", "pulse = STEP(1, 2)", "late = DELAY FIXED(a, 2, 0)"))
    found = sorted_stocks(still(model), {})
    assert found.timed == ("pulse",)
    assert len(found.memory) == 1


def test_a_still_model_starts_where_it_is_told_and_keeps_what_it_was():
    """Its clock, its starts and what INITIAL keeps are constants; net flows are auxiliaries."""
    model = read(Path(__file__).parents[2] / "models" / "sir.mdl")
    one = still(model)
    assert CLOCK in one.model.constants
    for stock in one.stocks:
        assert start(stock) in one.model.constants
        assert flow(stock) in one.model
    assert all(flow(stock) not in model for stock in one.stocks), "the model itself is as it was"
