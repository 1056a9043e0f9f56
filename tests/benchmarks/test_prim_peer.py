"""PRIM beside the EMA workbench: where that is installed, both find the same box."""

import numpy as np
import pytest

from benchmarks import prim
from benchmarks.absent import Absent
from benchmarks.prim import apart, case, ours, theirs


def test_our_path_is_left_at_the_known_box() -> None:
    own = ours(*case(1000, 10))
    assert own.inputs >= {0, 1}
    assert own.coverage >= 0.5
    assert own.density > 0.85


@pytest.mark.filterwarnings("ignore")
def test_the_ema_workbench_finds_the_same_box() -> None:
    x, fails = case(1000, 10)
    try:
        other = theirs(x, fails)
    except Absent as reason:
        pytest.skip(str(reason))
    own = ours(x, fails)
    found = apart(own, other)
    assert all(found[name] <= most for name, most in prim.TOLERANCE.items())


def test_the_verdict_is_no_where_the_other_finds_another_box(monkeypatch, capsys) -> None:
    def other(x: np.ndarray, fails: np.ndarray) -> prim.Chosen:
        return ours(1 - x, fails)

    monkeypatch.setattr(prim, "theirs", other)
    monkeypatch.setattr(prim, "CASES", ((1000, 10),))
    assert prim.main() == 1
    assert "They do not agree: 1,000 × 10: limits by" in capsys.readouterr().out


def test_the_verdict_is_yes_where_both_are_the_same(monkeypatch, capsys) -> None:
    monkeypatch.setattr(prim, "theirs", ours)
    monkeypatch.setattr(prim, "CASES", ((1000, 10),))
    assert prim.main() == 0
    assert "They agree within coverage 0.06" in capsys.readouterr().out


def test_there_is_no_verdict_without_the_other(monkeypatch, capsys) -> None:
    def absent(x: np.ndarray, fails: np.ndarray) -> prim.Chosen:
        raise Absent("it is not there")

    monkeypatch.setattr(prim, "theirs", absent)
    assert prim.main() == 2
    assert "No verdict: it is not there" in capsys.readouterr().out
