"""A study with a base, extensions and data: all of its files are kept beside the runs, from which it is read again."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from sdmodel.cli import shipped
from sdmodel.engine.translated import translated
from sdmodel.errors import EngineMismatch, RunsError
from sdmodel.pipeline import Plan, Stored, analyse, load, report, stored, sweep
from sdmodel.pipeline.companions import sources
from sdmodel.pipeline.preflight.inspection import preflight
from sdmodel.read import read
from sdmodel.study.file import read_study

BASE = """
model = "sir.mdl"
baseline = "nothing"
futures = 6
data = ["data/visitors.csv"]
[scenarios.nothing]
[scenarios.distancing]
"contact rate" = 4
[uncertainties]
"infectious period" = { distribution = "uniform", low = 4, high = 8 }
[outcomes.most]
variable = "Infectious"
reduce = "max"
"""
CHILD = """
extensions = ["extensions/visitors.mdl"]
[base]
study = "base.toml"
scenarios = ["nothing"]
[scenarios.closed]
"openness" = 0
[outcomes.guests]
variable = "all visits"
reduce = "last"
"""
EXTENSION = """{UTF-8}
visitors ~ Person ~ Follows data. |
openness = 1 ~ Dmnl ~ |
factor = GET XLS CONSTANTS('numbers.csv', ',', 'B1') ~ Dmnl ~ |
all visits = INTEG(openness * factor * visitors, 0) ~ Person ~ |
"""


@pytest.fixture
def family(tmp_path: Path) -> Path:
    """The study file of a family of two, with all of its files."""
    home = tmp_path / "family"
    for folder in ("extensions", "data"):
        (home / folder).mkdir(parents=True)
    shutil.copy(shipped.find("sir", ".mdl"), home)
    (home / "base.toml").write_text(BASE)
    (home / "child.toml").write_text(CHILD)
    (home / "extensions" / "visitors.mdl").write_text(EXTENSION)
    (home / "data" / "visitors.csv").write_text("Time,visitors\n0,10\n120,20\n")
    (home / "numbers.csv").write_text("factor,2\n")
    return home / "child.toml"


@pytest.fixture
def kept(family: Path, tmp_path: Path) -> Stored:
    """What a sweep of it keeps."""
    return sweep(load(family), Plan(futures=6, seed=1), tmp_path / "out", command=["sdmodel", "sweep", "child.toml"])


def test_all_files_of_a_family_are_sources_once(family: Path) -> None:
    found = sources(read_study(family))
    assert {what: path.relative_to(family.parent).as_posix() for what, path in found.items()} == {
        "study": "child.toml",
        "model": "sir.mdl",
        "extension extensions/visitors.mdl": "extensions/visitors.mdl",
        "data data/visitors.csv": "data/visitors.csv",
        "base base.toml": "base.toml",
        "reads numbers.csv": "numbers.csv",
    }


def test_a_stored_family_is_read_again_without_its_files(kept: Stored, family: Path) -> None:
    before = kept.runs.load()
    shutil.rmtree(family.parent)
    moved = kept.kept.folder.rename(kept.kept.folder.with_name("elsewhere"))
    again = stored(moved)
    xr.testing.assert_identical(again.runs.load(), before)
    assert again.question.study.extensions == (moved / "study" / "extensions" / "visitors.mdl",)
    assert again.question.model.fingerprint == kept.question.model.fingerprint
    assert report(again, analyse(again)).is_file()
    guests = before["guests"].values[before["scenario"].values == "nothing"]
    np.testing.assert_allclose(guests, 2 * 15 * 120, rtol=0.01)
    assert not before["guests"].values[before["scenario"].values == "closed"].any()


def test_pysd_checks_the_whole_model(kept: Stored) -> None:
    assert kept.made["crosscheck"]["sample"] > 0, kept.made["crosscheck"]
    assert kept.made["crosscheck"]["difference"] < 1e-9


@pytest.mark.parametrize(
    ("file", "part"),
    [
        ("extensions/visitors.mdl", "extension extensions/visitors.mdl"),
        ("data/visitors.csv", "data data/visitors.csv"),
        ("base.toml", "base base.toml"),
        ("numbers.csv", "reads numbers.csv"),
    ],
)
def test_a_file_that_changed_afterwards_is_named(kept: Stored, file: str, part: str) -> None:
    assert len(json.loads((kept.kept.folder / "manifest.json").read_text())["files"][part]["sha256"]) == 64
    with (kept.kept.asked / file).open("a") as changed:
        changed.write("\n")
    with pytest.raises(RunsError, match=f"{part} file study/{file} has changed"):
        stored(kept.kept.folder)


def test_a_difference_to_pysd_in_an_extension_is_found(
    family: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PySD is given another extension in its place: the check is of the whole model, not of the base alone."""
    question, other = load(family), str(tmp_path / "other.mdl")
    Path(other).write_text(EXTENSION.replace("openness * factor", "3 * openness * factor"))
    monkeypatch.setattr("sdmodel.engine.reference.translated", lambda path, _: translated(path, (other,)))
    with pytest.raises(EngineMismatch, match="all visits"):
        sweep(question, Plan(futures=2), tmp_path / "out", command=["sdmodel"])


def test_checks_of_a_whole_model_name_the_file_of_each_remark(family: Path) -> None:
    more = family.parent / "more.mdl"
    more.write_text("idle = 1 ~ Dmnl ~ |\n\nodd = Infectious + contact rate ~ Dmnl ~ |\n")
    found = preflight(family.parent / "sir.mdl", extensions=[more])
    assert {(one.variable, one.file, one.line) for one in found.remarks if one.variable in ("idle", "odd")} == {
        ("idle", "more.mdl", 1),
        ("odd", "more.mdl", 3),
    }
    assert {one.file for one in found.remarks if one.variable not in ("idle", "odd")} <= {""}
    assert any(one.check == "PySD" and "agrees on" in one.sentence for one in found.checks)
    more.write_text("\n\nodd = FIND ZERO(Infectious) ~ Dmnl ~ |\n")
    (remark,) = preflight(family.parent / "sir.mdl", extensions=[more]).remarks
    assert (remark.level, remark.variable, remark.file, remark.line) == ("error", "odd", "more.mdl", 3)


def test_a_study_without_these_keys_is_as_before(family: Path) -> None:
    plain = family.with_name("plain.toml")
    plain.write_text(BASE.replace('data = ["data/visitors.csv"]\n', ""))
    assert list(sources(read_study(plain))) == ["study", "model"]
    assert load(plain).model == read(family.with_name("sir.mdl"))
