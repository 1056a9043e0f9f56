"""`sdmodel check` of a study runs its reality checks: what it prints, and its exit codes."""

import json

import pytest

STUDY = """
model = "tiny.mdl"
baseline = "usual"
[scenarios.usual]
[scenarios.isolation]
rate = 0.1
[uncertainties.rate]
distribution = "uniform"
low = 0.2
high = 0.5
"""
CHECK = """
[checks.PEAK]
statement = "If contacts are fewer, then fewer fall ill"
claims = ["C1"]
runs.few = { scenario = "isolation" }
runs.base = { }
expect = ["max(few, 'ill') < max(base, 'ill')"]
"""


@pytest.fixture
def asked(mdl):
    """A study on a small model, with a check; or with other text."""

    def write(check=CHECK):
        path = mdl("ill = INTEG(rate * ill, 1) ~ Person ~", "rate = 0.3 ~ 1/Month ~", stop=4, step=0.0078125)
        study = path.with_suffix(".toml")
        study.write_text(STUDY + check, encoding="utf-8")
        return study

    return write


def test_a_study_whose_checks_hold_exits_with_0(said, asked):
    answer = said("check", asked(), "--no-pysd", "--futures", 50)
    assert answer.code == 0
    for words in ("time step", "PEAK", "holds", "If contacts are fewer", "95 % interval", "100 %", "All 1 reality"):
        assert words in answer.out
    assert "not that the claim is true" in answer.out


def test_a_check_that_fails_exits_with_1_and_tells_the_numbers(said, asked):
    answer = said("check", asked(CHECK.replace(") < max", ") > max")), "--no-pysd", "--futures", 0)
    assert answer.code == 1
    assert "FAILS" in answer.out
    assert "PEAK fails: max(few, 'ill') > max(base, 'ill'): " in answer.out
    assert "95 % interval" not in answer.out


def test_json_holds_the_verdicts_with_both_sides(said, asked):
    answer = said("check", asked(), "--no-pysd", "--futures", 20, "--json")
    told = json.loads(answer.out)["reality"]
    (one,) = told["checks"]
    assert (told["futures"], one["name"], one["holds"], one["held"], one["claims"]) == (20, "PEAK", True, 20, ["C1"])
    assert one["sides"][0]["left"] < one["sides"][0]["right"]


def test_without_futures_the_share_is_unknown(said, asked):
    told = json.loads(said("check", asked(), "--no-pysd", "--futures", 0, "--json").out)["reality"]
    assert told["checks"][0]["share"] is None


def test_a_model_by_itself_and_a_study_without_checks_stay_as_they_were(said, asked):
    study = asked()
    alone = said("check", study.with_suffix(".mdl"), "--no-pysd")
    without = said("check", asked(""), "--no-pysd")
    assert (alone.code, alone.out) == (without.code, without.out)
    assert "if …, then …" not in alone.out


def test_names_in_expectations_that_do_not_exist_exit_with_2(said, asked):
    answer = said("check", asked(CHECK.replace("few, 'ill'", "few, 'ills'")), "--no-pysd")
    assert answer.code == 2
    assert "[checks.PEAK]" in answer.err
    assert 'Did you mean "ill"' in answer.err
