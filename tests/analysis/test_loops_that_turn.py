"""A loop that changes between reinforcing and balancing: the time at which it does is told."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from sdmodel.analysis.loops.dominance import Turn, turns
from sdmodel.analysis.loops.loop_scores import turn_words
from sdmodel.pipeline.loops.loop_scores import dominance
from sdmodel.read import read

TIMES = np.arange(6.0)


def test_turns_are_the_times_on_both_sides_and_rest_does_not_count() -> None:
    assert turns(np.array([1, 0.5, 0, -0.2, -1, 0]), TIMES) == [Turn(1.0, 3.0, "balancing")]
    assert turns(np.array([1, 0.5, 0, 0.2, 1, 0]), TIMES) == []
    assert turn_words(np.array([1, -1, -1, 1, 1, 1.0]), TIMES) == (
        "reinforcing until 0, balancing from 1 until 2, reinforcing from 3 on"
    )
    assert turn_words(np.array([1, -1, 1, -1, 1, -1.0]), TIMES) == "reinforcing first, and changes 5 times from 1 on"
    assert turn_words(np.ones(6), TIMES) == ""


def test_the_one_loop_of_a_logistic_in_one_equation_turns_at_half_its_capacity(mdl: Callable[..., Path]) -> None:
    """S = 100 / (1 + 99 exp(-t / 2)) is at 50 when t = 2 ln 99 = 9.19."""
    model = read(mdl("S = INTEG(0.5 * S * (1 - S / 100), 1)", stop=30, step=0.125, saveper=1))
    finding = dominance(model, None)
    assert finding.sentence.endswith("C1 is reinforcing until 9, balancing from 10 on.")
    assert finding.table["turns"].values.tolist() == [["reinforcing until 9, balancing from 10 on"]]


def test_the_help_of_loops_shows_a_study_that_names_loops(mdl: Callable[..., Path]) -> None:
    from sdmodel.cli.loops import loops

    assert "sdmodel loops sir --outcome peak" in (loops.__doc__ or "")
