"""A model and its extensions become one Vensim model, whose errors name the file and the line of each equation."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sdmodel.engine import compiled, reference
from sdmodel.errors import ModelError
from sdmodel.model.model import Auxiliary, Model, Stock
from sdmodel.read import read
from sdmodel.read.screen import screen
from sdmodel.read.vensim.extend import Source, extended
from sdmodel.read.vensim.sections import search
from sdmodel.read.whole import text_of, whole

Mdl = Callable[..., Path]
SKETCH = "\\\\\\---/// Sketch information - do not modify anything except names\nV300  Do not put anything below\n"
BASE = (
    "side: US, China",
    "need[US] = 1",
    "need[China] = 2",
    "dependence[side] = INTEG(need[side] - dependence[side]/life, 0)",
    "life = 4",
    "total = SUM(dependence[side!])",
)


def add(model: Path, text: str, name: str = "more.mdl", folder: str = "") -> Path:
    """An extension beside the model, or in a folder below."""
    path = model.parent / folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def refusal(model: Path, *extensions: Path) -> str:
    with pytest.raises(ModelError) as caught:
        read(model, extensions=extensions)
    return str(caught.value)


def last(model: Model, name: str) -> float:
    return float(compiled.simulate(model, save=[name])[name].values[0, -1])


def agree(model: Model) -> None:
    names = [one.name for one in model.visible() if isinstance(one, Auxiliary | Stock)]
    ours, theirs = compiled.simulate(model, save=names), reference.simulate(model, save=names)
    for name in names:
        np.testing.assert_allclose(ours[name].values, theirs[name].values, rtol=1e-9, atol=1e-12)


def test_an_equation_replaces_that_of_the_same_name_and_a_new_one_is_added(mdl: Mdl) -> None:
    base = mdl("a = 1", "b = a * Time")
    model = read(base, extensions=[add(base, "{UTF-8}\nA=\n\t2\n\t~ Dmnl ~ Doubled. |\nc = b + 1 ~~|\n")])
    assert (model.name, model.path) == (base.stem, str(base))
    assert model["a"].documentation == "Doubled."
    assert (last(model, "b"), last(model, "c")) == (8.0, 9.0)
    assert [one.name for one in model.visible()].count("a") + [one.name for one in model.visible()].count("A") == 1
    assert last(read(base), "b") == 4.0
    agree(model)


def test_every_element_of_an_array_is_replaced_at_once(mdl: Mdl) -> None:
    base = mdl(*BASE)
    model = read(base, extensions=[add(base, "need[side] = 3 ~~|")])
    assert {one.name: model[one.name].text for one in model.visible() if one.array == "need"} == {
        "need[US]": "3",
        "need[China]": "3",
    }
    agree(model)


def test_a_range_may_get_more_elements(mdl: Mdl) -> None:
    base = mdl(*BASE)
    model = read(base, extensions=[add(base, "side: US, China, EU ~~|\nneed[side] = 1, 2, 3 ~~|")])
    assert [one.name for one in model.visible() if one.array == "dependence"] == [
        f"dependence[{side}]" for side in ("US", "China", "EU")
    ]
    agree(model)


def test_an_old_stock_may_become_a_sum_and_a_new_stock_take_its_place(mdl: Mdl) -> None:
    base = mdl("stock = INTEG(1 - stock/8, 2)", "effect = stock * 2")
    added = """
        part: one, two ~~|
        part stock[part] = INTEG(share[part] * (1 - stock/8), 2 * share[part]) ~~|
        share[part] = 0.25, 0.75 ~~|
        stock = SUM(part stock[part!]) ~~|
    """
    model = read(base, extensions=[add(base, added)])
    assert isinstance(model["stock"], Auxiliary)
    assert last(model, "effect") == pytest.approx(last(read(base), "effect"), rel=1e-12)
    agree(model)


def test_controls_macros_lookups_and_groups_may_be_in_an_extension(mdl: Mdl) -> None:
    base = mdl(
        ":MACRO: TWICE(x)\nTWICE = 2 * x\n\t~\n\t~\n\t|\n:END OF MACRO:\na = TWICE(curve(Time))", "curve((0,0),(4,4))"
    )
    added = """{UTF-8}
        { Only this file has thrice. }
        ******
        \t.Speed
        ******~
        \t\tFaster.
        |
        :MACRO: TWICE(x)
        TWICE = 20 * x ~~|
        :END OF MACRO:
        :MACRO: THRICE(x)
        THRICE = TWICE(x) + x ~~|
        :END OF MACRO:
        curve((0,0),(4,8)) ~~|
        b = THRICE(a) ~~|
        TIME STEP = 0.5 ~~|
    """
    model = read(base, extensions=[add(base, added)])
    assert model.constants["TIME STEP"] == 0.5
    assert (last(model, "a"), last(model, "b")) == (160.0, 3360.0)
    agree(model)


def test_test_inputs_and_quoted_names_are_known_by_their_names(mdl: Mdl) -> None:
    base = mdl('"US R&D, total" = 1', 'b = 2 * "US R&D, total"', "quiet :TEST INPUT: b = 0")
    model = read(base, extensions=[add(base, '"us R&D,_total" = 5 ~~|\nquiet :TEST INPUT: b = 1 ~~|')])
    assert last(model, "b") == 10.0
    assert text_of(model).count(":TEST INPUT:") == 1


def test_several_extensions_are_applied_in_their_order(mdl: Mdl) -> None:
    base = mdl("a = 1", "b = a")
    first, second = add(base, "a = 2 ~~|\nc = a + b ~~|", "first.mdl"), add(base, "a = 3 ~~|", "second.mdl")
    assert last(read(base, extensions=[first, second]), "c") == 6.0
    assert last(read(base, extensions=[second, first]), "c") == 4.0


def test_the_whole_text_is_a_vensim_model_with_the_sketch_of_the_base(mdl: Mdl) -> None:
    base = mdl("a = 1 ~ Dmnl ~ Old.", tail=SKETCH)
    more = add(base, "{UTF-8}\na = 2 ~ Dmnl ~ New. |\n" + SKETCH.replace("V300", "V999"))
    text = text_of(read(base, extensions=[more]))
    assert text.startswith("{UTF-8}")
    assert text.endswith(SKETCH)
    assert (text.count("{UTF-8}"), "Old." in text, "New." in text, "V999" in text) == (1, False, True, False)
    assert "more.mdl replaces equations of tiny.mdl or adds to them" in text
    assert not search(text).trouble


def test_a_new_extension_or_order_is_not_taken_from_the_cache(mdl: Mdl) -> None:
    base = mdl("a = 1", "b = a")
    more = add(base, "a = 2 ~~|")
    assert last(read(base, extensions=[more]), "b") == 2.0
    assert read(base, extensions=[more]) == read(base, extensions=[more])
    more.write_text("\n\na = 2 ~~|")
    assert (read(base, extensions=[more])["a"].line, read(base)["a"].file) == (3, "")
    more.write_text("a = 4 ~~|")
    assert last(read(base, extensions=[more]), "b") == 4.0


def test_each_variable_knows_its_file_and_line(mdl: Mdl) -> None:
    base = mdl("a = 1", "b = a")
    model = read(base, extensions=[add(base, "{UTF-8}\n\n\na = 2 ~~|\n\nnew = a ~~|", folder="extensions")])
    assert (model["a"].file, model["a"].line) == ("extensions/more.mdl", 4)
    assert (model["new"].file, model["new"].line) == ("extensions/more.mdl", 6)
    assert (model["b"].file, model["b"].line) == ("", read(base)["b"].line)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("\nx = 1 +* 2 ~~|", "tiny.mdl: extensions/more.mdl, line 2, equation 'x = 1 +* 2' cannot be parsed"),
        ("\n\nx = nobody ~~|", '"x", extensions/more.mdl, line 3: there is no variable "nobody"'),
        ("x = FIND ZERO(a) ~~|", '"x", extensions/more.mdl, line 1: '),
        ("x = y ~~|\ny = x ~~|", "(extensions/more.mdl, line 2)"),
        ("x = 1 ~~|\nx = 2 ~~|", '"x" is defined more than once (first on extensions/more.mdl, line 1)'),
        ("a = 1 ~~|\nb { = 2", "extensions/more.mdl, line 2: no equation can be read from 'b { = 2' on"),
        (":MACRO: F(x)\nF = x ~~|", 'extensions/more.mdl, line 2: macro "F" has no :END OF MACRO:'),
        ("{UTF-8}\n****\n.group\n****~\n|", "extensions/more.mdl: there is no equation in it"),
    ],
)
def test_errors_name_the_extension_and_its_line(mdl: Mdl, text: str, said: str) -> None:
    base = mdl("a = 1", "b = a")
    assert said in refusal(base, add(base, text, folder="extensions"))


def test_what_breaks_in_the_base_is_told_with_its_own_line(mdl: Mdl) -> None:
    base = mdl("a = 1", "b = nobody")
    line = search(screen(base)[0]).parts[0].entries[1].line
    assert f'"b", line {line}: there is no variable "nobody"' in refusal(base, add(base, "\n\n\n\nc = 1 ~~|"))


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("more.mdl", "", "more.mdl: no equation found"),
        ("more.txt", "a = 1 ~~|", "more.txt: a model file ends in .mdl"),
        ("more.xmile", "<xmile/>", "more.xmile: an extension is a Vensim text model (.mdl), and this is XMILE"),
        ("more.mdl", "a\0 = 1 ~~|", "more.mdl: this is a binary file"),
    ],
)
def test_an_extension_of_another_kind_is_refused(mdl: Mdl, name: str, text: str, said: str) -> None:
    base = mdl("a = 1")
    assert said in refusal(base, add(base, text, name))
    (base.parent / name).unlink()
    assert "there is no such file" in refusal(base, base.parent / "more.mdl")


def test_a_base_in_xmile_has_no_extensions(tmp_path: Path) -> None:
    base = tmp_path / "x.xmile"
    base.write_text("<xmile/>")
    assert "x.xmile: only Vensim models (.mdl) can have extensions" in refusal(base, add(base, "a = 1 ~~|"))


def test_too_many_extensions_or_equations_are_refused(mdl: Mdl) -> None:
    base = mdl("a = 1")
    more = add(base, "a = 1 ~~|")
    assert "51 extensions; 50 are the most" in refusal(base, *[more] * 51)
    large = [add(base, "".join(f"x{n}{part} = 1~~|" for n in range(26_000)), f"{part}.mdl") for part in "ab"]
    assert "more than 50,000 equations" in refusal(base, *large)


_TEXT = st.text(alphabet='ab =~|{}"\n*:[],()', max_size=30) | st.sampled_from(
    [":MACRO: F(x)", ":END OF MACRO:", "a = 1 ~~|", "{UTF-8}", SKETCH, "r: a, b ~~|", "\n", "* group ~|"]
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_TEXT, max_size=6).map("".join), st.lists(_TEXT, max_size=6).map("".join))
def test_nonsense_is_joined_or_refused_by_the_name_of_its_file(first: str, second: str) -> None:
    """Where it is joined, every entry of the whole is found at the line of the file that it is from."""
    files = {"": first, "second.mdl": second}
    try:
        whole_text = extended(Source("first.mdl", first), [Source("second.mdl", second)])
    except ModelError as error:
        refused = str(error)
    else:
        refused = ""
    if refused:
        assert re.match(r"(first|second)\.mdl[,:]", refused)
        return
    found = search(whole_text.text)
    assert not found.trouble
    for entry in (entry for part in found.parts for entry in part.entries):
        file, line = whole_text.places[entry.span[0]]
        words = entry.equation.split("\n")[0].strip()
        assert words in files[file].split("\n")[line - 1]


def test_without_extensions_the_text_is_that_of_the_file(mdl: Mdl) -> None:
    base = mdl("a = 1")
    assert whole(base).text == base.read_text(encoding="utf-8")
