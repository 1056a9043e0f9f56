"""Words for several behaviours, each with a name if it is given one → the behaviour that all of them hold.

"hedging pays: end(run, 'loss') < end(run + sides, 'loss')" is told as "hedging pays".
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sdmodel.analysis.tipping.boundary import UNDEFINED, Behaviour
from sdmodel.analysis.wording import joined
from sdmodel.errors import ExperimentError
from sdmodel.pipeline.tipping.behaviour import Asked, Rows, Under, behaviour

MOST = 20
_NAMED = re.compile(r"\s*([^:'\"<>=()]+?)\s*:\s*(\S.*)", re.DOTALL)


@dataclass(frozen=True)
class Conditions:
    """`parts` as they are to be told by `names`; called with values [row] of inputs it tells where all of them hold."""

    parts: tuple[Asked, ...]
    names: tuple[str, ...]

    def __call__(self, moving: Rows) -> Behaviour:
        found = np.array([part(moving) for part in self.parts])
        return np.where((found == UNDEFINED).any(axis=0), UNDEFINED, found.min(axis=0)).astype(np.int8)

    @property
    def words(self) -> str:
        """ "pays and frightens nobody"."""
        return joined(self.names)

    @property
    def risk(self) -> bool:
        """Whether one of them is about a risk."""
        return any(part.risk for part in self.parts)

    @property
    def meanings(self) -> tuple[str, ...]:
        """What each name stands for."""
        told = zip(self.names, self.parts, strict=True)
        return tuple(f'"{name}" stands for {part.words}.' for name, part in told if name != part.words)


def conditions(words: Sequence[str], under: Under) -> Conditions:
    """The behaviours that `words` describe, said of `under`.

    Raises:
        ExperimentError: there are none or too many, or one describes no behaviour.
    """
    if not 1 <= len(words) <= MOST:
        raise ExperimentError(f"--when: give it once, or up to {MOST} times; it is given {len(words)} times.")
    parts, names = [], []
    for one in words:
        named = _NAMED.fullmatch(one)
        parts.append(behaviour(named[2] if named else one, under))
        names.append(named[1] if named else parts[-1].words)
    return Conditions(tuple(parts), tuple(names))
