"""XMILE: stocks that stay above zero, flows that go one way, conveyors, and what is not plain."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xmile_text import NON_NEGATIVE, REGIONS, array, aux, document, flow, runs, saved, stock

from sdmodel.errors import ModelError
from sdmodel.read import read

CONVEYOR = "<conveyor><len>{}</len></conveyor>"


def refusal(folder, *variables, **others):
    """What the message says about a file."""
    with pytest.raises(ModelError) as caught:
        read(saved(folder, document(*variables, **others)))
    return str(caught.value)


def test_a_stock_serves_its_outflows_in_their_order(tmp_path):
    """The first takes what it asks, the next what is left; flows show what they get, and nothing is made or lost."""
    found = runs(
        tmp_path,
        stock("tank", "10", "rain", "first second", NON_NEGATIVE),
        stock("below", "0", "first second"),
        flow("rain", "1"),
        flow("first", "3"),
        flow("second", "4"),
        dt=0.5,
    )
    assert found["tank"] == pytest.approx([10, 7, 4, 1, 0, 0, 0, 0, 0])
    assert found["first"] == pytest.approx([3, 3, 3, 3, 1, 1, 1, 1, 1])
    assert found["second"] == pytest.approx([4, 4, 4, 0, 0, 0, 0, 0, 0])
    in_all = [one + other for one, other in zip(found["tank"], found["below"], strict=True)]
    assert in_all == pytest.approx([10 + 0.5 * step for step in range(9)])


def test_an_outflow_that_depends_on_another_comes_after_it(tmp_path):
    """Whatever their order in the file: the first could not be known before the second."""
    found = runs(
        tmp_path,
        stock("tank", "5", "", "rest asked", NON_NEGATIVE),
        flow("rest", "4 - asked"),
        flow("asked", "3"),
    )
    assert found["asked"] == pytest.approx([3, 1, 0, 0, 0])
    assert found["rest"] == pytest.approx([1, 0, 0, 0, 0])


def test_two_stocks_that_feed_each_other_stay_above_zero(tmp_path):
    """Each limit would need the other: one of them does without the inflow of the same step."""
    found = runs(
        tmp_path,
        stock("a", "5", "back", "there", NON_NEGATIVE),
        stock("b", "0", "there", "back", NON_NEGATIVE),
        flow("there", "4"),
        flow("back", "10"),
    )
    assert min(found["a"] + found["b"]) >= 0
    assert [a + b for a, b in zip(found["a"], found["b"], strict=True)] == pytest.approx([5] * 5)


def test_a_flow_of_both_directions_takes_no_more_than_there_is(tmp_path):
    """From the stock that it enters, too."""
    found = runs(tmp_path, stock("s", "5", "f", "", NON_NEGATIVE), flow("f", "-2"))
    assert found["s"] == pytest.approx([5, 3, 1, 0, 0])
    assert found["f"] == pytest.approx([-2, -2, -1, 0, 0])


def test_a_flow_that_leaves_two_stocks_is_limited_by_neither(tmp_path):
    """No program draws that: the flow shows what its equation says, and each stock stops at zero by itself."""
    found = runs(tmp_path, stock("a", "2", "", "f", NON_NEGATIVE), stock("b", "2", "", "f"), flow("f", "1"), stop=3)
    assert found["a"] == pytest.approx([2, 1, 0, 0])
    assert found["b"] == pytest.approx([2, 1, 0, -1])
    assert found["f"] == [1]


def test_behavior_makes_all_stocks_and_flows_non_negative_but_those_that_say_no(tmp_path):
    """In each of its forms."""
    variables = [
        stock("a", "1", "", "f"),
        stock("b", "1", "", "g", "<non_negative>false</non_negative>"),
        flow("f", "1"),
        flow("g", "1"),
        flow("h", "-1"),
        stock("c", "0", "h"),
        flow("i", "-1", "<non_negative>false</non_negative>"),
    ]
    forms = ["<non_negative/>", "<stock><non_negative/></stock><flow><non_negative/></flow>"]
    for form in forms:
        found = runs(tmp_path, *variables, head=f"<behavior>{form}</behavior>")
        assert found["a"] == pytest.approx([1, 0, 0, 0, 0])
        assert found["b"] == pytest.approx([1, 0, -1, -2, -3])
        assert found["c"] == pytest.approx([0] * 5)
        assert found["i"] == [-1]


@settings(max_examples=25)
@given(
    st.lists(st.integers(-3, 9), min_size=4, max_size=4),
    st.lists(st.booleans(), min_size=4, max_size=4),
    st.sampled_from([1, 0.5, 0.25]),
)
def test_mass_is_conserved_and_never_below_zero(tmp_path_factory, rates, one_way, dt):
    """Three stocks in a ring with a way out, flows of any sign."""
    folder = tmp_path_factory.mktemp("ring")
    ends = ["ab", "bc", "ca", "ax"]
    flows = [
        flow(f"f{place}", f"{rate} + time", NON_NEGATIVE if plain else "")
        for place, (rate, plain) in enumerate(zip(rates, one_way, strict=True))
    ]
    stocks = [
        stock(
            name,
            "4",
            " ".join(f"f{place}" for place, end in enumerate(ends) if end[1] == name),
            " ".join(f"f{place}" for place, end in enumerate(ends) if end[0] == name),
            NON_NEGATIVE,
        )
        for name in "abcx"
    ]
    found = runs(folder, *stocks, *flows, dt=dt)
    assert min(min(found[name]) for name in "abcx") >= -1e-9
    if all(one_way):
        assert [sum(row) for row in zip(*(found[name] for name in "abcx"), strict=True)] == pytest.approx(
            [16] * len(found["a"])
        )


def test_a_conveyor_lets_out_what_came_in_a_transit_time_ago(tmp_path):
    """Its initial content leaves evenly before."""
    found = runs(
        tmp_path,
        stock("belt", "8", "loading", "leaving", CONVEYOR.format("transit")),
        aux("transit", "4"),
        flow("loading", "time"),
        '<flow name="leaving"/>',
        stop=9,
    )
    assert found["leaving"] == pytest.approx([2, 2, 2, 2, 0, 1, 2, 3, 4, 5])
    assert found["belt"] == pytest.approx([8, 6, 5, 5, 6, 10, 14, 18, 22, 26])


@settings(max_examples=25)
@given(st.floats(0.3, 6), st.sampled_from([1, 0.5, 0.3]))
def test_a_conveyor_empties_to_the_last_bit(tmp_path_factory, transit, dt):
    """Whatever its transit time, in whole steps or not."""
    folder = tmp_path_factory.mktemp("belt")
    found = runs(folder, stock("belt", "8", "", "out", CONVEYOR.format(transit)), flow("out", "7"), dt=dt, stop=9)
    assert min(found["belt"]) >= -1e-12
    assert found["belt"][-1] == pytest.approx(0, abs=1e-12)


def test_arrays_of_stocks_and_conveyors_follow_the_same_rules(tmp_path):
    """Element by element."""
    found = runs(
        tmp_path,
        array(
            "stock",
            "tank",
            "Region",
            '<element subscript="North"><eqn>3</eqn></element><element subscript="South"><eqn>7</eqn></element>'
            "<outflow>drain</outflow><non_negative/>",
        ),
        array("flow", "drain", "Region", "<eqn>2</eqn>"),
        array(
            "stock",
            "belt",
            "Region",
            f"<eqn>4, 0</eqn><inflow>drain</inflow><outflow>out</outflow>{CONVEYOR.format(2)}",
        ),
        array("flow", "out", "Region", ""),
        head=REGIONS,
    )
    assert found["tank[North]"] == pytest.approx([3, 1, 0, 0, 0])
    assert found["tank[South]"] == pytest.approx([7, 5, 3, 1, 0])
    assert found["drain[South]"] == pytest.approx([2, 2, 2, 1, 0])
    assert found["out[North]"] == pytest.approx([2, 2, 2, 1, 0])
    assert found["out[South]"] == pytest.approx([0, 0, 2, 2, 2])


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("<queue/>", "queues (<queue>) are not supported"),
        ("<oven><len>2</len></oven>", "ovens (<oven>) are not supported"),
        ("<conveyor><len>2</len><capacity>5</capacity></conveyor>", "a conveyor with <capacity> is not supported"),
        ("<conveyor><len>2</len><in_limit>5</in_limit></conveyor>", "a conveyor with <in_limit> is not supported"),
        ("<conveyor><len>2</len><sample>time</sample></conveyor>", "a conveyor with <sample> is not supported"),
        ('<conveyor discrete="true"><len>2</len></conveyor>', "a discrete conveyor is not supported"),
        ("<conveyor/>", "no transit time"),
        (CONVEYOR.format("2 + slow"), 'the transit time changes during the run, with "time"'),
        (CONVEYOR.format("s"), 'the transit time changes during the run, with "s"'),
    ],
)
def test_stocks_that_are_not_plain_are_refused_by_name(tmp_path, more, said):
    """They never run as plain ones."""
    message = refusal(
        tmp_path, stock("s", "1", "in", "out", more), flow("in", "1"), flow("out", "1"), aux("slow", "time")
    )
    assert said in message
    assert '"s", line 5' in message


def test_conveyors_with_unlimited_capacity_are_plain(tmp_path):
    """INF is how Stella says that there is no limit."""
    plain = "<conveyor><len>2</len><capacity>INF</capacity><in_limit>INF</in_limit></conveyor>"
    assert runs(tmp_path, stock("s", "2", "", "out", plain), '<flow name="out"/>')["out"] == [1, 1, 0, 0, 0]


@pytest.mark.parametrize("tag", ["<leak>0.1</leak>", "<overflow/>", "<multiplier>2</multiplier>"])
def test_flows_that_are_not_plain_are_refused_by_name(tmp_path, tag):
    """Leaks, overflows, flows that change their unit on the way."""
    message = refusal(tmp_path, stock("s", "1", "", "f"), flow("f", "1", tag))
    assert '"f", line 6' in message
    assert "not supported" in message
