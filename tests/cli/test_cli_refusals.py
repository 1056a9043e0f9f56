"""Asked wrongly: exit code 2, one clear message, no traceback, nothing half-written."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from sdmodel import pipeline
from sdmodel.cli import look, shipped
from sdmodel.errors import EngineMismatch

Call = Callable[..., object]


def refused(told: object, *parts: str, code: int = 2) -> None:
    """The exit code, one message on standard error that holds `parts`, and nothing on standard output."""
    flat = " ".join(told.err.replace("│", " ").split())  # type: ignore[attr-defined]
    assert told.code == code, flat  # type: ignore[attr-defined]
    assert told.out == ""  # type: ignore[attr-defined]
    assert "Traceback" not in flat
    assert flat.lower().count("error") >= 1
    for part in parts:
        assert part in flat


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("run", "nosuch"), '"nosuch" is neither a file nor a model'),
        (("run", "nosuch.mdl"), "nosuch.mdl"),
        (("run", ""), '"" is neither a file'),
        (("inspect", "/"), "this is a folder"),
        (("compare", ""), "manifest.json"),
        (("run", "sir", "--set", "infectivity"), '--set "infectivity": write it as "name=value"'),
        (("run", "sir", "--set", "infectivity="), '"name=value"'),
        (("run", "sir", "--set", "=3"), '"name=value"'),
        (("run", "sir", "--set", "infectivity=high"), '"name=value"'),
        (("run", "sir", "--set", "infectivity=nan"), "finite"),
        (("run", "sir", "--set", "infectivty=1"), 'Did you mean "infectivity"?'),
        (("run", "sir", "--set", "infectivity=1", "--set", "Infectivity=2"), "twice"),
        (("run", "sir", "--set", "infectious share=1"), "infectious share"),
        (("run", "sir", "--set", "TIME STEP=0"), "TIME STEP"),
        (("run", "sir", "--scenario", "lockdwn"), 'Did you mean "lockdown"?'),
        (("run", "sir", "--shock", "varient"), 'Did you mean "variant"?'),
        (("run", "sir", "--engine", "vensim"), "compiled"),
        (("run", "sir", "--output", "run.docx"), ".csv"),
        (("run", "sir", "--output", "run"), ".csv"),
        (("inspect", "sir", "infectivty"), "infectivity"),
        (("run", "[red]nosuch[/red]"), "[red]nosuch[/red]"),
        (("sweep", "sir", "--futures", "0"), "--futures"),
        (("sweep", "sir", "--futures", "many"), "--futures"),
        (("sweep", "sir", "--seed", "-1"), "--seed"),
        (("sweep", "sir", "--threads", "0"), "--threads"),
        (("sweep", "sir", "--design", "random"), "one-at-a-time"),
        (("sweep", "sir", "--design", "grid", "--futures", "7"), "more than --futures 7"),
        (("sweep", "sir", "--design", "grid", "--futures", "1000000000"), "100,000"),
        (("sweep", "sir", "--futures", "1000000000000"), "sobol"),
        (("sweep", "sir", "--scenario", "lockdwn"), 'Did you mean "lockdown"?'),
        (("sweep", "sir", "--scenario", "lockdown", "--scenario", "lockdown"), "twice"),
        (("sweep", "sir", "--shock", "varient"), 'Did you mean "variant"?'),
        (("sweep", "nosuch.toml"), "nosuch.toml"),
        (("compare", "nosuch"), "there is no folder nosuch"),
        (("sensitivity", "nosuch"), "there is no folder nosuch"),
        (("report", "nosuch"), "there is no folder nosuch"),
        (("study",), "Missing argument"),
        (("sweeep", "sir"), "sweep"),
        (("run", "sir", "--fast"), "--fast"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_nonsense_is_refused_with_a_message_and_nothing_is_written(
    said: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], part: str
) -> None:
    monkeypatch.chdir(tmp_path)
    refused(said(*words), part)
    outputs = tmp_path / "outputs"
    assert [path for path in tmp_path.iterdir() if path != outputs] == []
    assert not outputs.exists() or not any(outputs.iterdir())


@pytest.mark.parametrize("command", ["run", "inspect", "sweep", "study"])
@pytest.mark.parametrize("suffix", [".mdl", ".toml", ".xmile", ".txt"])
def test_files_of_noise_are_refused(
    said: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, suffix: str
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / f"noise{suffix}"
    path.write_bytes(bytes(range(256)) * 4)
    refused(said(command, path), path.name)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("command", ["run", "inspect", "sweep", "study", "compare", "sensitivity", "report"])
def test_a_folder_that_is_none_of_ours_is_refused(said: Call, tmp_path: Path, command: str) -> None:
    refused(said(command, tmp_path), tmp_path.name)
    assert list(tmp_path.iterdir()) == []


def test_a_study_for_another_model_is_refused_by_the_name_that_does_not_fit(said: Call, sir: Path) -> None:
    shutil.copy(shipped.find("richardson", ".mdl"), sir.with_name("sir.mdl"))
    refused(said("sweep", sir, "--output", sir.parent / "out"), "sir.toml", "contact rate")
    assert not (sir.parent / "out").exists()


def test_a_folder_with_files_of_somebody_else_is_neither_filled_nor_emptied(said: Call, tmp_path: Path) -> None:
    mine = tmp_path / "findings" / "mine.txt"
    mine.parent.mkdir()
    mine.write_text("years of work", encoding="utf-8")
    refused(said("sweep", "sir", "--futures", 4, "--output", tmp_path), "no sweep made")
    assert mine.read_text(encoding="utf-8") == "years of work"
    assert list(tmp_path.iterdir()) == [mine.parent]


def test_an_output_that_is_a_file_is_refused(said: Call, tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_text("mine", encoding="utf-8")
    refused(said("sweep", "sir", "--futures", 4, "--output", path), "it is a file")
    assert path.read_text(encoding="utf-8") == "mine"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_an_output_that_cannot_be_written_is_refused(said: Call, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    refused(said("sweep", "sir", "--futures", 4, "--output", tmp_path / "out"), "cannot write")


def test_an_unknown_outcome_is_refused(said: Call, swept: Path) -> None:
    refused(said("compare", swept, "--outcome", "peek"), 'Did you mean "peak"?')
    refused(said("sensitivity", swept, "--outcome", "peek"), 'Did you mean "peak"?')
    refused(said("sensitivity", swept, "--scenario", "lockdwn"), 'Did you mean "lockdown"?')


def test_a_study_changed_after_the_sweep_is_refused(said: Call, kept: Path) -> None:
    with (kept / "study" / "sir.toml").open("a", encoding="utf-8") as file:
        file.write("\n# another question\n")
    refused(said("compare", kept), "study/sir.toml has changed")


def test_an_engine_mismatch_is_exit_code_1(said: Call, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def disagree(*_words: object, **_named: object) -> float:
        raise EngineMismatch("the compiled engine and PySD disagree")

    before = (kept / "manifest.json").read_bytes()
    monkeypatch.setattr(pipeline.second_engine, "agreement", disagree)
    refused(said("sweep", "sir", "--futures", 4, "--output", kept), "disagree", code=1)
    assert (kept / "manifest.json").read_bytes() == before
    assert said("compare", kept).code == 0


def test_a_fault_of_ours_is_one_line_that_asks_for_a_report(said: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_word: str, _suffix: str) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(look.shipped, "find", broken)
    monkeypatch.delenv("SDMODEL_TRACEBACK", raising=False)
    refused(said("inspect", "sir"), "ZeroDivisionError: division by zero", "Please report it", code=70)


@pytest.mark.parametrize("command", ["sweep", "study"])
def test_a_model_in_place_of_a_study_is_refused_with_the_study_beside_it(said: Call, sir: Path, command: str) -> None:
    refused(said(command, sir.with_suffix(".mdl")), "is a model", f'"{sir}"')
    sir.unlink()
    refused(said(command, sir.with_suffix(".mdl")), "write a study")


def test_a_file_in_place_of_a_folder_of_runs_is_refused(said: Call, sir: Path) -> None:
    refused(said("compare", sir), "is a file; give the folder")


def test_a_folder_of_runs_that_is_not_there_is_refused_with_those_that_are(
    said: Call, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (kept.parent / "outputs").mkdir()
    kept.rename(kept.parent / "outputs" / "sir")
    monkeypatch.chdir(kept.parent)
    refused(said("compare", "sir"), "there is no folder sir", f"There is {Path('outputs') / 'sir'}")
