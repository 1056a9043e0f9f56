"""Functions of whole arrays in a Vensim file: which elements they get and which each element takes, beside PySD."""

import numpy as np
import pytest

from sdmodel.engine import compiled, reference
from sdmodel.errors import ModelError
from sdmodel.read import read

RANGES = ("Shop: north, south, east", "Good: bread, milk", "profile: ptype, ppriority, pwidth, pextra")
VALUES = (
    "price[Shop] = 5, 2, 8",
    "moving[north] = SIN(Time)",
    "moving[south] = COS(Time)",
    "moving[east] = 0.2 + 0 * Time",
    "table[Shop, Good] = 3, 1; 2, 5; 7, 4;",
    "wanted[Shop] = 10, 0, 1",
)
SQUARE = ("Row: r1, r2, r3", "Column: c1, c2, c3", "matrix[Row, Column] = 2, 1, 0; 1, 3, 1; 0, 1, 4;")


def elements(runs, name):
    """Values [element, time] of an array, in the order of its elements."""
    return np.stack([runs[one].values[0] for one in runs.data_vars if str(one).startswith(f"{name}[")])


@pytest.mark.parametrize(
    "equation",
    [
        "x[Shop] = VECTOR SORT ORDER(moving[Shop], 1)",
        "x[Shop] = VECTOR SORT ORDER(moving[Shop], -1)",
        "x[Shop] = VECTOR RANK(moving[Shop], 1)",
        "x[Shop, Good] = VECTOR RANK(table[Shop, Good] + 0 * Time, 1)",
        "x[Good] = VECTOR SELECT(wanted[Shop!], table[Shop!, Good] + 0 * Time, 0, 0, 0)",
        "x[Good] = VECTOR SELECT(wanted[Shop!], table[Shop!, Good] + Time, 0, 3, 0)",
        "x[Shop] = ALLOCATE BY PRIORITY(wanted[Shop] + 0 * Time, price[Shop], ELMCOUNT(Shop), 3, 2 * Time)",
    ],
)
def test_each_element_takes_its_own_part_of_what_a_whole_array_gives(mdl, equation):
    """Sorted, ranked, selected and allocated at each time."""
    path = mdl(*RANGES, *VALUES, equation, stop=6)
    runs, again = compiled.simulate(read(path)), reference.simulate(read(path))
    np.testing.assert_allclose(elements(runs, "x"), elements(again, "x"), rtol=1e-9, atol=1e-9)


def test_a_vector_is_put_into_the_order_that_sorting_gave(mdl):
    """VECTOR REORDER of VECTOR SORT ORDER is the sorted vector."""
    order = "order[Shop] = VECTOR SORT ORDER(moving[Shop], 1)"
    runs = compiled.simulate(read(mdl(*RANGES, *VALUES, order, "x[Shop] = VECTOR REORDER(moving[Shop], order[Shop])")))
    np.testing.assert_array_equal(elements(runs, "x"), np.sort(elements(runs, "moving"), axis=0))


def test_an_inverse_is_laid_out_as_its_matrix(mdl):
    """Also where both subscripts of the matrix share their elements."""
    runs = compiled.simulate(read(mdl(*SQUARE, "x[Row, Column] = INVERT MATRIX(matrix[Row, Column] * (1 + Time), 3)")))
    matrix = np.array([[2, 1, 0], [1, 3, 1], [0, 1, 4]])
    np.testing.assert_allclose(elements(runs, "x")[:, 0].reshape(3, 3), np.linalg.inv(matrix), rtol=1e-12)
    same = (
        "Row: a, b",
        "Column: a, b",
        "m[Row, Column] = 4, 7; 2, 6;",
        "x[Row, Column] = INVERT MATRIX(m[Row, Column], 2)",
    )
    found = read(mdl(*same))
    runs = compiled.simulate(found, save=[f"x[{row}, {column}]" for row in "ab" for column in "ab"])
    np.testing.assert_allclose(elements(runs, "x")[:, 0].reshape(2, 2), [[0.6, -0.7], [-0.2, 0.4]], rtol=1e-12)


def test_a_supply_is_shared_by_priority_profiles(mdl):
    """All of it is given while it is short of what is wanted; the first in priority is served first."""
    equations = ("pp[Shop, profile] = 1, 3, 1, 0; 1, 2, 1, 0; 1, 1, 1, 0;", "asked[Shop] = 4, 4, 4")
    shares = "x[Shop] = ALLOCATE AVAILABLE(asked[Shop], pp[Shop, ptype], 2 * Time)"
    given = elements(compiled.simulate(read(mdl(*RANGES, *equations, shares, stop=8))), "x")
    np.testing.assert_allclose(given.sum(axis=0), np.minimum(12, 2 * np.arange(9)), rtol=1e-12)
    assert (given[0] >= given[1]).all()
    assert (given[1] >= given[2]).all()


def test_an_element_so_many_places_further_on_is_found(mdl):
    """VECTOR ELM MAP counts from the element that is named; beyond the range there is no number."""
    runs = compiled.simulate(read(mdl(*RANGES, *VALUES, "x = VECTOR ELM MAP(price[south], Time)", stop=2)))
    np.testing.assert_array_equal(runs["x"][0], [2, 8, np.nan])


@pytest.mark.parametrize(
    ("equation", "reason"),
    [
        ("x[Shop] = VECTOR SORT ORDER(3, 1)", "works on a whole array"),
        ("x[Shop] = VECTOR SORT ORDER(price[Shop])", "takes 2 arguments, not 1"),
        ("x[Shop] = ALLOCATE AVAILABLE(price[Shop], 3, 4)", "the priority profile must be an array"),
        ("x = SUM(price[north])", "needs a subscript to run through"),
        ("x = VECTOR ELM MAP(3, 1)", "works on a whole array"),
    ],
)
def test_calls_without_an_array_are_refused(mdl, equation, reason):
    """By name, with what is missing."""
    with pytest.raises(ModelError, match=reason):
        read(mdl(*RANGES, *VALUES, equation))
