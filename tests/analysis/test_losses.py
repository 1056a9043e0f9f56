"""Futures without a number: what failing goes with, what is said of it, and when nothing more is told."""

import numpy as np
import pytest

from sdmodel.analysis.sensitivity.losses import Loss, along, caveats_of, told_of

RANDOM = np.random.default_rng(3)
INPUTS = RANDOM.uniform(size=(3000, 4))
NAMES = ("a", "b @ start", "c", "d")


@pytest.mark.parametrize(
    ("lost", "words"),
    [
        (INPUTS[:, 1] > 0.9, "failing goes with high b, "),
        (INPUTS[:, 2] < 0.5, "failing goes with low c, "),
        (np.abs(INPUTS[:, 0] - 0.5) < 0.1, "failing goes with a, "),
        ((INPUTS[:, 0] > 0.8) & (INPUTS[:, 3] < 0.1), "failing goes with low d, "),
    ],
)
def test_failing_is_told_by_the_input_it_goes_with_and_which_end(lost: np.ndarray, words: str) -> None:
    assert along(INPUTS, NAMES, lost).startswith(words)


def test_failing_at_random_goes_with_nothing_and_a_handful_is_not_judged() -> None:
    assert along(INPUTS, NAMES, RANDOM.uniform(size=3000) < 0.2) == "failing goes with no single input"
    assert along(INPUTS, NAMES, np.arange(3000) < 5) == ""


def test_little_is_a_note_more_comes_first_and_half_ends_it() -> None:
    little, more, most = (Loss("cost", 1000, failed, 0) for failed in (50, 51, 501))
    assert little.first("futures", withheld=little.is_too_much) == ""
    assert "other 949 alone" in more.first("futures", withheld=more.is_too_much)
    assert most.is_too_much
    assert most.mostly_failed
    assert told_of({"cost": most}, ["cost"], "blocks")[1] == []
    assert caveats_of([little], "futures")[0] == "Left out: in 50 of 1,000 futures (5 %) cost failed."


def test_never_is_no_failure_but_too_few_whole_blocks_tell_nothing() -> None:
    late = Loss("year", 1000, 0, 600, of_time=True)
    assert late.is_too_much
    assert not late.mostly_failed
    assert "year never comes" in late.reason("blocks")
    assert "indicator" in caveats_of([late], "blocks")[1]
    assert not Loss("year", 64, 0, 32).is_too_much
    assert Loss("year", 64, 0, 33).is_too_much
    assert Loss("year", 16, 0, 5).is_too_much, "11 whole blocks are fewer than 12"
    assert not Loss("year", 8, 0, 0).is_too_much
    assert late.first("blocks", withheld=True).endswith(", and 500 must have a number.")
