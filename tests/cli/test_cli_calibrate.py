"""`sdmodel calibrate`: what it prints and keeps, and how it refuses."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from sdmodel.cli import shipped

Call = Callable[..., object]


@pytest.fixture
def school(sir: Path) -> Path:
    """The copy of the small study, with all data of the shipped ones."""
    shutil.copytree(shipped.folder() / "data", sir.parent / "data", dirs_exist_ok=True)
    return sir


def test_fitted_values_stand_beside_the_model_s_own_with_intervals_and_status(said: Call, school: Path) -> None:
    told = said("calibrate", school, "--starts", "2")
    assert told.code == 0, told.err
    row = re.search(r"^infectious period +([\d.]+) +([\d.]+) +([\d.]+) +([\d.]+) +Day +identified", told.out, re.M)
    assert row, told.out
    fitted, own, low, high = map(float, row.groups())
    assert own == 5
    assert low < fitted < high
    assert "Observations held out" in told.out
    assert "beats both plain guesses for Boys in bed" in told.out


def test_json_is_the_finding(said: Call, school: Path) -> None:
    told = said("calibrate", school, "--starts", "1", "--seed", "5", "--json")
    content = json.loads(told.out)
    assert content["name"] == "calibration"
    assert content["table"]["attributes"]["seed"] == 5
    assert content["table"]["attributes"]["starts"] == 1


def test_the_finding_is_kept_and_its_report_asks_whether_the_model_fits(said: Call, kept: Path) -> None:
    """In the folder of a sweep the next report has the section; comparison and sensitivity stay in it."""
    told = said("calibrate", "sir", "--starts", "1", "--output", kept)
    assert (kept / "findings" / "calibration.json").is_file(), told.err
    assert said("report", kept).code == 0
    page = (kept / "report.html").read_text(encoding="utf-8")
    assert 'id="fit"' in page
    assert "Boys in bed" in page
    assert 'id="drivers"' in page


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("calibrate", "lotka_volterra"), "has no [calibration]"),
        (("calibrate", "nosuch"), "neither a file nor a model"),
        (("calibrate", "sir", "--starts", "0"), "--starts"),
        (("calibrate", "sir", "--seed", "-1"), "--seed"),
    ],
)
def test_nonsense_is_refused(said: Call, words: tuple[str, ...], part: str) -> None:
    told = said(*words)
    assert told.code == 2
    assert told.out == ""
    assert part in " ".join(told.err.split())
    assert "Traceback" not in told.err


def test_data_that_are_missing_are_named_with_their_place(said: Call, sir: Path) -> None:
    """The study without the folder of its data."""
    shutil.rmtree(sir.parent / "data")
    told = said("calibrate", sir)
    assert told.code == 2
    assert "school_influenza_1978.csv" in told.err
    assert "sir.toml, line" in told.err
