"""XMILE: arrays of one and more dimensions, whole arrays in functions, subscripts of every kind."""

import pytest
from xmile_text import REGIONS, array, aux, document, runs, saved

from sdmodel.errors import ModelError
from sdmodel.read import read

MATRIX = array("aux", "x", "Region Age", "<eqn>1, 2, 3; 4, 5, 6</eqn>")


def test_each_form_of_an_array_is_read(tmp_path):
    """One equation for all, one for each, a list, and names of dimensions left out or used as numbers."""
    found = runs(
        tmp_path,
        MATRIX,
        array("aux", "price", "Region", '<element subscript="North"><eqn>2</eqn></element>'
              '<element subscript="South"><eqn>price[North] * 2</eqn></element>'),
        array("aux", "both", "Region Age", "<eqn>x * price[Region] + Age</eqn>"),
        array("aux", "turned", "Age Region", "<eqn>x[Region, Age]</eqn>"),
        head=REGIONS,
    )  # fmt: skip
    assert found["price[South]"] == [4] * 5
    assert [found[f"both[North, {age}]"][0] for age in (1, 2, 3)] == [3, 6, 9]
    assert found["both[South, 3]"][0] == 27
    assert found["turned[3, South]"][0] == 6


@pytest.mark.parametrize(
    ("equation", "wanted"),
    [
        ("SUM(x)", 21),
        ("SUM(x[*, *])", 21),
        ("SUM(x[North, *])", 6),
        ("SUM(x[*, 2])", 7),
        ("SUM(x[South, 2:3])", 11),
        ("SUM(x[Region, 1])", 5),
        ("SUM(x * x)", 91),
        ("PROD(x[North, *])", 6),
        ("MEAN(x)", 3.5),
        ("STDDEV(x[North, *])", (2 / 3) ** 0.5),
        ("MAX(x)", 6),
        ("MIN(x[South, *])", 4),
        ("MAX(x, 10)", 10),
        ("MIN(x, 10)", 1),
        ("SIZE(x)", 6),
        ("SIZE(x[North, *])", 3),
        ("SIZE(Age)", 3),
        ("RANK(x[South, *], 2)", 2),
        ("x[North, 2] + x[Region.South, 3]", 8),
        ("x[2, 1]", 4),
        ("x[South, k]", 5),
        ("x[South, k * 9]", 0),
        ("SUM(x[North, *]) / SIZE(x[North, *])", 2),
    ],
)
def test_an_equation_of_whole_arrays(tmp_path, equation, wanted):
    """An array without subscripts means all of it; a subscript may be a variable, and there is 0 beyond the ends."""
    found = runs(tmp_path, MATRIX, aux("k", "2"), aux("a", equation), head=REGIONS)
    assert found["a"][-1] == pytest.approx(wanted)


def test_functions_of_whole_arrays_follow_the_left_side(tmp_path):
    """A dimension of the left side is one element at a time; MAX of an element and a number is no reduction."""
    found = runs(
        tmp_path,
        MATRIX,
        array("aux", "row", "Region", "<eqn>SUM(x[Region, *])</eqn>"),
        array("aux", "share", "Region Age", "<eqn>x / SUM(x)</eqn>"),
        array("aux", "least", "Region Age", "<eqn>MAX(x, 3.5)</eqn>"),
        array("aux", "before", "Age", "<eqn>x[North, Age - 1]</eqn>"),
        array("aux", "count", "Region Age", "<eqn>SIZE(SELF)</eqn>"),
        head=REGIONS,
    )
    assert (found["row[North]"][0], found["row[South]"][0]) == (6, 15)
    assert found["share[South, 3]"][0] == pytest.approx(6 / 21)
    assert (found["least[North, 3]"][0], found["least[South, 1]"][0]) == (3.5, 4)
    assert [found[f"before[{age}]"][0] for age in (1, 2, 3)] == [0, 1, 2]
    assert found["count[North, 1]"] == [6]


def test_an_array_may_have_a_dimension_twice(tmp_path):
    """Its two places run on their own."""
    found = runs(
        tmp_path,
        array("aux", "m", "Region Region", "<eqn>1, 2; 3, 4</eqn>"),
        array("aux", "twice", "Region Region", "<eqn>m * 2</eqn>"),
        aux("total", "SUM(twice)"),
        head=REGIONS,
    )
    assert found["twice[North, South]"][0] == 4
    assert found["total"][0] == 20


def test_each_element_may_have_a_graphical_function(tmp_path):
    """With an equation for all, and read by name with a subscript."""
    points = [
        f'<element subscript="{name}"><gf><xscale min="0" max="4"/><ypts>{ypts}</ypts></gf></element>'
        for name, ypts in (("North", "0,8"), ("South", "8,0"))
    ]
    found = runs(
        tmp_path,
        array("aux", "g", "Region", "".join(points) + "<eqn>TIME</eqn>"),
        array("gf", "table", "Region", "<xscale min='0' max='4'/><ypts>0,4</ypts>"),
        aux("a", "LOOKUP(g[South], 1)"),
        array("aux", "b", "Region", "<eqn>g(2) + table(1)</eqn>"),
        head=REGIONS,
    )
    assert found["g[North]"] == [0, 2, 4, 6, 8]
    assert found["a"] == [6] * 5
    assert found["b[South]"] == [5] * 5


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ([array("aux", "a", "Nowhere", "<eqn>1</eqn>")], 'there is no dimension "Nowhere"'),
        ([array("aux", "a", "Region", "<eqn>1, 2, 3</eqn>")], "3 expressions for 2 elements"),
        ([array("aux", "a", "Region", '<element subscript="West"><eqn>1</eqn></element>')], '"West" is no element'),
        ([array("aux", "a", "Region", '<element subscript="North, 1"><eqn>1</eqn></element>')], "does not fit 1 dim"),
        ([MATRIX, aux("a", "x[North]")], '"x" has 2 dimensions, and 1 subscripts here'),
        ([MATRIX, aux("a", "x[North, 4]")], '"Age" has no element number 4'),
        ([MATRIX, aux("a", "x[1, North]")], '"North" is no element of "Age"'),
        ([MATRIX, aux("a", "x[North, 1:2]")], "within SUM, MEAN, MIN … only"),
        ([MATRIX, aux("a", "SUM(x[North, 2:9])")], '"Age" has no elements from 2 to 9'),
        ([MATRIX, aux("a", "x + 1")], "not among those of the left side"),
        ([aux("a", "y[1]")], 'there is no array "y"'),
        ([array("aux", "a", "Region", "<eqn></eqn>")], "there is no equation"),
    ],
)
def test_subscripts_that_mean_nothing_are_refused_by_name(tmp_path, variables, said):
    """With the variable."""
    with pytest.raises(ModelError) as caught:
        read(saved(tmp_path, document(*variables, head=REGIONS)))
    assert said in str(caught.value)
    assert '"a"' in str(caught.value)
