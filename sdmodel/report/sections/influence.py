"""Findings on what decides outcomes (sensitivity, sobol, morris, pawn, srrc) → how they are told."""

from collections.abc import Callable, Iterator

import numpy as np
import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.wording import plain_input
from sdmodel.report.figures import sobol as indices
from sdmodel.report.figures.ranking import HEADS, Measured, ranking
from sdmodel.report.figures.sensitivity import HEADS as DRIVERS
from sdmodel.report.figures.sensitivity import sensitivity_figure
from sdmodel.report.sections.parts import (
    RESAMPLED,
    Kind,
    Plate,
    Table,
    columns,
    names,
    ranged,
    scenario_of,
    seeds,
    spoken_first,
    titles,
    told,
    with_unit,
)
from sdmodel.report.text import count, share, signed

FIGURES = 3  # outcomes that are drawn
_MEASURES = {"pawn": "pawn", "srrc": "coefficient", "morris": "mu_star"}


def _drivers(finding: Finding) -> Iterator[Plate]:
    under = scenario_of(finding.table)
    for name in spoken_first(finding, FIGURES):
        figure = sensitivity_figure(finding, name, under, titles(finding.table, "outcome")[name])
        if figure.rows:
            yield Plate(figure, DRIVERS)


def _drivers_table(finding: Finding) -> Iterator[Table]:
    one = finding.table.sel(scenario=scenario_of(finding.table))
    yield _by_outcome(finding, one, "first_order", "Share of the variance explained alone, and its direction", _driven)


def _driven(cell: xr.Dataset) -> str:
    index, rank = float(cell["first_order"]), float(cell["rank_correlation"])
    return f"{share(max(0.0, index))} ({signed(rank, 1.0)})" if np.isfinite(index) else "–"


def _by_outcome(
    finding: Finding, one: xr.Dataset, measure: str, title: str, cell: Callable[[xr.Dataset], str]
) -> Table:
    """Inputs by outcomes, those first that matter most anywhere."""
    outcomes = spoken_first(finding, 5)
    here = one.sel(outcome=outcomes)
    sizes = np.nan_to_num(np.abs(here[measure].transpose("input", "outcome").values), nan=-1.0)
    if measure == "mu_star":  # in the unit of each outcome
        sizes = sizes / np.maximum(sizes.max(axis=0), 1e-300)
    order = np.argsort(-sizes.max(axis=1), kind="stable")
    heads = ("Input", *(titles(finding.table, "outcome")[name] for name in outcomes))
    labels = names(one["input"])
    rows = [(plain_input(labels[at]), *(cell(here.isel(input=at).sel(outcome=o)) for o in outcomes)) for at in order]
    return Table(title, heads, columns(rows))


def _measured(finding: Finding) -> Iterator[Plate]:
    """Bars of any measure with an interval."""
    table, measure = finding.table, _MEASURES[finding.name]
    one = table.sel(scenario=scenario_of(table))
    for name in _with_numbers(finding, one[measure]):
        here, title = one.sel(outcome=name), titles(table, "outcome")[name]
        units = str(here["units"].values) if "units" in here.coords else ""
        bars = [
            Measured(
                plain_input(str(row["input"].values)), *(float(row[f"{measure}{b}"]) for b in ("", "_low", "_high"))
            )
            for row in (here.isel(input=at) for at in range(here.sizes["input"]))
        ]
        below = {
            "pawn": "PAWN index: how far knowing the input moves the distribution →",
            "srrc": "Standardised rank regression coefficient →",
            "morris": f"Mean size of the effect over the range of the input, µ* ({with_unit(title, units)}) →",
        }[finding.name]
        chance = float(here["dummy"]) if "dummy" in here else float("nan")
        yield Plate(ranking(bars, key="", title=title, below=below, chance=chance), HEADS)


def _with_numbers(finding: Finding, sizes: xr.DataArray) -> list[str]:
    """The outcomes that are drawn: those first that are spoken of, without those of which nothing can be told."""
    every = spoken_first(finding, sizes.sizes["outcome"])
    return [name for name in every if np.isfinite(sizes.sel(outcome=name).values).any()][:FIGURES]


def _interval(row: xr.Dataset, measure: str) -> tuple[float, float, float]:
    """The measure and its 95 % interval."""
    return (float(row[measure]), float(row[f"{measure}_low"]), float(row[f"{measure}_high"]))


def _measured_table(finding: Finding) -> Iterator[Table]:
    measure = _MEASURES[finding.name]
    one = finding.table.sel(scenario=scenario_of(finding.table))

    def cell(found: xr.Dataset) -> str:
        return ranged(*_interval(found, measure))

    title = {"pawn": "PAWN indices", "srrc": "Rank regression coefficients", "morris": "µ*: mean size of the effect"}
    yield _by_outcome(finding, one, measure, f"{title[finding.name]}, with 95 % intervals", cell)


def _sobol(finding: Finding) -> Iterator[Plate]:
    table, under = finding.table, scenario_of(finding.table)
    if table.sizes["outcome"]:
        for name in _with_numbers(finding, table["total_order"].sel(scenario=under)):
            yield Plate(indices.sobol_figure(finding, name, under), indices.HEADS)
    for name in names(table["trajectory"])[:FIGURES]:
        yield Plate(indices.sobol_over_time(finding, name, under), indices.HEADS_OVER_TIME)
    if table.sizes["outcome"] and table.sizes.get("sample", 0) > 1:
        yield Plate(indices.sobol_convergence(finding), indices.HEADS_OF_CONVERGENCE)


def _sobol_table(finding: Finding) -> Iterator[Table]:
    if not finding.table.sizes["outcome"]:
        return
    one = finding.table.sel(scenario=scenario_of(finding.table))
    title = "Share of the variance in which the input has a part; in brackets alone"
    yield _by_outcome(finding, one, "total_order", title, _parts)


def _parts(cell: xr.Dataset) -> str:
    total, alone = (float(cell[name]) for name in ("total_order", "first_order"))
    if not np.isfinite(total):
        return "–"
    return f"{share(float(np.clip(total, 0, 1)))} ({share(float(np.clip(alone, 0, 1)))})"


def _under(table: xr.Dataset) -> str:
    return titles(table, "scenario")[scenario_of(table)]


def _of_futures(table: xr.Dataset) -> str:
    return told(_under(table), count(int(table["futures"].max()), "future") + ", one run each", seeds(table, RESAMPLED))


def _of_runs(table: xr.Dataset) -> str:
    return told(_under(table), count(int(table.attrs["runs"]), "run") + " in all", seeds(table))


KINDS = {
    "sensitivity": Kind(
        "What decides the outcome",
        "How much of the spread of an outcome each unknown explains by itself, with 95 % intervals; in the table the "
        "rank correlation stands in brackets: whether the outcome rises or falls with it.",
        _drivers,
        _drivers_table,
        _of_futures,
    ),
    "sobol": Kind(
        "What decides, alone and together",
        "The pale bar is the share of the variance in which an input has a part, the dark one what it does alone; what "
        "lies between them it does together with others.",
        _sobol,
        _sobol_table,
        _of_runs,
    ),
    "morris": Kind(
        "Which inputs move anything at all",
        "Each input is stepped over its range with all others anywhere in theirs: the bar is how far that moves the "
        "outcome on average.",
        _measured,
        _measured_table,
        _of_runs,
    ),
    "pawn": Kind(
        "What moves the whole distribution",
        "How far the distribution of an outcome moves when one unknown is known: 0 is not at all, 1 is as far as it "
        "can.",
        _measured,
        _measured_table,
        _of_futures,
    ),
    "srrc": Kind(
        "What the outcome rises and falls with",
        "Coefficients of a regression of ranks: to the right the outcome rises with the unknown, to the left it falls.",
        _measured,
        _measured_table,
        _of_futures,
    ),
}
