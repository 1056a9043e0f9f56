"""Seed and numbers of futures → what a kernel needs for random draws, member by member.

All scenarios draw the same numbers in the same future, so that what differs between them is not chance.
"""

import operator
from dataclasses import dataclass

import numpy as np

from sdmodel.engine.inputs import Inputs
from sdmodel.errors import ExperimentError


@dataclass(frozen=True)
class Draws:
    """`seed` and `numbers` [experiment] of their futures, as `model.draw` takes them."""

    seed: int
    numbers: np.ndarray

    def of(self, members: np.ndarray, size: int) -> tuple[int, np.ndarray]:
        """The seed as a signed number of 64 bits, and the numbers of `members`, padded to `size` with the last one."""
        seed = self.seed % 2**64
        signed = seed - 2**64 if seed >= 2**63 else seed
        lanes = np.minimum(np.arange(size), len(members) - 1)
        return signed, np.ascontiguousarray(self.numbers[members[lanes]])


def draws_of(given: Inputs, seed: int | None) -> Draws:
    """The draws of a table of experiments; without `seed` that of the table, or else 0.

    Raises:
        ExperimentError: a seed that is not a whole number.
    """
    chosen = given.labels.seed if seed is None else seed
    try:
        whole = operator.index(chosen)
    except TypeError:
        raise ExperimentError(f"{given.model.name}: seed is {chosen!r}; it must be a whole number.") from None
    return Draws(whole, given.labels.futures.astype(np.int64))
