"""`equilibria`, `tipping` and `hysteresis` on the command line: tables, JSON, exit codes of wrong questions."""

import json

import pytest

RICHARDSON = ("tipping", "richardson", "--x", "reaction A", "--y", "reaction B")


def test_equilibria_prints_states_modes_and_what_it_means(said):
    answer = said("equilibria", "richardson")
    assert answer.code == 0
    for words in ("Equilibria", "1 (stable)", "0.785714", "Slowest modes", "time constant of 5 Year", "may be others"):
        assert words in answer.out


def test_equilibria_under_a_scenario_and_a_setting(said):
    answer = said("equilibria", "richardson", "--scenario", "mutual_fear", "--set", "grievance A=0", "--json")
    told = json.loads(answer.out)
    assert answer.code == 0
    assert told["name"] == "equilibria"
    assert told["table"]["variables"]["kind"]["values"] == ["unstable"]
    assert "mutual_fear, grievance A = 0" in told["sentence"]


def test_equilibria_along_a_run(said):
    answer = said("equilibria", "core_spiral", "--along", 3)
    assert answer.code == 0
    assert "The leading mode: at 0 it grows e-fold" in answer.out


def test_tipping_prints_points_and_the_distance_from_the_base(said):
    answer = said(*RICHARDSON, "--when", "growth() > 0", "--tolerance", 1e-6)
    assert answer.code == 0
    for words in ("Line 1", "reaction A", "At the base point it does not hold", "alone it would change at 0.667"):
        assert words in answer.out


def test_tipping_over_a_third_input_as_json(said):
    answer = said(*RICHARDSON, "--when", "growth()>0", "--at", "fatigue A=0.2,0.4", "--cells", 8, "--json")
    told = json.loads(answer.out)["table"]
    assert told["variables"]["over"]["values"] == [0.2, 0.4]
    pairs = zip(*(told["variables"][f"boundary_{axis}"]["values"] for axis in "xy"), strict=True)
    for (x, y), layer in zip(pairs, told["variables"]["layer_of"]["values"], strict=True):
        assert x * y == pytest.approx(0.5 * [0.2, 0.4][layer], abs=1e-3)


def test_tipping_at_the_rest_of_a_study(said):
    line = ("tipping", "dilemma", "--rest", "--x", "suspicion learning rate", "--tolerance", 1e-7)
    answer = said(*line, "--when", "growth('US suspicion', 'China suspicion') > 0")
    assert answer.code == 0
    assert "changes at 0.353" in answer.out


def test_hysteresis_finds_the_folds_of_the_budworm(said):
    line = ("hysteresis", "spruce_budworm", "--input", "branch surface", "--from", 100, "--to", 25440)
    answer = said(*line, "--variable", "Budworms", "--points", 21)
    assert answer.code == 0
    for words in ("on the way up", "on the way down", "yes", "at 320 Branch/Acre", "at 12,842 Branch/Acre"):
        assert words in answer.out


def test_hysteresis_as_json_without_a_fold(said):
    line = ("hysteresis", "core_spiral", "--input", "harm", "--from", 0.05, "--to", 0.5, "--variable", "Suspicion")
    told = json.loads(said(*line, "--points", 9, "--json").out)
    assert told["table"]["variables"]["fold_at"]["values"] == []
    assert "no fold" in told["sentence"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("equilibria", "nothing"), "neither a file nor a model"),
        (("equilibria", "sir", "--set", "infectivity"), "name=value"),
        (("equilibria", "sir", "--scenario", "lock"), 'no scenario "lock"'),
        ((*RICHARDSON, "--when", "growth( > 0"), "Write an outcome and a limit"),
        ((*RICHARDSON, "--when", "growth() > 0", "--at", "fatigue A"), "name=value"),
        ((*RICHARDSON, "--when", "growth() > 0", "--tolerance", "0"), "--tolerance 0"),
        ((*RICHARDSON, "--when", "growth() > 0", "--cells", "1"), "--cells 1"),
        ((*RICHARDSON, "--when", "growth() > 0", "--variant", "x"), 'no variant "x"'),
        ((*RICHARDSON, "--when", "growth() > 0", "--rest"), "no table [structure.rest]"),
        (
            ("hysteresis", "sir", "--input", "infectivty", "--from", "0", "--to", "1", "--variable", "Infectious"),
            'Did you mean "infectivity"',
        ),
    ],
)
def test_a_wrong_question_is_one_message_and_exit_code_2(said, words, told):
    answer = said(*words)
    assert answer.code == 2
    assert told in answer.err
    assert "Traceback" not in answer.err
