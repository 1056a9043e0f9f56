"""A run that leaves the finite range is told with variable, time and scenario, and is exit code 1; runs name all."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from sdmodel.cli import shipped


@pytest.fixture
def blow(mdl: Callable[..., Path]) -> Path:
    """A model whose stock passes the largest number at time 7."""
    return mdl("growth = 500", "level = INTEG(growth * level ^ 2, 1)", stop=20, name="blow")


def test_a_run_that_blows_up_names_variable_and_time_and_is_exit_code_1(said, blow: Path, tmp_path: Path) -> None:
    done = said("run", blow, "--output", tmp_path / "run.csv")
    assert done.code == 1
    assert 'error: blow: "level" is inf at time 7;' in done.err
    assert f"{tmp_path / 'run.csv'} holds the run with them." in " ".join(done.err.split())
    assert len((tmp_path / "run.csv").read_text(encoding="utf-8").splitlines()) == 22
    assert list(tmp_path.iterdir()) == [tmp_path / "run.csv"]


def test_the_scenario_of_a_failed_run_is_named_and_json_says_so_too(said) -> None:
    done = said("run", "sir", "--scenario", "lockdown", "--set", "infectivity=1e300", "--json")
    assert done.code == 1
    assert 'sir, "Lockdown of a month": "infection" is -inf at time 0.0625' in done.err
    told = json.loads(done.out)
    assert told["scenario"] == "Lockdown of a month"
    assert told["failure"] == '"infection" is -inf at time 0.0625'
    assert "failure" not in json.loads(said("run", "sir", "--json").out)


def test_a_run_names_what_is_laid_over_its_scenario(said) -> None:
    head = said("run", "sir", "--scenario", "lockdown", "--shock", "variant").out.splitlines()[0]
    assert head.startswith('sir, "Lockdown of a month with ')
    alone = said("run", "sir", "--shock", "variant").out.splitlines()[0]
    assert alone.startswith('sir, "no scenario, but ')


@pytest.mark.parametrize("words", [("run",), ("inspect",), ("check", "--no-pysd", "--futures", 0)])
def test_a_study_with_extensions_is_not_headed_by_the_core_model(said, words: tuple[object, ...]) -> None:
    done = said(words[0], "third_states", *words[1:])
    assert done.out.splitlines()[0].startswith("third_states:"), done.err
    extension = shipped.folder() / "extensions" / "third_states.mdl"
    if words == ("run",):
        done = said("run", "dilemma", "--extension", extension)
        assert done.out.startswith("technology_security_dilemma + third_states: ")
