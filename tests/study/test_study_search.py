"""A study may name targets, levers that are moved together, and moves in time; what does not fit is told."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sdmodel.errors import StudyError
from sdmodel.pipeline.question import load
from sdmodel.study.search.spec import Lever, Requirement
from sdmodel.study.search.targets import requirement_of
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
[targets.low]
requires = ["end <= 0.5"]
limits = [0.4, 0.5, 0.6]
"""
SEARCH = """\
[search.all]
levers = { "Effort" = 1, "help" = [0.1, 0.9] }
"""


@pytest.fixture
def asked(mdl: Callable[..., Path]) -> Callable[[str], Study]:
    """The bound study of a text on a stock that effort and help drain."""

    def write(text: str) -> Study:
        model = mdl(
            *("stock = INTEG(-(effort + help) * stock, 1)", "effort = 0 ~ 1/Month [0,1]", "help = 0", "begin = 1"),
            *("cost = effort",),
        )
        path = model.with_name("asked.toml")
        path.write_text(HEAD + text, encoding="utf-8")
        return load(path).study

    return write


def test_a_requirement_is_an_outcome_an_operator_and_a_number() -> None:
    assert requirement_of(' "both pillars" <= 2040') == Requirement("both pillars", "<=", 2040.0)
    assert str(requirement_of("end>0.25")) == "end > 0.25"
    for wrong in ("end", "end = 1", "end <= nan", "end <= inf", "<= 1", "end <= 1 <= 2", "end <= x"):
        with pytest.raises(ValueError, match="must be an outcome, an operator"):
            requirement_of(wrong)


def test_levers_take_the_names_of_the_model_and_their_ends(asked: Callable[[str], Study]) -> None:
    searches = asked(SEARCH).searches
    assert searches.search["all"].levers == (Lever("effort", 1.0, None), Lever("help", 0.9, 0.1))
    assert searches.search["all"].scenarios == ("base",)
    assert searches.targets["low"].limits == (0.4, 0.5, 0.6)


def test_two_sides_have_levers_of_their_own(asked: Callable[[str], Study]) -> None:
    text = (
        '[search.both.sides.a]\nlevers = { effort = 1 }\ncost = "end"\n[search.both.sides.b]\nlevers = { help = 1 }\n'
    )
    search = asked(text).searches.search["both"]
    assert [side.title for side in search.sides] == ["A", "B"]
    assert search.costs == ("end",)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[targets.x]\nrequires = ["ende <= 1"]', r'\[targets.x\].*no outcome "ende". Did you mean "end"\?'),
        ("[targets.x]\nrequires = []", "at least 1 item"),
        ('[targets.x]\nrequires = ["end <= 1"]\nlimits = [2, 1]', "must rise"),
        ("[targets.x]\nrequire = []", 'Did you mean "requires"'),
        ("[search.x]\n", 'needs "levers", or two "sides"'),
        ("[search.x]\nlevers = { efort = 1 }", r'\[search.x\], key "levers" → "efort": .*Did you mean "effort"\?'),
        ("[search.x]\nlevers = { effort = 2 }", "2 is outside the limits"),
        ("[search.x]\nlevers = { effort = [1, 1] }", "both ends are the same"),
        ("[search.x]\nlevers = { effort = [1, 2, 3] }", "a pair"),
        ("[search.x]\nlevers = { stock = 1 }\nfrom = 1\nover = 1", "is a stock"),
        ("[search.x]\nlevers = { cost = 1 }", 'computed by "effort"'),
        ("[search.x]\nlevers = { effort = 1, EFFORT = 1 }", "is moved twice"),
        ("[search.x]\nlevers = { effort = 1 }\nfrom = 1", '"from" and "over" belong together'),
        ("[search.x]\nlevers = { effort = 1 }\nfrom = 9\nover = 1", "the run ends at 4"),
        ('[search.x]\nlevers = { effort = 1 }\nscenarios = ["pulsed"]', '"effort" follows a course in time'),
        ('[search.x]\nlevers = { effort = 1 }\nscenarios = ["bas"]', 'no scenario "bas"'),
        ('[search.x]\nlevers = { effort = 1 }\ntarget = "lo"', 'no target "lo"'),
        ('[search.x]\nlevers = { effort = 1 }\ncost = "en"', 'no outcome "en"'),
        ("[search.x]\nlevers = { effort = 1 }\nshare = 2", "at most 1"),
        ("[search.x.sides.a]\nlevers = { effort = 1 }", "must be two, not 1"),
        ("[search.x]\nlever = {}", 'Did you mean "levers"'),
        ("[timing.x]\nstarts = [1, 2]\n[timing.x.moves.a]\nstart = 'begin'", "must be two, not 1"),
        (
            "[timing.x]\nstarts = [1, 2]\n[timing.x.moves.a]\nstart = 'begin'\n"
            "[timing.x.moves.b]\nlevers = { help = 1 }",
            '"durations" is missing',
        ),
        (
            "[timing.x]\nstarts = [1, 9]\n[timing.x.moves.a]\nstart = 'begn'\n[timing.x.moves.b]\nstart = 'begin'",
            r'Did you mean "begin"\?',
        ),
        ("[timing.x]\nstarts = [2, 1]\nmoves = {}", "must rise"),
    ],
)
def test_what_does_not_fit_is_told_where_it_stands(asked: Callable[[str], Study], text: str, told: str) -> None:
    with pytest.raises(StudyError, match=told):
        asked(text)
