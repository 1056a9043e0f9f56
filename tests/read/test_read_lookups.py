"""Lookups of every shape: compiled kernel against PySD and against NumPy's own interpolation."""

import numpy as np
import pytest

from sdmodel.engine import compiled, reference
from sdmodel.model.model import Table
from sdmodel.read import read

PROBES = (-1e300, -7.0, -1e-9, 0.0, 1e-300, 0.3, 0.5, 1.0, 1.5, 2.0, 2.999999999999, 3.0, 9.75, 17.5, 39.0, 40.1, 1e300)


def points(size, even, seed):
    """`size` points, evenly spaced or not, with values that rise and fall."""
    draw = np.random.default_rng(seed)
    x = np.linspace(0, 39, size) if even else np.sort(draw.choice(np.arange(0, 39, 0.25), size, replace=False))
    return [(float(a), round(float(b), 3)) for a, b in zip(x, draw.normal(0, 10, size), strict=True)]


def written(pairs):
    return ", ".join(f"({x!r}, {y!r})" for x, y in pairs)


SIZES = (2, 3, 5, 8, 9, 16, 17, 24, 31, 32, 33, 40)
SHAPES = {f"table {size} {kind}": points(size, kind == "even", size) for size in SIZES for kind in ("even", "uneven")}


@pytest.fixture(scope="module")
def model(mdl):
    """All shapes read at `at`, which each member sets, as named lookups and as WITH LOOKUP."""
    named = [f"{name}({written(pairs)})" for name, pairs in SHAPES.items()]
    reads = [f"value of {name} = {name}(at)" for name in SHAPES]
    inline = [f"inline of {name} = WITH LOOKUP(at, ({written(pairs)}))" for name, pairs in SHAPES.items()]
    moving = [f"moving {name} = {name}(at + Time)" for name in SHAPES]
    return read(mdl("at = 0", *named, *reads, *inline, *moving, stop=3))


def probes():
    on_points = {x for pairs in SHAPES.values() for x, _ in pairs}
    return np.array(sorted({*PROBES, *on_points}))


def test_lookups_of_2_to_40_points_interpolate_and_hold_their_ends(model, table):
    """On every point of every table, between points, far outside, at tiny and at huge values."""
    at = probes()
    runs = compiled.simulate(model, table({"at": at}))
    for name, pairs in SHAPES.items():
        x, y = zip(*pairs, strict=True)
        wanted = np.interp(at, x, y)
        np.testing.assert_allclose(runs[f"value of {name}"].values[:, 0], wanted, rtol=1e-12, atol=1e-12, err_msg=name)
        np.testing.assert_array_equal(runs[f"inline of {name}"], runs[f"value of {name}"], err_msg=name)
        with np.errstate(over="ignore"):
            moved = np.interp(at[:, None] + runs["time"].values, x, y)
        np.testing.assert_allclose(runs[f"moving {name}"].values, moved, rtol=1e-12, atol=1e-12, err_msg=name)


def test_a_lookup_read_on_a_point_gives_that_point(model, table):
    """To rounding of the largest value of the table: a piece ends where the next one begins."""
    for name, pairs in SHAPES.items():
        x, y = zip(*pairs, strict=True)
        runs = compiled.simulate(model, table({"at": x}), save=[f"value of {name}"])
        found = runs[f"value of {name}"].values[:, 0]
        np.testing.assert_allclose(found, y, rtol=0, atol=4e-16 * max(map(abs, y)), err_msg=name)


def test_lookups_agree_with_pysd(model, table):
    """A sample of the probes in all tables; PySD writes points with eight digits into its Python file."""
    at = [-7, 0, 0.3, 1.5, 9.75, 39, 40.1]
    runs, again = compiled.simulate(model, table({"at": at})), reference.simulate(model, table({"at": at}))
    for name in runs.data_vars:
        if runs[name].attrs["role"] == "trajectory":
            np.testing.assert_allclose(runs[name], again[name], rtol=1e-6, atol=1e-6, err_msg=str(name))


def test_a_lookup_of_one_point_is_that_point_everywhere(mdl, table):
    """Left and right of it, and on it."""
    model = read(mdl("t((3, 7))", "at = 1", "a = t(at)", "b = t(at + Time)"))
    runs = compiled.simulate(model, table({"at": [-1e9, 3, 1e9]}))
    assert (runs["a"].values == 7).all()
    assert (runs["b"].values == 7).all()


def test_of_two_points_with_the_same_x_the_last_is_kept(mdl):
    """A jump in a lookup needs two different x, as in Vensim; the table says so before it is run."""
    model = read(mdl("t((0, 0), (1, 1), (1, 5), (2, 6))", "a = t(Time / 2)"))
    found = model["t"]
    assert isinstance(found, Table)
    assert (found.x, found.y) == ((0, 1, 2), (0, 5, 6))
    assert list(compiled.simulate(model)["a"].values[0]) == [0, 2.5, 5, 5.5, 6]


def test_points_may_come_in_any_order_with_a_range_and_with_breaks(mdl):
    """The range in square brackets is for the graph editor only; reference points in it have no effect."""
    model = read(
        mdl(
            "t([(0,0)-(10,10),(1,1),(2,2)],(2,4),\\\n\t\t(0,-1.5e0),(1,.5))",
            "a = t(Time)",
            "b = WITH LOOKUP(Time, ([(0,0)-(9,9)], (0,1),(4,5) ))",
        )
    )
    runs = compiled.simulate(model)
    assert list(runs["a"].values[0]) == [-1.5, 0.5, 4, 4, 4]
    assert list(runs["b"].values[0]) == [1, 2, 3, 4, 5]


def test_steep_and_huge_tables_stay_right_at_their_points(mdl, table):
    """Points a hair apart, and values near the largest number: right to rounding of the largest value."""
    pairs = [(0.0, 0.0), (1e-12, 1.0), (1.0, 1e300), (1.0000001, -1e300), (1e9, 3.0)]
    model = read(mdl(f"t({written(pairs)})", "at = 0", "a = t(at)", "b = t(at + 0 * Time)"))
    x, y = zip(*pairs, strict=True)
    runs = compiled.simulate(model, table({"at": x}))
    np.testing.assert_allclose(runs["a"].values[:, 0], y, rtol=1e-15, atol=1e285)
    np.testing.assert_allclose(runs["b"].values[:, -1], y, rtol=1e-15, atol=1e285)


def test_a_lookup_of_something_undefined_is_undefined(mdl):
    """NaN goes through a table of any kind, infinite values are held at its ends."""
    shapes = {"a": [(0, 1), (1, 2)], "b": [(0, 1), (1, 2), (5, 0)], "c": [(0, 1)], "d": [(n, n) for n in range(40)]}
    model = read(
        mdl(
            "zero = 0 * Time",
            "none = IF THEN ELSE(Time > 1, zero/zero, 0)",
            "much = IF THEN ELSE(Time > 1, 1/zero, 0)",
            *(f"t{name}({written(pairs)})" for name, pairs in shapes.items()),
            *(f"{name} = t{name}(none)" for name in shapes),
            *(f"far {name} = t{name}(much)" for name in shapes),
        )
    )
    runs = compiled.simulate(model)
    assert bool(runs["failed"][0])
    for name, pairs in shapes.items():
        assert list(np.isnan(runs[name].values[0])) == [False, False, True, True, True], name
        if len(pairs) > 1:
            assert float(runs[f"far {name}"][0, -1]) == pairs[-1][1]


def test_lookups_may_be_nested_and_read_by_any_expression(mdl):
    """A table of a table of an expression, in the middle of another."""
    model = read(mdl("t((0, 0), (2, 4))", "u((0, 1), (4, 9))", "a = 1 + 2 * u(t(MIN(Time, 1) + t(0.5)))"))
    runs, again = compiled.simulate(model), reference.simulate(model)
    np.testing.assert_allclose(runs["a"], again["a"])
