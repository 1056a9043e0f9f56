"""Where more may hurt, a share of futures is served by one intensity or by none; targets are typed, costs told."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.errors import ExperimentError, StudyError
from sdmodel.pipeline.levers.minimal import reassure
from sdmodel.pipeline.question import Question, load
from sdmodel.report.figures.reassure import reassure_figures
from sdmodel.report.figures.reassure_share import share_heads

FUTURES = 200
EQUATIONS = (
    *("level = 0", "place = 0.3", "need = 0.6", "push of a = 0", "push of b = 0", "dear = 1"),
    "hit = IF THEN ELSE(level >= place :AND: level <= place + 0.1, 1, 0)",
    "now and then = IF THEN ELSE(hit = 1 :OR: (level >= 0.95 :AND: need >= 0.7), 1, 0)",
    "miss = (level - place) ^ 2",
    "hits = IF THEN ELSE(hit = 1 :OR: level >= 0.95, 1, 0)",
    "mark = (level - 0.412) ^ 2",
    "pushed = push of a + push of b + 0.5 * push of a * push of b - need",
    "gap = ABS(push of a - push of b - place)",
    "price = dear * level",
)
STUDY = """\
model = "tiny.mdl"
baseline = "base"
seed = 1
[scenarios.base]
[uncertainties]
"place" = { distribution = "uniform", low = 0, high = 0.9 }
"need" = { distribution = "uniform", low = 0.2, high = 1.2 }
"dear" = { distribution = "uniform", low = 1, high = 3 }
[outcomes.near]
variable = "hit"
reduce = "last"
[outcomes.far]
variable = "miss"
reduce = "last"
[outcomes.twice]
variable = "hits"
reduce = "last"
[outcomes.some]
variable = "now and then"
reduce = "last"
[outcomes.narrow]
title = "Off the mark"
variable = "mark"
reduce = "last"
[outcomes.both]
variable = "pushed"
reduce = "last"
[outcomes.spread]
variable = "gap"
reduce = "last"
[outcomes.money]
title = "Money"
variable = "price"
unit = "Euro"
reduce = "last"
[targets.near]
requires = ["near >= 1"]
[targets.close]
requires = ["far <= 0.01"]
limits = [0.0025, 0.01, 0.09]
[targets.both]
requires = ["both >= 0"]
[targets.apart]
requires = ["spread <= 0.1"]
[search.one]
target = "near"
share = 0.75
levers = { "level" = 1 }
cost = "money"
[search.two]
target = "both"
share = 0.75
[search.two.sides.a]
levers = { "push of a" = 1 }
[search.two.sides.b]
levers = { "push of b" = 1 }
"""


@pytest.fixture(scope="module")
def question(mdl: Callable[..., Path]) -> Question:
    path = mdl(*EQUATIONS, stop=1, step=1).with_name("asked.toml")
    path.write_text(STUDY, encoding="utf-8")
    return load(path)


def found(question: Question, **asked: object) -> Finding:
    return reassure(question.study, question.model, **{"futures": FUTURES, **asked})  # type: ignore[arg-type]


def drawn(question: Question) -> xr.Dataset:
    from sdmodel.design.sequences import lhs

    return lhs(question.study, FUTURES, seed=1)


def shares(question: Question, x: np.ndarray, near: float, far: float) -> np.ndarray:
    """The share of futures with place + near <= x <= place + far."""
    place = drawn(question)["place"].values[:, None]
    return ((place + near <= x) & (x <= place + far)).mean(axis=0)


def test_the_share_is_that_of_futures_that_meet_the_target_at_one_intensity(question: Question) -> None:
    """Each future is met on a window of 0.1 alone: no intensity serves three quarters of them."""
    finding = found(question)
    table = finding.table.isel(who=0)
    assert np.isnan(table["enough"])
    assert float(table["reachable"]) == 1
    x = table["intensity"].values
    np.testing.assert_allclose(table["share_met"].values, shares(question, x, 0, 0.1), atol=1.5 / FUTURES)
    fine = np.linspace(0, 1, 100_001)
    assert float(table["best"]) == pytest.approx(shares(question, fine, 0, 0.1).max(), abs=0.5 / FUTURES)
    assert float(table["met"]) == float(table["best"])  # runs there bear it out
    assert float(table["served"]) == float(table["best_at"])
    assert "75 % of 200 futures are out of reach, at best 12 % meet it" in finding.sentence
    assert "in all of 200 futures some intensity is" in finding.sentence


def test_a_share_that_can_be_served_is_served_by_the_least_that_does(question: Question) -> None:
    finding = found(question, target="far <= 0.09", share=0.6)
    fine = np.linspace(0, 1, 10_001)
    served = shares(question, fine, -0.3, 0.3) >= 0.6 - 1e-9
    assert float(finding.table["enough"][0]) == pytest.approx(fine[served.argmax()], abs=2e-4)
    assert float(finding.table["met"][0]) == pytest.approx(0.6)


def test_what_most_futures_need_one_by_one_does_not_serve_them_together(question: Question) -> None:
    """Three quarters reach their window of 0.1 by 0.675, but are met together from 0.95 on alone."""
    table = found(question, target="twice >= 1").table
    assert float(table["enough"][0]) == pytest.approx(0.95, abs=1e-4)
    assert float(table["met"][0]) == 1


def test_limits_are_served_by_one_intensity_too(question: Question) -> None:
    table = found(question, target="close").table
    fine = np.linspace(0, 1, 10_001)
    for limit, half in zip(table["limit"].values, (0.05, 0.1, 0.3), strict=True):
        row = table.sel(limit=limit)
        share = shares(question, fine, -half, half)
        assert float(row["limit_best"]) == pytest.approx(share.max(), abs=1.5 / FUTURES)
        for name, wanted in (("low", 0.05), ("median", 0.5), ("high", 0.95), ("enough", 0.75)):
            known = fine[(share >= wanted).argmax()] if (share >= wanted).any() else np.nan
            assert float(row[f"limit_{name}"]) == pytest.approx(known, abs=2e-3, nan_ok=True)


def test_each_side_given_the_other_is_served_by_one_intensity_too(question: Question) -> None:
    """With A at x, B meets it between x - place - 0.1 and x - place + 0.1."""
    table = found(question, search="two", target="apart").table
    fine = np.linspace(0, 1, 10_001)
    place = drawn(question)["place"].values[:, None]
    for given, enough in zip(table["given"].values, table["second_enough"].values, strict=True):
        share = (np.abs(given - fine - place) <= 0.1 + 1e-12).mean(axis=0)
        known = fine[(share >= 0.75).argmax()] if (share >= 0.75).any() else np.nan
        assert enough == pytest.approx(known, abs=2e-3, nan_ok=True)
    assert not table["sides_steady"]
    assert found(question, search="two", futures=0).table["sides_steady"]
    a, b = np.meshgrid(table["first"].values, table["second"].values, indexing="ij")
    known_map = (np.abs(a[..., None] - b[..., None] - place.ravel()) <= 0.1).mean(axis=2)
    np.testing.assert_allclose(table["share_map"].values, known_map, atol=1.5 / FUTURES)


def test_both_sides_are_told_over_futures(question: Question) -> None:
    """A + B + A B / 2 >= need, of which 75 % are at most 0.95: given A, B must be (0.95 - A) / (1 + A / 2)."""
    table = found(question, search="two").table
    known = np.clip((0.95 - table["given"].values) / (1 + table["given"].values / 2), 0, None)
    for name in ("second_enough", "first_enough"):
        np.testing.assert_allclose(table[name].values, known, atol=0.006)
    need = drawn(question)["need"].values
    a, b = np.meshgrid(table["first"].values, table["second"].values, indexing="ij")
    assert (
        float(np.abs(table["share_map"].values - (need <= (a + b + a * b / 2)[..., None]).mean(axis=2)).max()) < 0.006
    )


def test_the_words_say_what_happens(question: Question) -> None:
    once = " ".join(found(question).caveats)
    assert "in all of 200 futures the target is met and then missed as intensity rises." in once
    assert "met again" not in once
    twice = " ".join(found(question, target="twice >= 1", futures=0).caveats)
    assert "in the base run the target is met, missed and met again as intensity rises." in twice
    some = " ".join(found(question, target="some >= 1").caveats)
    assert "the target is met and then missed as intensity rises; in" in some
    assert "of 200 futures it is then met again." in some
    assert "More is not always" not in " ".join(found(question, search="two").caveats)


def test_how_closely_was_looked_is_told(question: Question) -> None:
    alone = " ".join(found(question, futures=0).caveats)
    assert "in steps of 0.0312, then each crossing is halved" in alone
    drawn = " ".join(found(question, search="two", futures=10).caveats)
    assert "0.0312 in the base run and 0.0625 in futures (0.05 for each side given the other)" in drawn


def test_a_window_narrower_than_a_step_is_found_where_the_numbers_rise_towards_it(question: Question) -> None:
    """(level - 0.412)^2 <= 0.000016 from 0.408 to 0.416 alone; steps are 0.031, and in futures 0.0625."""
    finding = found(question, target="narrow <= 0.000016", futures=20)
    assert float(finding.table["least"][0]) == pytest.approx(0.408, abs=1e-6)
    assert float(finding.table["enough"][0]) == pytest.approx(0.408, abs=1e-4)


def test_costs_are_told_where_the_share_is_served_with_their_band(question: Question) -> None:
    finding = found(question, target="far <= 0.09", share=0.6)
    table = finding.table.isel(who=0, cost=0)
    served, dear = float(table["served"]), drawn(question)["dear"].values
    told = [float(table[f"cost_{end}"]) for end in ("low", "median", "high")]
    np.testing.assert_allclose(told, served * np.quantile(dear, (0.05, 0.5, 0.95)), rtol=1e-6)
    np.testing.assert_allclose(table["along_median"].values, table["step"].values * np.median(dear), rtol=1e-6)
    assert float(table["cost_before_median"]) == 0
    assert f"from 0 to {told[1]:.3g} Euro in the median of futures (5 to 95 %: {told[0]:.3g} to" in finding.sentence


def test_a_target_can_be_typed(question: Question) -> None:
    table = found(question, target=" narrow<=0.04", futures=0).table
    assert float(table["least"][0]) == pytest.approx(0.212, abs=1e-6)
    assert table.attrs["target_title"] == "Off the mark at most 0.04"
    assert table.attrs["requires"] == "narrow <= 0.04"
    with pytest.raises(ExperimentError, match='no outcome "narow"'):
        found(question, target="narow <= 1", futures=0)
    with pytest.raises(ExperimentError, match="must be an outcome, an operator"):
        found(question, target="narrow <= much", futures=0)


def test_a_study_without_targets_can_be_asked_by_a_typed_one(question: Question) -> None:
    from dataclasses import replace

    study = replace(question.study, searches=replace(question.study.searches, targets={}))
    table = reassure(study, question.model, target="narrow <= 0.04", futures=0).table
    assert float(table["least"][0]) == pytest.approx(0.212, abs=1e-6)
    bare = replace(study.searches.search["one"], target="")
    bare_study = replace(study, searches=replace(study.searches, search={"one": bare}))
    with pytest.raises(StudyError, match="or a condition such as"):
        reassure(bare_study, question.model, futures=0)


def test_shares_costs_and_the_map_are_drawn(question: Question) -> None:
    finding = found(question)
    share, cost = reassure_figures(finding)
    assert (share.key, cost.key) == ("reassure-share-0", "reassure-cost-0")
    line = share.spec["data"][0]
    np.testing.assert_allclose(line["y"], 100 * finding.table["share_met"].values[0], rtol=1e-3, atol=1e-9)
    assert cost.spec["data"][1]["y"][-1] == pytest.approx(np.median(drawn(question)["dear"].values), rel=1e-3)
    for figure in (share, cost):
        assert {len(row) for row in figure.rows} == {len(share_heads(finding.table, figure.key))}
    sides = found(question, search="two", futures=20)
    keys = [figure.key for figure in reassure_figures(sides)]
    assert keys == ["reassure-sides-0", "reassure-share-0", "reassure-map-0"]
    contour = reassure_figures(sides)[-1].spec["data"][0]
    assert contour["z"][0][-1] == pytest.approx(100 * float(sides.table["share_map"][-1, 0]))
