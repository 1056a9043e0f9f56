"""`sdmodel elasticity`: what it prints, its JSON, and its refusals."""

import json

import pytest


def test_loops_links_and_constants_are_told(said):
    answer = said("elasticity", "richardson", "--along", 3)
    assert answer.code == 0
    for words in ("Contribution of feedback loops", "Links between stocks", "reaction A", "time constant"):
        assert words in answer.out


def test_the_mode_of_a_stock_at_one_time(said):
    answer = said("elasticity", "sir", "--of", "infectious", "--at", 0)
    assert answer.code == 0
    assert "Infectious 100 %" in answer.out
    assert "Contagion" in answer.out


def test_json_has_the_whole_table(said):
    told = json.loads(said("elasticity", "lotka_volterra", "--json", "--along", 2).out)
    assert told["name"] == "elasticity"
    assert "loop_influence" in told["table"]["variables"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["sir", "--of", "infectous"], 'Did you mean "Infectious"'),
        (["sir", "--at", "-1"], "--at -1"),
        (["sir", "--scenario", "nothin"], 'Did you mean "nothing"'),
        (["sir", "--set", "infectivity"], "write it as"),
        (["nowhere"], "neither a file nor a model"),
    ],
)
def test_what_cannot_be_asked_exits_with_2(said, words, told):
    answer = said("elasticity", *words)
    assert answer.code == 2
    assert told in answer.err
    assert "Traceback" not in answer.err
