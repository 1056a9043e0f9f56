"""The text of an expectation is read as it is meant, and nonsense is told with its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdmodel.study.checks.expectation import FUNCTIONS, MOST_TERMS, STATEMENTS, expectation_of
from sdmodel.study.checks.spec import Arithmetic, Choice, Comparison, Course, First, Literal, Reading, Throughout
from sdmodel.study.checks.tokens import LONGEST


def only(text: str) -> Comparison | Throughout:
    (part,) = expectation_of(text).parts
    return part


def test_numbers_of_two_runs_are_compared() -> None:
    part = only(" at(tight, 'China suspicion', 2026) > end(base, \"US suspicion\") ")
    left = Reading("at", "tight", Course("China suspicion"), 2026.0)
    assert (part.left, part.operator, part.right) == (left, ">", Reading("end", "base", Course("US suspicion")))
    assert part.text == "at(tight, 'China suspicion', 2026) > end(base, \"US suspicion\")"


def test_products_bind_tighter_than_sums_and_parentheses_tightest() -> None:
    part = only("1 + 2 * 3 < (4 - 5) / -6")
    assert part.left == Arithmetic("+", Literal(1.0), Arithmetic("*", Literal(2.0), Literal(3.0)))
    six = Arithmetic("-", Literal(0.0), Literal(6.0))
    assert part.right == Arithmetic("/", Arithmetic("-", Literal(4.0), Literal(5.0)), six)


def test_differences_are_read_from_the_left() -> None:
    left = Arithmetic("-", Arithmetic("-", Literal(5.0), Literal(3.0)), Literal(1.0))
    assert only("5 - 3 - 1 = 1").left == left


def test_a_chain_is_a_comparison_of_each_pair() -> None:
    part = only("always(a, 0 <= 'share' <= 1)")
    assert isinstance(part, Throughout)
    assert [one.text for one in part.comparisons] == ["0 <= 'share'", "'share' <= 1"]
    assert [one.text for one in expectation_of("1 < 2 < 3").parts] == ["1 < 2", "2 < 3"]


def test_courses_and_numbers_of_the_run_may_be_mixed() -> None:
    part = only("always(a, 'men' + 'women' = start(a, 'all') within 0.5)")
    assert isinstance(part, Throughout)
    (one,) = part.comparisons
    assert (one.right, one.within) == (Reading("start", "a", Course("all")), 0.5)


def test_first_smallest_never_and_double_equal_signs() -> None:
    assert only("first(a, 'x' >= 0.5) == 3").left == First(
        "a", Comparison("'x' >= 0.5", Course("x"), ">=", Literal(0.5))
    )
    assert only("smallest(1, 2, 3) < abs(4)").right == Choice("abs", (Literal(4.0),))
    never = only("never(a, 'x' > 1)")
    assert isinstance(never, Throughout)
    assert never.never


def test_quotes_within_a_name_are_written_twice() -> None:
    assert only("end(a, 'China''s share') = 1").left == Reading("end", "a", Course("China's share"))
    assert only('end(a, "China\'s share") = 1').left == Reading("end", "a", Course("China's share"))


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("", 1, "expected a number"),
        ("1", 2, "expected a comparison"),
        ("1 < ", 4, "expected a number, a name in quotes, or a function"),
        ("'x' < 1", 1, "end(run, 'name')"),
        ("end(a, x) < 1", 8, "Names of variables need quotes"),
        ("ned(a, 'x') < 1", 1, 'Did you mean "end"?'),
        ("alwys(a, 'x' < 1)", 1, 'Did you mean "always"?'),
        ("end(a 'x') < 1", 7, 'expected ","'),
        ("end('x') < 1", 5, "the name of a run"),
        ("at(a, 'x') < 1", 10, 'expected ","'),
        ("at(a, 'x', end(a, 'x')) < 1", 12, "expected a number"),
        ("1 < 2 and 2 < 3", 7, "all expectations of the list must hold"),
        ("1 < 2 within 3", 7, 'only "=" can have a tolerance'),
        ("1 < always(a, 'x' < 1)", 5, "stands alone"),
        ("always(a, 'x' < 1) > 2", 20, "expected the end"),
        ("end(a, 'x) < 1", 8, "no closing quote"),
        ("end(a, ' ') < 1", 8, "the name is empty"),
        ("end(a, 'x') & 1", 13, '"&" has no meaning'),
        ("1e999 < 1", 1, "too large"),
        ("first(a, 0 < 'x' < 1) < 2", 10, "takes one comparison"),
        ("(" * 200 + "1 < 2", 41, "nested deeper"),
        ("1" + "+1" * MOST_TERMS + " < 1", 2 * MOST_TERMS + 1, "more than"),
        ("abs(1, 2) < 3", 6, 'expected ")"'),
    ],
)
def test_what_cannot_be_read_is_told_with_its_position(text: str, position: int, words: str) -> None:
    with pytest.raises(ValueError, match=f"^position {position}\\b") as caught:
        expectation_of(text)
    assert words in str(caught.value)


def test_an_endless_text_is_refused() -> None:
    with pytest.raises(ValueError, match="write several expectations"):
        expectation_of("1 < 2" + " " * LONGEST + "")


PIECES = [
    *FUNCTIONS,
    *STATEMENTS,
    "a",
    "b",
    "within",
    "'x'",
    '"y z"',
    "'",
    '"',
    "(",
    ")",
    ",",
    "<",
    "<=",
    "=",
    "==",
    ">",
]
PIECES += ["+", "-", "*", "/", "1", "2.5", "1e9", ".", " ", "\n", "\x00", "é", "§", "__import__", "and"]


@given(st.lists(st.sampled_from(PIECES), max_size=40).map(" ".join) | st.text(max_size=60))
def test_any_text_is_an_expectation_or_a_complaint(text: str) -> None:
    said = ""
    try:
        assert expectation_of(text).text == text.strip()
    except ValueError as error:
        said = str(error)
    assert not said or (said.startswith("position ") and said.isprintable())
