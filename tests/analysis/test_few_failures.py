"""Boxes where failures are rare: all conditions are found, what is small or few is told, and so is a denser box."""

import numpy as np
import pytest

from sdmodel.analysis.discovery.box_search import Rule
from sdmodel.analysis.discovery.box_table import Told
from sdmodel.analysis.discovery.boxes import whole, worth
from sdmodel.analysis.discovery.cases import Cases
from sdmodel.analysis.discovery.peeling import REAL, peeled
from sdmodel.analysis.discovery.prim import RULE, boxes_by_prim
from sdmodel.analysis.discovery.second_look import denser, few, support


def rare(inputs: int, *, seed: int = 1, futures: int = 2000) -> Cases:
    """One future in a hundred fails: where input 3 is between 0.4 and 0.5 and the last but one is above 0.9."""
    x = np.random.default_rng(seed).uniform(size=(futures, inputs))
    fails = (x[:, 3] > 0.4) & (x[:, 3] < 0.5) & (x[:, inputs - 2] > 0.9)
    return Cases("base", tuple(f"x{at}" for at in range(inputs)), np.array([REAL] * inputs), x, fails, 0)


@pytest.mark.parametrize("inputs", [12, 60])
def test_both_conditions_of_a_rare_failure_are_found_among_inputs_that_do_nothing(inputs: int) -> None:
    cases = rare(inputs)
    [told] = boxes_by_prim(cases, resamples=20)
    assert told.stands
    assert told.box.restricted == (3, inputs - 2)
    assert told.worth.density > 0.35
    assert told.worth.coverage == 1.0


def test_the_first_peels_go_where_most_futures_are_free_of_failures() -> None:
    cases = rare(12)
    steps = peeled(cases.inputs, cases.fails, cases.kinds)
    assert [step.place for step in steps[1:11]] == [10] * 10, "nine in ten futures are below 0.9 there"


def test_an_input_that_only_matters_within_the_box_comes_back() -> None:
    """x1 matters only where x0 is high, and its peels are too weak to be seen from outside."""
    random = np.random.default_rng(2)
    x = random.uniform(size=(3000, 30))
    fails = (x[:, 0] > 0.75) & (random.uniform(size=3000) < np.where(x[:, 1] > 0.4, 0.5, 0.25))
    cases = Cases("base", tuple(f"x{at}" for at in range(30)), np.array([REAL] * 30), x, fails, 0)
    [told] = boxes_by_prim(cases, resamples=20)
    assert told.box.restricted == (0, 1)


def test_a_box_may_be_small_where_failures_are_rare_and_is_told() -> None:
    rule = Rule(alpha=0.05, least_mass=0.05, coverage=0.5)
    assert rule.support(2000, 17) == 34 / 2000
    assert rule.support(2000, 3) == 20 / 2000
    assert rule.support(2000, 400) == 0.05
    assert rule.support(100, 3) == 0.05
    assert support(rare(12), "prim", RULE).startswith("No box holds fewer than ")


def test_few_failures_are_warned_of_and_enough_are_not() -> None:
    cases = rare(12)
    assert f"There are only {int(cases.fails.sum())} futures in which it holds" in few(cases)
    assert few(rare(12, futures=20_000)) == ""


def test_a_clearly_denser_box_of_the_other_method_is_told() -> None:
    pytest.importorskip("sklearn")
    cases = rare(12)
    poor = Told(whole(12).moved(3, "low", 0.4), worth(cases.inputs[:, 3] > 0.4, cases.fails), np.ones(2000, dtype=bool))
    told = denser(cases, [poor], "prim", RULE, 0)
    assert told.startswith("--method cart finds a clearly denser box: where ")
    assert "x10 is above" in told
    assert denser(cases, boxes_by_prim(cases, resamples=20), "prim", RULE, 0) == ""
    assert denser(cases, [poor], "cart", RULE, 0).startswith("--method prim finds")
