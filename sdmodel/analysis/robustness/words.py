"""Verdicts on which scenario is robust → the sentence of the finding "robustness"."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from sdmodel.analysis.payoffs import THEORY
from sdmodel.analysis.robustness.regret import PERCENT
from sdmodel.analysis.wording import joined, number, percent
from sdmodel.runs.schema import OUTCOME, SCENARIO

DECIDED = 0.95
"""A ranking is decided when the same scenario wins in so many of the resamples."""


@dataclass(frozen=True)
class Verdict:
    """The scenarios that are `best` by a criterion (more than one when equal), by their places.

    `worst` is the value of the best under the theory worst for it, `every` that of each scenario (less being better);
    `decided` the share of resamples in which the first of them is best again.
    """

    criterion: str
    outcome: str
    best: tuple[int, ...]
    worst: float
    decided: float
    every: np.ndarray


def sentence(table: xr.Dataset, verdicts: Sequence[Verdict]) -> str:
    """Which scenario has the least regret in each outcome, and which keeps to all limits most often."""
    theories = table.sizes[THEORY]
    under = f" under the worst of {theories} theories" if theories > 1 else ""
    told = [_of(table, one, under) for one in verdicts if one.criterion in ("high_regret", "satisficing")]
    return " ".join(told)


def _of(table: xr.Dataset, one: Verdict, under: str) -> str:
    names = joined([f'"{table["title"].values[place]}"' for place in one.best])
    firm = _firm(one)
    if one.criterion == "satisficing":
        if one.worst == 0:
            return "No scenario keeps to all acceptable limits in any future" + (f"{under}." if under else ".")
        kept = f"in {percent(one.worst)} of the futures{under}{firm}"
        return f"All acceptable limits are kept most often by {names}: {kept}."
    row = table.sel({OUTCOME: one.outcome})
    title, unit = str(row["outcome_title"].values), str(row["units"].values)
    most = f"at most {number(one.worst, unit)}" if np.isfinite(one.worst) else "without a bound"
    most = "none" if one.worst == 0 else most
    if len(one.best) == table.sizes[SCENARIO]:
        return f"In {title[:1].lower()}{title[1:]} all scenarios have the same regret: {most}."
    lead = f"In {title[:1].lower()}{title[1:]} {names} {_has(one)} least regret"
    return f"{lead}: {most} in {PERCENT} % of the futures{under}{firm}."


def _has(one: Verdict) -> str:
    return "has" if len(one.best) == 1 else "have"


def _firm(one: Verdict) -> str:
    """How firm the choice is."""
    if not np.isfinite(one.decided) or len(one.best) > 1:
        return ""
    share = f"first in {percent(one.decided)} of resamples"
    return f" ({share})" if one.decided >= DECIDED else f" (not decided: {share} only)"
