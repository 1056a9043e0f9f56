"""How much of what decides an outcome rests on judgement is counted from the table of parameters."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from sdmodel.analysis.sensitivity.grounds import on_judgement, strongest
from sdmodel.study.evidence.spec import Parameter
from sdmodel.study.spec import Study
from sdmodel.study.terms import Uncertainty

BASES = {"a": "judgement", "b": "measured", "c": "judgement", "d": "literature"}


@pytest.fixture
def asked(tmp_path) -> Study:
    rows = {
        name: Parameter(name, "parameter", 1.0, 0.0, 2.0, "", basis, "", "", line)
        for line, (name, basis) in enumerate(BASES.items(), start=2)
    }
    drawn = {name: Uncertainty(name, "uniform", low=0, high=2, basis=basis) for name, basis in BASES.items()}
    return Study(
        name="asked",
        title="",
        model=tmp_path,
        baseline="x",
        scenarios={},
        uncertainties=drawn,
        parameters=rows,
    )


def test_the_sentence_counts_all_and_the_strongest(asked):
    told = on_judgement(asked, [("Cost", ["b", "a", "d"]), ("Risk", ["c", "a"]), ("Peace", ["b", "d"])])
    assert told == (
        "2 of the 4 uncertainties rest on judgement; of the three strongest drivers of “Cost” one does; "
        "of the two strongest drivers of “Risk” all do; of the two strongest drivers of “Peace” none does."
    )


def test_without_a_table_nothing_is_told(asked):
    assert on_judgement(replace(asked, parameters={}), [("Cost", ["a", "b"])]) == ""


def test_the_strongest_are_those_that_move_the_outcome_in_falling_order():
    table = xr.Dataset(
        {"first_order": ("input", [0.1, np.nan, 0.6, 0.0])}, coords={"input": ["a", "b", "c @ start", "d"]}
    )
    assert strongest(table) == ["c", "a"]
