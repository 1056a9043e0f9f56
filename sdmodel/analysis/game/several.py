"""More equilibria than are listed → the words that say so: of a degenerate game, and of nodes with several."""

from collections.abc import Callable, Sequence

import numpy as np

from sdmodel.analysis.game.degenerate import continua, degenerate
from sdmodel.analysis.game.mixed import Floats, Mixed
from sdmodel.analysis.game.selections import Selections
from sdmodel.analysis.game.tables import Profile
from sdmodel.analysis.game.tree import Play
from sdmodel.analysis.wording import joined, number

NONE, MAYBE, PROVEN = "", "there may be a continuum of equilibria", "there is a continuum of equilibria"
_MOST_TOLD = 2  # pairs of equilibria between which all are


def continuum(first: Floats, second: Floats, found: Sequence[Mixed]) -> str:
    """NONE, MAYBE or PROVEN, of the game with these tables and equilibria."""
    if not degenerate(first, second, found):
        return NONE
    return PROVEN if any(continua(found)) else MAYBE


def degeneracy_words(first: Floats, second: Floats, found: Sequence[Mixed], titles: Sequence[Sequence[str]]) -> str:
    """The sentence on a degenerate game with the equilibria `found`, of choices with these titles; else ""."""
    if not (what := continuum(first, second, found)):
        return ""
    pairs = list(continua(found))
    told = [f"{equilibrium_words(one, titles)} and {equilibrium_words(two, titles)}" for one, two in pairs[:_MOST_TOLD]]
    if left := len(pairs) - len(told):
        told.append(f"{left} more pairs")
    between = f", all mixtures between {'; '.join(told)}" if told else ""
    return f"The game is degenerate (a player is indifferent at an equilibrium): beside these {what}{between}."


def equilibrium_words(one: Mixed, titles: Sequence[Sequence[str]]) -> str:
    """ "Dove–Hawk", or "hawk 50 % and dove 50 % against hawk"."""
    sides = list(zip(titles, (one.first, one.second), strict=True))
    if not one.mixes:
        return "–".join(own[int(chances.argmax())] for own, chances in sides)
    return " against ".join(_chances(own, chances) for own, chances in sides)


def selection_words(
    players: Sequence[str], play: Play, others: Selections | None, named: Callable[[Profile], str]
) -> str:
    """The sentence on nodes with several equilibria: how many there are, and what hangs on which is played."""
    if others is None:
        return ""
    met = f", {play.on_path} of them on the way" if play.on_path else ", none of them on the way"
    ranges = [
        f"{player} {number(low)} to {number(high)}" if not np.isclose(low, high) else f"{player} {number(low)} in all"
        for player, low, high in zip(players, others.least, others.most, strict=True)
    ]
    moves = others.first_moves
    which = " or ".join(named(one) for one in moves)
    first = "the first move is the same in all" if len(moves) == 1 else f"the first move hangs on it: {which}"
    return (
        f"At {play.several:,} of {play.nodes:,} nodes{met}, there are several equilibria, and that with the greatest "
        f"sum is played; {others.rules} rules of choice give {joined(ranges)}, and {first}."
    )


def _chances(titles: Sequence[str], chances: Floats) -> str:
    """ "hawk 33.3 % and dove 66.7 %"."""
    known = [(title, float(chance)) for title, chance in zip(titles, chances, strict=True) if chance > 0]
    return joined([f"{title.lower()} {number(100 * chance)} %" for title, chance in known])
