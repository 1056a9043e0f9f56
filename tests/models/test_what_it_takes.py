"""Draft answers of the specification (Q1, Q2, Q11): the least reassurance by a year, what each gives, what is first."""

import numpy as np
import pytest
from shipped import FOLDER

from sdmodel.pipeline.levers.minimal import reassure
from sdmodel.pipeline.levers.timing import timing
from sdmodel.pipeline.question import Question, load


@pytest.fixture(scope="module")
def dilemma() -> Question:
    return load(FOLDER / "technology_security_dilemma.toml")


@pytest.mark.parametrize(("scenario", "known"), [("managed", [0.53, 0.42, 0.38]), ("status_quo", [0.65, 0.53, 0.49])])
def test_the_least_symmetric_reassurance_is_that_of_the_draft(
    dilemma: Question, scenario: str, known: list[float]
) -> None:
    """Draft, to two digits, with or without managed levers; intensity moves all levers and the negotiation alike."""
    table = reassure(dilemma.study, dilemma.model, scenario=scenario, futures=0).table
    found = table["limit_least"].sel(limit=[2035, 2040, 2045]).values
    np.testing.assert_allclose(found, known, atol=0.008)
    assert (np.diff(table["limit_least"].values[1:]) < 0).all()  # the later, the less


def test_three_tenths_of_the_us_and_six_of_china_give_mutual_security_of_0_87_or_more(dilemma: Question) -> None:
    """Draft: 0.87, without the negotiation; with what both do of it, somewhat more."""
    table = reassure(dilemma.study, dilemma.model, target="mutual_security", futures=0).table
    given = table["surface"].sel(measure="mutual_security_2045").interp(first=0.3, second=0.6)
    assert float(given) == pytest.approx(0.887, abs=0.003)
    assert float(table["second_needed"].sel(first=0.3, method="nearest")) < 0.6


def test_neither_side_alone_brings_both_pillars(dilemma: Question) -> None:
    table = reassure(dilemma.study, dilemma.model, futures=0).table
    assert np.isnan(table["least"].sel(who=["us", "china"]).values).all()


def test_reassurance_first_ends_in_fewer_crises_than_vulnerability_first(dilemma: Question) -> None:
    table = timing(dilemma.study, dilemma.model, points=3, futures=0).table
    less_vulnerable, reassured, early, late = table["in_order"].sel(outcome="crisis_probability_2045").values
    assert early < reassured < less_vulnerable < late
