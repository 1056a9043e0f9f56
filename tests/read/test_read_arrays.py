"""Arrays and macros of a Vensim file: which variables they become, and what their equations compute."""

import numpy as np
import pytest

from sdmodel.engine import compiled
from sdmodel.errors import ModelError
from sdmodel.model.model import Constant, Stock, Table
from sdmodel.read import read

RANGES = ("Region: North, South, East", "Sector: mines, farms", "Warm: South, East")


@pytest.fixture
def last(mdl):
    """Reads a model of these equations and gives the last value of each wanted variable, or of all that were made."""

    def run(*equations, **settings):
        model = read(mdl(*equations, **settings))
        runs = compiled.simulate(model)
        values = {v.name: v.value for v in model.of(Constant) if not v.hidden}
        return values | {str(name): float(runs[name][0, -1]) for name in runs.data_vars if "time" in runs[name].dims}

    return run


def chosen(values, name):
    """The elements of an array in their order, as {"a, b": value}."""
    return {one[len(name) + 1 : -1]: value for one, value in values.items() if one.startswith(f"{name}[")}


def refused(mdl, *equations):
    with pytest.raises(ModelError) as error:
        read(mdl(*equations))
    return str(error.value)


def test_an_element_of_an_array_is_a_variable_that_knows_its_array(mdl):
    """Named as the file spells array and elements; constants are inputs, each by itself."""
    model = read(mdl(*RANGES, "Stock of Goods[Region, Sector] = INTEG(rate[Region], 5)", "rate[Region] = 1, 2, 3"))
    stock = model["stock_of_goods[south,FARMS]"]
    assert isinstance(stock, Stock)
    assert (stock.name, stock.array, stock.elements) == (
        *("Stock of Goods[South, farms]", "Stock of Goods"),
        ("South", "farms"),
    )
    assert model.constants["rate[East]"] == 3
    assert [v.name for v in model.of(Stock)][:2] == ["Stock of Goods[North, mines]", "Stock of Goods[North, farms]"]


def test_numbers_of_an_array_are_given_row_by_row(last):
    """One dimension, two, and a plane of three."""
    values = last(
        *RANGES,
        "one[Sector] = 1, 2",
        "two[Region, Sector] = 1, 2; 3, 4; 5, 6;",
        "three[Region, mines, Warm] = 1, 2; 3, 4; 5, 6;",
        "three[Region, farms, Warm] = 7",
    )
    assert chosen(values, "one") == {"mines": 1, "farms": 2}
    assert list(chosen(values, "two").values()) == [1, 2, 3, 4, 5, 6]
    assert chosen(values, "three")["East, mines, South"] == 5
    assert chosen(values, "three")["East, farms, South"] == 7


def test_a_range_goes_where_its_elements_go(last):
    """A subrange on either side, one element, a range named twice under another name, and up a dimension."""
    values = last(
        *RANGES,
        "Other Region <-> Region",
        "base[Region] = 1, 2, 3",
        "some[Warm] = base[Warm] * 10",
        "south = base[South]",
        "pairs[Region, Other Region] = base[Region] * 10 + base[Other Region]",
        "spread[Region, Sector] = base[Region]",
    )
    assert chosen(values, "some") == {"South": 20, "East": 30}
    assert values["south"] == 2
    assert chosen(values, "pairs")["East, North"] == 31
    assert chosen(values, "pairs")["North, East"] == 13
    assert chosen(values, "spread")["East, farms"] == 3


def test_mapped_ranges_follow_each_other(last):
    """In order, in an order that the file names, many to one, and from either side of the arrow."""
    values = last(
        "Age: child, adult, old",
        "Older: adult, old",
        "Younger: child, adult -> Older",
        "Team: red, blue -> (Place: left, right)",
        "Place: right, left",
        "Country: FR, DE, US -> (Bloc: EU, EU, NA)",
        "Bloc: EU, NA -> (Country: both, US)",
        "both: FR, DE",
        "people[Age] = 1, 2, 3",
        "from before[Older] = people[Younger]",
        "points[Team] = 7, 8",
        "of place[Place] = points[Team]",
        "weight[Bloc] = 5, 6",
        "of country[Country] = weight[Bloc]",
    )
    assert chosen(values, "from before") == {"adult": 1, "old": 2}
    assert chosen(values, "of place") == {"right": 8, "left": 7}
    assert chosen(values, "of country") == {"FR": 5, "DE": 5, "US": 6}


def test_exceptions_leave_elements_to_other_equations(last):
    """:EXCEPT: with an element, with a subrange, and several groups."""
    values = last(
        *RANGES,
        "a[Region] :EXCEPT: [South] = 1",
        "a[South] = 2",
        "b[Region, Sector] :EXCEPT: [Warm, farms], [North, mines] = 1",
        "b[Warm, farms] = 2",
        "b[North, mines] = 3",
    )
    assert chosen(values, "a") == {"North": 1, "East": 1, "South": 2}
    told = chosen(values, "b")
    assert (told["North, farms"], told["South, mines"], told["East, farms"], told["North, mines"]) == (1, 1, 2, 3)


def test_reductions_run_through_marked_ranges_alone(last):
    """SUM, PROD, VMIN, VMAX over one range, two, a subrange, and inside each other; the unmarked range stays bound."""
    values = last(
        *RANGES,
        "x[Region, Sector] = 1, 2; 3, 4; 5, 6;",
        "whole = SUM(x[Region!, Sector!])",
        "by sector[Sector] = SUM(x[Region!, Sector])",
        "warm = PROD(x[Warm!, mines])",
        "least[Region] = VMIN(x[Region, Sector!])",
        "most = VMAX(x[Region!, Sector!] * 2)",
        "shares = SUM(x[Region!, mines] / SUM(x[Region!, mines]))",
        "weighted = SUM(x[Region!, mines] * x[Region!, farms])",
        "size = ELMCOUNT(Region) * 10 + ELMCOUNT(Sector)",
    )
    assert values["whole"] == 21
    assert chosen(values, "by sector") == {"mines": 9, "farms": 12}
    assert (values["warm"], values["most"], values["weighted"], values["size"]) == (15, 12, 2 + 12 + 30, 32)
    assert chosen(values, "least") == {"North": 1, "South": 3, "East": 5}
    assert values["shares"] == pytest.approx(1)


def test_a_range_and_an_element_count_as_numbers(last):
    """A subrange counts within the range around it, an element by its place, and both can be compared."""
    values = last(
        *RANGES,
        "place[Region] = Region * 10",
        "warm place[Warm] = Warm",
        "place of east = East",
        "is south[Region] = IF THEN ELSE(Region = South, 1, 0)",
    )
    assert chosen(values, "place") == {"North": 10, "South": 20, "East": 30}
    assert chosen(values, "warm place") == {"South": 2, "East": 3}
    assert values["place of east"] == 3
    assert chosen(values, "is south") == {"North": 0, "South": 1, "East": 0}


def test_what_remembers_does_so_for_each_element(last):
    """Stocks, delays and smooths of an array, with lookups of their own."""
    values = last(
        *RANGES,
        "inflow[Region] = 1, 2, 3",
        "level[Region] = INTEG(inflow[Region], 0)",
        "late[Region] = DELAY FIXED(level[Region], 2, -1)",
        "even[Warm] = SMOOTHI(level[Warm], 2, 0)",
        "curve[North]((0, 0), (10, 10))",
        "curve[Warm]((0, 0), (10, 20))",
        "read[Region] = curve[Region](level[Region])",
        stop=4,
    )
    assert chosen(values, "level") == {"North": 4, "South": 8, "East": 12}
    assert chosen(values, "late") == {"North": 2, "South": 4, "East": 6}
    assert chosen(values, "read") == {"North": 4, "South": 16, "East": 20}
    assert chosen(values, "even")["East"] == pytest.approx(1.5 * chosen(values, "even")["South"])


def test_each_element_has_a_table_of_its_own(mdl):
    """Also where one equation gives the points of all."""
    model = read(mdl(*RANGES, "curve[Region]((0, 0), (1, 5))", "a[Region] = curve[Region](Time / 4)"))
    assert [table.name for table in model.of(Table)] == ["curve[North]", "curve[South]", "curve[East]"]


def test_members_may_differ_in_one_element(mdl, table):
    """An element that is a constant is an input, in any spelling."""
    model = read(mdl(*RANGES, "gain[Region] = 1, 2, 3", "total = SUM(gain[Region!]) + 0 * Time"))
    runs = compiled.simulate(model, table({"gain[ south ]": [2, 20]}))
    np.testing.assert_array_equal(runs["total"][:, -1], [6, 24])


@pytest.mark.parametrize(
    ("equations", "reason"),
    [
        (("x[Region] = 1", "y[Sector] = x[Region]"), "not among those of the left side"),
        (("x[Region] = 1", "y = x"), '"x" has 1 subscript, and no subscript here'),
        (("x[Region] = 1", "y = x[North, mines]"), '"x" has 1 subscript, and 2 subscripts here'),
        (("x[Regoin] = 1",), 'no subscript range or element "Regoin"'),
        (("x[Region] = 1", "y = x[West]"), 'no subscript range or element "West"'),
        (("x[Region] = 1", "x[Warm] = 2"), 'x[South]" is defined more than once; leave it out of one with :EXCEPT:'),
        (("x[Region, Region] = 1",), "names the same subscript range twice"),
        (("x[Region] = 1, 2",), "2 numbers for 3 elements"),
        (("x[Warm] = 1", "y = x[North] + Time"), 'no variable "x[North]"'),
        (("x[Region] = 1", "y = SUM(x[North])"), "needs a subscript to run through"),
        (("Hot <-> Warm", "x[Region] = 1", "y[Warm, Hot] = x[Region]"), '"Region" could mean East or South here'),
    ],
)
def test_what_subscripts_cannot_mean_is_refused_by_name(mdl, equations, reason):
    """Each refusal names variable, line and reason."""
    others = ("Region: North, South, East", "Sector: mines, farms", "Warm: South, East")
    assert reason in refused(mdl, *others, *equations)
