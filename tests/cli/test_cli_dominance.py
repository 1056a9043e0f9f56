"""`sdmodel dominance`: what it prints, its JSON, and its refusals."""

import json

import pytest


def test_a_shipped_study_shows_loops_periods_and_futures(said):
    answer = said("dominance", "sir", "--futures", 30)
    assert answer.code == 0
    for words in ("Contagion", "Infectious → infection → Infectious", "mean share", "Largest share", "on average"):
        assert words in answer.out
    assert "Share of 30 futures in which the loop leads" in answer.out
    assert "Strongest of" in answer.out
    assert "not what would happen without them" in answer.out


def test_a_model_file_alone_is_enough(said, mdl):
    answer = said("dominance", mdl("S = INTEG(growth, 1)", "growth = 0.2 * S * room", "room = 1 - S / 50", stop=40))
    assert answer.code == 0
    assert "S → growth → S" in answer.out
    assert "Share of" not in answer.out


def test_json_is_the_finding(said):
    answer = said("dominance", "lotka_volterra", "--json", "--cap", 3)
    told = json.loads(answer.out)
    assert told["name"] == "dominance"
    assert told["table"]["variables"]["relative"]["shape"][1] == 3
    assert told["table"]["attributes"]["complete"] == 0


def test_scenarios_and_a_variable_can_be_chosen(said):
    answer = said("dominance", "sir", "--scenario", "nothing", "--through", "susceptible")
    assert answer.code == 0
    assert "Susceptible → infection" in answer.out
    assert "Recovery" not in answer.out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["sir", "--scenario", "nothin"], 'Did you mean "nothing"'),
        (["sir", "--through", "infectous"], 'Did you mean "Infectious"'),
        (["sir", "--loops", "every"], "must be one of all, study"),
        (["sir", "--cap", "0"], "--cap 0"),
        (["sir", "--data", "x.csv"], "is a study, which names its own"),
        (["nowhere"], "neither a file nor a model"),
    ],
)
def test_what_cannot_be_asked_exits_with_2(said, words, told):
    answer = said("dominance", *words)
    assert answer.code == 2
    assert told in answer.err
    assert "Traceback" not in answer.err
