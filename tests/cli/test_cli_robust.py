"""`sdmodel robust` and `sdmodel information` on stored runs."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


def test_regret_limits_and_verdicts_are_told(said: Callable[..., Any], swept: Path) -> None:
    told = said("robust", swept, "--outcome", "peak", "--outcome", "ever infected", "--resamples", 50)
    assert (told.code, told.err) == (0, "")
    assert "regret, 90 %" in told.out
    assert "all limits kept" in told.out
    assert "unbeaten" in told.out
    assert '"Distancing for good" has least regret' in told.out


def test_unasked_the_outcomes_that_say_what_is_better_are_judged(said: Callable[..., Any], swept: Path) -> None:
    found = json.loads(said("robust", swept, "--json", "--resamples", 50).out)
    assert found["name"] == "robustness"
    assert found["table"]["coords"]["outcome"]["values"] == ["peak", "ever_infected"]
    assert found["table"]["variables"]["decided"]["dims"] == ["criterion", "outcome"]


def test_theories_are_told_apart(program: Callable[..., object], said: Callable[..., Any], tmp_path: Path) -> None:
    folder = tmp_path / "shocked"
    program("sweep", "sir", "--futures", 40, "--shock", "variant", "--output", folder)
    told = said("robust", folder, "--outcome", "peak", "--resamples", 50)
    assert told.code == 0
    assert "under the worst of 2 theories" in told.out
    known = said("information", folder, "--outcome", "peak", "--permutations", 20, "--json")
    assert "which theory is right" in json.loads(known.out)["table"]["coords"]["input"]["values"]


def test_what_is_worth_knowing_is_ranked(said: Callable[..., Any], swept: Path) -> None:
    told = said("information", swept, "--outcome", "peak", "--outcome", "limits", "--permutations", 20)
    assert (told.code, told.err) == (0, "")
    assert 'By expected infectious at the peak the choice is "Distancing for good"' in told.out
    assert "By expected futures that miss a limit the choice is" in told.out


@pytest.mark.parametrize("command", ["robust", "information"])
@pytest.mark.parametrize(
    ("words", "said_of_it"),
    [(["--outcome", "pek"], 'Did you mean "peak"'), (["--outcome", "day_of_outbreak"], 'better = "lower"')],
)
def test_what_does_not_fit_is_refused_in_words(
    said: Callable[..., Any], swept: Path, command: str, words: list[str], said_of_it: str
) -> None:
    told = said(command, swept, *words)
    assert told.code == 2
    assert said_of_it in told.err
    assert "Traceback" not in told.err


@pytest.mark.parametrize("command", ["robust", "information"])
def test_one_scenario_alone_cannot_be_judged(
    program: Callable[..., object], said: Callable[..., Any], tmp_path: Path, command: str
) -> None:
    program("sweep", "sir", "--futures", 12, "--scenario", "lockdown", "--output", tmp_path / "one")
    told = said(command, tmp_path / "one")
    assert told.code == 2
    assert "at least two" in told.err
