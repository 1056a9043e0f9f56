"""Functions of vectors and allocation: lists of expressions against NumPy, PySD's own functions and exact sums."""

import warnings

import numpy as np
import pytest
import xarray as xr
from functions_in_numpy import on_arrays, pysd, pysd_allocation, values

from sdmodel.model.expr import Number, Ref
from sdmodel.read.functions import allocation, vectors

ONE, ZERO = Number(1.0), Number(0.0)


def refs(name, count):
    return [Ref(f"{name}{place}") for place in range(count)]


def known(**columns):
    return {f"{name}{place}": one for name, column in columns.items() for place, one in enumerate(column)}


def computed(parts, given):
    exprs, hidden = parts
    return np.array([float(one) for one in values(exprs, hidden, given)])


@pytest.mark.parametrize("direction", [1.0, 0.0, -1.0])
@pytest.mark.parametrize("column", [[3.0, 1.0, 2.0], [5.0], [2.0, 2.0, 1.0, 2.0], [4.0, 3.0, 2.0, 1.0, 0.0]])
def test_order_rank_and_reordering_are_pysds(column, direction):
    """VECTOR SORT ORDER, VECTOR RANK and VECTOR REORDER, with equal elements, rising and falling."""
    array = xr.DataArray(np.array(column), {"d": [f"e{place}" for place in range(len(column))]}, ["d"])
    inside, given = refs("x", len(column)), known(x=column)
    order = computed(vectors.sort_order("base", inside, Number(direction)), given)
    np.testing.assert_array_equal(order, pysd.vector_sort_order(array, direction).values)
    rank = computed(vectors.rank("base", inside, Number(direction)), given)
    np.testing.assert_array_equal(rank, pysd.vector_rank(array, direction).values)
    moved = computed(vectors.reorder("base", inside, refs("o", len(column))), given | known(o=order))
    np.testing.assert_array_equal(moved, sorted(column, reverse=direction <= 0))


def test_the_element_of_a_rank_is_counted_from_one():
    """XMILE's RANK."""
    for wanted, element in ((1.0, 2), (2.0, 3), (3.0, 1)):
        expr, hidden = vectors.element_of_rank("base", refs("x", 3), Number(wanted))
        assert values([expr], hidden, known(x=[9.0, 4.0, 5.0])) == [element]


def test_a_vector_too_long_to_sort_is_refused():
    """Sorting compares all pairs."""
    with pytest.raises(ValueError, match="more than 64 elements"):
        vectors.sort_order("base", refs("x", 65), ONE)


@pytest.mark.parametrize("action", range(11))
@pytest.mark.parametrize("selector", [[0.0, 1.0, 2.0, 0.5], [1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]])
def test_selection_is_pysds(action, selector):
    """VECTOR SELECT with all numerical actions, of some, one and no element."""
    column = [3.0, -2.0, 1.5, 4.0]
    arrays = [xr.DataArray(np.array(one), {"d": list("abcd")}, ["d"]) for one in (selector, column)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = pysd.vector_select(*arrays, ["d"], -99.0, action, 0)
    expr = vectors.select(refs("s", 4), refs("x", 4), Number(-99.0), Number(float(action)), ZERO)
    np.testing.assert_allclose(values([expr], (), known(s=selector, x=column)), [expected], rtol=1e-14)


def test_a_forbidden_selection_is_not_a_number():
    """Error actions 1 and 3 forbid none, 2 and 3 more than one."""
    for error, chosen, allowed in ((1, [0, 0], False), (1, [1, 1], True), (2, [1, 1], False), (2, [0, 0], True)):
        expr = vectors.select(refs("s", 2), refs("x", 2), ZERO, ZERO, Number(float(error)))
        assert np.isfinite(values([expr], (), known(s=chosen, x=[1.0, 2.0]))[0]) == allowed
    with pytest.raises(ValueError, match="numerical action"):
        vectors.select(refs("s", 1), refs("x", 1), ZERO, Ref("action"), ZERO)
    with pytest.raises(ValueError, match="0 to 10"):
        vectors.select(refs("s", 1), refs("x", 1), ZERO, Number(11.0), ZERO)


def test_a_place_outside_a_vector_is_not_a_number():
    """VECTOR ELM MAP counts from 0 and drops fractions."""
    picked = on_arrays(lambda place: vectors.picked([Number(7.0), Number(8.0)], place), [-1.0, 0.0, 1.9, 2.0])
    np.testing.assert_array_equal(picked, [np.nan, 7, 8, np.nan])
    assert vectors.picked([Number(7.0), Number(8.0)], ONE) == Number(8.0)


def test_a_vector_is_read_as_a_table():
    """VECTOR LOOKUP with 0, 1, 4, 9 at 0, 10, 20, 30: interpolated, backward, extrapolated, forward."""
    x = [-10.0, 0.0, 5.0, 20.0, 29.0, 40.0]
    for mode, expected in {
        0: [0, 0, 0.5, 4, 8.5, 9],
        2: [0, 0, 0, 4, 4, 9],
        3: [-1, 0, 0.5, 4, 8.5, 14],
        4: [0, 0, 1, 4, 9, 9],
    }.items():
        inside = [Number(float(place * place)) for place in range(4)]
        read = on_arrays(
            lambda at, mode=mode, inside=inside: vectors.lookup(inside, at, ZERO, Number(30.0), Number(float(mode))), x
        )
        np.testing.assert_allclose(read, expected, err_msg=f"mode {mode}")
    with pytest.raises(ValueError, match="modes"):
        vectors.lookup([ONE], ZERO, ZERO, ONE, Number(5.0))


def test_means_and_deviations_are_numpys():
    """MEAN and STDDEV of a vector."""
    column = [1.0, 4.0, 4.0, 9.0]
    expr, hidden = vectors.deviation("base", refs("x", 4))
    assert values([vectors.mean(refs("x", 4))], (), known(x=column)) == [np.mean(column)]
    np.testing.assert_allclose(values([expr], hidden, known(x=column)), [np.std(column)], rtol=1e-14)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 12])
def test_an_inverse_is_numpys(size):
    """INVERT MATRIX up to 12 rows, with a 0 on the diagonal, which needs a swap of rows."""
    matrix = np.random.default_rng(size).normal(size=(size, size))
    if size > 1:
        matrix[0, 0] = 0
    table = [[Ref(f"a{row * size + column}") for column in range(size)] for row in range(size)]
    inverse = computed(vectors.inverse("base", table), known(a=matrix.ravel())).reshape(size, size)
    np.testing.assert_allclose(inverse, np.linalg.inv(matrix), rtol=1e-9, atol=1e-11)


def test_a_matrix_that_cannot_be_inverted_is_told():
    """Singular: no finite result. Not square or too large: refused."""
    singular = computed(vectors.inverse("base", [[ONE, ONE], [ONE, ONE]]), {})
    assert not np.isfinite(singular).all()
    with pytest.raises(ValueError, match="square"):
        vectors.inverse("base", [[ONE, ONE]])
    with pytest.raises(ValueError, match="12 rows, not 13"):
        vectors.inverse("base", [[ONE] * 13] * 13)


def random_requests(seed, count):
    draw = np.random.default_rng(seed)
    requests = draw.choice([0, 1, 2.5, 3, 7, 10.0], count)
    priorities = draw.choice([1, 2, 3, 5, 9, 20.0], count)
    return requests, priorities, draw.choice([0.5, 1, 3, 10.0]), draw.random() * 1.2 * requests.sum()


@pytest.mark.parametrize("seed", range(40))
def test_allocation_by_priority_is_pysds(seed):
    """Equal priorities, gaps wider than the width, requests of 0, supplies from nothing to more than enough."""
    count = 1 + seed % 6
    requests, priorities, width, supply = random_requests(seed, count)
    parts = allocation.allocate_by_priority("base", refs("r", count), refs("p", count), Ref("w"), Ref("s"))
    shares = computed(parts, known(r=requests, p=priorities) | {"w": width, "s": supply})
    np.testing.assert_allclose(
        shares, pysd_allocation._allocate_by_priority_1d(requests, priorities, width, supply), atol=1e-10
    )
    assert shares.sum() == pytest.approx(min(supply, requests.sum()), abs=1e-12)


def test_allocation_that_makes_no_sense_is_not_a_number():
    """Negative requests or supplies, and widths of 0."""
    for requests, width, supply in (([-1.0, 2.0], 1.0, 1.0), ([1.0, 2.0], 0.0, 1.0), ([1.0, 2.0], 1.0, -1.0)):
        parts = allocation.allocate_by_priority("base", refs("r", 2), refs("p", 2), Ref("w"), Ref("s"))
        shares = computed(parts, known(r=requests, p=[1.0, 2.0]) | {"w": width, "s": supply})
        assert np.isnan(shares).all()


@pytest.mark.parametrize("kinds", [(1,), (2,), (3,), (4,), (1, 2, 3, 4)])
@pytest.mark.parametrize("is_literal", [True, False])
def test_available_supply_is_allocated_along_the_curves(kinds, is_literal):
    """Rectangular, triangular, normal and exponential curves and mixtures, against PySD; all is given away."""
    draw = np.random.default_rng(len(kinds) * 7 + kinds[0])
    for _ in range(4):
        count = int(draw.integers(1, 5))
        requests = draw.random(count) * 10
        kind, middle, width = draw.choice(kinds, count), draw.random(count) * 3, draw.random(count) * 5 + 2
        supply = (0.2 + 0.6 * draw.random()) * requests.sum()
        profiles = [
            (Number(float(kind[place])) if is_literal else Ref(f"k{place}"), Ref(f"p{place}"), Ref(f"w{place}"), ZERO)
            for place in range(count)
        ]
        parts = allocation.allocate_available("base", refs("r", count), profiles, Ref("s"))
        shares = computed(parts, known(r=requests, k=kind, p=middle, w=width) | {"s": supply})
        assert shares.sum() == pytest.approx(supply, rel=1e-12)
        expected = pysd_allocation._allocate_available_1d(
            requests, np.column_stack([kind, middle, width, 0 * width]), supply
        )
        np.testing.assert_allclose(shares, expected, atol=1e-5)  # PySD's solver stops early


def test_available_supply_that_is_scarce_or_plentiful():
    """Nothing, a trace, nearly all, all and more; curves of very different widths."""
    profiles = [(Number(3.0), ONE, Number(0.05), ZERO), (Number(4.0), Number(9.0), Number(20.0), ZERO)]
    parts = allocation.allocate_available("base", refs("r", 2), profiles, Ref("s"))
    for supply in (0.0, 1e-6, 0.5, 2.0, 4.999999, 5.0, 9.0):
        shares = computed(parts, known(r=[2.0, 3.0]) | {"s": supply})
        assert shares.sum() == pytest.approx(min(supply, 5), rel=1e-9, abs=1e-9)
        assert (shares >= 0).all()


def test_fixed_quantities_are_served_first():
    """Kind 0 has its request whatever the level; others share the rest; two fixed ones share what does not do."""
    profiles = [(ZERO, ONE, ONE, ZERO), (ONE, ONE, Number(2.0), ZERO), (ONE, ONE, Number(2.0), ZERO)]
    parts = allocation.allocate_available("base", refs("r", 3), profiles, Ref("s"))
    np.testing.assert_allclose(computed(parts, known(r=[2.0, 4.0, 4.0]) | {"s": 6.0}), [2, 2, 2])
    np.testing.assert_allclose(computed(parts, known(r=[2.0, 4.0, 4.0]) | {"s": 1.0}), [1, 0, 0])


@pytest.mark.parametrize("kind", [5.0, 11.0, 1.5])
def test_curves_that_are_not_supported_are_refused(kind):
    """Constant elasticity and whole numbers."""
    with pytest.raises(ValueError, match="priority curve"):
        allocation.allocate_available("base", refs("r", 1), [(Number(kind), ONE, ONE, ZERO)], Ref("s"))
