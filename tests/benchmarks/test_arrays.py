"""The model of the arrays' benchmark: what C's loops compute is what the engine computes."""

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def arrays(monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2]))
    from benchmarks import arrays

    return arrays


@pytest.mark.parametrize("elements", [4, 100, 1_000, 6_000])
def test_sides_make_as_many_elements_as_asked(arrays, elements):
    regions, goods = arrays.sides(elements)
    assert regions * goods == elements
    assert 2 <= regions <= goods


def test_loops_and_unrolled_arrays_agree(arrays, tmp_path):
    """All totals, at each saved time, in futures that differ; the benchmark stops when they do not."""
    if shutil.which("gcc") is None:
        pytest.skip("there is no gcc on this machine")
    from benchmarks.peers import Engine, Question
    from benchmarks.rounds import check

    path = tmp_path / "arrays.mdl"
    path.write_text(arrays.vensim(3, 4), encoding="utf-8")
    question = Question(path, arrays.OUTPUTS, 1.0)
    peers = [Engine(question, 1), arrays.Loops(question, 3, 4)]
    assert check(peers, arrays.futures()) < 1e-9
    values = peers[0].values(peers[0].answer(peers[0].asked(arrays.futures())))
    assert values.min() > 0
    assert values.std(axis=(1, 2)).min() > 0, "the futures differ"
