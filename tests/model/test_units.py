"""Units: texts that mean the same are the same, what does not fit is told with its place, and nothing else is."""

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdmodel.model.expr import Apply, Interpolate, Number, Ref
from sdmodel.model.infix import infix
from sdmodel.model.unit_text import DIMENSIONLESS, Unit, Units
from sdmodel.model.units import check_units, unit_report
from sdmodel.model.unused import unused
from sdmodel.read import read

READ = Units.of(time="Month").read
MODELS = Path(__file__).parents[2] / "models"
WORLD3 = Path(__file__).parents[2] / ".." / "shared" / "conformance" / "models" / "realworld" / "world3_03"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Person/Day", "people / days"),
        ("$/(Person*Year)", "dollars/person/yr"),
        ("1/Year", "Dmnl/year"),
        ("Dmnl", "fraction"),
        ("square meters", "meter^2"),
        ("m**2", "m2"),
        ("persons per household", "Person/Households"),
        ("person/time", "Person/Month"),
        ("Months/Month", "dimensionless"),
        ("hectares/(Pollution units/year)", "year*hectare/pollution_unit"),
        ("Boxes", "box"),
        ("Cities", "city"),
        ("km^-1", "1/km"),
        ("Year^(1/2)", "year^0.5"),
        ("Widgets [0,100]", "widget"),
    ],
)
def test_two_ways_to_write_a_unit(one, other):
    """Case, plurals, order and brackets do not matter."""
    assert READ(one) is not None
    assert READ(one) == READ(other)


@pytest.mark.parametrize(("one", "other"), [("Person", "Dog"), ("Person/Day", "Person"), ("m", "m2"), ("gas", "bus")])
def test_units_that_differ(one, other):
    assert READ(one) != READ(other)


@pytest.mark.parametrize(
    "text", ["", "  ", "?", "(a", "a)", "a//b", "/a", "a^b", "1000 people", "a^^2", "a^999999", "(" * 9999]
)
def test_what_is_no_unit_is_unknown(text):
    """None, whatever the text; deep brackets and large exponents cost nothing."""
    assert READ(text) is None


@given(st.text(max_size=40))
def test_any_text_is_a_unit_or_none(text):
    """A unit that was read is read again from what it shows."""
    unit = READ(text)
    assert unit is None or isinstance(unit, Unit)


@given(st.dictionaries(st.sampled_from(["Person", "Day", "$", "km"]), st.integers(-3, 3), max_size=4))
def test_what_a_unit_shows_means_the_same(powers):
    """Print and read again."""
    unit = DIMENSIONLESS
    for name, power in powers.items():
        unit = unit * READ(name).to_the(Fraction(power))
    assert READ(str(unit)) == unit


def test_synonyms_join_names_and_spell_out_products():
    """One group may hold plain names, and one product that all of them stand for."""
    units = Units.of([("Person", "Head", "Capita"), ("Joule", "N*m")])
    assert units.read("Heads/Capita") == DIMENSIONLESS
    assert units.read("Joules/m") == units.read("N")
    assert Units.of([("A", "B"), ("B", "A")]).read("a") is not None  # a circle ends


def _findings(mdl, *equations, synonyms=()):
    return check_units(read(mdl(*equations)), synonyms)


def test_a_sound_model_has_no_findings(mdl):
    """Stocks, delays, switches, pulses, lookups and powers, all in their units."""
    assert not _findings(
        mdl,
        "s = INTEG(inflow - outflow, 100) ~ Person ~",
        "inflow = s * rate * (1 + PULSE(2, 1)) ~ People/Month ~",
        "rate = 0.1 ~ 1/Month ~",
        "outflow = IF THEN ELSE(s > 10 * unit, MAX(0, s/lag), 0) ~ Person/Month ~",
        "unit = 1 ~ Person ~",
        "lag = 4 ~ Months ~",
        "smoothed = SMOOTH3I(s, lag, 100) ~ Person ~",
        "late = DELAY3(inflow, lag) ~ Person/Month ~",
        "fixed = DELAY FIXED(s, lag, 0) ~ Person ~",
        "growth = TREND(s, lag, 0) ~ 1/Month ~",
        "faster = TREND(s, lag, 0.1) ~ 1/Month ~",
        "area = (s/unit)^0.5 * EXP(-Time/lag) ~ Dmnl ~",
        "root = SQRT(s*s) ~ Person ~",
        "share = ZIDZ(s, s + smoothed) ~ Dmnl ~",
        "effect = effect of share(share) ~ Dmnl ~",
        "effect of share((0,0),(1,1)) ~ Dmnl ~",
        "season = SIN(2 * 3.14159 * Time/lag) * STEP(1, 3) + MODULO(Time, 2)/lag ~ Dmnl ~",
        "kept = SAMPLE IF TRUE(Time > 3, s, 0) ~ Person ~",
    )


@pytest.mark.parametrize(
    ("equation", "kind", "part", "expected", "found"),
    [
        ("x = s ~ Person/Month ~", "equation", "s", "Person/Month", "Person"),
        ("x = s + lag ~ Person ~", "sum", "lag", "Person", "Month"),
        ("x = s - (s - lag) ~ Person ~", "sum", "lag", "Person", "Month"),
        ("x = IF THEN ELSE(s > lag, 1, 0) ~ Dmnl ~", "sum", "lag", "Person", "Month"),
        ("x = IF THEN ELSE(Time > 3, s, lag) ~ Person ~", "sum", "lag", "Person", "Month"),
        ("x = MIN(lag, s) ~ Person ~", "sum", "lag", "Person", "Month"),
        ("x = EXP(s) ~ Dmnl ~", "argument", "s", "Dmnl", "Person"),
        ("x = 2^s ~ Dmnl ~", "argument", "s", "Dmnl", "Person"),
        ("x = s^power ~ Dmnl ~", "argument", "s", "Dmnl", "Person"),
        ("x = s^2 ~ Person ~", "equation", "s^2", "Person", "Person^2"),
        ("x = s + 5 ~ Person ~", "number", "5", "Person", "a number"),
        ("x = SIN(6.28 * lag / 12) ~ Dmnl ~", "number", "6.28 * lag / 12", "Dmnl", "Month"),
        ("x = DELAY FIXED(s, s, 0) ~ Person ~", "equation", "s", "Month", "Person"),
    ],
)
def test_what_does_not_fit_is_told_with_its_part(mdl, equation, kind, part, expected, found):
    """One finding: variable, line, equation, the part at fault, what is wanted and what came out."""
    (finding,) = _findings(mdl, "s = 5 ~ Person ~", "lag = 2 ~ Month ~", "power = 2 ~ Dmnl ~", equation)
    assert (finding.variable, finding.kind, finding.part) == ("x", kind, part)
    assert (finding.expected, finding.found) == (expected, found)
    assert finding.line == 11
    assert finding.text == equation.partition("=")[2].partition("~")[0].strip()
    assert found in finding.message or kind == "number"


def test_a_stock_wants_its_unit_by_time(mdl):
    """The net flow, and the initial value."""
    wrong = _findings(mdl, "s = INTEG(s, lag) ~ Person ~", "lag = 2 ~ Month ~")
    assert [(one.expected, one.found) for one in wrong] == [("Person/Month", "Person"), ("Person", "Month")]


def test_the_delay_time_of_a_smooth_must_be_a_time(mdl):
    """It is told of the variable in whose equation the smooth stands."""
    (finding,) = _findings(mdl, "a = 5 ~ Person ~", "lag = 2 ~ Person ~", "x = SMOOTH(a, lag) ~ Person ~")
    assert finding.variable == "x"
    assert "delay time" in finding.message


def test_a_table_is_read_at_one_unit(mdl):
    """The first reader sets it."""
    base = ("t((0,0),(9,9)) ~ Dmnl ~", "a = 5 ~ Person ~", "b = 2 ~ Dog ~", "x = t(a) ~ Dmnl ~")
    assert not _findings(mdl, *base)
    (finding,) = _findings(mdl, *base, "y = t(b) ~ Dmnl ~")
    assert (finding.variable, finding.expected, finding.found) == ("y", "Person", "Dog")


@pytest.mark.parametrize(
    "equations",
    [
        ("a = 5", "x = a + s ~ Person ~"),
        ("a = 5 ~ ??? ~", "x = a * s ~ Dog ~"),
        ("a = 5 ~ 1000 Dogs ~", "x = MAX(a, s) ~ Person ~"),
        ("f((0,0),(1,1))", "x = f(s) ~ Person ~"),
        ("x = WITH LOOKUP(s, ((0,0),(9,9))) ~ Person ~",),
        ("x = 0 + MAX(0, s) ~ Person ~",),
        ("x = IF THEN ELSE(Time > 3, 5, 0) ~ Person ~",),
        ("x = (Time > 3) * 5 ~ Person ~",),
        ("x = s * (1 + 0.02 * Time) ~ Person ~",),
    ],
)
def test_nothing_is_concluded_from_what_is_unknown(mdl, equations):
    """No unit, no sound unit, or a number alone: no finding."""
    assert not _findings(mdl, "s = 5 ~ Person ~", *equations)


def test_units_follow_from_equations(mdl):
    """`rate` tells none; what is made of it is checked all the same, and what stays unknown is counted."""
    model = read(mdl("s = 5 ~ Person ~", "rate = s/lag", "lag = 2 ~ Month ~", "bare = 3", "x = rate ~ Person ~"))
    report = unit_report(model)
    assert [(one.variable, one.found) for one in report.findings] == [("x", "Person/Month")]
    assert (report.inferred, report.untold, report.unreadable) == (1, ("bare",), ())
    assert report.told == 3 + 4  # and the controls


def test_an_error_is_told_once(mdl):
    """What reads a variable with a wrong equation is not told as well."""
    wrong = _findings(mdl, "s = 5 ~ Person ~", "x = s + s*s ~ Person ~", "y = x * 2 ~ Person ~", "z = y/x ~ Dmnl ~")
    assert [one.variable for one in wrong] == ["x"]


@pytest.mark.parametrize("path", sorted(MODELS.glob("*.mdl")), ids=lambda path: path.stem)
def test_the_models_that_come_along_fit(path):
    """Every variable has a unit, and all agree."""
    report = unit_report(read(path))
    assert not report.findings
    assert not report.untold
    assert not report.unreadable


@pytest.mark.skipif(not WORLD3.is_dir(), reason="the public models lie beside the clone, where it is developed")
def test_world3_fits_but_for_three_numbers():
    """1 - mortality, which is a share a year: true of the model as it was published."""
    report = unit_report(read(WORLD3 / "wrld3-03.mdl"))
    assert report.told == 315
    assert {(one.variable, one.kind) for one in report.findings} == {
        ("maturation 14 to 15", "number"),
        ("maturation 44 to 45", "number"),
        ("maturation 64 to 65", "number"),
    }


def test_expressions_are_shown_as_they_are_written():
    """Brackets only where they are needed."""
    a, b, c = map(Ref, "abc")
    minus = Apply("subtract", (a, Apply("subtract", (b, c))))
    assert infix(minus) == "a - (b - c)"
    assert infix(Apply("multiply", (minus, Number(2.0)))) == "(a - (b - c)) * 2"
    assert infix(Apply("power", (Apply("power", (a, b)), Apply("negate", (c,))))) == "(a^b)^(-c)"
    assert infix(Interpolate("t", Apply("maximum", (a, b)))) == "t(MAX(a, b))"
    assert len(infix(Ref("x" * 999))) == 200


def test_what_nothing_reads(mdl):
    """Constants and tables change nothing; auxiliaries may be what is looked at; stocks and controls are used."""
    model = read(mdl("idle = 1", "used = 2", "t((0,0),(1,1))", "u((0,0),(1,1))", "x = u(used)", "s = INTEG(1, 0)"))
    found = unused(model)
    assert [one.name for one in found.idle] == ["idle", "t"]
    assert [one.name for one in found.indicators] == ["x"]


def test_an_array_counts_as_a_whole(mdl):
    """One element that is read is enough; an array that nothing reads is named once."""
    model = read(mdl("D: A, B", "used[D] = 1, 2", "idle[D] = 3, 4", "x = used[A]"))
    assert [one.array for one in unused(model).idle] == ["idle"]
    wrong = _findings(mdl, "D: A, B", "p[D] = 1, 2 ~ Person ~", "x[D] = p[D] ~ Dog ~")
    assert [one.variable for one in wrong] == ["x[A]"]
