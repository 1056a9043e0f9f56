"""The readable Python of a model: the same numbers as the compiled engine, and a program that no name can break."""

import ast
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import small_models as small
from hypothesis import given, settings
from hypothesis import strategies as st
from printed import SHIPPED, by_kernel, in_python, needs_public, readable, worst

from sdmodel.errors import ModelError
from sdmodel.model.draw import uniform
from sdmodel.model.evaluate import interpolate
from sdmodel.model.expr import Apply, Number, Ref
from sdmodel.model.model import TIME, Auxiliary, Constant, FixedDelay, Model, Stock, Table
from sdmodel.model.names import key
from sdmodel.model.operations import OPERATIONS
from sdmodel.printers import operators, runtime
from sdmodel.printers.python import python
from sdmodel.printers.python_forms import PYTHON
from sdmodel.read import read
from sdmodel.study.schedules import Form, columns, scheduled
from sdmodel.study.terms import Schedule

FAR = {"roessler_chaos.mdl": 1e-10, "test_sample_if_true.mdl": 1e-10}  # rounding grows there


def run(model, inputs=None, **more):
    return in_python(python(model))["run"](inputs or {}, **more)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_shipped_models_run_as_in_the_compiled_engine(path):
    """All visible variables at all saved times, to 12 digits."""
    model = read(path)
    found, wanted = run(model), by_kernel(model)
    assert found.keys() == wanted.keys()
    assert worst(found, wanted)[1] < 1e-12


@needs_public
def test_the_public_models_run_as_in_the_compiled_engine():
    """Every one that can be read."""
    for path, model in readable().items():
        name, apart = worst(run(model), by_kernel(model))
        assert apart < FAR.get(path.name, 1e-12), (path.name, name, apart)


def test_each_operation_is_what_plain_evaluation_says_on_awkward_values():
    """Zero, negative, huge, infinite and no numbers, as variables and as literals; nothing raises."""
    model, wanted = small.of_operations()
    found = run(model)
    for name, values in wanted.items():
        np.testing.assert_allclose(found[name], values, rtol=1e-15, err_msg=name)


def test_truth_values_and_brackets_are_what_the_compiled_engine_says():
    model = small.of_truth()
    found = run(model)
    assert worst(found, by_kernel(model))[1] < 1e-15
    assert all(type(value) is float for values in found.values() for value in values)


def test_each_kind_of_table_is_read_as_its_kind_says():
    """At points and between them, beyond both ends, at what is no number; with one point too."""
    model = small.of_tables()
    found = run(model)
    assert found["in tenths"][:40] == [float(n) for n in range(40)]
    for table in model.of(Table):
        for at in ("moving", "nothing"):
            course = found.get(f"{table.name} at {at}", [interpolate(table, x) for x in found[at]])
            np.testing.assert_allclose(
                course, [interpolate(table, x) for x in found[at]], rtol=1e-14, err_msg=table.name
            )


@pytest.mark.parametrize("inputs", [{}, {"lag": 0.0}, {"lag": 2.75, "rate": -0.1}, {"lag": 1e9}, {"level": 4.0}])
def test_memory_runs_as_in_the_compiled_engine(inputs):
    """Held values, fixed delays, frozen values and starting values of their own."""
    model = small.of_memory()
    found = run(model, inputs)
    assert worst(found, by_kernel(model, inputs))[1] < 1e-12
    assert len(found["sampled"]) == len(found["pipeline"]) == len(found[TIME]) == 9


@pytest.mark.parametrize("control", [{"SAVEPER": 2.0}, {"TIME STEP": 0.1}, {"INITIAL TIME": -1.0, "FINAL TIME": 3.3}])
def test_controls_can_be_set_even_those_that_the_file_computes(control):
    model = small.of_memory()
    assert worst(run(model, control), by_kernel(model, control))[1] < 1e-12


@pytest.mark.parametrize(
    ("stop", "step", "save"), [(10, 0.1, 0.3), (10.3, 1, 0.7), (7, 2, 1), (1, 0.3, 0.25), (0, 1, 1)]
)
def test_saved_times_are_counted_in_steps(stop, step, save):
    """Whatever the ratios of end, step and time between saved values."""
    clock = small.controls(float(stop), float(step), float(save))
    model = Model("clock", (*clock, Auxiliary(name="now", equation=Ref(TIME))))
    assert worst(run(model), by_kernel(model))[1] == 0


def test_a_model_under_schedules_runs_as_in_the_compiled_engine():
    model = read(next(path for path in SHIPPED if path.stem == "sir"))
    form = Form(ramp=True, step=True, pulse=True, points=3)
    settings_ = {
        "contact rate": Schedule(start=9.0, ramp=(10, 20, 5.0), step=(40, 7.0), pulse=(50.0, 3.0, 2.0)),
        "infectivity": Schedule(table=((0.0, 0.04), (30.0, 0.06), (60.0, 0.03))),
    }
    inputs = {}
    for name, schedule in settings_.items():
        inputs |= columns(name, schedule, model.constants[name], form)
    found = run(scheduled(model, inputs), inputs)
    assert worst(found, by_kernel(model, inputs))[1] < 1e-12


@pytest.mark.parametrize(("seed", "experiment"), [(0, 0), (1, 2), (2**40 + 5, 9), (-3, 2**33 + 1), (2**63, 7)])
def test_random_numbers_are_those_of_the_model(seed, experiment):
    """Bit for bit, for each seed, experiment, stream and step."""
    found = run(small.of_draws(), seed=seed, experiment=experiment)
    for name, stream in (("first", 7), ("second", 4_000_000_001)):
        assert found[name] == [uniform(seed, experiment, stream, step) for step in range(21)]
    assert set(found["at start"]) == {found["second"][0]}
    assert found["walk"][0] == found["first"][0]
    np.testing.assert_allclose(np.diff(found["walk"]), np.array(found["first"][:-1]) - 0.5, rtol=1e-12)


def test_the_methods_of_integration_are_of_their_order():
    """On x' = x the factor of a step is the Taylor polynomial of its order; on y' = Time^3 it is a known quadrature."""
    factors = {"euler": 1.5, "rk2": 1.5 + 0.125, "heun": 1.5 + 0.125, "rk4": 1.5 + 0.125 + 0.5**3 / 6 + 0.5**4 / 24}
    times = np.arange(0, 4.5, 0.5)
    left, right = times[:-1] ** 3, times[1:] ** 3
    quadratures = {
        "euler": left / 2,
        "rk2": (times[:-1] + 0.25) ** 3 / 2,
        "heun": (left + right) / 4,
        "rk4": (times[1:] ** 4 - times[:-1] ** 4) / 4,
    }
    for method, steps in quadratures.items():
        found = run(small.growing(method))
        np.testing.assert_allclose(found["x"], factors[method] ** np.arange(9.0), rtol=1e-14)
        np.testing.assert_allclose(found["y"], np.cumsum([0.0, *steps]), rtol=1e-14)


@pytest.mark.parametrize("method", ["euler", "rk2", "heun", "rk4"])
def test_each_method_runs_as_in_the_compiled_engine(method):
    """Discrete memory and switches on time, which move once a step, among them."""
    for model in (small.of_memory(method), small.growing(method), small.switching(method)):
        assert worst(run(model), by_kernel(model))[1] < 1e-12, model.name


def test_draws_run_as_in_the_compiled_engine():
    model = small.of_draws()
    assert worst(run(model, seed=2**35 + 3), by_kernel(model, seed=2**35 + 3))[1] < 1e-12


@pytest.mark.parametrize("method", ["rk2", "rk4"])
def test_discrete_memory_changes_once_a_step_under_any_method(method):
    """What is held, delayed or saved is of the head of the step, whatever the stages between compute."""
    found = run(
        replace(small.of_memory(method), variables=(*small.of_memory().variables, _unsaved())), {"SAVEPER": 0.5}
    )
    level, outflow, pipeline = (np.array(found[name]) for name in ("level", "outflow", "pipeline"))
    np.testing.assert_array_equal(found["sampled"][1:10], level[:9])
    np.testing.assert_array_equal(pipeline[2:], outflow[:-2])
    np.testing.assert_allclose(outflow, 0.3 * level, rtol=1e-15)


def _unsaved():
    return Auxiliary(name="unsaved", equation=Ref("level"), hidden=True)


def test_hostile_names_units_and_texts_stay_text():
    """They come back as the keys of the course; the program calls nothing but its own functions."""
    model = small.hostile()
    text = python(model)
    found = in_python(text)["run"]()
    assert set(small.HOSTILE) - {v.name for v in model.of(Constant)} <= found.keys()
    _assert_tame(text)


ALLOWED = {name for name in vars(runtime) if not name.startswith("_")} - {"math"}
ALLOWED |= {"run", "float", "abs", "len", "range", "zip", "print", "min", "max", "int", "map", "all", "ValueError"}
METHODS = {"append", "get", "items"}


def _assert_tame(text):
    tree = ast.parse(text)
    for node in ast.walk(tree):
        assert not isinstance(node, ast.Import | ast.ImportFrom) or node.names[0].name == "math"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id in ALLOWED
        elif isinstance(node, ast.Call):
            owner = node.func.value
            assert node.func.attr in METHODS or (isinstance(owner, ast.Name) and owner.id == "math")
        if isinstance(node, ast.Attribute):
            assert not node.attr.startswith("_")
    kinds = [type(node) for node in tree.body]
    assert set(kinds) <= {ast.Import, ast.FunctionDef, ast.Assign, ast.If}


@settings(max_examples=60)
@given(st.lists(st.text(max_size=12), min_size=3, max_size=8, unique_by=key), st.text(), st.text())
def test_any_text_can_be_a_name_a_unit_or_a_documentation(names, unit, documentation):
    """The program compiles, runs, and has the names as they are."""
    told = {"unit": unit, "documentation": documentation}
    stock, *others = names
    variables = [Stock(name=stock, net_flow=Number(1.0), initial=Number(0.0), **told)]
    variables += [Auxiliary(name=name, equation=Apply("add", (Ref(stock), Number(1.0))), **told) for name in others]
    taken = {key(control.name) for control in small.controls()} | {key(TIME)}
    if taken & set(map(key, names)):
        return
    text = python(Model(documentation, (*small.controls(), *variables)))
    found = in_python(text)["run"]()
    assert found.keys() == {TIME, *names}
    assert all(found[name] == [value + 1 for value in found[stock]] for name in others)
    _assert_tame(text)


def test_the_program_runs_alone(tmp_path):
    """In a Python without sdmodel, it prints the last value of each variable."""
    path = tmp_path / "memory.py"
    path.write_text(python(small.of_memory()), encoding="utf-8")
    told = subprocess.run([sys.executable, "-I", "-S", path], capture_output=True, text=True, timeout=60, check=True)
    assert told.stdout.splitlines()[0] == "Time 8.0"
    assert len(told.stdout.splitlines()) == 13


def test_the_program_shows_each_equation_under_the_name_of_the_model():
    text = python(read(next(path for path in SHIPPED if path.stem == "sir")))
    assert "# recovery [Person/Day] People who recover in a day.\n" in text
    assert "recovery = divide(infectious, infectious_period)\n" in text
    assert "'infectivity': 0.05,  # [Dmnl]" in text


@pytest.mark.parametrize(
    "inputs", [{"no such thing": 1.0}, {"rate": np.inf}, {"TIME STEP": 0.0}, {"TIME STEP": 1e-12}, {"FINAL TIME": -1.0}]
)
def test_inputs_that_make_no_sense_are_refused(inputs):
    with pytest.raises(ValueError, match=r"not inputs|makes no sense|makes too many steps"):
        run(small.of_memory(), inputs)


def test_a_control_that_changes_during_the_run_is_refused_by_name():
    changing = Auxiliary(name="TIME STEP", equation=Ref(TIME), text="Time")
    with pytest.raises(ModelError, match='"TIME STEP = Time" changes during the run'):
        python(Model("m", (*small.controls()[:2], changing, small.controls()[3])))


def test_equations_of_any_depth_and_models_of_any_size_can_be_printed():
    """Python's parser bears a hundred brackets; sums of thousands of terms are cut into parts."""
    total, chosen = Ref(TIME), Number(-1.0)
    for n in range(3000):
        total = Apply("add", (total, Number(1.0)))
        chosen = Apply("select", (Apply("greater", (Ref(TIME), Number(3000.0 - n))), Number(float(n)), chosen))
    wide = [
        Auxiliary(name=f"number {n}", equation=Apply("add", (Ref(f"number {n - 1}" if n else TIME), Number(1.0))))
        for n in range(3000)
    ]
    deep = [Auxiliary(name="total", equation=total), Auxiliary(name="chosen", equation=chosen)]
    found = run(Model("deep", (*small.controls(), *deep, *wide)))
    assert found["total"] == found["number 2999"] == [time + 3000 for time in range(9)]
    assert found["chosen"] == [-1.0, -1.0, *(float(n) for n in [2999] * 7)]


def test_long_equations_are_broken_into_lines_but_never_within_a_name():
    """A name of many spaces stays one string, however long the equation beside it is."""
    name = "  ".join("of many words" for _ in range(12))
    total = Number(0.0)
    for n in range(20):
        total = Apply("add", (total, Apply("multiply", (Ref("TIME STEP"), Number(float(n))))))
    model = Model("m", (*small.controls(), Stock(name=name, net_flow=total, initial=total)))
    assert " = (\n" in python(model)
    assert run(model)[name][0] == 95.0
    assert run(model, {name: 4.0})[name][0] == 4.0


def test_a_printer_that_lacks_an_operation_is_refused_when_it_is_made():
    """By name: a new operation cannot be forgotten."""
    assert PYTHON.forms.keys() == OPERATIONS.keys()
    without = {name: form for name, form in PYTHON.forms.items() if name != "tanh"}
    with pytest.raises(NotImplementedError, match="tanh"):
        operators.Language("x", without, PYTHON.as_number, PYTHON.as_truth, PYTHON.number, {})


def test_the_delay_of_a_pipeline_is_rounded_to_steps():
    """1.2 steps are 1, 1.5 are 2, and never less than 1."""
    for delay, steps in ((1.2, 1), (1.5, 2), (0.0, 1), (-4.0, 1), (3.0, 3)):
        late = FixedDelay(name="late", input=Ref(TIME), delay=Number(delay), initial=Number(-1.0))
        model = Model("late", (*small.controls(8.0, 1.0), late))
        assert run(model)["late"] == [float(n - steps) if n >= steps else -1.0 for n in range(9)]
