"""A study may name a game of two players; what does not fit is told where it stands."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sdmodel.errors import StudyError
from sdmodel.pipeline.question import load
from sdmodel.study.spec import Study

HEAD = """\
model = "tiny.mdl"
baseline = "base"
[scenarios.base]
[scenarios.pulsed]
"effort" = { pulse = 1, at = 1, width = 1 }
[outcomes.end]
variable = "stock"
reduce = "last"
"""
PLAYERS = """
[game.players.one]
payoff = "end"
bundles.less = { "effort" = 0.1 }
bundles.more = { "EFFORT" = 0.9 }
[game.players.two]
title = "The second"
payoff = { end = -2 }
bundles.less = { title = "Less of it", "help" = 0.1 }
bundles.more = {}
"""


@pytest.fixture
def asked(mdl: Callable[..., Path]) -> Callable[[str], Study]:
    """The bound study of a text on a stock that effort and help drain."""

    def write(text: str) -> Study:
        model = mdl("stock = INTEG(-(effort + help) * stock, 1)", "effort = 0 ~ 1/Month [0,1]", "help = 0")
        path = model.with_name("asked.toml")
        path.write_text(HEAD + text, encoding="utf-8")
        return load(path).study

    return write


def test_a_game_has_players_bundles_and_payoffs_in_the_names_of_the_model(asked: Callable[[str], Study]) -> None:
    game = asked('[game.weights]\n"HELP" = [0, 1]\nend = [0, 3]\n' + PLAYERS).game
    assert game is not None
    first, second = game.players
    assert (first.title, second.title) == ("One", "The second")
    assert first.bundles[1].settings == {"effort": 0.9}
    assert (first.payoff, second.payoff) == ({"end": 1.0}, {"end": -2.0})
    assert second.bundles[0].title == "Less of it"
    assert game.weights == {"help": (0, 1), "end": (0, 3)}
    assert (game.scenario, game.title, game.inputs) == ("base", "One and The second", ("effort", "help"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[game]\nscenario = 'bas'" + PLAYERS, r'\[game\], key "scenario": the file has no scenario "bas"'),
        ("[game]\nscenario = 'pulsed'" + PLAYERS, '"effort" follows a course in time in "pulsed"'),
        ("[game]\nplayer = {}" + PLAYERS, 'Did you mean "players"'),
        (PLAYERS.replace('"end"', '"ende"'), 'the file has no outcome "ende". Did you mean "end"'),
        (PLAYERS.replace('"EFFORT"', '"efort"'), 'Did you mean "effort"'),
        (PLAYERS.replace("0.9", "9"), "9 is outside the limits"),
        (PLAYERS.replace("0.9", "'a lot'"), "must be a number"),
        (PLAYERS.replace("bundles.more = {}\n", ""), "at least 2"),
        (PLAYERS.partition("[game.players.two]")[0], "must be two, not 1"),
        (
            "[game.weights]\nhepl = [0, 1]" + PLAYERS,
            'neither an outcome of the payoffs nor an input. Did you mean "help"',
        ),
        ("[game.weights]\nhelp = [1, 0]" + PLAYERS, "must rise"),
        ("[game.stages]\nfirst = 0\nevery = 1\ncount = 2\nover = 1" + PLAYERS, '"over" must be less than "every"'),
        ("[game.stages]\nfirst = 0\nevery = 9\ncount = 2\nover = 1" + PLAYERS, "the run ends at 4"),
        (
            "[game.stages]\nfirst = 0\nevery = 1\ncount = 10\nover = 0.5\n" + PLAYERS + "bundles.third = {}",
            "fewer stages",
        ),
        (PLAYERS.replace('"help"', '"stock"') + "[game.stages]\nfirst=0\nevery=1\ncount=2\nover=0.5", "is a stock"),
    ],
)
def test_what_does_not_fit_is_told_where_it_stands(asked: Callable[[str], Study], text: str, told: str) -> None:
    with pytest.raises(StudyError, match=told):
        asked(text)
