"""Macros: each call has variables of its own; parameters are values, tables or whole expressions."""

import numpy as np
import pytest

from sdmodel.engine import compiled, reference
from sdmodel.errors import ModelError
from sdmodel.read import read


@pytest.fixture
def written(mdl):
    """A model file whose text begins with macros."""

    def write(macros, *equations, **settings):
        path = mdl(*equations, **settings)
        path.write_text(path.read_text().replace("{UTF-8}\n", f"{{UTF-8}}\n{macros}\n"), encoding="utf-8")
        return path

    return write


def macro(head, *equations):
    return f":MACRO: {head}\n" + "".join(f"{line}\n\t~\t\n\t~\t\n\t|\n" for line in equations) + ":END OF MACRO:\n"


FILL = macro("FILL(inflow, lag)", "FILL = INTEG(inflow - leak, start)", "leak = FILL / lag", "start = inflow * 2")


def test_each_call_of_a_macro_has_a_stock_of_its_own(written):
    """Two calls with other arguments do not share anything, and agree with PySD, which runs macros as objects."""
    path = written(FILL, "a = FILL(3, 2 + 1)", "b = FILL(Time, 4) + a", stop=6, step=0.5)
    runs, again = compiled.simulate(read(path)), reference.simulate(read(path))
    for name in ("a", "b"):
        np.testing.assert_allclose(runs[name], again[name], rtol=1e-12)
    assert not np.allclose(runs["a"], runs["b"])


def test_a_macro_may_use_a_macro_defined_after_it(written):
    """The order in the file does not matter, and each use makes its own variables."""
    outer = macro("OUTER(x)", "OUTER = FILL(x, 2) + FILL(x + 1, 2)")
    runs = compiled.simulate(read(written(outer + FILL, "y = OUTER(5)", "z = FILL(5, 2) + FILL(6, 2)")))
    np.testing.assert_array_equal(runs["y"], runs["z"])


def test_a_name_in_a_macro_hides_that_of_the_model(written):
    """Names of the file around it are read only where the macro has none."""
    own = macro("TWICE(x)", "TWICE = factor * x", "factor = 2")
    runs = compiled.simulate(read(written(own, "factor = 100", "y = TWICE(factor) + Time * 0")))
    assert runs["y"][0, 0] == 200


def test_a_macro_reads_the_clock_of_the_model(written):
    """`TIME STEP$` and Time mean the model's own."""
    steps = macro("STEPS(x)", "STEPS = x / TIME STEP$ + Time$")
    runs = compiled.simulate(read(written(steps, "y = STEPS(2)", step=0.5, stop=4)))
    np.testing.assert_array_equal(runs["y"][0], 4 + runs["time"])


def test_a_table_can_be_a_parameter(written):
    """The macro calls it by the name of its parameter."""
    own = macro("READ(curve, at)", "READ = curve(at) * 2")
    equations = ("rising((0, 0), (10, 10))", "falling((0, 10), (10, 0))")
    runs = compiled.simulate(read(written(own, *equations, "a = READ(rising, Time)", "b = READ(falling, Time)")))
    np.testing.assert_array_equal(runs["a"] + runs["b"], np.full((1, 5), 20.0))
    assert runs["a"][0, 3] == 6


def test_a_macro_is_called_for_each_element_of_an_array(written):
    """Its arguments are those of the element."""
    path = written(FILL, "Region: North, South", "x[Region] = 1, 2", "y[Region] = FILL(x[Region], 2)", stop=3)
    runs = compiled.simulate(read(path))
    np.testing.assert_allclose(runs["y[South]"], 2 * runs["y[North]"])


@pytest.mark.parametrize(
    ("macros", "call", "reason"),
    [
        (FILL, "y = FILL(1)", 'macro "fill" takes 2 arguments, not 1'),
        (macro("ROUND AND ROUND(x)", "ROUND AND ROUND = ROUND AND ROUND(x + 1)"), "y = ROUND AND ROUND(1)", "itself"),
        (macro("BAD(x)", "BAD = x + missing"), "y = BAD(Time)", "missing"),
    ],
)
def test_a_call_that_cannot_be_made_is_refused(written, macros, call, reason):
    """Wrong number of arguments, a macro that never ends, and names that nobody knows."""
    with pytest.raises(ModelError, match=reason):
        read(written(macros, call))
