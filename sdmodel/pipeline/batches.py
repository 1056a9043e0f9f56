"""Named settings → their runs, so many at a time that they fit into memory easily."""

from collections.abc import Iterator, Sequence
from itertools import islice

import xarray as xr

from sdmodel.design.named_rows import Rows, named_rows, plan_of_rows
from sdmodel.engine import compiled
from sdmodel.model.model import Model

_BYTES = 64 * 2**20


def in_batches(
    model: Model, rows: Rows, save: Sequence[str], *, every: float | None = None, threads: int | None = None
) -> Iterator[xr.Dataset]:
    """Runs (experiment, time) of `rows`, in their order; the coord `scenario` holds their names.

    Each batch has the times of its own runs.

    Raises:
        ExperimentError: a row does not set what others set, and the model gives it no number.
    """
    clock, plan = compiled.own_clock(model), plan_of_rows(model, rows)
    times = len(clock.saves) if every is None else int(clock.steps * clock.time_step / every) + 1
    size = max(1, _BYTES // (8 * times * max(1, len(save))))
    left = iter(rows.items())
    while part := dict(islice(left, size)):
        yield compiled.simulate(model, named_rows(part, plan, model), save=save, every=every, threads=threads)


def together(
    model: Model, rows: Rows, save: Sequence[str], *, every: float | None = None, threads: int | None = None
) -> xr.Dataset:
    """All runs of `rows` in one table."""
    plan = plan_of_rows(model, rows)
    return compiled.simulate(model, named_rows(rows, plan, model), save=save, every=every, threads=threads)
