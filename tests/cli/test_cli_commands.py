"""Every command does what its help says, in tables and in JSON."""

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import typer
import xarray as xr

from sdmodel.cli import app

COMMANDS = sorted(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
Call = Callable[..., object]


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_each_command_shows_an_example_of_that_command(said: Call, command: str) -> None:
    told = said(command, "--help")
    assert told.code == 0
    assert re.search(rf"Example:\s+sdmodel {command}\b", told.out)


def test_help_lists_every_command(said: Call) -> None:
    assert {"models", "inspect", "run", "sweep", "compare", "sensitivity", "report", "study"} <= set(COMMANDS)
    told = said("--help")
    assert all(command in told.out for command in COMMANDS)


def test_version_is_that_of_the_package(said: Call) -> None:
    assert re.fullmatch(r"sdmodel \d+\.\d+\.\d+\S*\n", said("--version").out)


def test_models_are_listed_with_files_that_exist(said: Call) -> None:
    assert "sir" in said("models").out
    rows = json.loads(said("models", "--json").out)
    assert {"sir", "dilemma"} <= {row["name"] for row in rows}
    assert all(Path(row["model"]).is_file() and Path(row["study"]).is_file() for row in rows)


def test_inspect_shows_stocks_and_constants_and_with_all_everything(said: Call) -> None:
    short, long = said("inspect", "sir").out, said("inspect", "sir", "--all").out
    assert "infectivity" in short
    assert "infectious share" not in short
    assert "infectious share" in long


def test_inspect_of_one_variable_gives_its_equation_and_unit(said: Call) -> None:
    told = json.loads(said("inspect", "sir", "Infectious_Share", "--json").out)
    assert told["name"] == "infectious share"
    assert told["equation"]
    assert told["kind"] == "auxiliary"
    assert told["equation"] in said("inspect", "sir", "infectious share").out


def test_inspect_as_json_lists_every_variable(said: Call) -> None:
    told = json.loads(said("inspect", "sir", "--json").out)
    names = [row["name"] for row in told["variables"]]
    assert {"infectivity", "infectious share", "TIME STEP"} <= set(names)
    assert len(names) == len(set(names))


def test_run_as_json_tells_each_stock_and_obeys_settings(said: Call) -> None:
    plain = json.loads(said("run", "sir", "--json").out)
    set_ = json.loads(said("run", "sir", "--set", "infectivity=0", "--set", "FINAL TIME=20", "--json").out)
    assert plain["stocks"].keys() == set_["stocks"].keys()
    assert set_["stop"] == 20 < plain["stop"]
    infectious = set_["stocks"]["Infectious"]
    assert infectious["max"] == infectious["first"], "nobody catches anything"


def test_run_takes_scenario_and_shock_of_the_study_beside_the_model(said: Call) -> None:
    asked = ((), ("--scenario", "distancing"), ("--scenario", "distancing", "--shock", "variant"))
    plain, distancing, both = (json.loads(said("run", "sir", *words, "--json").out)["stocks"] for words in asked)
    assert distancing["Infectious"]["max"] < plain["Infectious"]["max"]
    assert both["Susceptible"]["last"] < distancing["Susceptible"]["last"], "the variant infects more people"


def test_run_by_pysd_equals_the_compiled_engine(said: Call, tmp_path: Path) -> None:
    words = ("run", "sir", "--set", "infectivity=0.06", "--scenario", "lockdown")
    for engine in ("compiled", "pysd"):
        assert said(*words, "--engine", engine, "-o", tmp_path / f"{engine}.csv").code == 0
    ours, theirs = (_table(tmp_path / f"{engine}.csv") for engine in ("compiled", "pysd"))
    assert ours.keys() == theirs.keys()
    for name, column in ours.items():
        np.testing.assert_allclose(column, theirs[name], rtol=1e-12, atol=1e-12, err_msg=name)


def test_run_writes_every_variable_at_every_saved_time(said: Call, tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "run.csv"
    told = said("run", "sir", "--set", "infectivity=0.06", "--set", "SAVEPER=2", "-o", path)
    assert told.code == 0
    assert path.name in told.out
    table = _table(path)
    variables = json.loads(said("inspect", "sir", "--json").out)["variables"]
    assert list(table) == ["Time", *(row["name"] for row in variables if row["kind"] != "table")]
    start, stop = table["INITIAL TIME"][0], table["FINAL TIME"][0]
    np.testing.assert_array_equal(table["Time"], np.arange(start, stop + 1, 2.0))
    assert set(table["infectivity"]) == {0.06}


def test_csv_netcdf_and_parquet_hold_the_same_numbers(said: Call, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    pytest.importorskip("h5netcdf")
    for suffix in (".csv", ".nc", ".parquet"):
        assert said("run", "sir", "-o", tmp_path / f"run{suffix}").code == 0
    table = _table(tmp_path / "run.csv")
    columns = parquet.read_table(tmp_path / "run.parquet").to_pydict()
    with xr.open_dataset(tmp_path / "run.nc", engine="h5netcdf") as netcdf:
        for name, column in table.items():
            np.testing.assert_array_equal(column, columns[name], err_msg=name)
        assert netcdf.sizes["Time"] == len(table["Time"])
        held = {variable.attrs.get("long_name", name): variable.values for name, variable in netcdf.variables.items()}
    np.testing.assert_array_equal(held["infectious share"], table["infectious share"])


def test_study_leaves_runs_findings_and_a_page(swept: Path) -> None:
    there = {path.relative_to(swept).as_posix() for path in swept.rglob("*") if "runs.zarr" not in path.parts}
    assert {
        *("report.html", "manifest.json", "findings/comparison.json", "findings/sensitivity.json"),
        *("study/sir.toml", "study/sir.mdl"),
    } <= there
    assert not [name for name in there if Path(name).name.startswith(".")]


def test_sweep_as_json_counts_what_it_did(said: Call, tmp_path: Path) -> None:
    words = ("--futures", 8, "--design", "sobol", "--seed", 7, "--scenario", "nothing", "--scenario", "lockdown")
    told = json.loads(said("sweep", "sir", *words, "--output", tmp_path / "out", "--json").out)
    assert (told["experiments"], told["scenarios"], told["futures"], told["seed"]) == (16, 2, 8, 7)
    assert told["failed"] == 0
    assert told["crosscheck"] < 1e-9


def test_compare_prints_a_row_for_each_scenario(said: Call, swept: Path) -> None:
    told = said("compare", swept, "--outcome", "peak")
    assert told.code == 0
    assert all(name in told.out for name in ("nothing", "distancing", "lockdown", "vaccination"))
    assert json.loads(said("compare", swept, "--json").out)["name"] == "comparison"


def test_sensitivity_ranks_inputs_of_the_asked_scenario(said: Call, swept: Path) -> None:
    told = said("sensitivity", swept, "--outcome", "peak", "--scenario", "lockdown", "--top", 2)
    assert told.code == 0
    assert "infectivity" in told.out
    finding = json.loads(said("sensitivity", swept, "--scenario", "lockdown", "--json").out)
    assert finding["name"] == "sensitivity"


def test_report_is_written_again_with_the_same_bytes(said: Call, kept: Path) -> None:
    page = kept / "report.html"
    before = page.read_bytes()
    page.unlink()
    assert json.loads(said("report", kept, "--json").out) == {"report": str(page)}
    assert page.read_bytes() == before


def test_study_as_json_holds_the_sentences(said: Call, sir: Path, tmp_path: Path) -> None:
    told = json.loads(said("study", sir, "--futures", 16, "--output", tmp_path / "out", "--json").out)
    assert set(told["findings"]) >= {"comparison", "sensitivity", "calibration"}
    assert Path(told["report"]).is_file()


def test_a_quick_study_leaves_out_what_does_not_rest_on_its_runs(said: Call, sir: Path, tmp_path: Path) -> None:
    told = json.loads(said("study", sir, "--quick", "--futures", 8, "--output", tmp_path / "out", "--json").out)
    assert set(told["findings"]) == {"comparison", "sensitivity"}
    assert not (tmp_path / "out" / "findings" / "calibration.json").exists()


def test_a_study_of_one_future_is_compared_without_sensitivity(said: Call, sir: Path, tmp_path: Path) -> None:
    told = json.loads(said("study", sir, "--quick", "--futures", 1, "--output", tmp_path / "out", "--json").out)
    assert set(told["findings"]) == {"comparison"}


def test_what_comes_true_or_does_not_is_compared_by_shares_of_futures(said: Call, sir: Path, tmp_path: Path) -> None:
    """The epidemic is called large when more than half are infected: yes or no in each future."""
    text = sir.with_suffix(".mdl").read_text(encoding="utf-8")
    mark = "********************************************************"
    assert mark in text
    large = "large epidemic = IF THEN ELSE(infectious share > 0.1, 1, 0)\n\t~\tDmnl\n\t~\t|\n\n"
    sir.with_suffix(".mdl").write_text(text.replace(mark, large + mark, 1), encoding="utf-8")
    asked = '[outcomes.large]\ntitle = "A large epidemic"\nvariable = "large epidemic"\nreduce = "max"\n'
    told = sir.read_text(encoding="utf-8")
    sir.write_text(told + asked + 'acceptable = "<= 0.9"\nbetter = "lower"\n', encoding="utf-8")
    assert said("sweep", sir, "--futures", 40, "--output", tmp_path / "out").code == 0
    shown = said("compare", tmp_path / "out", "--outcome", "large")
    assert shown.code == 0, shown.err
    assert "the share of futures is told in which it comes true" in shown.out
    head, *rows = shown.out.partition("A large epidemic")[2].splitlines()[1:6]
    assert "futures" in head
    assert "change in points" in head
    assert "median" not in head
    assert all(row.rstrip().endswith((" yes", " no")) for row in rows), rows
    assert all("%" in row for row in rows)


def test_brackets_in_titles_are_printed_as_they_are(said: Call, sir: Path, tmp_path: Path) -> None:
    text = sir.read_text(encoding="utf-8")
    sir.write_text(text.replace('"Infectious at the peak"', '"[red]Peak[/red] [/]"'), encoding="utf-8")
    assert said("sweep", sir, "--futures", 8, "--output", tmp_path / "[bold]out").code == 0
    told = said("compare", tmp_path / "[bold]out", "--outcome", "peak")
    assert told.code == 0, told.err
    assert "[red]Peak[/red] [/]" in told.out


def _table(path: Path) -> dict[str, np.ndarray]:
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    return dict(zip(head, np.array(rows, dtype=float).T, strict=True))
