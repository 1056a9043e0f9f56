"""Damaged model files: whatever is in them, they are read or refused with a message, never with another exception.

SDMODEL_FUZZ=20 tries twenty times as many as the integration server does.
"""

import os
import random
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sdmodel.errors import ModelError, SdmodelError
from sdmodel.model.expr import Apply, Number, Ref
from sdmodel.read import read
from sdmodel.read.cache import from_json, to_json
from sdmodel.read.screen import screen
from sdmodel.read.source import written_all
from sdmodel.read.vensim.comments import without_comments
from sdmodel.read.vensim.file_names import with_real_files
from sdmodel.read.vensim.lines import one_line
from sdmodel.read.vensim.outer_names import outer_names_marked
from sdmodel.read.vensim.powers import minus_before_power

TIMES = int(os.environ.get("SDMODEL_FUZZ", "1"))
SLOWEST = 10.0
SHIPPED = Path(__file__).parents[2] / "models"

CONSTRUCTS = """{UTF-8}
:MACRO: carry(inflow, time : other)
carry = INTEG(inflow - carry / time, inflow * time) ~ inflow ~ |
other = TIME STEP$ ~~|
:END OF MACRO:
place: north, south -> (spot: near, far) ~~|
spot: near, far ~~|
year: (Y1-Y3) ~~|
copy <-> place ~~|
table([(0,0)-(10,10),(1,2)],(0,0),(5,2),(10,9)) ~~|
rows[place](  (0,0),(1,1)) ~~|
stock[place] = INTEG(inflow[place] - stock[place] / 3, 10) ~ kg [0,?] ~ held |
inflow[north] = 1 ~~| inflow[south] = 2 ~~|
grid[place, year] = 1,2,3;4,5,6; ~~|
tabbed[year] = TABBED ARRAY(1 2 3) ~~|
rest[place] :EXCEPT: [north] = MAX(0, grid[place, Y1]) ~~| rest[north] = 5 ~~|
total = SUM(stock[place!]) + VMIN(grid[north, year!]) ~~|
smoothed = SMOOTH3I(total, 2 + {slow} 1, 4) ~~|
delayed = DELAY FIXED(smoothed, 2, 0) + DELAY N(total, 4, 1, 2) ~~|
"quoted \\"name\\" |~" = IF THEN ELSE(Time >= 2 :AND: :NOT: total < 3, table(Time), -2^2) ~~|
kept = INITIAL("quoted \\"name\\" |~") + SAMPLE IF TRUE(Time > 2, total, 1) ~~|
inlined = WITH LOOKUP(Time, ([(0,0)-(4,4)],(0,1),(4,3))) ~~|
carried = carry(total, \\
\t\t3) ~~|
random = RANDOM UNIFORM(0, 1, 7) + STEP(1, 2) + PULSE(1, 1) ~~|
fixed == 3.5e-1 ~~|
check :THE CONDITION: total = 0 :IMPLIES: kept > 0 ~~|
test :TEST INPUT: total = RC_STEP(total, 0) ~~|
****
 .Control
****~ control |
INITIAL TIME = 0 ~ Month ~|
FINAL TIME = 4 ~ Month ~ :SUPPLEMENTARY |
TIME STEP = 0.5 ~ Month ~|
SAVEPER = TIME STEP ~~|
\\\\\\---/// Sketch information - do not modify anything except names
V300  Do not put anything below this section - it will be ignored
///---\\\\\\
:L\x7f<%^E!@
15:0,0,0,5,0,0
30:?x.xlsx=x.xlsx
"""
XMILE = """<?xml version="1.0" encoding="utf-8"?>
<xmile version="1.0" xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0">
<header><vendor>nobody</vendor><product version="1">none</product></header>
<sim_specs method="RK4" time_units="Month"><start>0</start><stop>4</stop><dt>0.5</dt></sim_specs>
<dimensions><dim name="place"><elem name="north"/><elem name="south"/></dim><dim name="year" size="3"/></dimensions>
<model><variables>
<stock name="held"><eqn>10</eqn><inflow>arriving</inflow><outflow>leaving</outflow><non_negative/>
<units>kg</units></stock>
<flow name="arriving"><eqn>rate * 2 {comment}</eqn></flow>
<flow name="leaving"><eqn>held / DELAY3(rate, 3)</eqn><doc>text &amp; more</doc></flow>
<aux name="rate"><eqn>IF time &gt; 2 AND NOT (fixed = 1) THEN effect ELSE SMTH1(3, 2)</eqn></aux>
<aux name="fixed"><eqn>0.35</eqn></aux>
<aux name="effect"><eqn>TIME</eqn><gf><xscale min="0" max="4"/><ypts>1,2,4</ypts></gf></aux>
<aux name="grid"><dimensions><dim name="place"/></dimensions>
<element subscript="north"><eqn>1</eqn></element><element subscript="south"><eqn>MAX(2, rate)</eqn></element></aux>
<aux name="total"><eqn>SUM(grid[*])</eqn></aux>
</variables></model></xmile>
"""
PIECES = [
    "~",
    "|",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    '"',
    "\\",
    "=",
    ":",
    ",",
    "\n",
    "\t",
    "'",
    "^",
    "*",
    "-",
    "!",
    "$",
    "?",
]
PIECES += [
    "INTEG(",
    ":MACRO:",
    ":END OF MACRO:",
    ":AND:",
    "WITH LOOKUP(",
    "\\\\\\---///",
    "((0,0),(1,1))",
    "[(0,0)-(1,1)]",
]
PIECES += [
    "SMOOTH(",
    "DELAY N(",
    "9" * 350,
    "0",
    "1e999",
    "Time",
    "TIME STEP",
    ":EXCEPT:",
    "<->",
    "->",
    "()",
    "\x0c",
    ":NA:",
]
PIECES += [
    "GET XLS DATA('?x.xlsx','a','A','B2')",
    "TABBED ARRAY(",
    "(A1-A9)",
    "place",
    "year",
    "[place!]",
    "table",
    "carry(",
]
PIECES += [
    "(" * 60 + "1" + ")" * 60,
    "1+" * 300,
    "-" * 40,
    "ß",
    "\u202e",
    "\ud7ff",
    "𝔘",
    "\u00a0",
    "\u0130",
    "е\u0301",
    "₂",
]
MARKUP = [
    "<",
    ">",
    "/",
    "&",
    "&amp;",
    "&#0;",
    "<aux>",
    "</aux>",
    "<eqn>",
    "]]>",
    "<!--",
    "<!DOCTYPE a>",
    "<gf>",
    "<stock/>",
]


def damaged(text, seed, count, pieces):
    """`text` with `count` random pieces put in, cut out, doubled, swapped or cut off."""
    draw = random.Random(seed)
    for _ in range(count):
        at, to = sorted((draw.randrange(len(text) + 1), draw.randrange(len(text) + 1)))
        to = min(to, at + draw.choice((1, 3, 30, 300)))
        text = draw.choice(
            (
                text[:at] + draw.choice(pieces) + text[at:],
                text[:at] + text[to:],
                text[:to] + text[at:to] + text[to:],
                text[:at] + draw.choice(pieces) + text[to:],
                text[:at] + text[at:to][::-1] + text[to:],
                text[:at] if draw.random() < 0.1 else text,
            )
        )
    return text


def told(path):
    """The name of a file that could be read, or the message of its error; any other exception passes through."""
    start = time.perf_counter()
    try:
        return f"{read(path).name}{path.suffix}"
    except SdmodelError as error:
        return str(error)
    finally:
        assert time.perf_counter() - start < SLOWEST


def survives(path, text, seeds, pieces=PIECES):
    """Damaged copies of `text` are read or refused by name."""
    for seed in seeds:
        path.write_text(damaged(text, seed, 1 + seed % 4 * 7, pieces), encoding="utf-8")
        try:
            message = told(path)
        except Exception as error:
            raise AssertionError(f"seed {seed}: {type(error).__name__}: {error}") from error
        assert path.name in message, (seed, message)


def test_the_undamaged_models_are_read(tmp_path):
    """Or else nothing behind the reader would be tried."""
    for name, text in (("every.mdl", CONSTRUCTS), ("every.xmile", XMILE)):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        assert "total" in read(path)


@pytest.mark.parametrize("first", range(0, 240, 40))
def test_damaged_files_with_every_construct_are_read_or_refused(tmp_path, first):
    """One to twenty-two wounds each."""
    survives(tmp_path / "every.mdl", CONSTRUCTS, range(first * TIMES, (first + 40) * TIMES))


@pytest.mark.parametrize(("name", "count"), [("sir", 60), ("richardson", 30), ("core_spiral", 10)])
def test_damaged_shipped_models_are_read_or_refused(tmp_path, name, count):
    """Real files with sketch and settings."""
    survives(tmp_path / f"{name}.mdl", (SHIPPED / f"{name}.mdl").read_text(encoding="utf-8"), range(count * TIMES))


def test_damaged_xmile_files_are_read_or_refused(tmp_path):
    """Markup and equations."""
    survives(tmp_path / "every.xmile", XMILE, range(120 * TIMES), PIECES + MARKUP)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 100_000,
        "a = " + "MAX(1," * 199 + "1" + ")" * 199 + "~~|",
        "a = " + " + ".join(["Time"] * 1_000) + "~~|",
        "a = " + "^".join(["Time"] * 1_000) + "~~|",
        "s: (A1-A5000) ~~| x[s] = 1 ~~|",
        "s: (A1-A5000) ~~| t: (B1-B5000) ~~| x[s, t] = 1 ~~|",
        "s: " + ",".join(f"e{n}" for n in range(20_000)) + "~~|",
        "{" * 100_000 + "a = 1 ~~|",
        '"' * 99_999 + " = 1 ~~|",
        "".join(f":MACRO: m{n}(x)\nm{n} = m{n - 1}(x) ~~|\n:END OF MACRO:\n" for n in range(1, 60)) + "a = m59(1) ~~|",
        "".join(f":MACRO: m{n}(x)\nm{n} = m{n - 1}(x) + m{n - 1}(x) ~~|\n:END OF MACRO:\n" for n in range(1, 19))
        + ":MACRO: m0(x)\nm0 = x ~~|\n:END OF MACRO:\na = m18(Time) ~~|",
    ],
    ids=[
        "brackets",
        "calls",
        "sum",
        "powers",
        "long range",
        "large array",
        "elements",
        "braces",
        "quotes",
        "macros",
        "bomb",
    ],
)
def test_excess_is_read_or_refused_in_time(tmp_path, text):
    """What grows faster than the file: depth, elements, copies."""
    path = tmp_path / "excess.mdl"
    controls = CONSTRUCTS[CONSTRUCTS.index("INITIAL TIME") : CONSTRUCTS.index("\\\\\\---///")]
    path.write_text(text + controls, encoding="utf-8")
    assert "excess.mdl" in told(path)


@settings(max_examples=60 * TIMES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=300))
def test_random_bytes_are_refused(tmp_path, raw):
    """Behind a sound head or alone."""
    path = tmp_path / "bytes.mdl"
    for content in (raw, b"{UTF-8}\na = 1 ~ ~ |\n" + raw, b"a = " + raw + b" ~ ~ |\n"):
        path.write_bytes(content)
        with pytest.raises(ModelError):
            read(path)


@given(text=st.text(alphabet='ab"\\~|=[]{}()\n ', max_size=80))
def test_equations_of_any_text_are_found_without_an_exception(text):
    """What `source.written_all` finds has a line of the text, and later equations have later lines."""
    for found in written_all(text).values():
        lines = [equation.line for equation in found]
        assert lines == sorted(lines)
        assert lines[0] >= 1
        assert lines[-1] <= text.count("\n") + 1


@given(text=st.text(alphabet="ab\"-^2(.)1,[] {}$\\\n'?", max_size=60))
def test_passes_over_an_equation_take_any_text(text):
    """Each does nothing the second time, and leaves a quoted name as it is."""
    quoted = f'"{text.replace(chr(34), "").replace(chr(92), "").replace(chr(10), "")}"'
    for mend in (without_comments, minus_before_power, outer_names_marked):
        assert mend(mend(text)) == mend(text)
        assert mend(quoted) == quoted
    assert one_line(one_line(text)) == one_line(text)
    assert with_real_files(with_real_files(text, {}), {}) == with_real_files(text, {})


@given(text=st.text(alphabet=st.characters(codec="utf-8"), max_size=40))
def test_any_name_and_any_comment_can_be_read(tmp_path_factory, text):
    """In a unit and in a comment anything but the marks of an entry."""
    path = tmp_path_factory.mktemp("any") / "any.mdl"
    told_text = "".join(sign for sign in text if sign not in "~|[]\\\0")
    controls = CONSTRUCTS[CONSTRUCTS.index("INITIAL TIME") : CONSTRUCTS.index("\\\\\\---///")]
    path.write_text(f"a = 1 ~ {told_text} ~ {told_text} |\n{controls}", encoding="utf-8")
    found = read(path)["a"]
    assert found.documentation == " ".join(told_text.split())
    assert screen(path)[0].startswith("a = 1")


def expressions():
    leaves = st.builds(Number, st.floats(allow_nan=False, allow_infinity=False)) | st.builds(Ref, st.text(min_size=1))
    two = st.sampled_from(["add", "power", "less", "minimum"])
    return st.recursive(
        leaves, lambda inner: st.builds(lambda name, a, b: Apply(name, (a, b)), two, inner, inner), max_leaves=12
    )


@given(expr=expressions())
def test_models_come_back_from_the_cache_bit_for_bit(expr):
    """Numbers, names of all scripts, nested expressions."""
    from sdmodel.model.model import Auxiliary, Model, Stock

    variables = (Auxiliary(name="a", equation=expr), Stock(name="s", net_flow=expr, initial=expr, limits=(0.1, None)))
    *_, back = from_json(to_json(Model("m", variables)))
    assert repr(back) == repr(variables)
