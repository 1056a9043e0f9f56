"""Feedback loops of a model are found once each, and all of them up to a length."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdmodel.model.cycles import cycles, effects, parts, same_loop
from sdmodel.model.expr import Apply, Number, Ref
from sdmodel.model.model import Held, Model
from sdmodel.read import read

Write = Callable[..., Path]


def held(name: str, causes: list[str]) -> Held:
    """A memory that is changed by the sum of `causes`: the barest model of a graph."""
    expr: object = Number(0.0)
    for cause in causes:
        expr = Apply("add", (expr, Ref(cause)))  # type: ignore[arg-type]
    return Held(name=name, next=expr, initial=Number(0.0))  # type: ignore[arg-type]


def model_of(graph: dict[str, list[str]]) -> Model:
    """A model whose links are those of `graph`."""
    return Model("graph", tuple(held(name, [one for one in graph if name in graph[one]]) for name in graph))


def every_loop(graph: dict[str, list[str]], longest: int) -> Iterator[tuple[str, ...]]:
    """All loops, found by walking every way from every node: slow and plain."""
    pending = [(name,) for name in graph]
    while pending:
        path = pending.pop()
        for other in graph[path[-1]]:
            if other == path[0]:
                yield path
            elif other > path[0] and other not in path and len(path) < longest:
                pending.append((*path, other))


@given(st.sets(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=25), st.integers(1, 8))
def test_the_loops_of_any_graph_are_those_that_a_plain_search_finds(links: set[tuple[int, int]], longest: int) -> None:
    names = "abcdefg"
    graph = {name: [names[to] for begin, to in sorted(links) if names[begin] == name] for name in names}
    found = cycles(model_of(graph), most=10_000, longest=longest)
    loops = [same_loop(path) for path in found.paths]
    assert len(loops) == len(set(loops))
    assert set(loops) == set(every_loop(graph, longest))
    assert found.complete


def test_a_complete_graph_of_six_has_409_loops() -> None:
    """The number of simple cycles of a complete directed graph: of k of 6 nodes there are (k - 1)!, k from 2."""
    graph = {name: [other for other in "abcdef" if other != name] for name in "abcdef"}
    assert len(cycles(model_of(graph), most=1000).paths) == 409


def test_more_loops_than_asked_for_are_told() -> None:
    graph = {name: list("abcdef") for name in "abcdef"}
    found = cycles(model_of(graph), most=100)
    assert len(found.paths) == 100
    assert not found.complete
    exactly = cycles(model_of(graph), most=415)
    assert len(exactly.paths) == 415
    assert exactly.complete


def test_parts_are_the_sets_of_variables_that_act_on_each_other() -> None:
    graph = {"a": ["b"], "b": ["a", "c"], "c": ["d"], "d": ["c"], "e": ["a"], "f": ["f"]}
    assert parts(graph) == [["a", "b"], ["c", "d"], ["f"]]


def test_a_chain_of_thousands_of_links_does_not_exhaust_the_stack() -> None:
    names = [f"v{place}" for place in range(5000)]
    graph = dict(zip(names, ([name] for name in [*names[1:], names[0]]), strict=True))
    found = cycles(model_of(graph), most=10)
    assert [len(path) for path in found.paths] == [5000]


def test_initial_values_are_no_links_and_constants_no_causes(mdl: Write) -> None:
    model = read(
        mdl(
            "stock = INTEG(inflow, 2 * inflow0)",
            "inflow0 = stock0",
            "stock0 = 3",
            "inflow = rate * stock",
            "rate = 0.1",
        )
    )
    graph = effects(model)
    assert graph["stock"] == ("inflow",)
    assert graph["inflow"] == ("stock",)
    assert graph["inflow0"] == ()
    assert "rate" not in graph


def test_the_stages_of_a_delay_are_no_loops_of_their_own(mdl: Write) -> None:
    model = read(mdl("stock = INTEG(goal - late, 1)", "goal = 1", "late = DELAY3(stock, 2)"))
    found = cycles(model, most=100)
    shown = {tuple(name for name in path if not model[name].hidden) for path in found.paths}
    assert shown == {("stock", "late")}  # by one way for each order that the delay can have
    assert max(map(len, found.paths)) == 5


@pytest.mark.parametrize(("name", "loops"), [("sir", 4), ("lotka_volterra", 5), ("core_spiral", 3), ("richardson", 3)])
def test_shipped_models_have_as_many_loops_as_one_counts_by_hand(name: str, loops: int) -> None:
    path = Path(__file__).parents[2] / "models" / f"{name}.mdl"
    assert len(cycles(read(path), most=100).paths) == loops
