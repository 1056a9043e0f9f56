"""No XML, however broken or malicious, ends in a traceback, takes long, or reaches outside the file."""

import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xmile_text import NON_NEGATIVE, REGIONS, array, aux, document, flow, saved, stock

from sdmodel.errors import ModelError
from sdmodel.read import read

SECONDS = 20  # far more than any of these needs
SOUND = document(
    stock("s", "1", "in", "out", NON_NEGATIVE),
    flow("in", "MAX(time, 0)"),
    flow("out", "IF s > 1 THEN 2 ELSE s // 3"),
    array("aux", "x", "Region Age", "<eqn>1, 2, 3; 4, 5, 6</eqn>"),
    aux("g", "SUM(x[*, 1])", '<gf><xscale min="0" max="9"/><ypts>1,2,3</ypts></gf>'),
    stock("belt", "8", "out", "off", "<conveyor><len>2</len></conveyor>"),
    '<flow name="off"/>',
    '<module name="m"><connect to="i" from="g"/></module>',
    aux("called", "f(g)"),
    head=REGIONS,
    beside='<model name="m"><aux name="i"><eqn/></aux><aux name="j"><eqn>i</eqn></aux></model>'
    '<macro name="f"><parm>x</parm><eqn>x + 1</eqn></macro>',
)
_SCRAPS = st.sampled_from(
    (
        *"<>&\"'(){}[]*/,;.:^-\0é",
        *("", "<eqn>", "</eqn>", "<non_negative/>", "<gf>", "<conveyor>", "<dim name='q'/>", "isee:", "<!DOCTYPE x>"),
        *("<![CDATA[", "]]>", "&#0;", "1e999", "Region", "time", "SUM(", "IF ", "???", "//"),
    )
)


def refusal(folder, text):
    """What the message says, which must come soon."""
    began = time.monotonic()
    with pytest.raises(ModelError) as caught:
        read(saved(folder, text))
    assert time.monotonic() - began < SECONDS
    return str(caught.value)


@settings(max_examples=150)
@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 30), _SCRAPS), min_size=1, max_size=4))
def test_a_damaged_file_is_read_or_refused(tmp_path_factory, damages):
    """Pieces cut out and others put in, anywhere."""
    text = SOUND
    for place, length, scrap in damages:
        at = int(place * len(text))
        text = text[:at] + scrap + text[at + length :]
    with suppress(ModelError):
        assert read(saved(tmp_path_factory.getbasetemp(), text, "damaged.xmile")).variables


def test_the_sound_file_is_sound(tmp_path):
    """Or the test above would only see refusals."""
    assert "m.j" in read(saved(tmp_path, SOUND))


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>',
        '<!DOCTYPE x [<!ENTITY secret SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
        "<!DOCTYPE xmile>",
    ],
)
def test_a_document_type_is_refused(tmp_path, declared):
    """Before an entity could be expanded, or a file or address opened."""
    text = document(aux("a", "1")).replace("?>\n", f"?>{declared}\n").replace(">1<", ">&c;&secret;<")
    assert "declares a document type" in refusal(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<a>" * 1_000_000, "nested in one another"),
        ("<xmile><model><views>" + "<a>" * 1_000_000, "nested in one another"),
        ("<xmile>" + "<a/>" * 600_000 + "</xmile>", "elements"),
        ("<" * 10_000_000, "not well-formed"),
        ('<a b="' * 1_000_000, "not well-formed"),
        ("<!--" * 2_000_000, "not well-formed"),
        ("<a><!--" * 100_000 + "</b>", "not well-formed"),
        ("<a>" + "&" * 1_000_000 + "</a>", "not well-formed"),
        ("<xmile>" + "<a></b>" * 100_000, "mismatched tag"),
        (document(aux("x" * 20_000_000, "1")), "its name has more than"),
        (document(aux("a", "1+" * 5_000_000 + "1")), "more than 200,000 characters"),
        (document(aux("a", "{" * 90_000 + "}" * 90_000)), "there is no equation"),
        (document(aux("a", "time*" * 30_000 + "1")), "nested too deeply"),
        (document(aux("a", '"' * 200_001)), "characters"),
        (document(aux("a", "IF(" * 30_000)), "nested in one another"),
        (document('<gf name="g"><xscale min="0" max="1"/><ypts>' + "1," * 5_000_000 + "</ypts></gf>"), "points"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else None,
)
def test_files_of_a_size_that_no_model_has_are_refused_soon(tmp_path, text, said):
    """Deep, long or large in every place."""
    assert said in refusal(tmp_path, text)


def test_small_files_that_would_become_large_models_are_refused_soon(tmp_path):
    """Arrays of many elements, sums of arrays within arrays, modules that double."""
    huge = '<dimensions><dim name="D" size="99999"/></dimensions>'
    assert "terms" in refusal(tmp_path, document(array("aux", "a", "D", "<eqn>SUM(a)</eqn>"), head=huge))
    many = [array("aux", f"a{place}", "D", "<eqn>1</eqn>") for place in range(100)]
    assert "terms" in refusal(tmp_path, document(*many, head=huge))
    assert "elements" in refusal(tmp_path, document(array("aux", "a", "D D D", "<eqn>1</eqn>"), head=huge))
    doubling = "".join(
        f'<model name="m{place}"><module name="a" model="m{place + 1}"/><module name="b" model="m{place + 1}"/></model>'
        for place in range(18)
    )
    modules = document('<module name="m0"/>', beside=f'{doubling}<model name="m18"/>')
    assert "modules" in refusal(tmp_path, modules)
