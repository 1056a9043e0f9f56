"""The comparison → the rows of the table: median or share, range, difference to the baseline, limits met or not."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from sdmodel.report.cast import Member
from sdmodel.report.measures import Measure
from sdmodel.report.spread import Spread, spread
from sdmodel.report.text import share
from sdmodel.runs.schema import SCENARIO

HALF = 0.5  # a limit counts as met where it holds in at least this share of futures


@dataclass(frozen=True)
class Cell:
    """One outcome under one scenario, as text; `met` is None where the study sets no limit."""

    centre: str
    range: str
    never: str
    difference: str
    met: bool | None
    within: str


@dataclass(frozen=True)
class Row:
    """One scenario."""

    member: Member
    cells: tuple[Cell, ...]


def table(compared: xr.Dataset, members: Sequence[Member], found: Sequence[Measure]) -> tuple[Row, ...]:
    """A row for each scenario with a cell for each outcome."""
    return tuple(
        Row(
            member,
            tuple(_cell(spread(compared, measure, member), measure, _own(compared, member)) for measure in found),
        )
        for member in members
    )


def _own(compared: xr.Dataset, member: Member) -> bool:
    """Whether the scenario is its own yardstick: the baseline, also under a theory or a shock."""
    at = compared[SCENARIO].values.astype(str) == member.label
    return member.baseline or ("baseline" in compared.coords and member.label in compared["baseline"].values[at])


def _cell(found: Spread, measure: Measure, own: bool) -> Cell:
    limited, single = bool(np.isfinite(found.acceptable)), found.low == found.high
    different = np.isfinite(found.difference_centre) and not own
    return Cell(
        centre=measure.value(found.centre),
        range="" if single or not np.isfinite(found.low) else " – ".join(measure.ends(found.low, found.high)),
        never=f"never in {share(found.never)}" if found.never > 0 else "",
        difference=measure.difference(found.difference_centre, found.centre) if different else "",
        met=found.acceptable >= HALF if limited else None,
        within=f"{share(found.acceptable)} of futures" if limited and not single and not measure.limit_on_share else "",
    )
