"""Games whose solutions are in every textbook: prisoners' dilemma, stag hunt, chicken, matching pennies, and trees."""

import sys

import numpy as np
import pytest

from sdmodel.analysis.game.tables import (
    best_responses,
    better_for_both,
    dominant,
    equilibria,
    mixed,
    risk_dominant,
    undominated,
)
from sdmodel.analysis.game.tree import solved
from sdmodel.errors import ExperimentError

PRISONERS = np.array([[3.0, 0.0], [5.0, 1.0]])  # cooperate, defect
STAG_HUNT = np.array([[4.0, 0.0], [3.0, 2.0]])  # stag, hare
CHICKEN = np.array([[0.0, -1.0], [1.0, -10.0]])  # swerve, straight
PENNIES = np.array([[1.0, -1.0], [-1.0, 1.0]])


def pure(first: np.ndarray, second: np.ndarray) -> list[list[int]]:
    return np.argwhere(equilibria(first, second)).tolist()


def test_prisoners_defect_though_both_would_rather_not() -> None:
    first, second = PRISONERS, PRISONERS.T
    assert pure(first, second) == [[1, 1]]
    assert dominant(first, 0) == dominant(second, 1) == 1
    assert better_for_both(first, second, (1, 1)) == [(0, 0)]
    assert undominated(first, second) == ([1], [1])


def test_a_stag_hunt_has_two_equilibria_and_the_hare_is_safer() -> None:
    first, second = STAG_HUNT, STAG_HUNT.T
    assert pure(first, second) == [[0, 0], [1, 1]]
    assert dominant(first, 0) is None
    assert risk_dominant(first, second, [(0, 0), (1, 1)]) == (1, 1)  # (2 - 0)² > (4 - 3)²
    safe_stag = np.array([[4.0, 1.5], [3.0, 2.0]])
    assert risk_dominant(safe_stag, safe_stag.T, [(0, 0), (1, 1)]) == (0, 0)
    even = np.array([[1.0, 0.0], [0.0, 1.0]])
    assert risk_dominant(even, even, [(0, 0), (1, 1)]) is None


def test_chicken_has_two_pure_equilibria_and_a_mixed_one() -> None:
    """Each swerves with probability 9/10: then straight pays 0.9 - 1 = -0.1, as swerving does."""
    pytest.importorskip("nashpy", reason="mixed equilibria need the extra: game")
    first, second = CHICKEN, CHICKEN.T
    assert pure(first, second) == [[0, 1], [1, 0]]
    [found] = mixed(first, second)
    np.testing.assert_allclose([found.first, found.second], [[0.9, 0.1]] * 2)
    assert found.payoffs == pytest.approx((-0.1, -0.1))


def test_matching_pennies_has_only_the_mixed_equilibrium() -> None:
    pytest.importorskip("nashpy", reason="mixed equilibria need the extra: game")
    assert pure(PENNIES, -PENNIES) == []
    [found] = mixed(PENNIES, -PENNIES)
    np.testing.assert_allclose([found.first, found.second], [[0.5, 0.5]] * 2)
    assert mixed(PRISONERS, PRISONERS.T) == []


def test_three_choices_are_struck_out_one_after_the_other() -> None:
    """The last choice is worse than the second only once the first player's last is gone."""
    first = np.array([[3.0, 2.0, 1.0], [2.0, 1.0, 0.5], [1.0, 0.0, 0.0]])
    second = np.array([[2.0, 3.0, 1.0], [2.0, 3.0, 1.0], [0.0, 0.0, 9.0]])
    assert undominated(first, second) == ([0], [1])


def test_many_games_are_solved_at_once_and_ties_are_all_best() -> None:
    first = np.stack([PRISONERS, STAG_HUNT, np.zeros((2, 2))])
    second = np.stack([PRISONERS.T, STAG_HUNT.T, np.zeros((2, 2))])
    assert equilibria(first, second).sum(axis=(1, 2)).tolist() == [1, 2, 4]
    assert best_responses(first, second)[0][0].tolist() == [[False, False], [True, True]]


def test_a_prisoners_dilemma_twice_over_is_defection_throughout() -> None:
    """What is played at the end is known, so nothing earlier can hang on it."""
    first = (PRISONERS.ravel()[:, None] + PRISONERS.ravel()[None]).ravel()
    second = (PRISONERS.T.ravel()[:, None] + PRISONERS.T.ravel()[None]).ravel()
    play = solved(first, second, (2, 2), 2)
    assert play.path == ((1, 1), (1, 1))
    assert play.values == (2.0, 2.0)
    assert (play.nodes, play.several, play.mixing) == (5, 0, 0)


def test_a_reward_at_the_end_can_make_cooperation_pay_at_the_start() -> None:
    """A stag hunt follows: after mutual cooperation its good equilibrium is the only one, else the bad one."""
    after = {0: np.array([[9.0, 9.0], [0.0, 0.0]]), 1: np.array([[0.0, 0.0], [0.0, 0.0]])}
    first = np.stack([PRISONERS.ravel()[at] + after[0 if at == 0 else 1] for at in range(4)])
    second = np.stack([PRISONERS.T.ravel()[at] + after[0 if at == 0 else 1].T for at in range(4)])
    play = solved(first.ravel(), second.ravel(), (2, 2), 2)
    assert play.path[0] == (0, 0)
    assert play.values == (12.0, 12.0)


def test_nodes_without_a_pure_equilibrium_are_mixed() -> None:
    pytest.importorskip("nashpy", reason="mixed equilibria need the extra: game")
    play = solved(PENNIES.ravel(), -PENNIES.ravel(), (2, 2), 1)
    assert (play.mixing, play.values) == (1, (0.0, 0.0))


def test_a_missing_extra_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nashpy", None)
    with pytest.raises(ExperimentError, match=r"pip install 'sdmodel\[game\]'"):
        mixed(CHICKEN, CHICKEN.T)
