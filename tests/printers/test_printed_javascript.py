"""The JavaScript of a model: the same numbers as the compiled engine, quick, and inert in any page."""

import json
import re
import subprocess
from html.parser import HTMLParser

import numpy as np
import pytest
import small_models as small
from printed import NODE, PUBLIC, SHIPPED, by_kernel, in_node, in_python, needs_node, needs_public, readable, worst

from sdmodel.errors import ModelError
from sdmodel.model.draw import uniform
from sdmodel.model.expr import Apply, Number, Ref
from sdmodel.model.model import TIME, Auxiliary, Model
from sdmodel.model.operations import OPERATIONS
from sdmodel.printers import operators
from sdmodel.printers.javascript import JAVASCRIPT, javascript, quoted
from sdmodel.printers.python import python
from sdmodel.read import read
from sdmodel.study.schedules import Form, columns, scheduled
from sdmodel.study.terms import Schedule

FAR = {"roessler_chaos.mdl": 1e-10, "test_sample_if_true.mdl": 1e-10}  # rounding grows there


def run(model, *runs):
    """Courses by inputs; with options where a run is a pair (inputs, options)."""
    return in_node([(javascript(model), runs or [{}])])[0]


@needs_node
def test_the_shipped_models_run_as_in_the_compiled_engine():
    """All visible variables at all saved times, to 12 digits."""
    models = [read(path) for path in SHIPPED]
    for model, [found] in zip(models, in_node([(javascript(model), [{}]) for model in models]), strict=True):
        wanted = by_kernel(model)
        assert found.keys() == wanted.keys()
        assert worst(found, wanted)[1] < 1e-12, model.name


@needs_node
@needs_public
def test_the_public_models_run_as_in_the_compiled_engine():
    """Every one that can be read."""
    known = readable()
    courses = in_node([(javascript(model), [{}]) for model in known.values()])
    for (path, model), [found] in zip(known.items(), courses, strict=True):
        name, apart = worst(found, by_kernel(model))
        assert apart < FAR.get(path.name, 1e-12), (path.name, name, apart)


@needs_node
def test_each_operation_is_what_plain_evaluation_says_on_awkward_values():
    """Zero, negative, huge, infinite and no numbers, as variables and as literals."""
    model, wanted = small.of_operations()
    [found] = run(model)
    for name, values in wanted.items():
        np.testing.assert_allclose(found[name], values, rtol=2e-15, err_msg=name)


SMALL = {
    "truth": (small.of_truth(), [{}]),
    "tables": (small.of_tables(), [{}]),
    "memory": (
        small.of_memory(),
        [
            *({}, {"lag": 0.0}, {"lag": 2.75, "rate": -0.1}, {"lag": 1e9}, {"level": 4.0}),
            *({"SAVEPER": 2.0}, {"TIME STEP": 0.1}, {"INITIAL TIME": -1.0, "FINAL TIME": 3.3}),
        ],
    ),
    **{f"memory {method}": (small.of_memory(method), [{}, {"lag": 0.0}]) for method in ("rk2", "rk4")},
    **{f"growing {method}": (small.growing(method), [{}]) for method in ("euler", "rk2", "rk4")},
    **{f"switching {method}": (small.switching(method), [{}]) for method in ("euler", "rk2", "rk4")},
    "growing by Heun": (small.growing("heun"), [{}]),
    "draws": (small.of_draws(), [{}]),
    "hostile": (small.hostile(), [{}]),
}


@needs_node
def test_each_kind_of_variable_table_and_integration_runs_as_in_python():
    """Whose numbers are held to the compiled engine and to exact solutions."""
    for (model, inputs), courses in zip(
        SMALL.values(), in_node([(javascript(model), inputs) for model, inputs in SMALL.values()]), strict=True
    ):
        plain = in_python(python(model))["run"]
        for given, found in zip(inputs, courses, strict=True):
            wanted = {name: np.array(values) for name, values in plain(given).items()}
            assert found.keys() == wanted.keys()
            name, apart = worst(found, wanted)
            assert apart < 1e-13, (model.name, given, name)


@needs_node
def test_a_model_under_schedules_runs_as_in_the_compiled_engine():
    """Sliders move the numbers of a schedule as any other input."""
    model = read(next(path for path in SHIPPED if path.stem == "sir"))
    form = Form(ramp=True, step=True, pulse=True, points=3)
    course = Schedule(start=9.0, ramp=(10, 20, 5.0), step=(40, 7.0), pulse=(50.0, 3.0, 2.0))
    inputs = columns("contact rate", course, 10.0, form)
    [found] = run(scheduled(model, inputs), inputs)
    assert worst(found, by_kernel(model, inputs))[1] < 1e-12


@needs_node
def test_random_numbers_are_those_of_the_model():
    """Bit for bit, for each seed, experiment, stream and step."""
    keys = [(0, 0), (1, 2), (2**40 + 5, 9), (-3, 2**33 + 1), (2**53 - 1, 7)]
    courses = run(small.of_draws(), *(({}, {"seed": seed, "experiment": place}) for seed, place in keys))
    for (seed, experiment), found in zip(keys, courses, strict=True):
        for name, stream in (("first", 7), ("second", 4_000_000_001)):
            assert found[name].tolist() == [uniform(seed, experiment, stream, step) for step in range(21)]


@needs_node
def test_runs_do_not_depend_on_runs_before_and_save_what_is_asked():
    first, _, again, part = run(small.of_memory(), {}, {"rate": 5.0, "level": -3.0}, {}, ({}, {"save": ["level"]}))
    assert all((first[name] == again[name]).all() for name in first)
    assert part.keys() == {TIME, "level"}
    assert (part["level"] == first["level"]).all()


@needs_node
@pytest.mark.parametrize(
    ("call", "words"),
    [
        ('simulate({ "no such thing": 1 })', "the model has no input"),
        ("simulate({ rate: NaN })", "is not a finite number"),
        ('simulate({ rate: "1" })', "is not a finite number"),
        ('simulate({ "TIME STEP": 0 })', "make no sense"),
        ('simulate({ "TIME STEP": 1e-12 })', "make no sense"),
        ("simulate({}, { seed: 0.5 })", "seed is not a whole number"),
        ('simulate({}, { save: ["rate"] })', "cannot save"),
    ],
)
def test_what_makes_no_sense_is_refused(call, words):
    script = javascript(small.of_memory()) + f"try {{ model.{call} }} catch (error) {{ console.log(String(error)) }}"
    told = subprocess.run([NODE, "-"], input=script, capture_output=True, text=True, timeout=60, check=True)
    assert told.stdout.startswith("RangeError: ")
    assert words in told.stdout


@needs_node
def test_a_page_can_see_what_there_is_to_set_and_to_show():
    script = javascript(small.of_memory(), "tiny") + "console.log(JSON.stringify([tiny.inputs, tiny.saved]))"
    told = subprocess.run([NODE, "-"], input=script, capture_output=True, text=True, timeout=60, check=True)
    assert '"rate":0.3' in told.stdout
    assert '"level":null' in told.stdout
    assert '"pipeline","short","late"' in told.stdout


@needs_node
@needs_public
def test_a_large_model_answers_while_a_slider_moves():
    """World3 takes two milliseconds once it is warm; a tenth of a second is what an eye forgives."""
    path = next(path for path in PUBLIC if path.name == "wrld3-03.mdl")
    timing = """
    for (let n = 0; n < 10; n++) model.simulate({});
    const times = [];
    for (let n = 0; n < 10; n++) { const t = performance.now(); model.simulate({}); times.push(performance.now() - t); }
    console.log(Math.min(...times));
    """
    script = javascript(read(path)) + timing
    told = subprocess.run([NODE, "-"], input=script, capture_output=True, text=True, timeout=60, check=True)
    assert float(told.stdout) < 50


@needs_node
def test_equations_of_any_depth_and_models_of_any_size_can_be_printed():
    """Sums of thousands of terms are cut into parts, thousands of equations into functions."""
    total = Ref(TIME)
    for _ in range(5000):
        total = Apply("add", (total, Number(1.0)))
    wide = [
        Auxiliary(name=f"number {n}", equation=Apply("add", (Ref(f"number {n - 1}" if n else TIME), Number(1.0))))
        for n in range(5000)
    ]
    text = javascript(Model("deep", (*small.controls(), Auxiliary(name="total", equation=total), *wide)))
    [[found]] = in_node([(text, [({}, {"save": ["total", "number 4999"]})])])
    assert found["total"].tolist() == found["number 4999"].tolist() == [time + 5000 for time in range(9)]
    functions = re.findall(r"^function [a-z]+\d+\(\) \{.*?^\}", text, re.M | re.S)
    assert len(functions) > 10
    assert max(map(len, functions)) < 12_000


class _Page(HTMLParser):
    """Collects the tags and the scripts of a page."""

    def __init__(self):
        super().__init__()
        self.tags, self.scripts = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)

    def handle_data(self, data):
        self.scripts.append(data)


def test_a_script_with_hostile_names_stays_within_its_element():
    """No name, unit or documentation ends the script or leaves its string; the script is plain ASCII."""
    script = javascript(small.hostile())
    page = _Page()
    page.feed(f"<script>{script}</script><p>")
    assert page.tags == ["script", "p"]
    assert page.scripts == [script]
    assert script.isascii()
    assert "<!--" not in script
    assert "\0" not in script


def test_the_script_asks_for_nothing():
    """Neither network nor code from text, nor anything of a page."""
    script = re.sub(r'"(\\.|[^"\\])*"', '""', javascript(small.hostile()))
    code = re.sub(r"//.*", "", script)
    assert not re.search(r"\b(eval|Function|fetch|import|XMLHttpRequest|WebSocket|document|window|setTimeout)\b", code)


@pytest.mark.parametrize("text", [*small.HOSTILE, "a\\u003c", "\\\\u2028"])
def test_a_quoted_text_is_one_literal_that_means_the_text(text):

    literal = quoted(text)
    assert json.loads(literal) == text
    assert literal.isascii()
    assert not set(literal) & set("<>&")


@pytest.mark.parametrize("name", ["", "a b", "1a", "a;alert(1)", "é"])
def test_the_global_name_must_be_a_name(name):
    with pytest.raises(ModelError, match="not a name in JavaScript"):
        javascript(small.of_truth(), name)


def test_a_printer_that_lacks_an_operation_is_refused_when_it_is_made():
    """By name: a new operation cannot be forgotten."""
    assert JAVASCRIPT.forms.keys() == OPERATIONS.keys()
    extended = {**JAVASCRIPT.forms, "gamma": JAVASCRIPT.forms["exp"]}
    with pytest.raises(NotImplementedError, match="gamma"):
        operators.Language("x", extended, JAVASCRIPT.as_number, JAVASCRIPT.as_truth, JAVASCRIPT.number, {})
