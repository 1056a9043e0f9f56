"""Lines around known shapes: exact, joined, closed where they close, and none where there is nothing to trace."""

import numpy as np
import pytest

from sdmodel.analysis.tipping.boundary import changes, traced


def circles(points):
    """Two circles that do not touch."""
    near = ((points - [0.3, 0.3]) ** 2).sum(axis=1) < 0.03
    return (near | (((points - [0.7, 0.65]) ** 2).sum(axis=1) < 0.02)).astype(np.int8)


def test_two_islands_are_two_closed_lines_exact_to_the_tolerance():
    found = traced(circles, 24, 1e-9, 1e-4)
    assert len(found.lines) == 2
    for line in found.lines:
        np.testing.assert_array_equal(line[0], line[-1])
    radii = [np.hypot(*(line - middle).T) for line, middle in zip(found.lines, ([0.3, 0.3], [0.7, 0.65]), strict=True)]
    np.testing.assert_allclose(radii[0], np.sqrt(0.03), atol=2e-9)
    np.testing.assert_allclose(radii[1], np.sqrt(0.02), atol=2e-9)


def test_a_line_bends_no_further_from_its_chords_than_it_may():
    """The middle of each chord of the hyperbola is within the bend, on a grid ten times coarser."""
    found = traced(lambda p: (p[:, 0] * p[:, 1] > 0.2).astype(np.int8), 8, 1e-10, 1e-4)
    [line] = found.lines
    np.testing.assert_allclose(line.prod(axis=1), 0.2, atol=1e-9)
    middles = (line[1:] + line[:-1]) / 2
    slope = np.hypot(middles[:, 0], middles[:, 1])
    assert (np.abs(middles.prod(axis=1) - 0.2) / slope < 3e-4).all()
    assert (np.diff(line[:, 0]) > 0).all() or (np.diff(line[:, 0]) < 0).all(), "the pen does not go back"


def test_where_four_crossings_meet_in_a_cell_its_middle_decides():
    """Two lines that nearly cross stay two lines from edge to edge."""
    found = traced(lambda p: ((p[:, 0] - 0.513) * (p[:, 1] - 0.487) > 1e-5).astype(np.int8), 20, 1e-9, 1e-3)
    assert len(found.lines) == 2
    for line in found.lines:
        assert all(np.isclose(end * (1 - end), 0, atol=1e-9).any() for end in (line[0], line[-1]))


@pytest.mark.parametrize("state", [0, 1, -1])
def test_no_line_is_drawn_where_nothing_changes(state):
    found = traced(lambda p: np.full(len(p), state, dtype=np.int8), 10, 1e-6, 1e-3)
    assert found.lines == ()
    assert (found.grid == state).all()


def test_an_edge_to_runs_that_fail_is_counted_and_not_drawn():
    found = traced(lambda p: np.where(p[:, 0] > 0.7, -1, p[:, 0] > 0.4).astype(np.int8), 10, 1e-8, 1e-3)
    [line] = found.lines
    np.testing.assert_allclose(line[:, 0], 0.4, atol=1e-8)
    assert found.broken == 11


def test_changes_along_a_line_are_all_found():
    found = changes(lambda p: (np.sin(20 * p[:, 0] + 1) > 0).astype(np.int8), 40, 1e-10)
    expected = (np.pi * np.arange(1, 7) - 1) / 20
    np.testing.assert_allclose([line[0, 0] for line in found.lines], expected, atol=1e-10)
