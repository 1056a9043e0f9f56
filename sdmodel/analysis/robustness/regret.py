"""Payoffs → regret: how much worse a scenario does in a future than the best of all scenarios in that same future.

Savage 1951, The theory of statistical decision, JASA 46, 55 (minimax regret: the scenario whose largest regret is
least). Lempert, Groves, Popper & Bankes 2006, Management Science 52, 514, for its percentiles over many futures.
"""

import numpy as np

PERCENT = 90


def regrets(losses: np.ndarray) -> np.ndarray:
    """The regret of each of `losses` (scenario, …), less being better: 0 for the best in each column, never negative.

    A loss that is inf (a time that never comes) has the regret inf where any scenario does better, else 0.
    """
    best = losses.min(axis=0, keepdims=True)
    with np.errstate(invalid="ignore"):
        return np.where(losses == best, 0.0, losses - best)


def largest(regret: np.ndarray) -> np.ndarray:
    """The largest regret over futures, the last dimension."""
    return np.asarray(regret.max(axis=-1))


def high(regret: np.ndarray) -> np.ndarray:
    """The regret that PERCENT per cent of the futures do not exceed; one that occurred, so that inf needs no mean."""
    return np.asarray(np.quantile(regret, PERCENT / 100, axis=-1, method="inverted_cdf"))


def mean(regret: np.ndarray) -> np.ndarray:
    """The mean regret over futures."""
    return np.asarray(regret.mean(axis=-1))
