"""The sensitivity finding → for each outcome and scenario the unknowns that decide it, strongest first."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.wording import plain_input
from sdmodel.runs.schema import INPUT, OUTCOME, SCENARIO

_COLUMNS = ("first_order", "first_order_low", "first_order_high", "rank_correlation")


@dataclass(frozen=True)
class Driver:
    """An unknown: the share of an outcome's variance that goes with it alone, its 95 % interval, and its direction."""

    name: str
    index: float
    low: float
    high: float
    correlation: float


Drivers = dict[tuple[str, str], tuple[Driver, ...]]


def drivers(findings: Sequence[Finding]) -> Drivers:
    """The strongest unknowns by (outcome, scenario); empty without a finding named "sensitivity"."""
    found: Drivers = {}
    for finding in findings:
        if finding.name == "sensitivity":
            found |= _of(finding.table)
    return found


def _of(table: xr.Dataset) -> Drivers:
    ranked: Drivers = {}
    for outcome in table[OUTCOME].values.astype(str):
        for scenario in table[SCENARIO].values.astype(str):
            strongest = _strongest(table.sel({OUTCOME: outcome, SCENARIO: scenario}))
            if strongest:
                ranked[str(outcome), str(scenario)] = strongest
    return ranked


def _strongest(cell: xr.Dataset) -> tuple[Driver, ...]:
    """Those with an index, in falling order; none where the outcome does not vary or has too few futures."""
    index = cell["first_order"].values
    order = [place for place in np.argsort(-np.nan_to_num(index)) if index[place] > 0]
    names = [plain_input(str(name)) for name in cell[INPUT].values]
    columns = [cell[name].values for name in _COLUMNS]
    return tuple(Driver(names[place], *(float(column[place]) for column in columns)) for place in order)
