"""Findings as strict JSON."""

import json

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from sdmodel.analysis import files
from sdmodel.analysis.finding import Finding
from sdmodel.errors import RunsError


def finding(table=None) -> Finding:
    made = xr.Dataset(
        {
            "median": (("outcome", "scenario"), np.array([[1.5, np.nan], [np.inf, -np.inf]]), {"units": "%"}),
            "insensitive": (("outcome",), np.array([True, False])),
            "count": ((), np.int64(3)),
            "title": (("outcome",), np.array(["größe", 'say "x"'], dtype=object)),
        },
        coords={"outcome": ["a", "b"], "scenario": ["s", "t + u"], "quantile": 0.5},
        attrs={"seed": np.int64(0), "resamples": 5, "levels": (0.1, np.nan)},
    )
    return Finding("comparison", made if table is None else table, "One sentence.", ("First.", "Second."))


def strict(text: str):
    """Parses JSON and refuses what only Python would accept."""
    return json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))


def test_a_finding_comes_back_from_json_as_it_was(tmp_path):
    back = files.read(files.write(finding(), tmp_path / "findings" / "comparison.json"))
    xr.testing.assert_equal(back.table, finding().table)
    assert back.table["insensitive"].dtype == bool
    assert back.table["count"].dtype == np.int64
    assert back.table["median"].attrs == {"units": "%"}
    assert back.table.attrs["seed"] == 0
    assert (back.name, back.sentence, back.caveats) == ("comparison", "One sentence.", ("First.", "Second."))


def test_json_is_strict_although_numbers_are_missing():
    content = strict(files.to_json(finding()))
    assert content["table"]["variables"]["median"]["values"] == [[1.5, None], ["inf", "-inf"]]


@given(arrays.arrays(float, arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3), elements=st.floats()))
def test_every_float_survives_to_the_last_bit(numbers):
    dims = [f"d{place}" for place in range(numbers.ndim)]
    told = strict(files.to_json(finding(xr.Dataset({"x": (dims, numbers)}))))
    back = files.from_dict(told).table["x"]
    if numbers.size:
        np.testing.assert_array_equal(back.values, numbers)
        assert back.dims == tuple(dims)


def test_damaged_and_missing_findings_are_told(tmp_path):
    with pytest.raises(RunsError, match="cannot read a finding"):
        files.read(tmp_path / "none.json")
    (tmp_path / "bad.json").write_text("{")
    with pytest.raises(RunsError, match="cannot read a finding"):
        files.read(tmp_path / "bad.json")
    for spoilt in ([], {}, {**files.to_dict(finding()), "table": 3}):
        (tmp_path / "bad.json").write_text(json.dumps(spoilt))
        with pytest.raises(RunsError, match="not a finding"):
            files.read(tmp_path / "bad.json")


def test_a_table_of_objects_is_refused():
    with pytest.raises(RunsError, match="findings hold numbers and text"):
        files.to_dict(finding(xr.Dataset({"x": ("d", np.array(["2020"], dtype="datetime64[ns]"))})))


@pytest.mark.parametrize("content", ["{", "{}", '{"name": "x", "table": 3}', "[]", "\x00"])
def test_a_damaged_file_is_named_with_what_to_do(tmp_path, content):
    path = tmp_path / "comparison.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(RunsError, match=r"comparison\.json: .*Remove the file"):
        files.read(path)
