"""Findings on how scenarios fare over futures (comparison, discovery, robustness, information) → how they are told."""

from collections.abc import Iterator

import numpy as np
import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.wording import joined
from sdmodel.report.cast import COLOURS
from sdmodel.report.figures import discovery as boxes
from sdmodel.report.figures import information as worth
from sdmodel.report.figures.comparison import HEADS as COMPARED
from sdmodel.report.figures.comparison import comparison_figure
from sdmodel.report.figures.robustness import FRONT_HEADS, REGRET_HEADS, pareto, regret_map
from sdmodel.report.key import Mark
from sdmodel.report.sections.parts import (
    RESAMPLED,
    Kind,
    Plate,
    Table,
    columns,
    names,
    scenarios_of,
    seeds,
    spoken_first,
    titles,
    told,
    with_unit,
)
from sdmodel.report.text import count, number, share

FIGURES = 4  # outcomes that are drawn
COLUMNS = 6  # outcomes in the table


def _compared(finding: Finding) -> Iterator[Plate]:
    for name in spoken_first(finding, FIGURES):
        yield Plate(comparison_figure(finding, name), COMPARED)


def _compared_table(finding: Finding) -> Iterator[Table]:
    table, shown = finding.table, spoken_first(finding, COLUMNS)
    named = titles(table, "scenario")
    heads = (
        "Scenario",
        *(with_unit(titles(table, "outcome")[one], str(table["units"].sel(outcome=one).values)) for one in shown),
    )
    rows_of = {one: {row[0]: row for row in comparison_figure(finding, one).rows} for one in shown}
    rows = [(title, *(_cell(rows_of[one][title]) for one in shown)) for title in named.values()]
    yield Table(
        "Medians (shares of what comes true or does not), with 90 % of futures in brackets", heads, columns(rows)
    )


def _heads(table: xr.Dataset, shown: list[str]) -> list[str]:
    """Outcomes with their units."""
    named = titles(table, "outcome")
    return [with_unit(named[one], str(table["units"].sel(outcome=one).values)) for one in shown]


def _cell(row: tuple[str, ...]) -> str:
    return row[1] if row[2] == "–" else f"{row[1]} ({row[2]})"


def _compared_basis(table: xr.Dataset) -> str:
    runs = table["runs"].isel(outcome=0).values if table.sizes["outcome"] else np.zeros(1)
    futures, total = count(int(runs.max()), "future"), count(int(runs.sum()), "run")
    return told(scenarios_of(table), f"{futures}, {total}", seeds(table))


def _boxes(finding: Finding) -> Iterator[Plate]:
    heads = {"limits": boxes.LIMIT_HEADS, "trade": boxes.PATH_HEADS, "futures": boxes.POINT_HEADS}
    for box in range(finding.table.sizes["box"]):
        for figure in boxes.discovery(finding, box):
            yield Plate(figure, heads[figure.key.split("-")[1]])


def _boxes_table(finding: Finding) -> Iterator[Table]:
    table = finding.table
    rows = []
    for at in range(table.sizes["box"]):
        one = table.isel(box=at)
        conditions = joined([text for text in names(one["condition"]) if text])
        shares = (share(float(one[name])) for name in ("density", "coverage", "mass"))
        rows.append((f"Box {at + 1}", conditions or "everything", *shares, f"{int(one['futures']):,}"))
    heads = (
        "Box",
        "Conditions",
        "Futures in it that fail",
        "Failures that are in it",
        "Part of all futures",
        "Futures",
    )
    yield Table("Conditions under which the scenario fails", heads, columns(rows))


def _boxes_basis(table: xr.Dataset) -> str:
    at = table.attrs
    failing = f"failing is {at['fails']}: {int(at['failures']):,} of {count(int(at['total']), 'future')}, one run each"
    return told(str(at.get("scenario_title", at["scenario"])).replace("_", " "), failing, seeds(table, RESAMPLED))


def _regrets(finding: Finding) -> Iterator[Plate]:
    for name in spoken_first(finding, FIGURES - 1):
        yield Plate(regret_map(finding, name), REGRET_HEADS)
    front = pareto(finding)
    if front:
        across, up = names(finding.table["outcome_title"])[:2]
        heads = (*FRONT_HEADS[:2], across, up, *FRONT_HEADS[4:])
        every = enumerate(titles(finding.table, "scenario").values())
        yield Plate(front, heads, tuple(Mark(f"{at + 1} {title}", str(at % COLOURS), "spot") for at, title in every))


def _regrets_table(finding: Finding) -> Iterator[Table]:
    table, shown = finding.table, spoken_first(finding, COLUMNS)
    heads = ["Scenario", *_heads(table, shown)]
    limited = "satisficing" in table
    rows = []
    for name, title in titles(table, "scenario").items():
        own = table.sel(scenario=name)
        worst = [float(own["high_regret"].sel(outcome=one).max(skipna=False)) for one in shown]
        cells = [number(value) if np.isfinite(value) else "never" for value in worst]
        rows.append((title, *cells, *([share(float(own["satisficing"].min()))] if limited else [])))
    heads += ["Keeps all limits in"] if limited else []
    theories = table.sizes["theory"]
    where = "" if theories == 1 else f", in the worst of {theories} theories"
    yield Table(f"Regret that 90 % of the futures do not exceed{where}", tuple(heads), columns(rows))


def _regrets_basis(table: xr.Dataset) -> str:
    futures = count(int(table.attrs["futures"]), "future")
    theories = table.sizes["theory"]
    under = f"{futures}, one run each" + (f" under each of {theories} theories" if theories > 1 else "")
    return told(scenarios_of(table), under, seeds(table, RESAMPLED))


def _worth(finding: Finding) -> Iterator[Plate]:
    for name in spoken_first(finding, FIGURES):
        figure = worth.information(finding, name)
        if figure.rows:  # nothing is drawn where no single unknown is worth anything
            yield Plate(figure, worth.HEADS)


def _worth_table(finding: Finding) -> Iterator[Table]:
    rows = []
    for name in names(finding.table["outcome"]):
        one = finding.table.sel(outcome=name)
        best = int(np.argmax(one["worth"].values))
        most, clear = float(one["worth"].values[best]), bool(one["clear"].values[best])
        first = f"{one['input'].values[best]}: {number(most)}{'' if clear else ' (may be chance)'}"
        title = with_unit(str(one["outcome_title"].values), str(one["units"].values))
        rows.append(
            (title, str(one["choice_title"].values), number(float(one["perfect"])), first if most > 0 else "none")
        )
    heads = ("Outcome", "Choice without knowing more", "Knowing everything is worth", "Most of single unknowns")
    yield Table("What knowing more would be worth", heads, columns(rows))


def _worth_basis(table: xr.Dataset) -> str:
    scenarios = f"every scenario in {count(int(table.attrs['futures']), 'future')}"
    return told(scenarios, seeds(table, RESAMPLED))


FIRST = {
    "comparison": Kind(
        "How the scenarios compare",
        "Each mark is the median future of a scenario, the bar behind it holds 90 % of futures; what comes true or "
        "does not is told as the share of futures in which it does.",
        _compared,
        _compared_table,
        _compared_basis,
    ),
}
KINDS = {
    "discovery": Kind(
        "When does it fail?",
        "A box is a set of limits on a few inputs inside which failures are dense. Short bars are strong conditions; "
        "coverage is the share of all failures that are in the box, density the share of the box that fails.",
        _boxes,
        _boxes_table,
        _boxes_basis,
    ),
    "robustness": Kind(
        "Which scenario is robust?",
        "Regret is how much worse a scenario is than the best one in the same future. Stronger is worse; a number is "
        "what 90 % of the futures do not exceed.",
        _regrets,
        _regrets_table,
        _regrets_basis,
    ),
    "information": Kind(
        "What is worth finding out?",
        "How much better the expected outcome would be if an unknown were known before the choice. Pale bars cannot be "
        "told from chance.",
        _worth,
        _worth_table,
        _worth_basis,
    ),
}
