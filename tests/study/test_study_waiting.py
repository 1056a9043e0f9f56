"""The table [waiting.NAME]: a step, a patience, and the two theories of which one may hold."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sdmodel.errors import StudyError
from sdmodel.pipeline.question import load
from sdmodel.study.search.spec import Options

HEAD = """\
model = "tiny.mdl"
baseline = "base"
[scenarios.base]
[scenarios.moving]
"step" = { ramp = { from = 1, to = 2, value = 1 } }
[outcomes.worth]
variable = "level"
reduce = "last"
better = "higher"
[variants.friend]
"slope" = 1
[variants.foe]
"slope" = -1
"""
STEP = {
    "size": '{ "Step" = [0, 1] }',
    "patience": '{ "wait" = [1, 2, 9] }',
    "theories": '["friend", "foe"]',
    "outcome": '"worth"',
}


@pytest.fixture
def asked(mdl: Callable[..., Path]) -> Callable[..., Path]:
    def write(**keys: str) -> Path:
        path = mdl("level = INTEG(slope * step, 0)", "slope = 0", "step = 0", "wait = 1").with_name("asked.toml")
        lines = [f"{name} = {value}" for name, value in {**STEP, **keys}.items()]
        path.write_text("\n".join([HEAD, "[waiting.first]", *lines]), encoding="utf-8")
        return path

    return write


def test_names_are_the_model_s_own_and_what_is_left_out_has_a_usual_value(asked) -> None:
    one = load(asked()).study.searches.waiting["first"]
    assert one.size == Options("step", (0.0, 1.0))
    assert (one.title, one.scenario, one.prior, one.theories) == ("First", "base", 0.5, ("friend", "foe"))


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"size": '{ "stap" = [0, 1] }'}, 'Did you mean "step"'),
        ({"size": '{ "step" = [1, 0] }'}, "must rise"),
        ({"size": '{ "step" = [1] }'}, "size"),
        ({"size": '{ "step" = [0, 1], "wait" = [1, 2] }'}, "size"),
        ({"theories": '["friend", "fow"]'}, 'no variant "fow"'),
        ({"theories": '["friend", "friend"]'}, "both theories are the same"),
        ({"theories": '["friend"]'}, "theories"),
        ({"outcome": '"wort"'}, 'Did you mean "worth"'),
        ({"scenario": '"bose"'}, 'no scenario "bose"'),
        ({"scenario": '"moving"'}, "follows a course in time"),
        ({"prior": "2"}, "prior"),
        ({"priors": "0.2"}, 'Did you mean "prior"'),
    ],
)
def test_what_does_not_fit_is_told(asked, keys: dict[str, str], told: str) -> None:
    with pytest.raises(StudyError, match=told) as problem:
        load(asked(**keys))
    assert "asked.toml, line" in str(problem.value)
