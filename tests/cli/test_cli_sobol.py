"""`sobol`, `morris` and the methods of `sensitivity` print tables, JSON, and what was asked wrongly."""

import json
from pathlib import Path

import pytest


def test_sobol_prints_indices_trajectories_and_the_verdict(said) -> None:
    done = said("sobol", "sir", "--n", 64, "--outcome", "peak", "--trajectory", "infectious", "--second-order")
    assert (done.code, done.err) == (0, "")
    assert "512 runs, 64 blocks." in done.out
    assert "total index" in done.out
    assert "infectivity and infectious period" in done.out
    assert "Infectious over time, Nothing: total index" in done.out
    assert "Widest 95 % interval" in done.out
    assert "the sample is not enough; about --n " in done.out


def test_sobol_prints_json_and_keeps_the_finding(said, tmp_path: Path) -> None:
    done = said("sobol", "sir", "--n", 16, "--outcome", "peak", "--json", "--output", tmp_path)
    told = json.loads(done.out)
    assert told["name"] == "sobol"
    assert told["table"]["coords"]["input"]["values"] == ["infectivity", "infectious period", "initial infectious"]
    assert json.loads((tmp_path / "findings" / "sobol.json").read_text(encoding="utf-8")) == told


def test_inputs_may_be_fixed_and_scenarios_chosen(said) -> None:
    done = said(
        *("sobol", "sir", "--n", 16, "--outcome", "peak", "--fix", "initial_infectious"),
        *("--scenario", "lockdown", "--scenario", "nothing", "--top", 1),
    )
    assert done.code == 0
    assert done.out.count("… and 1 more: --top") == 2
    assert '"initial infectious" stays at the model\'s own number, as asked.' in done.out


def test_morris_prints_effects(said, tmp_path: Path) -> None:
    done = said("morris", "sir", "--n", 10, "--outcome", "peak", "--trajectory", "Infectious", "--output", tmp_path)
    assert (done.code, done.err) == (0, "")
    assert "40 runs, 10 trajectories." in done.out
    assert "µ*" in done.out
    assert (tmp_path / "findings" / "morris.json").is_file()
    assert json.loads(said("morris", "sir", "--n", 4, "--json").out)["name"] == "morris"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("sobol", "sir", "--n", 100), "take 64 or 128 instead of 100"),
        (("sobol", "sir", "--fix", "infectivty"), 'Did you mean "infectivity"?'),
        (("sobol", "sir", "--group", "all"), 'has no group "all"'),
        (("sobol", "sir", "--scenario", "lokdown"), 'Did you mean "lockdown"?'),
        (("sobol", "sir", "--trajectory", "Infektious"), 'Did you mean "Infectious"?'),
        (("morris", "sir", "--levels", 5), "must be even"),
    ],
)
def test_what_is_asked_wrongly_is_exit_code_2(said, words: tuple[object, ...], told: str) -> None:
    done = said(*words)
    assert (done.code, done.out) == (2, "")
    assert told in done.err


@pytest.mark.parametrize(
    ("method", "told"), [("pawn", "inputs without influence do not reach"), ("srrc", "R² of the regression of ranks")]
)
def test_sensitivity_has_other_methods(said, swept: Path, method: str, told: str) -> None:
    done = said("sensitivity", swept, "--method", method, "--outcome", "peak", "--top", 2)
    assert (done.code, done.err) == (0, "")
    assert told in done.out
    assert "… and 1 more: --top 3" in done.out
    assert json.loads(said("sensitivity", swept, "--method", method, "--json").out)["name"] == method


def test_a_method_that_there_is_not_is_asked_wrongly(said, swept: Path) -> None:
    done = said("sensitivity", swept, "--method", "sobol")
    assert done.code == 2
    assert 'There is no method "sobol". There is first-order, pawn, srrc.' in done.err
