"""Printed programs of models whose FINAL TIME changes during the run: they end where the compiled engine ends."""

import numpy as np
import pytest
from printed import by_kernel, in_node, in_python, needs_node, worst

from sdmodel.printers.javascript import javascript
from sdmodel.printers.python import python
from sdmodel.read import read

GROWING = ("growth = 0.3", "s = INTEG(s * growth, 1)", "left = FINAL TIME - Time", "d = DELAY FIXED(s, 0.75, 0)")
ENDS = {
    "drops": "IF THEN ELSE(s > 5, Time, 100)",
    "extends itself": "IF THEN ELSE(s < 300, Time + 0.5, Time)",
    "is behind from the start": "0 - s",
    "follows the time": "MIN(20, 5 + Time / 2)",
}
SKETCH = "\\\\\\---/// Sketch\n///---\\\\\\\n:L\x7f<%^E!@\n15:0,0,0,{method},0,0\n"


@pytest.fixture(params=ENDS, scope="module")
def models(request, mdl):
    """One model by Euler's method and one by Runge-Kutta, saved at uneven steps."""
    return [
        read(mdl(*GROWING, stop=ENDS[request.param], step=0.25, saveper=0.6, tail=SKETCH.format(method=method)))
        for method in (0, 1)
    ]


def test_python_programs_end_where_the_engine_ends(models):
    for model in models:
        found = in_python(python(model))["run"]()
        wanted = by_kernel(model)
        assert worst(found, wanted)[1] < 1e-12, model.integration
        assert found["Time"] == pytest.approx(wanted["Time"], abs=1e-12)


@needs_node
def test_scripts_end_where_the_engine_ends(models):
    for model, [found] in zip(models, in_node([(javascript(model), [{}]) for model in models]), strict=True):
        assert worst(found, by_kernel(model))[1] < 1e-12, model.integration


@needs_node
def test_a_number_for_final_time_ends_a_printed_run_there(models):
    """As in the engine."""
    inputs = {"FINAL TIME": 3.0}
    for model in models:
        wanted = by_kernel(model, inputs)
        assert wanted["Time"][-1] == 3
        [[script]] = in_node([(javascript(model), [inputs])])
        for found in (script, in_python(python(model))["run"](inputs)):
            assert worst(found, {name: wanted[name] for name in ("Time", "s", "d", "left")})[1] < 1e-12


def test_a_program_that_does_not_end_says_so(mdl, monkeypatch):
    """After ten million steps; here with the limit lowered."""
    text = python(read(mdl("a = Time", stop="Time + 1"))).replace("10_000_000", "1_000")
    with pytest.raises(ValueError, match=r"still ahead after 1000 time steps, at time 1000\.0: the run does not end"):
        in_python(text)["run"]()


@needs_node
def test_values_that_are_missing_between_points_are_missing_in_printed_programs(mdl, tmp_path):
    """Not a number, as in the engine."""
    (tmp_path / "d.csv").write_text("Time,rain\n0,1\n2,3\n", encoding="utf-8")
    model = read(mdl("rain:RAW:", "double = rain * 2", stop=3), data=[tmp_path / "d.csv"])
    wanted = by_kernel(model)
    np.testing.assert_array_equal(wanted["double"], [2, np.nan, 6, np.nan])
    [[script]] = in_node([(javascript(model), [{}])])
    for found in (script, in_python(python(model))["run"]()):
        assert worst(found, wanted)[1] == 0
