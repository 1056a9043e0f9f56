"""Sweeps under rival theories and shocks: every scenario under each of them and under both together."""

import json
import shlex
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from sdmodel import pipeline
from sdmodel.analysis.wording import scenario_title
from sdmodel.cli import app, shipped
from sdmodel.pipeline import Plan, sweep

LABELS = ("managed", "managed + lock_in", "managed + pandemic", "managed + lock_in + pandemic")


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder that the command line swept, and what it said."""
    folder = tmp_path_factory.mktemp("theories") / "out"
    words = [
        "sweep",
        "dilemma",
        "--futures",
        "4",
        "--scenario",
        "managed",
        "--variant",
        "lock_in",
        "--shock",
        "pandemic",
    ]
    said = CliRunner().invoke(app, [*words, "--output", str(folder), "--json"])
    assert said.exit_code == 0, said.output
    return folder, said.stdout


def test_a_sweep_crosses_variants_with_shocks(swept: tuple[Path, str]) -> None:
    folder, said = swept
    kept = pipeline.stored(folder)
    labels, counts = np.unique(kept.runs["scenario"].values.astype(str), return_counts=True)
    assert dict(zip(labels, counts, strict=True)) == dict.fromkeys(LABELS, 4)
    assert json.loads(said)["scenarios"] == 4
    by = {label: kept.runs["mean_suspicion_2045"].values[kept.runs["scenario"].values == label] for label in LABELS}
    assert (by["managed + lock_in"] > by["managed"]).all()


def test_the_kept_command_makes_the_same_runs_again(swept: tuple[Path, str], tmp_path: Path) -> None:
    command = shlex.split(pipeline.stored(swept[0]).made["command"])
    assert command[command.index("--variant") + 1] == "lock_in"
    command[command.index("--output") + 1] = str(tmp_path / "again")
    assert CliRunner().invoke(app, command[1:]).exit_code == 0
    ours, again = (pipeline.stored(folder).runs.load() for folder in (swept[0], tmp_path / "again"))
    np.testing.assert_array_equal(ours["crisis_probability_2045"].values, again["crisis_probability_2045"].values)


def test_labels_become_readable_titles_and_the_page_tells_the_theory(swept: tuple[Path, str]) -> None:
    kept = pipeline.stored(swept[0])
    title = scenario_title(kept.question.study, LABELS[-1])
    assert title == "Managed interdependence with Lock-in of distrust and Pandemic"
    page = pipeline.report(kept, pipeline.analyse(kept)).read_text(encoding="utf-8")
    assert "Rival theory: Lock-in of distrust" in page
    assert "Shock: Pandemic" in page


def test_variants_leave_the_other_scenarios_as_they_are(tmp_path: Path) -> None:
    question = pipeline.load(shipped.study("dilemma"))
    plan = Plan(3, scenarios=("managed",), seed=5)
    alone = sweep(question, plan, tmp_path / "a", command=["x"]).runs.load()
    beside = sweep(question, replace(plan, variants=("rally",)), tmp_path / "b", command=["x"])
    same = beside.runs.load().isel(experiment=slice(0, 3))
    for name in alone.data_vars:
        np.testing.assert_array_equal(alone[name].values, same[name].values, err_msg=str(name))
