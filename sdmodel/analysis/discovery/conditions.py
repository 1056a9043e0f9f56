"""Runs of a scenario → in which futures it fails: the conditions in words, with all numbers behind them."""

from collections.abc import Sequence

import xarray as xr

from sdmodel.analysis.correlated import correlation_caveat
from sdmodel.analysis.discovery.box_chance import MOST
from sdmodel.analysis.discovery.box_search import Rule
from sdmodel.analysis.discovery.box_table import Told, conditions, table
from sdmodel.analysis.discovery.cart import boxes_by_cart
from sdmodel.analysis.discovery.cases import Cases, cases
from sdmodel.analysis.discovery.prim import FEWEST, RULE, boxes_by_prim
from sdmodel.analysis.discovery.second_look import denser, few, support
from sdmodel.analysis.failing import Failing, Term
from sdmodel.analysis.finding import Finding
from sdmodel.analysis.wording import (
    caveats,
    counted,
    joined,
    outcome_title,
    percent,
    plain_input,
    quoted_title,
    scenario_title,
    share,
)
from sdmodel.errors import RunsError
from sdmodel.study.spec import Study

NAME = "discovery"
METHODS = ("prim", "cart")
_TOGETHER = "A condition on one of them may stand for the other: a box tells where, not why"
_MODEL = (
    "A box tells where the model fails within the ranges of the study; shares count its futures, not chances of the "
    "world."
)


def discover(
    study: Study,
    runs: xr.Dataset,
    failing: Failing,
    scenario: str = "",
    *,
    method: str = "prim",
    step: int | None = None,
    boxes: int = 1,
    rule: Rule = RULE,
    resamples: int = 50,
    seed: int = 0,
) -> Finding:
    """The finding "discovery": boxes of inputs in which `scenario` (default: the baseline) fails.

    Dims (box, input): condition (words), low, high, quasi_p (and _low, _high), significant, frequency (share of
    bootstrap samples that restrict it), low_limit, high_limit (5 % and 95 % of the limit over these). Dim (box):
    coverage, density, mass, and what chance and resampling say. Dims (box, step): the path of PRIM.

    Raises:
        RunsError: no such scenario, outcome or box; no input varies.
        ExperimentError: the method needs an extra that is not installed.
    """
    found = cases(study, runs, scenario, failing)
    if method not in METHODS:
        raise RunsError(f'there is no method "{method}" of discovery: it is {" or ".join(METHODS)}.')
    attrs: dict[str, object] = {"study": study.name, "method": method, "scenario": found.scenario}
    attrs["scenario_title"] = scenario_title(study, found.scenario)
    attrs |= {"fails": failing.text, "total": len(found.fails), "failures": int(found.fails.sum())}
    attrs |= {"lost": found.lost, "seed": seed, "alpha": rule.alpha}
    attrs |= {"least_mass": rule.support(len(found.fails), int(found.fails.sum()))}
    if method == "cart":
        grown = boxes_by_cart(found, seed=seed)
        told = grown.told if step is None else _leaf(grown.told, step)
        attrs |= {"depth": grown.depth, "skill": grown.skill}
    else:
        told = boxes_by_prim(found, rule=rule, step=step, boxes=boxes, resamples=resamples, seed=seed)
        attrs |= {"least_coverage": rule.coverage, "resamples": resamples}
    told_table = table(found, told, attrs)
    own = (
        _MODEL,
        _lost(found),
        few(found),
        _few(found, method),
        correlation_caveat(found.names, found.inputs, _TOGETHER),
        *_beside(found, told, method, rule, step, seed),
    )
    asked = [study.outcomes[term.outcome] for term in failing.terms]
    return Finding(NAME, told_table, _sentence(study, found, failing, told), caveats(study, asked, *own))


def _beside(
    found: Cases, told: Sequence[Told], method: str, rule: Rule, step: int | None, seed: int
) -> tuple[str, ...]:
    """How small a box may be, and what the other method finds; nothing where no box is told."""
    if not told:
        return ()
    return support(found, method, rule), denser(found, told, method, rule, seed) if step is None else ""


def _leaf(told: Sequence[Told], number: int) -> list[Told]:
    if not 1 <= number <= len(told):
        raise RunsError(
            f"there is no box {number}: the tree has {len(told)} in which failures are denser than on the whole."
        )
    return [told[number - 1]]


def _sentence(study: Study, found: Cases, failing: Failing, told: Sequence[Told]) -> str:
    """How often it fails, and where."""
    total, failures = len(found.fails), int(found.fails.sum())
    lead = f'Under {quoted_title(study, found.scenario)}, "{_failing(study, failing)}" holds {share(failures, total)}.'
    fewer = min(failures, total - failures)
    if not fewer:
        return f"{lead} So there is nothing to set apart."
    if fewer < FEWEST:
        which, be = "it holds" if failures == fewer else "it does not hold", "is" if fewer == 1 else "are"
        few = f"There {be} {counted(fewer, 'future')} in which {which}"
        return f"{lead} {few}: too few to tell what sets {'it' if fewer == 1 else 'them'} apart."
    if not told:
        return f"{lead} No tree foretells it better than its share alone: nothing sets these futures apart."
    if not any(one.stands for one in told):
        return (
            f"{lead} No condition sets these futures apart: the densest box found "
            f"({joined(conditions(told[0].box, found)) or 'everything'}) is no clearer than boxes in shuffled futures."
        )
    boxes = [_box(found, one, number) for number, one in enumerate(told)]
    return " ".join([f"{lead.rstrip('.')}, {boxes[0]}", *boxes[1:]])


def _failing(study: Study, failing: Failing) -> str:
    """What failing is, with the titles of outcomes: "First year of both pillars > 2045"."""

    def told(term: Term) -> str:
        title = outcome_title(study.outcomes[term.outcome])
        return f"{f'regret in {title}' if term.regret else title} {term.limit[0]} {term.limit[1]:g}"

    return " or ".join(" and ".join(map(told, group)) for group in failing.groups)


def _box(found: Cases, one: Told, number: int) -> str:
    """ "most where x is above 3: there in 80 % of 100 futures, which are 65 % of all in which it holds." """
    lead = "most" if number == 0 else "Of what is left, it holds most" if one.step >= 0 else "It also holds"
    again = one.again.density if number == 0 else 0.0
    rest = f" (in futures not used to find it: {percent(again)})" if again > 0 else ""
    return (
        f"{lead} where {joined(conditions(one.box, found)) or 'anything is'}: there "
        f"{share(one.worth.failures, one.worth.futures)}{rest}, which are "
        f"{percent(one.worth.coverage)} of all in which it holds.{_loose(found, one)}"
    )


def _loose(found: Cases, one: Told) -> str:
    """Which of its inputs fewer than half of the resamples restrict, too."""
    often = one.again.frequency(len(found.names))
    names = [plain_input(found.names[place]) for place in one.box.restricted if often[place] < 0.5]
    if not one.again.boxes or not names:
        return ""
    verb = "is a condition" if len(names) == 1 else "are conditions"
    return f" Less firm: {joined(names)} {verb} in fewer than half of the resamples."


def _lost(found: Cases) -> str:
    be = "is" if found.lost == 1 else "are"
    told = f"{counted(found.lost, 'future')} without an answer {be} left out: runs that failed, or a regret of one."
    return told if found.lost else ""


def _few(found: Cases, method: str) -> str:
    if method == "prim" and len(found.fails) > MOST:
        return f"Chance and limits were judged on {MOST:,} futures drawn from {len(found.fails):,}, which is strict."
    return ""
