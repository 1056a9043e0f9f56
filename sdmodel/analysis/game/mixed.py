"""An equilibrium in which somebody may mix, and the door to nashpy, which computes them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sdmodel.errors import ExperimentError

Floats = NDArray[np.float64]
CLOSE = 1e-9
"""Of the size of payoffs: what is nearer counts as equal."""


@dataclass(frozen=True)
class Mixed:
    """Probabilities of the choices of each player in an equilibrium, and what each expects."""

    first: Floats
    second: Floats
    payoffs: tuple[float, float]

    @classmethod
    def of(cls, first: Floats, second: Floats, row: Floats, column: Floats) -> "Mixed":
        """The strategies `row` and `column` in the game with the payoff tables `first` and `second`."""
        return cls(row, column, (float(row @ first @ column), float(row @ second @ column)))

    @property
    def mixes(self) -> bool:
        """Whether somebody mixes."""
        return bool(min(self.first.max(), self.second.max()) < 1 - CLOSE)


def pure(first: Floats, second: Floats, profile: tuple[int, int]) -> Mixed:
    """The pair of pure choices `profile`."""
    row, column = (np.eye(size)[at] for size, at in zip(first.shape, profile, strict=True))
    return Mixed.of(first, second, row, column)


def needed() -> Any:
    """The module nashpy.

    Raises:
        ExperimentError: it is not installed.
    """
    try:
        import nashpy  # an extra: pure equilibria do not need it
    except ImportError:
        raise ExperimentError("Mixed equilibria need the extra \"game\": pip install 'sdmodel[game]'.") from None
    return nashpy
