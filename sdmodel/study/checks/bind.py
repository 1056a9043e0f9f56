"""Reality checks and a Model → the same checks in the model's own names, with every name, range and time checked."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Protocol

from sdmodel.model.model import FINAL_TIME, INITIAL_TIME, Model
from sdmodel.model.names import did_you_mean, key
from sdmodel.study.checks.spec import (
    Arithmetic,
    Check,
    CheckRun,
    Choice,
    Comparison,
    Course,
    Expectation,
    First,
    Part,
    Reading,
    Term,
    Throughout,
)
from sdmodel.study.inputs import number_of
from sdmodel.study.places import Location, Problem, shown_name
from sdmodel.study.spec import Study
from sdmodel.study.terms import Schedule, Setting
from sdmodel.study.within import Horizon


class BoundSettings(Protocol):
    """Settings in the model's own names; what is wrong with them is added to `problems`."""

    def __call__(
        self,
        model: Model,
        settings: Mapping[str, Setting],
        table: tuple[str, ...],
        horizon: Horizon,
        problems: list[Problem],
        /,
    ) -> dict[str, Setting]: ...


Drawn = Callable[[Model, str, set[str], tuple[str, ...], list[Problem]], str]
"""The model's spelling of a variable that has a course in time, as `bind` finds it."""


def bound_checks(
    study: Study, model: Model, follows: set[str], problems: list[Problem], settings: BoundSettings, drawn: Drawn
) -> dict[str, Check]:
    """The checks of `study`, bound; `follows` are the keys of constants to which scenarios give a course in time.

    What does not fit is added to `problems`: names, settings outside limits, times outside the run that names them.
    """
    return {
        name: _bound(study, model, check, follows, problems, settings, drawn) for name, check in study.checks.items()
    }


def _bound(
    study: Study,
    model: Model,
    check: Check,
    follows: set[str],
    problems: list[Problem],
    settings: BoundSettings,
    drawn: Drawn,
) -> Check:
    place = ("checks", check.name)
    horizons = {run: _horizon(study, model, one) for run, one in check.runs.items()}
    runs = {
        run: replace(one, settings=settings(model, one.settings, (*place, "runs", run), horizons[run], problems))
        for run, one in check.runs.items()
    }
    courses = [name for one in runs.values() for name, set_to in one.settings.items() if isinstance(set_to, Schedule)]
    follows = follows.union(map(key, courses))
    expect = []
    for number, expectation in enumerate(check.expect, start=1):
        where = (*place, "expect", f"item {number}")
        alone = replace(check, expect=(expectation,))
        names = {name: drawn(model, name, follows, where, problems) for name in alone.variables}
        problems += _outside(alone, horizons, where)
        expect.append(Expectation(expectation.text, tuple(_part(part, names) for part in expectation.parts)))
    unknown = [name for name in check.claims if study.claims and name not in study.claims]
    problems += [
        ((*place, "claims"), f'the table of claims has no "{shown_name(name)}".{did_you_mean(name, study.claims)}')
        for name in unknown
    ]
    draw = [drawn(model, name, follows, (*place, "draw"), problems) for name in check.draw]
    return replace(check, runs=runs, expect=tuple(expect), draw=tuple(dict.fromkeys(draw)))


def _horizon(study: Study, model: Model, run: CheckRun) -> Horizon:
    """The times of one run of a check, whose scenario, overlays and settings may set its controls."""
    layers = [study.scenarios[run.scenario or study.baseline].settings]
    layers += [*(study.overlays[name].settings for name in run.overlays), run.settings]
    ends = {key(name): number_of(model, name) for name in (INITIAL_TIME, FINAL_TIME)}
    for layer in layers:
        ends |= {key(name): one for name, one in layer.items() if key(name) in ends and not isinstance(one, Schedule)}
    return Horizon(*ends.values())


def _outside(check: Check, horizons: Mapping[str, Horizon], where: Location) -> list[Problem]:
    """Times that a run does not reach."""
    readings = [node for node in check.nodes() if isinstance(node, Reading) and node.time is not None]
    found = {
        f'at {one.time:g}, run "{one.run}": {words}'
        for one in readings
        if one.time is not None and (words := horizons[one.run].outside(one.time))
    }
    return [(where, words) for words in sorted(found)]


def _part(part: Part, names: Mapping[str, str]) -> Part:
    if isinstance(part, Throughout):
        return replace(part, comparisons=tuple(_comparison(one, names) for one in part.comparisons))
    return _comparison(part, names)


def _comparison(one: Comparison, names: Mapping[str, str]) -> Comparison:
    return replace(one, left=_term(one.left, names), right=_term(one.right, names))


def _term(term: Term, names: Mapping[str, str]) -> Term:
    """`term` with the names of variables replaced."""
    if isinstance(term, Course):
        return Course(names[term.name])
    if isinstance(term, Arithmetic):
        return replace(term, left=_term(term.left, names), right=_term(term.right, names))
    if isinstance(term, Reading):
        return replace(term, of=_term(term.of, names))
    if isinstance(term, First):
        return replace(term, when=_comparison(term.when, names))
    if isinstance(term, Choice):
        return replace(term, parts=tuple(_term(part, names) for part in term.parts))
    return term
