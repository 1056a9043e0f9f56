"""The comparison of scenarios → the numbers of one outcome in one scenario; how often one scenario beats another."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr

from sdmodel.analysis.comparison import compare
from sdmodel.analysis.finding import Finding
from sdmodel.analysis.pairs import pairs
from sdmodel.report.cast import Member
from sdmodel.report.measures import Measure
from sdmodel.runs.schema import EXPERIMENT, OUTCOME, SCENARIO, failed, values
from sdmodel.study.spec import Study

CLEAR = 0.6  # a difference that holds in fewer futures than this is called unsettled
FEWEST = 10  # futures in which a yes or no must differ before one scenario is said to do better


@dataclass(frozen=True)
class Spread:
    """An outcome over the futures of a scenario, and its difference to a rival in the same future.

    `centre` is the median, or the share of futures in which a yes or no holds: that has neither `low` nor `high`.
    `acceptable`, `never`, `lower` and `higher` are shares of futures; NaN stands for what the study does not ask.
    """

    centre: float
    low: float
    high: float
    acceptable: float
    never: float
    pairs: float
    difference_centre: float
    difference_low: float
    difference_high: float
    lower: float
    higher: float

    def better(self, sign: int) -> float:
        """Share of futures in which this does better than the rival; `sign` +1 where higher is better, else −1."""
        return self.higher if sign > 0 else self.lower

    def worse(self, sign: int) -> float:
        """Share of futures in which this does worse than the rival."""
        return self.better(-sign)

    def way(self) -> tuple[str, float]:
        """ "lower" or "higher" than the rival, whichever holds more often, and in which share of futures."""
        return ("lower", self.lower) if self.lower >= self.higher else ("higher", self.higher)


@dataclass(frozen=True)
class Contrast:
    """One measure under both scenarios of a pair; `first` carries the difference, first less second."""

    measure: Measure
    first: Spread
    second: Spread

    @property
    def winner(self) -> int | None:
        """0 or 1 where the first or the second does better in a clear majority of futures, else None.

        A yes or no is the same in most futures; there it is the majority of those in which it differs.
        """
        if self.measure.share:
            return self._winner_where_it_differs()
        if self.first.better(self.measure.better_sign) >= CLEAR:
            return 0
        return 1 if self.first.worse(self.measure.better_sign) >= CLEAR else None

    def _winner_where_it_differs(self) -> int | None:
        first, sign = self.first, self.measure.better_sign
        differ = first.lower + first.higher
        if not differ * first.pairs >= FEWEST:
            return None
        if first.better(sign) >= CLEAR * differ:
            return 0
        return 1 if first.worse(sign) >= CLEAR * differ else None

    @property
    def winning(self) -> float:
        """Share of futures in which the winner does better."""
        sign = self.measure.better_sign
        return self.first.worse(sign) if self.winner else self.first.better(sign)


def comparison(study: Study, runs: xr.Dataset, findings: Sequence[Finding]) -> Finding | None:
    """The finding named "comparison", made from the runs if it is not among `findings`; None without outcomes.

    One that was kept before there were centres is made again.
    """
    given = [finding for finding in findings if finding.name == "comparison" and "centre" in finding.table]
    if given:
        return given[0]
    kept = {name: outcome for name, outcome in study.outcomes.items() if name in runs}
    return compare(replace(study, outcomes=kept), runs) if kept else None


def spread(table: xr.Dataset, measure: Measure, member: Member) -> Spread:
    """The numbers of a measure under one scenario; NaN where the comparison has none."""
    if member.label not in table[SCENARIO].values or measure.name not in table[OUTCOME].values:
        return Spread(**dict.fromkeys(Spread.__dataclass_fields__, np.nan))
    cell = table.sel({OUTCOME: measure.name, SCENARIO: member.label})
    return Spread(**{name: float(cell[name]) for name in Spread.__dataclass_fields__})


def contrasts(study: Study, runs: xr.Dataset, pair: Sequence[Member], told: Sequence[Measure]) -> tuple[Contrast, ...]:
    """How the two scenarios of `pair` differ in each measure, in the same future."""
    first, second = pair
    kept = {measure.name: measure.outcome for measure in told}
    asked = replace(study, outcomes=kept, baseline=second.label)
    two = runs.isel({EXPERIMENT: np.isin(runs[SCENARIO].values.astype(str), [first.label, second.label])})
    table = compare(asked, two).table
    return tuple(Contrast(measure, spread(table, measure, first), spread(table, measure, second)) for measure in told)


def jointly(runs: xr.Dataset, told: Sequence[Measure], winner: Member, loser: Member) -> float:
    """Share of futures in which `winner` does better than `loser` on every measure at once; NaN without any."""
    met = pairs(runs)
    rows = [met.scenarios.index(member.label) for member in (winner, loser)]
    sound = (met.present & ~met.spread(failed(runs)).astype(bool))[rows].all(axis=0)
    wins = []
    for measure in told:
        ours, theirs = met.spread(values(runs, measure.name).astype(float))[rows]
        if measure.moment:
            ours, theirs = (np.where(np.isnan(times), np.inf, times) for times in (ours, theirs))
        wins.append(ours > theirs if measure.better_sign > 0 else ours < theirs)
    return float(np.all(wins, axis=0)[sound].mean()) if sound.any() else float("nan")
