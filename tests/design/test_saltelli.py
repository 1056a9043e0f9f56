"""Saltelli's blocks and Morris trajectories: which rows differ in which inputs, and that parts fit together."""

from pathlib import Path

import numpy as np
import pytest

from sdmodel.design.factors import CHANCE, factors_of
from sdmodel.design.morris import morris
from sdmodel.design.saltelli import block_size, check_blocks, saltelli
from sdmodel.errors import ExperimentError
from sdmodel.study.spec import Study
from sdmodel.study.terms import Uncertainty

NAMES = ("a", "b", "c")


@pytest.fixture
def study() -> Study:
    made = {name: Uncertainty(name, "uniform", -1.0, 3.0) for name in NAMES}
    made["n"] = Uncertainty("n", "integer", 1, 4)
    return Study("made", "Made", Path("made.mdl"), "base", {}, made)


def rows(table, n: int) -> np.ndarray:
    """[block, place, input]."""
    return np.stack([table[name].values.reshape(n, -1) for name in table.data_vars], axis=-1)


def test_the_design_is_that_of_salib(study: Study) -> None:
    sample = pytest.importorskip("SALib.sample.sobol", reason='pip install "sdmodel[sensitivity]"')
    made = {name: one for name, one in study.uncertainties.items() if name in NAMES}
    own = Study("made", "Made", Path("made.mdl"), "base", {}, made)
    problem = {"num_vars": 3, "names": list(NAMES), "bounds": [[-1.0, 3.0]] * 3}
    for second_order in (False, True):
        wanted = sample.sample(problem, 16, calc_second_order=second_order, seed=np.random.default_rng(5))
        found = saltelli(own, factors_of(own), 16, seed=5, second_order=second_order)
        np.testing.assert_allclose(rows(found, 16).reshape(-1, 3), wanted, rtol=0, atol=1e-12)


def test_rows_of_a_block_differ_in_their_factor_alone(study: Study) -> None:
    factors = factors_of(study, {"two": ("a", "c")})
    assert [one.name for one in factors] == ["two", "b", "n"]
    found = rows(saltelli(study, factors, 8, seed=1, second_order=True), 8)
    assert found.shape == (8, block_size(3, second_order=True), 4)
    a, b = found[:, 0], found[:, -1]
    group = [True, False, True, False]
    np.testing.assert_array_equal(found[:, 1], np.where(group, b, a))
    np.testing.assert_array_equal(found[:, 4], np.where(group, a, b))
    assert set(np.unique(found[..., 3])) == {1.0, 2.0, 3.0, 4.0}


def test_parts_are_parts_of_the_whole(study: Study) -> None:
    factors = factors_of(study)
    whole = saltelli(study, factors, 32, seed=2)
    part = saltelli(study, factors, 8, seed=2, first=16)
    places = slice(16 * 6, 24 * 6)
    assert part.equals(whole.isel(future=places))


def test_random_numbers_of_a_run_are_those_of_a_or_b(study: Study) -> None:
    factors = factors_of(study, chance=True)
    assert factors[-1].name == CHANCE
    found = saltelli(study, factors, 8, seed=2)
    assert found["future"].values.reshape(8, -1)[3].tolist() == [6, 6, 6, 6, 6, 7, 7]
    np.testing.assert_array_equal(rows(found, 8)[:, 0], rows(found, 8)[:, 5])


@pytest.mark.parametrize("n", [100, 7, 4, 0, -8])
def test_only_powers_of_two_are_taken(n: int) -> None:
    with pytest.raises(ExperimentError):
        check_blocks(n)
    assert check_blocks(128) == 128


def test_the_message_names_powers_of_two_nearby() -> None:
    with pytest.raises(ExperimentError, match="take 64 or 128 instead of 100"):
        check_blocks(100)


def test_groups_must_not_share_a_member_nor_be_empty(study: Study) -> None:
    with pytest.raises(ExperimentError, match='"a" is in two groups, "one" and "two"'):
        factors_of(study, {"one": ("a",), "two": ("a", "b")})
    with pytest.raises(ExperimentError, match="has no member that varies"):
        factors_of(study, {"one": ()})
    with pytest.raises(ExperimentError, match='has "x", which is no uncertainty'):
        factors_of(study, {"one": ("x",)})


def test_a_trajectory_moves_each_factor_once_by_delta(study: Study) -> None:
    factors = factors_of(study, {"two": ("a", "c")})
    made = morris(study, factors, 30, seed=4)
    assert made.shares.shape == (30, 4, 4)
    assert set(np.unique(np.round(3 * made.shares, 9))) == {0.0, 1.0, 2.0, 3.0}
    steps = np.diff(made.shares, axis=1)
    members = [[0, 2], [1], [3]]
    for path in range(30):
        assert sorted(made.moved[path]) == [0, 1, 2]
        for step, factor in enumerate(made.moved[path]):
            moves = np.flatnonzero(steps[path, step])
            assert moves.tolist() == members[factor]
            np.testing.assert_allclose(np.abs(steps[path, step, moves]), made.delta)
            assert np.sign(steps[path, step, moves[0]]) == made.way[path, step]


def test_a_trajectory_keeps_its_random_numbers(study: Study) -> None:
    made = morris(study, factors_of(study), 3, seed=4)
    assert made.futures["future"].values.tolist() == [0] * 5 + [1] * 5 + [2] * 5


def test_odd_levels_are_refused(study: Study) -> None:
    with pytest.raises(ExperimentError, match="must be even"):
        morris(study, factors_of(study), 10, seed=0, levels=5)


def test_a_study_without_uncertainties_varies_nothing() -> None:
    with pytest.raises(ExperimentError, match="varies nothing here"):
        factors_of(Study("made", "Made", Path("made.mdl"), "base", {}))
