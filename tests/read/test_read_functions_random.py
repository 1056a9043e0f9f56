"""Random functions: their distributions against SciPy's on many draws, their streams, and their place in a run."""

import numpy as np
import pytest
import scipy.stats as stats
from functions_in_numpy import by_hand, shown, values

from sdmodel.engine import compiled
from sdmodel.model.expr import Number, Ref
from sdmodel.model.model import Draw, Stock, Table
from sdmodel.read.functions import draws

DRAWS = 20_000


def drawn(name, *arguments, seed=1):
    """Many values of a call whose arguments are variables, so that nothing of it is worked out beforehand."""
    names = [f"argument {place}" for place in range(len(arguments))]
    exprs = [
        Number(float(one)) if place == len(names) - 1 else Ref(names[place]) for place, one in enumerate(arguments)
    ]
    expr, hidden = draws.RANDOM_CALLS[name][1]("call", *exprs)
    source = np.random.default_rng(seed)
    known = dict(zip(names, map(float, arguments), strict=True)) | {"TIME STEP": 0.25}
    known |= {variable.name: source.random(DRAWS) for variable in hidden if isinstance(variable, Draw)}
    (result,) = values([expr], hidden, known)
    return result


CONTINUOUS = {
    "uniform of vensim": ("random uniform", (2, 5, 0), stats.uniform(2, 3)),
    "normal with bounds": ("random normal", (-1, 3, 1, 2, 7), stats.truncnorm(-1, 1, 1, 2)),
    "normal far from its middle": ("random normal", (4, 30, 1, 2, 7), stats.truncnorm(1.5, 14.5, 1, 2)),
    "normal turned round": ("random normal", (-1, 3, 1, -2, 7), stats.truncnorm(-1, 1, 1, 2)),
    "exponential": ("random exponential", (0, 100, 2, 3, 7), stats.truncexpon(98 / 3, 2, 3)),
    "exponential with bounds": ("random exponential", (5, 7, 2, 3, 7), stats.truncexpon(2 / 3, 5, 3)),
    "weibull of vensim": ("random weibull", (0, 100, 1.7, 1, 2, 7), stats.weibull_min(1.7, 1, 2)),
    "triangular of vensim": ("random triangular", (0, 10, 1, 3, 8, 7), stats.triang(2 / 7, 1, 7)),
    "triangular that only falls": ("random triangular", (0, 10, 1, 1, 8, 7), stats.triang(0, 1, 7)),
    "gamma of vensim": ("random gamma", (0, 1000, 4.5, 2, 3, 0), stats.gamma(4.5, 2, 3)),
    "gamma of an order below 1": ("random gamma", (0, 1000, 0.5, 0, 1, 0), stats.gamma(1)),
    "beta of vensim": ("random beta", (0, 1, 2, 5, 0, 1, 0), stats.beta(2, 5)),
    "gamma": ("gamma", (0.3, 2, 5), stats.gamma(0.3, 0, 2)),
    "beta": ("beta", (0.5, 0.7, 5), stats.beta(0.5, 0.7)),
    "normal": ("normal", (3, 2, 1), stats.norm(3, 2)),
    "normal with bounds of xmile": ("normal", (3, 2, 1, 0, 4), stats.truncnorm(-1.5, 0.5, 3, 2)),
    "lognormal": ("lognormal", (1, 0.5, 3), stats.lognorm(0.5, scale=np.exp(1))),
    "exprnd": ("exprnd", (3, 3), stats.expon(0, 3)),
    "weibull": ("weibull", (2, 3, 3), stats.weibull_min(2, 0, 3)),
    "logistic": ("logistic", (1, 2, 3), stats.logistic(1, 2)),
    "pareto": ("pareto", (3, 2, 3), stats.pareto(3, 0, 2)),
    "triangular": ("triangular", (1, 2, 5, 3), stats.triang(0.25, 1, 4)),
    "random": ("random", (1, 2, 3), stats.uniform(1, 1)),
    "uniform": ("uniform", (1, 2, 3), stats.uniform(1, 1)),
}
COUNTS = {
    "poisson of a small mean": ("poisson", (0.3, 1), stats.poisson(0.3)),
    "poisson below the change of method": ("poisson", (11.9, 1), stats.poisson(11.9)),
    "poisson above the change of method": ("poisson", (12.1, 1), stats.poisson(12.1)),
    "poisson of a large mean": ("poisson", (400, 1), stats.poisson(400)),
    "poisson of vensim": ("random poisson", (0, 100, 4, 0, 1, 0), stats.poisson(4)),
    "binomial": ("binomial", (10, 0.9, 1), stats.binom(10, 0.9)),
    "binomial of many": ("binomial", (1000, 0.3, 1), stats.binom(1000, 0.3)),
    "binomial of vensim": ("random binomial", (0, 100, 0.2, 20, 0, 1, 0), stats.binom(20, 0.2)),
    "negative binomial": ("random negative binomial", (0, 1000, 0.4, 3, 0, 1, 0), stats.nbinom(3, 0.4, loc=3)),
    "geometric": ("geometric", (0.2, 1), stats.geom(0.2)),
    "montecarlo": ("montecarlo", (40, 1), stats.bernoulli(0.1)),
}


@pytest.mark.parametrize("case", CONTINUOUS)
def test_values_follow_the_distribution(case):
    """Kolmogorov and Smirnov's test on 20,000 draws of a fixed seed."""
    name, arguments, distribution = CONTINUOUS[case]
    assert stats.kstest(drawn(name, *arguments), distribution.cdf).pvalue > 0.001


@pytest.mark.parametrize("case", COUNTS)
def test_counts_follow_the_distribution(case):
    """The chi-squared test on 20,000 draws of a fixed seed."""
    name, arguments, distribution = COUNTS[case]
    counts = drawn(name, *arguments)
    ends = np.unique(distribution.ppf(np.linspace(0.02, 0.98, 40)))
    expected = np.diff(np.concatenate([[0], distribution.cdf(ends), [1]])) * DRAWS
    places = np.searchsorted(ends, counts)
    seen = np.bincount(places, minlength=len(expected))
    kept = expected > 5
    assert stats.chisquare(seen[kept], expected[kept] * seen[kept].sum() / expected[kept].sum()).pvalue > 0.001
    np.testing.assert_array_equal(counts, np.round(counts))


def test_certain_and_impossible_events():
    """Probabilities of 0 and 1."""
    np.testing.assert_array_equal(drawn("binomial", 5, 1, 0), 5)
    np.testing.assert_array_equal(drawn("binomial", 5, 0, 0), 0)
    np.testing.assert_array_equal(drawn("geometric", 1, 0), 1)
    np.testing.assert_array_equal(drawn("poisson", 0, 0), 0)


def test_bounds_hold_and_a_distribution_of_no_width_is_its_shift():
    """Whatever the bounds cut off; a stretch of 0."""
    for name, arguments in (("random gamma", (1, 2, 3, 0, 1, 0)), ("random poisson", (3, 5, 4, 0, 1, 0))):
        values_drawn = drawn(name, *arguments)
        assert values_drawn.min() >= arguments[0]
        assert values_drawn.max() <= arguments[1]
    np.testing.assert_array_equal(drawn("random normal", 0, 10, 4, 0, 0), 4)


def streams(seed, base="call"):
    _, hidden = draws.RANDOM_CALLS["random uniform"][1](base, Number(0.0), Number(1.0), seed)
    return [variable.stream for variable in hidden]


def test_each_call_has_its_own_stream_and_a_seed_moves_it():
    """Same call, same stream; another name or another literal seed, another stream; a variable moves nothing."""
    assert streams(Number(0.0)) == streams(Number(0.0)) == streams(Ref("noise seed"))
    assert streams(Number(5.0)) == [(streams(Number(0.0))[0] + 5) % 2**32]
    assert streams(Number(0.0), base="call 2") != streams(Number(0.0))
    assert all(0 <= stream < 2**32 for stream in streams(Number(-7.0)))


def test_all_draws_of_one_call_have_different_streams():
    """Gamma takes nine draws."""
    _, hidden = draws.RANDOM_CALLS["gamma"][1]("call", Number(2.0), Number(1.0))
    found = [variable.stream for variable in hidden if isinstance(variable, Draw)]
    assert len(set(found)) == len(found) == 9


def test_a_random_number_that_is_kept_for_some_time_is_refused():
    """The last argument of Stella's newer forms."""
    with pytest.raises(ValueError, match="keeps a random number"):
        draws.RANDOM_CALLS["normal"][1]("call", *[Number(1.0)] * 6)


def test_random_numbers_of_a_run_repeat_and_differ_between_futures(table):
    """In the compiled engine: again the same; another future, other numbers; all finite and within bounds."""
    model = by_hand(
        *shown("normal", draws.RANDOM_CALLS["random normal"][1]("a", *(Number(float(x)) for x in (-1, 3, 1, 2, 0)))),
        *shown("count", draws.RANDOM_CALLS["poisson"][1]("b", Number(3.0))),
        *shown("gamma", draws.RANDOM_CALLS["gamma"][1]("c", Number(0.7), Number(2.0))),
        stop=400.0,
    )
    save = ["normal", "count", "gamma"]
    runs = compiled.simulate(model, table({"FINAL TIME": [400.0] * 3}), save=save)
    again = compiled.simulate(model, table({"FINAL TIME": [400.0] * 3}), save=save)
    for name in save:
        np.testing.assert_array_equal(runs[name], again[name])
        assert (runs[name][0].values != runs[name][2].values).any()
        assert np.isfinite(runs[name]).all()
    assert stats.kstest(runs["normal"].values.ravel(), stats.truncnorm(-1, 1, 1, 2).cdf).pvalue > 0.001
    assert abs(runs["count"].values.mean() - 3) < 0.25
    assert stats.kstest(runs["gamma"].values.ravel(), stats.gamma(0.7, 0, 2).cdf).pvalue > 0.001


def test_pink_noise_has_its_mean_deviation_and_memory(table):
    """Deviation and mean hold at any time step, and values correlate as the correlation time says."""
    arguments = [Number(5.0), Number(2.0), Number(10.0), Number(0.0)]
    noise = draws.RANDOM_CALLS["random pink noise"][1]("noise", *arguments)
    assert [variable for variable in noise[1] if isinstance(variable, Stock)]
    for step in (1.0, 0.25):
        model = by_hand(*shown("pink", noise), stop=4000.0, step=step)
        pink = compiled.simulate(model, save=["pink"])["pink"].values[0]
        assert abs(pink.mean() - 5) < 0.5
        assert abs(pink.std() - 2) < 0.3
        lag = round(10 / step)
        centred = pink - pink.mean()
        assert abs((centred[lag:] * centred[:-lag]).mean() / centred.var() - np.exp(-1)) < 0.12


def test_a_table_can_be_the_density_of_a_random_number():
    """RANDOM LOOKUP of a triangle, in the engine, between bounds that cut it."""
    density = Table(name="density", x=(0.0, 1.0, 3.0), y=(0.0, 2.0, 0.0))
    numbers = [Number(float(one)) for one in (0.5, 10, 0, 1, 0)]
    model = by_hand(*shown("value", draws.random_lookup("call", density, *numbers)), stop=4000.0)
    drawn_values = compiled.simulate(model, save=["value"])["value"].values[0]
    triangle = stats.triang(1 / 3, 0, 3)
    below = triangle.cdf(0.5)
    assert drawn_values.min() >= 0.5
    assert stats.kstest(drawn_values, lambda x: (triangle.cdf(x) - below) / (1 - below)).pvalue > 0.001
    with pytest.raises(ValueError, match="density"):
        draws.random_lookup("call", Table(name="density", x=(0.0, 1.0), y=(0.0, -1.0)), *numbers)
