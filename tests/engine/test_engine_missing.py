"""Data that have values at their points alone: missing in between, which is no failure until a stock takes it in."""

import numpy as np
import pytest

from sdmodel.engine import compiled, reference
from sdmodel.engine.crosscheck import crosscheck
from sdmodel.errors import EngineMismatch
from sdmodel.read import read

RAIN = "rain:RAW: := GET DIRECT DATA('rain.csv', ',', 'A', 'B2')"


@pytest.fixture(scope="module")
def raw(mdl):
    """Writes a model that reads rain at 0, 1 and 3 from a file, which PySD can read as well."""

    def write(*lines, **more):
        path = mdl(RAIN, *lines, stop=4, step=0.5, **more)
        (path.parent / "rain.csv").write_text("Time,rain\n0,1\n1,4\n3,2\n", encoding="utf-8")
        return read(path)

    return write


def test_missing_values_are_no_failure(raw):
    """And stand where PySD has them, which then agrees."""
    model = raw("k = 2", "double = rain * k", "later = DELAY FIXED(double, 1, 0)", "s = INTEG(k, 0)")
    runs = compiled.simulate(model)
    n = np.nan
    np.testing.assert_array_equal(runs["rain"].values[0], [1, n, 4, n, n, n, 2, n, n])
    np.testing.assert_array_equal(runs["later"].values[0], [0, 0, 2, n, 8, n, n, n, 4])
    assert not runs["failed"].any()
    assert "failures" not in runs.attrs
    assert {name for name in runs.data_vars if "missing" in runs[name].attrs} == {"rain", "double", "later"}
    assert runs["rain"].attrs["missing"] == "between the points of data"
    again = reference.simulate(model)
    assert not again["failed"].any()
    np.testing.assert_array_equal(again["double"], runs["double"])
    assert crosscheck(model, runs, sample=1) == 0


@pytest.mark.parametrize("integration", ["rk2", "heun", "rk4"])
def test_methods_with_stages_have_the_points_at_whole_steps(raw, integration):
    """Data are read once a step."""
    runs = compiled.simulate(raw("double = rain * 2"), integration=integration)
    np.testing.assert_array_equal(runs["double"].values[0, [0, 2, 6]], [2, 8, 4])
    assert not runs["failed"].any()


@pytest.mark.parametrize("split", [False, True])
def test_kernels_of_every_shape_pass_over_missing_values(raw, monkeypatch, split):
    """Small ones that keep stocks in registers, and those that are cut into functions."""
    from functools import partial

    from sdmodel.printers.llvm import kernel

    compiled.machine.cache_clear()
    monkeypatch.setattr(compiled, "kernel", partial(kernel, split=split))
    assert not compiled.simulate(raw("double = rain * 2", f"split = {split:d} + Time"))["failed"].any()


def test_a_stock_that_takes_in_what_is_missing_has_failed(raw):
    """Told with the data that made it so; the same by PySD."""
    model = raw("s = INTEG(rain, 0)")
    runs = compiled.simulate(model)
    assert runs["failed"].all()
    assert '"rain" is nan at time 0.5' in runs.attrs["failures"][0]
    assert reference.simulate(model)["failed"].all()


def test_a_test_for_what_is_missing_keeps_it_out_of_a_stock(raw):
    """PySD's own comparison with :NA: is never true; the reference engine mends that."""
    model = raw(
        "known = IF THEN ELSE(rain = :NA:, 0, rain)",
        "other = IF THEN ELSE(:NA: <> rain, rain, 0)",
        "s = INTEG(known + other, 0)",
    )
    runs = compiled.simulate(model)
    np.testing.assert_array_equal(runs["known"].values[0], [1, 0, 4, 0, 0, 0, 2, 0, 0])
    np.testing.assert_array_equal(runs["other"], runs["known"])
    assert not runs["failed"].any()
    assert crosscheck(model, runs, sample=1) == 0


def test_what_is_infinite_is_a_failure_though_it_may_be_missing(raw):
    """1 / (4 - rain) where rain is 4."""
    runs = compiled.simulate(raw("load = 1 / (4 - rain)"))
    assert runs["failed"].all()
    assert '"load" is inf at time 1' in runs.attrs["failures"][0]


def test_another_gap_is_a_difference(raw):
    """Missing in one engine alone."""
    model = raw("double = rain * 2")
    runs = compiled.simulate(model)
    runs["double"].values[0, 2] = np.nan
    with pytest.raises(EngineMismatch, match=r'"double" at time 1.*nan against 8'):
        crosscheck(model, runs, sample=1)
