"""A FINAL TIME that changes during the run: where runs end, what is kept after it, and that PySD ends there too."""

import warnings

import numpy as np
import pytest

from sdmodel.engine import compiled, ends, reference
from sdmodel.engine.crosscheck import agreement, crosscheck
from sdmodel.errors import ExperimentError
from sdmodel.model.ending import moving
from sdmodel.read import read

LINES = (
    "growth = 0.3",
    "goal = 5",
    "s = INTEG(s * growth, 1)",
    "left = FINAL TIME - Time",
    "train = PULSE TRAIN(0, 1, 0.25, FINAL TIME)",
    "lagged = DELAY FIXED(s, 0.75, 0)",
)
ENDS = {
    "drops": "IF THEN ELSE(s > goal, Time, 100)",
    "falls far behind": "IF THEN ELSE(s > goal, 0, 100)",
    "extends itself": "IF THEN ELSE(s < 300 * goal, Time + 0.5, Time)",
    "follows the time": "MIN(20, goal + Time / 2)",
    "hangs on the start of the run": "INITIAL(s) + goal",
    "is over at once": "0 - s",
}


@pytest.fixture(params=ENDS, scope="module")
def path(request, mdl):
    return mdl(*LINES, stop=ENDS[request.param], step=0.25, saveper=0.5)


def _by_pysd(path):
    """PySD's run of a file, without anything that the reference engine does for it."""
    import pysd

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pysd.read_vensim(str(path)).run()


def test_runs_end_where_pysd_ends_them(path):
    """Real PySD, left to itself: the same saved times, and the same values of all that is saved."""
    model = read(path)
    assert moving(model)
    runs = compiled.simulate(model)
    found = _by_pysd(path)
    np.testing.assert_array_equal(runs["time"], found.index)
    assert not runs["failed"].any()
    for name in ("s", "left", "train", "lagged"):
        np.testing.assert_allclose(runs[name].values[0], found[name], rtol=1e-12, atol=1e-12, err_msg=name)


def test_both_engines_agree_on_experiments_that_end_at_different_times(path, table):
    """With other goals, other time steps, a course of a constant, and a FINAL TIME that is set, which is then fixed."""
    model = read(path)
    tables = (
        {"goal": [2, 5, 40], "growth": [0.2, 0.3, 0.5]},
        {"TIME STEP": [0.5, 0.25], "INITIAL TIME": [0, 1]},
        {"growth @ start": [0.3], "growth @ step at": [3], "growth @ step value": [0.6]},
        {"FINAL TIME": [2, 3]},
    )
    for columns in tables:
        runs = compiled.simulate(model, table(columns))
        assert not runs["failed"].any()
        again = reference.simulate(model, table(columns))
        np.testing.assert_array_equal(runs["time"], again["time"])
        np.testing.assert_array_equal(np.isnan(runs["s"]), np.isnan(again["s"]))
        assert crosscheck(model, runs) < 1e-9
    assert runs["time"].values[-1] == 3


def test_after_its_own_end_a_run_has_no_values_and_has_not_failed(mdl, table):
    """s doubles each step; the third run would leave the finite range soon after its end."""
    model = read(mdl("goal = 4", "s = INTEG(s * s, 2)", stop="IF THEN ELSE(s >= goal, Time, 1000)"))
    runs = compiled.simulate(model, table({"goal": [4, 1e9, 100]}))
    np.testing.assert_array_equal(np.isfinite(runs["s"].values).sum(axis=1), [2, 6, 4])
    assert not runs["failed"].any()
    assert "failures" not in runs.attrs
    assert runs["s"].attrs["missing"] == "at times of other runs alone"
    for row in range(3):
        alone = compiled.simulate(model, table({"goal": [4, 1e9, 100]}).isel(experiment=[row]))
        np.testing.assert_array_equal(alone["s"].values[0], runs["s"].values[row, : alone.sizes["time"]])


def test_a_run_that_fails_before_its_end_is_told(mdl):
    """The end is looked for while the run lasts."""
    model = read(mdl("s = INTEG(s * s * 1e100, 2)", stop="IF THEN ELSE(s < 0, Time, 8)"))
    runs = compiled.simulate(model)
    assert runs["failed"].item()
    assert '"s" is inf at time 3' in runs.attrs["failures"][0]


def test_an_end_that_is_no_number_ends_the_run(mdl):
    """As in PySD, where nothing is before it."""
    path = mdl("s = INTEG(1, 0)", stop="9 + 0 * LN(2.5 - s)", step=1)
    runs = compiled.simulate(read(path), save=["s"])
    np.testing.assert_array_equal(runs["time"], [0, 1, 2, 3])
    np.testing.assert_array_equal(runs["time"], _by_pysd(path).index)


def test_ends_by_chance_are_the_same_alone_and_together(mdl, table):
    """The search draws what the run draws."""
    model = read(mdl("s = INTEG(RANDOM UNIFORM(0, 1, 7), 0)", stop="IF THEN ELSE(s > 5, Time, Time + 3)"))
    columns = {"s": np.zeros(40)}
    runs = compiled.simulate(model, table(columns), seed=3)
    sizes = np.isfinite(runs["s"].values).sum(axis=1)
    assert len(set(sizes.tolist())) > 2
    for row, size in enumerate(sizes):
        assert runs["s"].values[row, size - 1] > 5 >= runs["s"].values[row, size - 2]
    alone = compiled.simulate(model, table(columns).isel(experiment=[17]), seed=3)
    np.testing.assert_array_equal(alone["s"].values[0], runs["s"].values[17, : sizes[17]])


def test_long_runs_are_found_by_going_on(mdl):
    """Far beyond the first length that is tried."""
    model = read(mdl("s = INTEG(1, 0)", stop="IF THEN ELSE(s < 5000, Time + 1, Time)", saveper=1000))
    assert compiled.simulate(model)["time"].values.tolist() == [0, 1000, 2000, 3000, 4000, 5000]


def test_a_run_that_never_ends_is_refused(mdl, monkeypatch, table):
    """With the experiment, the equation, how far it was run, and what to do; in the others nothing is wrong."""
    monkeypatch.setattr(compiled, "MOST_STEPS", 3000)
    model = read(mdl("more = 0", "s = INTEG(1, 0)", stop="MIN(s + more, 40 + 1e9 * more)"))
    assert compiled.simulate(model)["time"].values.tolist() == [0]
    with pytest.raises(
        ExperimentError,
        match=r'experiment 1: "FINAL TIME = MIN.*" is still ahead after 3,000 time steps, at time 3000: .* a number',
    ):
        compiled.simulate(model, table({"more": [0, 1]}))


def test_methods_with_stages_look_at_whole_steps_only(mdl):
    """By the classical method the run ends at the first step that is not before FINAL TIME, never within one."""
    model = read(mdl("s = INTEG(s, 1)", stop="IF THEN ELSE(s > 5, Time, 100)", step=0.5))
    runs = compiled.simulate(model, integration="rk4")
    assert runs["time"].values[-1] == 2  # e^1.5 is below 5, e^2 above
    assert agreement(model, runs).told == (
        "PySD knows Euler's method only: compared were runs by Euler's method, not by rk4",
    )


def test_the_search_adds_nothing_to_what_is_run(mdl):
    """END and its memory are hidden, and in a model of their own."""
    model = read(mdl("s = INTEG(1, 0)", stop="IF THEN ELSE(s > 3, Time, 100)"))
    assert set(compiled.simulate(model).data_vars) == {"s", "FINAL TIME", "SAVEPER", "failed"}
    assert ends.END not in model
    assert list(ends.with_end(model).visible()) == list(model.visible())
