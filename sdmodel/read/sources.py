"""Numbers that a model takes from other files: what each equation asks for → arrays."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sdmodel.model.names import key
from sdmodel.read.data import external
from sdmodel.read.dimensions import Unsupported

Series = tuple[np.ndarray, np.ndarray]


@dataclass
class Sources:
    """`folder` opens files beside the model; `datasets` [key of a variable] are data that the user gives."""

    folder: external.Folder
    datasets: Mapping[str, Series] = field(default_factory=dict)

    def constants(self, asked: Any, shape: tuple[int, ...]) -> np.ndarray:
        """Numbers of GET XLS CONSTANTS, of that shape."""
        return external.constants(self.folder, asked, shape)

    def lookups(self, asked: Any, shape: tuple[int, ...]) -> Series:
        """x [point] and y [*shape, point] of GET XLS LOOKUPS."""
        return external.lookups(self.folder, asked, shape)

    def series(self, asked: Any, shape: tuple[int, ...]) -> Series:
        """Times [time] and values [*shape, time] of GET XLS DATA."""
        return external.series(self.folder, asked, shape)

    def dataset(self, name: str) -> Series:
        """Times [time] and values [time] of a variable that the user gives data for.

        Raises:
            Unsupported: there are none.
        """
        found = self.datasets.get(key(name))
        if found is None:
            raise Unsupported("it follows data that the model does not bring; give a file with --data FILE")
        return found
