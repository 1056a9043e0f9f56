"""Finding ⇄ strict JSON: for `--json`, and for the findings kept beside the runs."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.errors import RunsError
from sdmodel.runs.swap import new_file

_TEXT = "text"


def to_dict(finding: Finding) -> dict[str, Any]:
    """The finding as plain lists, texts and numbers. NaN becomes null, the infinities "inf" and "-inf"."""
    table = finding.table
    return {
        "name": finding.name,
        "sentence": finding.sentence,
        "caveats": list(finding.caveats),
        "table": {
            "coords": {str(name): _variable_to_dict(table[name]) for name in table.coords},
            "variables": {str(name): _variable_to_dict(table[name]) for name in table.data_vars},
            "attributes": _attributes(table.attrs),
        },
    }


def from_dict(content: dict[str, Any]) -> Finding:
    """The finding that `to_dict` told; RunsError when parts are missing or of another kind."""
    try:
        table = xr.Dataset(
            {name: _variable_from_dict(told) for name, told in content["table"]["variables"].items()},
            coords={name: _variable_from_dict(told) for name, told in content["table"]["coords"].items()},
            attrs=content["table"]["attributes"],
        )
        return Finding(str(content["name"]), table, str(content["sentence"]), tuple(map(str, content["caveats"])))
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise RunsError(f"this is not a finding that sdmodel wrote, or it is damaged: {problem}.") from problem


def to_json(finding: Finding, indent: int | None = None) -> str:
    """The finding as strict JSON: any reader of JSON can read it."""
    return json.dumps(to_dict(finding), allow_nan=False, ensure_ascii=False, indent=indent)


def write(finding: Finding, path: str | Path) -> Path:
    """The path of the finding written as JSON, in place of an earlier one."""
    path = Path(path)
    with new_file(path) as partial:
        partial.write_text(to_json(finding) + "\n", encoding="utf-8")
    return path


def read(path: str | Path) -> Finding:
    """The finding in that file; RunsError when it is missing or damaged."""
    try:
        return from_dict(json.loads(Path(path).read_text(encoding="utf-8")))
    except (OSError, ValueError, RunsError) as problem:
        told = str(problem).rstrip(".")
        raise RunsError(f"cannot read a finding from {path}: {told}. Remove the file, and make it again.") from problem


def _variable_to_dict(variable: xr.DataArray) -> dict[str, Any]:
    kind = variable.dtype.kind
    if kind not in "fiubUOT":
        raise RunsError(f'"{variable.name}" of a finding is {variable.dtype}; findings hold numbers and text.')
    text = kind in "UOT"
    array = variable.values.astype(str) if text else variable.values
    return {
        "dims": list(map(str, variable.dims)),
        "shape": list(variable.shape),
        "dtype": _TEXT if text else variable.dtype.name,
        "values": _strict(array.tolist()) if kind == "f" else array.tolist(),
        "attributes": _attributes(variable.attrs),
    }


def _variable_from_dict(told: dict[str, Any]) -> xr.Variable:
    dtype = np.dtype(str if told["dtype"] == _TEXT else told["dtype"])
    numbers = _loose(told["values"]) if dtype.kind == "f" else told["values"]
    array = np.array(numbers, dtype=None if dtype.kind == "U" and numbers else dtype).reshape(told["shape"])
    return xr.Variable(told["dims"], array, told["attributes"])


def _strict(value: Any) -> Any:
    """Nested lists of floats with what JSON has no word for replaced."""
    if isinstance(value, list):
        return [_strict(inner) for inner in value]
    if value != value:
        return None
    return value if abs(value) != float("inf") else str(value)


def _loose(value: Any) -> Any:
    if isinstance(value, list):
        return [_loose(inner) for inner in value]
    return float("nan") if value is None else float(value)


def _attributes(attributes: dict[Any, Any]) -> dict[str, Any]:
    """Attributes as JSON knows them."""
    return {str(name): _plain(value) for name, value in attributes.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic | np.ndarray):
        value = value.tolist()
    if isinstance(value, dict):
        return _attributes(value)
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, float):
        return _strict(value)
    return value if value is None or isinstance(value, str | int) else str(value)
