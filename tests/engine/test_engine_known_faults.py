"""Faults of PySD that are known: our right value beside its wrong one, so that a new version of PySD shows itself."""

import warnings

import numpy as np
import pytest

from sdmodel.engine import compiled, reference
from sdmodel.engine.crosscheck import agreement, crosscheck
from sdmodel.pipeline.preflight.known_faults import known_faults
from sdmodel.read import read
from sdmodel.read.screen import screen


@pytest.fixture(scope="module")
def bare():
    """PySD's run of a file, without anything that the reference engine does for it."""

    def run(path, columns, **arguments):
        import pysd

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return pysd.read_vensim(str(path)).run(return_columns=columns, **arguments)

    return run


def _faults(path):
    return [(fault.name, fault.mended) for fault in known_faults(read(path), screen(path)[0])]


def test_or_is_weaker_than_and(mdl, bare):
    """1 :OR: (1 :AND: 0) is true; PySD takes it for (1 :OR: 1) :AND: 0, or b :AND: (c :OR: d), as the list falls."""
    path = mdl("one = 1", "no = 0", "x = IF THEN ELSE(no = 1 :AND: one = 1 :OR: one = 1, 7, 3)", stop=1)
    assert compiled.simulate(read(path))["x"].values[0, 0] == 7
    assert bare(path, ["x"])["x"].iloc[0] == 3
    assert crosscheck(read(path), compiled.simulate(read(path))) == 0  # mended
    assert _faults(path) == [("mixed :AND: and :OR:", True)]


def test_what_is_missing_equals_na(mdl, bare):
    """PySD compares with a number that nothing equals."""
    gap = "gap = IF THEN ELSE(Time < 1, :NA:, Time)"
    path = mdl(gap, "x = IF THEN ELSE(gap = :NA:, 7, 3)", "y = IF THEN ELSE(:NA: <> gap, 7, 3)", stop=1)
    runs = compiled.simulate(read(path), save=["x", "y"])
    assert (runs["x"].values[0].tolist(), runs["y"].values[0].tolist()) == ([7, 3], [3, 7])
    assert bare(path, ["x"])["x"].tolist() == [3, 3]
    assert crosscheck(read(path), runs) == 0  # mended
    assert _faults(path) == [("comparison with :NA:", True)]


def test_pysd_has_no_runge_kutta(mdl, bare):
    """ds/dt = s from 1: after one unit of time e, by rk4 to 1e-3, by Euler's method 2."""
    path = mdl("s = INTEG(s, 1)", stop=1, tail="\\\\\\---/// Sketch\n///---\\\\\\\n:L\x7f<%^E!@\n15:0,0,0,1,0,0\n")
    model = read(path)
    assert model.integration == "rk4"
    runs = compiled.simulate(model)
    np.testing.assert_allclose(runs["s"].values[0, -1], np.e, rtol=5e-3)
    assert bare(path, ["s"])["s"].iloc[-1] == 2
    found = agreement(model, runs)
    assert found.difference == 0
    assert "by Euler's method, not by rk4" in found.told[0]
    assert _faults(path) == [("Runge–Kutta", True)]


def test_a_whole_number_as_initial_value(mdl, bare):
    """The first step from 1 towards 2.6 at a quarter a step is to 1.4; PySD cuts 2.6 to 2 and comes to 1.25."""
    path = mdl("input = 2.6", "lag = 4", "x = SMOOTHI(input, lag, 1)", stop=2)
    model = read(path)
    np.testing.assert_allclose(compiled.simulate(model)["x"].values[0], [1, 1.4, 1.7])
    assert bare(path, ["x"])["x"].tolist()[1] == 1.25
    assert crosscheck(model, compiled.simulate(model)) < 1e-12  # mended
    assert _faults(path) == [("whole number as initial value", True)]


def test_a_smooth_of_active_initial(mdl, bare):
    """It starts at 1 and steps towards the active 1.8: 1.2. PySD cuts 1.8 to 1 and so stays where it is.

    World3 is off by up to 0.34 % for this.
    """
    path = mdl("input = 1.8", "lag = 4", "a = ACTIVE INITIAL(input, 1)", "x = SMOOTH(a, lag)", stop=2)
    model = read(path)
    runs = compiled.simulate(model)
    np.testing.assert_allclose(runs["x"].values[0], [1, 1.2, 1.35])
    assert bare(path, ["x"])["x"].tolist()[1] == 1
    assert crosscheck(model, runs) < 1e-12  # mended
    assert _faults(path) == [("whole number as initial value", True)]


def test_saves_between_time_steps(mdl, bare):
    """SAVEPER 0.75 with steps of 0.5: five saved times; PySD drops those that fall between steps."""
    path = mdl("s = INTEG(1, 0)", stop=3, step=0.5, saveper=0.75)
    model = read(path)
    runs = compiled.simulate(model)
    np.testing.assert_allclose(runs["time"], [0, 1, 1.5, 2.5, 3])
    assert len(bare(path, ["s"])) < 5
    assert crosscheck(model, runs) == 0  # mended
    assert _faults(path) == [("SAVEPER", True)]


def test_parameters_stick_between_runs(mdl, table):
    """After a run with a = 9 PySD still has it; the reference engine starts each run from the file."""
    import pysd

    path = mdl("a = 2", "x = a * Time", stop=2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        engine = pysd.read_vensim(str(path))
        engine.run(params={"a": 9})
        assert engine.run(return_columns=["x"])["x"].iloc[-1] == 18
    model = read(path)
    reference.simulate(model, table({"a": [9]}))
    assert reference.simulate(model)["x"].values[0, -1] == 4


def test_a_sound_model_meets_no_fault(mdl):
    """Arguments that are not whole, operators that are not mixed."""
    path = mdl(
        "a = 1",
        "lag = 2",
        "b = ACTIVE INITIAL(a, 1.5)",
        "x = SMOOTHI(MAX(a, 2), lag, 1.5) * SMOOTH(b, lag) * IF THEN ELSE(a = 1 :AND: lag = 2, 1, 0)",
    )
    assert not _faults(path)


XMILE = """<?xml version="1.0" encoding="utf-8"?>
<xmile version="1.0" xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0">
<header><vendor>test</vendor><product version="1">test</product></header>
<sim_specs method="Euler" time_units="Months"{more}><start>0</start><stop>2</stop><dt>0.5</dt></sim_specs>
<model><variables>
<stock name="from"><eqn>1</eqn><outflow>moved</outflow><non_negative/></stock>
<flow name="moved"><eqn>4</eqn></flow>
<stock name="to"><eqn>0</eqn><inflow>moved</inflow></stock>
</variables></model></xmile>
"""


@pytest.fixture
def xmile(tmp_path):
    def write(more=""):
        path = tmp_path / "pour.xmile"
        path.write_text(XMILE.format(more=more))
        return path

    return write


def test_a_non_negative_stock_gives_no_more_than_it_has(xmile):
    """One goes over, and no more; PySD keeps the first stock at 0 and pours on into the second."""
    model = read(xmile())
    runs = compiled.simulate(model, save=["from", "to"])
    total = runs["from"].values[0] + runs["to"].values[0]
    np.testing.assert_allclose(total, 1)
    again = reference.simulate(model, save=["to"])
    assert again["to"].values[0, -1] > 1
    assert _faults(xmile()) == [("non-negative stock", False)]


def test_the_save_interval_of_xmile(xmile):
    """Every second time step; PySD by itself saves each."""
    path = xmile(' isee:save_interval="1" xmlns:isee="http://iseesystems.com/XMILE"')
    model = read(path)
    np.testing.assert_allclose(compiled.simulate(model, save=["to"])["time"], [0, 1, 2])
    import pysd

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert len(pysd.read_xmile(str(path)).run()) == 5
    assert ("save interval", True) in _faults(path)
