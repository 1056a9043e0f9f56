"""Shares of a distribution become values: rising, in range, and in the right proportions."""

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from sdmodel.design.distributions import levels, values_at
from sdmodel.errors import ExperimentError
from sdmodel.study.terms import Uncertainty

BOUND = st.floats(-1e6, 1e6)
SHARES = st.lists(st.floats(0, 1), min_size=1, max_size=20).map(sorted)


@st.composite
def uncertainties(draw: st.DrawFn) -> Uncertainty:
    kind = draw(st.sampled_from(["uniform", "triangular", "normal", "loguniform", "integer", "categorical"]))
    if kind == "categorical":
        return Uncertainty("x", kind, values=tuple(sorted(draw(st.lists(BOUND, min_size=1, max_size=5)))))
    whole = st.integers(-1000, 1000).map(float)
    bound = whole if kind == "integer" else st.floats(1e-9, 1e9) if kind == "loguniform" else BOUND
    low, high = sorted(draw(st.tuples(bound, bound).filter(lambda pair: pair[0] != pair[1])))
    inner = min(high, max(low, low + draw(st.floats(0, 1)) * (high - low)))
    return Uncertainty("x", kind, low=low, high=high, mode=inner, mean=inner, sd=draw(st.floats(1e-9, 1e9)))


def bounds(one: Uncertainty) -> tuple[float, float]:
    return (min(one.values), max(one.values)) if one.values else (one.low, one.high)


@given(one=uncertainties(), shares=SHARES)
def test_values_are_in_range_and_rise_with_the_share(one: Uncertainty, shares: list[float]) -> None:
    values = values_at(one, np.array(shares))
    low, high = bounds(one)
    assert values.shape == (len(shares),)
    assert np.isfinite(values).all()
    assert (values >= low).all()
    assert (values <= high).all()
    slack = 1e-7 * (high - low)  # SciPy's truncated normal is inverted in pieces
    assert (np.diff(values) >= -slack).all()


@given(one=uncertainties(), points=st.integers(1, 30))
def test_levels_span_the_range(one: Uncertainty, points: int) -> None:
    values = levels(one, points)
    low, high = bounds(one)
    assert (np.diff(values) > 0).all() or len(values) <= 2 or one.distribution in ("uniform", "triangular", "normal")
    assert low <= values.min() <= values.max() <= high
    if one.distribution == "categorical":
        assert set(values) == set(one.values)
    elif points > 1:
        assert (values[0], values[-1]) == (low, high)


EVEN = (np.arange(100_000) + 0.5) / 100_000


@pytest.mark.parametrize(
    ("one", "same"),
    [
        (Uncertainty("x", "uniform", low=2, high=5), scipy.stats.uniform(2, 3)),
        (Uncertainty("x", "triangular", low=2, mode=3, high=6), scipy.stats.triang(0.25, 2, 4)),
        (Uncertainty("x", "triangular", low=2, mode=2, high=6), scipy.stats.triang(0, 2, 4)),
        (Uncertainty("x", "triangular", low=2, mode=6, high=6), scipy.stats.triang(1, 2, 4)),
        (Uncertainty("x", "normal", low=1, high=9, mean=4, sd=2), scipy.stats.truncnorm(-1.5, 2.5, 4, 2)),
        (Uncertainty("x", "loguniform", low=0.1, high=100), scipy.stats.loguniform(0.1, 100)),
        (Uncertainty("x", "integer", low=-2, high=3), scipy.stats.randint(-2, 4)),
    ],
)
def test_mean_and_spread_are_those_of_the_distribution(one: Uncertainty, same: object) -> None:
    values = values_at(one, EVEN)
    assert values.mean() == pytest.approx(same.mean(), rel=1e-3)  # type: ignore[attr-defined]
    assert values.std() == pytest.approx(same.std(), rel=1e-3)  # type: ignore[attr-defined]


def test_a_value_written_twice_is_twice_as_likely() -> None:
    values = values_at(Uncertainty("x", "categorical", values=(1.0, 7.0, 7.0)), EVEN)
    assert (values == 7).mean() == pytest.approx(2 / 3, abs=1e-4)


def test_a_very_wide_normal_is_flat() -> None:
    values = values_at(Uncertainty("x", "normal", low=0, high=1, mean=0.5, sd=1e300), np.array([0.0, 0.25, 1.0]))
    assert values.tolist() == [0.0, 0.25, 1.0]


def test_levels_of_a_loguniform_keep_one_ratio() -> None:
    assert levels(Uncertainty("x", "loguniform", low=1, high=1000), 4) == pytest.approx([1, 10, 100, 1000])


def test_an_unknown_distribution_is_told() -> None:
    with pytest.raises(ExperimentError, match='Did you mean "uniform"'):
        values_at(Uncertainty("x", "unifrom"), np.array([0.5]))
