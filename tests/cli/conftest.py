"""The command line, called inside this process (quick) or as the program that people start."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from sdmodel.cli import main, shipped


@dataclass(frozen=True)
class Said:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Said]:
    """Runs the console script's function: said("run", "sir") → exit code and output."""

    def call(*words: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["sdmodel", *map(str, words)])
        capsys.readouterr()
        try:
            main()
            code = 0
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        return Said(code, *capsys.readouterr())

    return call


@pytest.fixture(scope="session")
def program() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Starts the program in a process of its own."""

    def call(*words: object, cwd: Path | None = None, **more: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "sdmodel", *map(str, words)]
        return subprocess.run(command, cwd=cwd, env=os.environ | more, capture_output=True, text=True, timeout=120)

    return call


@pytest.fixture(scope="session")
def swept(tmp_path_factory: pytest.TempPathFactory, program: Callable[..., object]) -> Path:
    """A folder that `sdmodel study sir` filled; only to be read."""
    folder = tmp_path_factory.mktemp("results") / "sir"
    program("study", "sir", "--futures", 64, "--output", folder)
    return folder


@pytest.fixture
def kept(swept: Path, tmp_path: Path) -> Path:
    """A copy of that folder to do anything with."""
    return Path(shutil.copytree(swept, tmp_path / "kept"))


@pytest.fixture
def sir(tmp_path: Path) -> Path:
    """A copy of the small shipped study with its model and its observations."""
    folder = tmp_path / "asked"
    (folder / "data").mkdir(parents=True)
    for suffix in (".mdl", ".toml"):
        shutil.copy(shipped.find("sir", suffix), folder)
    shutil.copy(shipped.folder() / "data" / "school_influenza_1978.csv", folder / "data")
    return folder / "sir.toml"
