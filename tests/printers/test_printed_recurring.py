"""What recurs in a large kernel becomes a function: the same numbers, fewer lines; nothing else changes."""

import math
import re
from functools import partial

import numpy as np
import pytest

from sdmodel.engine import compiled
from sdmodel.engine.native import host
from sdmodel.printers import recurring
from sdmodel.printers.llvm import kernel
from sdmodel.printers.program import program
from sdmodel.read import read

CURVE = "(1.3 + {0} * (0.2 + {0} * (0.7 + {0}))) / (2.1 + {0} * {0}) * EXP(-{0} * {0} / 2) + LN(1 + {0} * {0})"
NAMES = [f"curve {n}" for n in range(12)]
EQUATIONS = (
    *("rate = 0.3", "level = INTEG(1 - level * rate, 0.5)"),
    *(f"place {n} = level * {n + 1} / 7 + SIN(Time + {n})" for n in range(12)),
    *(f"{name} = " + CURVE.format(f"place {n}") for n, name in enumerate(NAMES)),
    "bell = INTEG(curve 3 - bell + IF THEN ELSE(curve 4 > 1.2, curve 5, 0), curve 2)",
)


@pytest.fixture
def model(mdl):
    return read(mdl(*EQUATIONS, stop=10, step=0.25))


def text(model, often, monkeypatch, width=8, wide_permute=False):
    monkeypatch.setattr(recurring, "OFTEN", often)
    plan = program(model, (*NAMES, "bell"))
    return kernel(plan, width=width, wide_permute=wide_permute, split=True).text


def test_what_recurs_often_enough_is_written_once_and_called(model, monkeypatch):
    """Below that number it stays where it is."""
    called, written = (text(model, often, monkeypatch) for often in (12, 13))
    assert called.count("define internal <8 x double> @recurring.") == 1
    assert len(re.findall(r"= call <8 x double> @recurring\.0\(", called)) >= 12
    assert "@recurring" not in written
    assert len(called) < 0.7 * len(written)


@pytest.mark.parametrize(("width", "wide_permute"), [(8, True), (8, False), (4, False), (2, False)])
def test_functions_give_the_numbers_of_what_they_stand_for(model, table, monkeypatch, width, wide_permute):
    if wide_permute and not host().wide_permute:
        pytest.skip("this CPU has no AVX-512")
    experiments, runs = table({"rate": np.linspace(0.05, 0.9, 13)}), []
    for often in (2, 10**9):
        monkeypatch.setattr(recurring, "OFTEN", often)
        printed = partial(kernel, width=width, wide_permute=wide_permute, split=True)
        monkeypatch.setattr(compiled, "kernel", lambda plan, printed=printed, **_: printed(plan))
        compiled.machine.cache_clear()
        runs.append(compiled.simulate(model, experiments, save=(*NAMES, "bell", "place 3")))
    compiled.machine.cache_clear()
    for name in (*NAMES, "bell"):
        np.testing.assert_allclose(runs[0][name], runs[1][name], rtol=1e-13, err_msg=name)
    expected = np.vectorize(curve)(runs[0]["place 3"].values)
    np.testing.assert_allclose(runs[0]["curve 3"], expected, rtol=1e-12)


def curve(x):
    return (1.3 + x * (0.2 + x * (0.7 + x))) / (2.1 + x * x) * math.exp(-x * x / 2) + math.log(1 + x * x)
