"""Findings on what a shock or variant changes → how they are told."""

from collections.abc import Iterator

import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.report.figures.overlay import HEADS, overlay_figure
from sdmodel.report.sections.parts import Kind, Plate, Table, columns, scenarios_of, seeds, spoken_first, told
from sdmodel.report.text import count

_FIGURES = 4  # outcomes that are drawn


def _changes(finding: Finding) -> Iterator[Plate]:
    for name in spoken_first(finding, _FIGURES):
        yield Plate(overlay_figure(finding, name), HEADS)


def _changes_table(finding: Finding) -> Iterator[Table]:
    for name in spoken_first(finding, _FIGURES):
        figure = overlay_figure(finding, name)
        yield Table(figure.title, HEADS, columns(figure.rows))


def _basis(table: xr.Dataset) -> str:
    futures = count(int(table["pairs"].max()), "future")
    return told(scenarios_of(table), f"{futures}, each with and without", seeds(table))


KINDS = {
    "overlay": Kind(
        "What a shock or a theory changes",
        "Each scenario is set against itself without it, in the same future. A full mark is the mean change; hollow "
        "ones are the same change under a theory that is laid over both.",
        _changes,
        _changes_table,
        _basis,
    ),
}
