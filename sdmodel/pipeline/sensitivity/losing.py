"""Numbers of a design, of which some are missing → the losses of each outcome and trajectory, by scenario.

A unit of a design (a block, a Morris trajectory) is lost whole when one of its runs has no number.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from sdmodel.analysis.sensitivity.losses import NEVER, Loss, along, is_time
from sdmodel.analysis.wording import outcome_title
from sdmodel.errors import ExperimentError
from sdmodel.pipeline.sensitivity.columns import Numbers, Parts
from sdmodel.study.spec import Study

_ENOUGH = 2048
"""Units whose ends are looked at for what failing goes with."""


def losses_of(study: Study, found: Numbers, parts: Parts) -> dict[str, list[Loss]]:
    """The losses of outcomes, then of trajectories."""
    looked = min(parts.count, _ENOUGH)
    inputs = _inputs(parts, looked) if any(lost.any() for lost in found.lost.values()) else None
    asked = found.asked
    titles = [*(outcome_title(study.outcomes[name]) for name in asked.outcomes), *asked.trajectories]

    def loss(scenario: str, at: int) -> Loss:
        lost = found.lost[scenario][at].reshape(parts.count, parts.rows)
        gone, here = lost.any(axis=1), at < len(asked.outcomes)
        there = np.isfinite(found.outcomes[scenario][at] if here else np.zeros(lost.size)).reshape(lost.shape)
        return Loss(
            title=titles[at],
            units=parts.count,
            failed=int(gone.sum()),
            absent=int((~there.all(axis=1) & ~gone).sum()),
            of_time=here and is_time(study, asked.outcomes[at]),
            along=along(*inputs, lost[:looked, [0, -1]].ravel()) if inputs and gone.any() else "",
        )

    return {scenario: [loss(scenario, at) for at in range(len(titles))] for scenario in asked.scenarios}


def refuse_all(losses: Mapping[str, Sequence[Loss]], noun: str) -> None:
    """ExperimentError where nothing is left that can be told."""
    every = [one for part in losses.values() for one in part]
    if every and all(one.is_too_much for one in every):
        told = " ".join(dict.fromkeys(one.first(noun, withheld=True) for one in every[:3]))
        raise ExperimentError(f"{told} {_instead(every)}")


def withheld(numbers: np.ndarray, losses: Sequence[Loss]) -> np.ndarray:
    """`numbers` [outcome or trajectory, …], all NaN where too much is lost."""
    out = [place for place, one in enumerate(losses) if one.is_too_much]
    if out:
        numbers = numbers.copy()
        numbers[out] = np.nan
    return numbers


def _instead(losses: Sequence[Loss]) -> str:
    failing = any(one.failed > one.absent for one in losses)
    return "Mend the model, or narrow the ranges in which it fails." if failing else NEVER


def _inputs(parts: Parts, count: int) -> tuple[np.ndarray, list[str]] | None:
    """Inputs [row, input] at both ends of the first units, which are independent of each other, and their names.

    None where nothing but random numbers varies.
    """
    made = parts.make(0, count)
    names = [str(name) for name in made.data_vars]
    if not names:
        return None
    columns = [np.asarray(made[name].values, dtype=float).reshape(count, parts.rows)[:, [0, -1]] for name in names]
    return np.stack([column.ravel() for column in columns], axis=1), names
