"""A sample of a posterior ⇄ one netCDF file with the groups that ArviZ knows: posterior, prior, observed_data …

Any reader of ArviZ opens it (`arviz.from_netcdf`, or `xarray.open_datatree`): Kumar et al. (2019), JOSS 4(33).
"""

import importlib.util
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import xarray as xr

from sdmodel.errors import RunsError
from sdmodel.runs.escape import stored
from sdmodel.runs.swap import new_file

FILE = "posterior.nc"
POSTERIOR = "posterior"
CONSTANT = "constant"
"""The role of variables that are constants of the model, or initial values of its stocks."""
_NAME, _ROLE = "model_name", "role"


def write_sample(path: Path, groups: Mapping[str, xr.Dataset], about: Mapping[str, str]) -> Path:
    """The path of the file with a dataset a group, in place of an earlier one; `about` says what it is of.

    Raises:
        RunsError: h5netcdf is not installed, or the file cannot be written.
    """
    _needed(path)
    with new_file(path) as partial:
        xr.Dataset(attrs=dict(about)).to_netcdf(partial, mode="w", engine="h5netcdf")
        for name, group in groups.items():
            _escaped(group).to_netcdf(partial, mode="a", group=name, engine="h5netcdf")
    return path


def read_sample(path: Path) -> dict[str, np.ndarray]:
    """The constants of the posterior in the file by the model's own names, each [draw], all draws of all chains.

    Raises:
        RunsError: the file is missing, is no sample of a posterior, or h5netcdf is not installed.
    """
    if not path.is_file():
        raise RunsError(
            f'there is no file {path}. "sdmodel calibrate STUDY --posterior --output FOLDER" writes FOLDER/{FILE}.'
        )
    _needed(path)
    try:
        with xr.open_dataset(path, group=POSTERIOR, engine="h5netcdf") as group:
            found = {
                str(one.attrs.get(_NAME, name)): one.load()
                for name, one in group.data_vars.items()
                if one.attrs.get(_ROLE) == CONSTANT
            }
    except (OSError, KeyError, ValueError, TypeError) as problem:
        raise RunsError(f"{path} is not a file with a posterior, or it is damaged: {problem}.") from problem
    return _flat(path, found)


def read_about(path: Path) -> dict[str, str]:
    """What the file says that it is of: the attributes of its root, as text.

    Raises:
        RunsError: the file cannot be read, or h5netcdf is not installed.
    """
    _needed(path)
    try:
        with xr.open_dataset(path, engine="h5netcdf") as root:
            return {str(name): str(value) for name, value in root.attrs.items()}
    except (OSError, KeyError, ValueError, TypeError) as problem:
        raise RunsError(f"{path} is not a file with a posterior, or it is damaged: {problem}.") from problem


def _flat(path: Path, found: Mapping[str, xr.DataArray]) -> dict[str, np.ndarray]:
    flat = {name: one.values.astype(np.float64).ravel() for name, one in found.items()}
    if not flat or len({len(one) for one in flat.values()}) > 1 or not all(map(len, flat.values())):
        raise RunsError(f'{path}: its group "{POSTERIOR}" has no draws of constants of a model that sdmodel made.')
    if not all(np.isfinite(one).all() for one in flat.values()):
        raise RunsError(f"{path}: draws of the posterior are missing or infinite. Make it again.")
    return flat


def _escaped(group: xr.Dataset) -> xr.Dataset:
    """The same with names that a netCDF file may hold; the model's own stays as an attribute."""
    named = group.copy()
    for name in named.variables:
        if stored(str(name)) != name or named[name].attrs.get(_ROLE):
            named[name].attrs[_NAME] = str(name)
    dims = {name for name in group.dims if stored(str(name)) != name}
    return named.rename({name: stored(str(name)) for name in {*named.variables, *dims} if stored(str(name)) != name})


def _needed(path: Path) -> None:
    missing = [name for name in ("h5netcdf", "h5py") if importlib.util.find_spec(name) is None]
    if missing:
        raise RunsError(f"{path}: the file needs {' and '.join(missing)}: pip install 'sdmodel[posterior]'.")
