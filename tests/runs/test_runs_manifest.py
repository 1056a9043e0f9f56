"""What made these runs, and whether it is still so."""

import json

import pytest

from sdmodel.errors import RunsError
from sdmodel.runs import manifest


@pytest.fixture
def made(tmp_path, monkeypatch):
    """A model and a study, and the folder of outputs with their manifest."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models").mkdir()
    files = {"model": tmp_path / "models" / "m.mdl", "study": tmp_path / "models" / "s.toml"}
    for part, file in files.items():
        file.write_text(part)
    folder = tmp_path / "outputs" / "s"
    command = ["sdmodel", "study", str(files["study"]), f"--output={folder}", "two words"]
    content = manifest.manifest(folder, files, seed=0, design="lhs", futures=10, scenarios=["a", "b"], command=command)
    manifest.write(folder, content)
    return folder


def test_the_manifest_tells_files_design_command_versions_and_time(made):
    content = manifest.read(made)
    assert content["files"]["model"]["path"] == "../../models/m.mdl"
    assert content["files"]["model"]["sha256"] == "9372c470eeadd5ecd9c3c74c2b3cb633f8e2f2fad799250a0f70d652b6b825e4"
    assert content["design"] == {"name": "lhs", "seed": 0, "futures": 10, "scenarios": ["a", "b"]}
    assert content["command"] == "sdmodel study models/s.toml --output=outputs/s 'two words'"
    assert {"python", "sdmodel", "numpy", "llvmlite", "pysd", "xarray"} <= set(content["versions"])
    assert content["created"].endswith("+00:00")


def test_the_manifest_tells_no_path_of_the_machine(made, tmp_path):
    assert str(tmp_path) not in (made / manifest.FILE).read_text()


def test_nothing_differs_while_the_files_are_the_same_also_when_all_is_moved(made, tmp_path):
    assert manifest.verify(made) == []
    (tmp_path / "elsewhere").mkdir()
    for part in ("models", "outputs"):
        (tmp_path / part).rename(tmp_path / "elsewhere" / part)
    assert manifest.verify(tmp_path / "elsewhere" / "outputs" / "s") == []


def test_changed_and_missing_files_are_named(made, tmp_path):
    (tmp_path / "models" / "m.mdl").write_text("model 2")
    (tmp_path / "models" / "s.toml").unlink()
    changed, missing = manifest.verify(made)
    assert "model file ../../models/m.mdl has changed" in changed
    assert "study file ../../models/s.toml is missing" in missing


def test_missing_and_damaged_manifests_are_told(made, tmp_path):
    with pytest.raises(RunsError, match=r"has no manifest\.json"):
        manifest.read(tmp_path)
    for text in ("{", "[]", json.dumps({"files": 3, "design": {}, "versions": {}})):
        (made / manifest.FILE).write_text(text)
        with pytest.raises(RunsError, match="damaged"):
            manifest.read(made)
    (made / manifest.FILE).write_text(json.dumps({"files": {"model": {}}, "design": {}, "versions": {}}))
    with pytest.raises(RunsError, match="damaged"):
        manifest.verify(made)


def test_a_model_that_cannot_be_read_is_told(tmp_path):
    with pytest.raises(RunsError, match=r"cannot read .*none\.mdl"):
        manifest.manifest(
            tmp_path, {"model": tmp_path / "none.mdl"}, seed=1, design="grid", futures=1, scenarios=[], command=[]
        )
