"""Extensions on the command line: by a study that names them, or by --extension; and the whole model as one file."""

import json
import shutil
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sdmodel.cli import shipped

Call = Callable[..., object]
EXTENSION = "{UTF-8}\n\ncontact rate = 4 ~ 1/Day ~ Fewer. |\ndouble = 2 * Infectious ~ Person ~ Twice. |\n"


@pytest.fixture
def more(sir: Path) -> Path:
    """An extension beside the copy of the shipped study, and a study `more.toml` with it."""
    path = sir.with_name("more.mdl")
    path.write_text(EXTENSION)
    sir.with_name("more_sir.toml").write_text('extensions = ["more.mdl"]\n[base]\nstudy = "sir.toml"\n')
    return path


@pytest.fixture
def both(more: Path) -> tuple[tuple[object, ...], ...]:
    """Two ways to ask for the same model."""
    return (more.with_name("more_sir.toml"),), (more.with_name("sir.mdl"), "--extension", more)


def test_run_inspect_and_check_take_the_whole_model(said: Call, both: tuple[tuple[object, ...], ...]) -> None:
    told = [json.loads(said("run", *words, "--json").out)["stocks"]["Infectious"] for words in both]
    assert told[0] == told[1]
    plain = json.loads(said("run", "sir", "--json").out)["stocks"]["Infectious"]
    assert told[0]["max"] < plain["max"]
    for words in both:
        shown = json.loads(said("inspect", words[0], "double", *words[1:], "--json").out)
        assert (shown["file"], shown["line"], shown["uses"]) == ("more.mdl", 4, ["Infectious"])
        checked = json.loads(said("check", *words, "--json").out)
        double = next(one for one in checked["findings"] if one["variable"] == "double")
        assert (double["file"], double["line"]) == ("more.mdl", 4)
        assert any("agrees on" in one["said"] for one in checked["checks"])
    assert "more.mdl:4" in said("check", *both[1]).out


def test_a_scenario_of_a_study_beside_the_model_brings_its_extensions(said: Call, more: Path) -> None:
    study = more.with_name("sir.toml")
    study.write_text('extensions = ["more.mdl"]\n' + study.read_text(encoding="utf-8"), encoding="utf-8")
    model = study.with_suffix(".mdl")
    with_it = said("run", model, "--scenario", "lockdown", "--output", model.with_name("run.csv"))
    assert with_it.code == 0, with_it.err
    assert "double" in model.with_name("run.csv").read_text().split("\n")[0]


def test_pysd_runs_the_whole_model(said: Call, both: tuple[tuple[object, ...], ...]) -> None:
    ours, theirs = (json.loads(said("run", *both[1], *words, "--json").out) for words in ((), ("--engine", "pysd")))
    assert ours["stocks"]["Infectious"]["max"] == pytest.approx(theirs["stocks"]["Infectious"]["max"], rel=1e-9)


def test_the_whole_model_as_a_file_runs_in_pysd_and_gives_the_same(
    said: Call, both: tuple[tuple[object, ...], ...], tmp_path: Path
) -> None:
    written = [tmp_path / f"full{n}.mdl" for n in range(2)]
    for words, path in zip(both, written, strict=True):
        told = said("export", *words, "--to", "mdl", "-o", path)
        assert told.code == 0, told.err
    assert written[0].read_bytes() == written[1].read_bytes()
    assert written[0].read_text(encoding="utf-8").startswith("{UTF-8}\n")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pysd

        theirs = pysd.read_vensim(str(written[0]), encoding="utf-8").run(return_columns=["double"])["double"]
    ours = json.loads(said("run", written[0], "--json").out)["stocks"]["Infectious"]
    assert json.loads(said("run", *both[0], "--json").out)["stocks"]["Infectious"] == ours
    np.testing.assert_allclose(
        [theirs.iloc[0], theirs.iloc[-1], theirs.max()], [2 * ours[p] for p in ("first", "last", "max")]
    )


def test_programs_are_made_of_the_whole_model(said: Call, more: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(more.parent)
    told = said("export", "more_sir.toml", "--json")
    assert json.loads(told.out)["output"] == str(Path("outputs/more_sir.py"))
    assert "double" in Path("outputs/more_sir.py").read_text(encoding="utf-8")
    assert said("export", "more_sir.toml", "--to", "mdl").code == 0
    assert Path("outputs/more_sir.mdl").is_file()


def test_export_never_writes_over_a_file_that_it_reads(said: Call, more: Path) -> None:
    before = more.read_bytes()
    told = said("export", more.with_name("more_sir.toml"), "--to", "mdl", "--output", more)
    assert (told.code, more.read_bytes()) == (2, before)
    assert "a part of what is exported" in told.err


def test_a_broken_extension_is_told_and_leaves_what_was_there(said: Call, more: Path, tmp_path: Path) -> None:
    more.write_text("\nx = nobody ~~|")
    kept = tmp_path / "kept.mdl"
    kept.write_text("before")
    told = said("export", more.with_name("more_sir.toml"), "--to", "mdl", "--output", kept)
    assert (told.code, kept.read_text()) == (2, "before")
    assert '"x", more.mdl, line 2: there is no variable "nobody"' in told.err


def test_xmile_is_not_written_as_vensim(said: Call, tmp_path: Path) -> None:
    path = tmp_path / "x.xmile"
    path.write_text(
        '<?xml version="1.0"?><xmile version="1.0" xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0">'
        "<sim_specs><start>0</start><stop>2</stop><dt>1</dt></sim_specs>"
        '<model><variables><aux name="a"><eqn>1</eqn></aux></variables></model></xmile>'
    )
    told = said("export", path, "--to", "mdl", "-o", tmp_path / "x.mdl")
    assert told.code == 2
    assert "only a Vensim model (.mdl) can be written as .mdl; this is XMILE" in told.err
    assert not (tmp_path / "x.mdl").exists()


def test_a_comment_at_the_head_is_no_encoding(said: Call, tmp_path: Path, more: Path) -> None:
    model = more.with_name("sir.mdl")
    model.write_bytes(model.read_bytes().replace(b"{UTF-8}", b"{a model of ours}"))
    assert said("export", model, "--to", "mdl", "-o", tmp_path / "x.mdl").code == 0
    assert (tmp_path / "x.mdl").read_text(encoding="utf-8").startswith("{UTF-8}\n{a model of ours}")


def test_sweeps_take_the_whole_model(said: Call, more: Path, tmp_path: Path) -> None:
    told = said("sweep", more.with_name("more_sir.toml"), "--futures", 4, "--output", tmp_path / "out", "--json")
    assert told.code == 0, told.err
    assert {path.name for path in (tmp_path / "out" / "study").iterdir()} == {
        "data",
        "sir.mdl",
        "sir.toml",
        "more.mdl",
        "more_sir.toml",
    }
    assert json.loads(told.out)["crosscheck"] < 1e-9


def test_studies_without_a_model_of_their_own_are_known_by_name(
    said: Call, more: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shipped, "folder", lambda: more.parent)
    assert {"sir", "more_sir"} <= {row["name"] for row in json.loads(said("models", "--json").out)}
    assert json.loads(said("inspect", "more_sir", "double", "--json").out)["file"] == "more.mdl"
    assert said("sweep", "more_sir", "--futures", 2, "--output", more.with_name("out")).code == 0
    shutil.rmtree(more.with_name("out"))
    assert "more_sir" in said("run", "les_sir").err
