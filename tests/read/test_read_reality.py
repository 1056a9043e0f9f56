"""Test inputs and constraints of a .mdl are read beside the model; what cannot be tried is refused by name."""

import random
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from xmile_text import aux, document

from sdmodel.errors import ModelError
from sdmodel.model.reality import Any, Comparison, Every
from sdmodel.read import read
from sdmodel.read.reality import read_reality
from sdmodel.read.vensim.logic import AND, OR, Compared, Joined, Mention, cases, logic
from sdmodel.read.vensim.rc_functions import Call
from sdmodel.read.vensim.reality import is_reality_check, stated
from sdmodel.read.vensim.sections import search

SAMPLE = Path(__file__).parents[1] / "pipeline" / "inventory_checks.mdl"
TEXT = SAMPLE.read_text(encoding="utf-8")


def refusals(path: Path) -> dict[str, str]:
    """The reason by the name of each check that cannot be tried."""
    return {one.name: one.reason for one in read_reality(path).refused}


def test_entries_are_told_from_equations():
    """By their keyword outside quotes and comments, in any case and with any blanks."""
    assert is_reality_check("a:the  condition:x = 1:implies:y = 1")
    assert is_reality_check('"a[b]" : TEST INPUT : x = 1')
    assert not is_reality_check('"a :TEST INPUT: b" = 1')
    assert not is_reality_check("a = 1 {was b :TEST INPUT: x = 1}")
    assert not is_reality_check("data :INTERPOLATE:")
    assert not is_reality_check("x = 1 :TEST INPUT: y = 2")


def test_a_file_gives_its_checks_with_place_and_documentation():
    """Names without quotes, subscripts apart, in words what is said."""
    found, bad = stated(search(TEXT).parts[0].entries)
    assert not bad
    assert [one.name for one in found] == [
        "TI no productivity",
        "no workers no production",
        "no production no growth",
        "nothing in store nothing shipped",
        "demand is met",
    ]
    first, second, third = found[:3]
    assert (first.consequence, first.subscripts) == (None, ("sector",))
    assert first.text == "productivity[sector] = RC STEP(productivity[sector], 0)"
    assert second.text == "If Workers[sector] = 0, then production[sector] = 0"
    assert TEXT.splitlines()[second.line - 1].startswith("no workers no production[sector]")
    assert third.documentation.endswith("Without production there are never more goods than before.")
    assert third.condition == Mention("TI no productivity", ("sector",))


def test_and_binds_before_or_and_brackets_before_both():
    """:NOT: turns comparisons round, so that none is left."""
    a, b, c = (Compared(f"{name} = 1", name, "=", "1") for name in "abc")
    assert logic("a = 1 :OR: b = 1 :AND: c = 1") == Joined(OR, (a, Joined(AND, (b, c))))
    assert logic("(a = 1 :OR: b = 1) :AND: c = 1") == Joined(AND, (Joined(OR, (a, b)), c))
    assert cases(logic("(a = 1 :OR: b = 1) :AND: c = 1")) == ((a, c), (b, c))
    turned = logic(":NOT: (a = 1 :AND: :NOT: b = 1)")
    assert isinstance(turned, Joined)
    assert turned.kind == OR
    assert [part.operator for part in turned.parts if isinstance(part, Compared)] == ["<>", "="]


def test_brackets_of_a_sum_are_no_brackets_of_logic():
    """A comparison inside IF THEN ELSE, or a name in quotes, is none of the check."""
    assert logic("(a + b) * 2 > c") == Compared("(a + b) * 2 > c", "(a + b) * 2", ">", "c")
    assert logic("IF THEN ELSE(a > 1, 2, 3) < (c)").operator == "<"  # type: ignore[union-attr]
    assert logic('"a > b" = 3') == Compared('"a > b" = 3', '"a > b"', "=", "3")


def test_an_rc_function_is_taken_apart():
    """With underscores and in any case; on the left it changes sides."""
    found = logic("rc_ramp check ( 2, MAX(x, 3), y[a, b] , 4, 5 ) >= x")
    assert isinstance(found, Compared)
    assert (found.left, found.operator) == ("x", "<=")
    assert found.right == Call(
        "ramp", True, (("grace", "2"), ("basis", "MAX(x, 3)"), ("mult", "y[a, b]"), ("time", "4"), ("start", "5"))
    )
    assert str(found.right) == "RC RAMP CHECK"


REFUSED = {
    "a :THE CONDITION: x = 1": "a constraint has one :IMPLIES:, not 0",
    "a :THE CONDITION: x = 1 :IMPLIES: ": "nothing follows :IMPLIES:",
    "a :THE CONDITION: x = 1 :IMPLIES: y": '"y" stands in the consequence',
    "a :THE CONDITION: nowhere :IMPLIES: y = 1": 'there is no test input "nowhere"',
    "a :THE CONDITION: (x = 1 :IMPLIES: y = 1": "a bracket is not closed",
    "a :THE CONDITION: x = 1) :IMPLIES: y = 1": "it cannot be understood from ')' on",
    "a :THE CONDITION: x < 1 < 3 :IMPLIES: y = 1": "compares more than two",
    "a :THE CONDITION: x = :IMPLIES: y = 1": "one side of 'x =' is missing",
    "a :THE CONDITION: x = 1 :AND: :IMPLIES: y = 1": "a comparison is missing",
    "a :THE CONDITION: x :WHEN: y :IMPLIES: y = 1": ":WHEN: is not a keyword that can stand there",
    "a :THE CONDITION: x = RC STEP(x) :IMPLIES: y = 1": "RC STEP takes 2 to 4 arguments, not 1",
    "a :THE CONDITION: x = RC STEP(x, 1, 2, 3, 4) :IMPLIES: y = 1": "RC STEP takes 2 to 4 arguments, not 5",
    "a :THE CONDITION: x = 2 * RC STEP(x, 1) :IMPLIES: y = 1": "RC STEP must stand alone",
    "a :THE CONDITION: x = RC STEP(x, 1) + 1 :IMPLIES: y = 1": "must stand alone",
    "a :THE CONDITION: x = RC STEP CHECK(1, x, 1) :IMPLIES: y = 1": "in the condition use RC STEP",
    "a :THE CONDITION: x = 1 :IMPLIES: y = RC GROW(x, 1)": "in the consequence use RC GROW CHECK",
    "a :THE CONDITION: x > :CROSSING: 1 :IMPLIES: y = 1": "belong to the consequence",
    "a :THE CONDITION: x = 1 :IMPLIES: y = :CROSSING: 1": ":CROSSING: goes with > or <",
    "a :THE CONDITION: x = 1 :IMPLIES: :NOT: (y > :AT LEAST ONCE: 1)": "say what must happen",
    "a :THE CONDITION: x = RC COMPARE('other', x, 1) :IMPLIES: y = 1": "reads the run 'other'",
    "a :THE CONDITION: x = RC COMPARE('base', x + 1, 1) :IMPLIES: y = 1": "its second argument is the name of one",
    "a :THE CONDITION: Time = RC STEP(x, 1) :IMPLIES: y = 1": "sets no variable that can be set",
    "a :THE CONDITION: x = 1 :IMPLIES: wy = 1": 'there is no variable "wy"',
    "a :THE CONDITION: x = FOO(1) :IMPLIES: y = 1": "there is no function 'foo'",
    "a :THE CONDITION: x = 1 + :IMPLIES: y = 1": "'1 +' cannot be parsed: it stops at ' +'",
    "a :THE CONDITION: x = INTEG(1, 2) :IMPLIES: y = 1": "'INTEG(1, 2)' defines a variable",
    "a :THE CONDITION: t = 1 :IMPLIES: y = 1": 'lookup "t" is used as a number',
    "a :THE CONDITION: x[p] = 1 :IMPLIES: y = 1": 'there is no subscript range or element "p"',
    "a :TEST INPUT: x": "a test input sets a variable",
    "a :TEST INPUT: x = 1 :OR: y = 1": "a test input cannot have :OR:",
    "a :TEST INPUT: x + 1 = 2": "sets no variable that can be set",
    "a :TEST INPUT: TIME STEP = 2": "sets no variable that can be set",
    "a :TEST INPUT: x = 1 :IMPLIES: y = 1": ":IMPLIES: belongs to a constraint",
    "a :TEST INPUT: order = 2": '"order" shapes the model',
    "x :TEST INPUT: x = 2": "it has the name of a variable",
    "a(b) :TEST INPUT: x = 2": "it begins with a name",
    "a[b:OR:] :TEST INPUT: x = 2": "'b:OR:' is no subscript",
}


@pytest.mark.parametrize("check", REFUSED)
def test_what_cannot_be_tried_is_refused_with_its_name_and_reason(mdl, check):
    """And spares the checks beside it, and the model."""
    path = mdl(
        *("x = 1", "y = x", "t((0,0),(1,1))", "order = 3", "z = DELAY N(x, 2, 1, order)"),
        check,
        "fine :THE CONDITION: x = 2 :IMPLIES: y = 2",
    )
    found = read_reality(path)
    assert [one.name for one in found.constraints] == ["fine"]
    (refused,) = found.refused
    assert REFUSED[check] in refused.reason
    assert "reality check" not in refused.reason
    assert (
        Path(path)
        .read_text(encoding="utf-8")
        .splitlines()[refused.line - 1]
        .startswith(refused.name.split("(")[0].split("[")[0])
    )
    assert [one.name for one in read(path).variables][:2] == ["x", "y"]


def test_two_checks_of_one_name_are_one_too_many(mdl):
    """The first counts."""
    path = mdl("x = 1", "c :THE CONDITION: x = 2 :IMPLIES: x = 2", "C :THE CONDITION: x = 3 :IMPLIES: x = 3")
    assert list(refusals(path).values()) == ["there is another check of that name, on line 7"]


def test_a_constraint_tells_why_its_test_input_cannot_be_used(mdl):
    """A name that is nearly right is named."""
    path = mdl(
        *("x = 1", "dry :TEST INPUT: x = wet", "moist :TEST INPUT: x = 2"),
        "c :THE CONDITION: dry :IMPLIES: x > 0",
        "d :THE CONDITION: moost :IMPLIES: x > 0",
    )
    found = refusals(path)
    assert found["c"] == f'test input "dry" cannot be used: {found["dry"]}'
    assert found["d"] == 'there is no test input "moost". Did you mean "moist"?'


def test_an_rc_function_in_an_equation_is_told_where_it_belongs(mdl):
    """The model itself cannot be run with it."""
    with pytest.raises(ModelError, match="RC STEP is not supported: it stands in reality checks only"):
        read(mdl("x = 1", "y = RC STEP(x, 2)"))


def test_checks_in_a_macro_are_told(mdl):
    """They would be about each use of it."""
    path = mdl("x = twice(1)")
    text = ":MACRO: twice(a)\ntwice = 2*a ~~|\nc :THE CONDITION: a = 1 :IMPLIES: twice = 2 ~~|\n:END OF MACRO:\n"
    path.write_text(path.read_text(encoding="utf-8").replace("{UTF-8}\n", "{UTF-8}\n" + text), encoding="utf-8")
    assert refusals(path) == {"c": "it stands in a macro; reality checks are about the model, so put it outside"}
    assert read(path)["x"]


def test_a_free_range_is_all_its_elements_and_a_range_of_the_name_is_a_check_each(mdl):
    """Two dimensions: one of the name, one of its sides."""
    path = mdl(
        *("r: a, b", "s: p, q", "x[r, s] = 1, 2; 3, 4", "y[r] = SUM(x[r, s!])"),
        "c[r] :THE CONDITION: x[r, s] = 0 :IMPLIES: y[r] = 0 :OR: y[r] > 1",
    )
    found = read_reality(path)
    assert [one.name for one in found.constraints] == ["c[a]", "c[b]"]
    first = found.constraints[0]
    assert len(first.cases[0].forced) == 2
    assert isinstance(first.consequence, Every)
    inner = first.consequence.parts[0]
    assert isinstance(inner, Any)
    assert all(isinstance(one, Comparison) for one in inner.parts)


def test_a_name_that_the_reader_would_give_is_passed_by(mdl):
    """Variables of the same words as those that stand for sides of checks."""
    path = mdl("reality check side 1 = 5", "x = reality_check_side 1", "c :THE CONDITION: x = 2 :IMPLIES: x = 2")
    found = read_reality(path)
    assert len(found.constraints) == 1
    assert [one.name for one in found.model.visible()][:2] == ["reality check side 1", "x"]


def test_many_ways_and_many_comparisons_are_refused(mdl):
    """Nothing grows beyond what a person wrote."""
    ways = " :AND: ".join(f"(x = {n} :OR: y = {n})" for n in range(8))
    many = " :AND: ".join(f"x > {n}" for n in range(600))
    path = mdl(
        "x = 1", "y = 1", f"c :THE CONDITION: {ways} :IMPLIES: x = 1", f"d :THE CONDITION: {many} :IMPLIES: x = 1"
    )
    found = refusals(path)
    assert "more than 64 ways" in found["c"]
    assert "more than 500 comparisons" in found["d"]


def test_deep_nesting_is_refused_without_a_traceback(mdl):
    """As it is in equations."""
    path = mdl("x = 1", f"c :THE CONDITION: {'(' * 300}x = 1{')' * 300} :IMPLIES: x = 1")
    assert "nested too deeply" in refusals(path)["c"]


def test_an_xmile_file_has_no_checks(tmp_path):
    """XMILE knows none, and its text is not searched for them."""
    path = tmp_path / "tiny.xmile"
    path.write_text(document(aux("x", "1", "<doc>c :TEST INPUT: x = 2</doc>")), encoding="utf-8")
    found = read_reality(path)
    assert (found.constraints, found.refused) == ((), ())


MARKS = [":THE CONDITION:", ":IMPLIES:", ":TEST INPUT:", ":AND:", ":OR:", ":NOT:", ":CROSSING:", "RC STEP(", "[sector]"]
MARKS += [
    "(",
    ")",
    "[",
    "]",
    ",",
    "=",
    "<",
    ">=",
    '"',
    "'",
    "{",
    "}",
    ":",
    "Inventory[sector]",
    "1e400",
    "\\\n",
    "!",
    "π",
]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32), st.integers(1, 6))
def test_a_damaged_file_is_read_or_refused_and_never_breaks(tmp_path, seed, count):
    """Pieces of the checks are cut out, doubled or replaced by marks of the language."""
    rng = random.Random(seed)
    begin, end = TEXT.index("TI no productivity"), TEXT.index("INITIAL TIME")
    middle = TEXT[begin:end]
    for _ in range(count):
        at = rng.randrange(len(middle))
        cut = at + rng.choice([0, 0, 1, 5, 30])
        middle = middle[:at] + rng.choice([*MARKS, "", middle[at : at + 20]]) + middle[cut:]
    path = tmp_path / "damaged.mdl"
    path.write_text(TEXT[:begin] + middle + TEXT[end:], encoding="utf-8")
    with suppress(ModelError):
        assert all(one.reason for one in read_reality(path).refused)
