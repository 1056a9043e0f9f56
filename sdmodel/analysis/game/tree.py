"""Payoffs at the ends of a tree in which both choose at every stage → play that is best at every node.

Both choose at the same time, knowing all that was chosen before: the game is solved from its end (subgame-perfect
equilibrium: Selten 1965, Zeitschrift für die gesamte Staatswissenschaft 121). At a node with several equilibria a Rule
says which is played: the one with the greatest sum of payoffs unless told otherwise; at one without any in pure
strategies a mixed one. Mixed equilibria beside pure ones are not considered.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from sdmodel.analysis.game.mixed import Floats, Mixed
from sdmodel.analysis.game.tables import Profile, best_responses, mixed
from sdmodel.errors import ExperimentError

Rule = Callable[[Floats, Floats], Floats]
"""Payoffs of both, of the same shape → how much each is wanted: of several equilibria the most wanted is played."""


@dataclass(frozen=True)
class Play:
    """What is played from the root on (the likeliest choices, where somebody mixes) and what both expect.

    `several` and `mixing` count the nodes with more than one equilibrium, and with no pure one, of `nodes`; `on_path`
    those with more than one that are reached.
    """

    path: tuple[Profile, ...]
    values: tuple[float, float]
    nodes: int
    several: int
    mixing: int
    on_path: int = 0


@dataclass(frozen=True)
class Tree:
    """`first` and `second` [path] have the payoffs of all paths, the last stage fastest.

    Path number = profile of stage 1 · n^(stages - 1) + … + profile of the last stage, with n profiles and
    profile = choice of the first player · choices of the second + choice of the second.
    """

    first: Floats
    second: Floats
    choices: tuple[int, int]
    stages: int
    known: dict[bytes, list[Mixed]] = field(default_factory=dict)  # mixed equilibria of nodes that were met

    def solved(self, rule: Rule = np.add) -> Play:
        """Play by backward induction."""
        stages: list[_Stage] = []
        ours, theirs = self.first, self.second
        for _ in range(self.stages):
            stage = self._stage(ours.reshape(-1, *self.choices), theirs.reshape(-1, *self.choices), rule)
            stages.insert(0, stage)
            ours, theirs = stage.values
        path, place, on_path = [], 0, 0
        for stage in stages:
            profile = int(stage.chosen[place])
            on_path += int(stage.several[place])
            path.append((profile // self.choices[1], profile % self.choices[1]))
            place = place * self.choices[0] * self.choices[1] + profile
        nodes = sum(len(stage.chosen) for stage in stages)
        several = sum(int(stage.several.sum()) for stage in stages)
        mixing = sum(stage.mixing for stage in stages)
        return Play(tuple(path), (float(ours[0]), float(theirs[0])), nodes, several, mixing, on_path)

    def _stage(self, ours: Floats, theirs: Floats, rule: Rule) -> "_Stage":
        """What is played at each node, of payoffs [node, first, second]."""
        count = len(ours)
        pure = np.logical_and(*best_responses(ours, theirs)).reshape(count, -1)
        chosen = np.where(pure, rule(ours, theirs).reshape(count, -1), -np.inf).argmax(axis=1)
        nodes = np.arange(count)
        values = [table.reshape(count, -1)[nodes, chosen].copy() for table in (ours, theirs)]
        several, without = pure.sum(axis=1) > 1, np.flatnonzero(~pure.any(axis=1))
        for node in without:
            found = self._mixed(ours[node], theirs[node])
            wanted = rule(*(np.array([one.payoffs[player] for one in found]) for player in range(2)))
            best = found[int(wanted.argmax())]
            chosen[node] = int(best.first.argmax()) * self.choices[1] + int(best.second.argmax())
            values[0][node], values[1][node] = best.payoffs
            several[node] = len(found) > 1
        return _Stage(chosen, (values[0], values[1]), several, len(without))

    def _mixed(self, ours: Floats, theirs: Floats) -> list[Mixed]:
        key = ours.tobytes() + theirs.tobytes()
        if key not in self.known:
            self.known[key] = mixed(ours, theirs)
        if not self.known[key]:  # Nash's theorem says there is one: payoffs too close to each other to compute with
            raise ExperimentError("At a node of the tree no equilibrium could be computed: choices are all but equal.")
        return self.known[key]


@dataclass(frozen=True)
class _Stage:
    """By node: the profile that is played, the values of both, whether there were several; how many mix."""

    chosen: np.ndarray
    values: tuple[Floats, Floats]
    several: np.ndarray
    mixing: int


def solved(first: Floats, second: Floats, choices: tuple[int, int], stages: int) -> Play:
    """Play of the Tree with these payoffs by backward induction, of several equilibria that with the greatest sum."""
    return Tree(first, second, choices, stages).solved()
