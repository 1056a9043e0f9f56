"""Analyses on stored runs: nothing of the model is needed, only what lies on disk."""

import numpy as np
from made_study import TIMES, of_trajectories, study, uncertain

from sdmodel.analysis.bands import bands
from sdmodel.analysis.comparison import compare
from sdmodel.analysis.outcomes import outcomes
from sdmodel.analysis.sensitivity.drivers import sensitivity
from sdmodel.runs import store
from sdmodel.study.terms import Outcome


def test_findings_from_the_store_are_those_from_memory(tmp_path):
    bias = np.random.default_rng(0).uniform(size=300)
    made = of_trajectories(bias[:, None] + np.arange(4.0), **{"confirmation bias": bias})
    labels = np.array(["status_quo", "managed", "managed + pandemic"], dtype=object)[np.arange(300) // 100]
    made = made.assign_coords(scenario=("experiment", labels), future=("experiment", np.arange(300) % 100))
    asked = study(
        Outcome("cost", "x", "mean", better="lower"), cost_outcome="cost", uncertainties=uncertain("confirmation bias")
    )
    parts = (made.isel(experiment=slice(start, start + 70)) for start in range(0, 300, 70))
    stored = store.open_runs(store.write(tmp_path / "runs.zarr", parts))
    here, there = outcomes(asked, made), outcomes(asked, stored)
    for analysis in (compare, sensitivity):
        assert analysis(asked, here).sentence == analysis(asked, there).sentence
        assert analysis(asked, here).table.equals(analysis(asked, there).table)
    assert bands(here, ["x"]).equals(bands(there, ["x"]))
    again = store.open_runs(store.write(tmp_path / "with outcomes.zarr", [there]))
    assert again["cost"].attrs == there["cost"].attrs
    np.testing.assert_array_equal(again["cost"], here["cost"])
    np.testing.assert_array_equal(again["time"], TIMES)
