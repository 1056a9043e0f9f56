"""Payoff tables of two players → best responses, dominance and equilibria.

Tables are [first, second]: what the first player, or the second, gets when they choose these rows and columns.
"""

import warnings

import numpy as np
from numpy.typing import NDArray

from sdmodel.analysis.game.degenerate import degenerate, extreme
from sdmodel.analysis.game.mixed import CLOSE, Floats, Mixed, needed, pure

Bools = NDArray[np.bool_]
Profile = tuple[int, int]


def best_responses(first: Floats, second: Floats) -> tuple[Bools, Bools]:
    """Where the first player answers the second best [..., first, second], and where the second the first.

    Leading axes are kept: tables of many futures, or of many nodes of a tree, at once. Ties are all best.
    """
    close = CLOSE * np.maximum(np.ptp(first, axis=(-2, -1)), np.ptp(second, axis=(-2, -1)))[..., None, None]
    return (
        first >= first.max(axis=-2, keepdims=True) - close,
        second >= second.max(axis=-1, keepdims=True) - close,
    )


def equilibria(first: Floats, second: Floats) -> Bools:
    """Where neither gains by choosing otherwise: Nash equilibria in pure strategies [..., first, second]."""
    ours, theirs = best_responses(first, second)
    return np.asarray(ours & theirs)


def dominant(payoffs: Floats, axis: int) -> int | None:
    """The choice along `axis` that is better than every other one whatever the other player does; None without."""
    own = np.moveaxis(payoffs, axis, 0)
    for choice in range(len(own)):
        others = np.delete(own, choice, axis=0)
        if (own[choice] > others).all():
            return choice
    return None


def undominated(first: Floats, second: Floats) -> tuple[list[int], list[int]]:
    """Choices that survive when strictly dominated ones are struck out again and again (by pure choices alone)."""
    rows, columns = list(range(first.shape[0])), list(range(first.shape[1]))
    while True:
        ours, theirs = first[np.ix_(rows, columns)], second[np.ix_(rows, columns)].T
        keep = [row for row, beaten in zip(rows, _beaten(ours), strict=True) if not beaten]
        kept = [column for column, beaten in zip(columns, _beaten(theirs), strict=True) if not beaten]
        if (keep, kept) == (rows, columns):
            return rows, columns
        rows, columns = keep, kept


def better_for_both(first: Floats, second: Floats, profile: Profile) -> list[Profile]:
    """Profiles that both prefer to `profile`."""
    found = np.argwhere((first > first[profile]) & (second > second[profile]))
    return [(int(row), int(column)) for row, column in found]


def risk_dominant(first: Floats, second: Floats, profiles: list[Profile]) -> Profile | None:
    """The equilibrium that risk-dominates all others pairwise; None where there is none, or fewer than two.

    Of two equilibria that differ in both choices the one is safer whose product of losses by leaving it is greater:
    Harsanyi and Selten (1988), A General Theory of Equilibrium Selection in Games, section 3.9.
    """
    for one in profiles if len(profiles) > 1 else ():
        if all(_safer(first, second, one, other) for other in profiles if other != one):
            return one
    return None


def mixed(first: Floats, second: Floats) -> list[Mixed]:
    """All equilibria in which a player mixes, by support enumeration; of a degenerate game those that are extreme.

    von Stengel (2007), Algorithmic Game Theory, chapter 3; computed by nashpy.

    Raises:
        ExperimentError: nashpy is not installed.
    """
    game = needed().Game(first, second)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a game is degenerate: asked below
        pairs = list(game.support_enumeration())
    found = [Mixed.of(first, second, row, column) for row, column in pairs if max(row.max(), column.max()) <= 1]
    if not found or degenerate(first, second, [*pure_equilibria(first, second), *found]):
        found = extreme(first, second)
    return [one for one in found if one.mixes]


def pure_equilibria(first: Floats, second: Floats) -> list[Mixed]:
    """The equilibria in pure strategies, with what both get."""
    return [pure(first, second, (int(row), int(column))) for row, column in np.argwhere(equilibria(first, second))]


def _beaten(own: Floats) -> list[bool]:
    """For each row whether another one is better in all columns."""
    return [any((other > row).all() for other in own) for row in own]


def _safer(first: Floats, second: Floats, one: Profile, other: Profile) -> bool:
    """Whether leaving `one` for `other` costs both more, as a product, than leaving `other` for `one`."""
    if one[0] == other[0] or one[1] == other[1]:
        return False
    losses = (first[one] - first[other[0], one[1]]) * (second[one] - second[one[0], other[1]])
    others = (first[other] - first[one[0], other[1]]) * (second[other] - second[other[0], one[1]])
    return bool(losses > others)
