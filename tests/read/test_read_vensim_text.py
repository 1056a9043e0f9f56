"""Text of a .mdl before PySD's grammar: what Vensim writes and PySD would not take, or take for something else."""

import os
import warnings
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdmodel.errors import ModelError
from sdmodel.read.abstract import abstract_model
from sdmodel.read.screen import screen
from sdmodel.read.source import written_all
from sdmodel.read.vensim import bounds
from sdmodel.read.vensim.comments import without_comments
from sdmodel.read.vensim.file_names import with_real_files
from sdmodel.read.vensim.lines import one_line
from sdmodel.read.vensim.outer_names import outer_names_marked
from sdmodel.read.vensim.powers import minus_before_power
from sdmodel.read.vensim.sections import sections

MODEL = Path("model.mdl")
SHIPPED = sorted((Path(__file__).parents[2] / "models").glob("*.mdl"))
CONFORMANCE = Path(__file__).parents[2] / ".." / "shared" / "conformance" / "models"


def parsed(text):
    """The model's section of a text, as PySD's AbstractSection."""
    return abstract_model(MODEL, text).sections[0]


def ast(expression, before=""):
    """PySD's tree of one right-hand side."""
    return next(e for e in parsed(f"{before}x = {expression} ~~|").elements if e.name == "x").components[0].ast


def refusal(text):
    """The message with which a text is refused."""
    with pytest.raises(ModelError) as caught:
        abstract_model(MODEL, text)
    assert "model.mdl" in str(caught.value)
    return str(caught.value)


# --- passes over one equation ---------------------------------------------------------------------------------------


def test_comments_in_braces_are_blanks_but_for_those_in_quoted_names():
    """Vensim takes a comment between any two words, also one with a ~, a | or a quote in it."""
    assert without_comments('a{x}="{y}"+{"} b') == 'a ="{y}"+  b'
    section = parsed(
        '{UTF-8}{~|"} a{x}[{y}s{z}] = {1 +} 2, {3} 4 {~ | "} ~ {m} kg ~ text {kept} |\ns {a}: e{1}, {b}f ~~|'
    )
    assert [element.name for element in section.elements] == ["a"]
    assert section.elements[0].components[0].subscripts == (["s"], [])
    assert list(section.elements[0].components[0].ast) == [2.0, 4.0]
    assert section.subscripts[0].subscripts == ["e", "f"]


def test_an_equation_over_many_lines_is_one_line():
    """A backslash at the end of a line, blanks behind it, tabs: all are one blank."""
    assert one_line("a\\\n\t\t + \\  \n b\n\t*\tc ") == "a + b * c"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_the_system_of_the_modeller_ends_them(tmp_path, end):
    """Values, names and line numbers are the same."""
    path = tmp_path / "ends.mdl"
    text = '{UTF-8}\na = 1 ~~|\n\n"b c" =\n\ta +\\\n\t\t2\n\t~ kg\n\t~ text\n\t|\n'
    path.write_bytes(text.replace("\n", end).encode())
    screened, _ = screen(path)
    assert {name: found[0].line for name, found in written_all(screened).items()} == {"a": 2, "b c": 4}
    assert repr(parsed(screened).elements) == repr(parsed(text).elements)


def test_a_minus_before_a_number_with_a_power_is_taken_apart():
    """PySD would read (-2)^2."""
    assert minus_before_power("-2^2 + a-2^2 * - 3 ^2") == "-(2+0)^2 + a-2^2 *-(3+0) ^2"
    assert minus_before_power('"-2^2" - 2') == '"-2^2" - 2'


def test_the_mark_of_an_outer_name_stands_within_its_quotes():
    """Inside a macro `name$` is a variable of the model around it; PySD's grammar knows no mark behind a quote."""
    assert outer_names_marked('"a b"$ + TIME STEP$ + "c"') == '"a b$" + TIME STEP$ + "c"'


def test_names_of_data_files_are_those_that_open_everywhere():
    """Aliases come from the settings; an unknown one is the name itself. Quoted names and other texts stay."""
    told = "GET XLS DATA( '?Data' , 'Sheet 1','A','B2') + GET XLS DATA('?more.xlsx','a','A','B2') + \"('?Data\""
    real = with_real_files(told, {"?data": r"..\folder\data.xlsx"})
    assert real == told.replace("(  '?Data'", "").replace("'?Data' ", "'../folder/data.xlsx' ").replace(
        "'?more", "'more"
    )
    assert with_real_files(r"GET DIRECT DATA('a\b.csv', '\', 'A', 'B2')", {}).startswith(
        "GET DIRECT DATA('a/b.csv', '\\'"
    )


# --- numbers, names and functions -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written_as", "value"),
    [
        ("1e-6", 1e-6),
        (".5", 0.5),
        ("5.", 5.0),
        ("1E+3", 1000.0),
        ("007", 7),
        ("08.50", 8.5),
        ("- 3", -3),
        ("1e999", float("inf")),
    ],
)
def test_numbers_are_read_in_every_way_that_vensim_writes_them(written_as, value):
    """Whole numbers stay whole, as in PySD."""
    found = ast(written_as)
    assert found == value
    assert type(found) is type(value)


def test_a_long_whole_number_is_a_number_of_sixteen_digits():
    """Python's whole numbers have no end; a model's have."""
    assert ast("9" * 350) == float("inf")
    assert ast("1" + "0" * 20) == 1e20


def test_keywords_and_functions_are_read_in_any_case():
    """Vensim does not care, PySD's grammar does for some."""
    text = "s: a, b ~~| x[s] :except: [a] = 1 ~~| x[a] = :na: ~~| d :Interpolate: ~~| e :raw: := 3 ~~|"
    section = parsed(f"{text} c :the condition: a = 1 :implies: b = 2 ~~| t :test input: a = 3 ~~|")
    by_name = {element.name: element.components for element in section.elements}
    assert by_name["x"][0].subscripts == (["s"], [["a"]])
    assert by_name["x"][1].ast != by_name["x"][1].ast
    assert [by_name[name][0].keyword for name in "de"] == ["interpolate", "raw"]
    assert section.constraints[0].expression == "a = 1 :implies: b = 2"
    assert section.test_inputs[0].expression == "a = 3"
    assert type(ast("Initial (3)")).__name__ == "InitialStructure"
    assert list(ast("tabbed_array(1 2\n 3 4)")) == [1, 2, 3, 4]
    assert type(ast("with  lookup(3, ((0,0),(1,1)))")).__name__ == "InlineLookupsStructure"


@pytest.mark.parametrize(
    ("call", "order"),
    [("DELAY1 I(a, 2, 3)", 1), ("DELAY 3I(a, 2, 3)", 3), ("SMOOTH 3I(a, 2, 3)", 3), ("smooth3 i(a, 2, 3)", 3)],
)
def test_functions_with_a_blank_too_many_are_the_functions_meant(call, order):
    """PySD has one spelling of each."""
    assert ast(call).order == order


def test_a_lookup_may_have_the_name_of_a_function():
    """A call of it is a call of the lookup, also where PySD keeps something else under that word."""
    for name in ("trend", "data", "lookup", "smooth"):
        found = ast(f"{name}(3)", f"{name}((0,0),(1,1)) ~~|")
        assert type(found).__name__ == "CallStructure"


def test_names_have_letters_of_all_scripts_and_signs_beyond_them():
    """Vensim takes any character beyond ASCII for a letter; a quoted name may have everything."""
    section = parsed('CO₂ € = 1 ~~| größe\'s $ = 2 ~~| "a|~b [c] \\"d\\"" = 3 ~~| 2nd = 4 ~~|')
    assert [element.name for element in section.elements] == ["CO₂ €", "größe's $", '"a|~b [c] \\"d\\""', "2nd"]
    assert ast("2nd * 2").arguments[0].reference == "2nd"


def test_a_lookup_of_one_point_and_one_of_the_old_kind_are_read():
    """PySD takes one point for two numbers; the old kind lists all x, then all y."""
    one, old = (element.components[0].ast for element in parsed("t((1, 2)) ~~| u(0, 1, 2, 5, 6, 7) ~~|").elements)
    assert (one.x, one.y) == ((1,), (2,))
    assert (old.x, old.y) == ((0, 1, 2), (5, 6, 7))


def test_a_variable_with_an_empty_equation_is_data():
    """As Vensim has it; PySD wants a keyword."""
    data, subscripted = parsed("d ~ kg ~ text | e[s] ~~|").elements
    assert type(data.components[0]).__name__ == type(subscripted.components[0]).__name__ == "AbstractData"
    assert data.units == "kg"


# --- the file -------------------------------------------------------------------------------------------------------


def test_entries_have_their_unit_their_limits_and_their_comment():
    """Groups are passed over; a mark behind the comment, and a quote in a comment or unit, do no harm."""
    text = '****\n .Group\n****~ text | a = 1 ~ 5" pipe [0, ?, 0.5] ~ it\'s 5" wide ~ :SUPPLEMENTARY | '
    text += "b == 2 ~ kg | c = 3 |"
    a, b, c = parsed(text).elements
    assert (a.units, a.limits, a.documentation) == ('5" pipe', (0.0, None, 0.5), "it's 5\" wide")
    assert (b.units, type(b.components[0]).__name__) == ("kg", "AbstractUnchangeableConstant")
    assert c.components[0].ast == 3


def test_macros_may_stand_anywhere_and_are_put_behind_those_that_they_use():
    """Names with blanks, more than one result, and the mark of outer names."""
    text = (
        "a = 1 ~~| :MACRO: outer one(x, y y : z)\nouter one = inner ( x ) * TIME STEP$ ~~| z = y y ~~| :END OF MACRO:\n"
        "b = outer one(a, 2) ~~| :macro: INNER(p)\ninner = p ~~|\n:end of macro: c = 3 ~~|"
    )
    main, inner, outer = abstract_model(MODEL, text).sections
    assert [element.name for element in main.elements] == ["a", "b", "c"]
    assert (inner.name, inner.params, inner.returns) == ("inner", ["p"], [])
    assert (outer.name, outer.params, outer.returns) == ("outer_one", ["x", "y y"], ["z"])
    assert outer.elements[0].components[0].ast.arguments[1].reference == "time_step$"
    assert main.elements[1].components[0].ast.function.reference == "outer_one"


def test_macros_that_use_each_other_stay_in_their_order():
    """Whether that can be run is told later, with names."""
    ring = ":MACRO: m(x)\nm = n(x) ~~| :END OF MACRO: :MACRO: n(x)\nn = m(x) ~~| :END OF MACRO:"
    assert [part.name for part in sections(MODEL, ring)] == ["__main__", "m", "n"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a = 1 ~~|\n\nb = 2 ~ kg ~ text\n", 3),
        ('a = 1 ~~|\nb = "c ~~|\n', 2),
        ("a = 1 ~~|\nb = {2 ~~|\n", 2),
        (":MACRO: m(x)\nm = x ~~|\n", 2),
        (":MACRO: m(x)\nm = x ~~|\n:MACRO: n(x)\n", 3),
    ],
)
def test_a_text_that_is_no_equation_is_told_with_its_line(text, line):
    """PySD drops all that follows without a word."""
    assert f"line {line}" in refusal(text)


def test_all_equations_that_cannot_be_parsed_are_told_at_once():
    """With line, text and place."""
    message = refusal("a = (1 ~~|\nb = 2 + ~~|\nc = A FUNCTION OF(a, -b) ~~|\nd = INTEG(1) ~~|\ne = 1 ~ kg [low, 2] ~|")
    for told in (
        "line 1, equation 'a = (1'",
        "equation 'b = 2 +' cannot be parsed: it ",
        "not complete",
        "INTEG takes 2 arguments, not 1",
        "[low, 2]",
    ):
        assert told in message


def test_lines_and_texts_are_known_for_each_equation_of_an_array():
    """In the order in which PySD keeps the components; those of a macro are apart."""
    text = "x[a] = 1 ~~|\ny = 2 ~~|\nX [b] :EXCEPT: [c] =\n 3 + {no} 4 ~~|\n"
    text += ":MACRO: m(p)\nm = p\n~~|\ny = 5 ~~|\n:END OF MACRO:\n"
    found = written_all(text)
    assert [(one.line, one.text) for one in found["x"]] == [(1, "1"), (3, "3 + 4")]
    assert [(one.line, one.text) for one in found["y"]] == [(2, "2")]
    assert [(one.line, one.text) for one in written_all(text, macro="M")["y"]] == [(8, "5")]
    assert written_all(text, macro="none") == {}


# --- files that nobody wrote in good faith --------------------------------------------------------------------------


def test_nothing_in_a_file_is_run(monkeypatch):
    """PySD evaluates numbers, texts and the ranges of lookups as Python."""
    called = []
    monkeypatch.setattr(os, "getcwd", lambda: called.append(1))
    attack = "__import__('os').getcwd()"
    for text in (
        f"t([(0,0)-({attack},1)],(0,0),(1,1)) ~~|",
        f"t({{x}}[{attack}],(0,0),(1,1)) ~~|",
        f"x = WITH LOOKUP(1, ([(0,0)-(1,1),{attack}],(0,0),(1,1))) ~~|",
    ):
        message = refusal(text)
        assert "range of a lookup must be numbers" in message or "stops at" in message
    assert ast("GET XLS DATA('a.xlsx', '\\x41', 'A', 'B2')").tab == "\\x41"
    assert not called


def test_depth_and_length_of_one_equation_are_bounded():
    """All brackets that a person would write are read, and all sums; more is refused by line before it is parsed."""
    deep = bounds.DEEPEST
    assert ast("(" * deep + "a" + ")" * deep).reference == "a"
    assert "nested too deeply" in refusal(f"x = {'(' * 20_000}a{')' * 20_000} ~~|")
    assert len(ast(" + ".join(f"a{n}" for n in range(1_000))).arguments) == 1_000
    assert "more than 1,000 characters" in refusal('"' + '\\"' * 20_000 + '" = 1 ~~|')
    assert "split it" in refusal(f"x = {'a + ' * 30_000}1 ~~|")
    assert len(ast(", ".join(["1.5"] * 50_000))) == 50_000
    assert "more than 100,000 elements" in refusal("s: (A1-A999999999) ~~|")


def test_room_for_nesting_ends_with_the_parsing():
    """The limit of the interpreter is what it was, also after a refusal."""
    import sys

    before = sys.getrecursionlimit()
    refusal("x = ( ~~|")
    assert sys.getrecursionlimit() == before


@pytest.mark.parametrize("head", ["{punycode}", "{undefined}", "{rot13}", "{utf-7}", "{no such}"])
def test_only_encodings_of_text_are_believed(tmp_path, head):
    """Others raise what they like, or take hours; the file is read as UTF-8."""
    path = tmp_path / "coded.mdl"
    path.write_text(f"{head}\nä = 1 ~~|", encoding="utf-8")
    assert screen(path)[1] == "utf-8-sig"


# --- the same as PySD -----------------------------------------------------------------------------------------------


def by_pysd(path):
    """PySD's own AbstractModel of a file, from its own text passes, grammars and visitors."""
    from pysd.translators.vensim.vensim_file import VensimFile

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        file = VensimFile(path, encoding="utf-8-sig")
        file.parse()
        return file.get_abstract_model()


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_models_are_what_pysd_makes_of_them(path):
    """Every class, number, unit and comment."""
    text, _ = screen(path)
    assert repr(abstract_model(path, text)) == repr(by_pysd(path))


def test_public_models_are_what_pysd_makes_of_them():
    """Some of them, with macros, arrays and data files; the one left out has a minus before a power."""
    if not CONFORMANCE.exists():
        pytest.skip("the public test models are not on this machine")
    paths = [path for path in sorted(CONFORMANCE.rglob("*.mdl")) if path.stat().st_size < 10_000]
    chosen = [path for path in paths if path.stem != "exponentiation" and hash_of(path) % 3 == 0]
    assert len(chosen) > 15
    for path in chosen:
        text, _ = screen(path)
        assert repr(abstract_model(path, text)) == repr(by_pysd(path)), path.stem


def hash_of(path):
    """A number of the name that is the same on all machines."""
    return sum(path.stem.encode())


NAMES = st.sampled_from(["a", "b c", "stock's", '"q-1"', "x[e]", "x[e, f!]", "Time"])
NUMBERS = st.sampled_from(["1", "2.5", "1e-3", "0", ".5", "3.", ":NA:"])
BINARY = st.sampled_from([" + ", "-", "*", " / ", "^", " < ", ">=", "<>", " = ", " :AND: ", ":OR:"])


def expressions():
    """Right-hand sides of Vensim, valid or nearly so."""

    def larger(inner):
        two = st.builds(lambda a, sign, b: f"{a}{sign}{b}", inner, BINARY, inner)
        brackets = inner.map(lambda a: f"({a})")
        signed = st.builds(lambda sign, a: f"{sign}({a})", st.sampled_from(["-", "+", ":NOT:", "- "]), inner)
        calls = st.builds(
            lambda f, a, b: f"{f}({a}, {b})", st.sampled_from(["MAX", "SMOOTH", "my table", "INTEG"]), inner, inner
        )
        return two | brackets | signed | calls

    return st.recursive(NAMES | NUMBERS, larger, max_leaves=12)


@given(expression=expressions())
def test_any_expression_is_what_pysd_makes_of_it(expression):
    """Where PySD can parse it: same tree; where it cannot, neither can this."""
    from pysd.translators.vensim.vensim_element import Component

    text = minus_before_power(expression)
    theirs = Component("x", ([], []), text)
    try:
        theirs.parse()
    except Exception:
        refusal(f"x = {expression} ~~|")
        return
    ours = ast(expression)
    assert repr(ours) == repr(theirs.ast) or text.strip("0123456789.e+- ") == ""
