"""`sdmodel check`: what it prints, and its exit codes."""

import json

import pytest

SOUND = ("s = INTEG(-s/lag, 100) ~ Person ~", "lag = 2 ~ Month ~")


def test_a_sound_model_exits_with_0(said, mdl):
    """Each check in a line of its own."""
    answer = said("check", mdl(*SOUND, step=0.015625))
    assert answer.code == 0
    for part in ("reading", "units", "unused", "lookups", "time step", "integration", "PySD", "0 errors, 0 warnings"):
        assert part in answer.out


def test_a_warning_exits_with_1(said, mdl):
    """With variable, line and message."""
    answer = said("check", mdl(*SOUND, "x = s ~ Head ~", step=0.015625), "--no-pysd")
    assert answer.code == 1
    assert "the equation gives Person, but the variable is in Head" in answer.out
    assert "1 warning" in answer.out


def test_a_synonym_mends_it(said, mdl):
    path = mdl(*SOUND, "x = s ~ Head ~", "y = s ~ Capita ~", step=0.015625)
    assert said("check", path, "--no-pysd", "--synonym", "Person=Head=Capita").code == 0


def test_json_holds_the_findings(said, mdl):
    """For pipes and for integration servers."""
    answer = said("check", mdl(*SOUND, "x = s ~ Head ~", step=0.015625), "--no-pysd", "--json")
    told = json.loads(answer.out)
    assert answer.code == 1
    assert told["sound"] is False
    (finding,) = [one for one in told["findings"] if one["level"] == "warning"]
    assert (finding["check"], finding["variable"], finding["line"]) == ("units", "x", 8)
    assert [one["check"] for one in told["checks"]][:2] == ["reading", "units"]


def test_a_model_that_cannot_be_run_exits_with_1(said, mdl):
    """It is there, and it was checked."""
    answer = said("check", mdl("a = NOSUCHTHING(1)"))
    assert answer.code == 1
    assert "1 error" in answer.out
    assert not answer.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("nowhere.mdl",), "no such file"),
        (("sir", "--synonym", "Person"), 'write it as "Person=Head"'),
        (("sir", "--synonym", "=Head"), 'write it as "Person=Head"'),
        (("nothing known",), "neither a file nor a model"),
    ],
)
def test_what_is_asked_wrongly_exits_with_2(said, words, message):
    answer = said("check", *words)
    assert answer.code == 2
    assert message in answer.err


def test_a_study_names_its_model(said):
    """As with the other commands."""
    assert "richardson:" in said("check", "richardson", "--no-pysd").out
