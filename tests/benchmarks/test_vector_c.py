"""The generated vector C answers as the engine does, and refuses what it does not have."""

import shutil
from pathlib import Path

import numpy as np
import pytest

needs_gcc = pytest.mark.skipif(shutil.which("gcc") is None, reason="no gcc: the C peers cannot be built")


@pytest.fixture
def peers(monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2]))
    from benchmarks import peers

    return peers


EQUATIONS = (
    "rate = 0.3",
    "switch time = 2",
    "level = INTEG(inflow - outflow, 2 * rate + 1)",
    "other = INTEG(level / (1 + level) - other * rate, 0.5)",
    "inflow = IF THEN ELSE(Time >= switch time, rate * even(level), odd table(other) / rate)",
    "outflow = level * rate / (level + other) + level * other / (level + other)",
    "even((0,1),(1,3),(2,2),(3,2))",
    "odd table((0,0.5),(0.3,1),(2,2),(2.5,0))",
    f"long table({','.join(f'({place},{place * place % 7})' for place in range(21))})",
    f"longest table({','.join(f'({place},{place * place % 11})' for place in range(40))})",
    "from tables = long table(level * 5) + longest table(other * 9)",
    "curved = LN(level + 0.1) + EXP(-other) + level ^ (rate + 0.2) + SQRT(other) + ABS(rate - level)",
    "logical = IF THEN ELSE(Time > 3 :AND: (level > 1 :OR: :NOT: other < 0.4), MIN(level, other), MAX(level, other))",
    "both = IF THEN ELSE(Time <= switch time, 1, 0) + IF THEN ELSE(Time < switch time, 1, 0)",
    "start = INITIAL(level * 2)",
    "ramp of time = Time * rate",
)
OUTPUTS = ("level", "other", "from tables", "curved", "logical", "both", "start", "ramp of time")


@needs_gcc
def test_generated_c_and_the_engine_agree_in_every_member(peers, mdl):
    """Thirteen members switch at times of their own, some of them at a step: one full vector and one that is not."""
    question = peers.Question(mdl(*EQUATIONS, stop=6, step=0.25, saveper=1), OUTPUTS, 1.0)
    columns = {"rate": np.linspace(0.05, 0.8, 13), "switch time": np.linspace(0, 6, 13)}
    engine, generated = peers.Engine(question, 1), peers.Generated(question)
    expected, found = (peer.values(peer.answer(peer.asked(columns))) for peer in (engine, generated))
    assert found.shape == (len(OUTPUTS), 13, 7)
    assert np.ptp(expected, axis=1).max(axis=1).min() > 0.01
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize(
    ("equation", "what"),
    [
        ("late = DELAY FIXED(Time, 1, 0)", "FixedDelay"),
        ("late = SIN(Time)", "sin"),
        ("late = SAMPLE IF TRUE(Time > 1, Time, 0)", "Held"),
    ],
)
def test_generated_c_refuses_what_it_does_not_have(peers, mdl, equation, what):
    from benchmarks.absent import Absent

    with pytest.raises(Absent, match=what):
        peers.Generated(peers.Question(mdl(equation), ("late",), 1.0))


def test_divisors_that_stand_still_become_reciprocals_outside_the_loop(peers, mdl):
    from benchmarks.vector_c import c_text
    from sdmodel.read import read

    model = read(mdl("a = 3", "b = 5", "s = INTEG(s / a / b - s * 2 / (a + b), 1)"))
    before, loop = c_text(model, ["s"]).split("for (long step")
    assert "/" in before.split("static void run")[1]
    assert " / " not in loop.split("if (step % every")[0]
