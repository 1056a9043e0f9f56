"""`sdmodel run` of a model that was run before: quick, as it loads only what it needs, and the same by any way."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from sdmodel.cli import shipped, single
from sdmodel.design.experiments import settings_experiment
from sdmodel.engine.compiled import simulate
from sdmodel.read import read

_RUN = """
import sys
from sdmodel.cli import main
sys.argv = ["sdmodel", "run", "sir", *sys.argv[1:]]
try:
    main()
finally:
    print([name for name in ("xarray", "pandas", "scipy", "pysd", "zarr", "sdmodel.read.lower") if name in sys.modules])
"""


def test_a_run_from_the_cache_loads_no_parser_and_no_library_of_tables(tmp_path: Path) -> None:
    words = ("--output", str(tmp_path / "run.csv"))
    for _ in range(2):
        told = subprocess.run([sys.executable, "-c", _RUN, *words], capture_output=True, text=True, timeout=120)
        assert told.returncode == 0, told.stderr
    assert told.stdout.splitlines()[-1] == "[]"


def same(one: single.Single, other: single.Single) -> None:
    """Bit for bit."""
    assert one.summary() == other.summary()
    assert list(one.columns()) == list(other.columns())
    for mine, yours in zip(one.columns().values(), other.columns().values(), strict=True):
        assert mine.numbers.tobytes() == yours.numbers.tobytes()
        assert mine.described == yours.described


@pytest.mark.parametrize("settings", [{}, {"contact rate": 8.0, "TIME STEP": 0.125}])
def test_plain_arrays_and_labelled_runs_are_told_the_same(settings: dict[str, float]) -> None:
    model = read(shipped.find("sir", ".mdl"))
    runs = simulate(model, settings_experiment(model, settings))
    same(single.of_arrays(model, settings, None, None), single.of_runs(model, runs))


def test_an_initial_value_and_a_computed_control_can_be_set(mdl: Callable[..., Path]) -> None:
    model = read(mdl("s = INTEG(r, 1)", "r = 2"))
    one = single.of_arrays(model, {"s": 5.0, "r": 3.0, "SAVEPER": 2.0}, None, None)
    columns = one.columns()
    assert columns["s"].numbers[0] == 5.0
    assert columns["r"].numbers == 3.0
    assert one.times.tolist() == [0.0, 2.0, 4.0]
    assert one.summary()["stocks"]["s"]["first"] == 5.0


def test_missing_values_are_left_out_of_lowest_and_highest(mdl: Callable[..., Path]) -> None:
    model = read(mdl("s = INTEG(1, 1)"))
    times = np.array([0.0, 1.0, 2.0])
    told = single.Single(model, times, {"s": np.array([3.0, np.nan, np.inf])}, {}, ()).summary()["stocks"]["s"]
    assert told == {"unit": "", "first": 3.0, "last": None, "min": 3.0, "max": None}
    none = single.Single(model, times, {"s": np.full(3, np.nan)}, {}, ()).summary()["stocks"]["s"]
    assert none == {"unit": "", "first": None, "last": None, "min": None, "max": None}


def test_netcdf_and_csv_of_a_run_hold_the_same_numbers(said: Callable[..., object], tmp_path: Path) -> None:
    pytest.importorskip("h5netcdf")
    for suffix in ("csv", "nc"):
        said("run", "sir", "--output", tmp_path / f"run.{suffix}")
    csv = np.genfromtxt(tmp_path / "run.csv", delimiter=",", names=True)
    with xr.open_dataset(tmp_path / "run.nc", engine="h5netcdf", decode_times=False) as netcdf:
        assert netcdf["Time"].attrs == {"units": "Day", "long_name": "Time"}
        np.testing.assert_array_equal(netcdf["Time"], csv["Time"])
        np.testing.assert_array_equal(netcdf["Infectious"], csv["Infectious"])
