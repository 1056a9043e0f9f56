"""The intensities at which something begins or ceases to hold are found by a grid and bisection."""

import numpy as np
import pytest

from sdmodel.analysis.levers.crossing import Seen, bisected, crossings

GRID = np.linspace(0, 1, 11)


def test_the_first_crossing_is_found_to_the_precision_of_the_rounds() -> None:
    limits = np.array([0.0, 0.123456, 0.5, 0.98765, 1.7])
    found = bisected(crossings(GRID, limits[:, None] <= GRID), lambda x, case: x >= limits[case], 20)
    np.testing.assert_allclose(found.least, [0.0, 0.123456, 0.5, 0.98765, np.nan], atol=0.1 * 2.0**-20)
    assert not found.ceases.any()


def test_only_cases_that_are_open_are_asked_for() -> None:
    asked: list[np.ndarray] = []

    def holds(x: np.ndarray, case: np.ndarray) -> np.ndarray:
        asked.append(case)
        return x > 0.25

    bisected(crossings(GRID, np.array([[True] * 11, [False] * 11, (GRID > 0.25).tolist()])), holds, 3)
    assert [one.tolist() for one in asked] == [[2], [2], [2]]


def test_what_holds_fails_and_holds_again_has_two_stretches_and_the_first_crossing_counts() -> None:
    def holds(x: np.ndarray, case: np.ndarray) -> np.ndarray:
        return (x > 0.17) & ~((x > 0.43) & (x < 0.77))

    found = bisected(crossings(GRID, holds(GRID, GRID)[None]), holds, 20)
    assert found.least == pytest.approx([0.17], abs=1e-6)
    np.testing.assert_allclose(found.inside, [0.17, 0.43, 0.77], atol=1e-6)
    assert (found.stretches.tolist(), found.ceases.tolist()) == ([2], [True])


def test_what_holds_from_the_start_and_then_ceases_has_one_stretch() -> None:
    found = crossings(GRID, np.array([GRID < 0.33, GRID < 2]))
    assert (found.stretches.tolist(), found.ceases.tolist()) == ([1, 1], [True, False])
    assert found.least.tolist() == [0, 0]


def test_what_is_seen_beside_the_grid_makes_crossings_of_its_own() -> None:
    beside = Seen(np.array([1]), np.array([0.42]), np.array([True]))
    found = crossings(GRID, np.array([GRID > 0.25, GRID > 2, GRID < 0.25]), beside)
    assert found.of(1, 1).outside == pytest.approx([0.4, 0.5])
    assert found.of(1, 1).inside == pytest.approx([0.42, 0.42])
    assert found.least == pytest.approx([0.3, 0.42, 0.0])
    assert found.ceases.tolist() == [False, True, True]
