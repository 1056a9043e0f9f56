"""What cannot be read is refused with file, variable, line, reason and what next; all of it at once."""

import re

import pytest

from sdmodel.errors import ModelError
from sdmodel.model.model import Constant
from sdmodel.read import read

SETTINGS = "\n\\\\\\---/// Sketch information - do not modify anything except names\nV300  Do not put anything below\n"
SETTINGS += "///---\\\\\\\n:L\x7f<%^E!@\n1:Current.vdf\n9:Current\n15:0,0,0,{0},0,0\n19:100,0\n"


def refusal(path) -> str:
    """The message with which reading fails: it names the file and is no traceback."""
    with pytest.raises(ModelError) as caught:
        read(path)
    message = str(caught.value)
    assert path.name in message
    assert "Traceback" not in message
    return message


def test_a_missing_variable_is_named_with_line_equation_and_the_nearest_name(mdl):
    """All of them at once, each with what was probably meant."""
    message = refusal(mdl("US suspicion = 1", "a = us suspicoin * 2", "b = 3 + SMOOTH(zebra, 2)"))
    assert 'there is no variable "us suspicoin". Did you mean "US suspicion"?' in message
    assert '"a", line 7' in message
    assert "a = us suspicoin * 2" in message
    assert '"zebra"' in message


def test_an_algebraic_loop_is_named_in_order(mdl):
    """a needs b, b needs c, c needs a: with their equations, and what breaks a loop."""
    message = refusal(mdl("a = b + 1", "b = 2 * c", "c = a - Time", "d = a"))
    assert "algebraic loop" in message
    loop = re.search(r"algebraic loop: (.*)\. Each needs", message).group(1).split(" → ")
    assert loop[0] == loop[-1]
    assert "abcabc".find("".join(loop[:-1])) >= 0
    assert "b = 2 * c" in message
    assert "stock, a delay or a smooth" in message


def test_a_variable_that_reads_itself_is_an_algebraic_loop(mdl):
    """The shortest loop there is."""
    assert "algebraic loop: a → a" in refusal(mdl("a = a + 1"))


def test_initial_values_that_depend_on_each_other_are_named(mdl):
    """Two stocks that start from one another run well once they are started, but nothing starts them."""
    message = refusal(mdl("s = INTEG(1, t + 1)", "t = INTEG(1, s)"))
    assert "the initial values depend on each other" in message
    assert "s → t" in message or "t → s" in message


def test_a_loop_of_a_thousand_variables_is_named_too(mdl):
    """No recursion gives up on a long chain."""
    chain = [f"v{n} = v{n + 1} + 1" for n in range(1000)]
    assert "algebraic loop" in refusal(mdl(*chain, "v1000 = v0"))


def test_a_chain_of_two_thousand_variables_is_read(mdl):
    """Long chains are no loops."""
    model = read(mdl(*(f"v{n} = v{n + 1} + 1" for n in range(2000)), "v2000 = Time"))
    assert len(model.variables) == 2005


@pytest.mark.parametrize("second", ["US suspicion = 2", "us suspicion = 2", "US_Suspicion = 2", "US   suspicion = 2"])
def test_a_name_may_be_defined_once_in_any_spelling(mdl, second):
    """Case, spaces and underscores do not make another name."""
    message = refusal(mdl("US suspicion = 1", second))
    assert "is defined more than once" in message
    assert "line 2" in message


UNSUPPORTED = {
    "b": ("VECTOR ELM MAP(x, 1)", "VECTOR ELM MAP works on a whole array"),
    "c": ("GET DATA MAX(x, 0, 1)", 'GET DATA MAX: "x" is neither a lookup nor data'),
    "e": ("FROBNICATE(x)", "there is no function 'frobnicate'"),
    "g": ("EXP(1, 2)", "EXP takes 1 argument, not 2"),
    "h": ("1 + INTEG(x, 0)", "INTEG inside an expression is not supported"),
    "i": ("curve + 1", 'lookup "curve" is used as a number'),
    "j": ("curve(1, 2)", 'lookup "curve" takes one argument, not 2'),
    "l": ("SMOOTH N(x, 1, 0, 0)", "the order of a delay must be a number or a constant from 1 to 1000"),
    "n": ("SHIFT IF TRUE(x, 1, 2, 3, 4)", "SHIFT IF TRUE is not supported: it changes other stocks at once"),
    "o": ("FIND ZERO(x, 1, 2, 3, 4, 5)", "FIND ZERO is not supported: it searches for values"),
    "p": ("SUM(x)", "a function of a whole array needs a subscript to run through"),
}


def test_all_that_is_not_supported_is_listed_at_once(mdl):
    """One message with every variable, its line, its equation and the reason: no refusal hides another."""
    calls = [f"{name} = {text}" for name, (text, _) in UNSUPPORTED.items()]
    message = refusal(mdl("x = 1", "curve((0, 0), (1, 1))", *calls))
    assert f"{len(UNSUPPORTED)} of " in message
    for name, (text, reason) in UNSUPPORTED.items():
        assert re.search(rf'"{name}", line \d+: {re.escape(reason)}', message), (name, message)
        assert f"{name} = {text}" in message
    assert "Nothing was run" in message


def test_files_that_are_not_there_are_named_with_the_variable_that_wants_them(mdl):
    """Constants, data and lookups of spreadsheets, each with its line."""
    message = refusal(
        mdl(
            "c = GET DIRECT CONSTANTS('d.csv', ',', 'B2')",
            "d := GET XLS DATA('../d.xls', 'tab', 'A', 'B2')",
            "e(GET XLS LOOKUPS('d.xlsx', 'tab', 'A', 'B2'))",
        )
    )
    for name, reason in {"c": 'there is no file "d.csv"', "d": "--data-folder", "e": "there is no file"}.items():
        assert re.search(rf'"{name}", line \d+: .*{reason}', message), (name, message)


@pytest.mark.parametrize("setting", ["start", "stop", "step"])
def test_missing_control_settings_are_named(mdl, setting):
    """INITIAL TIME, FINAL TIME and TIME STEP must be there."""
    name = {"start": "INITIAL TIME", "stop": "FINAL TIME", "step": "TIME STEP"}[setting]
    settings = {setting: None} | ({"saveper": 1} if setting == "step" else {})
    assert f"the model has no {name}" in refusal(mdl("a = 1", **settings))


def test_a_missing_saveper_is_every_time_step(mdl):
    """As in Vensim's first versions; all other settings are needed."""
    model = read(mdl("a = Time", saveper=None))
    assert "SAVEPER" in model


@pytest.mark.parametrize(
    ("method", "integration"), [(0, "euler"), (1, "rk4"), (2, "euler"), (3, "rk2"), (4, "rk2"), (5, "rk4")]
)
def test_the_integration_setting_of_the_file_is_kept(mdl, method, integration):
    """Vensim keeps the method in the settings block after the sketch; PySD runs such models with Euler's method."""
    assert read(mdl("a = Time", tail=SETTINGS.format(method))).integration == integration


@pytest.mark.parametrize(
    "equation",
    [
        "a = 3 +",
        "a = (3 + 4",
        "a = 3 4",
        "a = MAX(3,",
        "a = 3 ** 4",
        "a = 1..2",
        "a = b c * )",
        "a = 'text",
        "a = 3 $ 4",
    ],
)
def test_a_syntax_error_names_its_equation(mdl, equation):
    """And where it stops, with what to look for."""
    message = refusal(mdl("x = 1", equation, "y = 2"))
    assert equation in message
    assert "line 7" in message
    assert "Look for a missing operator" in message


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("m.vmf", "binary format"),
        ("m.VMFX", "binary format"),
        ("m.vpm", "packaged"),
        ("m.vpmx", "packaged"),
        ("m.xmile", "not well-formed XML"),
        ("m.stmx", "not well-formed XML"),
        ("m.itm", "iThink"),
        ("m.stm", "STELLA"),
        ("m.txt", "ends in .mdl"),
        ("m", "ends in .mdl"),
    ],
)
def test_other_kinds_of_file_are_refused_with_what_to_do(tmp_path, name, said):
    """What the file is, and how to get a .mdl from it."""
    path = tmp_path / name
    path.write_bytes(b"anything")
    assert said in refusal(path)


def test_files_that_are_not_there_not_files_or_empty(tmp_path):
    """Each says what it is."""
    assert "there is no such file" in refusal(tmp_path / "none.mdl")
    folder = tmp_path / "folder.mdl"
    folder.mkdir()
    assert "this is a folder" in refusal(folder)
    empty = tmp_path / "empty.mdl"
    empty.write_bytes(b"")
    assert "no equation found" in refusal(empty)
    binary = tmp_path / "binary.mdl"
    binary.write_bytes(b"{UTF-8}\0\x01a = 1 ~ ~ |")
    assert "binary file" in refusal(binary)


@pytest.mark.parametrize(
    "unit", [b"a", b"\xff\xfe\x80", b"~ | ", b"a = 1 ~", b"(((((", b"[(", b'"', b"\\\n", b'"\\" ~|', b"a=1~~|", b"a=["]
)
def test_ten_megabytes_of_garbage_are_refused(tmp_path, unit):
    """Soon, and not by running out of stack or memory."""
    path = tmp_path / "garbage.mdl"
    path.write_bytes(unit * (10_000_000 // len(unit)))
    refusal(path)


@pytest.mark.parametrize("depth", [10, 25])
def test_nested_brackets_and_calls_are_read(mdl, depth):
    """As deep as a person may nest them."""
    assert "b" in read(nested(mdl, depth))


def nested(mdl, depth):
    return mdl(f"a = {'(' * depth}Time{')' * depth}", f"b = {'ABS(' * depth}Time{')' * depth}")


@pytest.mark.parametrize("depth", [300, 3000])
def test_nesting_without_end_is_refused(mdl, depth):
    """As too deep; the stack does not overflow."""
    assert "nested too deeply" in refusal(nested(mdl, depth))


def test_long_sums_are_read(mdl):
    """A sum of a few hundred terms is one flat list for the parser and a deep tree after it."""
    model = read(mdl(f"a = {' + '.join(['Time'] * 300)}"))
    assert "a" in model


@pytest.mark.parametrize(
    "code",
    [
        "[__import__('os').system('touch {0}')]",
        "[(0,0)-(10,__import__('os').system('touch {0}'))]",
        "[(0,0)-(10,10),(open('{0}','w'),1)]",
        "[(0,0)-(10,10)]+[open('{0}','w')]",
    ],
)
@pytest.mark.parametrize(
    "form", ["t({0},(0,0),(1,1))", "a = WITH LOOKUP(Time, ({0},(0,0),(1,1)))", "t( {0} (0,0),(1,1) )"]
)
def test_a_lookup_range_that_is_code_is_refused_and_not_run(mdl, tmp_path, code, form):
    """PySD passes the range of a lookup to Python's `eval`; nothing but numbers gets there."""
    trace = tmp_path / "ran"
    path = mdl(form.format(code.format(trace)), "b = 1")
    refusal(path)
    assert not trace.exists()


@pytest.mark.parametrize(
    ("name", "encoding", "header"),
    [
        ("größe", "utf-8", "{UTF-8}"),
        ("größe", "utf-8-sig", "{UTF-8}"),
        ("größe", "utf-8", ""),
        ("größe", "cp1252", ""),
        ("maximální příjem", "cp1250", "{cp1250}"),
        ("人口", "utf-8", "{UTF-8}"),
        ("人口 增长", "utf-8", "{UTF-8}"),
        ("население", "utf-8", "{UTF-8}"),
    ],
)
def test_names_of_all_scripts_and_encodings_are_kept(tmp_path, name, encoding, header):
    """UTF-8 with and without mark, Windows code pages, declared encodings."""
    path = tmp_path / "names.mdl"
    controls = "INITIAL TIME=0~~|\nFINAL TIME=1~~|\nTIME STEP=1~~|\nSAVEPER=1~~|\n"
    path.write_bytes(f"{header}\n{name} = 3 ~~|\nb = {name} * Time ~~|\n{controls}".encode(encoding))
    model = read(path)
    assert model.constants[name] == 3
    assert model["b"].text == f"{name} * Time"


@pytest.mark.parametrize(
    "name", ['"a-b"', '"50% of (all)"', '"what\'s up?"', '"a [b] c"', '"say \\"hi\\""', "don't", '"a=b|c"', '"1st"']
)
def test_names_with_quotes_brackets_and_apostrophes_are_kept(mdl, name):
    """A name in quotes may hold what is an operator elsewhere."""
    model = read(mdl(f"{name} = 3", f"b = {name} * 2 + Time"))
    assert [value for constant, value in model.constants.items() if "TIME" not in constant] == [3]
    assert isinstance(model[name], Constant)
    assert model[name].line == 2


def test_limits_of_one_two_and_three_numbers_are_read(mdl):
    """`[0, 10, 1]`: least, most and the step of Vensim's slider; a question mark is open."""
    model = read(
        mdl(
            "a = 1 ~ widget [0,10,1] ~",
            "b = 1 ~ widget [?,10] ~",
            "c = 1 ~ widget [0.5,?] ~",
            "d = 1 ~ widget [0] ~",
            "e = 1 ~ widget/Month ~ said",
        )
    )
    assert [model[name].limits for name in "abcde"] == [(0, 10), (None, 10), (0.5, None), (0, None), (None, None)]
    assert [model[name].unit for name in "ade"] == ["widget", "widget", "widget/Month"]
    assert model["e"].documentation == "said"


def test_limits_that_are_no_numbers_are_refused(mdl):
    """With the file; PySD says no more."""
    refusal(mdl("a = 1 ~ widget [low, high] ~"))


def test_lines_and_texts_are_those_of_the_file(mdl):
    """Where an equation starts, and its right-hand side on one line, for messages and the report."""
    model = read(mdl("first = 1", "second =\n\tfirst +\\\n\t\t2 ~ Dmnl ~ ", "third = second"))
    assert [model[name].line for name in ("first", "second", "third")] == [2, 7, 12]
    assert model["second"].text == "first + 2"
