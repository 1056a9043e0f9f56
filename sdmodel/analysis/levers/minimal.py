"""Least intensities that meet a target → the finding "reassure": the table, and the sentence on what it takes.

Its table has these dims and variables; NaN stands for "out of reach".

    who      title, least, enough, reachable, met, steady            both alike, and each side alone
    cost     cost_title, cost_unit, cost_before, cost_before_median
    who cost cost_least, cost_median                                 at `least`; over futures at `enough`
    lever    lever_side, lever_near, lever_far;  who lever: lever_least
    limit    limit_least, limit_low, limit_median, limit_high, limit_enough, limit_reachable
    first    second_needed;  second: first_needed;  given: second_enough
    measure first second     surface, and measure_title, measure_unit
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.levers.crossing import Bools, Floats, in_share, quantiles
from sdmodel.analysis.wording import caveats, joined, number, outcome_title, scenario_title, share
from sdmodel.study.search.spec import Search, Target
from sdmodel.study.spec import Study

NAME = "reassure"
BAND = (0.05, 0.5, 0.95)
BOTH = "both"
Variables = dict[str, tuple[tuple[str, ...] | str, object]]


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
class Answer:
    """What the runs told: arrays by `who` (in the order of `asked`), futures, limits and costs.

    `least` [who], `per_future` [who, future], `steady` [who, future]; `met` [who]: the share of futures in which the
    target is met at the intensity that is enough; `costs_*` [(who,) cost]; `curve` [limit], `curve_futures`
    [limit, future]; `levers` [who, lever].
    """

    asked: tuple[str, ...]
    least: Floats
    least_steady: Bools
    per_future: Floats
    steady: Bools
    enough: Floats
    met: Floats
    cost_before: Floats
    cost_before_median: Floats
    cost_least: Floats
    cost_median: Floats
    levers: Floats
    near: Floats
    far: Floats
    limits: Floats
    curve: Floats
    curve_futures: Floats
    curve_steady: Bools
    runs: int
    failed: int


@dataclass(frozen=True)
class Lines:
    """What each side needs, given the other; `surface` [measure, first, second] has `measures` in the base run.

    `second_needed` [first], `first_needed` [second]; `second_enough` [given]: in the share of futures.
    """

    grid: Floats
    second_needed: Floats
    first_needed: Floats
    given: Floats
    second_enough: Floats
    measures: tuple[str, ...]
    surface: Floats


def minimal_finding(question: Question, answer: Answer, lines: Lines | None) -> Finding:
    """The finding "reassure"; see the docstring of the module for its table."""
    table = xr.Dataset(
        {**_of_who(question, answer), **_of_costs(question, answer), **_of_levers(question, answer)},
        attrs=_attributes(question, answer),
    )
    table = table.assign(_of_limits(answer, question.share)).assign_coords(limit=answer.limits)
    if lines is not None:
        table = table.assign(_of_lines(question, lines)).assign_coords(
            first=lines.grid, second=lines.grid, given=lines.given, measure=list(lines.measures)
        )
    table = table.assign_coords(
        who=list(answer.asked),
        cost=np.array(question.search.costs, dtype=np.str_),
        lever=[lever.name for lever in question.search.every_lever],
    )
    outcomes = [question.study.outcomes[one.outcome] for one in question.target.requires]
    outcomes += [question.study.outcomes[name] for name in question.search.costs]
    notes = caveats(question.study, outcomes, *_notes(question, answer))
    return Finding(NAME, table, _sentence(question, answer), notes)


def _of_who(question: Question, answer: Answer) -> Variables:
    return {
        "title": ("who", [question.title(who) for who in answer.asked]),
        "least": ("who", answer.least),
        "enough": ("who", answer.enough),
        "reachable": ("who", np.isfinite(answer.per_future).mean(axis=1)),
        "met": ("who", answer.met),
        "steady": ("who", answer.steady.mean(axis=1)),
    }


def _of_costs(question: Question, answer: Answer) -> Variables:
    outcomes = [question.study.outcomes[name] for name in question.search.costs]
    return {
        "cost_title": ("cost", np.array([outcome_title(one) for one in outcomes], dtype=np.str_)),
        "cost_unit": ("cost", np.array([one.unit for one in outcomes], dtype=np.str_)),
        "cost_before": ("cost", answer.cost_before),
        "cost_before_median": ("cost", answer.cost_before_median),
        "cost_least": (("who", "cost"), answer.cost_least),
        "cost_median": (("who", "cost"), answer.cost_median),
    }


def _of_levers(question: Question, answer: Answer) -> Variables:
    search = question.search
    owners = [side.title for side in search.sides for _ in side.levers] + [""] * len(search.levers)
    return {
        "lever_side": ("lever", np.array(owners, dtype=np.str_)),
        "lever_near": ("lever", answer.near),
        "lever_far": ("lever", answer.far),
        "lever_least": (("who", "lever"), answer.levers),
    }


def _of_limits(answer: Answer, wanted: float) -> Variables:
    bands = np.array([quantiles(row, BAND) for row in answer.curve_futures]).reshape(-1, len(BAND))
    reachable = np.isfinite(answer.curve_futures).mean(axis=1) if len(answer.limits) else np.empty(0)
    return {
        "limit_least": ("limit", answer.curve),
        **{f"limit_{name}": ("limit", bands[:, at]) for at, name in enumerate(("low", "median", "high"))},
        "limit_enough": ("limit", enough_of(answer.curve_futures, wanted)),
        "limit_reachable": ("limit", reachable),
    }


def _of_lines(question: Question, lines: Lines) -> Variables:
    outcomes = [question.study.outcomes[name] for name in lines.measures]
    return {
        "second_needed": ("first", lines.second_needed),
        "first_needed": ("second", lines.first_needed),
        "second_enough": ("given", lines.second_enough),
        "surface": (("measure", "first", "second"), lines.surface),
        "measure_title": ("measure", np.array([outcome_title(one) for one in outcomes], dtype=np.str_)),
        "measure_unit": ("measure", np.array([one.unit for one in outcomes], dtype=np.str_)),
    }


def _attributes(question: Question, answer: Answer) -> dict[str, object]:
    first = question.target.requires[0]
    return {
        "study": question.study.name,
        "search": question.search.name,
        "search_title": question.search.title,
        "target": question.target.name,
        "target_title": question.target.title,
        "requires": "; ".join(map(str, question.target.requires)),
        "limited": first.outcome,
        "limited_title": outcome_title(question.study.outcomes[first.outcome]),
        "limited_unit": question.study.outcomes[first.outcome].unit,
        "limited_by": first.sign,
        "bound": first.bound,
        "scenario": question.scenario,
        "scenario_title": scenario_title(question.study, question.scenario),
        "share": question.share,
        "futures": question.futures,
        "seed": question.seed,
        "sides": [side.title for side in question.search.sides],
        "runs": answer.runs,
        "failed": answer.failed,
    }


def _notes(question: Question, answer: Answer) -> list[str]:
    """What is known to weaken the numbers: crossings that are not the last, futures out of reach, failures."""
    notes = [f"{answer.failed:,} of {answer.runs:,} runs failed and count as not meeting the target."] * (
        answer.failed > 0
    )
    wavering = (~answer.steady).any(axis=0) | (~answer.curve_steady).any(axis=0)
    unsteady = int(wavering.sum())
    if unsteady or not answer.least_steady.all():
        where = f"{share(unsteady, answer.steady.shape[1])}" if unsteady and question.futures > 1 else "in the base run"
        notes.append(f"More is not always enough: {where} the target is met, missed and met again as intensity rises.")
    short = [
        who
        for who, met in zip(answer.asked, answer.met, strict=True)
        if np.isfinite(met) and met < question.share - 1e-9
    ]
    if short:
        titles = joined([question.title(who) for who in short])
        notes.append(f"{titles}: at what is named as enough fewer futures meet the target than asked.")
    if question.search.sides and question.search.levers:
        names = ", ".join(f'"{lever.name}"' for lever in question.search.levers)
        notes.append(f"What only both can do moves as far as the side that does less: {names}.")
    return notes


def _sentence(question: Question, answer: Answer) -> str:
    sums = [_sum(question, answer, place) for place in range(len(answer.asked))]
    head = f"{question.target.title}, from {scenario_title(question.study, question.scenario)}. {' '.join(sums)}"
    costs = _costs(question, answer)
    return f"{head} {costs}" if costs else head


def _sum(question: Question, answer: Answer, place: int) -> str:
    """What one of them needs, in the base run and in most futures."""
    title, least = question.title(answer.asked[place]), float(answer.least[place])
    said = "met without it" if least == 0 else f"{number(least)} meets it"
    said = f"{title}: {said if np.isfinite(least) else 'no intensity meets it'}"
    if question.futures < 2:
        return f"{said}."
    enough, reached = float(answer.enough[place]), int(np.isfinite(answer.per_future[place]).sum())
    most = f"{number(enough)} in {100 * question.share:g} % of futures; " if np.isfinite(enough) else ""
    return f"{said}; {most}{share(reached, question.futures)} there is an intensity that does."


def _costs(question: Question, answer: Answer) -> str:
    """What the least of the first row costs, in the base run."""
    if not question.search.costs or not np.isfinite(answer.least[0]):
        return ""
    outcome = question.study.outcomes[question.search.costs[0]]
    before, after = float(answer.cost_before[0]), float(answer.cost_least[0, 0])
    unit = outcome.unit
    return f"{outcome_title(outcome)} goes from {number(before)} to {number(after, unit)} with it."


def enough_of(per_future: Floats, wanted: float) -> Floats:
    """The least intensity [who] that is enough in the share `wanted` of futures, taken from those of each future."""
    return np.array([in_share(row, wanted) for row in per_future], dtype=np.float64)


def median_of(numbers: Sequence[float] | Floats) -> float:
    """The median of what is finite; NaN without any."""
    finite = np.asarray(numbers)[np.isfinite(numbers)]
    return float(np.median(finite)) if len(finite) else float("nan")
