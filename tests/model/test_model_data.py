"""Names, expressions, evaluation and the order of equations, as sentences."""

import math

import pytest

from sdmodel.errors import ModelError
from sdmodel.model.evaluate import apply, evaluate, fold, interpolate
from sdmodel.model.expr import Apply, Interpolate, Number, Ref, children, references, rewrite, tables, walk
from sdmodel.model.model import Auxiliary, Constant, Frozen, Held, Model, Stock, Table, reads
from sdmodel.model.names import did_you_mean, key
from sdmodel.model.operations import OPERATIONS
from sdmodel.model.order import at_each_step, at_the_start

A, B = Ref("a"), Ref("b")


def plus(*terms):
    result = terms[0]
    for term in terms[1:]:
        result = Apply("add", (result, term))
    return result


@pytest.mark.parametrize(
    "spelling", ["US suspicion", "us_suspicion", '"US Suspicion"', "  US \t suspicion ", "US__suspicion"]
)
def test_spellings_of_one_name_have_one_key(spelling):
    """Case, spaces, underscores, quotes and breaks in a name do not matter."""
    assert key(spelling) == "us suspicion"
    assert key("US\\nsuspicion") == "us suspicion"


def test_different_names_have_different_keys():
    """Quotes are taken off in pairs only; accents and other scripts stay."""
    assert len({key(name) for name in ("a", "a b", "ab", '"', '"a', "ä", "Straße", "人口", "a-b")}) == 9


def test_the_nearest_name_is_proposed_or_none():
    """In its own spelling."""
    assert did_you_mean("us suspicoin", ["US Suspicion", "time"]) == ' Did you mean "US Suspicion"?'
    assert did_you_mean("zzz", ["US Suspicion"]) == ""
    assert did_you_mean("a", []) == ""


def test_expressions_are_walked_parents_first():
    """Each reference is told once, tables apart from variables; deep expressions do not exhaust the stack."""
    expr = plus(A, Interpolate("t", Apply("multiply", (B, A))), Number(2.0))
    assert next(walk(expr)) is expr
    assert references(expr) == ("a", "b")
    assert tables(expr) == ("t",)
    assert children(A) == ()
    deep = A
    for _ in range(50_000):
        deep = Apply("negate", (deep,))
    assert references(deep) == ("a",)


def test_rewriting_replaces_every_node_children_first():
    """Inside operations and tables."""
    expr = plus(A, Interpolate("t", A))
    assert rewrite(expr, lambda node: B if node == A else node) == plus(B, Interpolate("t", B))


def test_literals_are_folded_only_where_they_give_a_finite_number():
    """1/0 stays an equation: it must fail at its own time, in its own run."""
    assert fold(plus(Number(1.0), Number(2.0), A)) == plus(Number(3.0), A)
    assert fold(plus(A, plus(Number(1.0), Number(2.0)))) == plus(A, Number(3.0))
    undefined = Apply("divide", (Number(1.0), Number(0.0)))
    assert fold(undefined) == undefined
    assert fold(Interpolate("t", plus(Number(1.0), Number(1.0)))) == Interpolate("t", Number(2.0))


IEEE = [
    ("divide", (1, 0), math.inf),
    ("divide", (-1, 0), -math.inf),
    ("divide", (0, 0), math.nan),
    ("divide", (math.inf, 0), math.inf),
    ("power", (0, 0), 1),
    ("power", (-8, 1 / 3), math.nan),
    ("power", (-2, 3), -8),
    ("power", (0, -1), math.inf),
    ("power", (10, 400), math.inf),
    ("power", (-10, 401), -math.inf),
    ("power", (math.nan, 0), 1),
    ("exp", (1000,), math.inf),
    ("exp", (-1000,), 0),
    ("log", (0,), -math.inf),
    ("log", (-1,), math.nan),
    ("sqrt", (-1,), math.nan),
    ("arcsin", (2,), math.nan),
    ("cosh", (1000,), math.inf),
    ("sinh", (-1000,), -math.inf),
    ("sin", (math.inf,), math.nan),
    ("truncate", (-2.7,), -2),
    ("floor", (-2.7,), -3),
    ("floor", (math.inf,), math.inf),
    ("minimum", (math.nan, 1), math.nan),
    ("maximum", (1, math.nan), math.nan),
    ("and", (2, -3), 1),
    ("or", (0, 0), 0),
    ("not", (0.5,), 0),
    ("select", (0, math.nan, 3), 3),
    ("select", (math.nan, 2, 3), 2),
    ("not_equal", (math.nan, math.nan), 1),
    ("less_equal", (math.nan, 1), 0),
]


@pytest.mark.parametrize(("operation", "arguments", "wanted"), IEEE)
def test_operations_answer_as_ieee_arithmetic_does(operation, arguments, wanted):
    """No exception for any number."""
    assert apply(operation, *map(float, arguments)) == pytest.approx(wanted, nan_ok=True)


def test_operations_answer_any_numbers_without_an_exception():
    """All of them, on all triples of awkward numbers."""
    awkward = (0.0, -0.0, 1.0, -2.5, 1e308, -1e308, 5e-324, math.inf, -math.inf, math.nan)
    for name, operation in OPERATIONS.items():
        for a in awkward:
            for b in awkward:
                assert isinstance(apply(name, *(a, b, a)[: operation.arity]), float), (name, a, b)


@pytest.mark.parametrize(
    ("beyond", "wanted"), [("hold", [1, 1, 2, 5, 5]), ("extrapolate", [0, 1, 2, 5, 8]), ("steps", [1, 1, 1, 5, 5])]
)
def test_tables_are_read_by_their_kind(beyond, wanted):
    """Left of the first point, on it, between, on the last, right of it."""
    table = Table(name="t", x=(0, 2, 3), y=(1, 2 + 0, 5), beyond=beyond)
    wanted = [1, 1, 1, 5, 5] if beyond == "steps" else wanted
    found = [interpolate(table, at) for at in (-2, 0, 1.999999999999 if beyond == "steps" else 2, 3, 4)]
    assert found == pytest.approx(wanted)
    assert math.isnan(interpolate(table, math.nan))
    assert evaluate(Interpolate("t", A), {"a": 3.0}.__getitem__, {"t": table}.__getitem__) == 5


def model(*variables):
    return Model("m", variables, "folder/m.mdl")


def test_auxiliaries_are_computed_after_those_they_read():
    """Whatever their order in the file; stocks and constants are known."""
    found = model(
        Auxiliary(name="c", equation=plus(Ref("b"), Ref("s"))),
        Auxiliary(name="b", equation=plus(Ref("a"), Ref("k"))),
        Constant(name="k", value=1),
        Auxiliary(name="a", equation=Ref("Time")),
        Stock(name="s", net_flow=Ref("c"), initial=Ref("k")),
    )
    assert at_each_step(found) == ("a", "b", "c")
    assert set(at_the_start(found)) == {"a", "b", "c", "s"}


def test_stocks_start_after_what_their_initial_values_read():
    """Through auxiliaries, frozen and held values."""
    found = model(
        Stock(name="s", net_flow=Number(1.0), initial=plus(Ref("a"), Number(1.0))),
        Auxiliary(name="a", equation=Ref("t")),
        Stock(name="t", net_flow=Ref("s"), initial=Ref("f")),
        Frozen(name="f", equation=Ref("h")),
        Held(name="h", next=Ref("s"), initial=Number(3.0)),
    )
    assert at_the_start(found) == ("h", "f", "t", "a", "s")


def test_a_loop_through_a_stock_is_none():
    """Feedback is what these models are about."""
    found = model(Auxiliary(name="flow", equation=Ref("s")), Stock(name="s", net_flow=Ref("flow"), initial=Number(1.0)))
    assert at_each_step(found) == ("flow",)


def test_an_algebraic_loop_names_file_equations_and_lines():
    """Each member once, in the order in which they need each other."""
    found = model(
        Auxiliary(name="a", equation=Ref("b"), text="b + 1", line=3),
        Auxiliary(name="b", equation=Ref("a"), text="a * 2", line=7),
    )
    with pytest.raises(ModelError, match=r"m\.mdl: algebraic loop: (a → b → a|b → a → b)\.") as caught:
        at_each_step(found)
    assert "a = b + 1   (line 3)" in str(caught.value)
    assert "b = a * 2   (line 7)" in str(caught.value)


def test_active_initial_breaks_a_loop_of_initial_values_only():
    """At the start its own initial value counts, at each step its equation."""
    looped = Auxiliary(name="a", equation=Ref("s"), initial=Number(5.0))
    found = model(looped, Stock(name="s", net_flow=Ref("a"), initial=Ref("a")))
    assert at_the_start(found) == ("a", "s")
    assert at_each_step(found) == ("a",)


def test_a_model_is_found_by_any_spelling_and_proposes_the_nearest_name():
    """And hidden variables are never proposed."""
    found = model(Constant(name="US suspicion", value=1), Constant(name="US suspicions", value=1, hidden=True))
    assert found["us_SUSPICION"].name == "US suspicion"
    assert "us suspicion" in found
    assert 3 not in found
    with pytest.raises(ModelError, match='Did you mean "US suspicion"'):
        found["us suspicionss"]


def test_the_fingerprint_tells_what_is_computed_not_how_it_is_described():
    """Comments and lines may change, numbers and equations may not."""
    one = model(Constant(name="a", value=1.0))
    assert model(Constant(name="a", value=1.0, documentation="said", line=9, text="1")).fingerprint == one.fingerprint
    assert model(Constant(name="a", value=1.5)).fingerprint != one.fingerprint
    assert model(Auxiliary(name="a", equation=Number(1.0))).fingerprint != one.fingerprint


def test_what_a_variable_reads_is_told_once_with_tables_and_clock():
    """From all its expressions."""
    stock = Stock(name="s", net_flow=plus(A, Interpolate("t", B), Ref("Time")), initial=plus(A, Ref("c")))
    assert reads(stock) == ("a", "b", "Time", "t", "c")


def test_replaced_variables_keep_their_place():
    """New ones come last."""
    found = model(Constant(name="a", value=1), Constant(name="b", value=2))
    changed = found.replaced([Constant(name="A", value=7)], [Constant(name="c", value=3)])
    assert [variable.name for variable in changed.variables] == ["A", "b", "c"]
    assert [variable.name for variable in found.variables] == ["a", "b"]
