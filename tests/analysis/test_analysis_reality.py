"""Expectations are judged on trajectories as they are written, future by future."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from sdmodel.analysis.files import from_dict, to_dict
from sdmodel.analysis.reality.expectations import Courses, judged
from sdmodel.analysis.reality.finding import Drawn, courses_of, finding_of, verdicts_of
from sdmodel.analysis.reality.verdicts import Verdict, counted, in_futures, verdict, wilson
from sdmodel.study.checks.expectation import expectation_of
from sdmodel.study.checks.spec import Check, CheckRun

TIMES = np.array([0.0, 1.0, 2.0, 4.0])
RUNS = {
    "a": Courses(
        TIMES,
        {"x": np.array([[0.0, 1.0, 2.0, 4.0], [4.0, 3.0, 2.0, 0.0]]), "y": np.array([[1.0, 1.0, 1.0, 1.0]] * 2)},
        np.array([False, False]),
    ),
    "b": Courses(
        np.array([0.0, 4.0]),
        {"x": np.array([[0.0, 3.0], [0.0, 3.0]])},
        np.array([False, False]),
    ),
}


def holds(text: str) -> list[bool]:
    return np.all([one.holds for one in judged(expectation_of(text), RUNS)], axis=0).tolist()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("end(a, 'x') > end(b, 'x')", [True, False]),
        ("start(a, 'x') = 0", [True, False]),
        ("at(a, 'x', 3) = 3", [True, False]),
        ("at(a, 'x', 3) = 1", [False, True]),
        ("max(a, 'x') - min(a, 'x') = 4", [True, True]),
        ("mean(a, 'x') = 2", [True, True]),
        ("mean(b, 'x') = 1.5", [True, True]),
        ("first(a, 'x' >= 2) = 2", [True, False]),
        ("first(a, 'x' > 5) > 1e300", [True, True]),
        ("first(a, 'x' > 5) = first(b, 'x' > 5)", [True, True]),
        ("always(a, 0 <= 'x' <= 4)", [True, True]),
        ("always(a, 'x' > 0)", [False, False]),
        ("always(a, 'x' <= 4 * 'y')", [True, True]),
        ("always(a, 'x' >= start(a, 'x'))", [True, False]),
        ("always(a, 'x' < 1 + end(b, 'x'))", [False, False]),
        ("never(a, 'x' > 4)", [True, True]),
        ("never(a, 1.5 < 'x' < 2.5)", [False, False]),
        ("never(a, 1.2 < 'x' < 1.8)", [True, True]),
        ("smallest(end(a, 'x'), 2) < largest(1, end(a, 'x'), 2)", [True, True]),
        ("abs(end(a, 'x') - 2) = 2", [True, True]),
        ("end(a, 'x') = 3 within 1", [True, False]),
        ("1 / end(a, 'x') < 1", [True, False]),
        ("end(a, 'x') / end(a, 'x') = 1", [True, False]),
        ("1 < 1 + 1e-15", [False, False]),
        ("1 <= 1 - 1e-15", [True, True]),
        ("1 = 1 + 1e-15", [True, True]),
        ("1 < 2 < 3", [True, True]),
        ("3 > 2 > 2", [False, False]),
    ],
)
def test_an_expectation_holds_in_the_futures_in_which_it_is_true(text: str, expected: list[bool]) -> None:
    assert holds(text) == expected


def test_times_that_are_not_those_of_a_run_are_left_out() -> None:
    nan = np.nan
    runs = {"a": Courses(TIMES, {"x": np.array([[nan, 1.0, nan, 5.0]])}, np.array([False]))}
    text = "1 = start(a, 'x') = min(a, 'x') = first(a, 'x' > 0)"
    for true in (
        text,
        "end(a, 'x') = max(a, 'x') = 5",
        "at(a, 'x', 2) = 7 / 3",
        "mean(a, 'x') = 3",
        "always(a, 'x' > 0)",
    ):
        assert all(one.holds.all() for one in judged(expectation_of(true), runs)), true
    assert not judged(expectation_of("at(a, 'x', 0) < 9"), runs)[0].holds.any()


def test_what_is_nowhere_known_fails() -> None:
    runs = {"a": Courses(TIMES, {"x": np.full((1, 4), np.nan)}, np.array([False]))}
    for text in ("always(a, 'x' > 0)", "never(a, 'x' > 0)", "end(a, 'x') > 0", "max(a, 'x') <= 0", "mean(a, 'x') = 0"):
        assert not judged(expectation_of(text), runs)[0].holds.any(), text


@given(
    st.lists(st.floats(-10, 10), min_size=4, max_size=4),
    st.sampled_from(["<", "<=", ">", ">="]),
    st.floats(-10, 10),
)
def test_what_holds_always_is_never_otherwise(course: list[float], sign: str, limit: float) -> None:
    """ "never" of the opposite is the same, and "always" is what each time says by itself."""
    runs = {"a": Courses(TIMES, {"x": np.array([course])}, np.array([False]))}
    opposite = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}[sign]
    says = [
        bool(judged(expectation_of(text), runs)[0].holds[0])
        for text in (f"always(a, 'x' {sign} {limit!r})", f"never(a, 'x' {opposite} {limit!r})")
    ]
    each = [bool(judged(expectation_of(f"at(a, 'x', {time:g}) {sign} {limit!r}"), runs)[0].holds[0]) for time in TIMES]
    assert says == [all(each), all(each)]


def test_sides_of_a_statement_about_all_times_are_those_where_it_fails_by_the_most() -> None:
    low, high = judged(expectation_of("always(a, 0.5 <= 'x' <= 3)"), RUNS)
    assert (low.text, high.text) == ("always(a, 0.5 <= 'x')", "always(a, 'x' <= 3)")
    assert (low.right.tolist(), low.time.tolist()) == ([0.0, 0.0], [0.0, 4.0])
    assert (high.left.tolist(), high.time.tolist()) == ([4.0, 4.0], [4.0, 0.0])


def check(*expect: str) -> Check:
    return Check(
        "R1", "If so, then so", dict.fromkeys(RUNS, CheckRun()), tuple(map(expectation_of, expect)), claims=("C1", "C2")
    )


def test_a_verdict_has_the_numbers_of_the_base_run() -> None:
    found = verdict(check("end(a, 'x') > end(b, 'x')", "always(a, 'x' < 3)"), RUNS)
    assert not found.holds
    assert [(side.left, side.comparison, side.right, side.holds, side.time) for side in found.sides] == [
        (4.0, ">", 3.0, True, None),
        (4.0, "<", 3.0, False, 4.0),
    ]


def test_a_failed_run_makes_a_check_fail_with_its_reason() -> None:
    found = verdict(check("end(a, 'x') > 0"), RUNS, 'run "a" failed: "x" is inf at time 3.')
    assert (found.holds, found.sides) == (False, ())
    assert "is inf at time 3" in found.failure


def test_a_check_does_not_hold_in_a_future_in_which_one_of_its_runs_failed() -> None:
    b = RUNS["b"]
    runs = {"a": RUNS["a"], "b": Courses(b.times, b.values, np.array([True, False]))}
    held, broken = in_futures(check("max(a, 'x') = 4"), runs)
    assert (held.tolist(), broken.tolist()) == ([False, True], [True, False])


@pytest.mark.parametrize(("held", "total"), [(0, 10), (10, 10), (7, 10), (523, 1000), (1, 3), (999_999, 1_000_000)])
def test_the_interval_of_a_share_is_that_of_wilson(held: int, total: int) -> None:
    expected = binomtest(held, total).proportion_ci(0.95, method="wilson")
    assert wilson(held, total) == pytest.approx((expected.low, expected.high), abs=1e-14)


def test_without_tries_nothing_is_known() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    assert math.isnan(Verdict("a", "", "", (), True).share)


def test_the_finding_gives_verdicts_and_courses_back_after_being_kept() -> None:
    found = [
        counted(verdict(check("end(a, 'x') > 0", "always(a, 'x' < 3)"), RUNS), 3, 4, 1),
        Verdict("R2", "If it breaks, then it fails", "structure", (), False, failure='run "a" failed'),
    ]
    drawn = [
        Drawn("R1", "a", "Status quo; x 1", "x", "Dmnl", True, RUNS["a"].values["x"][0]),
        Drawn("R1", "b", "Status quo", "x", "Dmnl", True, np.array([0.0, np.nan, np.nan, 3.0])),
    ]
    finding = finding_of(found, drawn, TIMES, study="s", seed=7, unit="Year")
    kept = from_dict(to_dict(finding))
    assert kept.sentence == finding.sentence
    assert list(verdicts_of(kept)) == found
    again = courses_of(kept, "R1")
    assert [(one.run, one.title, one.variable, one.units, one.risk) for one in again] == [
        (one.run, one.title, one.variable, one.units, one.risk) for one in drawn
    ]
    np.testing.assert_array_equal(again[1].values, drawn[1].values)
    assert courses_of(kept, "R2") == []
    assert "1 of 4 for R1" in " ".join(kept.caveats)


@pytest.mark.parametrize(
    ("results", "words"),
    [
        ([(True, 0, 0), (True, 0, 0)], "All 2 reality checks hold with the model's own numbers."),
        ([(True, 0, 0), (False, 0, 0)], "1 of 2 reality checks hold with the model's own numbers; R1 fails."),
        ([(False, 0, 0)] * 2, "0 of 2 reality checks hold with the model's own numbers; R0 and R1 fail."),
        ([(True, 9, 9), (True, 9, 9)], "In all of 9 futures every one holds."),
        (
            [(True, 9, 9), (True, 3, 9)],
            "1 holds in all of 9 futures drawn; the weakest is R1, which holds in 33 % of 9 futures.",
        ),
    ],
)
def test_the_sentence_tells_how_many_hold_and_which_is_weakest(
    results: list[tuple[bool, int, int]], words: str
) -> None:
    found = [
        counted(Verdict(f"R{number}", "", "", (), holds), held, futures, 0)
        for number, (holds, held, futures) in enumerate(results)
    ]
    assert finding_of(found, [], TIMES, study="s", seed=0, unit="").sentence.endswith(words)
