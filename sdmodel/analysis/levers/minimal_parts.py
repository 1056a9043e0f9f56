"""What is asked of a search and a target, and what the runs told: the parts of which the finding "reassure" is made."""

from dataclasses import dataclass

from sdmodel.analysis.levers.crossing import Floats
from sdmodel.analysis.levers.shares import Reach
from sdmodel.study.search.spec import Search, Target
from sdmodel.study.spec import Study

BOTH = "both"
BAND = (0.05, 0.5, 0.95)
"""Shares of futures, and quantiles of costs, that are told beside what is asked."""


@dataclass(frozen=True)
class Question:
    """What was asked: which levers, for which target, where, in how large a share of how many futures."""

    study: Study
    search: Search
    target: Target
    scenario: str
    share: float
    futures: int
    seed: int

    @property
    def who(self) -> list[str]:
        """The names of those who may move: both alike and each side, or the search itself where it has no sides."""
        return [BOTH, *(side.name for side in self.search.sides)] if self.search.sides else [self.search.name]

    def title(self, who: str) -> str:
        """What a row of `who` is called."""
        sides = {side.name: f"{side.title} alone" for side in self.search.sides}
        return sides.get(who, "Both alike" if self.search.sides else self.search.title)


@dataclass(frozen=True)
class Costs:
    """What it costs: `before` [cost] and at the `least` [who, cost] in the base run.

    Over futures, [band, …] by BAND: at what is `served` [band, who, cost], and `along` [band, who, step, cost] the
    intensities of `steps`.
    """

    before: Floats
    least: Floats
    served: Floats
    steps: Floats
    along: Floats


@dataclass(frozen=True)
class Levers:
    """What levers are set to: at the `least` [who, lever], and their `near` and `far` ends [lever]."""

    least: Floats
    near: Floats
    far: Floats


@dataclass(frozen=True)
class Answer:
    """What the runs told: for each that was `asked`, and each limit, its reach in the base run and in futures.

    `served` [who] is enough in the share asked, or else the best there is; `met` [who] the share of futures that meet
    the target there. `gaps` are the steps between intensities that were tried: in the base run, in futures.
    """

    asked: tuple[str, ...]
    base: tuple[Reach, ...]
    futures: tuple[Reach, ...]
    served: Floats
    met: Floats
    costs: Costs
    levers: Levers
    limits: Floats
    base_limits: tuple[Reach, ...]
    future_limits: tuple[Reach, ...]
    gaps: tuple[float, float]
    runs: int
    failed: int


@dataclass(frozen=True)
class Lines:
    """What each side needs, given the other; `surface` [measure, first, second] has `measures` in the base run.

    In the base run `second_needed` [first], `first_needed` [second]; in the share of futures `second_enough` [given],
    `first_enough` [given]; `shares` [first, second] of futures that meet it. `ceases`: in the base run, in some
    future, a side that does more misses somewhere what it met.
    """

    grid: Floats
    second_needed: Floats
    first_needed: Floats
    given: Floats
    second_enough: Floats
    first_enough: Floats
    shares: Floats
    ceases: tuple[bool, bool]
    measures: tuple[str, ...]
    surface: Floats
