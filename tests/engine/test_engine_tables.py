"""Tables of experiments that are made by hand: what is refused, and what plain arrays give in their place."""

import subprocess
import sys

import numpy as np
import pytest
import xarray as xr

from sdmodel.engine.compiled import simulate, trajectories
from sdmodel.engine.inputs import Labels, alone, inputs_of
from sdmodel.errors import ExperimentError
from sdmodel.model.expr import Apply, Number, Ref
from sdmodel.model.model import Constant, Model, Stock

CLOCK = {"INITIAL TIME": 0.0, "FINAL TIME": 4.0, "TIME STEP": 0.5, "SAVEPER": 1.0}
GROWTH = Model(
    "growth",
    (
        *(Constant(name=name, value=value) for name, value in CLOCK.items()),
        Constant(name="rate", value=0.25),
        Stock(name="s", net_flow=Apply("multiply", (Ref("rate"), Ref("s"))), initial=Number(1.0)),
    ),
)


@pytest.mark.parametrize(
    ("coords", "told"),
    [
        ({"experiment": ["first", "second"]}, r'coordinate "experiment" is .*, not whole numbers over \(experiment\)'),
        ({"experiment": [0.5, 1.5]}, 'coordinate "experiment" is float64'),
        ({"scenario": ("experiment", [1, 2])}, 'coordinate "scenario" is int64 .*not text'),
        ({"future": ("experiment", [0.0, 1.0])}, 'coordinate "future" is float64 .*not whole numbers'),
        ({"scenario": "one for all"}, 'coordinate "scenario" is'),
    ],
)
def test_a_table_with_wrong_coordinates_is_refused_with_the_coordinate_named(coords, told):
    table = xr.Dataset({"rate": ("experiment", [0.1, 0.2])}).assign_coords(coords)
    with pytest.raises(ExperimentError, match=f"growth: experiments: not a table of experiments: {told}"):
        simulate(GROWTH, table)


@pytest.mark.parametrize("column", [("experiment", ["a", "b"]), ((), 0.5), ("experiment", [0.1, None])])
def test_a_column_that_is_not_numbers_over_experiment_is_refused_by_name(column):
    table = xr.Dataset({"s": ("experiment", [1.0, 2.0]), "rate": column})
    with pytest.raises(ExperimentError, match=r'column "rate" is .*not numbers over'):
        simulate(GROWTH, table)


def test_plain_arrays_give_what_the_labelled_table_gives_bit_for_bit():
    settings = {"rate": np.array([0.1, 0.2, 1e308]), "s": np.array([1.0, 2.0, 3.0])}
    table = xr.Dataset({name: ("experiment", values) for name, values in settings.items()})
    labelled = simulate(GROWTH, table)
    plain = trajectories(inputs_of(GROWTH, settings, Labels(np.arange(3), np.full(3, "model"), np.arange(3))))
    assert plain.times.tobytes() == labelled["time"].values.tobytes()
    assert plain.values["s"].tobytes() == labelled["s"].values.tobytes()
    assert plain.failed.tolist() == labelled["failed"].values.tolist() == [False, False, True]
    assert plain.failures == labelled.attrs["failures"]
    assert plain.seed is None


def test_plain_arrays_that_do_not_fit_the_model_are_refused_as_a_table_is():
    with pytest.raises(ExperimentError, match='growth: the model has no input "rat"'):
        inputs_of(GROWTH, {"rat": np.array([0.1])}, alone())
    with pytest.raises(ExperimentError, match='experiment 0, scenario "model": input "rate" is nan'):
        inputs_of(GROWTH, {"rate": np.array([np.nan])}, alone())


def test_plain_arrays_load_no_library_of_tables():
    code = (
        "import sys; from sdmodel.engine import compiled, inputs; from sdmodel.runs import table; "
        "print([name for name in ('xarray', 'pandas', 'scipy', 'pysd', 'pydantic') if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert told.stdout.strip() == "[]", told.stderr
