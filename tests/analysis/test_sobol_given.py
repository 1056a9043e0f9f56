"""PAWN and rank regression on given samples: right distances, right coefficients, and what tells nothing is told so."""

import numpy as np
import pytest
from scipy.stats import ks_2samp, spearmanr

from sdmodel.analysis.sensitivity.pawn import SLICES, distances, pawn
from sdmodel.analysis.sensitivity.rank_regression import rank_regression


@pytest.fixture
def sample() -> tuple[np.ndarray, np.ndarray]:
    """500 futures of three inputs, and an outcome with ties that the third does not move."""
    x = np.random.default_rng(0).random((500, 3))
    return x, np.round(x[:, 0] ** 3 + 0.3 * x[:, 1], 2)


def sliced(column: np.ndarray) -> np.ndarray:
    return np.argsort(np.argsort(column)) * SLICES // len(column)


def test_distances_are_kolmogorov_smirnovs(sample: tuple[np.ndarray, np.ndarray]) -> None:
    x, y = sample
    part = sliced(x[:, 1])
    wanted = [ks_2samp(y[part == one], y).statistic for one in range(SLICES)]
    np.testing.assert_allclose(distances(part, y, np.ones((1, 500)))[0], wanted, rtol=0, atol=1e-12)


def test_a_future_that_counts_twice_is_there_twice(sample: tuple[np.ndarray, np.ndarray]) -> None:
    x, y = sample
    part, counts = sliced(x[:, 0]), np.random.default_rng(1).multinomial(500, np.full(500, 1 / 500))
    again = np.repeat(np.arange(500), counts)
    wanted = [ks_2samp(y[again][part[again] == one], y[again]).statistic for one in range(SLICES)]
    np.testing.assert_allclose(distances(part, y, counts[None].astype(float))[0], wanted, rtol=0, atol=1e-12)


def test_pawn_is_salibs_but_for_the_largest_future(sample: tuple[np.ndarray, np.ndarray]) -> None:
    """SALib's last slice lacks the future with the largest input, so they differ by one in fifty at most."""
    pytest.importorskip("SALib", reason='pip install "sdmodel[sensitivity]"')
    from SALib.analyze import pawn as oracle

    x, y = sample
    problem = {"num_vars": 3, "names": list("abc"), "bounds": [[0.0, 1.0]] * 3}
    found = pawn(x, y[:, None], resamples=50, seed=0)
    np.testing.assert_allclose(found.median[0, 0], oracle.analyze(problem, x, y, S=SLICES)["median"], atol=1 / 50)


def test_an_input_without_influence_stays_below_the_dummies(sample: tuple[np.ndarray, np.ndarray]) -> None:
    x, y = sample
    found = pawn(x, y[:, None], resamples=100, seed=0)
    low, high = found.median[1, 0], found.median[2, 0]
    assert found.median[0, 0, 2] < found.dummy[0] < low[1] < low[0]
    assert (low <= found.median[0, 0]).all()
    assert (found.median[0, 0] <= high).all()


def test_rank_regression_of_a_monotonic_law_explains_all() -> None:
    x = np.random.default_rng(2).random((300, 2))
    found = rank_regression(x, np.exp(5 * x[:, [0]]), resamples=50, seed=0)
    np.testing.assert_allclose(found.coefficient[0, 0], [1.0, 0.0], atol=1e-12)
    np.testing.assert_allclose(found.explained, 1.0)


def test_one_input_has_spearmans_correlation(sample: tuple[np.ndarray, np.ndarray]) -> None:
    x, y = sample
    found = rank_regression(x[:, [1]], y[:, None], resamples=100, seed=0)
    assert found.coefficient[0, 0, 0] == pytest.approx(spearmanr(x[:, 1], y).statistic, abs=1e-12)
    assert found.coefficient[1, 0, 0] < found.coefficient[0, 0, 0] < found.coefficient[2, 0, 0]


def test_inputs_that_are_the_same_share_and_one_that_stands_still_has_none() -> None:
    x = np.random.default_rng(3).random(200)
    inputs = np.column_stack([x, x, np.ones(200)])
    found = rank_regression(inputs, x[:, None], resamples=20, seed=0)
    np.testing.assert_allclose(found.coefficient[0, 0], [0.5, 0.5, 0.0], atol=1e-9)


def test_too_few_futures_tell_nothing() -> None:
    x = np.random.default_rng(4).random((13, 5))
    assert np.isnan(rank_regression(x, x[:, :1], resamples=10, seed=0).coefficient).all()
    assert np.isnan(pawn(x[:5], x[:5, :1], resamples=10, seed=0).median).all()
