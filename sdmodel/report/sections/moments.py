"""Findings on when to act and when it shows (waiting, onset) → how they are told."""

from collections.abc import Callable, Iterator

import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.report.figures import onset as onsets
from sdmodel.report.figures import waiting as waits
from sdmodel.report.sections.parts import Kind, Plate, Table, seeds, told
from sdmodel.report.text import count, number, share

_FIGURES = 4


def _waited(finding: Finding) -> Iterator[Plate]:
    curve, worth = waits.waiting_figures(finding)
    yield Plate(curve, waits.CURVE_HEADS)
    yield Plate(worth, waits.WORTH_HEADS)


def _waited_table(finding: Finding) -> Iterator[Table]:
    _, worth = waits.waiting_figures(finding)
    yield Table(f"What to do, by the chance of “{finding.table['title'].values[0]}”", waits.WORTH_HEADS, worth.rows)


def _begun(finding: Finding) -> Iterator[Plate]:
    for figure in onsets.onset_figures(finding)[:_FIGURES]:
        yield Plate(figure, onsets.APART_HEADS if figure.key.startswith("onset-apart") else onsets.heads(finding))


def _begun_table(finding: Finding) -> Iterator[Table]:
    """In a plane a table across both inputs, for the share and for the time; else a row for each pair."""
    table = finding.table
    figures = onsets.onset_figures(finding)
    if not figures[0].key.startswith("onset-share"):
        rows = [row for one in figures if not one.key.startswith("onset-apart") for row in one.rows]
        yield Table(f"{table.attrs['told']}, for good", onsets.heads(finding), tuple(rows))
        return
    deadline, several = number(float(table.attrs["deadline"]), time=True), bool(table.attrs["drawn"])
    yield _across(table, table["by"], f"Share of futures by {deadline}", share)
    yield _across(
        table,
        table["onset_median" if several else "onset"],
        f"From when on, {'median future' if several else 'base run'}",
        onsets.when,
    )


def _across(table: xr.Dataset, values: xr.DataArray, title: str, shown: Callable[[float], str]) -> Table:
    """A row for each x, a column for each y."""
    x, y = (str(table.attrs[f"{letter}_name"]) for letter in "xy")
    heads = (f"{x} ↓  {y} →", *(f"{float(value):g}" for value in table["y"].values))
    rows = [
        (f"{float(value):g}", *(shown(float(one)) for one in row))
        for value, row in zip(table["x"].values, values.values, strict=True)
    ]
    return Table(title, heads, tuple(rows))


def _basis(table: xr.Dataset) -> str:
    futures = int(table.attrs["futures"])
    where = str(table.attrs.get("scenario_title") or table.attrs["setting"])
    drawn = count(futures, "future") if futures > 1 else "base run"
    return told(where, drawn, count(int(table.attrs["runs"]), "run") + " in all", seeds(table))


KINDS = {
    "waiting": Kind(
        "How large to begin, and how long to wait?",
        "A step is taken before it is known which of two theories holds. When patience ends, it is kept or taken back "
        "by what has been seen. Gains are over not to begin; the worth of waiting is what the best rule gains over the "
        "best path that is fixed beforehand.",
        _waited,
        _waited_table,
        _basis,
    ),
    "onset": Kind(
        "From when on does it hold?",
        "In each future the condition holds for good from some time on, or not before the end; told is in how many "
        "futures that has come by when.",
        _begun,
        _begun_table,
        _basis,
    ),
}
