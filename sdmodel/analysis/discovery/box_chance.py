"""Futures drawn again → how firmly a box stands: what chance alone finds, and how its limits move from draw to draw.

Two samples of samples. Shuffled: which futures fail is dealt out anew, so that no input can matter, and the same search
goes over it; a face counts as significant when its quasi-p value is below what the best face of the search reaches in
5 % of the shuffled samples (a permutation test over all inputs at once: Westfall & Young 1993, Resampling-Based
Multiple Testing). Bootstrap: futures are drawn with replacement, and the box that the same search finds is tried on the
futures that were not drawn, which is what coverage and density are outside the sample (Efron & Tibshirani 1997, JASA
92, 548, without their .632 correction).
"""

from dataclasses import dataclass

import numpy as np

from sdmodel.analysis.discovery.box_search import Rule, first, search
from sdmodel.analysis.discovery.boxes import Box, quasi_p, worth
from sdmodel.analysis.discovery.peeling import ordered

SIGNIFICANT = 0.05
MOST = 2500
"""So many futures are drawn at most, so that resampling takes seconds; fewer futures make every judgement stricter."""


@dataclass(frozen=True)
class Chance:
    """`level`: quasi-p values below it are significant; `density` (resample,): what the search reaches by chance."""

    level: float
    density: np.ndarray


@dataclass(frozen=True)
class Resampled:
    """The box of each bootstrap sample; mean coverage and density in the futures that were not drawn into it."""

    boxes: tuple[Box, ...]
    coverage: float
    density: float

    def frequency(self, inputs: int) -> np.ndarray:
        """(input,): the share of samples in which the box restricts it."""
        counts = np.bincount([place for box in self.boxes for place in box.restricted], minlength=inputs)
        return np.asarray(counts / max(1, len(self.boxes)))

    def limits(self, place: int, side: str) -> tuple[float, float]:
        """5 % and 95 % of the limit there, over the samples that have one; NaN when fewer than two have."""
        found = np.array([getattr(box, side)[place] for box in self.boxes])
        found = found[np.isfinite(found)]
        if len(found) < 2:
            return np.nan, np.nan
        low, high = np.quantile(found, (0.05, 0.95))
        return float(low), float(high)


def chance(
    inputs: np.ndarray, fails: np.ndarray, kinds: np.ndarray, rule: Rule, *, resamples: int, seed: int
) -> Chance:
    """What the search finds when failures are dealt out at random among the futures."""
    random = np.random.default_rng(seed)
    rows = _some(random, len(fails))
    inputs, fails = inputs[rows], fails[rows]
    order = ordered(inputs)
    least, density = [], []
    for _ in range(resamples):
        dealt = random.permutation(fails)
        box = first(inputs, dealt, kinds, rule, order=order, whole_path=False).box
        least.append(min(quasi_p(box, inputs, dealt).values(), default=1.0))
        density.append(worth(box.inside(inputs), dealt).density)
    level = float(np.quantile(least, SIGNIFICANT, method="lower")) if least else SIGNIFICANT
    return Chance(min(level, SIGNIFICANT), np.array(density))


def resampled(
    inputs: np.ndarray, fails: np.ndarray, kinds: np.ndarray, rule: Rule, level: float, *, resamples: int, seed: int
) -> Resampled:
    """The whole search on bootstrap samples."""
    random = np.random.default_rng(seed)
    boxes, outside = [], []
    for _ in range(resamples):
        drawn = random.integers(len(fails), size=min(len(fails), MOST))
        x, y = inputs[drawn], fails[drawn]
        if not 0 < y.sum() < len(y):
            continue
        box = search(x, y, kinds, rule, level, whole_path=False).box
        boxes.append(box)
        left = np.ones(len(fails), dtype=bool)
        left[drawn] = False
        outside.append(_worth(box.inside(inputs), left, fails))
    coverage, density = np.array(outside).T.reshape(2, -1) if outside else np.full((2, 1), np.nan)
    return Resampled(tuple(boxes), _mean(coverage), _mean(density))


def _worth(inside: np.ndarray, left: np.ndarray, fails: np.ndarray) -> tuple[float, float]:
    """Coverage and density among the futures that are `left`."""
    found = worth(inside[left], fails[left])
    return found.coverage, found.density


def _some(random: np.random.Generator, count: int) -> np.ndarray:
    return random.permutation(count)[:MOST] if count > MOST else np.arange(count)


def _mean(numbers: np.ndarray) -> float:
    known = numbers[np.isfinite(numbers)]
    return float(known.mean()) if len(known) else float("nan")
