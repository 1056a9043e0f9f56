"""The reference engine on what is more than a list of scalars: arrays, files beside the model, random numbers."""

from dataclasses import replace

import numpy as np
import pytest

from sdmodel.engine import compiled, reference
from sdmodel.engine.crosscheck import agreement, crosscheck, random_variables
from sdmodel.engine.harmless import refuse_code
from sdmodel.errors import ExperimentError
from sdmodel.model.expr import Ref
from sdmodel.model.model import Draw
from sdmodel.read import read


@pytest.fixture(scope="module")
def model(mdl):
    """A stock over two dimensions, constants over one, and an array of which one element is computed."""
    return read(
        mdl(
            "D: A, B, C",
            "E: P, Q",
            "rate[D] = 0.1, 0.2, 0.3",
            "seed[D, E] = 1, 2; 3, 4; 5, 6;",
            "S[D, E] = INTEG(rate[D] * S[D, E], seed[D, E])",
            "total[E] = SUM(S[D!, E])",
            "mixed[A] = 1",
            "mixed[B] = Time",
            "mixed[C] = 3",
            "out[D] = mixed[D] * rate[D]",
            stop=3,
        )
    )


def test_an_array_model_agrees(model):
    """Each element under its own name."""
    runs = compiled.simulate(model)
    found = agreement(model, runs, sample=1)
    assert found.difference < 1e-12
    assert found.variables == len([name for name in runs.data_vars if runs[name].attrs["role"] == "trajectory"])
    again = reference.simulate(model, save=["S[C, Q]", "total[P]"])
    np.testing.assert_allclose(again["S[C, Q]"].values[0], 6 * 1.3 ** np.arange(4))


def test_elements_of_constants_are_set(model, table):
    """One element of three: the others keep the file's numbers."""
    experiments = table({"rate[B]": [0.5, 0.2], "seed[A, Q]": [9, 7]})
    runs = compiled.simulate(model, experiments)
    assert crosscheck(model, runs) < 1e-12
    again = reference.simulate(model, experiments, save=["S[A, Q]", "S[B, P]"])
    np.testing.assert_allclose(again["S[A, Q]"].values[0], 9 * 1.1 ** np.arange(4))
    np.testing.assert_allclose(again["S[B, P]"].values[0], 3 * 1.5 ** np.arange(4))


def test_elements_follow_a_course(model, table):
    """A step of one element, the others constant."""
    experiments = table({"rate[B] @ start": [0.1], "rate[B] @ step at": [2], "rate[B] @ step value": [0.9]})
    assert crosscheck(model, compiled.simulate(model, experiments)) < 1e-12


def test_initial_values_of_elements_are_set(model, table):
    """The others start where the file says, and nothing sticks."""
    experiments = table({"S[B, Q]": [40]})
    runs = compiled.simulate(model, experiments)
    assert crosscheck(model, runs) < 1e-12
    again = reference.simulate(model, experiments, save=["S[B, Q]", "S[B, P]"])
    assert (again["S[B, Q]"].values[0, 0], again["S[B, P]"].values[0, 0]) == (40, 3)
    assert crosscheck(model, compiled.simulate(model)) < 1e-12


def test_a_part_of_an_array_that_is_computed_cannot_be_set(model, table):
    """PySD takes an array as a whole; the message names the element that stands in the way."""
    with pytest.raises(ExperimentError, match=r'cannot set a part of "mixed", as "mixed\[B\]" is computed'):
        reference.simulate(model, table({"mixed[A]": [5]}))


def test_a_model_that_pysd_cannot_translate_says_why(mdl, monkeypatch):
    """Its own message is passed on, and it is no traceback."""
    from sdmodel.engine import translated

    def broken(*_):
        raise KeyError("no such node")

    path = mdl("unusual = 1", "x = unusual * Time")
    monkeypatch.setattr(translated, "_build", broken)
    with pytest.raises(ExperimentError, match=r"tiny\.mdl: PySD cannot translate this model: KeyError: 'no such node'"):
        reference.simulate(read(path))


def test_random_numbers_are_not_compared(mdl):
    """What depends on them is left out, and said; with nothing else there is nothing to compare."""
    still = read(mdl("noise = Time", "s = INTEG(noise, 0)", "quiet = Time * 2"))
    draw = Draw(name="draw of noise", stream=1, hidden=True)
    model = still.replaced([replace(still["noise"], equation=Ref(draw.name))], [draw])
    assert random_variables(model) == {"draw of noise", "noise", "s"}
    found = agreement(model, compiled.simulate(model), sample=1)
    assert found.variables == 2  # SAVEPER = TIME STEP is one
    assert found.told[0].startswith("2 variables depend on random numbers")
    with pytest.raises(ExperimentError, match="depends on random numbers"):
        crosscheck(model, compiled.simulate(model, save=["s"]))


def test_a_name_that_needs_quotes(mdl):
    """Brackets inside quotes are no subscripts."""
    model = read(mdl('"a [b], c" = Time * 2', 'x = "a [b], c" + 1'))
    assert crosscheck(model, compiled.simulate(model)) == 0


def test_a_name_that_pysd_would_run_as_code_is_refused(mdl, tmp_path):
    """A range whose name leaves the quotes that PySD puts around it: nothing is written, nothing is run."""
    mark = tmp_path / "run"
    name = f"\"D' + str(__import__('pathlib').Path('{mark}').touch()) + '\""
    path = mdl(f"{name}: A, B", f"x[{name}] = 1, 2", f"y[{name}] = x[{name}] * Time")
    model = read(path)
    with pytest.raises(ExperimentError, match="would take for Python code"):
        reference.simulate(model)
    assert not mark.exists()


@pytest.mark.parametrize("word", ["a'b", "a\\", "a\nb", "a\\'b"])
def test_a_file_sheet_or_cell_that_leaves_its_quotes_is_refused(word):
    """Paths of Windows do not."""
    from types import SimpleNamespace

    from pysd.translators.structures.abstract_expressions import GetConstantsStructure

    def tree(name):
        ast = GetConstantsStructure("data\\numbers.xlsx", name, "B2")
        element = SimpleNamespace(components=[SimpleNamespace(ast=(1, [ast]))])
        return SimpleNamespace(
            sections=[SimpleNamespace(name="__main__", params=[], returns=[], subscripts=[], elements=[element])]
        )

    refuse_code(tree("Sheet 1"))
    with pytest.raises(ExperimentError, match="would take for Python code"):
        refuse_code(tree(word))
