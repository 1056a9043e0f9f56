"""The folder that --output names is looked at before anything is computed, and no other study's results are lost."""

import json
import os
from pathlib import Path

import pytest

from sdmodel.pipeline.calibration import calibrate as calibrations
from sdmodel.pipeline.sensitivity import morris, sobol

COMPUTING = [
    (("sobol", "sir", "--n", 16), (sobol, "sobol")),
    (("morris", "sir", "--n", 4), (morris, "morris")),
    (("calibrate", "sir", "--starts", 1), (calibrations, "calibrate")),
    (("calibrate", "sir", "--posterior", "--steps", 40), None),
]


@pytest.fixture
def spiral(said, tmp_path: Path) -> Path:
    """A folder with the runs of another study."""
    folder = tmp_path / "other"
    assert said("sweep", "lotka_volterra", "--futures", 4, "--output", folder).code == 0
    return folder


@pytest.mark.parametrize(("words", "home"), COMPUTING, ids=lambda one: str(one[0]) if one else "posterior")
def test_results_of_another_study_are_refused_before_computing(
    said, spiral: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[object, ...], home: tuple[object, str] | None
) -> None:
    def computes(*_words: object, **_named: object) -> None:
        raise AssertionError("it computes")

    if home:
        monkeypatch.setattr(*home, computes)
    before = sorted(path.relative_to(spiral) for path in spiral.rglob("*"))
    done = said(*words, "--output", spiral)
    assert done.code == 2, done.err
    assert "runs (4 futures, seed " in done.err
    assert 'of "lotka_volterra"' in done.err
    assert "Choose another --output or remove that folder yourself" in done.err
    assert sorted(path.relative_to(spiral) for path in spiral.rglob("*")) == before


@pytest.mark.parametrize("words", [words for words, _ in COMPUTING])
def test_a_file_and_a_folder_of_others_are_refused_before_computing(said, tmp_path: Path, words) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    refused = said(*words, "--output", tmp_path)
    assert (refused.code, "notes.txt" in refused.err) == (2, True)
    file = said(*words, "--output", tmp_path / "notes.txt" / "below")
    assert (file.code, "is a file" in file.err) == (2, True)
    assert list(tmp_path.iterdir()) == [tmp_path / "notes.txt"]


def test_findings_of_the_same_study_lie_side_by_side_and_those_of_another_are_refused(said, tmp_path: Path) -> None:
    assert said("sobol", "sir", "--n", 16, "--outcome", "peak", "--output", tmp_path).code == 0
    assert said("morris", "sir", "--n", 4, "--outcome", "peak", "--output", tmp_path).code == 0
    kept = {path.name for path in (tmp_path / "findings").iterdir()}
    assert kept == {"sobol.json", "morris.json"}
    assert (
        json.loads((tmp_path / "findings" / "sobol.json").read_text("utf-8"))["table"]["attributes"]["study"] == "sir"
    )
    other = said("morris", "lotka_volterra", "--n", 4, "--output", tmp_path)
    assert other.code == 2
    assert 'findings (morris, sobol) of "sir"' in other.err


def test_a_sweep_replaces_another_study_only_when_told_and_says_what(said, spiral: Path) -> None:
    refused = said("sweep", "sir", "--futures", 4, "--output", spiral)
    assert (refused.code, refused.out) == (2, "")
    assert 'of "lotka_volterra". Choose another --output, add --replace to replace it' in refused.err
    told = said("sweep", "sir", "--futures", 4, "--output", spiral, "--replace")
    assert told.code == 0, told.err
    assert "in place of runs (4 futures, seed" in told.out
    assert 'of "lotka_volterra".' in told.out
    again = said("sweep", "sir", "--futures", 8, "--output", spiral)
    assert again.code == 0, again.err
    assert 'of "sir".' in again.out
    assert json.loads(said("sweep", "sir", "--futures", 4, "--output", spiral, "--json").out)["replaced"].endswith(
        '"sir"'
    )


def test_a_replaced_study_leaves_no_fit_behind(said, tmp_path: Path) -> None:
    assert said("calibrate", "sir", "--starts", 1, "--output", tmp_path).code == 0
    assert said("sweep", "lotka_volterra", "--futures", 4, "--output", tmp_path).code == 2
    done = said("sweep", "lotka_volterra", "--futures", 4, "--output", tmp_path, "--replace")
    assert done.code == 0, done.err
    assert not (tmp_path / "findings" / "calibration.json").exists()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_refused_before_computing(said, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    done = said("sobol", "sir", "--n", 1_048_576, "--output", tmp_path / "out")
    assert (done.code, "may not be written to" in done.err) == (2, True)


def test_questions_refuse_a_folder_that_cannot_be_before_any_sweep(said, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    done = said("questions", "--output", tmp_path / "notes.txt" / "below")
    assert (done.code, done.out) == (2, "")
    assert "is a file" in done.err
