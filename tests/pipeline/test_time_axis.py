"""Sweeps whose experiments end at different times: kept on one time axis, part by part, with outcomes of their own."""

from pathlib import Path

import numpy as np
import pytest

from sdmodel import pipeline
from sdmodel.engine import compiled
from sdmodel.pipeline import Plan, analyse, load, report, sweep
from sdmodel.pipeline.preflight.inspection import preflight

STUDY = """
title = "Growth until a goal"
model = "tiny.mdl"
baseline = "low"
[scenarios.low]
title = "A low goal"
goal = 4
[scenarios.high]
title = "A high goal"
goal = 40
[uncertainties.growth]
distribution = "uniform"
low = 0.1
high = 0.8
[outcomes.end]
variable = "s"
reduce = "last"
[outcomes.early]
variable = "s"
reduce = { at = 3 }
[outcomes.late]
variable = "s"
reduce = { at = 30 }
"""
ENDS = {"moving": "IF THEN ELSE(s > goal, Time, 1000)", "set": "goal + 10"}


@pytest.mark.parametrize("end", ENDS)
def test_all_parts_of_a_sweep_share_one_time_axis(mdl, tmp_path, monkeypatch, end):
    """FINAL TIME changes during the run, or hangs on what the scenario sets; 30 futures are kept in many parts."""
    path = mdl("growth = 0.3", "goal = 5", "s = INTEG(s * growth, 1)", stop=ENDS[end], step=0.25, saveper=0.5)
    (path.parent / "study.toml").write_text(STUDY, encoding="utf-8")
    monkeypatch.setattr(pipeline, "_CHUNK_BYTES", 4_000)
    question = load(path.parent / "study.toml")
    kept = sweep(question, Plan(futures=30), tmp_path / "kept", command=["x"])
    runs = kept.runs.load()
    inputs = runs[["growth", "goal"]]
    whole = compiled.simulate(question.model, inputs, save=["s"])
    np.testing.assert_array_equal(runs["time"], whole["time"])
    np.testing.assert_array_equal(runs["s"], whole["s"])
    assert not runs["failed"].any()
    assert runs["s"].attrs["missing"] == "at times of other runs alone"
    last = [row[np.isfinite(row)][-1] for row in runs["s"].values]
    np.testing.assert_array_equal(runs["end"], last)
    at = {name: int(np.searchsorted(runs["time"], time)) for name, time in (("early", 3), ("late", 30))}
    np.testing.assert_array_equal(runs["early"], runs["s"].values[:, at["early"]])
    if runs.sizes["time"] > at["late"]:
        np.testing.assert_array_equal(runs["late"], runs["s"].values[:, at["late"]])
    assert np.isnan(runs["late"].values).sum() >= 30
    assert kept.made["crosscheck"]["difference"] < 1e-12
    assert report(kept, analyse(kept)).is_file()


def test_a_model_that_finds_its_own_end_passes_all_checks(mdl):
    """Time step and method too, for which it is run again."""
    path = mdl("s = INTEG(0.01 * s, 1)", "late = WITH LOOKUP(s, ((0,0),(9,9)))", stop="IF THEN ELSE(s > 2, Time, 1e6)")
    found = preflight(Path(path))
    assert not found.count("error")
    told = {one.check: one.sentence for one in found.checks}
    assert told["run"].startswith("runs from 0 to 70")
    assert told["PySD"].startswith("agrees")
