"""A posterior density → where walkers of several ensembles start, led there from the prior by slowly adding the data.

Each ensemble has draws of its own from the prior. The likelihood counts to a power that rises from 0 to 1: at each rise
draws are resampled by their weights and move on, so that none is left behind on a hill that the data rule out
(a sequential Monte Carlo sampler: Del Moral, Doucet and Jasra (2006), J. R. Statist. Soc. B 68(3), section 3).
"""

import numpy as np

from sdmodel.analysis.calibration.fit import Floats
from sdmodel.errors import StudyError
from sdmodel.pipeline.calibration.ensemble import walked
from sdmodel.pipeline.calibration.posterior_density import Density, prior_scores

_TRIED = 64  # draws of the prior a walker
_LEFT = 0.5  # of the walkers count as effective after a rise
_MOVES = 20  # steps after a rise
_RISES = 200  # at most


def starting_points(density: Density, ensembles: int, walkers: int, seed: np.random.SeedSequence) -> Floats:
    """Scores [ensemble × walker, constant], those of one ensemble side by side.

    Raises:
        StudyError: too few draws of the prior have a likelihood.
    """
    rng = np.random.default_rng(seed)
    tried = np.stack([prior_scores(_TRIED * walkers, len(density.names), rng) for _ in range(ensembles)])
    likelihood = np.stack([density.log_likelihood(one) for one in tried])
    if np.isfinite(likelihood).sum(axis=1).min() < walkers:
        raise _nowhere(density, likelihood, walkers)
    power = _risen(likelihood, 0.0, float(walkers))
    chosen = _resampled(likelihood, power, walkers, rng)
    scores, likelihood = np.take_along_axis(tried, chosen[..., None], 1), np.take_along_axis(likelihood, chosen, 1)
    for _ in range(_RISES):
        scores = _moved(density, scores, power, rng)
        if power == 1.0:
            break
        likelihood = density.log_likelihood(scores.reshape(-1, scores.shape[2])).reshape(likelihood.shape)
        before, power = power, _risen(likelihood, power, _LEFT * walkers)
        chosen = _resampled(likelihood, power - before, walkers, rng)
        scores = np.take_along_axis(scores, chosen[..., None], 1)
    return scores.reshape(-1, scores.shape[2])


def _nowhere(density: Density, likelihood: Floats, walkers: int) -> StudyError:
    sound = int(np.isfinite(likelihood).sum())
    return StudyError(
        f"{density.objective.study.path.name}, [calibration]: no place to start: of {likelihood.size:,} draws from the "
        f"priors {sound:,} give the data a probability above zero, and {len(likelihood)} times {walkers} are needed; "
        "in all others the run leaves the finite range. Narrow the ranges of the parameters, or look at such a run "
        'with "sdmodel run".'
    )


def _moved(density: Density, scores: Floats, power: float, rng: np.random.Generator) -> Floats:
    """The walkers [ensemble, walker, constant] after steps under the prior times the likelihood to `power`."""

    def tempered(places: Floats) -> Floats:
        return np.asarray(power * density.log_likelihood(places) - 0.5 * (places**2).sum(axis=1))

    seed = np.random.SeedSequence(int(rng.integers(2**63)))
    return walked(tempered, scores.reshape(-1, scores.shape[2]), len(scores), _MOVES, seed).reshape(scores.shape)


def _risen(likelihood: Floats, power: float, count: float) -> float:
    """The largest power up to 1 at which every ensemble keeps `count` effective draws of [ensemble, draw]."""
    low, high = power, 1.0
    if _effective(likelihood, 1.0 - power) >= count:
        return 1.0
    for _ in range(50):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if _effective(likelihood, middle - power) >= count else (low, middle)
    return high


def _effective(likelihood: Floats, power: float) -> float:
    """Kish's effective number of draws by weights of the likelihood to `power`, in the ensemble with the fewest."""
    weights = _weights(likelihood, power)
    return float((1.0 / (weights**2).sum(axis=1)).min())


def _resampled(likelihood: Floats, power: float, walkers: int, rng: np.random.Generator) -> "np.ndarray":
    """Indices [ensemble, walker] of draws taken by their weights, as evenly as can be (systematic resampling)."""
    shares = (np.arange(walkers) + rng.random((len(likelihood), 1))) / walkers
    summed = np.cumsum(_weights(likelihood, power), axis=1)
    last = likelihood.shape[1] - 1
    return np.array([np.minimum(np.searchsorted(s, at), last) for s, at in zip(summed, shares, strict=True)])


def _weights(likelihood: Floats, power: float) -> Floats:
    """Weights [ensemble, draw] that sum to 1 in each ensemble; none for what has no probability."""
    sound = np.isfinite(likelihood)
    logs = np.where(sound, likelihood, likelihood.max(axis=1, keepdims=True))
    weights = np.where(sound, np.exp(power * (logs - logs.max(axis=1, keepdims=True))), 0.0)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))
