"""The hypervolume of a front by generation, and whether it still rose when the search ended."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("pymoo", reason="a front needs the extra: optimise")

from sdmodel.analysis.levers.minimisers import STEADY, front, hypervolume, rise
from sdmodel.pipeline import load
from sdmodel.pipeline.levers.optimise import optimise

MODELS = Path(__file__).parents[2] / "models"


def convex(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Zitzler, Deb & Thiele (2000), test problem 1."""
    spread = 1 + 9 * points[:, 1:].mean(axis=1)
    return np.stack([points[:, 0], spread * (1 - np.sqrt(points[:, 0] / spread))], axis=1), np.empty((len(points), 0))


def test_a_hypervolume_is_the_area_worked_out_by_hand() -> None:
    fronts = [np.empty((0, 2)), np.array([[10.0, 0.0]]), np.array([[0.0, 1.0], [5.0, 0.5], [10.0, 0.0]])]
    whole = 1.1**2
    by_hand = [0.0, 0.1 * 1.1 / whole, (1.1 * 0.1 + 0.6 * 0.5 + 0.1 * 0.5) / whole]
    np.testing.assert_allclose(hypervolume(fronts), by_hand)
    assert hypervolume([]).shape == (0,)


def test_a_front_that_is_still_on_its_way_says_so_and_one_that_has_arrived_too() -> None:
    short, long = (front(convex, 8, 2, 0, seed=1, population=40, generations=count) for count in (12, 250))
    assert len(short.history) == 12
    assert not short.converged
    assert rise(short.history) > STEADY
    assert long.converged
    assert long.history[-1] > long.history[0]


def test_the_finding_of_a_front_has_its_history_and_tells_whether_it_settled() -> None:
    question = load(MODELS / "sir.toml")
    asked = {"minimise": ["ever_infected"], "maximise": ["peak"], "levers": ["contact rate = 1:8"], "population": 8}
    finding = optimise(question.study, question.model, generations=20, **asked)
    assert finding.table["history"].shape == (20,)
    assert any("it has settled" in caveat or "still rose" in caveat for caveat in finding.caveats)
    once = optimise(question.study, question.model, generations=1, **asked)
    assert any("One generation alone" in caveat for caveat in once.caveats)
