"""Degenerate games, and trees with several equilibria at a node: what there is beside what is listed."""

import numpy as np
import pytest

from sdmodel.analysis.game.degenerate import continua, degenerate, extreme
from sdmodel.analysis.game.mixed import Mixed
from sdmodel.analysis.game.selections import selections
from sdmodel.analysis.game.several import MAYBE, NONE, PROVEN, continuum, degeneracy_words, selection_words
from sdmodel.analysis.game.tables import mixed, pure_equilibria
from sdmodel.analysis.game.tree import Tree

SEGMENT = np.array([[1.0, 1.0], [1.0, 0.0]]), np.array([[1.0, 0.0], [1.0, 1.0]])
# von Stengel (2007), section 3.6: the first game there, and the same with one payoff of the second player changed
REGULAR = np.array([[3.0, 3.0], [2.0, 5.0], [0.0, 6.0]]), np.array([[3.0, 2.0], [2.0, 6.0], [3.0, 1.0]])
TEXTBOOK = REGULAR[0], np.array([[3.0, 3.0], [2.0, 6.0], [3.0, 1.0]])
STAG_HUNT = np.array([[4.0, 0.0], [3.0, 2.0]])
TITLES = (("Up", "Down"), ("Left", "Right"))


def known(first: np.ndarray, second: np.ndarray) -> list[Mixed]:
    pytest.importorskip("nashpy", reason="mixed equilibria need the extra: game")
    return [*pure_equilibria(first, second), *mixed(first, second)]


def test_a_segment_of_equilibria_is_told_with_its_ends() -> None:
    """Up against Left is an equilibrium, and so is Down: the first player may mix as it likes."""
    found = pure_equilibria(*SEGMENT)
    assert continuum(*SEGMENT, found) == PROVEN
    said = degeneracy_words(*SEGMENT, found, TITLES)
    assert "degenerate" in said
    assert "all mixtures between Up–Left and Down–Left" in said
    for part in np.linspace(0, 1, 11):  # each is an equilibrium indeed
        row, column = np.array([1 - part, part]), np.array([1.0, 0.0])
        first, second = SEGMENT
        assert row @ first @ column >= (first @ column).max() - 1e-12
        assert row @ second @ column >= (row @ second).max() - 1e-12


def test_extreme_points_of_the_textbook_game_are_found() -> None:
    """A segment from the pure equilibrium to a mixed one, and a lone mixed equilibrium."""
    found = known(*TEXTBOOK)
    points = {(tuple(one.first.round(4)), tuple(one.second.round(4))) for one in found}
    assert points == {
        ((1.0, 0.0, 0.0), (1.0, 0.0)),
        ((1.0, 0.0, 0.0), (0.6667, 0.3333)),
        ((0.0, 0.3333, 0.6667), (0.3333, 0.6667)),
    }
    assert continuum(*TEXTBOOK, found) == PROVEN
    assert len(list(continua(found))) == 1


def test_games_that_are_not_degenerate_say_nothing() -> None:
    for first, second in (REGULAR, (STAG_HUNT, STAG_HUNT.T)):
        found = known(first, second)
        assert not degenerate(first, second, found)
        assert len(extreme(first, second)) == len(found) == 3
        assert continuum(first, second, found) == NONE
        assert degeneracy_words(first, second, found, (("U", "M", "D"), TITLES[1])) == ""


def test_indifference_that_proves_no_continuum_is_told_as_a_maybe() -> None:
    """Down pays as much as Up against Left, but the second player then leaves Left at the least chance of it."""
    first, second = np.array([[1.0, 0.0], [1.0, 2.0]]), np.array([[1.0, 1.0], [0.0, 5.0]])
    found = pure_equilibria(first, second)
    assert any(one.first[0] == 1 and one.second[0] == 1 for one in found)
    assert continuum(first, second, found[:1]) == MAYBE
    assert "there may be a continuum" in degeneracy_words(first, second, found[:1], TITLES)


def test_units_of_payoffs_change_nothing() -> None:
    for factor in (1e-6, 1e7):
        first, second = (factor * table - 3 * factor for table in TEXTBOOK)
        assert len(known(first, second)) == 3


def test_what_hangs_on_which_equilibrium_is_played_is_told() -> None:
    """A stag hunt twice over, known by hand: hare throughout gives 2 + 2, stag throughout 4 + 4."""
    after = np.add.outer(STAG_HUNT.ravel(), STAG_HUNT.ravel()).ravel()
    others = np.add.outer(STAG_HUNT.T.ravel(), STAG_HUNT.T.ravel()).ravel()
    tree = Tree(after, others, (2, 2), 2)
    play = tree.solved()
    assert (play.nodes, play.several, play.on_path, play.values) == (5, 5, 2, (8.0, 8.0))
    found = selections(tree, play, 1)
    assert found is not None
    assert (found.least, found.most) == ((4.0, 4.0), (8.0, 8.0))
    assert {(0, 0), (1, 1)} <= set(found.first_moves)
    said = selection_words(("A", "B"), play, found, lambda profile: str(profile))
    assert "At 5 of 5 nodes, 2 of them on the way" in said
    assert "A 4 to 8 and B 4 to 8" in said
    assert "the first move hangs on it" in said


def test_a_tree_with_one_equilibrium_at_every_node_needs_no_choice() -> None:
    prisoners = np.array([[3.0, 0.0], [5.0, 1.0]])
    tree = Tree(prisoners.ravel(), prisoners.T.ravel(), (2, 2), 1)
    assert selections(tree, tree.solved(), 1) is None


def test_the_same_seed_gives_the_same_range() -> None:
    rng = np.random.default_rng(3)
    tree = Tree(*(rng.integers(0, 3, (2, 4**3)).astype(float)), (2, 2), 3)
    play = tree.solved()
    assert selections(tree, play, 5) == selections(tree, play, 5)
