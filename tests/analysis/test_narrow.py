"""Strips and islands about as narrow as a cell: one line where it is one, and areas that do not hang on the grid."""

import numpy as np
import pytest

from sdmodel.analysis.tipping.boundary import traced
from sdmodel.analysis.tipping.dips import crossings
from sdmodel.analysis.tipping.lattice import Lattice, crossed_edges, followed

DISC = 0.3


def disc(points):
    return (((points - 0.5) ** 2).sum(axis=1) < DISC**2).astype(np.int8)


def strip(points):
    return (np.abs(points[:, 1] - 0.3 - 0.2 * points[:, 0]) < 0.004).astype(np.int8)


def ring(points):
    return (np.abs(np.sqrt(((points - 0.5) ** 2).sum(axis=1)) - DISC) < 0.004).astype(np.int8)


@pytest.mark.parametrize("turned", [False, True])
def test_a_strip_narrower_than_a_cell_has_two_lines_from_side_to_side(turned):
    """Also a gap of that kind in what holds all around it."""
    found = traced((lambda p: 1 - strip(p)) if turned else strip, 24, 1e-6, 1e-3)
    assert len(found.lines) == 2
    for line in found.lines:
        assert sorted(line[[0, -1], 0]) == [0.0, 1.0]
        np.testing.assert_allclose(np.abs(line[:, 1] - 0.3 - 0.2 * line[:, 0]), 0.004, atol=3e-6)
    assert found.area == pytest.approx(0.992 if turned else 0.008, abs=1e-5)
    assert not found.cut


def test_a_thin_ring_is_two_closed_lines():
    found = traced(ring, 24, 1e-6, 1e-3)
    assert len(found.lines) == 2
    for line in found.lines:
        np.testing.assert_array_equal(line[0], line[-1])
    radii = sorted(float(np.hypot(*(line[0] - 0.5))) for line in found.lines)
    assert radii == pytest.approx([DISC - 0.004, DISC + 0.004], abs=3e-6)
    assert found.area == pytest.approx(np.pi * 2 * DISC * 0.008, rel=1e-3)


@pytest.mark.parametrize("cells", [3, 6, 12, 24, 48])
def test_the_area_of_a_disc_does_not_hang_on_the_first_grid(cells):
    found = traced(disc, cells, 1e-6, 1e-3)
    assert len(found.lines) == 1
    assert found.area == pytest.approx(np.pi * DISC**2, abs=5e-4)


@pytest.mark.parametrize(
    ("holds", "area"),
    [
        (lambda p: p[:, 0] * p[:, 1] > 0.2, 0.8 + 0.2 * np.log(0.2)),
        (lambda p: p[:, 0] * p[:, 1] < 0.2, 0.2 - 0.2 * np.log(0.2)),
        (lambda p: p[:, 0] > 0.377, 0.623),
        (lambda p: p[:, 1] > 0.377, 0.623),
        (lambda p: np.abs(p[:, 1] - 0.5) < 0.1 * p[:, 0], 0.1),
        (lambda p: p[:, 0] < 2, 1.0),
        (lambda p: p[:, 0] > 2, 0.0),
    ],
)
def test_the_area_is_that_of_the_formula_whichever_side_holds_and_wherever_the_line_ends(holds, area):
    found = traced(lambda p: holds(p).astype(np.int8), 24, 1e-6, 1e-3)
    assert found.area == pytest.approx(area, abs=3e-4)


def test_where_runs_fail_the_lines_leave_the_area_open():
    found = traced(lambda p: np.where(p[:, 0] > 0.7, -1, p[:, 0] > 0.4).astype(np.int8), 10, 1e-6, 1e-3)
    assert found.area is None


def test_an_island_between_the_nodes_is_found_from_a_point_on_its_edge():
    def island(points):
        return (((points - [0.37, 0.61]) ** 2).sum(axis=1) < 1e-4).astype(np.int8)

    assert traced(island, 24, 1e-6, 1e-3).lines == ()
    [line] = traced(island, 24, 1e-6, 1e-3, np.array([[0.38, 0.61]])).lines
    np.testing.assert_allclose(np.hypot(*(line - [0.37, 0.61]).T), 0.01, atol=3e-6)


def test_what_is_followed_ends_with_the_cells_that_are_allowed():
    lattice = Lattice(100, disc)
    nodes = np.array([(x, y) for x in range(101) for y in range(101)])
    holds = disc(nodes / 100).reshape(101, 101)
    every = set(crossed_edges(holds))
    lattice.look(node for direction, x, y in every for node in ((x, y), (x + (direction == 0), y + (direction == 1))))
    seed = [next(iter(sorted(every)))]
    assert followed(lattice, seed, 10_000) == (every, True)
    some, whole = followed(lattice, seed, 20)
    assert not whole
    assert some < every


@pytest.mark.parametrize("turn", [1.0, -1.0])
def test_an_island_between_the_nodes_is_found_where_the_quantity_dips_towards_it(turn):
    """One of radius 0.01 in cells of 0.04, as a hollow and as a hill; a slope and a plain have none."""

    def margin(points):
        return turn * (((points - [0.37, 0.61]) ** 2).sum(axis=1) - 1e-4)

    [point] = crossings(margin, 24, 1e-8)
    assert np.hypot(*(point - [0.37, 0.61])) == pytest.approx(0.01, abs=1e-7)
    assert not len(crossings(lambda points: points.sum(axis=1) + 1, 24, 1e-8))
    assert not len(crossings(lambda points: np.ones(len(points)), 24, 1e-8))
    assert not len(crossings(lambda points: np.full(len(points), np.nan), 24, 1e-8))
    assert not len(crossings(lambda points: margin(points) + turn * 2e-4, 24, 1e-8)), "it stays above zero"
