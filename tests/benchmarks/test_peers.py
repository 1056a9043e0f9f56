"""The hand-written C peers answer as the engine does, or their speed would mean nothing."""

import shutil
from pathlib import Path

import numpy as np
import pytest

needs_gcc = pytest.mark.skipif(shutil.which("gcc") is None, reason="no gcc: the C peers cannot be built")


@pytest.fixture
def benchmarks(monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2]))
    from benchmarks import peers, speed

    return peers, speed


@needs_gcc
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


@needs_gcc
@pytest.mark.parametrize("kind", ["vector", "scalar"])
def test_hand_written_c_and_the_engine_agree_when_all_rival_theories_are_switched_on(benchmarks, kind):
    """Lock-in, rally, blame for a shock and war, drawn: to 1e-12 of each value, in 61 members (no whole vectors)."""
    peers, speed = benchmarks
    columns = speed.futures("technology_security_dilemma.toml", 61, goals=True, phases=True)
    engine, by_hand = peers.Engine(speed.DILEMMA, 1), peers.HandWritten(speed.DILEMMA, kind)
    assert speed.check([engine, by_hand], speed.switched_on(columns), speed.STRICT) < speed.STRICT


@needs_gcc
@pytest.mark.parametrize(
    ("switch", "least"),
    [
        *(("suspicion lock in", 0.05), ("US rally effect", 0.02), ("China rally effect", 0.02)),
        *(("shock blame rate", 0.02), ("war onset share", 0.05), ("war cost", 0.02), ("war trade loss", 0.001)),
    ],
)
def test_each_rival_theory_moves_what_the_c_computes(benchmarks, switch, least):
    """So a difference in one of them would show in the check: none of the switches is idle in its futures."""
    peers, speed = benchmarks
    on = speed.switched_on(speed.futures("technology_security_dilemma.toml", 8))
    by_hand = peers.HandWritten(speed.DILEMMA, "vector")
    with_it, without = (
        by_hand.values(by_hand.answer(by_hand.asked(columns))) for columns in (on, on | {switch: np.zeros(8)})
    )
    from benchmarks.rounds import difference

    assert difference(without, with_it) > least


@needs_gcc
def test_the_check_before_timing_stops_when_the_c_leaves_a_theory_out(benchmarks):
    """Its numbers are right in the futures of the file, where the theory is switched off."""
    peers, speed = benchmarks
    columns = speed.futures("technology_security_dilemma.toml", 8)
    engine, forgetful = peers.Engine(speed.DILEMMA, 1), peers.HandWritten(speed.DILEMMA, "scalar")
    forgetful.inputs = ["nothing" if name == "war onset share" else name for name in forgetful.inputs]
    forgetful.defaults = forgetful.defaults | {"nothing": 0.0}
    assert speed.agreement([engine, forgetful], columns, by_hand=False) < speed.STRICT
    with pytest.raises(SystemExit, match="C by hand, scalar and sdmodel, 1 thread differ"):
        speed.agreement([engine, forgetful], columns, by_hand=True)


@needs_gcc
def test_a_peer_that_differs_is_not_timed(benchmarks):
    peers, speed = benchmarks
    columns = speed.futures("technology_security_dilemma.toml", 8)
    honest, wrong = (peers.HandWritten(speed.DILEMMA, "scalar") for _ in range(2))
    wrong.defaults = wrong.defaults | {"policy start time": 2022.0}
    wrong.name = "wrong"
    drawn_levers = columns | {"US export control goal": np.linspace(0.3, 0.9, 8)}
    with pytest.raises(SystemExit, match="wrong and C by hand, scalar differ"):
        speed.check([honest, wrong], drawn_levers)


def test_peers_get_the_epidemic_without_its_reality_checks_and_all_of_its_equations(benchmarks, tmp_path):
    peers, speed = benchmarks
    question = peers.Question(speed.MODELS / "sir.mdl", ("Infectious",), 1.0)
    copy = question.copy_into(str(tmp_path))
    text = copy.read_text(encoding="utf-8")
    assert ":THE CONDITION:" in question.text
    assert ":THE CONDITION:" not in text
    assert ":TEST INPUT:" not in text
    assert "5 statements of reality checks" in question.said_of_copies
    from sdmodel.read import read

    assert {v.name for v in read(copy).visible()} == {v.name for v in read(question.model).visible()}


def test_a_model_without_reality_checks_is_copied_as_it_is_and_nothing_is_said(benchmarks, tmp_path):
    _, speed = benchmarks
    copy = speed.DILEMMA.copy_into(str(tmp_path)).read_text(encoding="utf-8")
    assert copy.split("SAVEPER", 1)[0] == speed.DILEMMA.text.split("SAVEPER", 1)[0]
    assert speed.DILEMMA.said_of_copies == ""


@pytest.mark.parametrize("name", ["Simlin", "PySD"])
def test_a_peer_that_cannot_load_a_model_is_absent_with_its_reason(benchmarks, tmp_path, name):
    peers, _ = benchmarks
    pytest.importorskip(name.lower())
    from benchmarks.rounds import gathered

    broken = tmp_path / "broken.mdl"
    broken.write_text("{UTF-8}\nx = 1 + ~~|\nSAVEPER = 1~~|\n", encoding="utf-8")
    question = peers.Question(broken, ("x",), 1.0)
    found, absent = gathered([(name, lambda: getattr(peers, name)(question))])
    assert found == []
    assert "cannot load broken.mdl: " in absent[name]
