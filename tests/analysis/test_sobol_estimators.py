"""Our estimators, vectorised over outcomes and times, are those of SALib to the last digits, on the same samples."""

import numpy as np
import pytest

from sdmodel.analysis.sensitivity.morris import effects, elementary_effects, ranked
from sdmodel.analysis.sensitivity.sobol import indices, pairs, resampled

BLOCKS, FACTORS = 256, 4
PROBLEM = {"num_vars": FACTORS, "names": list("abcd"), "bounds": [[0.0, 1.0]] * FACTORS}


def made(second_order: bool) -> np.ndarray:
    """Numbers [column, block, place] of three outcomes: one with interactions, one far from zero, one flat."""
    from SALib.sample import sobol as sample

    x = sample.sample(PROBLEM, BLOCKS, calc_second_order=second_order, seed=3)
    y = x[:, 0] + 2 * x[:, 1] * x[:, 2] ** 2 + np.sin(9 * x[:, 3] * x[:, 0])
    return np.stack([y, 1000.0 + y**2, np.full_like(y, 7.1)]).reshape(3, BLOCKS, -1)


@pytest.fixture(autouse=True)
def salib() -> None:
    pytest.importorskip("SALib", reason='pip install "sdmodel[sensitivity]"')


@pytest.mark.parametrize("second_order", [False, True])
def test_indices_are_those_of_salib(second_order: bool) -> None:
    from SALib.analyze import sobol as oracle

    numbers = made(second_order)
    found = indices(numbers, FACTORS, second_order=second_order, resamples=10)
    for column in (0, 1):
        wanted = oracle.analyze(PROBLEM, numbers[column].ravel(), calc_second_order=second_order, seed=1)
        np.testing.assert_allclose(found.first[0, column], wanted["S1"], rtol=0, atol=1e-12)
        np.testing.assert_allclose(found.total[0, column], wanted["ST"], rtol=0, atol=1e-12)
        if second_order:
            other = [wanted["S2"][i, j] for i, j in pairs(FACTORS)]
            np.testing.assert_allclose(found.second[0, column], other, rtol=0, atol=1e-12)


def test_a_weighted_block_is_a_block_drawn_so_often() -> None:
    """Every single bootstrap resample of SALib comes out, not only the estimate."""
    from SALib.analyze import sobol as oracle

    numbers = made(True)
    wanted = oracle.analyze(PROBLEM, numbers[0].ravel(), num_resamples=50, keep_resamples=True, seed=5)
    drawn = np.random.default_rng(5).integers(BLOCKS, size=(BLOCKS, 50))
    weights = np.stack([np.bincount(column, minlength=BLOCKS) for column in drawn.T]).astype(float)
    found = resampled(numbers[[0]], weights, FACTORS, second_order=True)
    np.testing.assert_allclose(found.first[:, 0], wanted["S1_conf_all"], rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.total[:, 0], wanted["ST_conf_all"], rtol=0, atol=1e-12)


def test_what_does_not_move_is_insensitive_and_divides_by_nothing() -> None:
    found = indices(made(True), FACTORS, second_order=True)
    assert found.flat.tolist() == [False, False, True]
    for kind in (found.first, found.total, found.second):
        assert (kind[:, 2] == 0.0).all()
    assert found.variance[2] == 0.0


def test_a_block_with_a_number_that_is_missing_is_left_out_of_its_column_alone() -> None:
    numbers = made(False)
    lacking = numbers.copy()
    lacking[0, [3, 200], [1, 5]] = [np.nan, np.inf]
    found, whole = indices(lacking, FACTORS), indices(numbers, FACTORS)
    without = indices(np.delete(numbers, [3, 200], axis=1), FACTORS)
    assert found.blocks.tolist() == [BLOCKS - 2, BLOCKS, BLOCKS]
    np.testing.assert_allclose(found.first[:, 0], without.first[:, 0], rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.total[:, 1], whole.total[:, 1], rtol=0, atol=1e-12)


def test_too_few_blocks_give_no_index() -> None:
    numbers = made(False)
    numbers[0, 5:] = np.nan
    found = indices(numbers, FACTORS)
    assert np.isnan(found.first[:, 0]).all()
    assert np.isfinite(found.first[:, 1]).all()


def test_effects_are_those_of_salib() -> None:
    from SALib.analyze import morris as oracle

    rng = np.random.default_rng(0)
    paths, delta = 20, 2.0 / 3.0
    moved = np.argsort(rng.random((paths, FACTORS)), axis=1)
    way = rng.choice([-1.0, 1.0], size=(paths, FACTORS))
    low = np.where(way > 0, rng.choice([0, 1 / 3], size=way.shape), rng.choice([2 / 3, 1.0], size=way.shape))
    x = np.empty((paths, FACTORS + 1, FACTORS))
    for path in range(paths):
        at = np.empty(FACTORS)
        at[moved[path]] = low[path]
        x[path, 0] = at
        for step, factor in enumerate(moved[path]):
            at[factor] += delta * way[path, step]
            x[path, step + 1] = at
    y = x[..., 0] + 3 * x[..., 1] * x[..., 2] - np.exp(x[..., 3])
    wanted = oracle.analyze(PROBLEM, x.reshape(-1, FACTORS), y.ravel(), seed=1)
    found = effects(np.stack([y, np.ones_like(y)]), moved, way, delta)
    np.testing.assert_allclose(found.mu_star[0, 0], np.asarray(wanted["mu_star"], float), rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.mu[0], np.asarray(wanted["mu"], float), rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.sigma[0], np.asarray(wanted["sigma"], float), rtol=0, atol=1e-12)
    assert found.flat.tolist() == [False, True]
    np.testing.assert_allclose(elementary_effects(y[None], moved, way, delta)[0, :, 0], 1.0)
    order, measure = ranked(found.mu_star[0])
    assert measure[order[0]] == 1.0
    assert sorted(order) == [0, 1, 2, 3]
