"""Functions that read a table in their own way, in the compiled engine, against exact values."""

import numpy as np
import pytest
from functions_in_numpy import by_hand, shown

from sdmodel.engine import compiled
from sdmodel.model.expr import Number, Ref
from sdmodel.model.model import Table
from sdmodel.read.functions import tables
from sdmodel.read.functions.notation import NOW, number, plus

LOOK = Table(name="look", x=(0.0, 1.0, 2.0), y=(1.0, 1.0, 2.0))
DATA = Table(name="data", x=(1.0, 2.0, 4.0, 7.0), y=(5.0, -1.0, 3.0, 8.0))


def read_at(call, at, table=LOOK):
    """The value of `call` at these points: Time runs over them in steps of their distance."""
    at = np.asarray(at, float)
    model = by_hand(table, *shown("value", call), start=at[0], stop=at[-1], step=at[1] - at[0])
    return compiled.simulate(model, save=["value"])["value"].values[0]


AT = np.arange(-1, 3.01, 0.25)


def test_the_examples_of_vensims_manual():
    """LOOKUP EXTRAPOLATE, FORWARD and AREA of the points (0,1), (1,1), (2,2)."""
    at = [-1, 1.5, 4]
    assert [float(read_at(tables.extrapolate(LOOK, NOW), [x, x + 1])[0]) for x in (-1.0, 1.5, 2.5)] == [1, 1.5, 2.5]
    assert [float(read_at(tables.forward(LOOK, NOW), [x, x + 1])[0]) for x in (-1.0, 1.5, 2.5)] == [1, 2, 2]
    for start, end, area in ((0, 1, 1.0), (2, 4, 4.0), (0.5, 2.5, 3.0)):
        assert read_at(tables.area(LOOK, number(start), number(end)), at[:2])[0] == pytest.approx(area, rel=1e-14)


def test_steps_back_and_forth():
    """LOOKUP BACKWARD has the last point, LOOKUP FORWARD the next, both exactly at points."""
    rising = Table(name="rising", x=(0.0, 1.0, 2.0), y=(1.0, 3.0, 2.0))
    backward = read_at(tables.backward(rising, NOW), AT, rising)
    np.testing.assert_array_equal(backward, np.where(AT < 1, 1, np.where(AT < 2, 3, 2)))
    forward = read_at(tables.forward(rising, NOW), AT, rising)
    np.testing.assert_array_equal(forward, np.where(AT <= 0, 1, np.where(AT <= 1, 3, 2)))


def test_an_inverted_table_leads_back():
    """LOOKUP INVERT of rising and of falling values; values that turn are refused."""
    for y in ((1.0, 4.0, 9.0), (9.0, 4.0, 1.0)):
        table = Table(name="look", x=(0.0, 1.0, 3.0), y=y)
        at = np.arange(0, 11.0)
        pairs = sorted(zip(y, table.x, strict=True))
        expected = np.interp(at, [one for one, _ in pairs], [x for _, x in pairs])
        np.testing.assert_allclose(read_at(tables.invert(table, NOW), at, table), expected, rtol=1e-14, atol=1e-15)
    with pytest.raises(ValueError, match='"look" does not'):
        tables.invert(LOOK, NOW)


def test_areas_and_slopes_follow_the_table_everywhere():
    """LOOKUP AREA from -0.5 on against a fine sum, LOOKUP SLOPE to the right of each point and 0 outside."""
    table = Table(name="look", x=(0.0, 1.0, 2.5), y=(1.0, 3.0, 0.0))
    areas = read_at(tables.area(table, number(-0.5), NOW), AT, table)
    fine = np.arange(-0.5, 3, 1e-4) + 5e-5
    total = np.concatenate([[0], np.cumsum(np.interp(fine, table.x, table.y) * 1e-4)])
    expected = np.interp(AT, np.arange(-0.5, 3 + 5e-5, 1e-4)[: len(total)], total)
    np.testing.assert_allclose(areas[AT >= -0.5], expected[AT >= -0.5], atol=1e-6)
    np.testing.assert_allclose(areas[AT < -0.5], 1.0 * (AT[AT < -0.5] + 0.5))
    slopes = read_at(tables.slope(table, NOW), AT, table)
    wanted = np.select([AT < 0, AT < 1, AT < 2.5], [0, 2, -2], 0)
    np.testing.assert_allclose(slopes, wanted)


def test_data_are_read_at_and_between_their_times():
    """GET DATA AT TIME at points alone; BETWEEN TIMES in three modes, and nothing outside."""
    at = np.arange(0, 9.0)
    np.testing.assert_array_equal(
        read_at(tables.at_time(DATA, NOW), at, DATA), [np.nan, 5, -1, np.nan, 3, np.nan, np.nan, 8, np.nan]
    )
    between = {mode: read_at(tables.between_times(DATA, NOW, number(mode)), at, DATA) for mode in (0, 1, -1)}
    np.testing.assert_allclose(between[0], np.interp(at, DATA.x, DATA.y, left=np.nan, right=np.nan))
    np.testing.assert_array_equal(between[1], [np.nan, 5, -1, 3, 3, 8, 8, 8, np.nan])
    np.testing.assert_array_equal(between[-1], [np.nan, 5, -1, -1, 3, 3, 3, 8, np.nan])
    shifted = read_at(tables.time_shift(DATA, number(2)), at, DATA)
    np.testing.assert_allclose(shifted, np.interp(at + 2, DATA.x, DATA.y))


def test_what_data_are_as_a_whole():
    """GET DATA FIRST TIME, LAST TIME, TOTAL POINTS: numbers, known when the model is read."""
    assert [tables.first_time(DATA), tables.last_time(DATA), tables.total_points(DATA)] == [
        (Number(1.0), ()),
        (Number(7.0), ()),
        (Number(4.0), ()),
    ]


@pytest.mark.parametrize("is_literal", [True, False])
def test_means_and_extremes_of_data_over_a_time(is_literal):
    """GET DATA MEAN, MIN and MAX of the points in [t, t + 3], ends included; none there, no number."""
    at = np.arange(-4, 9.0)
    columns = {"mean": tables.mean, "min": tables.smallest, "max": tables.largest}
    for name, call in columns.items():
        found = []
        if is_literal:
            found = [call(DATA, number(t), number(t + 3))[0] for t in at]
            found = [one.value for one in found]
        else:
            found = read_at(call(DATA, NOW, plus(NOW, number(3))), at, DATA)
        x, y = np.array(DATA.x), np.array(DATA.y)
        chosen = [y[(x >= t) & (x <= t + 3)] for t in at]
        wanted = [getattr(np, name)(one) if len(one) else np.nan for one in chosen]
        np.testing.assert_allclose(found, wanted, err_msg=name)


def test_two_calls_on_one_table_add_the_same_tables():
    """Hidden tables are named after the table, so that equal ones can be kept once."""
    for call in (tables.forward, tables.backward, tables.slope):
        assert call(LOOK, NOW)[1] == call(LOOK, Ref("x"))[1]
    for call in (tables.area, tables.mean):
        assert call(DATA, NOW, Ref("x"))[1] == call(DATA, Ref("x"), NOW)[1]
