"""The command `export`: a file in one piece, or none."""

import json
import subprocess
import sys


def test_it_writes_a_python_program_that_runs(said, tmp_path):
    told = said("export", "sir", "--output", tmp_path / "new" / "sir.py")
    assert told.code == 0, told.err
    assert "sir.py: sir, " in told.out
    ran = subprocess.run(
        [sys.executable, "-I", tmp_path / "new" / "sir.py"], capture_output=True, text=True, check=True, timeout=60
    )
    assert ran.stdout.startswith("Time 120.0\n")
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["sir.py"]


def test_it_writes_a_script_and_tells_so_as_json(said, tmp_path):
    path = tmp_path / "sir.js"
    told = said("export", "sir", "--to", "javascript", "--output", path, "--json")
    assert json.loads(told.out) == {"output": str(path), "language": "javascript", "model": "sir"}
    assert "var model = (function () {" in path.read_text(encoding="utf-8")


def test_without_output_it_writes_beside_other_outputs(said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert said("export", "sir", "--to", "javascript").code == 0
    assert (tmp_path / "outputs" / "sir.js").is_file()


def test_it_never_writes_over_the_model(said, sir):
    model = sir.with_suffix(".mdl")
    before = model.read_bytes()
    told = said("export", model, "--output", model)
    assert (told.code, told.out) == (2, "")
    assert "it is the model itself" in told.err
    assert model.read_bytes() == before


def test_a_model_that_cannot_be_read_leaves_what_was_there(said, tmp_path):
    broken, kept = tmp_path / "broken.mdl", tmp_path / "kept.py"
    broken.write_text("{UTF-8}\na = b\n\t~\t\n\t~\t\n\t|\n")
    kept.write_text("before")
    told = said("export", broken, "--output", kept)
    assert (told.code, kept.read_text()) == (2, "before")
    assert "broken.mdl" in told.err


def test_languages_and_models_that_do_not_exist_are_refused(said, tmp_path):
    assert said("export", "sir", "--to", "cobol").code == 2
    told = said("export", "no such model", "--output", tmp_path / "x.py")
    assert told.code == 2
    assert not (tmp_path / "x.py").exists()
