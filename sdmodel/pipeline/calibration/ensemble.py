"""A log density of many sets at once → draws of it, by ensembles of walkers that emcee moves.

Walkers step along differences of other walkers: ter Braak (2006), Statistics and Computing 16(3), as sampled by
Foreman-Mackey et al. (2013), PASP 125(925). Several ensembles know nothing of each other, so that their agreement means
something; half of the walkers of all of them is one batch.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from sdmodel.analysis.calibration.fit import Floats
from sdmodel.analysis.calibration.mixing import ess_bulk, ess_tail, r_hat
from sdmodel.errors import ExperimentError
from sdmodel.pipeline.calibration.posterior_chains import Layout

LogDensity = Callable[[Floats], Floats]
AGREE = 1.01
"""R-hat below which ensembles agree: Vehtari et al. (2021), section 4."""
ENOUGH = 400
"""Effective draws that make R-hat and quantiles trustworthy: the same paper."""
TIMES = 50
"""Autocorrelation times that a chain must last before they are known: Sokal (1997), as emcee advises."""
_BURN_IN = 5  # autocorrelation times
_LOOK = 100  # steps between two looks at whether it is done
_JITTER = 0.25  # of the length of a step, so that it can end anywhere
_LONG_JUMPS = 0.1  # share of steps as long as the difference itself, which lead from one valley to another


@dataclass(frozen=True)
class Chains:
    """`scores` [draw, walker, constant] and their `log_density` [draw, walker] after burn-in, every `thin`-th step.

    Walkers of one ensemble stand side by side. `times` are autocorrelation times [constant] in steps, `accepted` the
    share of proposed steps that were taken, `settled` whether it stopped because it had converged.
    """

    scores: Floats
    log_density: Floats
    ensembles: int
    steps: int
    burn_in: int
    thin: int
    times: Floats
    accepted: float
    settled: bool

    def chained(self, values: Floats) -> Floats:
        """A number [draw, walker] as [chain, draw], each ensemble one chain: see `posterior_chains`."""
        draws, walkers = values.shape
        return Layout(draws, walkers, self.ensembles, np.arange(draws)).chains(values)

    def r_hat(self, values: Floats) -> float:
        """R-hat between ensembles of a number [draw, walker]."""
        return r_hat(self.chained(values))


def sampled(
    log_density: LogDensity,
    starts: Floats,
    *,
    ensembles: int,
    steps: int,
    seed: np.random.SeedSequence,
    told: Callable[[int], None],
) -> Chains:
    """Chains from `starts` [walker, constant], all with a finite density; they end early once they have converged.

    `told` is called with the number of steps just made.

    Raises:
        ExperimentError: emcee is not installed.
    """
    emcee = needed()
    sampler, first = _sampler(emcee, log_density, starts, ensembles, seed)
    made, settled = 0, False
    while made < steps and not settled:
        part = min(_LOOK, steps - made)
        first = sampler.run_mcmc(first, part, skip_initial_state_check=True)
        made += part
        told(part)
        chains = _kept(emcee, sampler, ensembles, made)
        settled = converged(chains)
    return Chains(**{**chains.__dict__, "settled": settled})


def walked(log_density: LogDensity, starts: Floats, ensembles: int, steps: int, seed: np.random.SeedSequence) -> Floats:
    """Where walkers that begin at `starts` [walker, constant] are after `steps`; same shape."""
    sampler, first = _sampler(needed(), log_density, starts, ensembles, seed)
    return np.asarray(sampler.run_mcmc(first, steps, store=False, skip_initial_state_check=True).coords)


def needed() -> Any:
    """The module emcee.

    Raises:
        ExperimentError: it is not installed.
    """
    try:
        import emcee  # an extra, and only this needs it
    except ImportError:
        raise ExperimentError(
            "a posterior needs the extra posterior (emcee and h5netcdf): pip install 'sdmodel[posterior]'."
        ) from None
    return emcee


def converged(chains: Chains) -> bool:
    """Whether ensembles agree, and there are enough effective draws and autocorrelation times."""
    if len(chains.scores) * chains.thin < TIMES * float(chains.times.max()):
        return False
    each = [chains.chained(chains.scores[:, :, at]) for at in range(chains.scores.shape[2])]
    return all(r_hat(one) < AGREE and min(ess_bulk(one), ess_tail(one)) >= ENOUGH for one in each)


def _sampler(
    emcee: Any, log_density: LogDensity, starts: Floats, ensembles: int, seed: np.random.SeedSequence
) -> tuple[Any, Any]:
    """emcee's sampler, and the state from which it begins."""
    moves = _moves(emcee, ensembles)
    sampler = emcee.EnsembleSampler(*starts.shape, log_density, moves=moves, vectorize=True)
    random = np.random.RandomState(np.random.MT19937(seed))
    return sampler, emcee.State(starts, random_state=random.get_state())


def _kept(emcee: Any, sampler: Any, ensembles: int, made: int) -> Chains:
    """What is left after burn-in, thinned to draws that still differ."""
    chain = sampler.get_chain()
    with np.errstate(invalid="ignore", divide="ignore"):  # a walker that never moved has no autocorrelation
        times = emcee.autocorr.integrated_time(chain[made // 2 :], tol=0, quiet=True)
    times = np.where(np.isfinite(times) & (times > 0), times, float(made))
    burn_in = min(math.ceil(_BURN_IN * float(times.max())), made // 2)
    thin = max(1, min(int(0.5 * float(times.min())), (made - burn_in) // 20))
    return Chains(
        np.asarray(chain[burn_in::thin]),
        np.asarray(sampler.get_log_prob()[burn_in::thin]),
        ensembles,
        made,
        burn_in,
        thin,
        times,
        float(np.mean(sampler.acceptance_fraction)),
        False,
    )


def _moves(emcee: Any, ensembles: int) -> list[tuple[Any, float]]:
    """Steps by differences within each ensemble: of the length that suits a normal density, and now and then whole."""

    class Apart(emcee.moves.DEMove):  # type: ignore[misc]  # emcee is imported when it is needed
        """The move of emcee, each ensemble by itself: the two halves are the even and the odd walkers."""

        def get_proposal(self, moved: Floats, others: list[Floats], random: Any) -> tuple[Floats, Floats]:
            pairs = zip(np.split(moved, ensembles), np.split(np.concatenate(others), ensembles), strict=True)
            found = [super(Apart, self).get_proposal(part, [rest], random) for part, rest in pairs]
            return np.concatenate([one for one, _ in found]), np.concatenate([one for _, one in found])

    usual = Apart(sigma=_JITTER, randomize_split=False)
    whole = Apart(sigma=_JITTER, gamma0=1.0, randomize_split=False)
    return [(usual, 1 - _LONG_JUMPS), (whole, _LONG_JUMPS)]
