"""XMILE: modules within modules, and macros."""

import pytest
from xmile_text import aux, document, flow, runs, saved, stock

from sdmodel.errors import ModelError
from sdmodel.read import read


def test_variables_of_a_module_have_its_name_before_theirs(tmp_path):
    """Inputs are no variables of their own: they mean what they are connected to, in any way to write that."""
    inner = (
        '<model name="shop"><variables>'
        + aux("price", "{use when not connected}")
        + aux("sales", "price * demand")
        + aux("demand", "")
        + aux("own", "2")
        + "</variables></model>"
    )
    found = runs(
        tmp_path,
        '<module name="shop"><connect to="price" from=".list_price"/>'
        '<connect to="shop.demand" from="people.wish"/></module>',
        '<module name="people"/>',
        aux("list price", "3"),
        aux("turnover", "shop.sales + shop.own"),
        beside=inner + '<model name="people">' + aux("wish", "time") + "</model>",
    )
    assert found["shop.sales"] == [0, 3, 6, 9, 12]
    assert found["turnover"] == [2, 5, 8, 11, 14]
    assert "shop.price" not in found


def test_modules_may_hold_modules(tmp_path):
    """Names and connections are those of the model around; a dot at the start means the main model."""
    outer = '<model name="outer"><variables><module name="inner"><connect to="a" from="b"/></module>'
    outer += aux("b", "inner.own + .top") + "</variables></model>"
    inner = '<model name="inner">' + stock("level", "1", "rise") + flow("rise", "own") + aux("own", "2")
    inner += aux("a", "") + aux("c", "a * level") + "</model>"
    found = runs(tmp_path, '<module name="outer"/>', aux("top", "10"), beside=outer + inner, stop=2)
    assert found["outer.inner.level"] == [1, 3, 5]
    assert found["outer.inner.c"] == [12, 36, 60]


def test_one_model_may_be_used_by_several_modules(tmp_path):
    """Each has variables of its own."""
    modules = [f'<module name="{name}" model="shop"><connect to="p" from="{name}_p"/></module>' for name in ("a", "b")]
    model = '<model name="shop">' + aux("p", "") + aux("q", "p + 1") + "</model>"
    found = runs(tmp_path, *modules, aux("a p", "1"), aux("b p", "time"), beside=model)
    assert found["a.q"] == [2] * 5
    assert found["b.q"] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("beside", "said"),
    [
        ("", 'there is no model for the module "m"'),
        ('<model name="m"><module name="m"/></model>', "holds itself"),
        ('<model name="m"><sim_specs/></model>', "run specs of its own"),
        ('<model name="m">' + aux("a", "") + "</model>", '"m.a", line'),
    ],
)
def test_modules_that_cannot_be_used_are_named(tmp_path, beside, said):
    """A missing model, one in itself, one with its own time, an input that nothing is connected to."""
    with pytest.raises(ModelError) as caught:
        read(saved(tmp_path, document('<module name="m"/>', beside=beside)))
    assert said in str(caught.value)


def test_a_macro_is_used_wherever_it_is_called(tmp_path):
    """With stocks of its own each time, parameters with default values, and macros within macros."""
    macros = (
        '<macro name="grow"><parm>x</parm><parm default="10">r</parm><eqn>level</eqn><variables>'
        + stock("level", "x", "rise")
        + flow("rise", "r")
        + '</variables></macro><macro name="twice"><parm>v</parm><eqn>grow(v, v) * 2</eqn></macro>'
    )
    found = runs(
        tmp_path, aux("a", "grow(3, 2)"), aux("b", "grow(4)"), aux("c", "twice(1) + GROW(0, 0)"), beside=macros
    )
    assert found["a"] == [3, 5, 7, 9, 11]
    assert found["b"] == [4, 14, 24, 34, 44]
    assert found["c"] == [2, 4, 6, 8, 10]


@pytest.mark.parametrize(
    ("equation", "macro", "said"),
    [
        ("f(1, 2)", '<macro name="f"><parm>x</parm><eqn>x</eqn></macro>', "takes 1 arguments, not 2"),
        ("f(1)", '<macro name="f"><parm>x</parm><eqn>f(x)</eqn></macro>', "calls itself"),
        ("f(1)", '<macro name="f"><parm>x</parm><eqn>x +</eqn></macro>', "it ends too early"),
        ("f(1)", '<macro name="f"><parm>x</parm><sim_specs/><eqn>x</eqn></macro>', "run specs of its own"),
        ("f(1)", '<macro name="f"><parm default="(">x</parm><eqn>x</eqn></macro>', "a default value"),
        ("g(1)", "", "there is no function 'g'"),
    ],
)
def test_macros_that_cannot_be_used_are_named(tmp_path, equation, macro, said):
    """With the reason."""
    with pytest.raises(ModelError) as caught:
        read(saved(tmp_path, document(aux("a", equation), beside=macro)))
    assert said in str(caught.value)
