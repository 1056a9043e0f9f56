"""A study, outcomes to minimise and conditions to keep → the finding "optimum": which settings of levers are best."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.levers.crossing import Floats
from sdmodel.analysis.levers.minimisers import Found, front, least
from sdmodel.analysis.levers.optimum import Range, Wanted, optimum_finding
from sdmodel.design.asked import chosen_of, settings_of
from sdmodel.design.moved import Ground, at_once, ground, in_time
from sdmodel.errors import ExperimentError, StudyError
from sdmodel.model.model import Model
from sdmodel.pipeline.drawn import futures_of, with_origin
from sdmodel.pipeline.levers.asking import Asking, Bools, asked_outcomes, held
from sdmodel.pipeline.levers.minimal import chosen_search
from sdmodel.pipeline.progress import Progress
from sdmodel.study.search.spec import Lever, Requirement, Search
from sdmodel.study.search.targets import requirement_of
from sdmodel.study.spec import Study
from sdmodel.study.within import Horizon, problems_of_setting

SENSES = ("minimise", "maximise")
MOST_FUTURES, MOST_AXES = 10_000, 200
_STAGE = "Generations"


@dataclass(frozen=True)
class Chosen:
    """Levers that are free, each for itself, on a ground; `search` tells whether some of them move in time."""

    asking: Asking
    ground: Ground
    wanted: Wanted
    search: Search | None

    def settings(self, points: Floats) -> Floats:
        """Settings [row, lever] at `points` of the unit cube."""
        low = np.array([one.low for one in self.wanted.ranges])
        high = np.array([one.high for one in self.wanted.ranges])
        return np.asarray(low + np.clip(points, 0.0, 1.0) * (high - low))

    def numbers(self, settings: Floats) -> dict[str, Floats]:
        """Outcomes [row, future] at these settings."""
        rows, futures = len(settings), self.ground.futures
        row, future = (one.ravel() for one in np.indices((rows, futures)))

        def columns(part: slice) -> Mapping[str, Floats]:
            moved: dict[str, Floats] = {}
            for place, one in enumerate(self.wanted.ranges):
                values = settings[row[part], place]
                moved |= _column(self.ground, self.search, one.lever, values)
            return moved

        numbers = self.asking.numbers(self.ground, future, columns)
        return {name: values.reshape(rows, futures) for name, values in numbers.items()}

    def evaluate(self, points: Floats) -> tuple[Floats, Floats]:
        """Objectives, to be minimised, and by how much each condition is missed."""
        numbers = self.numbers(self.settings(points))
        signs = [1.0 if sense == "minimise" else -1.0 for sense in self.wanted.senses.values()]
        with np.errstate(invalid="ignore"):
            means = [sign * numbers[name].mean(axis=1) for sign, name in zip(signs, self.wanted.senses, strict=True)]
        return np.stack(means, axis=1), self._missed(numbers)

    def met(self, numbers: Mapping[str, Floats]) -> Bools:
        """Where all conditions hold [row, future]."""
        if not self.wanted.requires:
            return np.ones_like(next(iter(numbers.values())), dtype=bool)
        return held(numbers, self.wanted.requires)

    def _missed(self, numbers: Mapping[str, Floats]) -> Floats:
        if not self.wanted.requires:
            return np.empty((len(next(iter(numbers.values()))), 0))
        if self.ground.futures > 1:
            return np.asarray(self.wanted.share - self.met(numbers).mean(axis=1))[:, None]
        return np.stack([_beyond(numbers[one.outcome][:, 0], one) for one in self.wanted.requires], axis=1)


def optimise(
    study: Study,
    model: Model,
    *,
    minimise: Sequence[str] = (),
    maximise: Sequence[str] = (),
    subject_to: Sequence[str] = (),
    levers: Sequence[str] = (),
    search: str | None = None,
    scenario: str | None = None,
    futures: int = 0,
    share: float = 0.9,
    seed: int | None = None,
    sample: Path | None = None,
    population: int = 64,
    generations: int = 100,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Finding:
    """The settings of levers that are best; `study` is bound to `model`.

    `levers` are texts such as "contact rate = 2:10"; with none, those of the `search` (default: the first one) are free
    between their ends, each for itself. One objective is sought by differential evolution, several by NSGA-II. With
    `futures` objectives are means over them, and all of `subject_to` must hold together in the `share` of them; they
    are drawn from the posterior in the file `sample` if there is one.

    Raises:
        StudyError: no levers are named, here or in the study.
        ExperimentError: objectives, conditions, levers or numbers that cannot be; several objectives without pymoo.
    """
    senses = _senses(study, minimise, maximise)
    requires = tuple(_condition(study, text) for text in subject_to)
    own_seed = study.seed if seed is None else seed
    _refuse(population, generations, futures, share)
    named = None if levers else chosen_search(study, search)
    free = [_ranged(model, text) for text in levers] or _of_search(named)
    usual = named.scenarios[0] if named else study.baseline
    [where] = chosen_of("scenario", [scenario or usual], study.scenarios)
    drawn = futures_of(study, model, futures, seed=own_seed, sample=sample) if futures > 1 or sample else None
    names = [lever.name for lever in free]
    at_once, ramps = ([], names) if named is not None and named.begin is not None else (names, [])
    own = ground(study, model, where, drawn, constants=at_once, ramps=ramps)
    if timed := next((name for name in senses if drawn is not None and study.outcomes[name].reduce == "first"), None):
        raise ExperimentError(f'"{timed}" may never come, so it has no mean over futures: put it under --subject-to.')
    ranges = tuple(_range(own, lever) for lever in free)
    if len(ranges) > MOST_AXES:
        raise ExperimentError(f"{len(ranges)} levers at once; {MOST_AXES} are the most.")
    wanted = Wanted(study, where, senses, requires, ranges, own.futures, share, own_seed)
    asking = Asking(study, model, asked_outcomes(study, *wanted.outcomes), own_seed, threads)
    chosen = Chosen(asking, own, wanted, named)
    found = _finding(chosen, _sought(chosen, population, generations, progress))
    return with_origin(found, study, model, sample, [where])


def _sought(chosen: Chosen, population: int, generations: int, progress: Progress | None) -> Found:
    def told(done: int) -> None:
        if progress:
            progress(_STAGE, done, generations)

    wanted = chosen.wanted
    axes, objectives = len(wanted.ranges), len(wanted.senses)
    several = chosen.ground.futures > 1
    constraints = min(1, len(wanted.requires)) if several else len(wanted.requires)
    asked = {"seed": wanted.seed, "population": population, "generations": generations}
    if objectives == 1:
        return least(chosen.evaluate, axes, constraints, told=told, **asked)
    return front(chosen.evaluate, axes, objectives, constraints, told=told, **asked)


def _finding(chosen: Chosen, found: Found) -> Finding:
    wanted = chosen.wanted
    settings = chosen.settings(found.points) if len(found.points) else np.empty((0, len(wanted.ranges)))
    values, met = np.empty((0, len(wanted.outcomes))), np.empty(0)
    if len(settings):
        numbers = chosen.numbers(settings)
        values = np.stack([numbers[name].mean(axis=1) for name in wanted.outcomes], axis=1)
        met = chosen.met(numbers).mean(axis=1)
    as_it_is = chosen.numbers(np.array([[one.before for one in wanted.ranges]]))
    before = np.array([as_it_is[name].mean() for name in wanted.outcomes])
    return optimum_finding(wanted, found, settings, values, met, before)


def _column(own: Ground, search: Search | None, name: str, values: Floats) -> dict[str, Floats]:
    whole = Lever(name, 1.0, 0.0)  # its intensity is the value itself
    future = np.zeros(len(values), dtype=np.int64)
    if search is None or search.begin is None or search.over is None:
        return at_once(own, whole, future, values)
    return in_time(own, whole, future, values, search.begin, search.over)


def _beyond(numbers: Floats, one: Requirement) -> Floats:
    """By how much a condition is missed, in the size of its bound; a failed run misses it by far."""
    apart = numbers - one.bound if one.sign in ("<", "<=") else one.bound - numbers
    return np.asarray(apart / (abs(one.bound) or 1.0))


def _senses(study: Study, minimise: Sequence[str], maximise: Sequence[str]) -> dict[str, str]:
    senses: dict[str, str] = {}
    for sense, names in zip(SENSES, (minimise, maximise), strict=True):
        for name in chosen_of("outcome", names, study.outcomes):
            if name in senses:
                raise ExperimentError(f'The outcome "{name}" is to be both minimised and maximised.')
            senses[name] = sense
    if not senses:
        listed = ", ".join(list(study.outcomes)[:6])
        raise ExperimentError(f"Name an outcome to --minimise or --maximise. The study has {listed}.")
    return senses


def _condition(study: Study, text: str) -> Requirement:
    try:
        one = requirement_of(text)
    except ValueError as problem:
        raise ExperimentError(f'--subject-to "{text}": {problem}.') from None
    [name] = chosen_of("outcome", [one.outcome], study.outcomes)
    return Requirement(name, one.sign, one.bound)


def _ranged(model: Model, text: str) -> Lever:
    """ "contact rate = 2:10" as a lever between these ends."""
    name, equals, ends = text.rpartition("=")
    low, colon, high = ends.partition(":")
    try:
        near, far = float(low), float(high)
    except ValueError:
        near, far = 0.0, 0.0
    if not equals or not colon or not near < far < float("inf") or near == -float("inf"):
        raise ExperimentError(f'--lever "{text}": write it as "NAME = LEAST:MOST", such as "contact rate = 2:10".')
    bound = settings_of(model, {name.strip(): far})
    own = next(iter(bound))
    for value in (near, far):
        for words in problems_of_setting(model, model[own], value, Horizon(None, None)):
            raise ExperimentError(f'--lever "{text}": {words}')
    return Lever(own, far, near)


def _of_search(named: Search | None) -> list[Lever]:
    return list(named.every_lever) if named else []


def _range(own: Ground, lever: Lever) -> Range:
    column = own.columns.get(lever.name, own.columns.get(f"{lever.name} @ start", np.zeros(1)))
    before = float(column[0])
    near = before if lever.near is None else lever.near
    if near == lever.far:
        raise StudyError(
            f'The lever "{lever.name}" stands at its far end {near:g} already: there is nothing to choose.'
        )
    return Range(lever.name, min(near, lever.far), max(near, lever.far), before)


def _refuse(population: int, generations: int, futures: int, share: float) -> None:
    limits = (("--population", population, 4, 10_000), ("--generations", generations, 1, 100_000))
    for name, value, low, high in (*limits, ("--futures", futures, 0, MOST_FUTURES)):
        if not low <= value <= high:
            raise ExperimentError(f"{name} {value}: must be from {low} to {high:,}.")
    if not 0 < share <= 1:
        raise ExperimentError(f"--share {share:g}: must be above 0 and at most 1.")
