"""Levers of a search on a ground → where targets are met along ways through the intensities of all sides.

All rows of one round of bisection, over ways, targets and futures, run as one batch.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sdmodel.analysis.levers.between import between
from sdmodel.analysis.levers.crossing import Bools, Crossings, Floats, Ints, Seen, bisected, crossings
from sdmodel.analysis.levers.shares import Reach, reach_of
from sdmodel.design.moved import Ground, at_once, in_time
from sdmodel.pipeline.levers.asking import Asking, held
from sdmodel.study.search.spec import Requirement, Search

Requirements = tuple[Requirement, ...]


@dataclass(frozen=True)
class Paths:
    """Ways through the intensities of all sides: `start` + x · `step`, each [path, side]."""

    start: Floats
    step: Floats

    def at(self, path: Ints, x: Floats) -> Floats:
        """The intensities [row, side] after `x` of the way along each `path`."""
        return np.asarray(self.start[path] + x[:, None] * self.step[path])

    def along(self, x: Floats) -> list[Floats]:
        """The intensities [1, side] that each path has reached at its `x` [path]."""
        return [self.at(np.array([path]), np.array([one])) for path, one in enumerate(x)]


@dataclass(frozen=True)
class Steps:
    """How closely a way is looked at: `points` of the grid, `rounds` of bisection, `looks` between points."""

    points: int
    rounds: int
    looks: int = 0

    @property
    def grid(self) -> Floats:
        """The intensities that are tried first."""
        return np.linspace(0.0, 1.0, self.points)

    @property
    def gap(self) -> float:
        """From one of them to the next."""
        return 1.0 / (self.points - 1)


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

    def reaches(
        self, paths: Paths, sets: Sequence[Requirements], steps: Steps, stage: str
    ) -> tuple[list[list[Reach]], dict[str, Floats]]:
        """Where each of `sets` is met along each path ([path][set]), and all outcomes [path, future, point]."""
        shape = (len(paths.start), self.ground.futures, steps.points)
        path, future, point = (one.ravel() for one in np.indices(shape))
        found = self.numbers(future, paths.at(path, steps.grid[point]), stage)
        met = np.stack([held(found, one).reshape(shape) for one in sets], axis=1)
        beside = None
        if steps.looks:
            margin = np.stack([_margin(found, one).reshape(shape) for one in sets], axis=1)
            beside = self._looked(paths, sets, met, margin, steps)
        numbers = {name: values.reshape(shape) for name, values in found.items()}
        return self.known(paths, sets, met, steps, stage, beside), numbers

    def known(
        self,
        paths: Paths,
        sets: Sequence[Requirements],
        met: Bools,
        steps: Steps,
        stage: str,
        beside: Seen | None = None,
    ) -> list[list[Reach]]:
        """Where each of `sets` is met, from where it is `met` [path, set, future, point of the grid]."""
        begun = crossings(steps.grid, met.reshape(-1, steps.points), beside)
        progress = self.asking.progress

        def holds(x: Floats, case: Ints) -> Bools:
            if progress:
                progress(f"{stage}, bisection", 1, steps.rounds)
            return self._at(paths, sets, x, case)[0]

        found = bisected(begun, holds, steps.rounds)
        return [[self._reach(found, way * len(sets) + one) for one in range(len(sets))] for way in range(len(met))]

    def _reach(self, found: Crossings, place: int) -> Reach:
        futures = self.ground.futures
        return reach_of(found.of(place * futures, futures))

    def _looked(self, paths: Paths, sets: Sequence[Requirements], met: Bools, margin: Floats, steps: Steps) -> Seen:
        """What a closer look between points shows; `met` and `margin` [path, set, future, point]."""
        rows = (-1, steps.points)

        def ask(x: Floats, case: Ints) -> tuple[Bools, Floats]:
            return self._at(paths, sets, x, case)

        return between(steps.grid, met.reshape(rows), margin.reshape(rows), ask, steps.looks)

    def _at(self, paths: Paths, sets: Sequence[Requirements], x: Floats, case: Ints) -> tuple[Bools, Floats]:
        """Whether each `case` meets its own set at `x`, and by how much."""
        way, which, where = np.unravel_index(case, (len(paths.start), len(sets), self.ground.futures))
        numbers = self.numbers(where.astype(np.int64), paths.at(way.astype(np.int64), x))
        row = np.arange(len(x))
        met, margin = (np.stack([told(numbers, one) for one in sets])[which, row] for told in (held, _margin))
        return met.astype(bool), margin.astype(np.float64)


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


def _margin(numbers: Mapping[str, Floats], requires: Requirements) -> Floats:
    """By how much the worst of the requirements is met [row]; below 0 by how much it is missed."""
    signs = [1.0 if one.sign in ("<", "<=") else -1.0 for one in requires]
    every = [sign * (one.bound - numbers[one.outcome]) for sign, one in zip(signs, requires, strict=True)]
    return np.asarray(np.minimum.reduce(every))
