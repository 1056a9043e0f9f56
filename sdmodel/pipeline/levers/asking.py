"""A ground and rows that move its levers → the study's outcomes of their runs, batch by batch."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sdmodel.analysis.outcomes import outcomes as with_outcomes
from sdmodel.design.distributions import Floats
from sdmodel.design.moved import Ground, Ints
from sdmodel.engine import compiled
from sdmodel.errors import StudyError
from sdmodel.model.model import Model
from sdmodel.pipeline.progress import Progress
from sdmodel.runs.schema import failed, values
from sdmodel.study.search.spec import Requirement
from sdmodel.study.spec import Study
from sdmodel.study.terms import Outcome

Bools = NDArray[np.bool_]
Columns = Callable[[slice], Mapping[str, Floats]]
_BYTES = 32 * 2**20
_HOLDS: dict[str, Callable[[Floats, float], Bools]] = {
    "<=": lambda numbers, bound: numbers <= bound,
    "<": lambda numbers, bound: numbers < bound,
    ">=": lambda numbers, bound: numbers >= bound,
    ">": lambda numbers, bound: numbers > bound,
}


@dataclass
class Count:
    """Runs made so far, and those that failed."""

    runs: int = 0
    failed: int = 0


@dataclass(frozen=True)
class Asking:
    """Asks the model for `outcomes`; all runs keep the same variables, so that one kernel serves all questions."""

    study: Study
    model: Model
    outcomes: tuple[str, ...]
    seed: int = 0
    threads: int | None = None
    progress: Progress | None = None
    count: Count = field(default_factory=Count)

    def numbers(self, ground: Ground, future: Ints, columns: Columns, stage: str = "") -> dict[str, Floats]:
        """Each outcome [row]; `columns` gives what moves in a slice of the rows.

        A year that never comes is infinite; where a run failed, the number is NaN.
        """
        parts: list[dict[str, Floats]] = []
        size, rows = self._rows(ground), len(future)
        for begin in range(0, rows, size):
            part = slice(begin, min(begin + size, rows))
            parts.append(self._batch(ground.table(future[part], columns(part))))
            if self.progress and stage:
                self.progress(stage, part.stop - part.start, rows)
        return {name: np.concatenate([one[name] for one in parts]) for name in self.outcomes}

    @property
    def _kept(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(outcome.variable for outcome in self.study.outcomes.values()))

    def _batch(self, table: xr.Dataset) -> dict[str, Floats]:
        runs = compiled.simulate(
            self.model, table, save=self._kept, every=self.study.save_every, seed=self.seed, threads=self.threads
        )
        asked = {name: self.study.outcomes[name] for name in self.outcomes}
        found = with_outcomes(replace(self.study, outcomes=asked), runs)
        broken = failed(found)
        self.count.runs += len(broken)
        self.count.failed += int(broken.sum())
        return {name: _told(one, values(found, name), broken) for name, one in asked.items()}

    def _rows(self, ground: Ground) -> int:
        clock = compiled.own_clock(self.model)
        every = self.study.save_every
        times = len(clock.saves) if every is None else int(clock.steps * clock.time_step / every) + 1
        return max(1, _BYTES // (8 * (times * len(self._kept) + len(ground.columns))))


def held(numbers: Mapping[str, Floats], requires: tuple[Requirement, ...]) -> Bools:
    """Where all requirements hold; nowhere where a run failed."""
    every = [_HOLDS[one.sign](numbers[one.outcome], one.bound) for one in requires]
    return np.asarray(np.logical_and.reduce(every))


def asked_outcomes(study: Study, *names: str) -> tuple[str, ...]:
    """The names that are not empty, each once.

    Raises:
        StudyError: the study has no such outcome.
    """
    found = tuple(dict.fromkeys(name for name in names if name))
    if missing := next((name for name in found if name not in study.outcomes), None):
        raise StudyError(f'{study.path.name}: the study has no outcome "{missing}".')
    return found


def _told(outcome: Outcome, numbers: Floats, broken: Bools) -> Floats:
    never = np.inf if outcome.reduce == "first" else np.nan
    return np.where(~broken & np.isnan(numbers), never, numbers)
