"""A step on probation: how large, how long to wait, held to a problem of stopping that is solved in closed form.

A step costs c a year until it is answered and gains g a year from then on, up to the horizon H. A friend answers after
a delay that is uniform on [0, D]; a foe never does. Who has seen no answer after patience T takes the step back. Then

    E(T) = s (p/D [g (H T - T²/2) - c T²/2 - c T (D - T)] - (1 - p) c T),   T <= D,

which is greatest at T* = (g H - c D/p)/(g - c).
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sdmodel.analysis import files
from sdmodel.analysis.levers.waiting import PRIORS, best_of, least_regret
from sdmodel.errors import ExperimentError, StudyError
from sdmodel.pipeline.levers.waiting import waiting
from sdmodel.pipeline.question import Question, load
from sdmodel.report.sections import section

GAIN, COST, HORIZON, DELAY = 1.0, 0.5, 20.0, 10.0
EQUATIONS = (
    "worth = INTEG(yearly, 0)",
    "yearly = step in force * (gain * answered - cost * (1 - answered))",
    "answered = friend * IF THEN ELSE(Time >= delay, 1, 0)",
    "in time = friend * IF THEN ELSE(delay <= patience, 1, 0)",
    "step in force = size * IF THEN ELSE(Time < patience, 1, in time)",
    *("gain = 1", "cost = 0.5", "friend = 0", "delay = 5", "size = 0", "patience = 100"),
)
STUDY = """\
model = "tiny.mdl"
baseline = "base"
[scenarios.base]
[uncertainties]
"delay" = { distribution = "uniform", low = 0, high = 10 }
[outcomes.gained]
title = "Worth"
variable = "worth"
reduce = "last"
better = "higher"
[outcomes.burden]
variable = "worth"
reduce = "min"
[outcomes.when]
variable = "worth"
reduce = { first = "> 1" }
better = "lower"
[variants.friend]
title = "A friend"
"friend" = 1
[variants.foe]
title = "A foe"
"friend" = 0
[variants.dear]
"cost" = 2
[waiting.step]
size = { "size" = [0, 0.5, 1] }
patience = { "patience" = [0.5, 1, 2, 3, 4, 5, 6, 6.5, 7, 8, 9, 10, 20] }
theories = ["friend", "foe"]
outcome = "gained"
prior = 0.3
"""


@pytest.fixture(scope="module")
def question(mdl: Callable[..., Path]) -> Question:
    path = mdl(*EQUATIONS, stop=20, step=0.0625, saveper=0.5).with_name("asked.toml")
    path.write_text(STUDY, encoding="utf-8")
    return load(path)


def expected(prior: float, patience: np.ndarray) -> np.ndarray:
    """E(T) of a step of 1."""
    kept = np.minimum(patience, DELAY)
    friend = GAIN * (HORIZON * kept - kept**2 / 2) - COST * kept**2 / 2 - COST * kept * (DELAY - kept)
    return prior * friend / DELAY - (1 - prior) * COST * np.minimum(patience, HORIZON)


def test_expected_gains_are_those_of_the_closed_form(question: Question) -> None:
    """At every patience and two chances; half a step is worth half as much."""
    table = waiting(question.study, question.model, futures=400).table
    for prior in (0.3, 0.7):
        found = table["gain"].sel(prior=prior, method="nearest")
        np.testing.assert_allclose(found.sel(size=1).values, expected(prior, table["patience"].values), atol=0.06)
        np.testing.assert_allclose(found.sel(size=0.5).values, found.sel(size=1).values / 2, atol=1e-9)


def test_the_best_patience_and_what_waiting_is_worth_are_those_of_the_closed_form(question: Question) -> None:
    """T* = (20 - 5/0.3)/0.5 = 6.67 at a chance of 0.3, where to go on whatever comes loses and waiting gains."""
    table = waiting(question.study, question.model, futures=400).table
    one = table.sel(prior=0.3, method="nearest")
    best = (GAIN * HORIZON - COST * DELAY / 0.3) / (GAIN - COST)
    assert abs(float(one["best_patience"]) - best) <= 1
    assert float(one["best_patience_low"]) <= best <= float(one["best_patience_high"]) + 1
    assert float(one["rule"]) == pytest.approx(float(expected(0.3, np.array([best]))[0]), abs=0.06)
    assert float(one["waiting"]) == pytest.approx(float(one["rule"]), abs=1e-12)  # not to begin is the best fixed path
    assert expected(0.3, np.array([20.0]))[0] < 0


def test_to_know_beforehand_is_worth_what_the_best_of_each_theory_brings(question: Question) -> None:
    """Against a friend a whole step whatever comes, against a foe none; the best fixed path has one of them already."""
    table = waiting(question.study, question.model, futures=400).table
    friend = float(expected(1.0, np.array([20.0]))[0])
    for prior in (0.3, 0.7):
        one = table.sel(prior=prior, method="nearest")
        fixed = max(0.0, float(expected(prior, np.array([20.0]))[0]))
        assert float(one["knowing"]) == pytest.approx(prior * friend - fixed, abs=0.06)
    assert float(table["waiting"].max()) <= float((table["knowing"]).max())
    assert (table["waiting"].values <= table["knowing"].values + 1e-9).all()


def test_a_chance_that_is_too_small_is_not_worth_a_step(question: Question) -> None:
    """Below c D / (g H) = 0.25 even the first moment of waiting costs more than it brings."""
    finding = waiting(question.study, question.model, futures=400, prior=0.2)
    table = finding.table
    begun = np.isfinite(table["best_patience"].values)
    assert not begun[table["prior"].values < 0.249].any()
    assert begun[table["prior"].values > 0.27].all()
    assert "it is best not to begin" in finding.sentence


def test_least_regret_needs_no_chance() -> None:
    """Two theories, one size, three patiences: regrets 9, 4 and 6 at worst, and 10 of not to begin."""
    gains = np.array([[[1.0, 6.0, 10.0]], [[-1.0, -2.0, -6.0]]])
    assert least_regret(gains) == (0, 1, 4.0)
    assert least_regret(-np.abs(gains)) == (-1, -1, 0.0)
    best = best_of(gains)
    assert best.patience[np.isclose(PRIORS, 0.5)].tolist() == [1]
    assert best.fixed[-1] == 10
    assert best.knowing[-1] == 0


def test_weights_and_rival_theories_are_laid_over_both(question: Question) -> None:
    """A step that costs four times as much is worth less, set by hand or by a variant."""
    one = waiting(question.study, question.model, futures=50, settings={"cost": 2})
    other = waiting(question.study, question.model, futures=50, variants=["dear"])
    np.testing.assert_allclose(one.table["gain"].values, other.table["gain"].values, atol=1e-12)
    assert "(cost = 2)" in one.sentence
    assert one.table["rule"].values[10] < waiting(question.study, question.model, futures=50).table["rule"].values[10]


def test_the_finding_is_kept_and_told_on_a_page(question: Question) -> None:
    finding = waiting(question.study, question.model, futures=40)
    again = files.from_dict(files.to_dict(finding))
    assert again.sentence == finding.sentence
    told = section(again)
    curve, worth = told.figures
    lines = [one for one in curve.spec["data"] if one.get("name")]
    gains = again.table["gain"].sel(prior=0.3, method="nearest", size=1).values
    assert lines[1]["y"] == pytest.approx(list(gains), rel=1e-3)
    assert curve.spec["layout"]["xaxis"]["ticktext"][-1] == "for ever"
    assert worth.rows[0][1] == "none"
    assert len(told.tables[0].rows[0]) == len(told.tables[0].heads)
    assert "40 futures" in told.basis


def test_one_future_is_enough(question: Question) -> None:
    table = waiting(question.study, question.model, futures=0).table
    assert (table.attrs["futures"], table.attrs["runs"]) == (1, 2 * (1 + 2 * 13))


def test_of_one_future_nothing_is_resampled(question: Question) -> None:
    several, one = (waiting(question.study, question.model, futures=n).caveats for n in (4, 0))
    assert any("resamples of 4 futures" in note for note in several)
    assert not any("resamples" in note for note in one)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"theories": ["friend"]}, "Name two theories"),
        ({"theories": ["friend", "fow"]}, 'no variant "fow"'),
        ({"outcome": "burden"}, "does not say which way is better"),
        ({"outcome": "when"}, "a time that may never come"),
        ({"size": ("size", [0.0])}, "at least two numbers that rise"),
        ({"size": ("patience", [0.0, 1.0])}, "both size and patience"),
        ({"size": ("sise", [0.0, 1.0])}, 'no input "sise"'),
        ({"settings": {"patience": 3.0}}, '"patience" is what is sought'),
        ({"prior": 1.5}, "a chance is from 0 to 1"),
        ({"futures": -1}, "0 to 20,000"),
        ({"name": "stepp"}, 'no waiting "stepp"'),
        ({"patience": ("patience", list(range(2000)))}, "rules; 1,000 are the most"),
        ({"variants": ["friend"]}, "asked for twice"),
    ],
)
def test_what_cannot_be_asked_is_told(question: Question, asked: dict, told: str) -> None:
    with pytest.raises(ExperimentError, match=told):
        waiting(question.study, question.model, **{"futures": 0, **asked})


def test_a_study_without_such_a_step_is_told() -> None:
    other = load(Path(__file__).parents[2] / "models" / "richardson.toml")
    with pytest.raises(StudyError, match=r"a table \[waiting.NAME\] makes one"):
        waiting(other.study, other.model)
