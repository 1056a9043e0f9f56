"""Numbers that a model takes from other files: what each equation asks for → arrays."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from sdmodel.errors import ModelError
from sdmodel.model.names import did_you_mean
from sdmodel.read.data import external
from sdmodel.read.dimensions import Unsupported

Series = tuple[np.ndarray, np.ndarray]
_Numbers = TypeVar("_Numbers")


@dataclass
class Sources:
    """`folder` opens files beside the model; `datasets` [variable] are data that the user gives."""

    folder: external.Folder
    datasets: Mapping[str, Series] = field(default_factory=dict)

    def range(self, name: str, told: dict[str, str]) -> list[str]:
        """The elements of a subscript range (GET XLS SUBSCRIPT)."""
        return external.subscripts(self.folder, told, of=name)

    def constants(self, asked: Any, shape: tuple[int, ...]) -> np.ndarray:
        """Numbers of GET XLS CONSTANTS, of that shape."""
        return _found(external.constants, self.folder, asked, shape)

    def lookups(self, asked: Any, shape: tuple[int, ...]) -> Series:
        """x [point] and y [*shape, point] of GET XLS LOOKUPS."""
        return _found(external.lookups, self.folder, asked, shape)

    def series(self, asked: Any, shape: tuple[int, ...]) -> Series:
        """Times [time] and values [*shape, time] of GET XLS DATA."""
        return _found(external.series, self.folder, asked, shape)

    def dataset(self, name: str) -> Series:
        """Times [time] and values [time] of a variable that the user gives data for.

        Raises:
            Unsupported: there are none.
        """
        if name not in self.datasets and len(self.datasets):
            there = getattr(self.datasets, "names", list(self.datasets))
            raise Unsupported(f"it follows data, and no file given with --data has them.{did_you_mean(name, there)}")
        if name not in self.datasets:
            raise Unsupported("it follows data that the model does not bring; give a file with --data FILE")
        return self.datasets[name]


def _found(read: Callable[..., _Numbers], folder: external.Folder, asked: Any, shape: tuple[int, ...]) -> _Numbers:
    """What was read; Unsupported, so that it is listed with its variable, when that cannot be."""
    try:
        return read(folder, asked, shape)
    except ModelError as problem:
        raise Unsupported(str(problem)) from None
