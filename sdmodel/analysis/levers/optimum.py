"""Points that a search found best → the finding "optimum": what the levers are set to, and what that brings.

solution lever      setting                  (one solution, or a front of them; none where nothing is allowed)
solution outcome    value                    at these settings; mean over futures where some were drawn
lever               low, high, before
outcome             title, unit, of_time (a moment), role, value_before
solution            met                      share of futures in which all conditions hold (base run: 0 or 1)
generation          history                  the least objective so far; of a front its hypervolume: the share that it
                                             dominates of the box between best and worst of each objective
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.levers.crossing import Floats
from sdmodel.analysis.levers.minimisers import STEADY, Found, latest, rise
from sdmodel.analysis.wording import (
    caveats,
    counted,
    joined,
    number,
    outcome_title,
    percent,
    quoted_title,
    scenario_title,
)
from sdmodel.study.search.spec import Requirement
from sdmodel.study.spec import Study
from sdmodel.study.terms import Outcome

NAME = "optimum"
_TOLD = 6  # settings that the sentence lists


@dataclass(frozen=True)
class Range:
    """A lever and the values between which it may be set; `before` is what the scenario sets."""

    lever: str
    low: float
    high: float
    before: float


@dataclass(frozen=True)
class Wanted:
    """What is sought: `senses` maps each objective to "minimise" or "maximise"; all of `requires` must hold."""

    study: Study
    scenario: str
    senses: Mapping[str, str]
    requires: tuple[Requirement, ...]
    ranges: tuple[Range, ...]
    futures: int
    share: float
    seed: int

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Objectives, then the outcomes of conditions."""
        return tuple(dict.fromkeys((*self.senses, *(one.outcome for one in self.requires))))


def optimum_finding(
    wanted: Wanted, found: Found, settings: Floats, values: Floats, met: Floats, before: Floats
) -> Finding:
    """The finding "optimum": `settings` [solution, lever], `values` [solution, outcome], `met` [solution],
    `before` [outcome]; see the docstring of the module for its table.
    """  # fmt: skip
    asked = [wanted.study.outcomes[name] for name in wanted.outcomes]
    table = xr.Dataset(
        {
            "setting": (("solution", "lever"), settings),
            "value": (("solution", "outcome"), values),
            "met": ("solution", met),
            "low": ("lever", [one.low for one in wanted.ranges]),
            "high": ("lever", [one.high for one in wanted.ranges]),
            "before": ("lever", [one.before for one in wanted.ranges]),
            "title": ("outcome", np.array([outcome_title(one) for one in asked], dtype=np.str_)),
            "unit": ("outcome", np.array([one.unit for one in asked], dtype=np.str_)),
            "of_time": ("outcome", [one.reduce == "first" for one in asked]),
            "role": ("outcome", [wanted.senses.get(name, "subject to") for name in wanted.outcomes]),
            "value_before": ("outcome", before),
            "history": ("generation", _in_sense(wanted, found.history)),
        },
        coords={
            "solution": np.arange(len(settings)),
            "lever": [one.lever for one in wanted.ranges],
            "outcome": list(wanted.outcomes),
            "generation": np.arange(len(found.history)),
        },
        attrs={
            "study": wanted.study.name,
            "scenario": wanted.scenario,
            "scenario_title": scenario_title(wanted.study, wanted.scenario),
            "subject_to": "; ".join(map(str, wanted.requires)),
            "futures": wanted.futures,
            "share": wanted.share,
            "seed": wanted.seed,
            "evaluations": found.evaluations,
        },
    )
    return Finding(NAME, table, _sentence(wanted, table), caveats(wanted.study, asked, *_notes(wanted, found)))


def _in_sense(wanted: Wanted, history: Floats) -> Floats:
    return -history if list(wanted.senses.values()) == ["maximise"] else history


def _notes(wanted: Wanted, found: Found) -> list[str]:
    if not len(found.points):
        return [
            "The search is by chance: that no setting keeps to it is not proven; try other seeds, or a wider limit."
        ]
    notes = ["The search is by chance: a better setting may exist; other seeds show how far they agree."]
    if len(wanted.senses) == 1 and not found.converged:
        notes.append("The search ended before its population agreed: more --generations may find better.")
    if len(wanted.senses) > 1:
        notes.append(_settled(found))
    if wanted.futures > 1:
        notes.append(f"Objectives are means over {wanted.futures:,} futures; conditions hold in the share asked for.")
    return notes


def _settled(found: Found) -> str:
    """Whether the front still rose when the search ended."""
    if len(found.history) < 2:
        return "One generation alone does not tell whether the front has settled: more --generations do."
    rose, over = percent(rise(found.history)), counted(latest(found.history), "generation")
    if found.converged:
        return (
            f"The hypervolume of the front rose by {rose} over the last {over}, no more than {percent(STEADY)}: it has "
            "settled."
        )
    return (
        f"The hypervolume of the front still rose, by {rose} over the last {over}: more --generations may find better."
    )


def _sentence(wanted: Wanted, table: xr.Dataset) -> str:
    under = f" under {'; '.join(map(str, wanted.requires))}" if wanted.requires else ""
    where = quoted_title(wanted.study, wanted.scenario)
    if not table.sizes["solution"]:
        kept = "; ".join(map(str, wanted.requires)) or "what is computable: every run failed"
        return f"No setting of {counted(len(wanted.ranges), 'lever')} that was tried, from {where}, keeps to {kept}."
    asked = [wanted.study.outcomes[name] for name in wanted.senses]
    if len(asked) > 1:
        ends = [f"{outcome_title(one)} {_span(table, one)}" for one in asked]
        return (
            f"From {where}{under}, {table.sizes['solution']} settings that nothing found beats in all: {joined(ends)}."
        )
    [outcome] = asked
    word = "least" if wanted.senses[outcome.name] == "minimise" else "greatest"
    best, before = (
        _number(outcome, float(table[name].sel(outcome=outcome.name).values.ravel()[0]))
        for name in ("value", "value_before")
    )
    settings = _settings(table)
    return f"{outcome_title(outcome)} is {word}, {best} instead of {before}, from {where}{under}, with {settings}."


def _settings(table: xr.Dataset) -> str:
    """The settings of the first solution, those first that moved most of their range."""
    first, span = table["setting"].values[0], table["high"].values - table["low"].values
    order = np.argsort(-np.abs(first - table["before"].values) / span, kind="stable")
    names = table["lever"].values
    told = [f"{names[at]} {number(float(first[at]))}" for at in order[:_TOLD]]
    left = len(names) - len(told)
    return joined([*told, f"{left} more"]) if left else joined(told)


def _span(table: xr.Dataset, outcome: Outcome) -> str:
    values = table["value"].sel(outcome=outcome.name).values
    return f"{_number(outcome, float(min(values)))} to {_number(outcome, float(max(values)))}"


def _number(outcome: Outcome, value: float) -> str:
    of_time = outcome.reduce == "first"
    return number(value, "" if of_time else outcome.unit, of_time=of_time)
