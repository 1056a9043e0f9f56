"""The benchmarks of large models: what they say without their model, and how they tell steep growth."""

import sys
from pathlib import Path

import pytest

CLONE = Path(__file__).parents[2]
WORLD3 = CLONE / ".." / "shared" / "conformance" / "models" / "realworld" / "world3_03" / "wrld3-03.mdl"


@pytest.fixture
def benchmarks(monkeypatch):
    monkeypatch.syspath_prepend(str(CLONE))
    monkeypatch.delenv("SDMODEL_WORLD3", raising=False)
    monkeypatch.delenv("SDEVERYWHERE", raising=False)
    from benchmarks import scaling, sdeverywhere, world3

    return scaling, sdeverywhere, world3


def test_world3_says_that_its_model_is_not_shipped(benchmarks, monkeypatch):
    *_, world3 = benchmarks
    monkeypatch.setattr(sys, "argv", ["world3"])
    with pytest.raises(SystemExit, match=r"not shipped.*SDMODEL_WORLD3"):
        world3.main()


def test_world3_says_that_the_file_is_not_there(benchmarks, tmp_path):
    *_, world3 = benchmarks
    with pytest.raises(SystemExit, match="there is no file"):
        world3.model_file(str(tmp_path / "none.mdl"))


@pytest.mark.skipif(not WORLD3.is_file(), reason="World3-03 is not on this machine")
def test_generated_c_and_the_engine_agree_on_world3(benchmarks):
    """Nine members that differ in fourteen constants."""
    from benchmarks.peers import Engine, Generated, Question
    from benchmarks.rounds import check

    *_, world3 = benchmarks
    question = Question(WORLD3, world3.OUTPUTS, 1.0)
    assert check([Engine(question, 1), Generated(question)], world3.futures(question, 9)) < 1e-10


def test_sdeverywhere_is_absent_without_a_checkout(benchmarks, tmp_path, monkeypatch):
    from benchmarks.absent import Absent
    from benchmarks.peers import Question

    _, sdeverywhere, _ = benchmarks
    question = Question(tmp_path / "none.mdl", ("x",), 1.0)
    with pytest.raises(Absent, match="SDEVERYWHERE does not name"):
        sdeverywhere.SDEverywhere(question, ("a",))
    monkeypatch.setenv("SDEVERYWHERE", str(tmp_path))
    with pytest.raises(Absent, match="has no packages"):
        sdeverywhere.SDEverywhere(question, ("a",))


def test_an_aim_tells_whether_it_is_met(benchmarks):
    *_, world3 = benchmarks
    assert str(world3.Aim("fast", 2.0, 1.5, True)).split() == ["fast", "2", "≥", "1.5"]
    assert str(world3.Aim("fast", 1.0, 1.5, True)).endswith("not met")
    assert str(world3.Aim("short", 1.0, 1.5, False)).split() == ["short", "1", "≤", "1.5"]
    assert str(world3.Aim("fast", None, 1.5, True)).endswith("left out")


def test_exponents_tell_growth_and_are_silent_on_what_is_too_fast(benchmarks):
    scaling, *_ = benchmarks
    assert scaling.exponent((100, 1000), (1.0, 10.0)) == pytest.approx(1)
    assert scaling.exponent((100, 1000), (1.0, 100.0)) == pytest.approx(2)
    assert scaling.exponent((100, 1000), (0.001, 0.1)) is None


def test_stages_of_a_small_model_are_all_measured(benchmarks, tmp_path):
    from benchmarks.synthetic import equations, vensim

    scaling, *_ = benchmarks
    path = tmp_path / "small.mdl"
    path.write_text(vensim(equations(40)), encoding="utf-8")
    model, took = scaling.stages(path, True, scaling.Clock(False))
    assert took["variables"] == len(model.variables)
    assert {"PySD's parser", "read", "read from cache", "order", "print", "LLVM", "run 64 members"} <= took.keys()
    assert min(took.values()) >= 0
    assert list(tmp_path.iterdir()) == [path]
