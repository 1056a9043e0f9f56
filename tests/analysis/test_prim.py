"""PRIM on cases whose box is known, on noise, and on inputs of every kind."""

import time

import numpy as np
import pytest

from sdmodel.analysis.discovery.box_chance import chance
from sdmodel.analysis.discovery.boxes import Box, quasi_p, whole, worth
from sdmodel.analysis.discovery.cases import Cases
from sdmodel.analysis.discovery.pasting import pasted
from sdmodel.analysis.discovery.peeling import CATEGORY, REAL, WHOLE, Step, densest, left_at, peeled
from sdmodel.analysis.discovery.prim import RULE, boxes_by_prim


def made(inputs: np.ndarray, fails: np.ndarray, kinds: list[str] | None = None) -> Cases:
    count = inputs.shape[1]
    return Cases("s", tuple(f"x{n}" for n in range(count)), np.array(kinds or [REAL] * count), inputs, fails, 0)


def corner(futures: int, inputs: int, seed: int, inner: float = 0.9, outer: float = 0.05) -> Cases:
    """Failures are dense where x0 > 0.6 and x1 < 0.5, and rare elsewhere; the other inputs do nothing."""
    random = np.random.default_rng(seed)
    x = random.uniform(size=(futures, inputs))
    inside = (x[:, 0] > 0.6) & (x[:, 1] < 0.5)
    return made(x, random.uniform(size=futures) < np.where(inside, inner, outer))


def test_a_known_box_among_inputs_that_do_nothing_is_found_within_sampling_error() -> None:
    cases = corner(2000, 20, seed=3)
    [one] = boxes_by_prim(cases, resamples=40)
    assert one.stands
    assert one.box.restricted == (0, 1)
    assert one.box.low[0] == pytest.approx(0.6, abs=0.05)
    assert one.box.high[1] == pytest.approx(0.5, abs=0.05)
    assert one.worth.density == pytest.approx(0.9, abs=0.05)
    assert 0.5 <= one.worth.coverage <= 1
    assert one.again.frequency(20)[:2].tolist() == [1.0, 1.0]
    assert one.again.frequency(20)[2:].max() < 0.5


def test_resampled_limits_hold_the_true_ones() -> None:
    [one] = boxes_by_prim(corner(2000, 5, seed=5), resamples=60)
    low, high = one.again.limits(0, "low")
    assert low - 0.03 <= 0.6 <= high + 0.03
    assert one.again.density == pytest.approx(0.9, abs=0.08)


def test_in_noise_nothing_is_significant_about_as_often_as_promised() -> None:
    stands = 0
    for seed in range(16):
        random = np.random.default_rng(seed)
        cases = made(random.uniform(size=(250, 8)), random.uniform(size=250) < 0.3)
        [one] = boxes_by_prim(cases, resamples=20, seed=seed)
        stands += one.stands
    assert stands <= 4  # about one is expected


def test_quasi_p_of_a_box_in_noise_is_small_though_chance_made_it() -> None:
    """Why the level is not 5 %, but what shuffled futures reach."""
    random = np.random.default_rng(1)
    cases = made(random.uniform(size=(500, 30)), random.uniform(size=500) < 0.3)
    steps = peeled(cases.inputs, cases.fails, cases.kinds)
    values = quasi_p(steps[densest(steps, 0.5)].box, cases.inputs, cases.fails)
    level = chance(cases.inputs, cases.fails, cases.kinds, RULE, resamples=60, seed=0).level
    assert min(values.values()) < 0.15
    assert level <= 0.05


def test_quasi_p_is_the_binomial_tail_worked_out_by_hand() -> None:
    """Ten futures, four inside, all of which fail; half fail outside the face: P(4 of 4 | 7/10) = 0.7⁴."""
    x = np.arange(10.0)[:, None]
    fails = np.array([0, 1, 0, 1, 0, 1, 1, 1, 1, 1], dtype=bool)
    box = whole(1).moved(0, "low", 6.0)
    assert quasi_p(box, x, fails)[(0, "low")] == pytest.approx(0.7**4)
    found = worth(box.inside(x), fails)
    assert (found.futures, found.failures, found.density, found.coverage) == (4, 4, 1.0, 4 / 7)


def test_a_peel_takes_the_outermost_share_and_the_limit_is_half_way() -> None:
    x = np.arange(100.0)[:, None]
    steps = peeled(x, x[:, 0] >= 50, np.array([REAL]))
    assert (steps[1].futures, steps[1].box.low[0]) == (95, 4.5)
    assert steps[-1].failures == steps[-1].futures


def test_values_that_are_equal_stay_together() -> None:
    x = np.repeat([1.0, 2.0, 3.0], 40)[:, None]
    steps = peeled(x, x[:, 0] >= 2, np.array([WHOLE]))
    assert [step.futures for step in steps] == [120, 80]
    assert steps[1].box.low[0] == 2.0


def test_whole_numbers_and_categories_are_limited_by_values_that_occur() -> None:
    random = np.random.default_rng(0)
    x = np.column_stack([random.integers(1, 9, 3000), random.choice([1.0, 2.0, 5.0], 3000), random.uniform(size=3000)])
    fails = (x[:, 0] >= 5) & (x[:, 1] != 2.0) & (random.uniform(size=3000) < 0.95)
    [one] = boxes_by_prim(made(x, fails, [WHOLE, CATEGORY, REAL]), resamples=30)
    assert one.box.restricted == (0, 1)
    assert one.box.low[0] == 5.0
    assert one.box.barred == {(1, 2.0)}


def test_pasting_gives_back_what_was_peeled_too_much() -> None:
    x = np.linspace(0, 1, 1001)[:, None]
    wide = pasted(whole(1).moved(0, "low", 0.8), x, x[:, 0] > 0.5, np.array([REAL]))
    assert 0.5 <= wide.low[0] <= 0.51
    assert pasted(whole(1).moved(0, "low", 0.8), x, x[:, 0] > -1, np.array([REAL])).faces == ()


def test_a_second_box_is_sought_in_what_the_first_leaves() -> None:
    random = np.random.default_rng(4)
    x = random.uniform(size=(3000, 6))
    first, second = (x[:, 0] > 0.7) & (x[:, 1] > 0.6), (x[:, 2] < 0.3) & (x[:, 3] < 0.25) & (x[:, 0] < 0.7)
    found = boxes_by_prim(made(x, (first | second) & (random.uniform(size=3000) < 0.95)), boxes=3, resamples=30)
    assert found[0].box.restricted == (0, 1)
    assert set(found[1].box.restricted) >= {2, 3}
    assert all(one.stands for one in found)
    assert not (found[1].among & found[0].box.inside(x)).any()


def test_a_box_of_the_path_is_taken_as_it_is() -> None:
    cases = corner(1000, 4, seed=7)
    [usual] = boxes_by_prim(cases, resamples=20)
    [asked] = boxes_by_prim(cases, resamples=20, step=3)
    assert (asked.step, asked.worth.coverage) == (3, usual.path[3][0])
    assert asked.worth.density == usual.path[3][1]


def test_few_failures_give_no_box() -> None:
    x = np.random.default_rng(0).uniform(size=(200, 3))
    assert boxes_by_prim(made(x, np.arange(200) < 9)) == []


def test_barred_values_and_limits_bound_what_is_inside() -> None:
    x = np.array([[0.0, 1.0], [0.5, 1.0], [0.5, 2.0], [1.0, 2.0]])
    box = Box(np.array([0.5, -np.inf]), np.array([0.9, np.inf]), frozenset({(1, 1.0)}))
    assert box.inside(x).tolist() == [False, False, True, False]
    assert box.without(1, "barred").inside(x).tolist() == [False, True, True, False]


def test_peeling_twenty_thousand_futures_with_a_hundred_inputs_takes_seconds() -> None:
    cases = corner(20_000, 100, seed=1)
    started = time.perf_counter()
    steps = peeled(cases.inputs, cases.fails, cases.kinds)
    assert time.perf_counter() - started < 20
    assert set(steps[densest(steps, 0.5)].box.restricted) >= {0, 1}


def test_the_path_is_left_where_what_follows_gains_no_more_than_a_standard_error() -> None:
    """The densest with half of 100 failures has 50 of 60; √(51/62 · 11/62 / 60) = 0.049, so 0.80 is near enough."""
    counts = ((1000, 100), (200, 95), (100, 80), (75, 60), (60, 50), (20, 20))
    steps = [Step(whole(1), futures, failures, 0) for futures, failures in counts]
    assert (densest(steps, 0.5), left_at(steps, 0.5)) == (4, 2)
