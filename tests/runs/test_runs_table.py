"""One run as a file."""

import csv
import importlib.util
import math
import os

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from made_runs import made

from sdmodel.errors import RunsError
from sdmodel.runs.table import save_table


def one_run() -> xr.Dataset:
    run = xr.Dataset(coords={"time": ("time", np.array([2020.0, 2020.1, 2020.2]), {"units": "Year"})})
    run["person/year"] = ("time", np.array([0.1, 1 / 3, np.nan]), {"units": "Person/Year", "role": "trajectory"})
    run['odd, "name"'] = ("time", np.array([1e-300, 2.0, 1e22]), {"role": "trajectory"})
    run["TIME STEP"] = ((), 0.1, {"role": "input"})
    run["failed"] = ((), False, {"role": "status"})
    return run.assign_coords(experiment=0, scenario="status_quo")


def test_csv_holds_time_first_then_every_variable_with_constants_in_every_row(tmp_path):
    with save_table(one_run(), tmp_path / "run.csv").open(newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["Time", "person/year", 'odd, "name"', "TIME STEP"]
    assert [row[0] for row in rows] == ["2020.0", "2020.1", "2020.2"]
    assert [row[3] for row in rows] == ["0.1"] * 3


def test_csv_keeps_every_bit_of_every_number(tmp_path):
    path = save_table(one_run(), tmp_path / "run.csv")
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    back = [float(row["person/year"]) for row in rows]
    assert back[:2] == [0.1, 1 / 3]
    assert math.isnan(back[2])
    assert pd.read_csv(path)["person/year"].isna().tolist() == [False, False, True]


def test_parquet_holds_the_same_numbers_under_the_same_names(tmp_path):
    parquet = pd.read_parquet(save_table(one_run(), tmp_path / "run.PARQUET"))
    assert list(parquet) == ["Time", "person/year", 'odd, "name"', "TIME STEP"]
    np.testing.assert_array_equal(parquet["person/year"], one_run()["person/year"])


@pytest.mark.skipif(
    importlib.util.find_spec("h5py") is None, reason="h5py, which h5netcdf writes with, is not installed"
)
def test_netcdf_holds_the_same_numbers_under_escaped_names(tmp_path):
    save_table(one_run(), tmp_path / "run.nc")
    with xr.open_dataset(tmp_path / "run.nc", engine="h5netcdf", decode_times=False) as netcdf:
        assert netcdf["person~2fyear"].attrs["long_name"] == "person/year"
        assert netcdf["person~2fyear"].attrs["units"] == "Person/Year"
        np.testing.assert_array_equal(netcdf["person~2fyear"], one_run()["person/year"])
        np.testing.assert_array_equal(netcdf["TIME STEP"], [0.1] * 3)


def test_another_suffix_is_refused_with_the_three_there_are(tmp_path):
    with pytest.raises(RunsError, match=r"\.csv, \.nc, \.parquet"):
        save_table(one_run(), tmp_path / "run.xlsx")


@pytest.mark.parametrize(("suffix", "extra"), [("nc", "netcdf"), ("parquet", "parquet")])
def test_a_missing_package_is_told_with_the_command_that_installs_it(tmp_path, monkeypatch, suffix, extra):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(RunsError, match=rf'pip install "sdmodel\[{extra}\]"'):
        save_table(one_run(), tmp_path / f"run.{suffix}")


def test_many_runs_are_no_table(tmp_path):
    with pytest.raises(RunsError, match="experiment: 12"):
        save_table(made(), tmp_path / "run.csv")


def test_an_earlier_file_is_replaced_whole_or_not_at_all(tmp_path, monkeypatch):
    path = save_table(one_run(), tmp_path / "run.csv")
    before = path.read_bytes()
    monkeypatch.setattr(csv, "writer", lambda *_, **__: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(RunsError, match="No space left"):
        save_table(one_run().isel(time=[0]), path)
    monkeypatch.undo()
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["run.csv"]
    save_table(one_run().isel(time=[0]), path)
    assert len(path.read_text().splitlines()) == 2


def test_folders_and_places_that_cannot_be_written_are_told(tmp_path):
    (tmp_path / "run.csv").mkdir()
    with pytest.raises(RunsError, match="folder of that name"):
        save_table(one_run(), tmp_path / "run.csv")
    (tmp_path / "file").write_text("x")
    with pytest.raises(RunsError, match="cannot write"):
        save_table(one_run(), tmp_path / "file" / "run.csv")
