"""The least intensity is found by a grid and bisection, and what is not monotone is noticed."""

import numpy as np
import pytest

from sdmodel.analysis.levers.crossing import bisected, brackets, in_share, quantiles

GRID = np.linspace(0, 1, 11)


def test_the_first_crossing_is_found_to_the_precision_of_the_rounds() -> None:
    limits = np.array([0.0, 0.123456, 0.5, 0.98765, 1.7])
    found = brackets(GRID, limits[:, None] <= GRID)
    least = bisected(found, lambda x, case: x >= limits[case], 20)
    np.testing.assert_allclose(least, [0.0, 0.123456, 0.5, 0.98765, np.nan], atol=0.1 * 2.0**-20)
    assert found.steady.all()


def test_only_cases_that_are_open_are_asked_for() -> None:
    asked: list[np.ndarray] = []

    def holds(x: np.ndarray, case: np.ndarray) -> np.ndarray:
        asked.append(case)
        return x > 0.25

    bisected(brackets(GRID, np.array([[True] * 11, [False] * 11, (GRID > 0.25).tolist()])), holds, 3)
    assert [one.tolist() for one in asked] == [[2], [2], [2]]


def test_what_holds_fails_and_holds_again_is_not_steady_and_the_first_crossing_counts() -> None:
    holds = (GRID > 0.15) & ~((GRID > 0.45) & (GRID < 0.75))
    found = brackets(GRID, holds[None])
    assert (found.low[0], found.high[0]) == pytest.approx((0.1, 0.2))
    assert not found.steady[0]


def test_a_share_counts_what_is_out_of_reach_as_never_enough() -> None:
    least = np.array([0.1, 0.2, 0.3, np.nan])
    assert in_share(least, 0.5) == 0.2
    assert in_share(least, 0.75) == 0.3
    assert np.isnan(in_share(least, 0.76))
    assert quantiles(least, (0.25, 0.5)) == (0.1, 0.2)
