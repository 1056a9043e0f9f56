"""Placeholder until the reader of external files is here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from sdmodel.errors import ModelError


@dataclass
class Folder:
    """Opens files below `root`."""

    root: Path
    aliases: Mapping[str, str] = field(default_factory=dict)
    allowed: tuple[Path, ...] = ()


def constants(folder: Folder, asked: Any, shape: tuple[int, ...]) -> np.ndarray:
    raise ModelError("external files are not supported yet")


def lookups(folder: Folder, asked: Any, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    raise ModelError("external files are not supported yet")


series = lookups


def subscripts(folder: Folder, told: dict[str, str]) -> list[str]:
    raise ModelError("external files are not supported yet")
