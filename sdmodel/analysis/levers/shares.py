"""Where a target is met in each future → the share of futures that meet it at an intensity, and the least that serves.

More may hurt: a future that meets the target at a half may miss it at one. So what serves a share of futures is not a
quantile of what each of them needs at least, but the least intensity at which so many meet the target at once.
"""

from dataclasses import dataclass

import numpy as np

from sdmodel.analysis.levers.crossing import Bools, Crossings, Floats, Ints


@dataclass(frozen=True)
class Share:
    """How many of `total` futures meet the target, as a step curve over intensity.

    `begun` meet it at 0; one more from each of `begins` on, one less beyond each of `ceases` (both rising).
    """

    begun: int
    begins: Floats
    ceases: Floats
    total: int

    def at(self, x: Floats) -> Floats:
        """The share of futures that meet the target at each `x`."""
        return np.asarray(self._met(x) / self.total)

    def least(self, wanted: float) -> float:
        """The least intensity at which so large a share meet it; NaN where there is none."""
        needed = int(np.ceil(wanted * self.total - 1e-9))
        serves = np.flatnonzero(self._met(self._rises) >= needed)
        return float(self._rises[serves[0]]) if len(serves) else float("nan")

    def best(self) -> tuple[float, float]:
        """The greatest share that meets it at one intensity, and the least such intensity; NaN for that of nobody."""
        met = self._met(self._rises)
        at = int(met.argmax())
        return float(met[at] / self.total), float(self._rises[at]) if met[at] else float("nan")

    @property
    def _rises(self) -> Floats:
        """The intensities at which it may be greater than just before: least and greatest shares begin there."""
        return np.concatenate([[0.0], np.unique(self.begins)])

    def _met(self, x: Floats) -> Ints:
        begun = self.begun + np.searchsorted(self.begins, x, side="right")
        return np.asarray(begun - np.searchsorted(self.ceases, x, side="left"))


@dataclass(frozen=True)
class Reach:
    """Where a target is met along one way: `least`, `stretches` and `ceases` in each future, `share` of all of them."""

    least: Floats
    stretches: Ints
    ceases: Bools
    share: Share

    @property
    def reachable(self) -> float:
        """The share of futures in which some intensity meets it, each its own."""
        return float(np.isfinite(self.least).mean())


def reach_of(found: Crossings) -> Reach:
    """What the crossings of one way mean; each case is a future."""
    begins = found.begins
    share = Share(
        int(found.begun.sum()), np.sort(found.inside[begins]), np.sort(found.inside[~begins]), len(found.begun)
    )
    return Reach(found.least, found.stretches, found.ceases, share)
