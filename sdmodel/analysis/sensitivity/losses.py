"""Futures without a number of an outcome → how many, what goes with that, and whether the others can still be told of.

What is left out is left out for a reason: runs fail, and times never come, where inputs are such and such. Indices of
the others are then those of another question, however narrow their intervals. So it is said first when more than
TOLD are left out, and nothing is told of an outcome when more than WITHHELD are.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from sdmodel.analysis.samples import Samples
from sdmodel.analysis.sensitivity.given_data import FEWEST, indices, noise
from sdmodel.analysis.wording import joined, outcome_title, percent, plain_input
from sdmodel.runs.schema import OUTCOME, SCENARIO
from sdmodel.study.spec import Study

TOLD, WITHHELD = 0.05, 0.5
_STRONGEST, _NOTABLE, _ONE_WAY = 2, 0.02, 0.5
NEVER = (
    "A time that never comes is no number, and what it depends on cannot be told from the runs in which it comes. Ask "
    "for an outcome that every run has: an indicator, whether it comes (an auxiliary that is 1 while the condition "
    'holds, else 0, and reduce = "max"), or a censored time, at most up to the end of the run (reduce = "integral" of '
    "an auxiliary that is 1 until it comes)."
)


@dataclass(frozen=True)
class Loss:
    """Of the `units` (futures, blocks …) of an outcome so many have no number: it `failed`, or is `absent`.

    Absent is a value that is missing, or where `of_time` a time that never comes. `along` tells what failing goes with;
    empty where nothing failed.
    """

    title: str
    units: int
    failed: int
    absent: int
    of_time: bool = False
    along: str = ""

    @property
    def left(self) -> int:
        """How many have a number."""
        return self.units - self.failed - self.absent

    @property
    def mostly_failed(self) -> bool:
        """Whether too many failed for the others to speak for all."""
        return self.failed > WITHHELD * self.units

    @property
    def is_too_much(self) -> bool:
        """Whether too many lack a number, for either reason, or too few are left."""
        return self.left < self.units and self.left < self.needed

    @property
    def needed(self) -> int:
        """So many must have a number where others have none: half of them, and FEWEST."""
        return max(FEWEST, math.ceil((1.0 - WITHHELD) * self.units))

    def first(self, noun: str, *, withheld: bool) -> str:
        """What must be said before anything else of the outcome, as a sentence; empty when little is lost."""
        if withheld:
            return f"Nothing is told of {self.title}: {self.reason(noun)}, and {self.needed:,} must have a number."
        if self.failed + self.absent <= TOLD * self.units:
            return ""
        return f"Mind first that {self.reason(noun)}; what is told of {self.title} is of the other {self.left:,} alone."

    def reason(self, noun: str) -> str:
        """ "in 2,637 of 4,000 futures (66 %) cost failed (failing goes with low x3, 99 % of its variance)"."""
        absent = f"{self.title} never comes" if self.of_time else f"{self.title} has no value"
        whys = [
            f"in {count:,} of {self.units:,} {noun} ({percent(count / self.units)}) {why}"
            for count, why in ((self.failed, f"{self.title} failed"), (self.absent, absent))
            if count
        ]
        return f"{joined(whys)}{f' ({self.along})' if self.along else ''}"


def along(inputs: np.ndarray, names: Sequence[str], lost: np.ndarray) -> str:
    """What failing goes with: at most two of the `inputs` [future, input], by their share of the variance of `lost`.

    The share is a first-order index of failing or not; "low" or "high" where failing rises or falls throughout.
    """
    if min(lost.sum(), (~lost).sum()) < FEWEST:
        return ""
    found = indices(inputs, lost.astype(float)[:, None], resamples=0, seed=0)
    share, rank = found.first_order[0, 0], found.rank_correlation[0, 0]
    least = max(_NOTABLE, 2.0 * noise(len(lost)))
    order = [int(at) for at in np.argsort(-share, kind="stable")[:_STRONGEST] if share[at] > least]
    if not order:
        return "failing goes with no single input"
    part = float(lost.mean())
    most = 3.0 * part * (1.0 - part) * share  # the square of the rank correlation, were failing all on one side
    ways = np.where(rank**2 < _ONE_WAY * most, "", np.where(rank > 0, "high ", "low "))
    return f"failing goes with {joined([_input(f'{ways[at]}{plain_input(names[at])}', share[at]) for at in order])}"


def _input(name: str, share: float) -> str:
    return f"{name}, {percent(min(1.0, float(share)))} of its variance"


def told_of(lost: Mapping[str, Loss], names: Sequence[str], noun: str) -> tuple[list[str], list[str]]:
    """What must be said first, and of which of the `names` anything can be told then; in blocks or such."""
    out = {name for name, one in lost.items() if one.is_too_much}
    first = [lost[name].first(noun, withheld=name in out) for name in names if name in lost]
    return [words for words in first if words], [name for name in names if name not in out]


def caveats_of(losses: Iterable[Loss], noun: str) -> tuple[str, ...]:
    """Caveats: which outcomes lack numbers, the worst first, and what to ask instead of a time that never comes."""
    losers = sorted((one for one in losses if one.left < one.units), key=lambda one: one.left / one.units)
    reasons = joined([one.reason(noun) for one in losers[:3]])
    more = f"; so it is, less often, with {len(losers) - 3} outcomes more" if len(losers) > 3 else ""
    lost = f"Left out: {reasons}{more}." if losers else ""
    return (lost, NEVER if any(one.of_time and one.absent > TOLD * one.units for one in losers) else "")


def in_sample(study: Study, sample: Samples) -> list[list[Loss]]:
    """The losses of a given sample, [scenario][outcome]."""
    titles = [outcome_title(study.outcomes[name]) if name in study.outcomes else name for name in sample.outcome_names]
    return [
        [
            Loss(
                title=titles[at],
                units=len(rows),
                failed=int(lost.sum()),
                absent=int((~np.isfinite(numbers) & ~lost).sum()),
                of_time=is_time(study, sample.outcome_names[at]),
                along=_along(sample, rows, lost),
            )
            for at, (numbers, lost) in enumerate(zip(sample.results[rows].T, sample.lost[rows].T, strict=True))
        ]
        for rows in sample.rows
    ]


def is_time(study: Study, name: str) -> bool:
    """Whether the outcome is a time that may never come."""
    return name in study.outcomes and study.outcomes[name].reduce == "first"


def _along(sample: Samples, rows: np.ndarray, lost: np.ndarray) -> str:
    return along(sample.inputs[rows], sample.input_names, lost) if lost.any() else ""


def kept(results: np.ndarray, losses: Sequence[Loss]) -> np.ndarray:
    """`results` [future, outcome] of a scenario, without any number of an outcome that mostly failed."""
    return np.where([one.mostly_failed for one in losses], np.nan, results)


def columns(losses: Sequence[Sequence[Loss]], *, withheld: Sequence[Sequence[bool]]) -> dict[str, xr.Variable]:
    """Columns of a table with dims (outcome, scenario): failed, failing_with and withheld, from [scenario][outcome]."""
    by = (OUTCOME, SCENARIO)
    failed = np.array([[one.failed for one in part] for part in losses]).T
    with_what = np.array([[one.along for one in part] for part in losses], dtype=np.str_).T
    return {
        "failed": xr.Variable(by, failed, {"long_name": "of those dropped, how many failed"}),
        "failing_with": xr.Variable(by, with_what, {"long_name": "what failing goes with"}),
        "withheld": xr.Variable(by, np.array(withheld, dtype=bool).T, {"long_name": "not told, as too much is lost"}),
    }


def worst(losses: Sequence[Sequence[Loss]]) -> list[Loss]:
    """Of each outcome the scenario with the fewest numbers, from [scenario][outcome]."""
    return [min(each, key=lambda one: one.left) for each in zip(*losses, strict=True)]
