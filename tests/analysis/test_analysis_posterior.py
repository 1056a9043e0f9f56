"""What a posterior is made of: likelihoods with the observation equation integrated out, R-hat and effective draws."""

import warnings
from collections.abc import Callable

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from sdmodel.analysis.calibration.fit import Observed
from sdmodel.analysis.calibration.likelihood import drawn, log_likelihood
from sdmodel.analysis.calibration.mixing import ess_bulk, ess_tail, r_hat

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # ArviZ tells of its own changes whenever it is imported
    arviz = pytest.importorskip("arviz")

N = 6
MARKED = np.array([False, False, True, False, True, False])


@pytest.fixture(scope="module")
def runs() -> np.ndarray:
    """Three runs [set, observation], the first of which the data are made of."""
    return np.random.default_rng(3).random((3, N))


@pytest.fixture(scope="module")
def seen(runs: np.ndarray) -> Callable[..., Observed]:
    """Observations 3 + 100 × the first run, 8 more in marked rows, with errors of 5."""
    noise = np.random.default_rng(4).normal(size=N)
    values = 3 + 100 * runs[0] + 8 * MARKED + 5 * noise

    def made(**more: object) -> Observed:
        return Observed(np.arange(float(N)), values, np.full(N, 5.0), MARKED, **more)  # type: ignore[arg-type]

    return made


def left_of(observed: Observed, run: np.ndarray, scale: float) -> float:
    """The sum of squares that the best offset and shift leave at a scale."""
    columns = np.array([np.ones(N), MARKED.astype(float)])[[observed.offset is None, observed.shifts]] / 5
    left = (observed.values - (observed.offset or 0.0) - scale * run) / 5
    best = np.linalg.lstsq(columns.T, left, rcond=None)[0] if len(columns) else np.zeros(0)
    return float(((left - columns.T @ best) ** 2).sum())


def test_without_anything_free_it_is_the_normal_density(seen: Callable[..., Observed], runs: np.ndarray) -> None:
    observed = seen(scale=100.0, offset=3.0)
    expected = norm.logpdf(observed.values, 100 * runs + 3, 5).sum(axis=1)
    assert log_likelihood(observed, runs) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("offset", "shifts"), [(0.0, False), (None, False), (None, True), (0.0, True)])
def test_a_scale_with_a_range_is_integrated_out(
    seen: Callable[..., Observed], runs: np.ndarray, offset: float | None, shifts: bool
) -> None:
    """Held to numerical integration over the scale; flat offsets and shifts add the same to all runs."""
    observed = seen(scale=None, offset=offset, shifts=shifts, scales=(50.0, 200.0))
    expected = []
    for run in runs:
        least = min(left_of(observed, run, scale) for scale in np.linspace(50, 200, 601))

        def density(scale: float, run: np.ndarray = run, least: float = least) -> float:
            return float(np.exp(-0.5 * (left_of(observed, run, scale) - least)) / 150)

        expected.append(np.log(quad(density, 50, 200, epsabs=0, limit=200)[0]) - 0.5 * least)
    found = log_likelihood(observed, runs)
    assert found - found[0] == pytest.approx(np.array(expected) - expected[0], rel=1e-8)


def test_a_scale_without_a_range_rewards_neither_the_unit_nor_the_size_of_a_run(
    seen: Callable[..., Observed], runs: np.ndarray
) -> None:
    """What varies by a millionth fits as well as its million times larger copy."""
    observed = seen(scale=None, offset=None)
    assert log_likelihood(observed, 1e-6 * runs) == pytest.approx(log_likelihood(observed, runs), rel=1e-9)
    mirrored = log_likelihood(observed, np.array([runs[0], -runs[0]]))
    assert mirrored[1] < mirrored[0] - 10, "data that rise while the variable falls are a misfit"


def test_a_run_that_does_not_vary_is_as_good_as_the_mean(seen: Callable[..., Observed]) -> None:
    """And a range far from what the data say costs no more than can be told in numbers."""
    flat = np.ones((1, N))
    for scales in ((0.0, np.inf), (50.0, 200.0)):
        observed = seen(scale=None, offset=None, scales=scales)
        assert np.isfinite(log_likelihood(observed, flat)).all()
        found = drawn(observed, flat, np.random.default_rng(1))
        assert found.applied(flat)[0].mean() == pytest.approx(observed.values.mean(), abs=10)
    far = log_likelihood(seen(scale=None, scales=(1e5, 1e5 + 1e-6)), np.ones((1, N)))
    assert np.isfinite(far).all()


def test_equations_are_drawn_from_what_the_data_say_of_them(seen: Callable[..., Observed], runs: np.ndarray) -> None:
    """Mean and covariance of scale, offset and shift are those of weighted least squares where no range binds."""
    observed = seen(scale=None, offset=None, shifts=True, scales=(-1e4, 1e4))
    n = 20_000
    found = drawn(observed, np.repeat(runs[:1], n, axis=0), np.random.default_rng(5))
    columns = np.array([runs[0], np.ones(N), MARKED.astype(float)]) / 5
    covariance = np.linalg.inv(columns @ columns.T)
    mean = covariance @ columns @ (observed.values / 5)
    sample = np.array([found.scale, found.offset, found.shift])
    deviations = np.sqrt(np.diag(covariance))
    assert sample.mean(axis=1) == pytest.approx(mean, abs=float(4 * deviations.max() / np.sqrt(n)))
    assert np.cov(sample) / np.outer(deviations, deviations) == pytest.approx(
        covariance / np.outer(deviations, deviations), abs=0.05
    )


def test_drawn_scales_keep_to_their_range(seen: Callable[..., Observed], runs: np.ndarray) -> None:
    found = drawn(seen(scale=None, scales=(120.0, 130.0)), np.repeat(runs[:1], 500, axis=0), np.random.default_rng(6))
    assert found.scale.min() >= 120
    assert found.scale.max() <= 130
    assert set(found.offset) == {0.0}


@pytest.mark.parametrize(
    ("chains", "draws", "memory"), [(4, 100, 0.5), (4, 101, 0.9), (128, 40, 0.95), (2, 1000, 0.0), (4, 51, -0.6)]
)
@pytest.mark.parametrize("changed", [np.asarray, np.exp, np.round])
def test_diagnostics_are_those_of_arviz(
    chains: int, draws: int, memory: float, changed: Callable[[np.ndarray], np.ndarray]
) -> None:
    """To rounding: R-hat, bulk and tail effective draws, for chains that agree or not, with ties and heavy tails."""
    noise = np.random.default_rng(draws).normal(size=(chains, draws))
    series = noise.copy()
    for step in range(1, draws):
        series[:, step] = memory * series[:, step - 1] + noise[:, step]
    series[0] += 0.5
    series = changed(series)
    assert r_hat(series) == pytest.approx(float(arviz.rhat(series)), rel=1e-10)
    assert ess_bulk(series) == pytest.approx(float(arviz.ess(series)), rel=1e-9)
    assert ess_tail(series) == pytest.approx(float(arviz.ess(series, method="tail")), rel=1e-9)


def test_chains_too_short_or_not_finite_have_no_diagnostics() -> None:
    for series in (np.zeros((2, 3)), np.full((2, 10), np.nan)):
        assert np.isnan([r_hat(series), ess_bulk(series), ess_tail(series)]).all()


def test_chains_that_never_move() -> None:
    """All at one place they agree; at different places they do not."""
    assert r_hat(np.ones((2, 10))) == 1.0
    assert r_hat(np.repeat([[0.0], [1.0]], 10, axis=1)) > 3
