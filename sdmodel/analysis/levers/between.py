"""Margins at the points of a grid → a closer look where a peak between two points may just reach the limit.

The margin tells by how much something holds (positive) or fails (negative). Where it fails at three points in a row
and is best at the middle one, the peak lies between the outer two; rising on as steeply as towards the middle, it might
hold there. Then the gaps are halved around the best point, again and again, until it holds, or can no longer. The same
goes for a hollow in what holds. A window in what only holds or fails, without a margin that tells how nearly, stays
unseen.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sdmodel.analysis.levers.crossing import Bools, Floats, Ints, Seen

Ask = Callable[[Floats, Ints], tuple[Bools, Floats]]
"""Intensities and cases → whether it holds, and the margin."""


@dataclass(frozen=True)
class Peaks:
    """Three points in a row, `step` apart, the middle one at `x`; `height` [peak, 3]: how near to the other side.

    `holds` tells which side they are on; at a height above 0 they would be on the other.
    """

    case: Ints
    x: Floats
    holds: Bools
    height: Floats
    step: float

    def of(self, which: Bools) -> "Peaks":
        """Those of them."""
        return Peaks(self.case[which], self.x[which], self.holds[which], self.height[which], self.step)

    @property
    def hopeful(self) -> Bools:
        """Where the middle is the highest, and no steeper rise than that towards it would reach the other side."""
        middle = self.height[:, 1]
        with np.errstate(invalid="ignore"):
            rise = middle[:, None] - self.height[:, ::2]
            return np.asarray(
                (rise >= 0).all(axis=1) & (rise > 0).any(axis=1) & (middle + rise.max(axis=1) >= 0), dtype=bool
            )


def between(grid: Floats, holds: Bools, margin: Floats, ask: Ask, rounds: int) -> Seen:
    """The points between those of the even `grid` at which it holds or fails, other than at both neighbours.

    `holds` and `margin` [case, point]; `ask` is asked at most `rounds` times.
    """
    peaks = _on_grid(grid, holds, margin)
    seen = [Seen(np.empty(0, dtype=np.int64), np.empty(0), np.empty(0, dtype=bool))]
    for _ in range(rounds):
        peaks = peaks.of(peaks.hopeful)
        if not len(peaks.case):
            break
        peaks, found = _halved(peaks, ask)
        seen.append(found)
    return Seen(*(np.concatenate([getattr(one, name) for one in seen]) for name in ("case", "x", "holds")))


def _on_grid(grid: Floats, holds: Bools, margin: Floats) -> Peaks:
    alike = (holds[:, 1:-1] == holds[:, :-2]) & (holds[:, 1:-1] == holds[:, 2:])
    case, left = (one.astype(np.int64) for one in np.nonzero(alike))
    three = margin[case[:, None], left[:, None] + np.arange(3)]
    own = holds[case, left + 1]
    return Peaks(case, grid[left + 1], own, np.where(own, -1.0, 1.0)[:, None] * three, float(grid[1] - grid[0]))


def _halved(peaks: Peaks, ask: Ask) -> tuple[Peaks, Seen]:
    """Half the step around the highest of each, without those that are found to reach the other side."""
    half, count = peaks.step / 2, len(peaks.case)
    sides = np.concatenate([peaks.x - half, peaks.x + half])
    holds, margin = ask(sides, np.tile(peaks.case, 2))
    other = (holds != np.tile(peaks.holds, 2)).reshape(2, count)
    beside = (np.where(np.tile(peaks.holds, 2), -1.0, 1.0) * margin).reshape(2, count)
    five = np.stack([peaks.height[:, 0], beside[0], peaks.height[:, 1], beside[1], peaks.height[:, 2]], axis=1)
    best = 1 + np.nan_to_num(five[:, 1:4], nan=-np.inf).argmax(axis=1)
    height = five[np.arange(count)[:, None], best[:, None] + np.arange(-1, 2)]
    closer = Peaks(peaks.case, peaks.x + (best - 2) * half, peaks.holds, height, half)
    flat = other.ravel()
    found = Seen(np.tile(peaks.case, 2)[flat], sides[flat], holds[flat])
    return closer.of(~other.any(axis=0)), found
