"""Known optima and a known front are found."""

import sys

import numpy as np
import pytest

from sdmodel.analysis.levers.minimisers import front, least
from sdmodel.errors import ExperimentError


def bowl(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(x - 0.7)² + (y - 0.7)² with x + y <= 1: least at (0.5, 0.5), by Lagrange's multiplier; there it is 0.08."""
    return ((points - 0.7) ** 2).sum(axis=1)[:, None], points.sum(axis=1)[:, None] - 1


def zdt1(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Zitzler, Deb and Thiele (2000), Evolutionary Computation 8(2): the front is f2 = 1 - √f1."""
    first, rest = points[:, 0], 1 + 9 * points[:, 1:].mean(axis=1)
    return np.stack([first, rest * (1 - np.sqrt(first / rest))], axis=1), np.empty((len(points), 0))


def test_a_constrained_bowl_has_its_least_point_on_the_constraint() -> None:
    found = least(bowl, 2, 1, seed=1, population=40, generations=200)
    np.testing.assert_allclose(found.points, [[0.5, 0.5]], atol=1e-4)
    assert found.objectives[0, 0] == pytest.approx(0.08, abs=1e-6)
    known = found.history[np.isfinite(found.history)]
    assert (np.diff(known) <= 0).all()


def test_without_a_constraint_the_bowl_has_its_least_point_at_its_bottom_and_seeds_repeat() -> None:
    def free(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return bowl(points)[0], np.empty((len(points), 0))

    found, again = (least(free, 2, 0, seed=5, population=30, generations=100) for _ in range(2))
    np.testing.assert_allclose(found.points, [[0.7, 0.7]], atol=1e-4)
    np.testing.assert_array_equal(found.points, again.points)


def test_where_nothing_is_allowed_nothing_is_found() -> None:
    found = least(lambda p: (p[:, :1], np.ones((len(p), 1))), 2, 1, seed=1, population=20, generations=5)
    assert found.points.shape == (0, 2)
    assert np.isnan(found.history).all()


def test_what_is_not_a_number_is_worse_than_all() -> None:
    def broken(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return np.where(points > 0.5, np.nan, -points), np.empty((len(points), 0))

    assert least(broken, 1, 0, seed=2, population=20, generations=60).points[0, 0] == pytest.approx(0.5, abs=1e-3)


def test_the_front_of_zdt1_is_found() -> None:
    pytest.importorskip("pymoo", reason="a front needs the extra: optimise")
    found = front(zdt1, 5, 2, 0, seed=3, population=60, generations=150)
    first, second = found.objectives.T
    assert np.abs(second - (1 - np.sqrt(first))).max() < 0.03
    assert first.min() < 0.02
    assert first.max() > 0.95
    assert (np.diff(first) >= 0).all()
    assert (np.diff(second) <= 0).all()


def test_a_front_keeps_its_constraints() -> None:
    pytest.importorskip("pymoo", reason="a front needs the extra: optimise")

    def limited(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return np.stack([points[:, 0], 1 - points[:, 0]], axis=1), 0.4 - points[:, :1]

    found = front(limited, 1, 2, 1, seed=1, population=20, generations=30)
    assert found.points.min() >= 0.4
    assert front(
        lambda p: (limited(p)[0], np.ones((len(p), 1))), 1, 2, 1, seed=1, population=20, generations=3
    ).points.shape == (0, 1)  # fmt: skip


def test_a_missing_extra_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymoo.optimize", None)
    with pytest.raises(ExperimentError, match=r"pip install 'sdmodel\[optimise\]'"):
        front(zdt1, 3, 2, 0, seed=1, population=10, generations=1)
