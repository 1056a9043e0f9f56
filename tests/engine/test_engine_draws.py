"""Random draws: the published bits, the same numbers in every kernel, uniform and independent."""

from functools import partial

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from sdmodel.engine import compiled
from sdmodel.engine.compiled import simulate
from sdmodel.errors import ExperimentError
from sdmodel.model.draw import stream_of, threefry, uniform
from sdmodel.model.expr import Apply, Number, Ref
from sdmodel.model.model import Auxiliary, Constant, Draw, FixedDelay, Held, Model, Stock
from sdmodel.printers.llvm import kernel

STREAMS = {"d": 7, "e": 4_000_000_000}
SEED = 2**40 + 12345


def model_of(*variables, stop=12.0, step=1.0, **options):
    """A model with an input and two draws; it saves every step."""
    settings = {"INITIAL TIME": 0.0, "FINAL TIME": stop, "TIME STEP": step, "SAVEPER": step}
    controls = [Constant(name=name, value=value) for name, value in settings.items()]
    draws = [Draw(name=name, stream=stream) for name, stream in STREAMS.items()]
    return Model("m", (*controls, Constant(name="k", value=0.5), *draws, *variables), **options)


def op(operation, *names):
    """An operation on variables."""
    return Apply(operation, tuple(Ref(name) for name in names))


WALK = (
    Auxiliary(name="shock", equation=Apply("subtract", (Ref("d"), Number(0.5)))),
    Stock(name="s", net_flow=op("add", "shock", "k"), initial=Ref("e")),
    Held(name="kept", next=Ref("d"), initial=Ref("d")),
    Auxiliary(name="sample", equation=Ref("kept")),
    FixedDelay(name="late", input=Ref("d"), delay=Number(2.0), initial=Ref("e")),
    Auxiliary(name="passed", equation=Ref("late")),
)


@pytest.fixture
def numbered(table):
    """Makes a table of experiments with numbers of their own."""

    def make(numbers, **attributes):
        numbers = np.asarray(numbers)
        made = table({"k": np.linspace(0, 1, len(numbers))}).assign_coords(
            experiment=numbers, future=("experiment", np.asarray(numbers))
        )
        return made.assign_attrs(attributes)

    return make


@pytest.mark.parametrize(
    ("key", "counter", "words"),
    [
        ((0, 0), (0, 0), (0x6B200159, 0x99BA4EFE)),
        ((2**32 - 1,) * 2, (2**32 - 1,) * 2, (0x1CB996FC, 0xBB002BE7)),
        ((0x13198A2E, 0x03707344), (0x243F6A88, 0x85A308D3), (0xC4923A9C, 0x483DF7A0)),
    ],
)
def test_threefry_gives_the_published_words(key, counter, words):
    """The known answers that its authors publish for 2 words of 32 bits and 20 rounds."""
    assert threefry(key, counter) == words


def test_a_draw_is_inside_the_unit_interval_whatever_the_words(monkeypatch):
    """All bits 0 and all bits 1 give numbers next to the ends, never the ends."""
    for word in (0, 2**32 - 1):
        monkeypatch.setattr("sdmodel.model.draw.threefry", lambda key, counter, word=word: (word, word))
        assert 0 < uniform(0, 0, 0, 0) < 1
    assert uniform(0, 0, 0, 0) == np.nextafter(1, 0)


def test_streams_are_spread_over_all_words():
    """The stream of a text is its own, and the same on every machine."""
    streams = [stream_of(f"demand {place}") for place in range(1000)]
    assert len(set(streams)) == 1000
    assert all(0 <= stream < 2**32 for stream in streams)
    assert stream_of("demand 0") == streams[0]
    assert stream_of("") == 0xE3B0C442  # the head of SHA-256 of nothing, as published


@pytest.mark.parametrize("integration", ["euler", "rk2", "rk4"])
@pytest.mark.parametrize("seed", [0, 1, -1, SEED, 2**64 - 1])
def test_kernels_draw_the_bits_of_the_plain_form(numbered, integration, seed):
    """Each member and step, once a whole step under each method; also for numbers that do not follow each other."""
    numbers = [0, 1, 2, 1000, 2**31, 2**32 + 5, 7, 8, 9]
    runs = simulate(model_of(), numbered(numbers), save=["d", "e"], seed=seed, integration=integration)
    for name, stream in STREAMS.items():
        wanted = [[uniform(seed, number, stream, step) for step in range(13)] for number in numbers]
        np.testing.assert_array_equal(runs[name], wanted)


@pytest.mark.parametrize("width", [2, 4, 8, 16])
@pytest.mark.parametrize("split", [False, True])
def test_kernels_of_every_shape_draw_the_same(numbered, monkeypatch, width, split):
    """Any number of members in a vector; all in one function, or cut into many."""
    experiments = numbered(range(21))
    wanted = simulate(model_of(*WALK), experiments, save=["s", "d", "passed"], seed=3)
    shape = partial(kernel, width=width, wide_permute=False, split=split)
    monkeypatch.setattr(compiled, "kernel", lambda plan, **_: shape(plan))
    compiled.machine.cache_clear()
    found = simulate(model_of(*WALK), experiments, save=["s", "d", "passed"], seed=3)
    compiled.machine.cache_clear()
    for name in ("s", "d", "passed"):
        np.testing.assert_array_equal(found[name], wanted[name])


def test_a_draw_that_is_not_saved_is_the_same_number():
    """Whether a draw is used or only looked at."""
    runs = simulate(model_of(*WALK), save=["s", "d", "shock"])
    np.testing.assert_array_equal(runs["shock"], runs["d"] - 0.5)
    np.testing.assert_array_equal(simulate(model_of(*WALK), save=["d"])["d"], runs["d"])
    np.testing.assert_array_equal(simulate(model_of(*WALK), save=["s"])["s"], runs["s"])


@pytest.mark.parametrize("integration", ["euler", "rk4"])
def test_memories_take_draws_at_whole_steps(integration):
    """At the start a draw has its value of step 0; samples, delays and flows take one value a step."""
    runs = simulate(model_of(*WALK), save=["s", "sample", "passed"], seed=5, integration=integration)
    d, e = ([uniform(5, 0, STREAMS[name], step) for step in range(13)] for name in "de")
    np.testing.assert_array_equal(runs["sample"].values[0], [d[0], *d[:-1]])
    np.testing.assert_array_equal(runs["passed"].values[0], [e[0], e[0], *d[:-2]])
    np.testing.assert_allclose(runs["s"].values[0], e[0] + np.concatenate([[0], np.cumsum(d[:-1])]), rtol=1e-12)


def test_scenarios_draw_the_same_in_the_same_future(table):
    """What differs between two scenarios in one future is the scenario, never chance."""
    experiments = table({"k": [0.0, 0.0, 0.0, 0.0]})
    assert list(experiments["future"].values) == [0, 0, 1, 1]
    values = simulate(model_of(*WALK), experiments, save=["s"], seed=5)["s"].values
    np.testing.assert_array_equal(values[0], values[1])
    np.testing.assert_array_equal(values[2], values[3])
    assert not np.array_equal(values[0], values[2])


def test_the_same_experiment_has_the_same_numbers_in_whatever_company(numbered):
    """Alone, in a chunk, in another order, on two threads: bit for bit."""
    model, numbers = model_of(*WALK, stop=400.0), np.arange(1000)
    every = simulate(model, numbered(numbers), save=["s"], seed=1, threads=2)["s"]
    table = numbered(numbers)
    for chunk in (slice(0, 1), slice(0, 7), slice(3, 11), slice(500, 509), slice(None, None, -1)):
        few = simulate(model, table.isel(experiment=chunk), save=["s"], seed=1, threads=1)["s"]
        np.testing.assert_array_equal(few, every.isel(experiment=chunk))


def test_the_seed_is_that_of_the_call_then_of_the_table_then_zero(numbered):
    """Zero is a seed like any other; runs tell which was used, and only where something is random."""
    model = model_of(*WALK)
    plain, own = numbered([0, 1]), numbered([0, 1], seed=9)
    runs = {
        "none": simulate(model, plain, save=["s"]),
        "zero": simulate(model, own, save=["s"], seed=0),
        "table": simulate(model, own, save=["s"]),
        "call": simulate(model, plain, save=["s"], seed=9),
    }
    assert [runs[name].attrs["random_seed"] for name in runs] == [0, 0, 9, 9]
    np.testing.assert_array_equal(runs["none"]["s"], runs["zero"]["s"])
    np.testing.assert_array_equal(runs["table"]["s"], runs["call"]["s"])
    assert (runs["none"]["s"].values[:, 1:] != runs["call"]["s"].values[:, 1:]).all()
    sure = model.replaced([], [Auxiliary(name="sure", equation=Ref("k"))])
    assert "random_seed" not in simulate(sure, plain, save=["sure"], seed=4).attrs


def test_a_seed_or_number_that_is_not_whole_is_refused(numbered):
    """Before anything runs, and only where something is random."""
    with pytest.raises(ExperimentError, match=r"seed is 1\.5; it must be a whole number"):
        simulate(model_of(*WALK), save=["s"], seed=1.5)
    with pytest.raises(ExperimentError, match=r'coordinate "experiment" is .* not whole numbers'):
        simulate(model_of(*WALK), numbered(["first", "second"]), save=["s"])


def test_a_failed_experiment_is_traced_with_its_own_numbers(numbered):
    """The run that is looked at again is the one that failed, not one with other draws."""
    barrier = Apply("select", (Apply("greater", (Ref("d"), Number(0.9))), Number(np.inf), Number(0.0)))
    model = model_of(Auxiliary(name="blow", equation=barrier), Stock(name="s", net_flow=Ref("blow"), initial=Ref("e")))
    numbers = np.arange(20, 40)
    runs = simulate(model, numbered(numbers), save=["s"], seed=2)
    first = {}
    for number in numbers:
        high = [step for step in range(12) if uniform(2, int(number), STREAMS["d"], step) > 0.9]
        first[int(number)] = high[0] if high else None
    assert [bool(failed) for failed in runs["failed"]] == [first[int(number)] is not None for number in numbers]
    failing = [number for number in first if first[number] is not None]
    for told, number in zip(runs.attrs["failures"][:5], failing, strict=False):
        assert told.startswith(f"experiment {number} ")
        assert told.endswith(f'"blow" is inf at time {first[number]}')


# --- what random numbers have to be -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def numbers():
    """Draws [stream, experiment, step] of one seed: 2 × 500 × 400."""
    coords = {"experiment": np.arange(500)}
    experiments = xr.Dataset({"k": ("experiment", np.zeros(500))}, coords=coords)
    runs = simulate(model_of(stop=399.0), experiments, save=["d", "e"], seed=20)
    return np.array([runs["d"].values, runs["e"].values])


def test_draws_are_uniform(numbers):
    """Mean, variance and the whole distribution, over members and over time."""
    for drawn in numbers:
        assert drawn.mean() == pytest.approx(0.5, abs=4 * np.sqrt(1 / 12 / drawn.size))
        assert drawn.var() == pytest.approx(1 / 12, rel=0.01)
        assert stats.kstest(drawn.ravel(), "uniform").pvalue > 1e-3
        assert min(stats.kstest(row, "uniform", method="asymp").pvalue for row in drawn) > 1e-3 / len(drawn)
        assert min(stats.kstest(row, "uniform", method="asymp").pvalue for row in drawn.T) > 1e-3 / len(drawn.T)


def test_draws_hang_together_neither_in_time_nor_with_others(numbers):
    """No correlation from step to step, from experiment to experiment, from stream to stream."""
    centred = numbers - 0.5
    pairs = {
        "steps": (centred[..., 1:], centred[..., :-1]),
        "experiments": (centred[:, 1:], centred[:, :-1]),
        "streams": (centred[:1], centred[1:]),
    }
    for name, (one, other) in pairs.items():
        correlation = 12 * (one * other).mean()
        assert abs(correlation) < 4 / np.sqrt(one.size), name


def test_draws_fill_the_square(numbers):
    """Pairs of neighbours in time are spread evenly over a board of 16 × 16 fields."""
    for drawn in numbers:
        board, _, _ = np.histogram2d(drawn[:, 1::2].ravel(), drawn[:, ::2].ravel(), bins=16, range=[[0, 1], [0, 1]])
        assert stats.chisquare(board.ravel()).pvalue > 1e-3
