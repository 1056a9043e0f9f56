"""Damaged model files: whatever happens to the text, it is read or refused with a ModelError."""

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sdmodel.errors import ModelError
from sdmodel.model.expr import Apply, Number, Ref
from sdmodel.read import read
from sdmodel.read.abstract import _minus_before_power, _with_one_point
from sdmodel.read.cache import from_json, to_json
from sdmodel.read.source import written

SIR = (Path(__file__).parents[2] / "models" / "sir.mdl").read_text(encoding="utf-8")
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
    "1e999",
    "ß",
]
PIECES += ["INTEG(", ":MACRO:", ":AND:", "WITH LOOKUP(", "\\\\\\---///", "((0,0),(1,1))", "[(0,0)-(1,1)]", ":NA:", "!"]
PIECES += ["SMOOTH(", "DELAY N(", "9" * 350, "0", "Time", "TIME STEP", ":EXCEPT:", "<->", "GET XLS DATA(", "()", "\x0c"]


def damaged(seed, count):
    """sir.mdl with `count` random pieces put in, cut out, doubled or swapped."""
    draw = random.Random(seed)
    text = SIR
    for _ in range(count):
        at, to = sorted((draw.randrange(len(text)), draw.randrange(len(text))))
        to = min(to, at + draw.choice((1, 3, 30, 300)))
        text = draw.choice(
            (
                text[:at] + draw.choice(PIECES) + text[at:],
                text[:at] + text[to:],
                text[:to] + text[at:to] + text[to:],
                text[:at] + draw.choice(PIECES) + text[to:],
            )
        )
    return text


def told(path):
    """The name of a file that could be read, or the message of its ModelError; any other exception passes."""
    try:
        return f"{read(path).name}.mdl"
    except ModelError as error:
        return str(error)


@pytest.mark.parametrize("first", range(0, 120, 20))
def test_damaged_files_are_read_or_refused(tmp_path, first):
    """A hundred and twenty damaged copies of sir.mdl, with one to forty wounds."""
    path = tmp_path / "sir.mdl"
    for seed in range(first, first + 20):
        path.write_text(damaged(seed, 1 + seed % 4 * 13), encoding="utf-8")
        assert "sir.mdl" in told(path), seed


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
    """What `source.written` finds has a line of the text."""
    for found in written(text).values():
        assert 1 <= found.line <= text.count("\n") + 1


@given(text=st.text(alphabet='ab"-^2(.)1,[] ', max_size=40))
def test_texts_are_mended_for_pysd_only_where_a_literal_has_a_minus_and_a_power(text):
    """Nothing is added but brackets and a zero; quoted names stay as they are."""
    mended = _minus_before_power(text)
    assert mended == text or ("^" in text and "+0)" in mended)
    assert _minus_before_power(f'"{text.replace(chr(34), "")}"') == f'"{text.replace(chr(34), "")}"'
    assert _with_one_point(_with_one_point(text)) == _with_one_point(text)


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
    _, back = from_json(to_json(Model("m", variables)))
    assert repr(back) == repr(variables)
