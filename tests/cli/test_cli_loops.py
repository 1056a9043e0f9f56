"""`loops` tells what each feedback loop moves, and `check` whether the structure holds."""

import json
from pathlib import Path

import pytest

DEAD = """
[loops.dead]
kind = "reinforcing"
path = ["Infectious", "infection"]
knock_out = { "vaccination rate" = 0 }
"""


@pytest.fixture
def dead(sir: Path) -> Path:
    """A study with a loop whose knock-out sets what is so already, in all scenarios but one that is gone."""
    text = sir.read_text(encoding="utf-8")
    begin, end = text.index("[scenarios.vaccination]"), text.index("[uncertainties]")
    sir.write_text(text[:begin] + text[end:] + DEAD, encoding="utf-8")
    return sir


def test_loops_are_listed_with_what_they_move(said) -> None:
    done = said("loops", "sir", "--outcome", "peak")
    assert done.code == 0
    assert "Infectious → infection → Infectious" in done.out
    assert "Infectious at the peak, Nothing: 0.2342 with all loops" in done.out
    assert "Loop polarity holds: each has the sign of its kind." in done.out
    assert done.err == ""


def test_another_scenario_may_be_asked_for(said) -> None:
    assert "Lockdown of a month" in said("loops", "sir", "--scenario", "lockdown").out
    wrong = said("loops", "sir", "--scenario", "lokdown")
    assert (wrong.code, wrong.out) == (2, "")
    assert 'Did you mean "lockdown"?' in wrong.err


def test_loops_print_json(said) -> None:
    done = said("loops", "sir", "--json")
    assert json.loads(done.out)["table"]["coords"]["loop"]["values"] == ["contagion", "recovery"]


def test_a_dead_switch_is_exit_code_1(said, dead: Path) -> None:
    done = said("loops", dead)
    assert done.code == 1
    assert "Loop knock-out FAILS: dead moves nothing: a dead switch." in done.out


def test_a_study_without_loops_is_asked_wrongly(said) -> None:
    done = said("loops", "richardson")
    assert done.code == 2
    assert "the study has no loops; a table [loops.NAME] makes one." in done.err


def test_check_prints_the_structure_tests_after_all_others(said) -> None:
    done = said("check", "sir", "--no-pysd")
    assert done.code == 0
    assert done.out.index("structure test") > done.out.index("time step")
    assert "Susceptible + Infectious + Immune over time, in 4 scenarios" in done.out
    assert done.out.rstrip().endswith("All 7 tests of structure hold.")


def test_check_tells_structure_in_json_too(said) -> None:
    told = json.loads(said("check", "sir", "--no-pysd", "--json").out)["structure"]
    names = [one["name"] for one in told["tests"]]
    assert names[:3] == ["Loop structure", "Loop polarity", "Loop knock-out"]
    assert names[3:] == ["Conservation", "Equilibrium", "Extreme conditions", "Integration error"]
    assert all(one["holds"] for one in told["tests"])
    assert told["tests"][0]["number"] is None


def test_a_structure_test_that_fails_is_exit_code_1(said, dead: Path) -> None:
    done = said("check", dead, "--no-pysd")
    assert done.code == 1
    assert "6 of 7 tests of structure hold; Loop knock-out fails." in done.out


def test_a_model_file_alone_has_no_structure_tests(said, dead: Path) -> None:
    done = said("check", dead.with_suffix(".mdl"), "--no-pysd")
    assert done.code == 0
    assert "structure test" not in done.out
