"""`--futures-from`: futures are taken from a posterior, findings say so, and warn where it does not belong."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from sdmodel.cli import shipped
from sdmodel.pipeline import load
from sdmodel.pipeline.calibration.posterior import sample_of
from sdmodel.pipeline.calibration.posterior_groups import about, groups_of
from sdmodel.runs.sample import write_sample

pytest.importorskip("emcee")
Call = Callable[..., object]
COMMANDS = (
    ("reassure", "sir", "--side", "both", "--futures", "5"),
    ("timing", "sir", "--points", "2", "--futures", "3"),
    ("optimise", "sir", "--minimise", "ever_infected", "--population", "4", "--generations", "1", "--futures", "3"),
    ("dominance", "sir", "--futures", "3"),
    ("onset", "sir", "--variable", "Infectious", "--below", "1", "--x", "contact rate=8", "--futures", "3"),
)
UNLIKE = '"population" 763, here 10,000; "contact rate" 30, here 10'


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A short sample of the posterior of sir, which is fitted to a school of 763."""
    found = sample_of(load(shipped.study("sir")), walkers=12, steps=100)
    return write_sample(tmp_path_factory.mktemp("posterior") / "posterior.nc", groups_of(found), about(found))


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
def test_futures_come_from_the_sample_and_the_finding_says_so(said: Call, sample: Path, words: tuple[str, ...]) -> None:
    own = json.loads(said(*words, "--json").out)
    told = said(*words, "--futures-from", sample, "--json")
    assert told.code == 0, told.err
    found = json.loads(told.out)
    assert found["table"]["attributes"]["sample"] == "posterior.nc"
    assert "sample" not in own["table"]["attributes"]
    [origin] = [one for one in found["caveats"] if one.startswith("Futures are drawn from posterior.nc")]
    assert "infectivity, infectious period, initial infectious" in origin
    [warning] = [one for one in found["caveats"] if "do not share" in one]
    assert UNLIKE in warning
    assert found["table"]["variables"] != own["table"]["variables"]  # other futures, other numbers


@pytest.mark.parametrize(
    "words", [("game", "richardson", "--futures", "3"), ("waiting", "probation", "--futures", "3")], ids=lambda w: w[0]
)
def test_the_posterior_of_another_study_is_refused(said: Call, sample: Path, words: tuple[str, ...]) -> None:
    told = said(*words, "--futures-from", sample)
    assert (told.code, told.out) == (2, "")
    assert "it is the posterior of another study" in " ".join(told.err.split())


@pytest.mark.parametrize("command", ["sobol", "morris"])
def test_designs_refuse_it_with_the_reason(said: Call, sample: Path, command: str) -> None:
    told = said(command, "sir", "--futures-from", sample)
    assert (told.code, told.out) == (2, "")
    words = " ".join(told.err.split())
    assert "designs draw inputs independently of each other, and the posterior's inputs are not" in words
    assert "sweep --futures-from" in words
    assert "sensitivity" in words


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("optimise", "sir", "--minimise", "ever_infected"), "no futures are asked for"),
        (("reassure", "sir", "--futures", "0"), "no futures are asked for"),
        (("dominance", "sir"), "no futures are asked for"),
        (("timing", "sir", "--futures", "10000"), "each of which is taken once"),
    ],
)
def test_what_cannot_be_drawn_is_told(said: Call, sample: Path, words: tuple[str, ...], part: str) -> None:
    told = said(*words, "--futures-from", sample)
    assert (told.code, told.out) == (2, "")
    assert part in " ".join(told.err.split())


def test_a_file_that_is_not_there_and_a_model_without_study_are_told(said: Call, sample: Path) -> None:
    told = said("timing", "sir", "--futures-from", "nowhere.nc")
    assert told.code == 2
    assert "there is no file nowhere.nc" in told.err
    told = said("dominance", shipped.find("sir", ".mdl"), "--futures-from", sample)
    assert told.code == 2
    assert "need the study whose posterior it is" in " ".join(told.err.split())


def test_a_sweep_warns_of_settings_that_the_calibration_had(said: Call, sample: Path, tmp_path: Path) -> None:
    """The scenarios have 10,000 people who meet 10 others; the sample is of 763 who meet 30."""
    folder = tmp_path / "swept"
    told = said("sweep", "sir", "--futures-from", sample, "--futures", "8", "--output", folder)
    assert told.code == 0
    words = " ".join(told.err.split())
    assert '"population" 763, here 10,000' in words
    assert '"contact rate" 30, here 10 in nothing and vaccination' in words
    made = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert any('"population" 763' in one for one in made["warnings"])
    found = json.loads(said("compare", folder, "--json").out)
    assert set(made["caveats"]) <= set(found["caveats"])
    assert not any("ranges of the study" in one for one in found["caveats"])


def test_a_sweep_under_the_settings_of_the_calibration_says_nothing(said: Call, sample: Path, tmp_path: Path) -> None:
    """The same study with a scenario that is the school itself."""
    own = shipped.study("sir")
    text = own.read_text(encoding="utf-8").replace(
        "[uncertainties]", '[scenarios.school]\n"population" = 763\n"contact rate" = 30\n\n[uncertainties]', 1
    )
    for name, content in (("sir.toml", text), ("sir.mdl", own.with_suffix(".mdl").read_text(encoding="utf-8"))):
        (tmp_path / name).write_text(content, encoding="utf-8")
    (tmp_path / "data").mkdir()
    data = Path("data") / "school_influenza_1978.csv"
    (tmp_path / data).write_text((own.parent / data).read_text(encoding="utf-8"), encoding="utf-8")
    words = ("--scenario", "school", "--futures", "8", "--output", tmp_path / "swept")
    told = said("sweep", tmp_path / "sir.toml", "--futures-from", sample, *words)
    assert told.code == 0, told.err
    assert "763" not in told.err
    made = json.loads((tmp_path / "swept" / "manifest.json").read_text(encoding="utf-8"))
    assert made["warnings"] == []
