"""A search and a target → the finding "reassure": the least intensity of the levers that meets the target.

In the base run and in a share of drawn futures; by both sides alike, by one side alone, by each side given what the
other does; against each limit of the target.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.levers.crossing import Floats
from sdmodel.analysis.levers.minimal import minimal_finding
from sdmodel.analysis.levers.minimal_parts import BAND, Answer, Costs, Levers, Question
from sdmodel.analysis.levers.shares import Reach
from sdmodel.analysis.wording import outcome_title
from sdmodel.design.asked import chosen_of
from sdmodel.design.moved import Ground, ground
from sdmodel.errors import ExperimentError, StudyError
from sdmodel.model.model import Model
from sdmodel.pipeline.drawn import futures_of, with_origin
from sdmodel.pipeline.levers.asking import Asking, asked_outcomes, held
from sdmodel.pipeline.levers.given import given_the_other
from sdmodel.pipeline.levers.seeking import Paths, Requirements, Seeker, Steps, moved_levers
from sdmodel.pipeline.progress import Progress
from sdmodel.study.search.spec import Lever, Requirement, Search, Target
from sdmodel.study.search.targets import requirement_of
from sdmodel.study.spec import Study

FUTURES, MOST_FUTURES = 500, 100_000
_BASE = Steps(33, 22, looks=12)  # 2^-27 of the way of a lever
_FUTURES = Steps(17, 14, looks=5)  # 2^-18
_STAGES = ("Base run", "Futures", "Limits")
_AT = {"<=": "at most", "<": "below", ">=": "at least", ">": "above"}


def reassure(
    study: Study,
    model: Model,
    *,
    search: str | None = None,
    target: str | None = None,
    scenario: str | None = None,
    side: str = "both",
    share: float | None = None,
    futures: int = FUTURES,
    seed: int | None = None,
    sample: Path | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Finding:
    """The least intensity of the levers of `search` that meets `target`; `study` is bound to `model`.

    Default: the first search of the study, its own target and first scenario. `target` names one of the study, or is a
    condition on an outcome such as "peak <= 0.1". `side` narrows it to one of the sides;
    `share` (None: the search's own) is the share of `futures`, drawn from `seed` (None: the study's), in which the
    target should be met; where there is a file `sample` of a posterior, they are drawn from that.
    See `analysis.levers.minimal` for the table of the finding.

    Raises:
        StudyError: the study has no search, or no target where none is written.
        ExperimentError: a search, target, scenario or side that is unknown, a condition that cannot be read, a share or
            a number of futures that cannot be.
    """
    question = _question(study, search, target, scenario, share, futures, seed, sampled=sample is not None)
    who = _who(question, side)
    names = asked_outcomes(study, *(one.outcome for one in question.target.requires), *question.search.costs)
    asking = Asking(study, model, names, question.seed, threads, progress)
    base = Seeker(asking, question.search, _ground(question, model, None))
    many_drawn = question.futures > 1 or sample is not None
    drawn = futures_of(study, model, futures, seed=question.seed, sample=sample) if many_drawn else None
    many = base if drawn is None else replace(base, ground=_ground(question, model, drawn))
    lines = given_the_other(question, base, many, _BASE) if side == "both" and question.search.sides else None
    answer = _answer(question, who, base, many)
    return with_origin(minimal_finding(question, answer, lines), study, model, sample, [question.scenario])


def _question(
    study: Study,
    search: str | None,
    target: str | None,
    scenario: str | None,
    share: float | None,
    futures: int,
    seed: int | None,
    *,
    sampled: bool,
) -> Question:
    found = chosen_search(study, search)
    [where] = chosen_of("scenario", [scenario or found.scenarios[0]], study.scenarios)
    share = found.share if share is None else share
    if not 0 < share <= 1:
        raise ExperimentError(f"--share {share:g}: must be above 0 and at most 1.")
    if not 0 <= futures <= MOST_FUTURES:
        raise ExperimentError(f"--futures {futures}: the search can be made in 0 to {MOST_FUTURES:,} futures.")
    count = futures if futures and (study.uncertainties or sampled) else 1
    own_seed = study.seed if seed is None else seed
    return Question(study, found, _target(study, target or found.target), where, share, count, own_seed)


def _target(study: Study, wanted: str) -> Target:
    """The target of that name, the first where none is asked for, or the condition that is written instead."""
    known = study.searches.targets
    if wanted not in known and any(sign in wanted for sign in "<>="):
        return _condition(study, wanted)
    if not known:
        raise StudyError(
            f"{study.path.name}: the study has no target; a table [targets.NAME] makes one, "
            'or a condition such as --target "OUTCOME <= NUMBER".'
        )
    [name] = chosen_of("target", [wanted or next(iter(known))], known)
    return known[name]


def _condition(study: Study, text: str) -> Target:
    """ "peak <= 0.1" as a target of its own."""
    try:
        one = requirement_of(text)
    except ValueError as problem:
        raise ExperimentError(f'--target "{text}": {problem}.') from None
    [name] = chosen_of("outcome", [one.outcome], study.outcomes)
    title = f"{outcome_title(study.outcomes[name])} {_AT[one.sign]} {one.bound:g}"
    return Target(text, title, (Requirement(name, one.sign, one.bound),))


def chosen_search(study: Study, name: str | None) -> Search:
    """The search of that name, or the first one.

    Raises:
        StudyError: the study has none.
        ExperimentError: it has none of that name.
    """
    known = study.searches.search
    if not known:
        raise StudyError(f"{study.path.name}: the study names no levers to move; a table [search.NAME] does.")
    [own] = chosen_of("search", [name or next(iter(known))], known)
    return known[own]


def _who(question: Question, side: str) -> list[str]:
    if side == "both":
        return question.who
    if not question.search.sides:
        raise ExperimentError(f'--side {side}: the search "{question.search.name}" has no sides.')
    return chosen_of("side", [side], [one.name for one in question.search.sides])


def _ground(question: Question, model: Model, futures: xr.Dataset | None) -> Ground:
    names = [lever.name for lever in question.search.every_lever]
    at_once, in_time = (names, []) if question.search.begin is None else ([], names)
    return ground(question.study, model, question.scenario, futures, constants=at_once, ramps=in_time)


def _directions(question: Question, who: Sequence[str]) -> Paths:
    """From nothing on, both alike or one side alone."""
    sides = [one.name for one in question.search.sides] or question.who
    step = np.array([[1.0 if name in (side, question.who[0]) else 0.0 for side in sides] for name in who])
    return Paths(np.zeros_like(step), step)


def _limited(target: Target) -> list[Requirements]:
    """The requirements with each limit in place of the first bound."""
    first, *rest = target.requires
    return [(replace(first, bound=limit), *rest) for limit in target.limits]


def _answer(question: Question, who: Sequence[str], base: Seeker, many: Seeker) -> Answer:
    sets, paths = [question.target.requires], _directions(question, who)
    found, _ = base.reaches(paths, sets, _BASE, _STAGES[0])
    steps = _BASE if many is base else _FUTURES
    each, numbers = many.reaches(paths, sets, steps, _STAGES[1])
    own, futures = tuple(one for [one] in found), tuple(one for [one] in each)
    least = np.array([one.least[0] for one in own])
    served = np.array([_served(one, question.share) for one in futures])
    met, costs = _at(question, many, paths, served)
    limits, future_limits = _by_limits(question, who[:1], base, many)
    return Answer(
        asked=tuple(who),
        base=own,
        futures=futures,
        served=served,
        met=met,
        costs=Costs(
            before=_costs(question.search, base, np.zeros((1, paths.step.shape[1])))[0],
            least=np.stack([_costs(question.search, base, one)[0] for one in paths.along(least)]),
            served=costs,
            steps=steps.grid,
            along=_bands(question.search, numbers, over=1),
        ),
        levers=_levers(base, paths, least),
        limits=np.array(question.target.limits, dtype=float),
        base_limits=limits,
        future_limits=future_limits,
        gaps=(_BASE.gap, steps.gap),
        runs=base.asking.count.runs,
        failed=base.asking.count.failed,
    )


def _served(reach: Reach, share: float) -> float:
    """The least intensity that is enough in that share of futures, or in the largest share that there is."""
    enough = reach.share.least(share)
    return enough if np.isfinite(enough) else reach.share.best()[1]


def _by_limits(
    question: Question, who: Sequence[str], base: Seeker, many: Seeker
) -> tuple[tuple[Reach, ...], tuple[Reach, ...]]:
    """Where the first of `who` meets the target by each limit: in the base run, in futures."""
    if not question.target.limits:
        return (), ()
    sets, paths = _limited(question.target), _directions(question, who)
    [found], _ = base.reaches(paths, sets, _BASE, _STAGES[2])
    if many is base:
        return tuple(found), tuple(found)
    [each], _ = many.reaches(paths, sets, _FUTURES, _STAGES[2])
    return tuple(found), tuple(each)


def _costs(search: Search, base: Seeker, intensity: Floats) -> Floats:
    """Costs [row, cost] in the base run; NaN where the intensity is none."""
    costs = np.full((len(intensity), len(search.costs)), np.nan)
    known = np.isfinite(intensity).all(axis=1)
    if known.any() and search.costs:
        numbers = base.numbers(np.zeros(int(known.sum()), dtype=np.int64), intensity[known])
        costs[known] = np.stack([numbers[name] for name in search.costs], axis=1)
    return costs


def _at(question: Question, many: Seeker, paths: Paths, served: Floats) -> tuple[Floats, Floats]:
    """The share of futures in which runs at `served` meet the target [path], and costs there [band, path, cost]."""
    search, futures = question.search, many.ground.futures
    met, bands = np.full(len(served), np.nan), np.full((len(BAND), len(served), len(search.costs)), np.nan)
    for place, intensity in enumerate(paths.along(served)):
        if np.isfinite(intensity).all():
            numbers = many.numbers(np.arange(futures), np.tile(intensity[0], (futures, 1)))
            met[place] = held(numbers, question.target.requires).mean()
            bands[:, place] = _bands(search, numbers, over=0)
    return met, bands


def _bands(search: Search, numbers: Mapping[str, Floats], over: int) -> Floats:
    """Quantiles [band, …, cost] of all costs over the dimension `over`, of what is finite."""
    found = [_quantiles(np.moveaxis(numbers[name], over, -1)) for name in search.costs]
    shape = [len(BAND), *np.delete(next(iter(numbers.values())).shape, over), 0]
    return np.stack(found, axis=-1) if found else np.empty(shape)


def _quantiles(numbers: Floats) -> Floats:
    """Quantiles [band, …] over the last dimension; NaN where nothing is finite."""
    flat = numbers.reshape(-1, numbers.shape[-1])
    rows = [row[np.isfinite(row)] for row in flat]
    found = [np.quantile(row, BAND) if len(row) else np.full(len(BAND), np.nan) for row in rows]
    return np.asarray(np.stack(found, axis=-1).reshape(len(BAND), *numbers.shape[:-1]))


def _levers(base: Seeker, paths: Paths, least: Floats) -> Levers:
    """What the levers are set to at the least of each path, and their near and far ends."""
    sides, every = paths.step.shape[1], base.search.every_lever
    rows = np.concatenate([np.zeros((1, sides)), np.ones((1, sides)), *paths.along(least)])
    columns = moved_levers(base.ground, base.search, np.zeros(len(rows), dtype=np.int64), rows)
    values = np.stack([_value(columns, lever) for lever in every], axis=1)
    return Levers(values[2:], values[0], values[1])


def _value(columns: Mapping[str, Floats], lever: Lever) -> Floats:
    return columns.get(lever.name, columns.get(f"{lever.name} @ ramp value", np.empty(0)))
