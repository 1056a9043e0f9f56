"""Limits on inputs → a box: which futures are in it, and what each of its faces is worth.

Quasi-p value of a face: how likely so many of the box's futures would fail if the face told nothing, by a binomial
distribution with the share that fails in the box without it (Bryant & Lempert 2010, Technol. Forecast. Soc. Change 77,
34, appendix A). It is "quasi", for the box was sought out among many: `box_chance` tells what chance alone comes to.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import binom

LOW, HIGH, BARRED = "low", "high", "barred"
Face = tuple[int, str]
"""An input, by its place, and which of its limits."""


@dataclass(frozen=True)
class Box:
    """`low` and `high` (input,) bound what is inside, both included, infinite where nothing bounds.

    `barred` are values of categorical inputs that are outside, as (place of the input, value).
    """

    low: np.ndarray
    high: np.ndarray
    barred: frozenset[tuple[int, float]] = frozenset()

    @property
    def faces(self) -> tuple[Face, ...]:
        """All limits, in the order of the inputs."""
        found = [(int(place), LOW) for place in np.flatnonzero(np.isfinite(self.low))]
        found += [(int(place), HIGH) for place in np.flatnonzero(np.isfinite(self.high))]
        return tuple(sorted({*found, *((place, BARRED) for place, _ in self.barred)}))

    @property
    def restricted(self) -> tuple[int, ...]:
        """The inputs that it restricts."""
        return tuple(dict.fromkeys(place for place, _ in self.faces))

    def inside(self, inputs: np.ndarray) -> np.ndarray:
        """bool (future,): which rows of `inputs` (future, input) are in it."""
        return np.asarray(~outside(self, inputs).any(axis=0))

    def moved(self, place: int, side: str, limit: float) -> "Box":
        """With another limit on one side."""
        limits = (self.low if side == LOW else self.high).copy()
        limits[place] = limit
        return replace(self, low=limits) if side == LOW else replace(self, high=limits)

    def without(self, place: int, side: str) -> "Box":
        """Without one of its faces."""
        if side == BARRED:
            return replace(self, barred=frozenset(pair for pair in self.barred if pair[0] != place))
        return self.moved(place, side, -np.inf if side == LOW else np.inf)


@dataclass(frozen=True)
class Worth:
    """`coverage`: share of all failures that are inside; `density`: share of what is inside that fails; `mass`: share
    of all futures that are inside; `futures` and `failures` count them."""

    coverage: float
    density: float
    mass: float
    futures: int
    failures: int


def whole(inputs: int) -> Box:
    """The box that holds everything."""
    return Box(np.full(inputs, -np.inf), np.full(inputs, np.inf))


def outside(box: Box, inputs: np.ndarray, faces: Iterable[Face] | None = None) -> np.ndarray:
    """bool (face, future): which futures are beyond which face."""
    chosen = box.faces if faces is None else tuple(faces)
    beyond = np.zeros((len(chosen), len(inputs)), dtype=bool)
    for row, (place, side) in enumerate(chosen):
        column = inputs[:, place]
        if side == BARRED:
            beyond[row] = np.isin(column, [value for where, value in box.barred if where == place])
        else:
            beyond[row] = column < box.low[place] if side == LOW else column > box.high[place]
    return beyond


def worth(inside: np.ndarray, fails: np.ndarray, total: int = 0) -> Worth:
    """What a box with these futures `inside` is worth; `total` failures there are, default those in `fails`."""
    futures, failures, every = int(inside.sum()), int((inside & fails).sum()), total or int(fails.sum())
    return Worth(
        failures / every if every else np.nan,
        failures / futures if futures else np.nan,
        futures / len(fails),
        futures,
        failures,
    )


def quasi_p(box: Box, inputs: np.ndarray, fails: np.ndarray) -> dict[Face, float]:
    """The quasi-p value of each face."""
    faces = box.faces
    return dict(zip(faces, _binomial(outside(box, inputs), [[row] for row in range(len(faces))], fails), strict=True))


def quasi_p_of_inputs(box: Box, inputs: np.ndarray, fails: np.ndarray) -> dict[int, float]:
    """The quasi-p value of each restricted input: of all its faces at once."""
    faces, places = box.faces, box.restricted
    groups = [[row for row, face in enumerate(faces) if face[0] == place] for place in places]
    return dict(zip(places, _binomial(outside(box, inputs), groups, fails), strict=True))


def _binomial(beyond: np.ndarray, groups: list[list[int]], fails: np.ndarray) -> list[float]:
    """P(at least as many fail as do), were those inside drawn from the box without the faces of each group."""
    apart = beyond.sum(axis=0)
    inside = apart == 0
    futures, failures = int(inside.sum()), int((inside & fails).sum())
    if not futures:
        return [1.0] * len(groups)
    wider = [apart == beyond[rows].sum(axis=0) for rows in groups]
    shares = [float((one & fails).sum() / one.sum()) for one in wider]
    return list(map(float, np.atleast_1d(binom.sf(failures - 1, futures, np.array(shares))))) if shares else []
