"""A box → the same with its faces moved out as far as it does not become less dense (Friedman & Fisher 1999, 8.2)."""

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from sdmodel.analysis.discovery.boxes import BARRED, LOW, Box, outside
from sdmodel.analysis.discovery.peeling import ALPHA, WHOLE


def pasted(box: Box, inputs: np.ndarray, fails: np.ndarray, kinds: np.ndarray, *, alpha: float = ALPHA) -> Box:
    """`box` widened, by a share `alpha` of its own futures at a time, at whichever face gains most density.

    A widening that keeps the density as it is counts as a gain when it takes in failures.
    """
    while True:
        inside = box.inside(inputs)
        futures, failures = int(inside.sum()), int((inside & fails).sum())
        best, found = (failures / futures, failures) if futures else (1.0, 0), None
        for wider in _wider(box, inputs, kinds, max(1, math.ceil(alpha * futures))):
            taken = wider.inside(inputs)
            gained = int((taken & fails).sum())
            if gained > failures and (gained / taken.sum(), gained) > best:
                best, found = (gained / int(taken.sum()), gained), wider
        if found is None:
            return box
        box = found


def _wider(box: Box, inputs: np.ndarray, kinds: np.ndarray, count: int) -> Iterator[Box]:
    """The box with each of its faces moved out by `count` futures, or with one more value of a category."""
    beyond = outside(box, inputs)
    apart = beyond.sum(axis=0)
    for row, (place, side) in enumerate(box.faces):
        next_to = inputs[beyond[row] & (apart == 1), place]
        if side == BARRED:
            yield from (replace(box, barred=box.barred - {pair}) for pair in box.barred if pair[0] == place)
        elif not len(next_to):
            continue
        else:
            yield box.moved(place, side, _limit(np.sort(next_to), side, count, kinds[place] == WHOLE))


def _limit(values: np.ndarray, side: str, count: int, whole: bool) -> float:
    """The limit that takes in the `count` nearest of rising `values`, infinite when it takes in all."""
    near = values[::-1] if side == LOW else values
    if count >= len(near) or near[count - 1] == near[-1]:
        return -np.inf if side == LOW else np.inf
    last = float(near[count - 1])
    after = float(near[np.argmax(near < last if side == LOW else near > last)])
    return last if whole else (last + after) / 2
