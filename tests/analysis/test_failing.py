"""Words that say what failing is."""

import numpy as np
import pytest

from sdmodel.analysis.failing import Term, beyond, failing_of
from sdmodel.errors import RunsError
from sdmodel.study.terms import Outcome

KNOWN = {
    "peak": Outcome("peak", "x", "max", acceptable=("<=", 0.4)),
    "year_of_peace": Outcome("year_of_peace", "x", "first", condition=(">", 1.0)),
}


def test_and_binds_before_or() -> None:
    found = failing_of("peak > 1 or peak < 0.5 AND regret( Peak ) >= 1e-1", KNOWN)
    assert found.text == "peak > 1 or peak < 0.5 and regret(peak) >= 0.1"
    peak, regret = np.array([2.0, 0.2, 0.2, 0.7]), np.array([0.0, 0.3, 0.0, 0.3])
    numbers = {term: regret if term.regret else peak for term in found.terms}
    assert found.holds(numbers).tolist() == [True, True, False, False]


def test_names_may_be_spelled_with_spaces() -> None:
    assert failing_of("Year of peace > 2045", KNOWN).terms == (Term("year_of_peace", (">", 2045.0)),)


def test_to_miss_a_limit_is_its_opposite() -> None:
    assert beyond(KNOWN["peak"]).text == "peak > 0.4"


def test_an_outcome_without_a_limit_is_refused_with_what_to_say_instead() -> None:
    with pytest.raises(RunsError, match='--fails "year_of_peace > NUMBER"'):
        beyond(KNOWN["year_of_peace"])


@pytest.mark.parametrize(
    "text", ["", "peak", "peak >", "peak > high", "peak > nan", "> 3", "peak > 1 and", "(peak > 1)"]
)
def test_what_cannot_be_read_is_refused_in_words(text: str) -> None:
    with pytest.raises(RunsError, match=r"cannot read|no outcome"):
        failing_of(text, KNOWN)


def test_an_unknown_outcome_is_answered_with_the_nearest() -> None:
    with pytest.raises(RunsError, match='Did you mean "peak"'):
        failing_of("peek > 1", KNOWN)
