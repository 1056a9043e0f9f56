"""`sdmodel discover` on stored runs: tables, JSON, and what it refuses."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


def test_conditions_are_told_in_words_and_in_a_table(said: Callable[..., Any], swept: Path) -> None:
    told = said("discover", swept, "--scenario", "distancing", "--outcome", "peak", "--resamples", 20)
    assert (told.code, told.err) == (0, "")
    assert 'Under "Distancing for good", "Infectious at the peak > 0.1" holds in' in told.out
    assert "← chosen" in told.out


def test_json_is_the_finding(said: Callable[..., Any], swept: Path) -> None:
    told = said("discover", swept, "--fails", "peak > 0.2 and ever_infected > 9000", "--json", "--resamples", 20)
    found = json.loads(told.out)
    assert found["name"] == "discovery"
    assert found["table"]["attributes"]["fails"] == "peak > 0.2 and ever_infected > 9000"
    assert found["table"]["attributes"]["scenario"] == "nothing"
    assert "quasi_p" in found["table"]["variables"]


def test_regret_can_be_what_fails(said: Callable[..., Any], swept: Path) -> None:
    told = said("discover", swept, "--scenario", "lockdown", "--fails", "regret(peak) > 0.05", "--resamples", 20)
    assert told.code == 0
    assert '"regret in Infectious at the peak > 0.05" holds in' in told.out


def test_a_box_of_the_path_is_taken(said: Callable[..., Any], swept: Path) -> None:
    told = said("discover", swept, "--fails", "peak > 0.25", "--box", 2, "--json", "--resamples", 20)
    assert json.loads(told.out)["table"]["variables"]["chosen"]["values"] == [2]


def test_a_tree_tells_its_leaves(said: Callable[..., Any], swept: Path) -> None:
    pytest.importorskip("sklearn", reason='the extra "discovery" is not installed')
    told = said("discover", swept, "--fails", "peak > 0.25", "--method", "cart")
    assert (told.code, told.err) == (0, "")
    assert 'Under "Nothing", "Infectious at the peak > 0.25" holds in' in told.out


def test_what_never_fails_is_told_as_such(said: Callable[..., Any], swept: Path) -> None:
    told = said("discover", swept, "--fails", "peak > 2")
    assert told.code == 0
    assert "holds in none of 64 futures. So there is nothing to set apart." in told.out


@pytest.mark.parametrize(
    ("words", "said_of_it"),
    [
        (["--scenario", "vacination"], 'Did you mean "vaccination"'),
        (["--outcome", "pek"], 'Did you mean "peak"'),
        (["--outcome", "ever_infected"], '--fails "ever_infected > NUMBER"'),
        (["--fails", "peak > much"], 'cannot read "peak > much"'),
        (["--fails", "peak > 1", "--outcome", "peak"], "give one of them"),
        (["--fails", "peak > 0.25", "--box", "999"], "there is no box 999"),
        (["--method", "forest"], "forest"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(
    said: Callable[..., Any], swept: Path, words: list[str], said_of_it: str
) -> None:
    told = said("discover", swept, *words)
    assert told.code == 2
    assert said_of_it in told.err
    assert "Traceback" not in told.err


def test_a_folder_that_is_not_there_is_refused(said: Callable[..., Any], tmp_path: Path) -> None:
    told = said("discover", tmp_path / "nothing")
    assert told.code == 2
    assert "there is no folder" in told.err
