"""The worth of information where it has a closed form."""

import numpy as np
import pytest
from made_study import of_outcomes, study, uncertain
from scipy.stats import norm

from sdmodel.analysis.robustness.expected_regret import evppi, evppi_of_groups
from sdmodel.analysis.robustness.value_of_information import THEORY_IS_RIGHT, information
from sdmodel.analysis.sensitivity.splines import basis
from sdmodel.errors import RunsError
from sdmodel.study.terms import Outcome, Variant

LOSS = Outcome("loss", "x", "last", title="Loss", better="lower", acceptable=("<=", 0.0))


def linear_normal(futures: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Two choices; the second loses 0.2 + 0.5 x0 + 0.8 x1 + noise more than the first; x2, x3 do nothing."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(futures, 4))
    apart = 0.2 + 0.5 * x[:, 0] + 0.8 * x[:, 1] + random.normal(0, 0.3, futures)
    own = random.normal(size=futures)
    return x, np.stack([own, own + apart])


def closed(spread: float, mean: float = 0.2) -> float:
    """E max(0, -d) for d normal: the gain of choosing the second where it is expected to lose less."""
    return float(spread * norm.pdf(mean / spread) - mean * norm.cdf(-mean / spread))


def test_the_linear_normal_case_gives_its_closed_form() -> None:
    found = evppi(*linear_normal(20_000, 1), permutations=20)
    assert found.worth[0] == pytest.approx([closed(0.5), closed(0.8), 0, 0], abs=0.008)
    assert found.perfect == pytest.approx(closed(np.sqrt(0.5**2 + 0.8**2 + 0.3**2)), abs=0.01)
    assert found.best == 0
    assert found.changes[:2] == pytest.approx([norm.cdf(-0.2 / 0.5), norm.cdf(-0.2 / 0.8)], abs=0.02)


def test_intervals_hold_the_closed_form_about_as_often_as_they_say() -> None:
    held = np.zeros(2)
    for seed in range(30):
        _, low, high = evppi(*linear_normal(600, seed), permutations=20, seed=seed).worth[:, :2]
        held += (low <= [closed(0.5), closed(0.8)]) & (high >= [closed(0.5), closed(0.8)])
    assert (held >= 24).all()


def test_shuffled_futures_tell_the_bias_and_it_is_taken_away() -> None:
    """Two choices that are equal on average: the plain estimate for an input without influence is clearly above 0."""
    random = np.random.default_rng(3)
    raw, left = [], []
    for seed in range(20):
        x, losses = random.normal(size=(200, 3)), random.normal(size=(2, 200))
        found = evppi(x, losses, permutations=30, seed=seed)
        raw.append(found.bias.mean())
        left.append(found.worth[0].mean())
    assert np.mean(raw) > 0.02
    assert np.mean(left) < 0.75 * np.mean(raw)


def test_inputs_that_do_nothing_are_seldom_beyond_chance() -> None:
    random = np.random.default_rng(5)
    clear = 0
    for seed in range(30):
        found = evppi(random.normal(size=(200, 6)), random.normal(size=(2, 200)), permutations=40, seed=seed)
        clear += bool((found.worth[0] > found.noise).any())
    assert clear <= 6


def test_a_scenario_that_is_always_best_makes_all_knowledge_worthless() -> None:
    x = np.random.default_rng(0).normal(size=(300, 2))
    found = evppi(x, np.stack([x[:, 0], x[:, 0] + 1 + x[:, 1] ** 2]), permutations=20)
    assert (found.perfect, found.worth.max()) == (0.0, 0.0)


def test_the_worth_of_a_theory_by_hand() -> None:
    """Under one theory the first loses 0 and the second 4, under the other 6 and 2: 3 and 3 on average, 0 + 2 known."""
    losses = np.array([[[0.0, 0.0], [6.0, 6.0]], [[4.0, 4.0], [2.0, 2.0]]])
    assert evppi_of_groups(losses) == 3.0 - 1.0


def test_terms_are_orthonormal_and_hold_the_straight_line() -> None:
    column = np.random.default_rng(1).lognormal(size=400)
    terms = basis(column)
    np.testing.assert_allclose(terms.T @ terms, np.eye(4), atol=1e-9)
    line = column - column.mean()
    np.testing.assert_allclose(terms @ (terms.T @ line), line, atol=1e-8 * np.abs(line).max())
    assert basis(np.ones(10)).shape == (10, 0)
    assert basis(np.array([1.0, 2.0, 5.0, 1.0])).shape == (4, 2)


def test_the_finding_names_the_choice_and_what_would_change_it() -> None:
    x, losses = linear_normal(800, 2)
    asked = study(LOSS, uncertainties=uncertain("p", "q"), variants={"greedy": Variant("greedy", "Greed", {})})
    by_label = {"status_quo": losses[0], "managed": losses[1]}
    by_label |= {f"{name} + greedy": loss + (name == "status_quo") * 1.0 for name, loss in by_label.items()}
    runs = of_outcomes({name: {"loss": loss} for name, loss in by_label.items()}, p=x[:, 0], q=x[:, 1])
    finding = information(asked, runs, outcomes=["loss", "limits"], permutations=30)
    one = finding.table.sel(outcome="loss")
    assert one["input"].values.tolist() == ["p", "q", THEORY_IS_RIGHT]
    assert str(one["choice"].values) == "managed"
    means = losses.mean(axis=1)
    theory = min(means[0] + 0.5, means[1]) - (min(means) + min(means[0] + 1, means[1])) / 2
    assert float(one["worth"][2]) == pytest.approx(theory)
    assert 'the choice is "Managed interdependence"' in finding.sentence
    assert any("theories have weights" in note for note in finding.caveats)


def test_a_time_that_never_comes_has_no_expectation() -> None:
    year = Outcome("year", "x", "first", condition=(">", 1.0), better="lower")
    runs = of_outcomes({"status_quo": {"year": [2030.0, np.nan]}, "managed": {"year": [2031.0, 2032.0]}}, p=[0.1, 0.2])
    with pytest.raises(RunsError, match="--outcome limits"):
        information(study(year, uncertainties=uncertain("p")), runs, outcomes=["year"])
