"""Vensim's Reality Checks are run: what is forced, what every RC function is, and which check is violated, when."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from sdmodel.engine.compiled import simulate
from sdmodel.model.forced import forced
from sdmodel.pipeline.preflight.inspection import preflight
from sdmodel.pipeline.reality.vensim_reality import HOLDS, IMPOSSIBLE, UNTESTED, VIOLATED, checks_of_model, tried
from sdmodel.read import read
from sdmodel.read.reality import read_reality

INVENTORY = Path(__file__).parent / "inventory_checks.mdl"
# The first model of chapter 14 of Vensim's User Guide, whose equations and results its help tells
YEAST = (
    "average lifetime = 250",
    "division rate = 0.08",
    "divisions = Yeast Count * division rate",
    "temperature = 85",
    "Water = 100",
    "terminations = Yeast Count / average lifetime",
    "Yeast Count = INTEG(divisions - terminations, 100)",
    "RC START TIME = 10",
    "cold is dormant :THE CONDITION: temperature < 50 :IMPLIES: divisions = 0",
    "TI dry :TEST INPUT: Water = RC STEP(Water, 0)",
    "drink or die :THE CONDITION: TI dry :IMPLIES: Yeast Count <= RC DECAY CHECK(1, Yeast Count, 2)",
)


def under(path: Path, *names: str) -> tuple[np.ndarray, list[np.ndarray]]:
    """Times and the course of variables while the first case of the first check is forced."""
    checks = read_reality(path)
    assert checks.constraints, checks.refused
    made = forced(checks.model, checks.constraints[0].cases[:1])
    rows = {"scenario": ("experiment", np.array(["case"], dtype=object)), "future": ("experiment", [0])}
    table = xr.Dataset({made.switches[0]: ("experiment", [1.0])}, coords={"experiment": [0], **rows})
    runs = simulate(made.model, table, save=names)
    return runs["time"].values, [runs[name].values[0] for name in names]


def states(path: Path) -> dict[str, tuple[str, float | None]]:
    """State and first time of violation by the name of each check."""
    return {one.verdict.name: (one.state, one.violated) for one in tried(path)}


# x is 10 + Time; courses begin at 2, where it is 12
COURSES = {
    "RC STEP(x, 0.5, 2)": lambda t: np.full(len(t), 6.0),
    "RC STEP(x, Time, 2)": lambda t: 12 * t,  # mult counts as it is now
    "RC RAMP(x, 0, 4, 2)": lambda t: 12 * np.clip(1 - (t - 2) / 4, 0, None),
    "RC RAMP(x, 3, 4, 2)": lambda t: 12 * (3 * np.minimum((t - 2) / 4, 1) + 1 - np.minimum((t - 2) / 4, 1)),
    "RC RAMP(x, 3, 0, 2)": lambda t: np.full(len(t), 36.0),
    "RC DECAY(x, 5, 2)": lambda t: 12 * np.exp(-(t - 2) / 5),
    "RC GROW(x, 0.1, 2)": lambda t: 12 * np.exp(0.1 * (t - 2)),
    "RC COMPARE('base', x, 2, 2)": lambda t: 2 * (10 + t),
    "RC COMPARE('base run', other, 1, 2)": lambda t: t**2,
}


@pytest.mark.parametrize("call", COURSES)
@pytest.mark.parametrize("method", ["euler", "rk4"])
def test_an_rc_function_leaves_a_variable_alone_until_its_start_and_then_gives_it_its_own_course(mdl, call, method):
    """As the table of Vensim's help has it, at every time step and with each method of integration."""
    path = mdl(
        "x = 10 + Time", "other = Time * Time", f"c :THE CONDITION: x = {call} :IMPLIES: x > 0", stop=8, step=0.5
    )
    checks = read_reality(path)
    if checks.base:  # the table of the run without test inputs is made by whoever runs the checks
        assert tried(path)[0].state == HOLDS
        return
    made = forced(checks.model, checks.constraints[0].cases)
    rows = {"scenario": ("experiment", np.array(["case"], dtype=object)), "future": ("experiment", [0])}
    table = xr.Dataset({made.switches[0]: ("experiment", [1.0])}, coords={"experiment": [0], **rows})
    runs = simulate(made.model, table, save=["x"], integration=method)
    t = runs["time"].values
    np.testing.assert_allclose(runs["x"].values[0], np.where(t < 2, 10 + t, COURSES[call](t)), rtol=1e-12)


@pytest.mark.parametrize("call", COURSES)
def test_an_rc_check_function_is_the_same_course(mdl, call):
    """A variable that is the course, and one a little above it, are told apart from the end of the grace on."""
    name, rest = call.split("(", 1)
    graceful = (
        rest.replace("x,", "x, 1.5,", 1).replace("other,", "other, 1.5,") if "COMPARE" in name else f"1.5, {rest}"
    )
    check = f"{name} CHECK({graceful}"
    path = mdl(
        "x = 10 + Time",
        "other = Time * Time",
        "y = 5",
        f"same :THE CONDITION: y = {call} :IMPLIES: y = {check}",
        f"less :THE CONDITION: y = {call} :IMPLIES: y < {check}",
        stop=8,
        step=0.5,
    )
    assert states(path) == {"same": (HOLDS, None), "less": (VIOLATED, 3.5)}


@pytest.mark.parametrize(("call", "course"), [("step", 24.0), ("compare", 22.0), ("decay", 12 * np.exp(-0.2))])
def test_the_numbers_of_a_violation_are_those_of_the_course(mdl, call, course):
    """Both sides, at the first time after start and grace."""
    checks = {
        "step": "RC STEP CHECK(1, x, 2, 2)",
        "compare": "RC COMPARE CHECK('base', x, 1, 2, 0)",
        "decay": "RC DECAY CHECK(1, x, 5, 2)",
    }
    path = mdl("x = 10 + Time", "y = 99", f"c :THE CONDITION: y = 7 :IMPLIES: y = {checks[call]}")
    (found,) = tried(path)
    (sides,) = found.verdict.sides
    assert found.state == VIOLATED
    assert (sides.left, sides.time, sides.holds) == (7.0, found.violated, False)
    assert sides.right == pytest.approx(course, rel=1e-12)
    assert found.violated == (1.0 if call == "compare" else 3.0)


def test_a_course_ends_with_its_duration_and_a_stock_goes_on_from_there(mdl):
    """A stock that takes in 1 a month is put to 0 at 2, 3 and 4."""
    path = mdl("s = INTEG(1, 5)", "c :THE CONDITION: s = RC STEP(s, 0, 2, 3) :IMPLIES: s >= 0", stop=7)
    _, (course,) = under(path, "s")
    assert course.tolist() == [5, 6, 0, 0, 0, 1, 2, 3]


def test_a_stock_that_is_forced_flows_with_its_new_value(mdl):
    """Its outflow reads what was forced, and a stock behind it gets that."""
    path = mdl(
        *("s = INTEG(-out, 8)", "out = s / 2", "gone = INTEG(out, 0)"),
        "c :THE CONDITION: s = 6 :IMPLIES: out = 3",
        stop=3,
    )
    _, (course, gone) = under(path, "s", "gone")
    assert (course.tolist(), gone.tolist()) == ([6, 6, 6, 6], [0, 3, 6, 9])
    assert states(path) == {"c": (HOLDS, None)}


def test_an_inequality_changes_a_variable_only_where_it_is_false(mdl):
    """Vensim sets it to the other side then."""
    path = mdl("x = Time", "c :THE CONDITION: x > 2 :IMPLIES: x >= 2")
    assert under(path, "x")[1][0].tolist() == [2, 2, 2, 3, 4]
    turned = mdl("x = Time", "c :THE CONDITION: 2 >= x :IMPLIES: x <= 2")
    assert under(turned, "x")[1][0].tolist() == [0, 1, 2, 2, 2]


def test_without_rc_start_time_a_course_begins_one_step_after_the_start(mdl):
    """As Vensim's help says."""
    path = mdl("x = 3 + Time", "c :THE CONDITION: x = RC STEP(x, 2) :IMPLIES: x > 0", step=0.5, stop=2)
    assert under(path, "x")[1][0].tolist() == [3, 7, 7, 7, 7]
    own = mdl("x = 3 + Time", "RC START TIME = 1.5", "c :THE CONDITION: x = RC STEP(x, 2) :IMPLIES: x > 0", stop=3)
    assert under(own, "x")[1][0].tolist() == [3, 4, 10, 10]


def test_the_results_that_vensim_tells_of_its_own_example(mdl):
    """ "cold is dormant" is violated at time 0, "drink or die" at time 11 (Vensim's help, "An Initial Model")."""
    path = mdl(*YEAST, stop=300)
    assert states(path) == {"cold is dormant": (VIOLATED, 0.0), "drink or die": (VIOLATED, 11.0)}
    cold, _ = checks_of_model(path)
    assert (cold.statement, cold.holds) == ("If temperature < 50, then divisions = 0", False)
    assert [(one.text, one.left, one.right) for one in cold.sides] == [("divisions = 0", 8.0, 0.0)]


def test_checks_on_arrays_are_tried_element_by_element():
    """A name with subscripts is a check for each; one without holds its elements together."""
    assert states(INVENTORY) == {
        "no workers no production[east]": (HOLDS, None),
        "no workers no production[west]": (HOLDS, None),
        "no production no growth[east]": (HOLDS, None),
        "no production no growth[west]": (HOLDS, None),
        "nothing in store nothing shipped": (HOLDS, None),
        "demand is met[east]": (HOLDS, None),
        "demand is met[west]": (VIOLATED, 2.5),
    }


def test_the_west_runs_short_when_its_inventory_says_so():
    """100 goods less 10 a month are 80 at month 2, and 80 / 2 is no more than the 40 that are asked for."""
    runs = simulate(read(INVENTORY), every=0.5)
    short = runs["shipments[west]"].values[0] < 40 * (1 - 1e-6)
    assert runs["time"].values[short][0] == tried(INVENTORY)[-1].violated


def test_a_model_with_checks_runs_as_one_without(tmp_path):
    """Checks are no part of the model, and it computes the same in every bit."""
    bare = tmp_path / "bare.mdl"
    text = INVENTORY.read_text(encoding="utf-8")
    begin, end = text.index("****"), text.index("INITIAL TIME")
    bare.write_text(text[:begin] + text[end:], encoding="utf-8")
    assert read(INVENTORY).fingerprint == read(bare).fingerprint
    assert tried(bare) == ()


def test_a_test_input_on_one_element_leaves_the_other(mdl):
    """The sum of both is what the other makes."""
    path = mdl(
        *("r: a, b", "x[r] = 2, 3", "all = SUM(x[r!])"),
        "c :THE CONDITION: x[a] = 0 :IMPLIES: all = 3",
        "d :THE CONDITION: x[r] = 0 :IMPLIES: all = 0",
        "TI[r] :TEST INPUT: x[r] = 7",
        "e :THE CONDITION: TI[b] :IMPLIES: all = 9",
        "f :THE CONDITION: TI :IMPLIES: all = 14",
    )
    assert set(states(path).values()) == {(HOLDS, None)}
    assert len(states(path)) == 4


def test_or_is_a_run_for_each_and_and_is_one_for_both(mdl):
    """With :OR: one of the two ways violates the check."""
    both = mdl("x = 1", "y = 1", "z = x + y", "c :THE CONDITION: x = 5 :AND: y = 6 :IMPLIES: z = 11")
    assert states(both) == {"c": (HOLDS, None)}
    either = mdl("x = 1", "y = 1", "z = x + y", "c :THE CONDITION: x = 5 :OR: y = 6 :IMPLIES: z = 6")
    assert states(either) == {"c": (VIOLATED, 0.0)}
    assert [one.left for one in tried(either)[0].verdict.sides] == [7.0]
    no = mdl("x = 1", "y = 1", "c :THE CONDITION: :NOT: (x < 3 :OR: y <= 4) :IMPLIES: x = 3 :AND: y = 4")
    assert states(no) == {"c": (HOLDS, None)}


def test_what_cannot_be_forced_is_waited_for(mdl):
    """The clock takes no test input; a condition that never comes true tests nothing, and is no success."""
    path = mdl("x = Time", "c :THE CONDITION: Time > 2 :IMPLIES: x < 4", "d :THE CONDITION: Time > 9 :IMPLIES: x < 4")
    assert states(path) == {"c": (VIOLATED, 4.0), "d": (UNTESTED, None)}
    assert [one.holds for one in checks_of_model(path)] == [False, False]


def test_a_condition_that_is_true_by_itself_is_looked_at_without_test_inputs_too(mdl):
    """Forced to 3 the variable keeps the promise; by itself it is 3 with another cause and breaks it."""
    path = mdl("k = 1", "x = IF THEN ELSE(k = 1, 3, 4)", "y = x - k", "c :THE CONDITION: k = 1 :IMPLIES: y > 2")
    assert states(path) == {"c": (VIOLATED, 0.0)}


def test_crossing_and_at_least_once_look_at_the_whole_course(mdl):
    """x goes 2, 1, 0, -1, -2: it crosses 0 once."""
    path = mdl(
        "x = 2 - Time",
        "k = 1",
        "one :THE CONDITION: k = 2 :IMPLIES: x > :CROSSING: 0",
        "two :THE CONDITION: k = 2 :IMPLIES: x > :CROSSING: :CROSSING: 0",
        "up :THE CONDITION: k = 2 :IMPLIES: x < :CROSSING: 0",
        "once :THE CONDITION: k = 2 :IMPLIES: x < :AT LEAST ONCE: -1.5",
        "never :THE CONDITION: k = 2 :IMPLIES: x < :AT LEAST ONCE: -3",
    )
    found = states(path)
    assert found == {
        "one": (HOLDS, None),
        "two": (VIOLATED, 4.0),
        "up": (VIOLATED, 4.0),
        "once": (HOLDS, None),
        "never": (VIOLATED, 4.0),
    }


def test_a_loop_that_a_test_input_makes_is_told_and_spares_the_other_checks(mdl):
    """As in Vensim the model cannot be computed then."""
    path = mdl(
        *("x = 1", "y = 2 * x"),
        "c :THE CONDITION: x = y + 1 :IMPLIES: y > 0",
        "d :THE CONDITION: x = 4 :IMPLIES: y = 8",
    )
    loop, sound = tried(path)
    assert (loop.state, sound.state) == (IMPOSSIBLE, HOLDS)
    assert loop.verdict.failure.endswith("depend on each other at the same time: x → y → x")


def test_a_run_that_is_not_finite_is_told_and_spares_the_other_checks(mdl):
    """The comparison is named, not what stands for it."""
    path = mdl(
        "x = 1", "c :THE CONDITION: x = 0 :IMPLIES: 1/x > 0", "d :THE CONDITION: x = 2 :IMPLIES: 1/x = 0.5", name="one"
    )
    broken, sound = tried(path)
    assert (broken.state, sound.state) == (IMPOSSIBLE, HOLDS)
    assert broken.verdict.failure == "in its run a side of '1/x > 0' is inf at time 0"


def test_equality_forgives_the_rounding_of_vensim_and_no_more(mdl):
    """Two numbers that differ by 1e-7 of themselves are one, and 1e-5 are not; nothing but 0 is 0."""
    path = mdl(
        *("k = 1", "x = k * 1.0000001", "y = k * 1.00001", "z = k * 1e-30"),
        "near :THE CONDITION: k = 1 :IMPLIES: x = 1 :AND: x <= 1",
        "far :THE CONDITION: k = 1 :IMPLIES: y = 1",
        "zero :THE CONDITION: k = 1 :IMPLIES: z = 0",
    )
    assert [state for state, _ in states(path).values()] == [HOLDS, VIOLATED, VIOLATED]


def test_a_switch_of_random_numbers_stays_as_it_was(mdl):
    """The base run draws the same numbers as the forced one, so RC COMPARE finds no difference."""
    path = mdl(
        "x = RANDOM UNIFORM(0, 1, 3)",
        "k = 1",
        "c :THE CONDITION: k = 2 :IMPLIES: x = RC COMPARE CHECK('base', x, 0, 1)",
    )
    assert states(path) == {"c": (HOLDS, None)}


def test_check_shows_them_and_counts_what_they_read_as_used(mdl):
    """RC START TIME is no unused input, and each violation has its line."""
    found = preflight(mdl(*YEAST, stop=20), pysd=False)
    (made,) = [one for one in found.checks if one.check == "reality checks"]
    assert made.sentence == "0 of 2 hold, 2 violated"
    assert [(one.level, one.variable) for one in made.remarks] == [
        ("warning", "cold is dormant"),
        ("warning", "drink or die"),
    ]
    assert made.remarks[0].message == "violated at time 0: divisions = 0 (8 and 0)"
    assert all(one.line for one in made.remarks)
    assert not [one for one in found.remarks if one.check == "unused" and one.level == "warning"]


def test_check_says_nothing_of_them_where_there_are_none(mdl):
    """A model without reality checks has one check less."""
    assert "reality checks" not in [one.check for one in preflight(mdl("x = 1"), pysd=False).checks]


def test_an_extension_may_bring_checks_of_its_own(mdl, tmp_path):
    """And its equations count in them."""
    path = mdl("x = 1", "y = x", "c :THE CONDITION: x = 2 :IMPLIES: y = 2", name="whole")
    more = tmp_path / "more.mdl"
    more.write_text("y = 3 * x ~~|\nd :THE CONDITION: x = 2 :IMPLIES: y = 6 ~~|\n", encoding="utf-8")
    found = {one.verdict.name: (one.state, one.file) for one in tried(path, extensions=[more])}
    assert found == {"c": (VIOLATED, ""), "d": (HOLDS, "more.mdl")}
