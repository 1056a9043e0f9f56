"""The five kinds of tables as printed: against `model.evaluate`, NumPy, and the definition of each kind."""

import math
from itertools import pairwise

import numpy as np
import pytest

from sdmodel.engine import compiled
from sdmodel.model.evaluate import interpolate, tolerance
from sdmodel.model.expr import Apply, Interpolate, Number, Ref
from sdmodel.model.model import TIME, Auxiliary, Constant, Model, Table
from sdmodel.printers.llvm import kernel
from sdmodel.printers.program import program

KINDS = ("hold", "extrapolate", "steps", "ahead", "raw")
PICKING = KINDS[2:]
AWKWARD = (0.0, -0.0, 5e-324, -5e-324, 1e-300, 0.1, 0.30000000000000004, 1 / 3, 1e15, -1e15, 1e300, -1e300, math.inf)
SIZES = (1, 2, 3, 17, 33, 34, 200)


def controls(start=0.0, stop=1.0, step=1.0, every=1.0):
    values = {"INITIAL TIME": start, "FINAL TIME": stop, "TIME STEP": step, "SAVEPER": every}
    return [Constant(name=name, value=value) for name, value in values.items()]


def points(size, spacing, seed=0):
    """x and y of `size` points: evenly spaced, at random distances, or with distances of all sizes."""
    draw = np.random.default_rng([seed, size])
    gaps = {
        "even": np.full(size, 0.25),
        "uneven": draw.uniform(0.1, 2, size),
        "wild": 10.0 ** draw.uniform(-3, 3, size),
    }
    x = np.cumsum(gaps[spacing]) - 3
    return tuple(map(float, x)), tuple(map(float, draw.normal(0, 10, size)))


def made(kind, spacing):
    """A table of every size."""
    shapes = {size: points(size, spacing) for size in SIZES}
    return [Table(name=f"{kind} {n}", x=x, y=y, beyond=kind) for n, (x, y) in shapes.items()]


def model_of(tables, **clock):
    """Each table read at `above` / `below`, once a run and anew at each step, and at Time."""
    once = Auxiliary(name="at", equation=Apply("divide", (Ref("above"), Ref("below"))))
    moving = Auxiliary(name="moving", equation=Apply("add", (Ref("at"), Apply("multiply", (Ref("none"), Ref(TIME))))))
    reads = [
        Auxiliary(name=f"{place} {table.name}", equation=Interpolate(table.name, Ref(name)))
        for table in tables
        for place, name in (("once", "at"), ("moving", "moving"), ("clock", TIME))
    ]
    inputs = [Constant(name=name, value=value) for name, value in (("above", 0.0), ("below", 1.0), ("none", 0.0))]
    return Model("m", (*inputs, *controls(**clock), once, moving, *tables, *reads))


def probes(tables):
    """On every point of some tables, a hair and much beside it, between points, far outside, not a number."""
    on = np.unique([x for table in tables if len(table.x) < 70 for x in table.x])
    beside = np.concatenate([on, np.nextafter(on, np.inf), np.nextafter(on, -np.inf), on + 1e-4, on - 1e-4])
    some = np.random.default_rng(1).uniform(-10, 300, 500)
    return np.concatenate([beside, (on[1:] + on[:-1]) / 2, some, AWKWARD, [-math.inf, math.nan]])


def decided(table, at):
    """Whether `at` is not so near to the limit of a tolerance that rounding decides."""
    near = tolerance(table)
    apart = min(abs(abs(at - x) - near) for x in table.x) if math.isfinite(at) else math.inf
    return table.beyond not in PICKING or apart > 1e-3 * near


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("spacing", ["even", "uneven", "wild"])
def test_tables_of_every_kind_and_size_are_read_as_the_plain_evaluator_reads_them(kind, spacing, table):
    """Computed once a run and at each step; those that pick a point bit for bit, others to rounding of the largest."""
    tables = made(kind, spacing)
    at = probes(tables)
    finite = np.isfinite(at)
    above = np.where(finite, at, np.sign(np.nan_to_num(at)))  # an input must be finite: 1 / 0 and 0 / 0 are not
    saved = [f"{place} {one.name}" for one in tables for place in ("once", "moving")]
    runs = compiled.simulate(model_of(tables), table({"above": above, "below": finite}), save=saved)
    for one in tables:
        good = np.array([decided(one, value) for value in at])
        wanted = np.array([interpolate(one, value) for value in at])[good]
        for place in ("once", "moving"):
            found = runs[f"{place} {one.name}"].values[good, -1]
            if one.beyond in PICKING:
                np.testing.assert_array_equal(found, wanted, err_msg=one.name)
            else:
                scale = 1e-13 * (max(map(abs, one.y)) + np.abs(np.nan_to_num(wanted, posinf=0, neginf=0)))
                same = np.isclose(found, wanted, rtol=0, atol=scale, equal_nan=True)
                assert same.all(), (one.name, at[good][~same][:5], found[~same][:5], wanted[~same][:5])


@pytest.mark.parametrize("kind", KINDS[:2])
@pytest.mark.parametrize("start", [0.0, -0.7, 1900.0])
@pytest.mark.parametrize("size", [2, 8, 9, 16, 17, 32, 33, 70])
def test_evenly_spaced_points_are_met_to_rounding(kind, start, size, table):
    """On lines: in registers of all sizes and in memory; far from zero too; beyond the ends, and for no number."""
    x = tuple(start + 0.1 * place for place in range(size))
    y = tuple(map(float, np.random.default_rng(size).uniform(0, 1, size)))
    one = Table(name="t", x=x, y=y, beyond=kind)
    at = np.array([*x, *((a + b) / 2 for a, b in pairwise(x)), start - 1, start + 0.1 * size + 1, *AWKWARD])
    finite = np.isfinite(at)
    ends = np.array([math.inf, -math.inf, math.nan])
    above = np.concatenate([np.where(finite, at, 1.0), [1.0, -1.0, 0.0]])
    below = np.concatenate([finite, [0.0, 0.0, 0.0]])
    at = np.concatenate([at, ends])
    found = compiled.simulate(model_of([one]), table({"above": above, "below": below}), save=["moving t"])
    wanted = np.array([interpolate(one, value) for value in at])
    reach = np.abs(np.nan_to_num(wanted, posinf=0, neginf=0))
    error = 4e-16 * (size + 10 * start if start > 1 else size) * np.maximum(1, reach)
    same = np.isclose(found["moving t"].values[:, -1], wanted, rtol=0, atol=error, equal_nan=True)
    assert same.all(), (at[~same], found["moving t"].values[~same, -1], wanted[~same])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [5, 40, 500])
def test_a_table_read_at_the_clock_has_the_same_value_in_all_members(kind, size, table):
    """The short way for the time, which all members share, against the way for values that differ by member."""
    spacings = ("even", "uneven")
    tables = [Table(name=s, x=(xy := points(size, s))[0], y=xy[1], beyond=kind) for s in spacings]
    model = model_of(tables, start=-4.0, stop=130.0, step=0.125, every=0.125)
    runs = compiled.simulate(model, table({"none": np.ones(11)}))
    for one in tables:
        found, again = runs[f"clock {one.name}"].values, runs[f"moving {one.name}"].values
        np.testing.assert_array_equal(found, np.broadcast_to(found[0], found.shape))
        np.testing.assert_allclose(found, again, rtol=1e-12, atol=1e-12)
        wanted = [interpolate(one, time) for time in runs["time"].values]
        np.testing.assert_allclose(found[0], wanted, rtol=1e-12, atol=1e-12)


def test_a_table_that_does_not_interpolate_holds_the_definition_of_its_kind():
    """Written out in numbers, before, on, between and after three points."""
    at = (-1, 0, 0.5, 1, 2, 3, 9)
    wanted = {"steps": (5, 5, 5, 7, 7, 2, 2), "ahead": (5, 5, 7, 7, 2, 2, 2), "raw": (None, 5, None, 7, None, 2, None)}
    for kind, values in wanted.items():
        one = Table(name="t", x=(0, 1, 3), y=(5, 7, 2), beyond=kind)
        found = [interpolate(one, value) for value in at]
        assert [None if math.isnan(value) else value for value in found] == list(values), kind


@pytest.mark.parametrize("kind", PICKING)
def test_time_that_is_no_binary_number_still_meets_the_points_of_data(kind, table):
    """With a time step of 0.1 the clock is a hair above 0.3 and 0.6: data at these times are used then, not missed."""
    x = tuple(round(0.1 * place, 1) for place in range(101))
    one = Table(name="t", x=x, y=tuple(map(float, range(101))), beyond=kind)
    model = model_of([one], stop=10.0, step=0.1, every=0.1)
    runs = compiled.simulate(model, table({"none": [1.0, 1.0]}))
    assert any(round(0.1 * place, 1) != 0.1 * place for place in range(101))
    for place in ("clock", "moving"):
        np.testing.assert_array_equal(runs[f"{place} t"].values, [np.arange(101.0)] * 2)


def test_points_a_hair_apart_are_not_one_point():
    """The tolerance stays far below the smallest distance, and is 0 where a table interpolates."""
    for kind in PICKING:
        one = Table(name="t", x=(0.0, 1e-12, 1e6), y=(1.0, 2.0, 3.0), beyond=kind)
        assert 0 < tolerance(one) < 1e-17
        assert [interpolate(one, at) for at in one.x] == [1, 2, 3]
    assert tolerance(Table(name="t", x=(0.0, 1.0), y=(0.0, 1.0))) == 0


@pytest.mark.parametrize("kind", PICKING)
def test_a_search_finds_each_of_a_thousand_neighbours(kind, table):
    """On every point, and in the middle between any two."""
    x, y = points(1000, "wild", seed=3)
    one = Table(name="t", x=x, y=y, beyond=kind)
    at = np.array(sorted({*x, *((a + b) / 2 for a, b in pairwise(x))}))
    runs = compiled.simulate(model_of([one]), table({"above": at}), save=["moving t", "once t"])
    wanted = np.interp(at, x, range(1000))
    wanted = np.floor(wanted) if kind == "steps" else np.ceil(wanted)
    on = np.isin(at, x)
    values = np.array(y)[np.searchsorted(x, at) if kind != "steps" else np.searchsorted(x, at, side="right") - 1]
    assert (np.round(wanted[on]) == np.searchsorted(x, at[on])).all()
    if kind == "raw":
        values = np.where(on, values, np.nan)
    for place in ("moving t", "once t"):
        np.testing.assert_array_equal(runs[place].values[:, 0], values)


@pytest.mark.parametrize("kind", KINDS)
def test_the_length_of_a_kernel_grows_with_the_logarithm_of_a_table(kind):
    """A thousand points cost as many instructions more as a few compares; their numbers are not written into it."""
    sizes = {}
    for size in (64, 1000):
        x, y = points(size, "uneven")
        model = model_of([Table(name="t", x=x, y=y, beyond=kind)])
        sizes[size] = len(kernel(program(model, ["moving t"]), width=8, wide_permute=True).text)
    assert sizes[1000] < 2 * sizes[64]


def test_a_table_whose_lines_have_no_numbers_is_read_the_long_way(table):
    """The difference of two values overflows: the points behind are as they were."""
    one = Table(name="t", x=(0.0, 1.0, 2.0), y=(-1e308, 1e308, 1e308))
    runs = compiled.simulate(model_of([one]), table({"above": [1.0, 1.5, 2.0, 1e300]}), save=["moving t"])
    assert (runs["moving t"].values[:, -1] == 1e308).all()


def test_a_table_of_a_table_of_a_literal_is_a_literal_place(table):
    """A place that is known while the kernel is written needs no memory."""
    one = Table(name="t", x=(0.0, 1.0, 2.0), y=(3.0, 4.0, 5.0), beyond="steps")
    read = Auxiliary(name="a", equation=Interpolate("t", Number(1.5)))
    runs = compiled.simulate(Model("m", (*controls(), one, read)))
    assert (runs["a"].values == 4).all()
