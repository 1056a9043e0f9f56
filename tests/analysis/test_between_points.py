"""A peak between two points of the grid is found where the numbers rise towards the limit; what cannot be is not."""

import numpy as np

from sdmodel.analysis.levers.between import between

GRID = np.linspace(0, 1, 17)
PEAKS = np.array([0.1, 0.43, 0.5, 0.93])
Array = np.ndarray


def look(heights: Array, rounds: int = 8, sign: float = 1.0) -> tuple[list[int], int]:
    """Cases that were found, and how often was asked; margins are hills with tops of `heights` at PEAKS."""
    asked: list[int] = []

    def margin(x: Array, case: Array) -> Array:
        return sign * (heights[case] - (x - PEAKS[case]) ** 2)

    def ask(x: Array, case: Array) -> tuple[Array, Array]:
        asked.append(len(x))
        return margin(x, case) >= 0, margin(x, case)

    case, point = (one.ravel() for one in np.indices((len(PEAKS), len(GRID))))
    on_grid = margin(GRID[point], case).reshape(len(PEAKS), -1)
    seen = between(GRID, on_grid >= 0, on_grid, ask, rounds)
    if len(seen.case):
        np.testing.assert_array_equal(seen.holds, margin(seen.x, seen.case) >= 0)
    return sorted(set(seen.case.tolist())), sum(asked)


def test_narrow_windows_are_found_wherever_they_lie() -> None:
    """Of a width of 0.004, a fifteenth of the gap between two points; at 0.5 the grid itself has seen it."""
    assert look(np.full(4, 4e-6))[0] == [0, 1, 3]


def test_narrow_gaps_in_what_holds_are_found_as_well() -> None:
    assert look(np.full(4, 4e-6), sign=-1.0)[0] == [0, 1, 3]


def test_peaks_that_stay_short_of_the_limit_cost_few_questions() -> None:
    found, asked = look(np.full(4, -0.1))
    assert (found, asked) == ([], 0)
    found, asked = look(np.full(4, -1e-4))
    assert found == []
    assert asked < 4 * 8


def test_what_only_holds_or_fails_is_not_asked_for() -> None:
    def ask(x: Array, case: Array) -> tuple[Array, Array]:
        raise AssertionError

    flat = np.full((2, 17), -1.0)
    assert len(between(GRID, flat >= 0, flat, ask, 8).case) == 0
    never = np.full((2, 17), -np.inf)
    assert len(between(GRID, never >= 0, never, ask, 8).case) == 0
    failed = np.full((2, 17), np.nan)
    assert len(between(GRID, failed >= 0, failed, ask, 8).case) == 0
