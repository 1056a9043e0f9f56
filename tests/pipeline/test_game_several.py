"""`game` says what there is beside the equilibria that it lists, and what hangs on which is played at each stage."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sdmodel.pipeline.game import game
from sdmodel.pipeline.question import Question, load

STUDY = """\
model = "tiny.mdl"
baseline = "base"
[scenarios.base]
[outcomes.a_gets]
variable = "worth of a"
reduce = "last"
[outcomes.b_gets]
variable = "worth of b"
reduce = "last"
[game]
title = "A game."
[game.players.a]
title = "Ann"
payoff = "a_gets"
bundles.low = { "a" = 0 }
bundles.high = { "a" = 1 }
[game.players.b]
title = "Bob"
payoff = "b_gets"
bundles.low = { "b" = 0 }
bundles.high = { "b" = 1 }
"""
STAGES = "[game.stages]\nfirst = 0\nevery = 5\ncount = 3\nover = 1\n"


@pytest.fixture
def question(mdl: Callable[..., Path]) -> Callable[..., Question]:
    """A game in which a and b get so much a unit of time, over 15: question(what a gets, what b gets, more)."""

    def make(a: str, b: str, more: str = "") -> Question:
        model = mdl(
            *(f"worth of a = INTEG({a}, 0)", f"worth of b = INTEG({b}, 0)", "a = 0", "b = 0"), stop=15, step=0.25
        )
        path = model.with_name("game.toml")
        path.write_text(STUDY + more, encoding="utf-8")
        return load(path)

    return make


def test_a_continuum_of_equilibria_is_told(question: Callable[..., Question]) -> None:
    """The payoffs [[1, 1], [1, 0]] and [[1, 0], [1, 1]]: against low of b, a may mix as it likes."""
    one = question("1 - a * b", "1 - b + a * b")
    finding = game(one.study, one.model, futures=0)
    assert "The game is degenerate" in finding.sentence
    assert "all mixtures between Low–Low and High–Low" in finding.sentence
    assert finding.table.attrs["degenerate"] == "there is a continuum of equilibria"


def test_a_player_who_minds_nothing_is_told(question: Callable[..., Question]) -> None:
    one = question("3", "1 + b")
    finding = game(one.study, one.model, futures=0)
    assert "all mixtures between Low–High and High–High" in finding.sentence


def test_a_game_with_a_lone_equilibrium_says_nothing_of_the_kind(question: Callable[..., Question]) -> None:
    one = question("3 + a - 2 * b", "3 + b - 2 * a")
    finding = game(one.study, one.model, futures=0, stages=False)
    assert "degenerate" not in finding.sentence
    assert finding.table.attrs["degenerate"] == ""


def test_the_range_over_equilibria_of_the_stages_is_told(question: Callable[..., Question]) -> None:
    """Both gain 2 where both are high and lose 1 where one is alone: at every node both low, or both high."""
    one = question("2 * a * b - a * (1 - b)", "2 * a * b - b * (1 - a)", STAGES)
    finding = game(one.study, one.model, futures=0, stages=True)
    table = finding.table
    np.testing.assert_allclose(table["stage_payoff"].values, [30, 30])
    np.testing.assert_allclose(table["stage_least"].values, [0, 0], atol=1e-9)
    np.testing.assert_allclose(table["stage_most"].values, [30, 30])
    assert table.attrs["nodes_with_several"] == table.attrs["nodes"] == 21
    assert "the first move hangs on it" in finding.sentence
    assert "Ann 0 to 30 and Bob 0 to 30" in finding.sentence


def test_without_several_equilibria_no_range_is_told(question: Callable[..., Question]) -> None:
    one = question("a - 2 * b", "b - 2 * a", STAGES)
    finding = game(one.study, one.model, futures=0, stages=True)
    assert "stage_least" not in finding.table
    assert "rules of choice" not in finding.sentence


def test_what_is_chosen_first_holds_from_the_start_and_later_choices_come_in_a_line(
    question: Callable[..., Question],
) -> None:
    """High throughout is worth 15 in full: a first choice that came in a line over 1 would be worth 14.5."""
    one = question("a", "b", STAGES)
    finding = game(one.study, one.model, futures=0, stages=True)
    np.testing.assert_allclose(finding.table["stage_payoff"].values, [15, 15])
    assert any("what is chosen first holds from the start of the run" in one for one in finding.caveats)
