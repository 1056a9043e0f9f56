"""A run that two programs end differently, as rounding decides, is told and not taken for a fault of the engine."""

import numpy as np

from sdmodel.engine.failures import told_failure
from sdmodel.engine.inputs import Inputs, Labels
from sdmodel.read import read


def test_a_failed_run_that_is_finite_when_it_is_run_again_is_told_as_such(mdl):
    model = read(mdl("level = INTEG(level, 1)", stop=2))
    labels = Labels(np.arange(1), np.array(["model"], dtype=object), np.zeros(1, dtype=np.int64))
    told = told_failure(Inputs(model, {}, labels), 0, np.arange(3.0), {"level": np.array([1.0, 2.0, 4.0])})
    assert told.startswith('experiment 0 (scenario "model", future 0): it leaves the finite range')
    assert "not when run once more" in told


def test_what_is_not_finite_is_still_told_with_its_time(mdl):
    model = read(mdl("level = INTEG(level, 1)", stop=2))
    labels = Labels(np.arange(1), np.array(["model"], dtype=object), np.zeros(1, dtype=np.int64))
    told = told_failure(Inputs(model, {}, labels), 0, np.arange(3.0), {"level": np.array([1.0, np.inf, np.inf])})
    assert told.endswith('"level" is inf at time 1')
