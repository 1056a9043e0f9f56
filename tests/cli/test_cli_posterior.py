"""`sdmodel calibrate --posterior`: what it prints and keeps, the sweep that draws from it, and how both refuse."""

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sdmodel.runs.sample import read_sample

pytest.importorskip("emcee")
Call = Callable[..., object]
QUICK = ("--posterior", "--walkers", "12", "--steps", "200")


@pytest.fixture
def sampled(said: Call, tmp_path: Path) -> tuple[object, Path]:
    """What the command said, and the folder it wrote."""
    told = said("calibrate", "sir", *QUICK, "--output", tmp_path / "kept")
    assert told.code == 0, told.err
    return told, tmp_path / "kept"


def test_constants_stand_beside_their_priors_with_diagnostics_and_a_verdict(sampled: tuple[object, Path]) -> None:
    told, folder = sampled
    row = re.search(
        r"^infectious period +([\d.]+) +([\d.]+) +([\d.]+) +([\d.]+) +([\d.]+) +Day +(\d+) %", told.out, re.M
    )
    assert row, told.out
    median, low, high, prior_low, prior_high, narrower = map(float, row.groups())
    assert prior_low < low < median < high < prior_high
    assert narrower > 80
    for words in ("R-hat", "bulk ESS", "tail ESS", "proposals accepted", "held out", "onverged after"):
        assert words in told.out
    assert len(read_sample(folder / "posterior.nc")["infectivity"]) > 100
    content = json.loads((folder / "findings" / "posterior.json").read_text(encoding="utf-8"))
    assert content["name"] == "posterior"


def test_a_sweep_draws_its_futures_from_the_sample(said: Call, sampled: tuple[object, Path]) -> None:
    """Also into the same folder; the command that makes the runs again names the file."""
    _, folder = sampled
    sample = folder / "posterior.nc"
    told = said("sweep", "sir", "--futures-from", sample, "--futures", "16", "--output", folder, "--json")
    assert told.code == 0, told.err
    assert json.loads(told.out)["design"] == "posterior"
    made = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert made["sample"]["name"] == "posterior.nc"
    assert len(made["sample"]["sha256"]) == 64
    assert "--futures-from" in made["command"]
    assert said("report", folder).code == 0
    assert sample.is_file()


def test_json_is_the_finding(said: Call) -> None:
    told = said("calibrate", "sir", *QUICK, "--seed", "5", "--json")
    content = json.loads(told.out)
    assert content["name"] == "posterior"
    assert content["table"]["attributes"]["seed"] == 5
    assert content["table"]["attributes"]["walkers"] == 12


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("calibrate", "lotka_volterra", "--posterior"), "a posterior needs one"),
        (("calibrate", "sir", "--posterior", "--walkers", "6"), "8 or more"),
        (("calibrate", "sir", "--posterior", "--walkers", "9"), "an even number"),
        (("calibrate", "sir", "--posterior", "--steps", "3"), "--steps"),
        (("calibrate", "sir", "--posterior", "--starts", "3"), "--starts is for the fit"),
        (("calibrate", "sir", "--steps", "300"), "add --posterior"),
        (("sweep", "sir", "--futures-from", "none.nc", "--output", "never"), "there is no file none.nc"),
        (("sweep", "sir", "--futures-from", "none.nc", "--design", "sobol"), "choose one"),
    ],
)
def test_nonsense_is_refused(said: Call, words: tuple[str, ...], part: str) -> None:
    told = said(*words)
    assert told.code == 2
    assert told.out == ""
    assert part in " ".join(told.err.split())
    assert "Traceback" not in told.err


def test_a_missing_extra_is_named(said: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "emcee", None)
    told = said("calibrate", "sir", "--posterior")
    assert told.code == 2
    assert "sdmodel[posterior]" in told.err


def test_more_futures_than_draws_are_refused(said: Call, sampled: tuple[object, Path], tmp_path: Path) -> None:
    _, folder = sampled
    words = ("--futures-from", folder / "posterior.nc", "--futures", "999999", "--output", tmp_path / "more")
    told = said("sweep", "sir", *words)
    assert told.code == 2
    assert "each of which is taken once" in " ".join(told.err.split())
    assert not (tmp_path / "more").exists()
