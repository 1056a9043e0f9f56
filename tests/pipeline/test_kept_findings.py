"""Findings kept beside runs: shown as long as the study that they were made of is the study of the folder."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sdmodel.analysis import files
from sdmodel.analysis.finding import Finding
from sdmodel.analysis.robustness.verdicts import robustness
from sdmodel.cli import shipped
from sdmodel.errors import RunsError
from sdmodel.pipeline import Plan, Question, Stored, keep_on_runs, left_out, load, report, stored, sweep
from sdmodel.pipeline.made_of import MADE_OF, RUNS_SEED, is_of, marked
from sdmodel.pipeline.sensitivity.morris import Ask, morris

STUDY = """
model = "{model}"
baseline = "free"
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
better = "higher"
"""


@pytest.fixture
def asked(mdl: Callable[..., Path]) -> Question:
    model = mdl("growth = 0.05", "x = INTEG(x * growth, 1)", stop=20, step=1)
    study = model.with_suffix(".toml")
    study.write_text(STUDY.format(model=model.name), encoding="utf-8")
    return load(study)


@pytest.fixture
def kept(asked: Question, tmp_path: Path) -> Stored:
    """A sweep, with a finding from its runs and one from runs of its own beside it."""
    made = sweep(asked, Plan(30, seed=9), tmp_path / "out", command=["x"])
    keep_on_runs(made, robustness(asked.study, made.runs.load(), resamples=20))
    own(made, marked(morris(asked, Ask(n=4)), asked.study))
    return stored(made.kept.folder)


def own(made: Stored, finding: Finding) -> Path:
    return files.write(finding, made.kept.finding(finding.name))


def names(made: Stored) -> set[str]:
    return {path.stem for path in made.kept.findings.glob("*.json")}


def test_what_is_kept_is_on_the_page_and_tells_the_seed_of_the_runs(kept: Stored) -> None:
    page = report(kept).read_text(encoding="utf-8")
    assert '<section id="morris"' in page
    assert '<section id="robustness"' in page
    assert "30 futures, one run each; seed 9 (resampled with seed 0)" in page
    assert left_out(kept) == []
    assert files.read(kept.kept.finding("robustness")).table.attrs[RUNS_SEED] == 9


def test_a_copy_of_the_folder_shows_the_same_page(kept: Stored) -> None:
    before = report(kept).read_bytes()
    assert report(stored(kept.kept.folder)).read_bytes() == before


def test_a_finding_for_another_text_of_the_study_or_model_is_left_out(kept: Stored, asked: Question) -> None:
    path = asked.study.path
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("high = 0.1", "high = 0.2"), encoding="utf-8")
    changed = load(path)
    own(kept, marked(morris(changed, Ask(n=4)), changed.study))
    assert left_out(kept) == ["morris"]
    assert '<section id="morris"' not in report(kept).read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    model = asked.study.model
    model.write_text(model.read_text(encoding="utf-8").replace("0.05", "0.06"), encoding="utf-8")
    assert not is_of(files.read(kept.kept.finding("robustness")), asked.study)


def test_a_finding_that_does_not_tell_what_it_was_made_of_is_left_out(kept: Stored) -> None:
    told = files.read(kept.kept.finding("morris"))
    own(kept, replace(told, table=told.table.drop_attrs(deep=False).assign_attrs(told.table.attrs | {MADE_OF: []})))
    assert left_out(kept) == ["morris"]


def test_a_sweep_of_the_same_study_keeps_what_has_runs_of_its_own(kept: Stored, asked: Question) -> None:
    sweep(asked, Plan(5), kept.kept.folder, command=["x"])
    assert names(kept) == {"morris"}


def test_a_sweep_of_a_changed_study_keeps_neither(kept: Stored, asked: Question) -> None:
    path = asked.study.path
    path.write_text("seed = 3\n" + STUDY.format(model=asked.study.model.name), encoding="utf-8")
    sweep(load(path), Plan(5), kept.kept.folder, command=["x"])
    assert names(kept) == set()


def test_a_later_finding_of_the_same_name_replaces_the_earlier(kept: Stored, asked: Question) -> None:
    own(kept, marked(morris(asked, Ask(n=8)), asked.study))
    assert files.read(kept.kept.finding("morris")).table.attrs["paths"] == 8


def test_findings_may_be_kept_before_there_are_runs_but_no_foreign_file(asked: Question, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    files.write(marked(morris(asked, Ask(n=4)), asked.study), folder / "findings" / "morris.json")
    (folder / "findings" / "notes.json").write_text("{}", encoding="utf-8")
    with pytest.raises(RunsError, match="no sweep made"):
        sweep(asked, Plan(4), folder, command=["x"])
    (folder / "findings" / "notes.json").unlink()
    assert names(sweep(asked, Plan(4), folder, command=["x"])) == {"morris"}


def test_the_shipped_study_and_its_copy_beside_runs_are_one(tmp_path: Path) -> None:
    sir = load(shipped.find("sir", ".toml"))
    made = sweep(sir, Plan(3), tmp_path / "sir", command=["x"])
    finding = marked(morris(sir, Ask(n=2)), sir.study)
    assert is_of(finding, stored(made.kept.folder).question.study)
