"""`game` prints payoffs with equilibria marked, shares of futures, the map, and play stage by stage."""

import json

import pytest


def test_game_prints_the_matrix_and_the_dilemma(said) -> None:
    done = said("game", "richardson", "--futures", 20)
    assert (done.code, done.err) == (0, "")
    assert "A chooses the row, B the column; * marks an equilibrium" in done.out
    assert "-0.286, -0.258 *" in done.out
    assert "Both would be better off with Hold–Hold, which is none: a dilemma." in done.out
    assert "Equilibrium in how many of 20 futures" in done.out
    assert "arms_of_a 0 to 3 against arms_of_b 0 to 3: equilibria on the map" in done.out


def test_game_prints_json(said) -> None:
    done = said("game", "richardson", "--futures", 0, "--points", 2, "--json")
    told = json.loads(done.out)
    assert told["name"] == "game"
    assert told["table"]["variables"]["equilibrium"]["values"] == [[False, False], [False, True]]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("game", "spiral"), "[game]"),
        (("game", "richardson", "--stages"), "[game.stages]"),
        (("game", "richardson", "--weights", "arms_of_a"), "a map goes over two weights"),
        (("game", "nowhere"), "neither a file nor a model"),
    ],
)
def test_what_is_asked_wrongly_is_exit_code_2(said, words: tuple[object, ...], told: str) -> None:
    done = said(*words)
    assert (done.code, done.out) == (2, "")
    assert told in done.err
