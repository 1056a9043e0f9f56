"""`game` plays textbook games written as small models, and finds their equilibria."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sdmodel.analysis import files
from sdmodel.analysis.finding import Finding
from sdmodel.errors import ExperimentError, StudyError
from sdmodel.pipeline.game import game
from sdmodel.pipeline.question import Question, load
from sdmodel.report.figures.game import game_figures

MODELS = Path(__file__).parents[2] / "models"
# Each gets, over one unit of time, what the table of the game gives: a + b·own + c·other + d·own·other.
EQUATIONS = (
    "worth of a = INTEG(none + own * a + other * b + both * a * b + noise, 0)",
    "worth of b = INTEG(none + own * b + other * a + both * a * b, 0)",
    *("a = 0", "b = 0", "none = 0", "own = 0", "other = 0", "both = 0", "noise = 0", "accord = 0"),
    "signed = INTEG(accord, 0)",
)
STUDY = """\
model = "tiny.mdl"
baseline = "base"
[scenarios.base]
"none" = {none}
"own" = {own}
"other" = {other}
"both" = {both}
[uncertainties]
"own" = {{ distribution = "uniform", low = -1, high = 1 }}
"noise" = {{ distribution = "uniform", low = -1, high = 1 }}
[outcomes.a_gets]
variable = "worth of a"
reduce = "last"
[outcomes.b_gets]
variable = "worth of b"
reduce = "last"
[outcomes.agreed]
variable = "signed"
reduce = "last"
[game]
title = "A game."
[game.players.a]
payoff = "a_gets"
bundles.yes = {{ "a" = 0, "accord" = 2 }}
bundles.no = {{ "a" = 1, "accord" = 0 }}
[game.players.b]
payoff = {{ b_gets = 1 }}
bundles.yes = {{ "b" = 0, "accord" = 3 }}
bundles.no = {{ "b" = 1, "accord" = 0 }}
"""
GAMES = {
    "prisoners": (3, 2, -3, -1),  # [[3, 0], [5, 1]]
    "stag": (4, -1, -4, 3),  # [[4, 0], [3, 2]]
    "chicken": (0, 1, -1, -10),  # [[0, -1], [1, -10]]
}


@pytest.fixture(scope="module")
def question(mdl: Callable[..., Path]) -> Callable[..., Question]:
    """The study of one of GAMES, with more text at its end."""
    model = mdl(*EQUATIONS, stop=4, step=0.25)

    def make(name: str, more: str = "", text: str = STUDY) -> Question:
        keys = dict(zip(("none", "own", "other", "both"), (value / 4 for value in GAMES[name]), strict=True))
        path = model.with_name(f"{name}.toml")
        path.write_text(text.format(**keys) + more, encoding="utf-8")
        return load(path)

    return make


def played(question: Question, **asked: object) -> Finding:
    return game(question.study, question.model, **{"futures": 0, **asked})  # type: ignore[arg-type]


def test_the_payoffs_of_a_model_are_the_table_and_prisoners_defect(question: Callable[..., Question]) -> None:
    finding = played(question("prisoners"))
    np.testing.assert_allclose(finding.table["payoff"].values, [[[3, 0], [5, 1]], [[3, 5], [0, 1]]], atol=1e-9)
    assert finding.table["equilibrium"].values.tolist() == [[False, False], [False, True]]
    assert finding.table["dominant"].values.tolist() == ["No", "No"]
    assert "The equilibrium is No–No. Both would be better off with Yes–Yes, which is none: a dilemma." in (
        finding.sentence
    )


def test_a_stag_hunt_has_two_equilibria_of_which_the_safer_is_named(question: Callable[..., Question]) -> None:
    pytest.importorskip("nashpy", reason="mixed equilibria need the extra: game")
    finding = played(question("stag"))
    assert finding.table["equilibrium"].values.tolist() == [[True, False], [False, True]]
    assert finding.table.attrs["risk_dominant"] == "No–No"
    np.testing.assert_allclose(finding.table["mixed_first"].values, [[2 / 3, 1 / 3]])


def test_chicken_has_its_mixed_equilibrium(question: Callable[..., Question]) -> None:
    pytest.importorskip("nashpy", reason="mixed equilibria need the extra: game")
    finding = played(question("chicken"))
    np.testing.assert_allclose(finding.table["mixed_second"].values, [[0.9, 0.1]])
    assert "Mixed: yes 90 % and no 10 % against yes 90 % and no 10 %." in finding.sentence


def test_futures_have_means_with_errors_and_shares_of_equilibria(question: Callable[..., Question]) -> None:
    """What the scenario sets wins over the draw, so that only the noise of A is drawn, which changes no choice."""
    one = question("prisoners")
    table = played(one, futures=400, seed=2).table
    assert table["equilibrium_share"].values.tolist() == [[0, 0], [0, 1]]
    np.testing.assert_allclose(table["payoff_mean"].values[1], [[3, 5], [0, 1]], atol=1e-9)
    np.testing.assert_allclose(table["payoff_mean"].values[0], [[3, 0], [5, 1]], atol=0.05)
    assert table["payoff_error"].values[0, 0, 0] == pytest.approx(4 * 2 / np.sqrt(12) / 20, rel=0.05)


def test_a_drawn_payoff_makes_another_equilibrium_in_some_futures(question: Callable[..., Question]) -> None:
    """`own` is now even over [-1, 1]; with `both` at -0.25, no pays against no if it is above 0.25."""
    text = STUDY.replace('"own" = {own}\n', "")
    table = played(question("prisoners", text=text), futures=400).table
    share = table["equilibrium_share"]
    assert float(share.sel(first="No", second="No")) == pytest.approx(0.375, abs=0.01)
    assert float(share.sel(first="Yes", second="Yes")) == pytest.approx(0.5, abs=0.01)
    assert float(share.sel(first="No", second="Yes")) == pytest.approx(0.125, abs=0.01)


def test_what_both_set_is_what_the_lesser_sets(question: Callable[..., Question]) -> None:
    text = STUDY.replace('payoff = "a_gets"', 'payoff = "agreed"')
    payoffs = played(question("prisoners", text=text)).table["payoff"].values[0]
    np.testing.assert_allclose(payoffs, [[8, 0], [0, 0]])


def test_the_map_goes_over_inputs_and_over_weights_of_outcomes(question: Callable[..., Question]) -> None:
    """No pays for A if own + both·b > 0: from own > 0.25 on against no, from own > 0 on against yes."""
    more = '[game.weights]\n"own" = [-1, 1]\nb_gets = [0, 2]\n'
    finding = played(question("prisoners", more), points=9)
    table = finding.table
    assert table.attrs["weights"] == ["own", "b_gets"]
    own = table["across"].values
    known = np.array([[[one <= 0, 0 <= one <= 0.25], [0 <= one <= 0.25, one >= 0.25]] for one in own])
    np.testing.assert_array_equal(table["equilibrium_at"].values[:, -1], known)
    assert table["equilibrium_at"].values[0, 0].tolist() == [[True, True], [False, False]]  # B minds nothing


def test_stage_by_stage_the_dilemma_stays_one(question: Callable[..., Question]) -> None:
    """Two stages of half the time each: what is played once and for all is what constant paths are worth."""
    more = "[game.stages]\nfirst = 0\nevery = 2\ncount = 2\nover = 0.25\n"
    finding = played(question("prisoners", more), stages=True)
    table = finding.table
    assert table["played_first"].values.tolist() == table["played_second"].values.tolist() == ["No", "No"]
    np.testing.assert_allclose(table["stage_payoff"].values, table["once_payoff"].values, atol=1e-9)
    assert table.attrs["nodes"] == 5
    assert "Chosen anew from 0 on, every 2 months: 0 No–No, 2 No–No" in finding.sentence


def test_the_finding_is_kept_and_drawn(question: Callable[..., Question]) -> None:
    more = '[game.weights]\n"own" = [-1, 1]\nb_gets = [0, 2]\n'
    finding = played(question("chicken", more), points=3, futures=10)
    again = files.from_dict(files.to_dict(finding))
    assert again.table.equals(finding.table)
    matrix, over = game_figures(again)
    assert matrix.spec["data"][0]["text"][1] == "<u>−1.00</u><br><u>1.00</u>"
    assert sum("fillcolor" in shape for shape in matrix.spec["layout"]["shapes"]) == 2
    assert sum(len(trace["x"]) for trace in over.spec["data"]) == 9


def test_the_arms_race_of_richardson_is_a_dilemma_with_known_payoffs() -> None:
    """In a settled race fatigue · own arms = reaction · arms of the other + grievance, on both sides."""
    question = load(MODELS / "richardson.toml")
    table = game(question.study, question.model, futures=0).table
    arms = {
        (g, h): np.linalg.solve([[0.4, -0.3], [-0.2, 0.5]], [0.1 * g, 0.1 * h]) for g in (0, 1) for h in (0, 1)
    }  # fmt: skip
    known = [[arms[g, h][0] - 2 * arms[g, h][1] for h in (0, 1)] for g in (0, 1)]
    np.testing.assert_allclose(table["payoff"].values[0], known, atol=0.02)  # after 20 years
    assert table["equilibrium"].values.tolist() == [[False, False], [False, True]]
    assert table["better_for_both"].values.tolist() == [[True, False], [False, False]]


def test_doves_are_dominant_in_the_dilemma_and_hawks_where_relative_gains_count() -> None:
    """Draft of the specification (Q8): with threat at 10 and crisis at 50, dove against dove, dominant."""
    question = load(MODELS / "technology_security_dilemma.toml")
    names = ["payoff weight of threat", "payoff weight of relative gain"]
    table = game(question.study, question.model, futures=0, points=5, weights=names).table
    assert table["dominant"].values.tolist() == ["Dove", "Dove"]
    assert bool(table["equilibrium"].sel(first="Dove", second="Dove"))
    hawkish = table["equilibrium_at"].sel(first="Hawk").any("second")
    assert not hawkish.sel(up=0).any()
    assert hawkish.sel(up=100).any()


@pytest.mark.parametrize(
    ("more", "asked", "told"),
    [
        ("", {"stages": True}, r"a table \[game.stages\]"),
        ("", {"futures": -1}, "0 to 100,000"),
        ("", {"points": 1}, "2 to 201"),
        ('[game.weights]\n"own" = [0, 1]\n', {"weights": ["own"]}, "a map goes over two"),
        ('[game.weights]\n"own" = [0, 1]\n', {"weights": ["own", "both"]}, 'no weight "both"'),
    ],
)
def test_what_cannot_be_asked_is_told(
    question: Callable[..., Question], more: str, asked: dict[str, object], told: str
) -> None:
    with pytest.raises((ExperimentError, StudyError), match=told):
        played(question("prisoners", more), **asked)


def test_a_run_that_fails_leaves_no_game(question: Callable[..., Question]) -> None:
    broken = STUDY.replace('bundles.no = {{ "a" = 1, "accord" = 0 }}', 'bundles.no = {{ "a" = 1e308, "accord" = 0 }}')
    with pytest.raises(ExperimentError, match="the game is not known"):
        played(question("prisoners", text=broken))


def test_a_study_without_a_game_is_told() -> None:
    other = load(MODELS / "core_spiral.toml")
    with pytest.raises(StudyError, match=r"a table \[game\] makes one"):
        game(other.study, other.model)
