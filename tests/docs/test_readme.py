"""What the README shows runs as it stands there, and what it names exists."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from sdmodel.cli import app

CLONE = Path(__file__).parents[2]
README = (CLONE / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


COMMANDS = [line for block in blocks("console") for line in block.splitlines()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the models, in which the README's commands run one after the other."""
    made = tmp_path_factory.mktemp("readme")
    shutil.copytree(CLONE / "models", made / "models")
    return made


def run(words: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONWARNINGS": "error::DeprecationWarning:sdmodel"}
    return subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.parametrize("line", COMMANDS)
def test_each_command_of_the_readme_runs(line: str, folder: Path) -> None:
    name, *words = shlex.split(line)
    assert name == "sdmodel"
    done = run([sys.executable, "-m", "sdmodel", *words], folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_the_readme_has_commands_a_python_example_and_a_study() -> None:
    assert len(COMMANDS) >= 5
    assert len(blocks("python")) == len(blocks("toml")) == 1
    assert len(blocks("python")[0].splitlines()) <= 12


def test_the_python_example_of_the_readme_runs(folder: Path) -> None:
    done = run([sys.executable, "-c", blocks("python")[0]], folder)
    assert done.returncode == 0, done.stderr
    peak, sentence, difference = done.stdout.splitlines()
    assert 0 < float(peak) < 1e9
    assert sentence.endswith(".")
    assert float(difference) < 1e-6


def test_the_study_of_the_readme_runs(folder: Path) -> None:
    (folder / "models" / "readme.toml").write_text(blocks("toml")[0], encoding="utf-8")
    done = run([sys.executable, "-m", "sdmodel", "study", "models/readme.toml", "--futures", "20"], folder)
    assert done.returncode == 0, done.stderr
    assert (folder / "outputs" / "readme" / "report.html").stat().st_size > 1_000_000


def test_the_picture_of_the_readme_is_there_and_small() -> None:
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)
    assert pictures
    assert all(10_000 < (CLONE / picture).stat().st_size < 600_000 for picture in pictures)


def test_the_table_of_commands_names_each_command_once() -> None:
    rows = re.findall(r"^\| (`.*?) \|", README, re.MULTILINE)
    assert sorted(re.findall(r"`(\w+)`", " ".join(rows))) == sorted(typer.main.get_command(app).commands)  # type: ignore[attr-defined]


def test_files_that_the_readme_names_exist() -> None:
    named = set(re.findall(r"`((?:[a-z_]+/)+[\w.]*)`", README))
    assert {"models/technology_security_dilemma.toml", "benchmarks/README.md"} <= named
    made = {name for name in named if name.startswith("outputs/")}
    places = (CLONE, CLONE / "sdmodel")
    assert [name for name in named - made if not any((place / name).exists() for place in places)] == []


def test_targets_that_the_readme_names_are_in_the_makefile() -> None:
    targets = re.findall(r"^(\w+):", (CLONE / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    named = set(re.findall(r"(?:^|`)make (\w+)", README, re.MULTILINE))
    assert {"report", "test", "lint", "bench"} <= named <= set(targets)
