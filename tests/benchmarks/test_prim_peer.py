"""PRIM beside the EMA workbench: where that is installed, both find the same box."""

import pytest

from benchmarks.absent import Absent
from benchmarks.prim import case, ours, theirs


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
    assert own.inputs & other.inputs >= {0, 1}
    assert own.density == pytest.approx(other.density, abs=0.05)
    assert own.coverage == pytest.approx(other.coverage, abs=0.06)
