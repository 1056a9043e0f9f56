"""The share of futures that meet a target at one intensity is no quantile of what each of them needs."""

import numpy as np
import pytest

from sdmodel.analysis.levers.crossing import crossings
from sdmodel.analysis.levers.shares import Share, reach_of

GRID = np.linspace(0, 1, 1001)


def windows(low: list[float], high: list[float]) -> Share:
    holds = (np.array(low)[:, None] <= GRID + 1e-9) & (np.array(high)[:, None] >= GRID - 1e-9)
    return reach_of(crossings(GRID, holds)).share


def test_where_more_never_hurts_it_is_the_quantile_of_the_least() -> None:
    share = windows([0.1, 0.2, 0.3, 2.0], [1.0, 1.0, 1.0, 1.0])
    assert share.least(0.5) == pytest.approx(0.2)
    assert share.least(0.75) == pytest.approx(0.3)
    assert np.isnan(share.least(0.76))
    assert (share.least(0.25), share.least(0.26)) == pytest.approx((0.1, 0.2))
    assert share.best() == pytest.approx((0.75, 0.3))


def test_windows_that_follow_each_other_never_serve_all_at_once() -> None:
    share = windows([0.1, 0.15, 0.4, 0.7], [0.2, 0.3, 0.5, 0.9])
    assert share.least(0.25) == pytest.approx(0.1)
    assert share.least(0.5) == pytest.approx(0.15)
    assert np.isnan(share.least(0.75))
    assert share.best() == pytest.approx((0.5, 0.15))
    np.testing.assert_allclose(
        share.at(np.array([0.0, 0.1, 0.2, 0.25, 0.35, 0.45, 1.0])), [0, 0.25, 0.5, 0.25, 0, 0.25, 0]
    )


def test_the_share_may_fall_short_between_and_be_served_by_more() -> None:
    share = windows([0.0, 0.0, 0.6, 0.6, 0.6], [0.2, 0.2, 1.0, 1.0, 1.0])
    assert (share.least(0.4), share.least(0.6)) == pytest.approx((0.0, 0.6))
    assert share.best() == pytest.approx((0.6, 0.6))


def test_nobody_is_served_where_no_intensity_is_enough() -> None:
    best, at = windows([2.0, 2.0], [3.0, 3.0]).best()
    assert best == 0
    assert np.isnan(at)


def test_a_window_just_after_another_shares_its_edge_alone() -> None:
    assert windows([0.0, 0.5], [0.5, 1.0]).best() == pytest.approx((1.0, 0.5))
    assert windows([0.0, 0.501], [0.5, 1.0]).best() == pytest.approx((0.5, 0.0))
