"""Least intensities that meet a target → the finding "reassure": its table. Its words are in `minimal_words`.

Its table has these dims and variables; NaN stands for "out of reach". A share is one of futures; what serves a share is
the least intensity at which so many futures meet the target at once.

    who      title, least, enough, reachable, best, best_at, served, met, steady     both alike, and each side alone
             least: in the base run; enough: serves the share asked; reachable: share with some intensity of its own
             best, best_at: the greatest share, and the least intensity with it; served: `enough`, else `best_at`
             met: the share that meets it at `served`, by runs there; steady: in which more never hurts
    cost     cost_title, cost_unit, cost_before;  cost_before_low, _median, _high: over futures
    who cost cost_least: base run, at `least`;  cost_low, _median, _high: over futures, at `served`
    lever    lever_side, lever_near, lever_far;  who lever: lever_least
    limit    limit_least: base run;  limit_low, limit_median, limit_high, limit_enough: serve 5, 50, 95 % and the share
             limit_reachable, limit_best, limit_best_at
    who intensity        share_met: the share that meets it;  who step: along_met, the same at fewer intensities
    who step cost        along_low, along_median, along_high: over futures
    first, second        second_needed, first_needed: base run
    given                second_enough, first_enough: serve the share
    first second         share_map: the share that meets it;  () sides_steady: in the base run more never hurts there
    measure first second surface, and measure_title, measure_unit: base run
"""

import numpy as np
import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.levers.crossing import Floats
from sdmodel.analysis.levers.minimal_parts import BAND, Answer, Costs, Levers, Lines, Question
from sdmodel.analysis.levers.minimal_words import notes_of, sentence_of
from sdmodel.analysis.wording import caveats, outcome_title, scenario_title

NAME = "reassure"
_ENDS = ("low", "median", "high")
_INTENSITIES = 101
Variables = dict[str, tuple[tuple[str, ...] | str, object]]


def minimal_finding(question: Question, answer: Answer, lines: Lines | None) -> Finding:
    """The finding "reassure"; see the docstring of the module for its table."""
    table = xr.Dataset(
        {
            **_of_who(question, answer),
            **_of_costs(question, answer.costs),
            **_of_levers(question, answer.levers),
            **_of_limits(question, answer),
        },
        attrs=_attributes(question, answer),
    )
    if lines is not None:
        table = table.assign(_of_lines(question, lines)).assign_coords(
            first=lines.grid, second=lines.grid, given=lines.given, measure=list(lines.measures)
        )
    table = table.assign_coords(
        who=list(answer.asked),
        cost=np.array(question.search.costs, dtype=np.str_),
        lever=[lever.name for lever in question.search.every_lever],
        limit=answer.limits,
        intensity=_intensities(),
        step=answer.costs.steps,
    )
    outcomes = [question.study.outcomes[one.outcome] for one in question.target.requires]
    outcomes += [question.study.outcomes[name] for name in question.search.costs]
    notes = caveats(question.study, outcomes, *notes_of(question, answer, lines))
    return Finding(NAME, table, sentence_of(question, answer), notes)


def _intensities() -> Floats:
    return np.linspace(0.0, 1.0, _INTENSITIES)


def _of_who(question: Question, answer: Answer) -> Variables:
    best = [one.share.best() for one in answer.futures]
    return {
        "title": ("who", [question.title(who) for who in answer.asked]),
        "least": ("who", [float(one.least[0]) for one in answer.base]),
        "enough": ("who", [one.share.least(question.share) for one in answer.futures]),
        "reachable": ("who", [one.reachable for one in answer.futures]),
        "best": ("who", [share for share, _ in best]),
        "best_at": ("who", [x for _, x in best]),
        "served": ("who", answer.served),
        "met": ("who", answer.met),
        "steady": ("who", [1 - float(one.ceases.mean()) for one in answer.futures]),
        "share_met": (("who", "intensity"), np.stack([one.share.at(_intensities()) for one in answer.futures])),
        "along_met": (("who", "step"), np.stack([one.share.at(answer.costs.steps) for one in answer.futures])),
    }


def _of_costs(question: Question, costs: Costs) -> Variables:
    outcomes = [question.study.outcomes[name] for name in question.search.costs]
    found: Variables = {
        "cost_title": ("cost", np.array([outcome_title(one) for one in outcomes], dtype=np.str_)),
        "cost_unit": ("cost", np.array([one.unit for one in outcomes], dtype=np.str_)),
        "cost_before": ("cost", costs.before),
        "cost_least": (("who", "cost"), costs.least),
    }
    for place, end in enumerate(_ENDS):
        found[f"cost_before_{end}"] = ("cost", costs.along[place, 0, 0])
        found[f"cost_{end}"] = (("who", "cost"), costs.served[place])
        found[f"along_{end}"] = (("who", "step", "cost"), costs.along[place])
    return found


def _of_levers(question: Question, levers: Levers) -> Variables:
    search = question.search
    owners = [side.title for side in search.sides for _ in side.levers] + [""] * len(search.levers)
    return {
        "lever_side": ("lever", np.array(owners, dtype=np.str_)),
        "lever_near": ("lever", levers.near),
        "lever_far": ("lever", levers.far),
        "lever_least": (("who", "lever"), levers.least),
    }


def _of_limits(question: Question, answer: Answer) -> Variables:
    wanted = {**dict(zip(_ENDS, BAND, strict=True)), "enough": question.share}
    best = [one.share.best() for one in answer.future_limits]
    columns = {
        "least": [float(one.least[0]) for one in answer.base_limits],
        **{name: [one.share.least(share) for one in answer.future_limits] for name, share in wanted.items()},
        "reachable": [one.reachable for one in answer.future_limits],
        "best": [share for share, _ in best],
        "best_at": [x for _, x in best],
    }
    return {f"limit_{name}": ("limit", np.array(values, dtype=np.float64)) for name, values in columns.items()}


def _of_lines(question: Question, lines: Lines) -> Variables:
    outcomes = [question.study.outcomes[name] for name in lines.measures]
    return {
        "second_needed": ("first", lines.second_needed),
        "first_needed": ("second", lines.first_needed),
        "second_enough": ("given", lines.second_enough),
        "first_enough": ("given", lines.first_enough),
        "share_map": (("first", "second"), lines.shares),
        "sides_steady": ((), not lines.ceases[0]),
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
