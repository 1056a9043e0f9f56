"""The hand-written C peers answer as the engine does, or their speed would mean nothing."""

import shutil
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.skipif(shutil.which("gcc") is None, reason="no gcc: the C peers cannot be built")


@pytest.fixture
def benchmarks(monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2]))
    from benchmarks import peers, speed

    return peers, speed


@pytest.mark.parametrize("kind", ["vector", "scalar"])
def test_hand_written_c_and_the_engine_agree_when_every_lever_moves_at_its_own_time(benchmarks, kind):
    """11 members: one full vector and one that is not full."""
    peers, speed = benchmarks
    question = speed.DILEMMA
    columns = speed.futures("technology_security_dilemma.toml", 11, goals=True, phases=True)
    engine, by_hand = peers.Engine(question, 1), peers.HandWritten(question, kind)
    expected, found = (peer.values(peer.answer(peer.asked(columns))) for peer in (engine, by_hand))
    assert found.shape == (5, 11, 26)
    assert np.ptp(expected[:, :, -1], axis=1).min() > 0.05
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


def test_a_peer_that_differs_is_not_timed(benchmarks):
    peers, speed = benchmarks
    columns = speed.futures("technology_security_dilemma.toml", 8)
    honest, wrong = (peers.HandWritten(speed.DILEMMA, "scalar") for _ in range(2))
    wrong.defaults = wrong.defaults | {"policy start time": 2022.0}
    wrong.name = "wrong"
    drawn_levers = columns | {"US export control goal": np.linspace(0.3, 0.9, 8)}
    with pytest.raises(SystemExit, match="wrong and C by hand, scalar differ"):
        speed.check([honest, wrong], drawn_levers)
