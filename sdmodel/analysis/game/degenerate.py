"""Payoff tables of two players → whether their game is degenerate, and the extreme points of its equilibria.

A game is degenerate at an equilibrium where a player has more best responses than choices that are played with some
chance: who is indifferent may mix, and equilibria may form a continuum. All equilibria are mixtures of extreme ones
(Winkels 1979; Jansen 1981, Naval Research Logistics Quarterly 28), which vertices of two polytopes have: von Stengel
(2007), Algorithmic Game Theory, section 3.6. Two extreme ones that share the strategy of one player prove a continuum.
"""

import warnings
from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from sdmodel.analysis.game.mixed import CLOSE, Floats, Mixed, needed

SAME = 1e-6  # probabilities that near are the same


def degenerate(first: Floats, second: Floats, found: Sequence[Mixed]) -> bool:
    """Whether at one of the equilibria `found` somebody has more best responses than choices that are played."""
    close = CLOSE * max(float(np.ptp(first)), float(np.ptp(second)))
    return any(
        _best(first @ one.second, close) > int((one.second > SAME).sum())
        or _best(one.first @ second, close) > int((one.first > SAME).sum())
        for one in found
    )


def extreme(first: Floats, second: Floats) -> list[Mixed]:
    """The extreme equilibria, pure ones among them: of all that there is they are the corners.

    Computed by nashpy; what is no equilibrium to six digits of the payoffs is left out, as is what is found again.

    Raises:
        ExperimentError: nashpy is not installed.
    """
    game = needed().Game(_scaled(first), _scaled(second))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that the game is degenerate: why it is asked here
        pairs = list(game.vertex_enumeration())
    kept: list[Mixed] = []
    for row, column in pairs:
        one = Mixed.of(first, second, _clean(row), _clean(column))
        if _holds(first, second, one) and not any(same(one, other) for other in kept):
            kept.append(one)
    return kept


def continua(found: Sequence[Mixed]) -> Iterator[tuple[Mixed, Mixed]]:
    """Pairs of equilibria that share the strategy of one player: all mixtures of the two are equilibria as well."""
    for one, other in combinations(found, 2):
        if np.allclose(one.first, other.first, atol=SAME) or np.allclose(one.second, other.second, atol=SAME):
            yield one, other


def same(one: Mixed, other: Mixed) -> bool:
    """Whether two equilibria are the same."""
    pairs = ((one.first, other.first), (one.second, other.second))
    return all(np.allclose(left, right, atol=SAME) for left, right in pairs)


def _best(payoffs: Floats, close: float) -> int:
    """How many choices are best where they have these payoffs."""
    return int((payoffs >= payoffs.max() - close).sum())


def _scaled(payoffs: Floats) -> Floats:
    """The same game with payoffs from 1 to 2."""
    span = float(np.ptp(payoffs))
    return np.asarray(1.0 + (payoffs - payoffs.min()) / span) if span > 0 else np.ones_like(payoffs)


def _clean(chances: Floats) -> Floats:
    kept = np.where(np.asarray(chances) > SAME, chances, 0.0)
    return np.asarray(kept / kept.sum())


def _holds(first: Floats, second: Floats, one: Mixed) -> bool:
    """Whether nobody gains by choosing otherwise."""
    slack = [SAME * float(np.ptp(table)) for table in (first, second)]
    rows, columns = first @ one.second, one.first @ second
    return bool(one.payoffs[0] >= rows.max() - slack[0] and one.payoffs[1] >= columns.max() - slack[1])
