"""XMILE files: the document, its settings, its equations."""

import operator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from xmile_text import SPACE, aux, document, flow, runs, saved, stock

from sdmodel.errors import ModelError
from sdmodel.model.model import Constant, Table
from sdmodel.read import read
from sdmodel.read.xmile.grammar import Chain, Number, parse
from sdmodel.read.xmile.tokens import EquationError


def refusal(folder, *variables, text="", name="m.xmile", **others):
    """What the message says about a file."""
    with pytest.raises(ModelError) as caught:
        read(saved(folder, text or document(*variables, **others), name))
    return str(caught.value)


# --- equations ---

_SIGNS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "^": operator.pow}


def value(tree):
    """The number of a tree of numbers."""
    if isinstance(tree, Number):
        return tree.value
    operands = [value(operand) for operand in tree.operands]
    if tree.operators == ("negative",):
        return -operands[0]
    if tree.operators[0] == "^":
        result = operands[-1]
        for operand in reversed(operands[:-1]):
            result = operand**result
        return result
    result = operands[0]
    for sign, operand in zip(tree.operators, operands[1:], strict=True):
        result = _SIGNS[sign](result, operand)
    return result


_NUMBERS = st.sampled_from(["1", "2", "3.5", ".5", "1e1"])
_EXPRESSIONS = st.recursive(
    _NUMBERS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from([" + ", "-", "*", " / "]), inner).map("".join),
        inner.map(lambda one: f"({one})"),
        inner.map(lambda one: f"-{one}"),
        _NUMBERS.map(lambda one: f"{one}^2"),
        _NUMBERS.map(lambda one: f"2 ^ -{one}"),
    ),
    max_leaves=12,
)


@given(_EXPRESSIONS)
def test_arithmetic_has_the_precedence_of_the_standard(text):
    """Which is that of Python: powers before signs, signs before products, products before sums, from the left."""
    ((tree,),) = parse(text)
    try:
        wanted = eval(text.replace("^", "**"))  # numbers and operators only, made above
    except ZeroDivisionError:
        return
    assert value(tree) == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("equation", "wanted"),
    [
        ("-2^2", -4),
        ("2^3^2", 512),
        ("10 - -3", 13),
        ("7 MOD 3 * 2", 2),
        ("7 mod 3", 1),
        ("8//2*3", 12),
        ("1 >< 2", 1),
        ("1 <> 1", 0),
        ("1 = 1 AND 2 >= 3 or 1", 1),
        ("NOT 0 AND 0", 0),
        ("NOT(1 = 1)", 0),
        ("{a {nested} comment} 5 {x}", 5),
        ("\n 2 *\n 3 \n", 6),
        ("MAX(1, 2, 3) + MIN(4, 5)", 7),
        ("MEAN(1, 2, 6)", 3),
        ("LOG10(100) + ROUND(2.5) + INT(2.7)", 7),
        ("PI - 3.141592653589793", 0),
        ("+5", 5),
        ("IF 1 < 2 THEN IF 2 < 1 THEN 1 ELSE 2 ELSE 3", 2),
        ("IF(0, 1, 2) + 1", 3),
    ],
)
def test_an_equation_of_numbers_becomes_a_constant(tmp_path, equation, wanted):
    """As the XMILE standard says."""
    assert runs(tmp_path, aux("a", equation))["a"] == [pytest.approx(wanted, abs=1e-12)]


@pytest.mark.parametrize(
    ("equation", "wanted"),
    [
        ("time // 0", [0, 0, 0, 0, 0]),
        ("SAFEDIV(time, 0, 9)", [9, 9, 9, 9, 9]),
        ("if Time > 2 then 1 else 0", [0, 0, 0, 1, 1]),
        ("IF (time) + 1 > 2 THEN 1 ELSE 0", [0, 0, 1, 1, 1]),
        ("IF(time > 2, 10, 20)", [20, 20, 20, 10, 10]),
        ("TIME() + DT", [1, 2, 3, 4, 5]),
        ("STARTTIME + STOPTIME", [4, 4, 4, 4, 4]),
        ("PULSE(3, 1, 2)", [0, 3, 0, 3, 0]),
        ("PULSE(3, 1)", [0, 3, 0, 0, 0]),
        ("RAMP(2, 1)", [0, 0, 2, 4, 6]),
        ("RAMP(2, 1, 3)", [0, 0, 2, 4, 4]),
        ("STEP(5, 2)", [0, 0, 5, 5, 5]),
        ("DELAY(time, 2, -1)", [-1, -1, 0, 1, 2]),
        ("SMTH1(time, 2)", [0, 0, 0.5, 1.25, 2.125]),
        ("SMTH3(time, 3, 0)", [0, 0, 0, 0, 1]),
        ("DELAY1(time, 2)", [0, 0, 0.5, 1.25, 2.125]),
        ("INIT(time + 5)", [5, 5, 5, 5, 5]),
        ("DELAYN(time, 2, 3)", [0, 0, 0, 1, 2]),
        ("DELAY N(time, 2, 0, 3)", [0, 0, 0, 1, 2]),
        ("SMOOTH N(time, 3, 0, 3)", [0, 0, 0, 0, 1]),
        ("SAMPLE IF TRUE(time < 2, time, 9)", [0, 1, 1, 1, 1]),
        ("IF THEN ELSE (time > 2, 1, 0)", [0, 0, 0, 1, 1]),
        ("DELAY FIXED(time, 2, -1)", [-1, -1, 0, 1, 2]),
        ("PREVIOUS(SELF, 2) * 2", [4, 8, 16, 32, 64]),
        ("GAME(time)", [0, 1, 2, 3, 4]),
        ("XIDZ(time, 0, 7)", [7, 7, 7, 7, 7]),
    ],
)
def test_a_function_of_time_runs(tmp_path, equation, wanted):
    """Steps of 1 from 0 to 4."""
    assert runs(tmp_path, aux("a", equation))["a"] == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("equation", "said"),
    [
        ("", "there is no equation"),
        ("???", "there is no equation"),
        ("{to be filled in}", "there is no equation"),
        ("1 +", "it ends too early"),
        ("2 x", "it stops at 'x'"),
        ("(1", "it ends too early where ) should come"),
        ("IF 1 THEN 2", "where ELSE should come"),
        ("a % b", "it stops at '% b'; a name with such a character must be in quotes"),
        ('"open', "it stops at '\"open'"),
        ("1 }", "it stops at '}'"),
        ("{ open", "it stops at '{ open'"),
        ("1, 2", "2 expressions for 1 element"),
        ("DELAY(1)", "DELAY takes 2 or 3 arguments, not 1"),
        ("(" * 150 + "1" + ")" * 150, "nested in one another"),
        ("-" * 5000 + "1", "nested in one another"),
        ("2^-" * 5000 + "1", "nested in one another"),
        ("1*" * 5000 + "1", "nested too deeply"),
        ("no such function(1)", "no such function"),
        ("x(3)", '"x" is a variable, not a function; an operator is missing'),
        ("y + 1", 'there is no variable "y"'),
        ("x[1]", '"x" has 0 dimensions, and 1 subscripts here'),
        ("LOOKUP(x, 1)", "LOOKUP takes the name of a graphical function"),
    ],
)
def test_an_equation_that_cannot_be_read_is_named_with_its_line(tmp_path, equation, said):
    """And with where it stops."""
    message = refusal(tmp_path, aux("x", "1"), aux("broken", equation))
    assert said in message
    assert '"broken", line 6' in message


def test_all_broken_equations_are_told_at_once(tmp_path):
    """One reading is enough to mend them all."""
    message = refusal(tmp_path, aux("a", "1 +"), aux("b", "2"), aux("c", "???"))
    assert "2 of 3 variables cannot be used" in message
    assert '"a"' in message
    assert '"c"' in message


def test_a_sum_of_many_terms_runs(tmp_path):
    """However long: it is added up by halves."""
    found = runs(tmp_path, aux("a", "time + " * 3000 + "1 - time" + " - 1" * 500))
    assert found["a"] == pytest.approx([-499 + 2999 * time for time in range(5)])


def test_chains_of_one_level_are_one_node():
    """`a - b + c` is no tree of three levels."""
    assert parse("1 - 2 + 3") == ((Chain(("-", "+"), (Number(1), Number(2), Number(3))),),)
    with pytest.raises(EquationError, match="more than"):
        parse("1" * 300_000)


# --- names ---


def test_names_are_equal_in_any_spelling(tmp_path):
    """Case, blanks, underscores, line breaks and quotes do not matter; other characters need quotes."""
    found = runs(
        tmp_path,
        aux(r"Size of\nthe Market", "3"),
        aux("sales, net (of &amp; tax)", "2"),
        aux("été", "1"),
        aux("a", 'SIZE_OF_THE_MARKET * "sales, net_(of & tax)" + Été'),
        aux("b", "size of the market + 1"),
    )
    assert found["a"] == [pytest.approx(7)] * 5
    assert found["b"] == [4.0] * 5
    assert "Size of the Market" in found


def test_what_the_file_says_of_a_variable_is_kept(tmp_path):
    """Unit, documentation, limits, the equation and its line."""
    more = '<units>People/Year</units><doc>How many\n a year.</doc><range min="0" max="1e3"/><format scale_by="1"/>'
    model = read(saved(tmp_path, document("<group name='g'/>", aux("rate", "3", more), stock("s", "rate", "rate"))))
    rate = model["rate"]
    assert (rate.unit, rate.documentation, rate.limits) == ("People/Year", "How many a year.", (0.0, 1000.0))
    assert (rate.text, rate.line) == ("3", 6)
    assert model["s"].text == "INTEG(rate, rate)"
    assert isinstance(rate, Constant)


def test_two_variables_of_one_name_are_refused(tmp_path):
    """In any spelling."""
    assert '"a_b" is defined more than once (first on line 5)' in refusal(tmp_path, aux("A b", "1"), aux("a_b", "2"))


# --- graphical functions ---


def test_a_variable_goes_through_its_graphical_function(tmp_path):
    """Points from a scale or a list, with any separator, in any order; x of a list go before an empty scale."""
    scale = '<gf><xscale min="0" max="4"/><yscale min="0" max="9"/><ypts>0,10,20</ypts></gf>'
    points = '<gf><xpts sep=";">4;0</xpts><ypts sep=";">8;0</ypts><xscale min="0" max="0"/></gf>'
    found = runs(tmp_path, aux("a", "time", scale), aux("b", "time", points))
    assert found["a"] == [0, 5, 10, 15, 20]
    assert found["b"] == [0, 2, 4, 6, 8]


def test_a_graphical_function_of_its_own_is_called_by_name_or_looked_up(tmp_path):
    """Beyond its ends it holds, extrapolates, or goes in steps, as its type says."""
    variables = [
        '<gf name="holds"><xpts>0,1</xpts><ypts>0,2</ypts></gf>',
        '<gf name="goes on" type="extrapolate"><xpts>0,1</xpts><ypts>0,2</ypts></gf>',
        '<gf name="steps" type="discrete"><xscale min="0" max="2"/><ypts>1 2 3</ypts></gf>',
        '<gf name="old steps" discrete="true"><xscale min="0" max="2"/><ypts>1 2 3</ypts></gf>',
        '<aux name="no equation"><gf><xscale min="0" max="1"/><ypts>0,1</ypts></gf></aux>',
        aux("through", "time", '<gf><xscale min="0" max="4"/><ypts>0,1</ypts></gf>'),
        aux("a", "holds(time)"),
        aux("b", "LOOKUP(goes_on, time)"),
        aux("c", "steps(time / 2)"),
        aux("d", "old_steps(time / 2)"),
        aux("e", "no_equation(0.5)"),
        aux("f", "LOOKUP(through, 2)"),
    ]
    found = runs(tmp_path, *variables)
    assert found["a"] == [0, 2, 2, 2, 2]
    assert found["b"] == [0, 2, 4, 6, 8]
    assert found["c"] == found["d"] == [1, 1, 2, 2, 3]
    assert found["e"] == found["f"] == [0.5] * 5
    assert isinstance(read(tmp_path / "m.xmile")["through graph"], Table)


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        ('<xscale min="0" max="1"/>', "has no points"),
        ("<xpts>1,2</xpts><ypts>1,2,3</ypts>", "has 2 x and 3 y"),
        ("<xpts>1,b</xpts><ypts>1,2</ypts>", "has 'b' in <xpts>, which is no number"),
        ("<ypts>1,2</ypts>", "neither <xpts> nor <xscale>"),
        ('<xscale min="1" max="0"/><ypts>1,2</ypts>', "goes from 1 to 0"),
        ('<xscale min="0" max="inf"/><ypts>1,2</ypts>', "which is no number"),
    ],
)
def test_a_graphical_function_without_sound_points_is_refused(tmp_path, inside, said):
    """By name."""
    message = refusal(tmp_path, aux("a", "time", f"<gf>{inside}</gf>"))
    assert said in message
    assert '"a", line 5' in message


# --- settings ---


def test_time_runs_as_the_file_says(tmp_path):
    """Start, stop, a reciprocal step, the unit, the saving interval, the method."""
    specs = '<sim_specs method="RK4" time_units="Weeks" save_interval="0.5"><start>1</start><stop>2</stop>'
    specs += '<dt reciprocal="true">4</dt></sim_specs>'
    text = document(aux("a", "time")).replace("<sim_specs ><start>0</start><stop>4</stop><dt>1</dt></sim_specs>", specs)
    model = read(saved(tmp_path, text))
    assert (model["INITIAL TIME"].value, model["FINAL TIME"].value, model["TIME STEP"].value) == (1, 2, 0.25)
    assert (model["SAVEPER"].value, model["TIME STEP"].unit, model.integration) == (0.5, "Weeks", "rk4")


def test_a_saving_interval_may_be_a_variable(tmp_path):
    """As files have it that were Vensim models once; their other control variables repeat the settings."""
    controls = [aux("SAVEPER", "TIME_STEP * 2"), aux("TIME STEP", "1"), aux("FINAL TIME", "9")]
    assert runs(tmp_path, aux("a", "time"), *controls)["a"] == [0, 2, 4]


@pytest.mark.parametrize(
    ("method", "wanted"), [("", "euler"), ("Euler", "euler"), ("rk2", "heun"), ("RK45, RK4", "rk4")]
)
def test_the_integration_method_is_known_in_the_model(tmp_path, method, wanted):
    """Of several, the first that is known here."""
    assert read(saved(tmp_path, document(aux("a", "1"), specs=f'method="{method}"'))).integration == wanted


def test_vensims_own_export_is_integrated_as_euler(tmp_path):
    """It says RK4 of every model; the numbers of its models are those of Euler."""
    head = "<header><product version='1.0' lang='en'>Vensim</product></header>"
    assert read(saved(tmp_path, document(aux("a", "1"), specs='method="RK4"', head=head))).integration == "euler"


@pytest.mark.parametrize(
    ("others", "said"),
    [
        ({"specs": 'method="Gear"'}, "the integration method 'Gear' is not supported"),
        ({"start": "soon"}, "<start> of <sim_specs> is 'soon', not a number"),
        ({"stop": ""}, "<stop> of <sim_specs> is missing"),
        ({"dt": 0}, "<dt> must be above 0"),
        ({"dt": "nan"}, "not a number"),
        ({"specs": 'save_interval="often"'}, "save_interval is 'often', not a number"),
    ],
)
def test_settings_that_cannot_be_used_are_named(tmp_path, others, said):
    """With the line."""
    message = refusal(tmp_path, aux("a", "1"), **others)
    assert said in message
    assert "line 3" in message


# --- documents ---


def test_dialects_are_read_alike(tmp_path):
    """No namespace, a prefix for XMILE's, isee's extensions declared or not, older namespaces, variables without a
    <variables>, entities, character data."""
    body = "<sim_specs><start>0</start><stop>1</stop></sim_specs>"
    variable = '<aux name="a"><eqn><![CDATA[1 < 2]]></eqn><isee:x><eqn>9</eqn></isee:x></aux>'
    texts = [
        f"<xmile>{body}<model>{variable}</model></xmile>",
        f'<xmile xmlns="{SPACE}" xmlns:isee="http://iseesystems.com/XMILE"><isee:prefs/>{body}'
        f"<model><variables>{variable}</variables></model></xmile>",
        f'<xmile xmlns="http://www.systemdynamics.org/XMILE">{body}<prefs xmlns="isee"><eqn/></prefs>'
        f"<model><variables><group name='g'><aux name='a'><eqn>3 &#45; 2</eqn></aux></group>"
        "</variables></model></xmile>",
        f'<x:xmile xmlns:x="{SPACE}"><x:sim_specs><x:start>0</x:start><x:stop>1</x:stop></x:sim_specs>'
        '<x:model><x:variables><x:aux name="a"><x:eqn>1</x:eqn></x:aux></x:variables></x:model></x:xmile>',
    ]
    for text in texts:
        assert read(saved(tmp_path, text))["a"].value == 1


@pytest.mark.parametrize("name", ["m.stmx", "m.STMX", "m.xml", "m.itmx"])
def test_stellas_files_are_xmile(tmp_path, name):
    """By any of their names."""
    assert read(saved(tmp_path, document(aux("a", "1")), name))["a"].value == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "cp1252"])
def test_encodings_are_found_out(tmp_path, encoding):
    """From the mark at the start, or from what the file says."""
    declared = "iso-8859-1" if encoding == "cp1252" else encoding.removesuffix("-sig")
    text = document(aux("Größe", "1")).replace('"utf-8"', f'"{declared}"')
    path = tmp_path / "m.xmile"
    path.write_bytes(text.encode(encoding))
    assert "Größe" in read(path)


def test_tags_that_do_not_match_and_bare_ampersands_are_mended(tmp_path):
    """As PySD's parser guesses them; a file that ends too early is refused."""
    text = document(flow("f", "1", "<non_negative>true<non_negative/><doc>R&D &nbsp;</doc>"), aux("a", "f"))
    text = text.replace("R&amp;D", "R&D").replace("</aux>", "</aus>")
    assert read(saved(tmp_path, text))["a"].text == "f"
    assert "not well-formed XML" in refusal(tmp_path, text=text[: len(text) // 2])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no element found"),
        ("nothing", "not well-formed"),
        ("<html/>", "it begins with <html>, not with <xmile>"),
        ("<xmile/>", "there are no <sim_specs>"),
        ("<xmile><sim_specs><start>0</start><stop>1</stop></sim_specs></xmile>", "there is no <model>"),
        ("\0\1\2", "binary file"),
    ],
)
def test_what_is_no_xmile_is_refused(tmp_path, text, said):
    """With what is wrong."""
    assert said in refusal(tmp_path, text=text or " ")
