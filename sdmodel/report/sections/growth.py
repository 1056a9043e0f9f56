"""The finding "elasticity" → how it is told on a page."""

from collections.abc import Iterator

import numpy as np
import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.loops.elasticity_finding import strongest
from sdmodel.report.figures import elasticity as stacks
from sdmodel.report.sections.parts import Kind, Plate, Table, told
from sdmodel.report.text import count, number

_INPUTS = 12


def _stacked(finding: Finding) -> Iterator[Plate]:
    figure = stacks.elasticity_figure(finding)
    if figure is not None:
        yield Plate(figure, stacks.HEADS)


def _constants(finding: Finding) -> Iterator[Table]:
    table, last = finding.table, finding.table.sizes["time"] - 1
    ends = [number(float(table["time"].values[at]), time=True) for at in sorted({0, last})]
    rows = []
    for at in strongest(table, "parameter", _INPUTS):
        own = table["parameter_elasticity"].values[:, at]
        told_ends = [number(float(own[place])) for place in sorted({0, last})]
        rows.append((str(table["parameter"].values[at]), number(float(table["value"].values[last, at])), *told_ends))
    heads = ("Constant", "Value", *(f"Elasticity in {end}" for end in ends))
    yield Table("By how much per cent the growth rate moves with one per cent of a constant", heads, tuple(rows))


def _basis(table: xr.Dataset) -> str:
    times = count(int(np.size(table["time"].values)), "moment")
    return told(str(table.attrs["setting"]), f"one run at {times}", "the model's own numbers, no draws")


KINDS = {
    "elasticity": Kind(
        "What makes deviations grow or die",
        "At each time the model is taken as it is at that moment. Loops above zero make a small deviation grow, those "
        "below let it die out; all together they are the rate at which it does, the line.",
        _stacked,
        _constants,
        _basis,
    ),
}
