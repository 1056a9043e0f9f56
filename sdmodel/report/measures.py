"""The study's outcomes that the runs have → measures: title, unit, and how a value of it is written."""

from dataclasses import dataclass

import xarray as xr

from sdmodel.analysis.centre import SHARE, is_share
from sdmodel.analysis.wording import outcome_title
from sdmodel.report.text import number, share, signed, unit
from sdmodel.runs.schema import values
from sdmodel.study.spec import Study
from sdmodel.study.terms import Outcome

_ARTICLES = ("A", "An", "The", "a", "an", "the")
_WORDS = {"<": "below", "<=": "at most", ">": "above", ">=": "at least", "==": "exactly", "!=": "other than"}


@dataclass(frozen=True)
class Measure:
    """An outcome as the page tells it; `moment` when its value is a time (the first time that something holds).

    `share` when it is a yes or no: then its values over futures are told as the share in which it holds.
    """

    outcome: Outcome
    title: str
    unit: str
    share: bool = False

    @property
    def name(self) -> str:
        """Its name in the runs."""
        return self.outcome.name

    @property
    def inline(self) -> str:
        """Its title for the middle of a sentence: an article, or a first word that the model spells small, is small."""
        first = self.title.split(" ")[0]
        known = (*_ARTICLES, *self.outcome.variable.split())
        common = first.lower() in known and (first in _ARTICLES or not first.isupper())
        return first.lower() + self.title[len(first) :] if common else self.title

    @property
    def moment(self) -> bool:
        """Whether its value is a time."""
        return self.outcome.reduce == "first"

    @property
    def better_sign(self) -> int:
        """+1 where higher is better, −1 where lower is (cost and risk, unless the study says otherwise)."""
        return 1 if self.outcome.better == "higher" else -1

    def value(self, value: float) -> str:
        """A value without its unit."""
        return share(value) if self.share else number(value, time=self.moment)

    def ends(self, low: float, high: float) -> tuple[str, str]:
        """Both ends of a range; one that is next to nothing beside the other is shown as nothing."""
        small, large = sorted((abs(low), abs(high)))
        if not self.moment and small < 0.005 and large >= 0.0095:
            low, high = (0.0 if abs(end) == small else end for end in (low, high))
        return self.value(low), self.value(high)

    def full(self, value: float) -> str:
        """A value with its unit."""
        if self.share:
            return f"{share(value)} of futures"
        return f"{self.value(value)} {self.unit}" if self.unit and not self.moment else self.value(value)

    def difference(self, value: float, like: float) -> str:
        """A difference with its sign, as finely as a value `like` is shown; of moments to a tenth."""
        if self.share:
            return f"{signed(100.0 * value, 100.0)} points"
        return signed(value, 10.0 if self.moment else like)

    @property
    def limit_on_share(self) -> bool:
        """Whether the acceptable limit is on the share of futures, not on the outcome of each."""
        return self.share and self.outcome.acceptable is not None and 0 < self.outcome.acceptable[1] < 1

    def limit(self) -> str:
        """The acceptable limit in words ("at most 0.40"), empty without one."""
        accepted = self.outcome.acceptable
        return f"{_WORDS.get(accepted[0], accepted[0])} {self.value(accepted[1])}" if accepted else ""


def measures(study: Study, runs: xr.Dataset) -> dict[str, Measure]:
    """The measures of the outcomes that are in the runs, in the order of the study."""
    return {name: _measure(outcome, runs) for name, outcome in study.outcomes.items() if name in runs}


def _measure(outcome: Outcome, runs: xr.Dataset) -> Measure:
    if is_share(outcome, values(runs, outcome.name).astype(float)):
        return Measure(outcome, outcome_title(outcome), SHARE, share=True)
    shown = outcome.unit or str(runs[outcome.name].attrs.get("units", ""))
    return Measure(outcome, outcome_title(outcome), unit(shown))


def told(study: Study, found: dict[str, Measure]) -> tuple[Measure, ...]:
    """The measures that the answer speaks of: risk, then cost; without either, the first two of the study."""
    named = [found[name] for name in dict.fromkeys((study.risk_outcome, study.cost_outcome)) if name in found]
    return tuple(named or list(found.values())[:2])
