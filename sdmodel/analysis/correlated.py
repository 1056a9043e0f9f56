"""Inputs of futures → do some of them go together? Then a caveat that names the strongest pair.

Shares, indices and conditions of single inputs are read as if inputs varied freely of each other, as a hypercube draws
them. Draws from a posterior do not: data tie parameters together. Told by the rank correlations of all pairs, against
what chance reaches in so many futures and pairs: Fisher's z of Spearman's ρ has a variance of 1.06 / (N - 3) for
independent inputs (Fieller, Hartley & Pearson 1957, Biometrika 44, 470, section 5), and the limit is divided among the
pairs (Bonferroni).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm, rankdata

from sdmodel.analysis.wording import plain_input

FALSE_ALARM = 0.001
"""How often independent inputs are told to be correlated."""
NEGLIGIBLE = 0.05
"""A correlation this small changes no index by a number that is told, however many futures show it."""
_FEWEST, _ENOUGH = 12, 10_000


@dataclass(frozen=True)
class Pair:
    """The strongest pair of inputs by their places, its rank correlation, and what chance stays below."""

    first: int
    second: int
    correlation: float
    limit: float
    futures: int


def strongest_pair(inputs: np.ndarray) -> Pair | None:
    """The pair of columns of `inputs` (future, input) that is most correlated; None where chance explains all pairs.

    Inputs that do not vary are passed over, and of very many futures the first 10,000 are looked at.
    """
    inputs = inputs[:_ENOUGH]
    places = np.flatnonzero((inputs != inputs[:1]).any(axis=0))
    futures, pairs = len(inputs), len(places) * (len(places) - 1) // 2
    if futures < _FEWEST or not pairs:
        return None
    ranks = rankdata(inputs[:, places], axis=0)
    ranks = (ranks - ranks.mean(axis=0)) / ranks.std(axis=0)
    found = np.triu(ranks.T @ ranks / futures, k=1)
    first, second = np.unravel_index(int(np.abs(found).argmax()), found.shape)
    correlation, limit = float(found[first, second]), chance(futures, pairs)
    if abs(correlation) <= max(limit, NEGLIGIBLE):
        return None
    return Pair(int(places[first]), int(places[second]), correlation, limit, futures)


def chance(futures: int, pairs: int) -> float:
    """What the largest of so many rank correlations of independent inputs stays below, all but rarely."""
    return float(np.tanh(norm.isf(FALSE_ALARM / (2 * pairs)) * np.sqrt(1.06 / (futures - 3))))


def correlation_caveat(names: Sequence[str], inputs: np.ndarray, what: str) -> str:
    """The caveat on `inputs` (future, input) with their `names`; empty where they vary freely of each other.

    `what` tells, as a sentence without its full stop, what that means for the numbers of an analysis.
    """
    pair = strongest_pair(inputs)
    if pair is None:
        return ""
    one, other = (plain_input(names[place]) for place in (pair.first, pair.second))
    return (
        f"Inputs are correlated in these futures, as draws from a posterior are: most of all {one} and {other} (rank "
        f"correlation {pair.correlation:.2f} in {pair.futures:,} futures; chance stays below {pair.limit:.2f}). {what}."
    )
