"""A study says what must hold of its model's structure."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sdmodel.errors import StudyError
from sdmodel.model.expr import Number, Ref
from sdmodel.model.model import Auxiliary, Constant, Model, Stock
from sdmodel.study.bind import bind
from sdmodel.study.file import read_study
from sdmodel.study.spec import Study
from sdmodel.study.structure.bind import exchanged

HEAD = """\
model = "small.mdl"
baseline = "base"
[scenarios.base]
[outcomes.end]
variable = "US fear"
reduce = "last"
"""
WHOLE = """\
[structure]
swap = ["US", "China"]
one_sided = ["lead"]
conserved = [["us fear", "China fear"]]
within = "limits"
effects = ["end"]
[structure.rest]
accumulate = ["China fear"]
"us arms" = 0
"""
Write = Callable[[str], Path]


@pytest.fixture
def model(small: Callable[..., Model]) -> Model:
    return small(
        Constant(name="US arms", value=0.5, limits=(0.0, 1.0)),
        Constant(name="China arms", value=0.2, limits=(0.0, 1.0)),
        Stock(name="US fear", net_flow=Ref("China arms"), initial=Number(0.0)),
        Stock(name="China fear", net_flow=Ref("US arms"), initial=Number(0.0)),
        Auxiliary(name="lead", equation=Ref("US fear")),
    )


def bound(path: Path, model: Model) -> Study:
    return bind(read_study(path), model)


def refusal(path: Path, model: Model) -> str:
    with pytest.raises(StudyError) as caught:
        bound(path, model)
    return str(caught.value)


def test_what_is_asked_is_in_the_study_with_the_models_own_names(write: Write, model: Model) -> None:
    asked = bound(write(HEAD + WHOLE), model).structure
    assert asked is not None
    assert (asked.swap, asked.one_sided, asked.effects, asked.within) == (("US", "China"), ("lead",), ("end",), True)
    assert asked.conserved == (("US fear", "China fear"),)
    assert asked.rest is not None
    assert (asked.rest.settings, asked.rest.accumulate) == ({"US arms": 0.0}, ("China fear",))


def test_a_study_need_not_ask_for_anything(write: Write, model: Model) -> None:
    assert bound(write(HEAD), model).structure is None
    nothing = bound(write(HEAD + "[structure]\n"), model).structure
    assert nothing is not None
    assert (nothing.swap, nothing.conserved, nothing.rest, nothing.within) == ((), (), None, False)


def test_words_are_exchanged_where_they_are_whole() -> None:
    swap = ("US", "China")
    assert exchanged("US lead over China", swap) == "China lead over US"
    assert exchanged("trust in us policy", swap) == "trust in China policy"
    assert exchanged("status of a bus", swap) == "status of a bus"


@pytest.mark.parametrize(
    ("sound", "wrong", "words"),
    [
        ('["US", "China"]', '["US"]', 'key "swap": must have at least 2 items.'),
        ('["US", "China"]', '["US", "us"]', 'key "swap": must be two different words'),
        ('["US", "China"]', '["EU", "Japan"]', 'no name in the model has the word "EU" or "Japan".'),
        ('["US", "China"]', '["US", "Japan"]', '"US arms" has no counterpart "Japan arms" in the model.'),
        ('swap = ["US", "China"]\n', "", 'key "one_sided": belongs to swap'),
        ('["us fear", "China fear"]', '["US fear", "Chna fear"]', 'Did you mean "China fear"?'),
        ('["us fear", "China fear"]', '["US fear", "US arms"]', '"US arms" has no course in time.'),
        ('["us fear", "China fear"]', "[]", 'key "conserved" → item 1: must have at least 1 items.'),
        ('"limits"', '"bounds"', 'key "within": must be \'limits\', not the text "bounds".'),
        ('effects = ["end"]', 'effects = ["and"]', 'the file has no outcome "and". Did you mean "end"?'),
        ('accumulate = ["China fear"]', 'accumulate = ["lead"]', '"lead" is no stock: nothing accumulates in it.'),
        ('"us arms" = 0', '"us amrs" = 0', 'Did you mean "US arms"?'),
        ('"us arms" = 0', '"us arms" = "no"', '"us arms": must be a number, not the text "no".'),
        ('effects = ["end"]', 'efects = ["end"]', 'there is no such key. Did you mean "effects"?'),
    ],
)
def test_what_does_not_fit_is_told_with_its_key(write: Write, model: Model, sound: str, wrong: str, words: str) -> None:
    assert WHOLE.count(sound) == 1
    told = refusal(write(HEAD + WHOLE.replace(sound, wrong)), model)
    assert "[structure]" in told
    assert words in told
