"""Derivatives from net flows, eigenvalues and conserved sums, on functions whose own are known."""

import numpy as np
import pytest

from sdmodel.analysis.tipping.jacobian import around, conserved, modes, newton_step, slopes

NONE = np.zeros((0, 2))


def seen(function, state, scale):
    """Slopes of `function` at one state."""
    near = around(np.array([state], dtype=float), np.array(scale, dtype=float))
    return slopes(np.apply_along_axis(function, 2, near), np.array(scale, dtype=float))


def test_derivatives_of_a_smooth_function_are_exact_to_nearly_all_digits_and_their_error_is_told():
    found = seen(lambda x: np.array([np.exp(x[0]) * x[1], np.sin(x[0] * x[1])]), [0.3, 2.0], [1.0, 1.0])
    exact = [[2 * np.exp(0.3), np.exp(0.3)], [2 * np.cos(0.6), 0.3 * np.cos(0.6)]]
    np.testing.assert_allclose(found.matrix[0], exact, atol=1e-10)
    assert (np.abs(found.matrix[0] - exact) <= found.error[0] + 1e-11).all()
    assert not found.kinked.any()


def test_a_corner_at_the_state_itself_is_told_and_one_beside_it_is_not():
    """The larger of x and 0.5: no derivative at 0.5, one of 1 at 0.6."""
    corner, beside = (seen(lambda x: np.array([max(x[0], 0.5)]), [at], [1.0]) for at in (0.5, 0.6))
    assert corner.kinked.all()
    assert not beside.kinked.any()
    assert beside.matrix[0, 0, 0] == pytest.approx(1.0, abs=1e-10)


def test_modes_have_the_eigenvalues_of_the_matrix_and_shares_that_add_up_to_one():
    matrix = np.array([[-0.4, 0.3], [0.2, -0.5]])
    found = modes(matrix, np.zeros((2, 2)), np.array([1.0, 1000.0]), NONE)
    np.testing.assert_allclose(found.values, [-0.2, -0.7], atol=1e-12)
    np.testing.assert_allclose(found.shares, [[0.6, 0.4], [0.4, 0.6]], atol=1e-12)


def test_errors_of_derivatives_become_errors_of_eigenvalues():
    """Doubt in one entry moves an eigenvalue by no more than what is told."""
    matrix, doubt = np.array([[-1.0, 0.5], [0.2, -2.0]]), np.array([[0.0, 1e-4], [0.0, 0.0]])
    told = modes(matrix, doubt, np.ones(2), NONE)
    moved = modes(matrix + doubt, np.zeros((2, 2)), np.ones(2), NONE)
    change = np.abs(moved.values - told.values)
    assert (change <= told.error * 1.001).all()
    assert (change >= told.error * 0.9).all()


def test_a_conserved_sum_is_found_and_its_eigenvalue_of_zero_left_out():
    """Three shares that pass into each other: their sum never changes, and two modes remain."""
    matrix = np.array([[-0.3, 0.1, 0.0], [0.3, -0.3, 0.4], [0.0, 0.2, -0.4]])
    states = np.random.default_rng(3).random((20, 3))
    sums = conserved(states @ matrix.T, np.ones(3))
    np.testing.assert_allclose(sums / sums[0, 0], [[1, 1, 1]], atol=1e-9)
    found = modes(matrix, np.zeros((3, 3)), np.ones(3), sums)
    expected = np.sort(np.linalg.eigvals(matrix).real)[:2]
    np.testing.assert_allclose(np.sort(found.values.real), expected, atol=1e-12)


def test_nothing_is_conserved_where_nothing_is():
    states = np.random.default_rng(3).random((20, 2))
    assert len(conserved(states * [-1.0, 2.0] + [0.1, 0.0], np.ones(2))) == 0


def test_a_step_of_newton_solves_a_linear_system_at_once_and_keeps_sums():
    matrix = np.array([[-0.3, 0.1], [0.3, -0.1]])
    state = np.array([[0.9, 0.1]])
    step = newton_step(matrix[None], state @ matrix.T, np.ones(2), np.array([[1.0, 1.0]]))
    np.testing.assert_allclose(state + step, [[0.25, 0.75]], atol=1e-12)
