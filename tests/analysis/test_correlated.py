"""Inputs that go together are told, with the pair that does most; those that vary freely are not."""

import numpy as np
import pytest
from made_study import of_outcomes, study, uncertain
from scipy.stats import spearmanr

from sdmodel.analysis.correlated import chance, strongest_pair
from sdmodel.analysis.discovery.conditions import discover
from sdmodel.analysis.failing import beyond
from sdmodel.analysis.robustness.value_of_information import information
from sdmodel.analysis.sensitivity.drivers import sensitivity
from sdmodel.analysis.sensitivity.given_methods import given
from sdmodel.study.terms import Outcome

LOSS = Outcome("loss", "x", "last", title="Loss", better="lower", acceptable=("<=", 0.5))
TOLD = "Inputs are correlated in these futures, as draws from a posterior are: most of all a and b (rank correlation 0."


def tied(correlation: float, futures: int = 400, seed: int = 0) -> np.ndarray:
    """Three inputs, of which the first two are correlated."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(futures, 3))
    x[:, 1] = correlation * x[:, 0] + np.sqrt(1 - correlation**2) * x[:, 1]
    return x


def test_the_strongest_pair_has_spearmans_correlation() -> None:
    x = tied(0.6)
    pair = strongest_pair(np.column_stack([np.ones(400), x]))
    assert pair is not None
    assert (pair.first, pair.second, pair.futures) == (1, 2, 400)
    assert pair.correlation == pytest.approx(spearmanr(x[:, 0], x[:, 1]).statistic, abs=1e-12)


@pytest.mark.parametrize(("futures", "inputs"), [(50, 4), (200, 40), (2000, 123)])
def test_independent_inputs_are_hardly_ever_told(futures: int, inputs: int) -> None:
    """The limit follows futures and pairs: 30 samples, of which one in a thousand may be told."""
    told = [strongest_pair(np.random.default_rng(n).random((futures, inputs))) for n in range(30)]
    assert sum(one is not None for one in told) <= 1


def test_the_limit_is_that_of_simulated_ranks() -> None:
    """With 20 futures and 45 pairs, 99.9 % of the largest correlations of independent ranks stay below."""
    random, above = np.random.default_rng(1), 0
    for _ in range(1000):
        found = spearmanr(random.random((20, 10))).statistic
        above += np.abs(found[np.triu_indices(10, 1)]).max() > chance(20, 45)
    assert above <= 8
    assert chance(20, 45) < 0.9


def test_a_weak_tie_shows_in_many_futures_alone() -> None:
    assert strongest_pair(tied(0.15, 100)) is None
    assert strongest_pair(tied(0.15, 5000)) is not None


def test_a_tie_too_weak_to_matter_is_not_told() -> None:
    assert strongest_pair(tied(0.02, 10_000, seed=3)) is None


def test_few_futures_or_one_input_tell_nothing() -> None:
    assert strongest_pair(tied(0.99, 8)) is None
    assert strongest_pair(np.random.default_rng(0).random((100, 1))) is None


@pytest.mark.parametrize("correlation", [0.0, 0.7])
def test_every_analysis_of_a_given_sample_tells_correlated_inputs_and_no_others(correlation: float) -> None:
    x = tied(correlation)
    ours, other = x[:, 0] + 0.1 * x[:, 2], 0.5 + 0.3 * x[:, 1]
    asked = study(LOSS, uncertainties=uncertain("a", "b", "c"), cost_outcome="loss")
    runs = of_outcomes({"status_quo": {"loss": ours}, "managed": {"loss": other}}, **dict(zip("abc", x.T, strict=True)))
    findings = [
        sensitivity(asked, runs, resamples=10),
        given(asked, runs, "pawn", resamples=5),
        given(asked, runs, "srrc", resamples=5),
        information(asked, runs, permutations=5),
        *(discover(asked, runs, beyond(LOSS), method=one, resamples=4) for one in ("prim", "cart")),
    ]
    told = [[one for one in finding.caveats if one.startswith(TOLD)] for finding in findings]
    assert [len(one) for one in told] == [int(correlation > 0)] * len(findings)
    assert len({text for one in told for text in one}) == (5 if correlation else 0)  # each in words of its own
