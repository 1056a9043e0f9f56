"""The compiled engine: the same bits however members are grouped, failures told, settings by member."""

import itertools

import numpy as np
import pytest

from sdmodel.engine import compiled, reference
from sdmodel.engine.compiled import simulate
from sdmodel.errors import ExperimentError
from sdmodel.read import read
from sdmodel.study.schedules import columns, form_of
from sdmodel.study.terms import Schedule

EQUATIONS = (
    "rate = 0.3",
    "lag = 2.5",
    "curve((0, 1), (1, 3), (2, 2), (5, 9), (9, 4))",
    "level = INTEG(rate * (10 - level) + EXP(-rate), 1 + rate)",
    "other = INTEG(curve(level) - other / lag + LN(level + 1) ^ 1.3, 2)",
    "shown = SMOOTH3(other, lag) + DELAY3(level, lag)",
    "late = DELAY FIXED(shown, lag, -1)",
    "taken = SAMPLE IF TRUE(level > 4, shown, 0) + PULSE(2, lag) * STEP(rate, lag)",
)


@pytest.fixture(scope="module")
def model(mdl):
    return read(mdl(*EQUATIONS, stop=10, step=0.125, saveper=0.5))


@pytest.fixture(scope="module")
def thousand(model, table):
    """A thousand members that all differ, and their runs."""
    draw = np.random.default_rng(11)
    drawn = {"rate": draw.uniform(0.01, 0.9, 1000), "lag": draw.uniform(0.3, 9, 1000), "other": draw.normal(3, 1, 1000)}
    experiments = table(drawn)
    return experiments, simulate(model, experiments)


def same_bits(one, two):
    for name in one.data_vars:
        np.testing.assert_array_equal(one[name].values, two[name].values, err_msg=str(name))


@pytest.mark.parametrize("members", [1, 7, 8, 9, 500])
def test_a_member_is_the_same_in_any_company(model, thousand, members):
    """Alone, in an incomplete or a full vector, or in a crowd: bit for bit."""
    experiments, runs = thousand
    for first in (0, 3, 1000 - members):
        chosen = slice(first, first + members)
        same_bits(simulate(model, experiments.isel(experiment=chosen)), runs.isel(experiment=chosen))


def test_the_order_of_members_does_not_matter(model, thousand):
    """Shuffled, each member keeps its bits."""
    experiments, runs = thousand
    order = np.random.default_rng(3).permutation(1000)
    same_bits(simulate(model, experiments.isel(experiment=order)), runs.isel(experiment=order))


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_threads_and_blocks_do_not_matter(model, thousand, threads, monkeypatch):
    """Blocks of a few members on several threads; progress tells of every member once."""
    experiments, runs = thousand
    monkeypatch.setattr(compiled, "_BLOCK_STEPS", 2000)
    told = []
    same_bits(simulate(model, experiments, threads=threads, progress=told.append), runs)
    assert sum(told) == 1000
    assert len(told) > 10


def test_what_is_saved_does_not_change_what_is_computed(model, thousand):
    """`save` takes names in any spelling and keeps their order; each value is that of the full run."""
    experiments, runs = thousand
    few = simulate(model, experiments, save=["Shown", '"level"'])
    assert [name for name in few.data_vars if few[name].attrs["role"] == "trajectory"] == ["shown", "level"]
    for name in ("shown", "level"):
        np.testing.assert_allclose(few[name], runs[name], rtol=1e-13)


def test_values_may_be_saved_more_seldom_or_at_every_step(model, thousand):
    """`every` overrides SAVEPER; the values at common times are the same bits."""
    experiments, runs = thousand
    some = experiments.isel(experiment=slice(0, 9))
    for every, times in ((2.5, 5), (0.125, 81), (10, 2), (99, 1)):
        again = simulate(model, some, every=every)
        assert again.sizes["time"] == times
        common = np.intersect1d(again["time"], runs["time"])
        same_bits(again.sel(time=common), runs.isel(experiment=slice(0, 9)).sel(time=common))


def test_runs_are_labelled(model, thousand):
    """Coordinates and inputs of the experiments are carried along, with units and roles."""
    experiments, runs = thousand
    assert runs["level"].dims == ("experiment", "time")
    for name in ("experiment", "scenario", "future"):
        np.testing.assert_array_equal(runs[name], experiments[name])
    assert runs["rate"].attrs["role"] == "input"
    assert runs["level"].attrs == {"long_name": "level", "units": "", "role": "trajectory"}
    assert runs["time"].attrs["units"] == "Month"
    assert runs.attrs["model_hash"] == model.fingerprint
    assert runs.attrs["engine"] == "compiled"


def test_the_initial_value_of_a_stock_may_be_set(model, table):
    """It overrides the equation of the file; other stocks start as they did."""
    runs, again = (engine.simulate(model, table({"level": [0, 7.5]})) for engine in (compiled, reference))
    assert list(runs["level"].sel(time=0).values) == [0, 7.5]
    np.testing.assert_allclose(runs["other"], again["other"], rtol=1e-10)


@pytest.fixture(scope="module")
def growth(mdl):
    """One stock that grows by a tenth of itself; SAVEPER is every time step."""
    return read(mdl("rate = 0.1", "s = INTEG(rate * s, 1)", "clock = Time", stop=4, step=0.5))


def test_control_settings_may_differ_by_member(growth, table):
    """Time step, start and end of each member; times of all are joined, and missing where they are not a member's."""
    columns = {"TIME STEP": [0.5, 1, 0.25, 1], "FINAL TIME": [4, 4, 2, 3], "INITIAL TIME": [0, 0, 0, -1]}
    runs = simulate(growth, table(columns))
    assert list(runs["time"].values) == sorted({*np.arange(0, 4.1, 0.5), *np.arange(0, 2.1, 0.25), -1})
    assert not runs["failed"].any()
    for row in range(4):
        own = runs.isel(experiment=row).dropna("time")
        start, stop, step = (columns[name][row] for name in ("INITIAL TIME", "FINAL TIME", "TIME STEP"))
        np.testing.assert_allclose(own["time"], np.arange(start, stop + step / 2, step))
        np.testing.assert_allclose(own["s"], (1 + 0.1 * step) ** np.arange(own.sizes["time"]), rtol=1e-14)
        np.testing.assert_array_equal(own["clock"], own["time"])


def test_saveper_may_be_set_where_the_file_computes_it(growth, table):
    """SAVEPER = TIME STEP in the file; a number in an experiment."""
    runs = simulate(growth, table({"SAVEPER": [2, 1]}))
    assert list(runs["time"].values) == [0, 1, 2, 3, 4]
    assert list(np.isnan(runs["s"].values[0])) == [False, True, False, True, False]


def test_members_with_settings_of_their_own_are_the_same_alone(growth, table):
    """Bit for bit, in company of members with another time axis."""
    columns = {"TIME STEP": [0.5, 0.1, 1 / 3, 0.1], "rate": [0.1, 0.2, 0.3, 0.4]}
    runs = simulate(growth, table(columns))
    for row in range(4):
        alone = simulate(growth, table({name: [column[row]] for name, column in columns.items()}))
        own = runs.isel(experiment=row).dropna("time", how="all")
        np.testing.assert_array_equal(own["s"].values[: alone.sizes["time"]], alone["s"].values[0])


def test_schedules_in_time_run_as_pysd_runs_them(growth, table):
    """A ramp, a step, a pulse and a table in time for one constant, in four scenarios of one kernel."""
    schedules = [
        Schedule(start=0.1, ramp=(1, 3, 0.4)),
        Schedule(start=0.1, step=(2, 0.5)),
        Schedule(start=0.1, pulse=(1, 1.5, 0.3)),
        Schedule(table=((0, 0.1), (2, 0.5), (4, 0.0))),
    ]
    form = form_of(schedules)
    rows = [columns("rate", schedule, 0.1, form) for schedule in schedules]
    experiments = table({name: [row[name] for row in rows] for name in rows[0]})
    runs, again = simulate(growth, experiments), reference.simulate(growth, experiments)
    np.testing.assert_allclose(runs["s"], again["s"], rtol=1e-12)
    assert len(np.unique(runs["s"].values[:, -1])) == 4


def test_neutral_schedules_change_no_bit(growth, table):
    """A row that does not use the courses of its columns runs like the plain model."""
    schedule = Schedule(start=0.1, ramp=(1, 3, 0.4), step=(2, 0.5), pulse=(1, 1, 1))
    neutral = columns("rate", 0.1, 0.1, form_of([schedule]))
    runs = simulate(growth, table({name: [value] for name, value in neutral.items()}))
    np.testing.assert_array_equal(runs["s"], simulate(growth)["s"])


@pytest.fixture(scope="module")
def fragile(mdl):
    """Divides by zero at time 2 in members whose `weak` is 2."""
    return read(
        mdl("weak = 9", "load = 1 / (weak - Time)", "s = INTEG(load, 0)", "seen = s * 2", "calm = Time", stop=4)
    )


def test_a_failed_member_is_told_with_variable_and_time_and_disturbs_no_other(fragile, table):
    """Marked, traced to the first cause, with experiment, scenario and future; the rest is the same bits."""
    weak = [9, 8, 2, 7, 6, 5.5, 9, 3, 2, 11]
    runs = simulate(fragile, table({"weak": weak}))
    assert list(np.flatnonzero(runs["failed"])) == [2, 7, 8]
    assert runs.attrs["failures"] == [
        'experiment 2 (scenario "scenario 0", future 1): "load" is inf at time 2',
        'experiment 7 (scenario "scenario 1", future 3): "load" is inf at time 3',
        'experiment 8 (scenario "scenario 0", future 4): "load" is inf at time 2',
    ]
    sound = np.array([9, 8, 7, 6, 5.5, 9, 11.0])
    without = simulate(fragile, table({"weak": sound}))
    assert "failures" not in without.attrs
    for name in ("s", "load", "seen", "calm"):
        np.testing.assert_array_equal(runs[name].values[~runs["failed"].values], without[name].values)
    np.testing.assert_array_equal(runs["calm"].values[2], without["calm"].values[0])


def test_a_failure_between_saved_values_is_found_and_told(fragile, table):
    """Nothing that is saved shows it, but a stock broke on the way."""
    runs = simulate(fragile, table({"weak": [9, 2]}), save=["calm", "s"], every=4)
    assert list(runs["failed"].values) == [False, True]
    assert '"load" is inf at time 2' in runs.attrs["failures"][0]


def test_many_failures_are_counted_not_listed(fragile, table):
    """Five are traced, the rest counted."""
    runs = simulate(fragile, table({"weak": [2.0] * 1007}))
    assert len(runs.attrs["failures"]) == 6
    assert runs.attrs["failures"][-1] == "and 1,002 more"


def test_a_failure_in_a_schedule_or_at_the_start_is_traced(mdl):
    """At the first time, from an auxiliary, from an initial value and through a delay."""
    model = read(mdl("zero = Time * 0", "bad = 1/zero", "late = DELAY FIXED(bad, 2, 0)", "s = INTEG(late, 1)"))
    assert '"bad" is inf at time 0' in simulate(model, save=["s"]).attrs["failures"][0]
    model = read(mdl("zero = Time * 0", "s = INTEG(1, LN(zero - 1))", "t = INTEG(s, 0)"))
    assert '"s" is nan at time 0' in simulate(model, save=["t"]).attrs["failures"][0]


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"raet": [0.1]}, 'no input "raet". Did you mean "rate"?'),
        ({"clock": [0.1]}, '"clock" cannot be set: it is computed by Time'),
        ({"rate": [0.1, np.nan]}, 'experiment 1, scenario "scenario 1": input "rate" is nan'),
        ({"rate": [np.inf]}, 'input "rate" is inf; it must be a finite number'),
        ({"TIME STEP": [0]}, "TIME STEP is 0"),
        ({"TIME STEP": [-1]}, "TIME STEP is -1"),
        ({"FINAL TIME": [-1]}, "FINAL TIME -1 is before INITIAL TIME 0"),
        ({"TIME STEP": [1e-12]}, "choose a larger TIME STEP"),
        ({"SAVEPER": [0]}, "SAVEPER 0; both must be above 0"),
    ],
)
def test_inputs_that_do_not_fit_are_refused(growth, table, columns, said):
    """With the model, the experiment and what is wrong, before anything runs, by both engines."""
    for engine in (compiled, reference):
        with pytest.raises(ExperimentError) as caught:
            engine.simulate(growth, table(columns))
        assert said in str(caught.value)
        assert "tiny" in str(caught.value)


def test_names_that_cannot_be_saved_are_refused(growth):
    """Unknown ones with the nearest name; constants and plain text too."""
    for names, said in (
        (["clokc"], 'Did you mean "clock"?'),
        (["rate"], "it is a constant"),
        ("clock", "not the text"),
    ):
        with pytest.raises(ExperimentError) as caught:
            simulate(growth, save=names)
        assert said in str(caught.value)


def test_a_table_must_have_the_one_dimension_experiment(growth, table):
    """And a row at least."""
    import xarray as xr

    for wrong in (xr.Dataset({"rate": ("row", [0.1])}), table({"rate": [0.1]}).isel(experiment=slice(0, 0))):
        with pytest.raises(ExperimentError, match="one dimension experiment"):
            simulate(growth, wrong)


def test_runs_that_do_not_fit_in_memory_are_refused_with_what_to_do(growth, table, monkeypatch):
    """Not killed by the system."""
    real = np.empty

    def empty(shape, *arguments, **options):
        if np.prod(np.atleast_1d(shape).astype(float)) > 1e4:
            raise MemoryError
        return real(shape, *arguments, **options)

    monkeypatch.setattr(np, "empty", empty)
    with pytest.raises(ExperimentError, match="save fewer variables"):
        simulate(growth, table({"rate": np.full(1000, 0.1)}), every=0.5)


def test_twenty_time_axes_are_joined(growth, table):
    """Each of twenty time steps gives its own group; all values land at their own times."""
    steps = [4 / n for n in range(1, 21)]
    runs = simulate(growth, table({"TIME STEP": steps}), every=4)
    assert list(runs["time"].values) == [0, 4]
    wanted = [(1 + 0.1 * step) ** n for n, step in zip(itertools.count(1), steps, strict=False)]
    np.testing.assert_allclose(runs["s"].values[:, 1], wanted, rtol=1e-13)
