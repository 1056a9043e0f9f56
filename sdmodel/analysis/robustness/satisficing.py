"""Outcomes with acceptable limits → the share of futures in which a scenario keeps to all of them.

Starr's domain criterion: Starr 1963, Product Design and Decision Theory; Herman, Reed, Zeff & Characklis 2015, J. Water
Resour. Plann. Manage. 141, 04015012, eq. 5.
"""

from collections.abc import Iterable

import numpy as np

from sdmodel.analysis.outcomes import acceptable
from sdmodel.analysis.payoffs import Payoffs


def kept(judged: Iterable[Payoffs]) -> np.ndarray:
    """bool (scenario, theory, future): whether all limits are kept; an outcome without a limit asks for nothing."""
    within = [acceptable(one.numbers, one.outcome.acceptable) for one in judged if one.outcome.acceptable]
    return np.asarray(np.logical_and.reduce(within))


def satisficing(within: np.ndarray) -> np.ndarray:
    """The share of futures, the last dimension, in which the limits are kept."""
    return np.asarray(within.mean(axis=-1))
