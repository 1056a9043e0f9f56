"""The wheel is whole: unpacked anywhere, without the clone, it lists its models and runs a study."""

import importlib.util
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

CLONE = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of a wheel built from a copy of the sources, as an installer would lay them out."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("site")
    for part in ("sdmodel", "models"):
        shutil.copytree(CLONE / part, source / part, ignore=shutil.ignore_patterns("__pycache__"))
    for part in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(CLONE / part, source)
    here = ["--no-build-isolation"] if importlib.util.find_spec("hatchling") else []
    build = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--quiet", *here, "-w", str(target / "wheels"), "."]
    built = subprocess.run(build, cwd=source, capture_output=True, text=True, timeout=180)
    if "No matching distribution found for hatchling" in built.stderr:
        pytest.skip("hatchling, which builds the wheel, is neither installed nor to be had: pip install hatchling")
    assert built.returncode == 0, built.stderr
    (wheel,) = (target / "wheels").glob("sdmodel-*-py3-none-any.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target / "unpacked")
    return target / "unpacked"


def test_wheel_holds_all_models_studies_and_templates(installed: Path) -> None:
    for folder, inside in (("models", "sdmodel/shipped"), ("sdmodel/report/templates", "sdmodel/report/templates")):
        ours = {path.name for path in (CLONE / folder).iterdir() if path.is_file()}
        theirs = {path.name for path in (installed / inside).iterdir()}
        assert ours
        assert ours <= theirs
    assert {".mdl", ".toml"} <= {path.suffix for path in (installed / "sdmodel/shipped").iterdir()}


def test_wheel_holds_no_tests_and_names_the_console_script(installed: Path) -> None:
    top = {path.name for path in installed.iterdir()}
    assert {name for name in top if not name.endswith(".dist-info")} == {"sdmodel"}
    (entry,) = installed.glob("*.dist-info/entry_points.txt")
    assert "sdmodel = sdmodel.__main__:main" in entry.read_text(encoding="utf-8")


def test_unpacked_wheel_runs_a_study_outside_the_clone(installed: Path, tmp_path: Path) -> None:
    where = "import sdmodel.cli.shipped as s; print(s.folder())"
    assert Path(_run(["-c", where], installed, tmp_path).stdout.strip()) == installed / "sdmodel" / "shipped"
    told = _run(["-m", "sdmodel", "study", "dilemma", "--futures", "20", "--output", "out"], installed, tmp_path)
    assert told.returncode == 0, told.stderr
    assert (tmp_path / "out" / "report.html").stat().st_size > 100_000
    assert str(CLONE) not in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def _run(words: list[str], installed: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    paths = os.environ | {"PYTHONPATH": str(installed)}
    return subprocess.run([sys.executable, *words], cwd=folder, env=paths, capture_output=True, text=True, timeout=180)
