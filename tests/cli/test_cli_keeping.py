"""`--output`: findings of any command beside the runs of their study, on one page; and what is refused there."""

import json
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kept") / "sir"


ASKED = {
    "timing": ("timing", "sir", "--futures", 0, "--points", 2),
    "optimum": ("optimise", "sir", "--minimise", "peak", "--population", 6, "--generations", 1),
    "tipping": ("tipping", "sir", "--x", "contact rate=2:10", "--when", "peak > 0.1", "--tolerance", 0.1),
    "equilibria": ("equilibria", "sir", "--starts", 2),
    "modes": ("equilibria", "sir", "--along", 2),
    "dominance": ("dominance", "sir"),
}


@pytest.mark.parametrize("name", ASKED)
def test_a_command_keeps_its_finding_before_there_are_runs(name: str, said, folder: Path) -> None:
    done = said(*ASKED[name], "--output", folder)
    assert (done.code, done.err) == (0, "")
    file = folder / "findings" / f"{name}.json"
    assert f'wrote {file}; "sdmodel report {folder}" shows it.' in " ".join(done.out.split())
    assert json.loads(file.read_text(encoding="utf-8"))["name"] == name


def test_one_page_has_all_of_it_with_what_stored_runs_say(said, folder: Path) -> None:
    assert said("sweep", "sir", "--futures", 40, "--output", folder).code == 0
    for words in (
        ("discover", folder, "--fails", "ever_infected > 9000", "--resamples", 20),
        ("robust", folder, "--resamples", 20),
        ("sensitivity", folder, "--method", "pawn", "--resamples", 20),
    ):
        assert said(*words).code == 0
    told = json.loads(said("report", folder, "--json").out)
    assert told == {"report": str(folder / "report.html")}
    page = (folder / "report.html").read_text(encoding="utf-8")
    for name in (*ASKED, "discovery", "robustness", "pawn"):
        assert f'<section id="{name}"' in page


def test_what_was_found_for_another_text_is_left_out_and_told(said, folder: Path) -> None:
    file = folder / "findings" / "timing.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    content["table"]["attributes"]["made_of"] = ["0" * 64]
    file.write_text(json.dumps(content), encoding="utf-8")
    done = said("report", folder)
    assert "left out" in done.out
    assert "timing" in done.out
    assert '<section id="timing"' not in (folder / "report.html").read_text(encoding="utf-8")


def test_a_folder_of_another_study_is_refused_before_anything_is_computed(said, folder: Path) -> None:
    done = said("game", "richardson", "--futures", 0, "--output", folder)
    assert done.code == 2
    assert "Choose another --output" in " ".join(done.err.split())
    assert not (folder / "findings" / "game.json").exists()


def test_a_model_without_a_study_has_nowhere_to_be_kept(said, mdl, tmp_path: Path) -> None:
    done = said("equilibria", mdl("x = INTEG(-x, 1)"), "--output", tmp_path / "out")
    assert done.code == 2
    assert "has none" in done.err
    assert not (tmp_path / "out").exists()
