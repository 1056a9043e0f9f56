"""What a study says of a game between two players, as frozen data."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Bundle:
    """What a player may choose: `settings` of inputs of the model, numbers all."""

    name: str
    title: str
    settings: Mapping[str, float]


@dataclass(frozen=True)
class Player:
    """`payoff` maps outcomes to their weights: the sum is what the player wants to be great."""

    name: str
    title: str
    payoff: Mapping[str, float]
    bundles: tuple[Bundle, ...]


@dataclass(frozen=True)
class Stages:
    """Bundles are chosen anew at `first`, `first + every`, … `count` times; a change of them takes `over`.

    What is chosen first holds from the start of the run on, at once, as in the game without stages.
    """

    first: float
    every: float
    count: int
    over: float

    @property
    def times(self) -> tuple[float, ...]:
        """When there is a choice."""
        return tuple(self.first + self.every * stage for stage in range(self.count))


@dataclass(frozen=True)
class Game:
    """Two players who choose among bundles, each knowing what the other may choose.

    `scenario` tells what both take as given. `weights` are what payoffs hang on, each with the range in which it is
    varied: inputs of the model, or outcomes of which the payoffs are made. An input that bundles of both players set
    is what only both can do: the lesser of the two values holds.
    """

    title: str
    scenario: str
    players: tuple[Player, Player]
    weights: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    stages: Stages | None = None
    basis: str = ""

    @property
    def inputs(self) -> tuple[str, ...]:
        """All inputs that some bundle sets, each once."""
        return tuple(
            dict.fromkeys(name for player in self.players for bundle in player.bundles for name in bundle.settings)
        )

    @property
    def outcomes(self) -> tuple[str, ...]:
        """All outcomes of which payoffs are made, each once."""
        return tuple(dict.fromkeys(name for player in self.players for name in player.payoff))
