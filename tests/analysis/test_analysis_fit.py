"""Observation equations, statistics of fit and what is identified: held to textbook formulas and exact cases."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sdmodel.analysis.calibration.fit import Observed, equation, outside, residuals, uncertainty
from sdmodel.analysis.calibration.goodness import carried_forward, statistics, theil
from sdmodel.analysis.calibration.identified import IDENTIFIED, ONE_SIDE, OPEN, interval, pairs, threshold

SIMULATED = np.array([0.1, 0.2, 0.4, 0.5, 0.9])
NUMBERS = arrays(float, 6, elements=st.floats(-100, 100, allow_subnormal=False))


def observed(values, **more):
    n = len(values)
    marked = more.pop("marked", np.zeros(n, dtype=bool))
    errors = more.pop("errors", np.full(n, 2.0))
    return Observed(np.arange(float(n)), np.asarray(values, dtype=float), errors, np.asarray(marked), **more)


def test_a_free_equation_is_found_exactly_with_the_shift_of_marked_rows():
    marked = np.array([True, True, False, False, False])
    data = observed(30 * SIMULATED + 50 - 7 * marked, marked=marked, scale=None, offset=None, shifts=True)
    found = equation(data, SIMULATED)
    assert (found.scale, found.offset, found.shift) == pytest.approx((30, 50, -7))
    assert residuals(data, SIMULATED) == pytest.approx(np.zeros(5), abs=1e-12)


def test_what_is_given_is_kept_and_only_the_rest_is_fitted():
    found = equation(observed(100 * SIMULATED + 3, scale=100.0, offset=None), SIMULATED)
    assert (found.scale, found.offset, found.shift) == pytest.approx((100, 3, 0))
    plain = observed(SIMULATED + 4)
    assert residuals(plain, SIMULATED) == pytest.approx(np.full(5, 2.0))


def test_a_free_scale_keeps_to_its_range():
    """Data that fall while the variable rises get a scale of 0 and their mean; a range ends where it says."""
    falling = observed(-10 * SIMULATED, scale=None, offset=None)
    assert equation(falling, SIMULATED).scale == 0
    assert equation(falling, SIMULATED).offset == pytest.approx(np.mean(-10 * SIMULATED))
    steep = observed(500 * SIMULATED, scale=None, offset=None, scales=(50, 200))
    assert equation(steep, SIMULATED).scale == 200


def test_exact_observations_count_for_more_than_loose_ones():
    """Weighted least squares: with one datum exact to a millionth, an offset passes through it."""
    data = observed([1.0, 5.0], errors=np.array([1e-6, 1.0]), offset=None)
    assert equation(data, np.zeros(2)).offset == pytest.approx(1.0, abs=1e-6)


def test_what_an_equation_leaves_open_is_the_standard_error_of_regression():
    """A free level of five observations: error/√5; a line: the textbook's 1/n + (x − x̄)²/Σ(x − x̄)²."""
    level = uncertainty(observed(np.arange(5.0), offset=None), SIMULATED, np.array([7.0]))
    assert level == pytest.approx([2 / np.sqrt(5)])
    line = uncertainty(observed(np.arange(5.0), scale=None, offset=None), SIMULATED, np.array([0.8]))
    away, spread = 0.8 - SIMULATED.mean(), ((SIMULATED - SIMULATED.mean()) ** 2).sum()
    assert line == pytest.approx([2 * np.sqrt(1 / 5 + away**2 / spread)])
    narrow = observed(np.arange(5.0), scale=None, offset=None, scales=(9.99, 10.01))
    assert uncertainty(narrow, SIMULATED, np.array([0.8])) == pytest.approx([2 / np.sqrt(5)], rel=1e-2)
    assert uncertainty(observed(np.arange(5.0)), SIMULATED, SIMULATED) == pytest.approx(np.zeros(5))


def test_a_range_costs_nothing_within_and_its_distance_in_errors_outside():
    assert outside(np.array([0.0, 1.0, 3.0, 6.0]), 1.0, 4.0, 0.5) == pytest.approx([2.0, 0.0, 0.0, 4.0])


@given(NUMBERS, NUMBERS)
def test_the_shares_of_theil_sum_to_one(simulated, seen):
    shares = theil(simulated, seen)
    total = sum(shares.values())
    assert np.isnan(total) or total == pytest.approx(1, abs=1e-6)


def test_theil_tells_bias_variation_and_covariation_apart():
    """Each of Sterman's three pure cases: one share is 1, the others 0."""
    seen = np.array([1.0, 2.0, 3.0, 2.0])
    assert theil(seen + 5, seen)["bias"] == pytest.approx(1)
    assert theil(seen.mean() + 2 * (seen - seen.mean()), seen)["variation"] == pytest.approx(1)
    assert theil(np.array([2.0, 1.0, 2.0, 3.0]), seen)["covariation"] == pytest.approx(1)


def test_the_statistics_of_a_small_case_by_hand():
    simulated, seen = np.array([1.0, 3.0, 4.0]), np.array([2.0, 2.0, 5.0])
    found = statistics(simulated, seen, carried_forward(np.arange(3.0), seen), 3.0)
    assert found["points"] == 3
    assert found["rmse"] == pytest.approx(1)
    assert found["mae"] == pytest.approx(1)
    assert found["mae_over_mean"] == pytest.approx(1 / 3)
    assert found["mape"] == pytest.approx((1 / 2 + 1 / 2 + 1 / 5) / 3)
    assert found["r_squared"] == pytest.approx(np.corrcoef(simulated, seen)[0, 1] ** 2)
    assert found["rmse_last_value"] == pytest.approx(np.sqrt((0 + 9) / 2))
    assert found["rmse_mean"] == pytest.approx(np.sqrt((1 + 1 + 4) / 3))


def test_what_cannot_be_known_is_not_a_number():
    """No correlation of two points, no share of an error that is not there, no relative error of zero."""
    two = statistics(np.array([1.0, 2.0]), np.array([0.0, 2.0]), np.full(2, np.nan), 1.0)
    assert np.isnan([two["r_squared"], two["mape"], two["rmse_last_value"]]).all()
    assert np.isnan(list(theil(np.arange(3.0), np.arange(3.0)).values())).all()
    assert statistics(np.empty(0), np.empty(0), np.empty(0), 1.0)["points"] == 0


def test_the_threshold_is_that_of_chi_square_and_widens_with_what_is_left():
    assert threshold(5.0, 10) == pytest.approx(3.841459, abs=1e-6)
    assert threshold(30.0, 10) == pytest.approx(3 * 3.841459, abs=1e-5)
    assert threshold(30.0, 0) == pytest.approx(3.841459, abs=1e-6)


def test_a_parabola_gives_the_interval_of_its_standard_deviation():
    """Rise ((x − 2)/0.1)²: the 95 % interval is 2 ± 1.96 × 0.1."""
    values = np.linspace(1.5, 2.5, 11)
    found = interval(values, ((values - 2) / 0.1) ** 2, 0.0, 5.0, threshold(0, 1))
    assert (found.low, found.high) == pytest.approx((1.804, 2.196), abs=1e-3)
    assert found.status == IDENTIFIED


def test_an_end_that_is_never_reached_is_that_of_the_range():
    values = np.linspace(0, 1, 5)
    assert interval(values, np.zeros(5), 0.0, 1.0, 3.84).status == OPEN
    found = interval(values, 100 * np.maximum(0, values - 0.25), 0.0, 1.0, 3.84)
    assert (found.status, found.low) == (ONE_SIDE, 0.0)
    assert 0.25 < found.high < 0.5


def test_pairs_known_by_ratio_or_product_alone_are_named():
    """Residuals on the logarithms: of a/b, of a·b, and of each alone."""
    of = np.array([1.0, 2.0, 3.0])[:, None]
    [ratio] = pairs(["a", "b"], of * [4.0, -4.0])
    assert (ratio.first, ratio.second, ratio.combination) == ("a", "b", "ratio")
    [product] = pairs(["a", "b"], of * [4.0, 4.0])
    assert product.combination == "product"
    [mixed] = pairs(["a", "b"], of * [4.0, -2.0])
    assert (mixed.combination, mixed.b) == ("combination", pytest.approx(-0.5))
    assert pairs(["a", "b"], np.diag([9.0, 9.0])) == []
    assert pairs(["a", "b"], of * [0.01, -0.01]) == []
    assert pairs(["a", "b"], np.array([[4.0, -4.0]]))[0].combination == "ratio"
