"""Draws of walkers → chains as ArviZ takes them: an ensemble is a chain, because walkers of one know of each other.

ArviZ halves each chain and correlates draws along it. So within a chain walkers follow each other, each with its draws
in the order of time: first the earlier half of all of them, then the later half. R-hat then compares the ensembles,
early and late, and effective draws know how long a walker takes to forget where it was. Walkers as chains would be a
hundred short ones, whose R-hat is above 1.01 by their shortness alone; step by step through all walkers would hide how
alike the steps of one walker are.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sdmodel.analysis.calibration.fit import Floats

Ints = NDArray[np.int64]
TOLD = (
    "A chain is an ensemble of walkers. Along it walkers follow each other, each with its draws in order of time: the "
    "earlier half of all walkers, then the later half. So R-hat compares ensembles, early and late, and effective "
    "draws know how long a walker takes to forget. The coordinates walker and step tell where each draw is from."
)


@dataclass(frozen=True)
class Layout:
    """Where draws of `walkers` stand in `ensembles` chains, of `draws` of each walker; `chosen` are those asked for."""

    draws: int
    walkers: int
    ensembles: int
    chosen: Ints

    @property
    def of_each(self) -> int:
        """Walkers of an ensemble."""
        return self.walkers // self.ensembles

    @property
    def order(self) -> Ints:
        """Of the chosen draws of the walkers of an ensemble, draw by draw: which stands where in the chain."""
        draw, walker = self._where()
        longer = walker < self.of_each // 2  # of an odd number of draws the middle one is halved by walkers
        late = draw >= (self.draws + longer) // 2
        return np.lexsort((draw, walker, late))

    def chains(self, values: Floats) -> Floats:
        """`values` [draw, walker, …] of the chosen draws as [chain, draw, …]."""
        grouped = values.reshape(len(self.chosen), self.ensembles, self.of_each, *values.shape[2:]).swapaxes(0, 1)
        flat = grouped.reshape(self.ensembles, -1, *values.shape[2:])
        return np.ascontiguousarray(flat[:, self.order])

    def coords(self) -> Mapping[str, object]:
        """Coordinates of chain and draw: `draw` counts as in the chain of all draws."""
        draw, walker = (one[self.order] for one in self._where())
        return {
            "chain": np.arange(self.ensembles),
            "draw": self._places()[draw * self.of_each + walker],
            "walker": ("draw", walker),
            "step": ("draw", draw),
        }

    def _where(self) -> tuple[Ints, Ints]:
        """(draw, walker of the ensemble) of the chosen draws, draw by draw."""
        return np.repeat(self.chosen, self.of_each), np.tile(np.arange(self.of_each), len(self.chosen))

    def _places(self) -> Ints:
        """Where each of all draws stands in the chain, by draw · walkers of an ensemble + walker."""
        whole = Layout(self.draws, self.walkers, self.ensembles, np.arange(self.draws)).order
        return np.argsort(whole, kind="stable")
