"""Nonsense of many kinds, put to every command: exit code 2, one message, no traceback, nothing left behind."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import typer

from sdmodel.cli import app, shipped

COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]
NEEDED = {
    "tipping": ("--x", "infectivity", "--when", "peak > 0.1"),
    "onset": ("--variable", "Infectious", "--above", "1", "--x", "infectivity=1,2"),
    "hysteresis": ("--input", "infectivity", "--variable", "Infectious"),
    "optimise": ("--minimise", "peak"),
}
TAKES = {
    name: next((one.name for one in command.params if one.name in ("study", "model", "runs")), "")
    for name, command in COMMANDS.items()
}
ASKED = [name for name, takes in TAKES.items() if takes]
WORDS = ("nosuch", "missing.toml", "binary.toml", "empty.toml", "folder.toml", "a" * 5000, "x\x00y.toml")


@pytest.fixture
def nonsense(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with files of noise, from which commands are called."""
    (tmp_path / "binary.toml").write_bytes(bytes(range(256)) * 8)
    (tmp_path / "empty.toml").write_text("", encoding="utf-8")
    (tmp_path / "folder.toml").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", ASKED)
def test_a_word_that_is_no_study_model_or_folder_of_runs_is_refused(
    said: Callable[..., object], nonsense: Path, name: str
) -> None:
    before = sorted(nonsense.rglob("*"))
    for word in WORDS:
        told = said(name, word, *NEEDED.get(name, ()))
        assert told.code == 2, (word[:40], told.err)
        assert told.out == "", word[:40]
        assert "Traceback" not in told.err
        assert "fault inside" not in told.err
        assert "rror" in told.err
    assert sorted(nonsense.rglob("*")) == before


@pytest.mark.parametrize("name", ["run", "inspect", "loops", "export", "equilibria"])
def test_a_path_with_spaces_and_umlauts_is_a_path_like_any_other(
    said: Callable[..., object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    home = tmp_path / "ein Ordner mit Ümläuten"
    (home / "data").mkdir(parents=True)
    for suffix in (".mdl", ".toml"):
        shutil.copy(shipped.find("sir", suffix), home)
    shutil.copy(shipped.folder() / "data" / "school_influenza_1978.csv", home / "data")
    monkeypatch.chdir(tmp_path)
    told = said(name, home / "sir.toml")
    assert told.code in ((0, 1) if name == "loops" else (0,)), told.err


@pytest.mark.parametrize("words", [("tipping", "sir", "--scenario", ""), ("discover", "x", "--outcome", " ")])
def test_an_empty_word_is_no_name(said: Callable[..., object], words: tuple[str, ...]) -> None:
    told = said(*words)
    assert (told.code, told.out) == (2, "")
    assert "an empty word names nothing" in told.err
