"""Cases → boxes in which failures are dense, by a classification tree: the leaves that fail more than the whole does.

CART: Breiman, Friedman, Olshen & Stone 1984, Classification and Regression Trees. How deep it may grow is decided by
ten-fold cross-validation with their rule of one standard error (section 3.4.3): the smallest depth whose Brier score is
within one standard error of the best.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.stats import binom

from sdmodel.analysis.discovery.box_table import Told
from sdmodel.analysis.discovery.boxes import HIGH, LOW, Box, whole, worth
from sdmodel.analysis.discovery.cases import Cases
from sdmodel.analysis.discovery.peeling import CATEGORY, WHOLE
from sdmodel.analysis.discovery.prim import FEWEST
from sdmodel.errors import ExperimentError

DEEPEST = 6
FOLDS = 10
LEAST_LEAF = 0.02
CLEARLY = 0.05
"""A leaf is denser than the whole when so many failures are less likely than this by the share of the whole."""


@dataclass(frozen=True)
class Grown:
    """`told`: leaves denser than the whole, most failures beyond their share first; `depth` of the tree, 0 for none.

    `skill` is 1 - its Brier score over that of the mean, both cross-validated: 0 for a tree that tells nothing.
    """

    told: list[Told]
    depth: int
    skill: float


@dataclass(frozen=True)
class _Columns:
    """What the tree sees: ordered inputs as they are, and for each value of a categorical one whether it is taken."""

    values: np.ndarray
    places: list[int]
    taken: list[float | None]


def boxes_by_cart(cases: Cases, *, depth: int | None = None, seed: int = 0) -> Grown:
    """The leaves of the tree, as boxes; `depth` sets how deep it grows, None leaves that to cross-validation.

    Raises:
        ExperimentError: scikit-learn is missing.
    """
    failures = int(cases.fails.sum())
    if min(failures, len(cases.fails) - failures) < FEWEST:
        return Grown([], 0, 0.0)
    columns = _columns(cases)
    scores = _scores(columns.values, cases.fails, seed)
    plain = float(scores[0].mean())
    best = int(scores.mean(axis=1).argmin())
    allowed = scores[best].mean() + scores[best].std(ddof=1) / np.sqrt(FOLDS)
    chosen = int(np.argmax(scores.mean(axis=1) <= allowed)) if depth is None else min(depth, DEEPEST)
    if not chosen:
        return Grown([], 0, 0.0)
    tree = _tree(chosen, len(cases.fails), seed).fit(columns.values, cases.fails)
    told = [_leaf(box, cases) for box in _leaves(tree.tree_, columns, cases)]
    share = float(cases.fails.mean())
    dense = [one for one in told if binom.sf(one.worth.failures - 1, one.worth.futures, share) < CLEARLY]
    ranked = sorted(dense, key=lambda one: share * one.worth.futures - one.worth.failures)
    return Grown(ranked, chosen, 1 - float(scores[chosen].mean()) / plain)


def _columns(cases: Cases) -> _Columns:
    values, places, taken = [], [], []
    for place, column in enumerate(cases.inputs.T):
        levels = np.unique(column).tolist() if cases.kinds[place] == CATEGORY else [None]
        for level in levels:
            values.append(column if level is None else (column == level).astype(float))
            places.append(place)
            taken.append(level)
    return _Columns(np.column_stack(values), places, taken)


def _tree(depth: int, futures: int, seed: int) -> Any:
    try:
        from sklearn.tree import DecisionTreeClassifier  # an extra, and a second to load
    except ImportError:
        raise ExperimentError(
            "a tree needs the extra \"discovery\": pip install 'sdmodel[discovery]'. --method prim does without."
        ) from None
    leaf = max(FEWEST, int(LEAST_LEAF * futures))
    return DecisionTreeClassifier(max_depth=depth, min_samples_leaf=leaf, random_state=seed)


def _scores(values: np.ndarray, fails: np.ndarray, seed: int) -> np.ndarray:
    """Brier scores (depth from 0, fold) on the futures that the tree has not seen; depth 0 tells the mean."""
    order = np.random.default_rng(seed).permutation(len(fails))
    order = order[np.argsort(fails[order], kind="stable")]  # as many failures in one fold as in another
    fold = np.empty(len(fails), dtype=int)
    fold[order] = np.arange(len(fails)) % FOLDS
    scores = np.empty((DEEPEST + 1, FOLDS))
    for number in range(FOLDS):
        seen, unseen = fold != number, fold == number
        scores[0, number] = ((fails[unseen] - fails[seen].mean()) ** 2).mean()
        for depth in range(1, DEEPEST + 1):
            tree = _tree(depth, int(seen.sum()), seed).fit(values[seen], fails[seen])
            told = tree.predict_proba(values[unseen])[:, list(tree.classes_).index(True)]
            scores[depth, number] = ((fails[unseen] - told) ** 2).mean()
    return scores


def _leaves(tree: Any, columns: _Columns, cases: Cases) -> list[Box]:
    """The box of each leaf, from left to right."""
    found, open_nodes = [], [(0, whole(len(cases.names)))]
    while open_nodes:
        node, box = open_nodes.pop()
        if tree.children_left[node] < 0:
            found.append(box)
            continue
        below, above = _split(box, columns, int(tree.feature[node]), float(tree.threshold[node]), cases)
        open_nodes += [(int(tree.children_right[node]), above), (int(tree.children_left[node]), below)]
    return found


def _split(box: Box, columns: _Columns, column: int, limit: float, cases: Cases) -> tuple[Box, Box]:
    """The boxes on both sides of a split; a split of a category leaves out a value, or all others."""
    place, level = columns.places[column], columns.taken[column]
    values = np.unique(cases.inputs[:, place])
    if level is None:
        after = float(np.min(values[values > limit]))
        last = float(np.max(values[values <= limit]))
        low, high = (after, last) if cases.kinds[place] == WHOLE else (np.nextafter(limit, np.inf), limit)
        return box.moved(place, HIGH, high), box.moved(place, LOW, float(low))
    others = {(place, float(value)) for value in values if value != level}
    return replace(box, barred=box.barred | {(place, level)}), replace(box, barred=box.barred | others)


def _leaf(box: Box, cases: Cases) -> Told:
    return Told(box, worth(box.inside(cases.inputs), cases.fails), np.ones(len(cases.fails), dtype=bool))
