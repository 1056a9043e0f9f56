"""What a study says of what it would take, as frozen data: targets, levers moved together, moves in time."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Requirement:
    """A condition on an outcome, such as both_pillars_year <= 2040."""

    outcome: str
    sign: str
    bound: float

    def __str__(self) -> str:
        return f"{self.outcome} {self.sign} {self.bound:g}"


@dataclass(frozen=True)
class Target:
    """What is to be reached: all of `requires` hold.

    `limits` are further bounds of the first requirement: what it takes is drawn against them as a curve.
    """

    name: str
    title: str
    requires: tuple[Requirement, ...]
    limits: tuple[float, ...] = ()
    basis: str = ""


@dataclass(frozen=True)
class Lever:
    """An input that is moved to `far` as the intensity goes from 0 to 1; from `near`, None: from where it is."""

    name: str
    far: float
    near: float | None = None


@dataclass(frozen=True)
class Side:
    """A party with levers of its own; `cost` is the outcome that tells what the search costs it."""

    name: str
    title: str
    levers: tuple[Lever, ...]
    cost: str = ""


@dataclass(frozen=True)
class Search:
    """Levers that one intensity moves together: 0 leaves the scenario as it is, 1 moves each lever to its far end.

    With two `sides` each has an intensity of its own, and `levers` are what only both can do: the lesser of the two
    moves them. Without sides `levers` are all there is. Levers move at once, or in a straight line from time `begin`
    for `over`. It is asked in each of `scenarios`, for `target` where no other is named, to be met in `share` of all
    futures.
    """

    name: str
    title: str
    scenarios: tuple[str, ...]
    levers: tuple[Lever, ...] = ()
    sides: tuple[Side, ...] = ()
    target: str = ""
    cost: str = ""
    begin: float | None = None
    over: float | None = None
    share: float = 0.9
    basis: str = ""

    @property
    def every_lever(self) -> tuple[Lever, ...]:
        """Those of all sides, then what they share."""
        return (*(lever for side in self.sides for lever in side.levers), *self.levers)

    @property
    def costs(self) -> tuple[str, ...]:
        """The outcomes that tell what it costs, each once."""
        return tuple(dict.fromkeys(name for name in (self.cost, *(side.cost for side in self.sides)) if name))


@dataclass(frozen=True)
class Move:
    """Something done at a time of one's choice: constants that hold its start and duration, or levers that ramp."""

    name: str
    title: str
    start: str = ""
    duration: str = ""
    levers: tuple[Lever, ...] = ()


@dataclass(frozen=True)
class Timing:
    """Two moves, each begun between the two `starts` and lasting between the two `durations`: which one first?"""

    name: str
    title: str
    scenario: str
    moves: tuple[Move, Move]
    starts: tuple[float, float]
    durations: tuple[float, float] | None = None
    outcomes: tuple[str, ...] = ()
    basis: str = ""


@dataclass(frozen=True)
class Options:
    """An input and the values from which one is chosen, in rising order."""

    name: str
    values: tuple[float, ...]


@dataclass(frozen=True)
class Waiting:
    """A step of some `size` that is taken back if nothing has answered it when `patience` ends.

    The first size is not to begin, the last patience to go on whatever comes. One of two `theories`, variants of the
    study, holds, the first with a chance of `prior`; by `outcome` all is judged.
    """

    name: str
    title: str
    scenario: str
    size: Options
    patience: Options
    theories: tuple[str, str]
    outcome: str
    prior: float = 0.5
    basis: str = ""


@dataclass(frozen=True)
class Searches:
    """All of it: what a study says under [targets], [search], [timing] and [waiting]."""

    targets: Mapping[str, Target] = field(default_factory=dict)
    search: Mapping[str, Search] = field(default_factory=dict)
    timing: Mapping[str, Timing] = field(default_factory=dict)
    waiting: Mapping[str, Waiting] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.targets or self.search or self.timing or self.waiting)
