"""What all tests share: a cache of kernels of their own, and small Vensim models written as lines of equations."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import settings

# The integration server tries the same examples each time and has no time limit of its own; new ones are searched here.
settings.register_profile("integration", derandomize=True, deadline=None)
settings.register_profile("here", deadline=None)
settings.load_profile("integration" if os.environ.get("CI") else "here")

os.environ.pop("COLUMNS", None)  # workers of a parallel session have it: tables would be as narrow as its terminal

TILDE = "\n\t~\t"


@pytest.fixture(scope="session", autouse=True)
def kernel_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder for compiled kernels that belongs to this session: tests never write into the user's cache."""
    folder = tmp_path_factory.mktemp("kernels")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SDMODEL_CACHE", str(folder))
        yield folder


def model_text(*equations: str, start: object, stop: object, step: object, saveper: object) -> str:
    """A Vensim text model of equations, each `name = expression`, `name(points)` or with its own `~ unit ~ comment`."""
    controls = {"INITIAL TIME": start, "FINAL TIME": stop, "TIME STEP": step, "SAVEPER": saveper}
    lines = [*equations, *(f"{name} = {value}\n\t~\tMonth" for name, value in controls.items() if value is not None)]
    return "{UTF-8}\n" + "".join(f"{line}{TILDE * (2 - line.count('~'))}\n\t|\n\n" for line in lines)


@pytest.fixture(scope="session")
def mdl(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Writes a Vensim model into a folder of its own: mdl("a = 1", "b = a * Time", stop=4, step=0.5) → its path."""

    def write(
        *equations: str,
        start: object = 0,
        stop: object = 4,
        step: object = 1,
        saveper: object = "TIME STEP",
        name: str = "tiny",
        tail: str = "",
        encoding: str = "utf-8",
    ) -> Path:
        text = model_text(*equations, start=start, stop=stop, step=step, saveper=saveper) + tail
        path = tmp_path_factory.mktemp("model") / f"{name}.mdl"
        path.write_bytes(text.encode(encoding))
        return path

    return write


@pytest.fixture(scope="session")
def table() -> Callable[[Mapping[str, Sequence[float]]], xr.Dataset]:
    """Makes a table of experiments: table({"a": [1, 2], "TIME STEP": [1, 0.5]})."""

    def made(columns: Mapping[str, Sequence[float]]) -> xr.Dataset:
        n = max((len(column) for column in columns.values()), default=1)
        coords = {
            "experiment": np.arange(n),
            "scenario": ("experiment", np.array([f"scenario {row % 2}" for row in range(n)], dtype=object)),
            "future": ("experiment", np.arange(n) // 2),
        }
        return xr.Dataset({name: ("experiment", np.asarray(column, float)) for name, column in columns.items()}, coords)

    return made
