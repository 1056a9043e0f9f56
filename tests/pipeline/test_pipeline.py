"""One study from its file to its report: what is kept, that it can be made again, and that earlier results survive."""

import json
import shlex
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from sdmodel import cli, pipeline
from sdmodel.cli import shipped
from sdmodel.errors import EngineMismatch, ExperimentError, RunsError, SdmodelError, StudyError
from sdmodel.pipeline import QUICK, Plan, Question, Stored, analyse, load, report, stored, sweep
from sdmodel.pipeline.second_engine import FEWEST

PLAN = Plan(futures=12, seed=5)


@pytest.fixture(scope="module")
def question() -> Question:
    return load(shipped.find("sir", ".toml"))


@pytest.fixture(scope="module")
def first(question: Question, tmp_path_factory: pytest.TempPathFactory) -> Stored:
    """Results with findings and page; only to be read."""
    kept = sweep(question, PLAN, tmp_path_factory.mktemp("first") / "sir", command=["sdmodel", "sweep", "sir"])
    report(kept, analyse(kept, only=QUICK))
    return kept


@pytest.fixture
def copy(first: Stored, tmp_path: Path) -> Path:
    """A copy of those results to do anything with."""
    return Path(shutil.copytree(first.kept.folder, tmp_path / "copy"))


def test_folder_has_the_layout_that_the_module_tells(first: Stored) -> None:
    there = {path.name for path in first.kept.folder.iterdir()}
    assert there == {"study", "runs.zarr", "manifest.json", "findings", "report.html"}
    assert {path.name for path in first.kept.asked.iterdir()} == {"sir.toml", "sir.mdl", "data"}
    assert {path.name for path in first.kept.findings.iterdir()} == {"comparison.json", "sensitivity.json"}


def test_runs_hold_every_scenario_in_the_same_futures(first: Stored, question: Question) -> None:
    runs = first.runs
    assert runs.sizes["experiment"] == 4 * 12
    np.testing.assert_array_equal(runs["experiment"].values, np.arange(48))
    drawn = {
        scenario: runs["infectious period"].values[runs["scenario"].values == scenario]
        for scenario in question.study.scenarios
    }
    for values in drawn.values():
        np.testing.assert_array_equal(values, drawn["nothing"])
    assert set(question.study.outcomes) <= set(map(str, runs.data_vars))


def test_manifest_tells_design_seed_and_the_crosscheck(first: Stored) -> None:
    made = json.loads((first.kept.folder / "manifest.json").read_text(encoding="utf-8"))
    assert made["design"] == {
        "name": "lhs",
        "seed": 5,
        "futures": 12,
        "scenarios": ["nothing", "distancing", "lockdown", "vaccination"],
    }
    assert 0 <= made["crosscheck"]["difference"] < 1e-9
    assert made["failures"] == []


def test_command_of_the_manifest_makes_the_same_runs_bit_for_bit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    words = "sweep sir --futures 9 --design sobol --seed 3 --scenario lockdown --scenario nothing --shock variant"
    _call(monkeypatch, words.split())
    kept = stored(Path("outputs/sir"))
    before, command = kept.runs.load(), kept.made["command"]
    Path("outputs").rename("earlier")
    _call(monkeypatch, shlex.split(command)[1:])
    again = stored(Path("outputs/sir"))
    assert again.made["command"] == command
    xr.testing.assert_identical(again.runs.load(), before)
    assert capsys.readouterr().err == ""


def test_results_moved_elsewhere_are_as_good(copy: Path, tmp_path: Path, first: Stored) -> None:
    moved = copy.rename(tmp_path / "another name")
    kept = stored(moved)
    xr.testing.assert_identical(kept.runs.load(), first.runs.load())
    page = (moved / "report.html").read_bytes()
    assert report(kept).read_bytes() == page


@pytest.mark.parametrize("part", ["sir.toml", "sir.mdl"])
def test_a_changed_question_is_refused(copy: Path, part: str) -> None:
    path = copy / "study" / part
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(RunsError, match=f"{part} has changed"):
        stored(copy)


@pytest.mark.parametrize("part", ["study/sir.toml", "manifest.json", "runs.zarr"])
def test_a_missing_part_is_told(copy: Path, part: str) -> None:
    path = copy / part
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    with pytest.raises(RunsError, match=path.name.replace(".", r"\.")):
        stored(copy)


@pytest.mark.parametrize(
    ("design", "asked", "futures", "values"),
    [("lhs", 10, 10, 10), ("sobol", 10, 10, 10), ("grid", 30, 27, 3), ("one-at-a-time", 9, 10, 4)],
)
def test_each_design_has_its_futures(
    question: Question, tmp_path: Path, design: str, asked: int, futures: int, values: int
) -> None:
    plan = Plan(asked, design=design, scenarios=("nothing",))
    told: list[int] = []
    kept = sweep(
        question, plan, tmp_path / "out", command=["x"], progress=lambda stage, _done, total: told.append(total)
    )
    assert kept.runs.sizes["experiment"] == futures
    assert set(told) == {futures, FEWEST}, "the bars end where the work ends"
    assert len(np.unique(kept.runs["infectious period"].values)) == values


def test_an_unknown_design_is_refused(question: Question, tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="one-at-a-time"):
        sweep(question, Plan(4, design="random"), tmp_path / "out", command=["x"])
    assert list(tmp_path.iterdir()) == []


def test_designs_too_large_are_refused_before_memory_runs_out(question: Question, tmp_path: Path) -> None:
    for plan, told in (
        (Plan(10**9), "--design sobol"),
        (Plan(10**9, design="grid"), "100,000"),
        (Plan(7, design="grid"), "--design one-at-a-time"),
        (Plan(0), "one future at least"),
    ):
        with pytest.raises(SdmodelError, match=told):
            sweep(question, plan, tmp_path / "out", command=["x"])
    assert list(tmp_path.iterdir()) == []


def test_shocks_run_every_scenario_once_more(question: Question, tmp_path: Path) -> None:
    plan = Plan(6, scenarios=("nothing", "lockdown"), shocks=("variant",))
    kept = sweep(question, plan, tmp_path / "out", command=["x"])
    labels, counts = np.unique(kept.runs["scenario"].values.astype(str), return_counts=True)
    assert dict(zip(labels, counts, strict=True)) == dict.fromkeys(
        ("nothing", "lockdown", "nothing + variant", "lockdown + variant"), 6
    )
    infected = {label: kept.runs["ever_infected"].values[kept.runs["scenario"].values == label] for label in labels}
    assert (infected["nothing + variant"] > infected["nothing"]).all()
    assert report(kept, analyse(kept)).is_file()


def test_sizes_of_chunks_and_numbers_of_threads_change_no_bit(
    question: Question, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = Plan(40, design="sobol", seed=1, shocks=("variant",))
    whole = sweep(question, plan, tmp_path / "whole", command=["x"]).runs.load()
    monkeypatch.setattr(pipeline, "_CHUNK_BYTES", 100_000)
    parts = sweep(question, replace(plan, threads=1), tmp_path / "parts", command=["x"]).runs.load()
    order = ["scenario", "future"]
    whole, parts = (runs.set_index(experiment=order).sortby("experiment") for runs in (whole, parts))
    assert list(whole.indexes["experiment"]) == list(parts.indexes["experiment"])
    for name in whole.data_vars:
        np.testing.assert_array_equal(whole[name].values, parts[name].values, err_msg=str(name))


def test_failed_runs_are_kept_counted_and_told(mdl: Callable[..., Path], tmp_path: Path) -> None:
    path = mdl("growth = 1", "x = INTEG(x * x * growth, 1)", stop=40, step=1)
    study = path.with_suffix(".toml")
    study.write_text(
        f"""
title = "Growth"
question = "Does it explode?"
model = "{path.name}"
baseline = "free"
futures = 20
seed = 1
[scenarios.free]
title = "Free"
[uncertainties.growth]
distribution = "uniform"
low = -0.4
high = 0.4
[outcomes.end]
title = "End"
variable = "x"
reduce = "last"
""",
        encoding="utf-8",
    )
    kept = sweep(load(study), Plan(20), tmp_path / "out", command=["x"])
    failed = kept.runs["failed"].values
    assert 0 < failed.sum() < 20
    growth = kept.runs["growth"].values
    assert growth[failed].min() > growth[~failed].max(), "the quickest explode"
    assert np.isnan(kept.runs["end"].values[failed]).all()
    assert np.isfinite(kept.runs["end"].values[~failed]).all()
    assert any('"x"' in line for line in kept.made["failures"])
    assert report(kept, analyse(kept)).is_file()


@pytest.mark.parametrize("broken", ["agreement", "outcomes"])
def test_a_failure_in_the_middle_leaves_earlier_results(
    copy: Path, question: Question, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    before = _bytes(copy)

    def fails(*_words: object, **_named: object) -> None:
        raise EngineMismatch("made up")

    monkeypatch.setattr(pipeline.second_engine if broken == "agreement" else pipeline, broken, fails)
    with pytest.raises(EngineMismatch, match="made up"):
        sweep(question, Plan(4), copy, command=["x"])
    assert _bytes(copy) == before
    assert len(stored(copy).runs["experiment"]) == 48


@pytest.mark.parametrize("chunk", [64 * 2**20, 60_000])
def test_runs_that_pysd_does_not_confirm_replace_nothing(
    copy: Path, question: Question, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    """With one chunk the check is made here, with many in a process of its own."""
    true = pipeline.compiled.simulate

    def slightly_wrong(*words: Any, **named: Any) -> xr.Dataset:
        runs = true(*words, **named)
        runs["infectious share"].values[:] *= 1.001
        return runs

    before = _bytes(copy)
    monkeypatch.setattr(pipeline.compiled, "simulate", slightly_wrong)
    monkeypatch.setattr(pipeline, "_CHUNK_BYTES", chunk)
    with pytest.raises(EngineMismatch, match='disagree on "infectious share"'):
        sweep(question, Plan(60), copy, command=["x"])
    assert _bytes(copy) == before


def test_a_first_sweep_that_fails_leaves_nothing(
    question: Question, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_words: object, **_named: object) -> None:
        raise EngineMismatch("made up")

    monkeypatch.setattr(pipeline.second_engine, "agreement", fails)
    with pytest.raises(EngineMismatch):
        sweep(question, Plan(4), tmp_path / "out", command=["x"])
    assert list(tmp_path.iterdir()) == []


def test_a_new_sweep_removes_findings_of_the_old_one(copy: Path, question: Question) -> None:
    kept = sweep(question, Plan(4), copy, command=["x"])
    assert not kept.kept.findings.exists()
    assert not kept.kept.report.exists()
    assert len(stored(copy).runs["experiment"]) == 16


def test_a_sweep_of_the_kept_study_into_its_own_folder_works(copy: Path) -> None:
    kept = sweep(load(copy / "study" / "sir.toml"), PLAN, copy, command=["x"])
    assert len(stored(copy).runs["experiment"]) == kept.runs.sizes["experiment"] == 48


def test_a_folder_of_somebody_else_is_left_alone(question: Question, tmp_path: Path) -> None:
    mine = tmp_path / "report.html"
    mine.write_text("mine", encoding="utf-8")
    with pytest.raises(RunsError, match="no sweep made"):
        sweep(question, Plan(4), tmp_path, command=["x"])
    assert mine.read_text(encoding="utf-8") == "mine"


def test_drivers_are_worked_out_for_the_compared_scenarios_and_the_rest_is_told(
    question: Question, tmp_path: Path
) -> None:
    narrow = Question(replace(question.study, compare=("lockdown",)), question.model)
    kept = sweep(narrow, PLAN, tmp_path / "out", command=["x"])
    finding = analyse(kept, only=QUICK)[-1]
    assert set(finding.table["scenario"].values) == {"nothing", "lockdown"}
    assert any("2 of 4 scenarios" in caveat for caveat in finding.caveats)
    whole = analyse(replace(kept, question=question), only=QUICK)[-1]
    assert set(whole.table["scenario"].values) == set(question.study.scenarios)
    xr.testing.assert_identical(
        whole.table["first_order"].sel(scenario="lockdown"), finding.table["first_order"].sel(scenario="lockdown")
    )


def test_report_without_findings_makes_them(copy: Path) -> None:
    shutil.rmtree(copy / "findings")
    (copy / "report.html").unlink()
    assert report(stored(copy)).is_file()
    assert (copy / "findings" / "sensitivity.json").is_file()


def test_read_study_gives_the_names_of_the_model(tmp_path: Path) -> None:
    for suffix in (".mdl", ".toml"):
        shutil.copy(shipped.find("sir", suffix), tmp_path)
    shutil.copytree(shipped.folder() / "data", tmp_path / "data")
    path = tmp_path / "sir.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('"contact rate"', '"Contact_RATE"'), encoding="utf-8")
    assert "contact rate" in pipeline.read_study(path).scenarios["distancing"].settings


def test_a_scenario_asked_for_by_an_unknown_name_is_refused(question: Question, tmp_path: Path) -> None:
    with pytest.raises(ExperimentError, match="Did you mean"):
        sweep(question, Plan(4, scenarios=("lockdwn",)), tmp_path / "out", command=["x"])
    assert list(tmp_path.iterdir()) == []


def _call(monkeypatch: pytest.MonkeyPatch, words: list[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["sdmodel", *words])
    with suppress(SystemExit):  # the runs themselves tell whether it went well
        cli.main()


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_files_that_the_model_reads_are_kept_with_it(mdl: Callable[..., Path], tmp_path: Path) -> None:
    """Results tell everything without them, until one of the copies is changed."""
    model = mdl("a = GET DIRECT CONSTANTS('numbers.csv', ',', 'B2')", "s = INTEG(a, 0)", stop=2)
    (model.parent / "numbers.csv").write_text("name,value\na,3\n", encoding="utf-8")
    study = _study(model, 'end = { variable = "s", reduce = "last" }')
    kept = sweep(load(study), Plan(1), tmp_path / "out", command=["x"])
    (model.parent / "numbers.csv").unlink()
    assert stored(kept.kept.folder).question.model.constants["a"] == 3
    (kept.kept.asked / "numbers.csv").write_text("name,value\na,4\n", encoding="utf-8")
    with pytest.raises(RunsError, match=r"numbers\.csv has changed"):
        stored(kept.kept.folder)


def test_a_known_fault_of_pysd_stops_no_sweep(tmp_path: Path) -> None:
    """A stock that may not fall below zero limits its outflow here, which PySD forgets: told, and not blamed."""
    model = tmp_path / "tank.xmile"
    model.write_text(
        '<xmile version="1.0" xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0">'
        "<header><vendor>v</vendor><product>p</product></header>"
        "<sim_specs><start>0</start><stop>9</stop><dt>1</dt></sim_specs><model><variables>"
        '<stock name="tank"><eqn>10</eqn><outflow>leak</outflow><non_negative/></stock>'
        '<stock name="floor"><eqn>0</eqn><inflow>leak</inflow></stock>'
        '<flow name="leak"><eqn>3</eqn></flow></variables></model></xmile>',
        encoding="utf-8",
    )
    study = _study(model, 'end = { variable = "floor", reduce = "last" }')
    kept = sweep(load(study), Plan(1), tmp_path / "out", command=["x"])
    assert kept.runs["floor"].values[0, -1] == 10
    assert kept.made["crosscheck"]["sample"] == 0
    assert "PySD is known to be wrong here (non-negative stock)" in kept.made["crosscheck"]["reason"]
    assert "not to be trusted" not in kept.made["crosscheck"]["reason"]


def _study(model: Path, outcome: str) -> Path:
    path = model.with_suffix(".toml")
    path.write_text(
        f'model = "{model.name}"\nbaseline = "as it is"\n[scenarios."as it is"]\n[outcomes]\n{outcome}\n',
        encoding="utf-8",
    )
    return path
