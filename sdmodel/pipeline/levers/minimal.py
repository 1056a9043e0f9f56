"""A search and a target → the finding "reassure": the least intensity of the levers that meets the target.

In the base run and in drawn futures; by both sides alike, by one side alone, by each side given what the other does;
against each limit of the target. All rows of one round of bisection, over futures and lines, run as one batch.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.levers.crossing import Bools, Brackets, Floats, Ints, bisected, brackets, in_share
from sdmodel.analysis.levers.minimal import Answer, Lines, Question, enough_of, median_of, minimal_finding
from sdmodel.design import sequences
from sdmodel.design.asked import chosen_of
from sdmodel.design.moved import Ground, at_once, ground, in_time
from sdmodel.errors import ExperimentError, StudyError
from sdmodel.model.model import Model
from sdmodel.pipeline.levers.asking import Asking, asked_outcomes, held
from sdmodel.pipeline.progress import Progress
from sdmodel.study.search.spec import Lever, Requirement, Search, Target
from sdmodel.study.spec import Study

FUTURES, MOST_FUTURES = 500, 100_000
_FINE, _COARSE = 33, 17  # points of the grid that is looked at first: in the base run, in each future
_ROUNDS, _ROUNDS_OF_FUTURES = 22, 14  # 2^-27 and 2^-18 of the way of a lever
_ROWS, _ROWS_OF_FUTURES = 21, 11  # intensities of one side at which that of the other is sought
_STAGES = ("Base run", "Futures", "Limits", "Each side given the other")


@dataclass(frozen=True)
class Paths:
    """Ways through the intensities of all sides: `start` + x · `step`, each [path, side]."""

    start: Floats
    step: Floats

    def at(self, path: Ints, x: Floats) -> Floats:
        """The intensities [row, side] after `x` of the way along each `path`."""
        return np.asarray(self.start[path] + x[:, None] * self.step[path])


@dataclass(frozen=True)
class Seeker:
    """Moves the levers of a search on a ground."""

    asking: Asking
    search: Search
    ground: Ground

    def numbers(self, future: Ints, intensity: Floats, stage: str = "") -> dict[str, Floats]:
        """Outcomes [row] at `intensity` [row, side] in `future` [row]."""

        def columns(part: slice) -> Mapping[str, Floats]:
            return moved_levers(self.ground, self.search, future[part], intensity[part])

        return self.asking.numbers(self.ground, future, columns, stage)

    def least(
        self, paths: Paths, sets: Sequence[tuple[Requirement, ...]], points: int, rounds: int, stage: str
    ) -> tuple[Floats, Bools]:
        """The least x [path, set, future] that meets each of `sets`, and whether all greater x of the grid do."""
        grid = np.linspace(0.0, 1.0, points)
        count, futures = len(paths.start), self.ground.futures
        path, future, point = (one.ravel() for one in np.indices((count, futures, points)))
        found = self.numbers(future, paths.at(path, grid[point]), stage)
        met = np.stack([held(found, one).reshape(count, futures, points) for one in sets], axis=1)
        begun = brackets(grid, met.reshape(-1, points))

        def holds(x: Floats, case: Ints) -> Bools:
            way, which, where = np.unravel_index(case, (count, len(sets), futures))
            numbers = self.numbers(where.astype(np.int64), paths.at(way.astype(np.int64), x))
            return np.asarray(np.choose(which, [held(numbers, one) for one in sets]), dtype=bool)

        least = self._bisected(begun, holds, rounds, stage)
        return least.reshape(count, len(sets), futures), begun.steady.reshape(count, len(sets), futures)

    def _bisected(self, begun: Brackets, holds: Callable[[Floats, Ints], Bools], rounds: int, stage: str) -> Floats:
        progress = self.asking.progress

        def told(x: Floats, case: Ints) -> Bools:
            if progress:
                progress(f"{stage}, bisection", 1, rounds)
            return holds(x, case)

        return bisected(begun, told, rounds)


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
    threads: int | None = None,
    progress: Progress | None = None,
) -> Finding:
    """The least intensity of the levers of `search` that meets `target`; `study` is bound to `model`.

    Default: the first search of the study, its own target and first scenario. `side` narrows it to one of the sides;
    `share` (None: the search's own) is the share of `futures`, drawn from `seed` (None: the study's), in which the
    target should be met.
    See `analysis.minimal` for the table of the finding.

    Raises:
        StudyError: the study has no search or target, or not the one that is named.
        ExperimentError: a scenario or side that is unknown, a share or a number of futures that cannot be.
    """
    question = _question(study, search, target, scenario, share, futures, seed)
    who = _who(question, side)
    names = asked_outcomes(study, *(one.outcome for one in question.target.requires), *question.search.costs)
    asking = Asking(study, model, names, question.seed, threads, progress)
    base = Seeker(asking, question.search, _ground(question, model, None))
    drawn = sequences.lhs(study, futures, seed=question.seed) if question.futures > 1 else None
    many = base if drawn is None else replace(base, ground=_ground(question, model, drawn))
    lines = _lines(question, base, many) if side == "both" and question.search.sides else None
    answer = _answer(question, who, base, many)
    return minimal_finding(question, answer, lines)


def moved_levers(ground: Ground, search: Search, future: Ints, intensity: Floats) -> dict[str, Floats]:
    """The columns of all levers at `intensity` [row, side]; without sides there is one intensity."""
    moved: dict[str, Floats] = {}
    owned = [(side.levers, intensity[:, place]) for place, side in enumerate(search.sides)]
    for levers, x in [*owned, (search.levers, intensity.min(axis=1))]:
        for lever in levers:
            if search.begin is None or search.over is None:
                moved |= at_once(ground, lever, future, x)
            else:
                moved |= in_time(ground, lever, future, x, search.begin, search.over)
    return moved


def _question(
    study: Study,
    search: str | None,
    target: str | None,
    scenario: str | None,
    share: float | None,
    futures: int,
    seed: int | None,
) -> Question:
    found = chosen_search(study, search)
    if not study.searches.targets:
        raise StudyError(f"{study.path.name}: the study has no target; a table [targets.NAME] makes one.")
    wanted = target or found.target or next(iter(study.searches.targets))
    [name] = chosen_of("target", [wanted], study.searches.targets)
    [where] = chosen_of("scenario", [scenario or found.scenarios[0]], study.scenarios)
    share = found.share if share is None else share
    if not 0 < share <= 1:
        raise ExperimentError(f"--share {share:g}: must be above 0 and at most 1.")
    if not 0 <= futures <= MOST_FUTURES:
        raise ExperimentError(f"--futures {futures}: the search can be made in 0 to {MOST_FUTURES:,} futures.")
    count = futures if futures and study.uncertainties else 1
    own_seed = study.seed if seed is None else seed
    return Question(study, found, study.searches.targets[name], where, share, count, own_seed)


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


def _limited(target: Target) -> list[tuple[Requirement, ...]]:
    """The requirements with each limit in place of the first bound."""
    first, *rest = target.requires
    return [(replace(first, bound=limit), *rest) for limit in target.limits]


def _answer(question: Question, who: Sequence[str], base: Seeker, many: Seeker) -> Answer:
    search, sets, paths = question.search, [question.target.requires], _directions(question, who)
    least, least_steady = base.least(paths, sets, _FINE, _ROUNDS, _STAGES[0])
    each, steady = (least, least_steady) if many is base else _in_futures(many, paths, sets, _STAGES[1])
    enough = enough_of(each[:, 0, :], question.share)
    curve, curve_futures, curve_steady = _curve(question, who[:1], base, many)
    levers, near, far = _lever_values(base, paths, least[:, 0, 0])
    met, cost_median = _at_enough(question, many, paths, enough)
    return Answer(
        asked=tuple(who),
        least=least[:, 0, 0],
        least_steady=least_steady[:, 0, 0],
        per_future=each[:, 0, :],
        steady=steady[:, 0, :],
        enough=enough,
        met=met,
        cost_before=_costs(search, base, np.zeros((1, paths.step.shape[1])))[0],
        cost_before_median=_medians(search, many, np.zeros(paths.step.shape[1]))[1],
        cost_least=np.stack([_costs(search, base, one)[0] for one in _along(paths, least[:, 0, 0])]),
        cost_median=cost_median,
        levers=levers,
        near=near,
        far=far,
        limits=np.array(question.target.limits, dtype=float),
        curve=curve,
        curve_futures=curve_futures,
        curve_steady=curve_steady,
        runs=base.asking.count.runs,
        failed=base.asking.count.failed,
    )


def _in_futures(
    many: Seeker, paths: Paths, sets: Sequence[tuple[Requirement, ...]], stage: str
) -> tuple[Floats, Bools]:
    return many.least(paths, sets, _COARSE, _ROUNDS_OF_FUTURES, stage)


def _curve(question: Question, who: Sequence[str], base: Seeker, many: Seeker) -> tuple[Floats, Floats, Bools]:
    """The least intensity of the first of `who` for each limit: [limit], [limit, future], and its steadiness."""
    if not question.target.limits:
        return np.empty(0), np.empty((0, many.ground.futures)), np.empty((0, many.ground.futures), dtype=bool)
    sets, paths = _limited(question.target), _directions(question, who)
    least, steady = base.least(paths, sets, _FINE, _ROUNDS, _STAGES[2])
    each, steady = (least, steady) if many is base else _in_futures(many, paths, sets, _STAGES[2])
    return least[0, :, 0], each[0], steady[0]


def _along(paths: Paths, x: Floats) -> list[Floats]:
    """The intensities [1, side] that each path has reached."""
    return [paths.at(np.array([path]), np.array([one])) for path, one in enumerate(x)]


def _costs(search: Search, base: Seeker, intensity: Floats) -> Floats:
    """Costs [row, cost] in the base run; NaN where the intensity is none."""
    costs = np.full((len(intensity), len(search.costs)), np.nan)
    known = np.isfinite(intensity).all(axis=1)
    if known.any() and search.costs:
        numbers = base.numbers(np.zeros(int(known.sum()), dtype=np.int64), intensity[known])
        costs[known] = np.stack([numbers[name] for name in search.costs], axis=1)
    return costs


def _medians(search: Search, many: Seeker, intensity: Floats) -> tuple[dict[str, Floats], Floats]:
    """All outcomes [future] at one intensity [side], and the medians of the costs."""
    futures = many.ground.futures
    numbers = many.numbers(np.arange(futures), np.tile(intensity, (futures, 1)))
    return numbers, np.array([median_of(numbers[name]) for name in search.costs])


def _at_enough(question: Question, many: Seeker, paths: Paths, enough: Floats) -> tuple[Floats, Floats]:
    """The share of futures in which the target is really met where it should be, and the median costs there."""
    met, medians = np.full(len(enough), np.nan), np.full((len(enough), len(question.search.costs)), np.nan)
    for place, intensity in enumerate(_along(paths, enough)):
        if np.isfinite(intensity).all():
            numbers, medians[place] = _medians(question.search, many, intensity[0])
            met[place] = held(numbers, question.target.requires).mean()
    return met, medians


def _lever_values(base: Seeker, paths: Paths, least: Floats) -> tuple[Floats, Floats, Floats]:
    """What the levers are set to at the least of each path [path, lever], and their near and far ends [lever]."""
    sides, every = paths.step.shape[1], base.search.every_lever
    rows = np.concatenate([np.zeros((1, sides)), np.ones((1, sides)), *_along(paths, least)])
    columns = moved_levers(base.ground, base.search, np.zeros(len(rows), dtype=np.int64), rows)
    values = np.stack([_value(columns, lever) for lever in every], axis=1)
    return values[2:], values[0], values[1]


def _value(columns: Mapping[str, Floats], lever: Lever) -> Floats:
    return columns.get(lever.name, columns.get(f"{lever.name} @ ramp value", np.empty(0)))


def _lines(question: Question, base: Seeker, many: Seeker) -> Lines:
    """What each side needs, given the other, and the outcomes over the intensities of both."""
    grid, given = np.linspace(0.0, 1.0, _ROWS), np.linspace(0.0, 1.0, _ROWS_OF_FUTURES)
    sets, zero, one = [question.target.requires], np.zeros(_ROWS), np.ones(_ROWS)
    start = np.concatenate([np.stack([grid, zero], axis=1), np.stack([zero, grid], axis=1)])
    step = np.concatenate([np.stack([zero, one], axis=1), np.stack([one, zero], axis=1)])
    least, _ = base.least(Paths(start, step), sets, _FINE, _ROUNDS, _STAGES[3])
    rows = Paths(np.stack([given, 0 * given], axis=1), np.stack([0 * given, 1 + 0 * given], axis=1))
    if many is base:
        enough = np.interp(given, grid, least[:_ROWS, 0, 0])
    else:
        each, _ = _in_futures(many, rows, sets, _STAGES[3])
        enough = np.array([in_share(row, question.share) for row in each[:, 0, :]])
    first, second = (one.ravel() for one in np.meshgrid(grid, grid, indexing="ij"))
    numbers = base.numbers(np.zeros(_ROWS**2, dtype=np.int64), np.stack([first, second], axis=1))
    measures = base.asking.outcomes
    surface = np.stack([numbers[name].reshape(_ROWS, _ROWS) for name in measures])
    return Lines(grid, least[:_ROWS, 0, 0], least[_ROWS:, 0, 0], given, enough, measures, surface)
