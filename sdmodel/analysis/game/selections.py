"""A tree with nodes at which several equilibria are → what hangs on which of them is played.

The tree is solved again by other rules: the best and the worst for either player at every node, and equilibria taken at
random, node by node. All are subgame-perfect; they need not span all that are, because there are too many to list.
"""

from dataclasses import dataclass

import numpy as np

from sdmodel.analysis.game.mixed import Floats
from sdmodel.analysis.game.tables import Profile
from sdmodel.analysis.game.tree import Play, Rule, Tree

RANDOM, FEW = 60, 12  # random rules; where many nodes have to be mixed anew
_MANY = 50


@dataclass(frozen=True)
class Selections:
    """The least and the most that each player expects over `rules` of choice, and the first moves that come of them."""

    rules: int
    least: tuple[float, float]
    most: tuple[float, float]
    first_moves: tuple[Profile, ...]


def selections(tree: Tree, play: Play, seed: int) -> Selections | None:
    """What other rules make of `tree`, which the greatest sum makes to `play`; None where no node needs any rule.

    The random rules come from `seed`.
    """
    if not play.several:
        return None
    rules: list[Rule] = [_of(sign, player) for player in (0, 1) for sign in (1.0, -1.0)]
    rules += [_random(np.random.default_rng((seed, at))) for at in range(FEW if play.mixing > _MANY else RANDOM)]
    plays = [play, *(tree.solved(rule) for rule in rules)]
    values = np.array([one.values for one in plays])
    least, most = values.min(axis=0), values.max(axis=0)
    moves = dict.fromkeys(one.path[0] for one in plays)
    return Selections(len(plays), (float(least[0]), float(least[1])), (float(most[0]), float(most[1])), tuple(moves))


def _of(sign: float, player: int) -> Rule:
    """The best for a player at every node (`sign` 1), or the worst (-1)."""

    def wanted(ours: Floats, theirs: Floats) -> Floats:
        return np.asarray(sign * (ours, theirs)[player])

    return wanted


def _random(rng: np.random.Generator) -> Rule:
    return lambda ours, _: np.asarray(rng.random(ours.shape))
