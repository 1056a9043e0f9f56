"""Payoffs at the ends of a tree in which both choose at every stage → play that is best at every node.

Both choose at the same time, knowing all that was chosen before: the game is solved from its end (subgame-perfect
equilibrium: Selten 1965, Zeitschrift für die gesamte Staatswissenschaft 121). At a node with several equilibria the one
with the greatest sum of payoffs is played; at one without any in pure strategies a mixed one.
"""

from dataclasses import dataclass

import numpy as np

from sdmodel.analysis.game.tables import Floats, Profile, best_responses, mixed
from sdmodel.errors import ExperimentError


@dataclass(frozen=True)
class Play:
    """What is played from the root on (the likeliest choices, where somebody mixes) and what both expect.

    `several` and `mixing` count the nodes with more than one pure equilibrium, and with none, of `nodes`.
    """

    path: tuple[Profile, ...]
    values: tuple[float, float]
    nodes: int
    several: int
    mixing: int


def solved(first: Floats, second: Floats, choices: tuple[int, int], stages: int) -> Play:
    """Play by backward induction; `first` and `second` [path] have the payoffs of all paths, the last stage fastest.

    Path number = profile of stage 1 · n^(stages - 1) + … + profile of the last stage, with n profiles and
    profile = choice of the first player · choices of the second + choice of the second.
    """
    shape, several, mixing, nodes = choices, 0, 0, 0
    played: list[np.ndarray] = []
    ours, theirs = first, second
    for _ in range(stages):
        ours, theirs = ours.reshape(-1, *shape), theirs.reshape(-1, *shape)
        chosen, ours, theirs, counts = _stage(ours, theirs)
        played.insert(0, chosen)
        several, mixing, nodes = several + counts[0], mixing + counts[1], nodes + len(chosen)
    path, place = [], 0
    for chosen in played:
        profile = int(chosen[place])
        path.append((profile // shape[1], profile % shape[1]))
        place = place * shape[0] * shape[1] + profile
    return Play(tuple(path), (float(ours[0]), float(theirs[0])), nodes, several, mixing)


def _stage(ours: Floats, theirs: Floats) -> tuple[np.ndarray, Floats, Floats, tuple[int, int]]:
    """For each node [node, first, second] the profile that is played, the values of both, and (several, mixing)."""
    count = len(ours)
    pure = np.logical_and(*best_responses(ours, theirs)).reshape(count, -1)
    sums = np.where(pure, (ours + theirs).reshape(count, -1), -np.inf)
    chosen = sums.argmax(axis=1)
    nodes = np.arange(count)
    values = [table.reshape(count, -1)[nodes, chosen].copy() for table in (ours, theirs)]
    without = np.flatnonzero(~pure.any(axis=1))
    for node in without:
        found = mixed(ours[node], theirs[node])
        if not found:  # Nash's theorem says there is one: payoffs too close to each other to compute with
            raise ExperimentError("At a node of the tree no equilibrium could be computed: choices are all but equal.")
        best = max(found, key=lambda one: sum(one.payoffs))
        chosen[node] = int(best.first.argmax()) * ours.shape[2] + int(best.second.argmax())
        values[0][node], values[1][node] = best.payoffs
    return chosen, values[0], values[1], (int((pure.sum(axis=1) > 1).sum()), len(without))
