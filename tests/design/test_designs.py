"""Designs spread futures over the uncertainties, the same ones for the same seed."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from sdmodel.design.grid import full_grid, one_at_a_time
from sdmodel.design.sequences import lhs, sobol
from sdmodel.errors import ExperimentError
from sdmodel.model.model import Model
from sdmodel.study.spec import Study
from sdmodel.study.terms import Uncertainty


@pytest.mark.parametrize("design", [lhs, sobol])
def test_futures_are_a_labelled_table(design, study: Study) -> None:
    futures = design(study, 10, seed=0)
    assert dict(futures.sizes) == {"future": 10}
    assert list(futures.data_vars) == ["control", "bias"]
    assert futures["future"].values.tolist() == list(range(10))
    assert futures.attrs == {"design": design.__name__, "seed": 0}


@pytest.mark.parametrize("design", [lhs, sobol])
def test_seed_zero_is_a_seed_like_any_other(design, study: Study) -> None:
    xr.testing.assert_identical(design(study, 16, seed=0), design(study, 16, seed=0))
    assert not design(study, 16, seed=0).equals(design(study, 16, seed=1))


@settings(deadline=None, max_examples=40)
@given(less=st.integers(1, 200), more=st.integers(0, 200), first=st.integers(0, 150), seed=st.integers(0, 2**32))
def test_more_sobol_futures_keep_the_earlier_ones(less: int, more: int, first: int, seed: int) -> None:
    study = wide(3)
    whole = sobol(study, less + more, seed=seed)
    xr.testing.assert_identical(whole.isel(future=slice(0, less)), sobol(study, less, seed=seed))
    later = sobol(study, less, seed=seed, first=first)
    xr.testing.assert_identical(later, sobol(study, first + less, seed=seed).isel(future=slice(first, None)))


def test_sobol_blocks_join_without_a_seam() -> None:
    """More rows than are drawn at a time, in number no power of two, and no warning."""
    study = wide(2)
    whole = sobol(study, 40_001, seed=3)
    assert len(np.unique(whole["x0"])) == 40_001
    xr.testing.assert_identical(whole.isel(future=slice(39_990, None)), sobol(study, 11, seed=3, first=39_990))


def wide(count: int) -> Study:
    return Study(
        name="wide",
        title="",
        model=Path(),
        baseline="",
        scenarios={},
        uncertainties={f"x{n}": Uncertainty(f"x{n}", "uniform", low=0, high=1) for n in range(count)},
    )


def test_a_latin_hypercube_has_one_value_in_each_slice() -> None:
    futures = lhs(wide(5), 50, seed=1)
    for name in futures.data_vars:
        assert sorted(np.floor(futures[name].values * 50)) == list(range(50))


def test_a_power_of_two_sobol_futures_are_balanced() -> None:
    futures = sobol(wide(5), 64, seed=1)
    for name in futures.data_vars:
        assert sorted(np.floor(futures[name].values * 64)) == list(range(64))


@pytest.mark.parametrize("design", [lhs, sobol])
def test_without_uncertainties_there_is_one_future(design, study: Study) -> None:
    futures = design(replace(study, uncertainties={}), 100, seed=5)
    assert dict(futures.sizes) == {"future": 1}
    assert futures.attrs["seed"] == 5


@pytest.mark.parametrize("design", [lhs, sobol])
@pytest.mark.parametrize(
    ("n", "seed"), [(0, 0), (-1, 0), (1.5, 0), (True, 0), (2**31, 0), (4, -1), (4, 0.5), (4, None)]
)
def test_senseless_numbers_are_refused(design, n: int, seed: int, study: Study) -> None:
    with pytest.raises(ExperimentError, match="must be a whole number"):
        design(study, n, seed=seed)


def test_one_at_a_time_moves_one_and_holds_the_others(study: Study, model: Model) -> None:
    futures = one_at_a_time(study, model, 3)
    assert futures["varied"].values.tolist() == ["", *["control"] * 3, *["bias"] * 3]
    assert futures["control"].values.tolist() == [0.2, 0.0, 0.5, 1.0, 0.2, 0.2, 0.2]
    assert futures["bias"].values.tolist() == [0.4, 0.4, 0.4, 0.4, 0.0, 0.5, 1.0]


def test_one_at_a_time_rests_on_the_median_where_the_model_has_no_number(study: Study, model: Model) -> None:
    debt = {"debt": Uncertainty("debt", "uniform", low=2, high=4)}
    assert one_at_a_time(replace(study, uncertainties=debt), model, 2)["debt"].values.tolist() == [3, 2, 4]
    many = {"debt": Uncertainty("debt", "categorical", values=(1.0, 2.0, 9.0))}
    assert one_at_a_time(replace(study, uncertainties=many), model, 2)["debt"].values.tolist() == [2, 1, 2, 9]


def test_one_at_a_time_without_uncertainties_is_the_model_alone(study: Study, model: Model) -> None:
    assert dict(one_at_a_time(replace(study, uncertainties={}), model).sizes) == {"future": 1}


def test_a_full_grid_has_all_combinations(study: Study) -> None:
    three = study.uncertainties | {"goal": Uncertainty("goal", "categorical", values=(1.0, 2.0))}
    futures = full_grid(replace(study, uncertainties=three), 3)
    rows = {tuple(float(futures[name][n]) for name in three) for n in range(18)}
    assert rows == {(a, b, c) for a in (0, 0.5, 1) for b in (0, 0.5, 1) for c in (1, 2)}
    assert futures["goal"].values[:3].tolist() == [1, 2, 1]


def test_a_grid_that_would_never_end_is_refused(study: Study) -> None:
    with pytest.raises(ExperimentError, match=r"has 9 futures, more than the 8 allowed.*sobol or lhs"):
        full_grid(study, 3, max_futures=8)
    with pytest.raises(ExperimentError, match=r"about 10\^83 futures"):
        full_grid(wide(120), 5)


@pytest.mark.parametrize("points", [0, -1, 2.5, True])
def test_senseless_points_are_refused(study: Study, model: Model, points: int) -> None:
    with pytest.raises(ExperimentError, match="number of points must be a whole number"):
        full_grid(study, points)
    with pytest.raises(ExperimentError, match="number of points must be a whole number"):
        one_at_a_time(study, model, points)
