"""Shares are never rounded up to all or down to none; years have no separators; one of a thing is singular."""

import pytest

from sdmodel.analysis.wording import counted, number, percent, share
from sdmodel.cli.numbers import percent as cell


@pytest.mark.parametrize(
    ("part", "words", "in_table"),
    [
        (1.0, "100 %", "100 %"),
        (0.0, "0 %", "0 %"),
        (775 / 776, "99.9 %", "99.9 %"),
        (1 / 776, "0.1 %", "0.1 %"),
        (0.9999, "more than 99.9 %", ">99.9 %"),
        (1e-9, "less than 0.1 %", "<0.1 %"),
        (0.994, "99 %", "99 %"),
        (1.2, "120 %", "120 %"),
        (0.371, "37 %", "37 %"),
    ],
)
def test_only_all_is_100_percent_and_only_none_is_0(part: float, words: str, in_table: str) -> None:
    assert percent(part) == words
    assert cell(part) == in_table


def test_a_share_that_is_not_known_is_told_so() -> None:
    assert percent(float("nan")) == "not known"
    assert cell(float("nan")) == ""


def test_years_are_numbers_without_separators_and_other_times_keep_theirs() -> None:
    assert number(2020.0, "Year") == "2020"
    assert number(2026.5, "years") == "2026.5"
    assert number(2020.0, "Month") == "2,020 Month"
    assert number(12.0, "Year") == "12 Year"
    assert number(5000.0, "Year") == "5,000 Year"


def test_one_is_singular() -> None:
    assert counted(1, "future") == "1 future"
    assert counted(1200, "future") == "1,200 futures"
    assert share(1, 1) == "in the only future"
    assert share(0, 1) == "not in the only future"
