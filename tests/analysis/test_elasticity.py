"""Elasticities of eigenvalues against closed forms, and the sums that they keep to."""

import numpy as np
import pytest

from sdmodel.analysis.loops.elasticity import (
    Gains,
    all_modes,
    chosen,
    contribution,
    elasticity,
    link_influences,
    loop_influence,
    stock_influences,
)


def race(a: float, b: float, k: float, m: float) -> Gains:
    """Richardson's arms race: x' = k y - a x, y' = m x - b y, with its build-ups as auxiliaries."""
    matrix = np.array([[-a, 0, 1, 0], [0, -b, 0, 1], [0, k, 0, 0], [m, 0, 0, 0]])
    return Gains(("x", "y", "build x", "build y"), 2, matrix)


@pytest.mark.parametrize(("a", "b", "k", "m"), [(0.4, 0.5, 0.3, 0.2), (0.4, 0.5, 0.6, 0.6), (1.0, 1.0, 0.5, 2.0)])
def test_the_arms_race_has_its_elasticities_in_closed_form(a: float, b: float, k: float, m: float) -> None:
    """λ = -(a + b)/2 ± √((a - b)²/4 + k m), differentiated by hand."""
    root = np.sqrt((a - b) ** 2 / 4 + k * m)
    gains = race(a, b, k, m)
    for mode, sign in zip(all_modes(gains, np.ones(2)), (1, -1), strict=True):
        assert mode.value == pytest.approx(-(a + b) / 2 + sign * root)
        of_a, of_b = (-a * (0.5 - sign * (a - b) / (4 * root)), -b * (0.5 + sign * (a - b) / (4 * root)))
        of_km = sign * k * m / (2 * root)
        assert loop_influence(gains, mode, ["x"]) == pytest.approx(of_a)
        assert loop_influence(gains, mode, ["y"]) == pytest.approx(of_b)
        assert loop_influence(gains, mode, ["x", "build y", "y", "build x"]) == pytest.approx(of_km)
        assert contribution(gains, mode, [["x", "build y", "y", "build x"]]) == pytest.approx(2 * of_km)
        links = link_influences(gains, mode)
        assert [links[2, 1], links[0, 2]] == pytest.approx([of_km, of_km])


def test_the_size_of_stocks_changes_nothing() -> None:
    """Influences have no unit of a stock in them."""
    gains = race(0.4, 0.5, 0.3, 0.2)
    one, other = (link_influences(gains, all_modes(gains, np.array(scale))[0]) for scale in ([1, 1], [1e4, 1e-2]))
    assert np.allclose(one, other, rtol=1e-8)


def test_a_centre_swings_by_its_loop_alone() -> None:
    """Lotka–Volterra at rest: λ = ±i √(α δ); births and deaths of a species cancel, the loop between makes it swing."""
    alpha, delta = 1.0, 0.5
    matrix = np.array(
        [[0, 0, 1, -1, 0], [0, -delta, 0, 0, 1], [alpha, 0, 0, 0, 0], [alpha, 2, 0, 0, 0], [0, 0, 0, 0, 0]]
    )
    matrix[4] = [delta / 2 * alpha, delta, 0, 0, 0]
    gains = Gains(("prey", "predators", "births", "eaten", "grown"), 2, matrix.astype(float))
    [mode] = all_modes(gains, np.ones(2))
    swing = np.sqrt(alpha * delta)
    assert mode.value == pytest.approx(1j * swing)
    assert 2 * loop_influence(gains, mode, ["prey", "grown", "predators", "eaten"]) == pytest.approx(1j * swing)
    assert loop_influence(gains, mode, ["prey", "births"]) == pytest.approx(alpha / 2)
    assert loop_influence(gains, mode, ["prey", "eaten"]) == pytest.approx(-alpha / 2)
    total = elasticity(np.array([stock_influences(gains, mode).sum()]), np.array([mode.value]), 1.0)
    assert total[0] == pytest.approx(1)


def random_gains(seed: int, stocks: int = 4, others: int = 3) -> Gains:
    """A part whose auxiliaries read stocks and those before them."""
    draw = np.random.default_rng(seed)
    n = stocks + others
    matrix = draw.normal(size=(n, n)) * (draw.random((n, n)) < 0.6)
    for at in range(stocks, n):
        matrix[at, at:] = 0
    return Gains(tuple(f"v{at}" for at in range(n)), stocks, matrix)


def all_loops(gains: Gains) -> list[list[str]]:
    """Every loop, by trying all ways."""
    size, found = len(gains.names), []

    def go(path: list[int]) -> None:
        for effect in np.flatnonzero(gains.matrix[:, path[-1]]).tolist():
            if effect == path[0]:
                found.append([gains.names[at] for at in path])
            elif effect > path[0] and effect not in path:
                go([*path, effect])

    for home in range(size):
        go([home])
    return found


@pytest.mark.parametrize("seed", range(6))
def test_loops_through_a_link_add_up_to_the_link_and_all_to_the_eigenvalue(seed: int) -> None:
    """Kirchhoff's law of influences (N. Forrester 1982), for every link of a random model and every mode."""
    gains = random_gains(seed)
    loops = all_loops(gains)
    for mode in all_modes(gains, np.ones(gains.stocks)):
        own = [loop_influence(gains, mode, path) for path in loops]
        links = link_influences(gains, mode)
        assert sum(contribution(gains, mode, [path]) for path in loops) == pytest.approx(mode.value, abs=1e-9)
        assert stock_influences(gains, mode).sum() == pytest.approx(mode.value, abs=1e-9)
        for effect, cause in np.argwhere(gains.matrix):
            ends = (gains.names[cause], gains.names[effect])
            through = [value for path, value in zip(loops, own, strict=True) if _leads(path, *ends)]
            assert sum(through) == pytest.approx(links[effect, cause], abs=1e-9)


def _leads(path: list[str], cause: str, effect: str) -> bool:
    return any((one, path[(at + 1) % len(path)]) == (cause, effect) for at, one in enumerate(path))


def test_a_loop_whose_gain_is_nothing_has_no_influence() -> None:
    """Nor has one that leads through what is not there."""
    gains = race(0.4, 0.5, 0.0, 0.2)
    mode = all_modes(gains, np.ones(2))[0]
    assert loop_influence(gains, mode, ["x", "build y", "y", "build x"]) == 0
    assert loop_influence(gains, mode, ["x", "peace"]) == 0


def test_the_mode_of_a_stock_is_that_in_which_it_takes_part_most() -> None:
    """Without a stock it is the fastest growing that is no standstill."""
    gains = Gains(("a", "b", "c"), 3, np.diag([-0.1, -2.0, 0.0]))
    modes = all_modes(gains, np.ones(3))
    assert chosen(modes, 1, 1e-9).value == -2.0
    assert chosen(modes, None, 1e-9).value == -0.1


def test_two_equal_rates_that_feed_one_another_are_told_by_their_condition() -> None:
    """At a double eigenvalue there is no derivative."""
    gains = Gains(("a", "b"), 2, np.array([[-1.0, 1.0], [0.0, -1.0]]))
    assert all_modes(gains, np.ones(2))[0].condition > 1e7
