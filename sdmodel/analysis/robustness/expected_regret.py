"""Losses of scenarios in many futures, and inputs → what it would be worth to know an input before choosing.

Expected value of partial perfect information about input x, for expected losses L (scenario):

    EVPPI(x)  =  min over scenarios E[L]  -  E over x ( min over scenarios E[L | x] )

It is the same for regret: regret is the loss less what no choice can change. E[L | x] is a smooth regression of the
losses on x (Strong, Oakley & Brennan 2014, Medical Decision Making 34, 311). The least of noisy means is too low, so
the estimate is too high, by what it comes to when the futures' losses are dealt out anew among the values of x: the
mean over such permutations is subtracted, and what 95 % of their largest (over all inputs) stay below is the noise.
"""

from dataclasses import dataclass

import numpy as np

from sdmodel.analysis.sensitivity.splines import basis

_WORK = 2e9


@dataclass(frozen=True)
class Value:
    """`worth` (bound, input): estimate less its bias, low and high of a 95 % interval; `bias` (input,).

    `noise`: an estimate below it cannot be told from none; `perfect`: the worth of knowing everything; `best` the
    scenario to choose without knowing more, `else_best` (input,) the one most often best in its stead.
    """

    worth: np.ndarray
    bias: np.ndarray
    noise: float
    perfect: float
    best: int
    changes: np.ndarray
    else_best: np.ndarray


def evppi(inputs: np.ndarray, losses: np.ndarray, *, permutations: int = 100, seed: int = 0) -> Value:
    """What each of `inputs` (future, input) is worth, for finite `losses` (scenario, future), in their unit.

    `changes` (input,) is the share of futures in which knowing the input would change the choice. The interval is that
    of the mean gain of the choices that the regression makes, less the bias (normal, without the doubt about these);
    nothing is worth more than knowing everything.
    """
    means = losses.mean(axis=1)
    best = int(means.argmin())
    apart = (losses - losses[best]).T
    perfect = float(abs(apart.min(axis=1).mean()))
    bases = [basis(column) for column in inputs.T]
    random = np.random.default_rng(seed)
    rounds = _rounds(permutations, bases, apart)
    null = np.array(
        [[_gain(one, dealt) for one in bases] for dealt in (random.permutation(apart) for _ in range(rounds))]
    )
    bias = null.mean(axis=0)
    found = [_known(one, apart) for one in bases]
    gain, error = np.array([one[:2] for one in found]).T
    worth = np.clip(gain - bias, 0.0, perfect)
    ends = np.stack([worth, *np.clip([worth - 1.96 * error, worth + 1.96 * error], 0.0, perfect)])
    noise = float(np.quantile((null - bias).max(axis=1), 0.95))
    return Value(ends, bias, noise, perfect, best, np.array([o[2] for o in found]), np.array([o[3] for o in found]))


def evppi_of_groups(losses: np.ndarray) -> float:
    """The worth of knowing the group (theory): `losses` (scenario, group, future), groups of equal weight."""
    means = losses.mean(axis=-1)
    return float(means.mean(axis=1).min() - means.min(axis=0).mean())


def _fitted(terms: np.ndarray, apart: np.ndarray) -> np.ndarray:
    """(future, scenario): the losses beyond those of the best scenario that are expected when the input is known."""
    return np.asarray(apart.mean(axis=0) + terms @ (terms.T @ apart))


def _gain(terms: np.ndarray, apart: np.ndarray) -> float:
    return float(-_fitted(terms, apart).min(axis=1).mean())


def _known(terms: np.ndarray, apart: np.ndarray) -> tuple[float, float, float, int]:
    """Gain, its standard error, in which share of futures the choice changes, and to which scenario most often."""
    fitted = _fitted(terms, apart)
    choice = fitted.argmin(axis=1)
    own = int(np.flatnonzero((apart == 0).all(axis=0))[0])
    realised = -apart[np.arange(len(apart)), choice]
    changed = choice[choice != own]
    other = int(np.bincount(changed).argmax()) if len(changed) else own
    return _gain(terms, apart), float(realised.std() / np.sqrt(len(apart))), len(changed) / len(apart), other


def _rounds(asked: int, bases: list[np.ndarray], apart: np.ndarray) -> int:
    """As many permutations as are asked for, or fewer, at least 20, for very many futures."""
    work = sum(one.size for one in bases) * apart.shape[1] * 4
    return int(np.clip(_WORK / max(work, 1), min(20, asked), asked))
