"""Peeling with all its shortcuts gives the boxes of the plainest possible peeling, to the last bit."""

import numpy as np
import pytest

from sdmodel.analysis.discovery.peeling import CATEGORY, REAL, WHOLE, left_at, peeled
from sdmodel.analysis.discovery.ranked import Inside, ranked


def plain_path(x: np.ndarray, fails: np.ndarray, kinds: list[str]) -> list[tuple]:
    """(place, side, limit, futures, failures) of every peel: all of it counted anew at every step."""
    inside, path = np.ones(len(x), dtype=bool), []
    while 0 < fails[inside].sum() < inside.sum():
        used = {one[0] for one in path}
        best = None
        for side in ("low", "high"):
            ends = [one for place, kind in enumerate(kinds) if kind != CATEGORY for one in _end(x, inside, place, side)]
            free = [_beyond(x[inside, place], fails[inside], side) for place, _, _ in ends]
            ends = [(*one, side, beyond) for one, beyond in zip(ends, free, strict=True)]
            best = _better(best, ends, fails, inside, used, firm=True)
        groups = [
            (place, value, inside & (x[:, place] == value), CATEGORY, int((x[inside, place] == value).sum()))
            for place, kind in enumerate(kinds)
            if kind == CATEGORY
            for value in np.unique(x[inside, place])
        ]
        best = _better(best, [one for one in groups if one[2].sum() < inside.sum()], fails, inside, used, firm=False)
        if best is None or best[0] <= 0 or inside.sum() - best[3][2].sum() < 0.05 * len(x):
            break
        place, limit, gone, side, _ = best[3]
        if side != CATEGORY:
            left = x[inside & ~gone, place]
            last, first = (x[gone, place].max(), left.min()) if side == "low" else (x[gone, place].min(), left.max())
            limit = first if kinds[place] == WHOLE else (last + first) / 2
        inside &= ~gone
        path.append((place, side, float(limit), int(inside.sum()), int(fails[inside].sum())))
    return path


def _end(x, inside, place, side):
    """What goes at one end of one input: the outermost 5 %, equal values together."""
    share = max(1, int(0.05 * inside.sum()))
    column = x[:, place] if side == "low" else -x[:, place]
    if share >= inside.sum():
        return
    gone = inside & (column < np.sort(column[inside])[share])
    if not gone.any():
        gone = inside & (column == column[inside].min())
    if gone.sum() < inside.sum():
        yield place, np.nan, gone


def _beyond(column, failing, side):
    """How many are further out than every failure."""
    return int((column < column[failing].min()).sum() if side == "low" else (column > column[failing].max()).sum())


def _better(best, peels, fails, inside, used, firm):
    """The first of the peels with the largest (gain, futures free of failures beyond the last one if the peel gives up
    none, restricted) unless `best` is as good; of one side, alone first."""
    n, k = inside.sum(), fails[inside].sum()
    rated = []
    for peel in peels:
        given, lost = int(peel[2].sum()), int(fails[peel[2]].sum())
        rated.append((((k - lost) / (n - given) - k / n) / given, 0 if lost else peel[4], peel[0] in used, peel))
    for one in [max(rated, key=lambda one: one[:3])] * firm if rated and firm else rated:
        if best is None or one[:3] > best[:3]:
            best = one
    return best


def mixed(seed: int, futures: int) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Inputs of all kinds, with and without equal values; few failures depend on five of them."""
    random = np.random.default_rng(seed)
    x = random.uniform(size=(futures, 9))
    x[:, 2], x[:, 3] = random.integers(1, 9, futures), random.choice([1.0, 2.0, 5.0], futures)
    x[:, 4], x[:, 5] = random.choice([0.0, 0.5, 1.0], futures), np.round(x[:, 5], 2)
    x[:, 6], x[:, 7] = np.exp(20 * x[:, 6]), -1e-300 * x[:, 7]
    risk = 2 * x[:, 0] - 1.5 * x[:, 1] + (x[:, 2] > 4) + (x[:, 3] == 2) - x[:, 5] + random.normal(size=futures)
    return x, risk > np.quantile(risk, 0.75), [REAL, REAL, WHOLE, CATEGORY, REAL, REAL, REAL, REAL, REAL]


@pytest.mark.parametrize(("seed", "futures"), [(0, 200), (1, 731), (2, 1000), (3, 64), (4, 2048)])
def test_the_path_is_that_of_the_plainest_peeling(seed: int, futures: int) -> None:
    x, fails, kinds = mixed(seed, futures)
    steps = peeled(x, fails, np.array(kinds))
    expected = plain_path(x, fails, kinds)
    assert len(expected) > 5
    assert [(one.place, one.futures, one.failures) for one in steps[1:]] == [(p, n, k) for p, _, _, n, k in expected]
    for step, (place, side, limit, _, _) in zip(steps[1:], expected, strict=True):
        if side == CATEGORY:
            assert (place, limit) in step.box.barred
        else:
            assert (step.box.low if side == "low" else step.box.high)[place] == limit


@pytest.mark.parametrize("futures", [1, 31, 32, 33, 1000, 30_000])
def test_values_are_ordered_and_equal_ones_are_told(futures: int) -> None:
    """Both ways to sort, by one radix and by two; values that crowd together, are all the same, or infinite."""
    random = np.random.default_rng(futures)
    columns = np.stack([random.uniform(size=futures), np.exp(random.normal(size=futures) * 30), np.full(futures, 3.0)])
    columns = np.vstack([columns, random.integers(0, 5, futures).astype(float), np.where(columns[0] > 0.5, np.inf, 1)])
    of = ranked(columns)
    for row, column in enumerate(columns):
        rising = column[of.order[row]]
        assert (rising == np.sort(column)).all()
        assert (of.start[row] == np.searchsorted(rising, rising, side="left")).all()
        assert (of.stop[row] == np.searchsorted(rising, rising, side="right")).all()


def test_counts_of_those_inside_are_right_after_some_have_left() -> None:
    random = np.random.default_rng(9)
    columns, fails = random.uniform(size=(4, 500)), random.uniform(size=500) < 0.3
    of = ranked(columns)
    marks, inside = Inside(of, fails), np.ones(500, dtype=bool)
    for gone in np.array_split(random.permutation(500)[:400], 7):
        marks.drop(of.bit[:, gone])
        inside[gone] = False
        ranks = random.integers(0, 501, size=(2, 4))
        futures, failures = marks.below(ranks)
        for side in range(2):
            for row in range(4):
                before = of.order[row, : ranks[side, row]]
                assert futures[side, row] == inside[before].sum()
                assert failures[side, row] == (inside & fails)[before].sum()
                assert marks.rank(np.array([3, 7]))[1, row] == np.flatnonzero(inside[of.order[row]])[7]


@pytest.mark.parametrize("seed", range(4))
def test_a_path_that_ends_at_a_coverage_is_the_beginning_of_the_whole_one(seed: int) -> None:
    """And what is chosen of both is the same: resampling needs no more of the path."""
    x, fails, kinds = mixed(seed, 600)
    whole = peeled(x, fails, np.array(kinds))
    part = peeled(x, fails, np.array(kinds), coverage=0.5)
    assert len(part) < len(whole)
    assert [(s.place, s.futures, s.failures) for s in part] == [
        (s.place, s.futures, s.failures) for s in whole[: len(part)]
    ]
    assert whole[len(part)].failures < 0.5 * fails.sum() <= part[-1].failures
    assert left_at(part, 0.5) == left_at(whole, 0.5)
