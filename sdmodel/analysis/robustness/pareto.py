"""Losses in two or more outcomes → which scenarios no other one beats: as good in all outcomes and better in one."""

from collections.abc import Sequence

import numpy as np


def non_dominated(losses: Sequence[np.ndarray]) -> np.ndarray:
    """bool, of the shape (scenario, …) of each of `losses`, less being better: whether no other scenario dominates it.

    Equal scenarios do not dominate each other. Pareto dominance as in Deb, Pratap, Agarwal & Meyarivan 2002, IEEE
    Trans. Evol. Comput. 6, 182.
    """
    beaten = np.zeros(losses[0].shape, dtype=bool)
    for one in range(len(beaten)):
        as_good = np.logical_and.reduce([loss <= loss[one] for loss in losses])
        better = np.logical_or.reduce([loss < loss[one] for loss in losses])
        beaten[one] = (as_good & better).any(axis=0)
    return ~beaten


def share_of_futures(losses: Sequence[np.ndarray]) -> np.ndarray:
    """How often each scenario is non-dominated: the mean over futures, the last dimension."""
    return np.asarray(non_dominated(losses).mean(axis=-1))
