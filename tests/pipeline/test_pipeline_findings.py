"""Which findings a study leaves beside its runs, which of them a sweep keeps, and what the report makes of them."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sdmodel.analysis import files
from sdmodel.analysis.reality.finding import verdicts_of
from sdmodel.cli import shipped
from sdmodel.errors import RunsError
from sdmodel.pipeline import EVERY, QUICK, Plan, Question, Stored, analyse, load, report, stored, sweep
from sdmodel.pipeline.calibration.calibrate import calibrate

CHECKED = """
model = "{model}"
baseline = "free"
futures = 20
seed = 4
[scenarios.free]
title = "Free"
[scenarios.slow]
title = "Slow"
"growth" = 0.01
[uncertainties]
growth = {{ distribution = "uniform", low = 0.02, high = 0.1 }}
[outcomes.end]
variable = "x"
reduce = "last"
[checks.C1]
statement = "If growth is slow, then the end is lower"
runs.free = {{}}
runs.slow = {{ scenario = "slow" }}
expect = ["end(slow, 'x') < end(free, 'x')"]
"""


@pytest.fixture
def checked(mdl: Callable[..., Path]) -> Question:
    """A study with a reality check."""
    model = mdl("growth = 0.05", "x = INTEG(x * growth, 1)", stop=20, step=1)
    study = model.with_suffix(".toml")
    study.write_text(CHECKED.format(model=model.name), encoding="utf-8")
    return load(study)


@pytest.fixture(scope="module")
def school() -> Question:
    """The small shipped study, which has a calibration; its loops are left out."""
    question = load(shipped.find("sir", ".toml"))
    assert question.study.calibration is not None
    quick = replace(question.study.calibration, starts=1)
    return replace(question, study=replace(question.study, calibration=quick, loops={}))


@pytest.fixture(scope="module")
def first(school: Question, tmp_path_factory: pytest.TempPathFactory) -> Stored:
    """Its results with everything; only to be read."""
    kept = sweep(school, Plan(12, seed=5), tmp_path_factory.mktemp("first") / "sir", command=["x"])
    report(kept, analyse(kept, only=EVERY))
    return kept


@pytest.fixture
def copy(first: Stored, tmp_path: Path) -> Path:
    return Path(shutil.copytree(first.kept.folder, tmp_path / "copy"))


def names(folder: Path) -> set[str]:
    return {path.stem for path in (folder / "findings").glob("*")} if (folder / "findings").exists() else set()


def test_reality_checks_are_tried_in_the_futures_of_the_sweep_and_told_on_the_page(
    checked: Question, tmp_path: Path
) -> None:
    kept = sweep(checked, Plan(20, seed=9), tmp_path / "out", command=["x"])
    stages: list[tuple[str, int]] = []
    found = analyse(kept, lambda stage, done, _total: stages.append((stage, done)))
    assert [one.name for one in found] == ["comparison", "sensitivity", "reality"]
    assert names(kept.kept.folder) == {"comparison", "sensitivity", "reality"}
    (verdict,) = verdicts_of(found[-1])
    assert (verdict.holds, verdict.futures, verdict.held) == (True, 20, 20)
    assert found[-1].table.attrs["seed"] == 9
    assert {stage for stage, _ in stages} >= {"Analysing", "Reality checks"}
    page = report(kept).read_text(encoding="utf-8")
    assert "All 1 hold with the model" in page
    assert 'id="fit"' not in page


def test_quick_findings_are_those_of_the_runs_alone(checked: Question, tmp_path: Path) -> None:
    kept = sweep(checked, Plan(5), tmp_path / "out", command=["x"])
    assert [one.name for one in analyse(kept, only=QUICK)] == ["comparison", "sensitivity"]
    assert 'id="reality"' not in report(kept).read_text(encoding="utf-8")


def test_the_fit_is_made_when_it_is_asked_for(first: Stored) -> None:
    assert names(first.kept.folder) == {"comparison", "sensitivity", "calibration"}
    page = first.kept.report.read_text(encoding="utf-8")
    assert 'id="fit"' in page
    assert 'id="drivers"' in page


def test_a_report_without_findings_given_shows_all_that_are_kept(copy: Path) -> None:
    before = (copy / "report.html").read_bytes()
    assert report(stored(copy)).read_bytes() == before


def test_a_new_sweep_keeps_the_fit_alone(copy: Path, school: Question) -> None:
    kept = sweep(school, Plan(4), copy, command=["x"])
    assert names(copy) == {"calibration"}
    assert not kept.kept.report.exists()
    page = report(kept).read_text(encoding="utf-8")
    assert 'id="fit"' in page, "the fit is as good as it was"
    assert names(copy) == {"comparison", "sensitivity", "calibration"}


def test_a_fit_may_be_kept_before_there_are_runs(first: Stored, school: Question, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    shutil.copytree(first.kept.findings, folder / "findings", ignore=shutil.ignore_patterns("[cs]o*", "s*"))
    assert names(folder) == {"calibration"}
    assert sweep(school, Plan(4), folder, command=["x"]).runs.sizes["experiment"] == 16
    assert names(folder) == {"calibration"}


def test_a_folder_with_findings_of_somebody_else_is_left_alone(school: Question, tmp_path: Path) -> None:
    mine = tmp_path / "findings" / "mine.txt"
    mine.parent.mkdir()
    mine.write_text("mine", encoding="utf-8")
    with pytest.raises(RunsError, match="no sweep made"):
        sweep(school, Plan(4), tmp_path, command=["x"])
    assert mine.read_text(encoding="utf-8") == "mine"


def test_a_fit_to_another_window_is_not_shown(copy: Path, school: Question) -> None:
    kept = stored(copy)
    assert school.study.calibration is not None
    other = replace(school.study.calibration, fit=(1.0, 8.0))
    moved = replace(kept, question=replace(school, study=replace(school.study, calibration=other)))
    assert 'id="fit"' not in report(moved).read_text(encoding="utf-8")
    without = replace(kept, question=replace(school, study=replace(school.study, calibration=None)))
    assert 'id="fit"' not in report(without).read_text(encoding="utf-8")


def test_a_kept_study_can_be_fitted_again(copy: Path) -> None:
    """Observations lie beside the copy of the study, under the name by which it asks for them."""
    again = calibrate(stored(copy).question, starts=1)
    before = files.read(copy / "findings" / "calibration.json")
    assert again.table["value"].values.tolist() == before.table["value"].values.tolist()


def test_a_damaged_finding_is_named(copy: Path) -> None:
    (copy / "findings" / "comparison.json").write_text('{"name": "comparison"}', encoding="utf-8")
    with pytest.raises(RunsError, match=r"findings/comparison\.json"):
        report(stored(copy))
