"""Findings on how the model behaves (tipping, hysteresis, equilibria, modes, loops, dominance) → how they are told."""

from collections.abc import Iterator

import numpy as np
import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.loops.loop_scores import leading_periods
from sdmodel.report.figures import dominance as shares
from sdmodel.report.figures import equilibria as rest
from sdmodel.report.figures import hysteresis as ways
from sdmodel.report.figures import loops as knocked
from sdmodel.report.figures import modes as growth
from sdmodel.report.figures import tipping as edges
from sdmodel.report.sections.parts import (
    Kind,
    Plate,
    Table,
    columns,
    names,
    scenario_of,
    scenarios_of,
    seeds,
    spoken_first,
    titles,
    told,
    with_unit,
)
from sdmodel.report.text import count, number, share, signed

_OWN = "single runs with the model's own numbers, no draws"
_VALUES = 12


def _edge(finding: Finding) -> Iterator[Plate]:
    yield Plate(edges.tipping(finding), edges.HEADS)


def _edge_table(finding: Finding) -> Iterator[Table]:
    table = finding.table
    over, several = str(table.attrs["over"]), table.sizes["layer"] > 1
    rows = []
    for value, axis, layer in zip(*(table[f"crossing{n}"].values for n in ("", "_axis", "_layer")), strict=True):
        where = f"{over} = {number(float(table['over'].values[int(layer)]))}" if several else "the base"
        rows.append((str(axis), number(float(value)), where))
    yield Table("Where it changes when one input moves alone", ("Input", "It changes at", "From"), columns(rows))
    if not rows:
        yield Table("Lines between the two behaviours", edges.HEADS, columns(edges.tipping(finding).rows))


def _ways(finding: Finding) -> Iterator[Plate]:
    yield Plate(ways.hysteresis(finding), ways.HEADS)


def _ways_table(finding: Finding) -> Iterator[Table]:
    table = finding.table
    step = max(1, -(-table.sizes["value"] // _VALUES))
    rows = [
        (
            number(float(one["value"])),
            *(number(float(one["variable"].sel(direction=way))) for way in ("up", "down")),
            "two" if bool(one["apart"]) else "one",
        )
        for one in (table.isel(value=at) for at in range(0, table.sizes["value"], step))
    ]
    watched = with_unit(str(table.attrs["watched"]), str(table.attrs["watched_unit"]))
    heads = (str(table.attrs["input"]), f"{watched}, on the way up", "on the way down", "States")
    yield Table("On the way up and down", heads, columns(rows))


def _rest(finding: Finding) -> Iterator[Plate]:
    if finding.table.sizes["equilibrium"] and finding.table.sizes["mode"]:
        yield Plate(rest.equilibria(finding), rest.HEADS)


def _rest_table(finding: Finding) -> Iterator[Table]:
    table = finding.table
    kinds = zip(table["equilibrium"].values, table["kind"].values, strict=True)
    heads = ("Stock", *(f"{place} ({kind})" for place, kind in kinds), "The run then")
    rows = [
        (with_unit(str(one["stock"].values), str(one["units"].values)),
         *(number(float(value)) for value in one["value"].values), number(float(one["now"])))
        for one in (table.isel(stock=at) for at in range(table.sizes["stock"]))
    ]  # fmt: skip
    if table.sizes["equilibrium"]:
        yield Table("The states at rest", heads, columns(rows))


def _growth(finding: Finding) -> Iterator[Plate]:
    if finding.table.sizes["mode"]:
        yield Plate(growth.modes_figure(finding), growth.HEADS)


def _growth_table(finding: Finding) -> Iterator[Table]:
    yield Table("The leading mode at some times", growth.HEADS, columns(growth.modes_figure(finding).rows))


def _alone(table: xr.Dataset) -> str:
    starts = table.attrs.get("starts")
    searched = f"searched from {count(int(starts), 'state')}" if starts else ""
    setting = str(table.attrs["setting"])
    return told(f"{setting[:1].upper()}{setting[1:]}", searched, _OWN if not searched else seeds(table))


def _knocked(finding: Finding) -> Iterator[Plate]:
    under = scenario_of(finding.table)
    for name in spoken_first(finding, 3):
        yield Plate(knocked.loops_figure(finding, name, under), knocked.HEADS)


def _knocked_table(finding: Finding) -> Iterator[Table]:
    under = finding.table.sel(scenario=scenario_of(finding.table))
    shown = spoken_first(finding, 3)
    size = np.abs(np.nan_to_num(under["change"].sel(outcome=shown).values))
    size = size / np.maximum(size.max(axis=0), 1e-300)
    named = titles(finding.table, "outcome")
    rows = []
    for at in np.argsort(-size.max(axis=1), kind="stable").tolist():
        one = under.isel(loop=at)
        cells = [_change(one.sel(outcome=name)) for name in shown]
        rows.append((f"{one['title'].values} ({one['loop'].values})", str(one["kind"].values), *cells))
    yield Table("Outcomes without each loop, and the change", ("Loop", "Kind", *map(named.get, shown)), columns(rows))  # type: ignore[arg-type]


def _change(one: xr.Dataset) -> str:
    after, change = float(one["without_loop"]), float(one["change"])
    return f"{number(after)} ({signed(change, after or change)})" if change else number(after)


def _knocked_basis(table: xr.Dataset) -> str:
    under = titles(table, "scenario")[scenario_of(table)]
    return told(under, f"one run without each of {count(table.sizes['loop'], 'loop')}", "the model's own numbers")


def _shares(finding: Finding) -> Iterator[Plate]:
    for name in names(finding.table["scenario"])[:2]:
        yield Plate(shares.dominance_figure(finding, name), shares.HEADS)
        leading = shares.leading_figure(finding, name)
        if leading is not None:
            yield Plate(leading, shares.LEADING_HEADS)


def _shares_table(finding: Finding) -> Iterator[Table]:
    table = finding.table
    for name, title in list(titles(table, "scenario").items())[:2]:
        rows = [
            (
                f"{number(one.begin, time=True)} – {number(one.end, time=True)}",
                f"{table['title'].values[one.loop]} ({table['loop'].values[one.loop]})",
                share(one.mean),
                share(one.most),
            )
            for periods in leading_periods(table, name).values()
            for one in periods
        ]
        yield Table(
            f"Which loop has the largest share, {title}", ("When", "Loop", "On average", "At most"), columns(rows)
        )


def _shares_basis(table: xr.Dataset) -> str:
    futures = int(table.attrs["futures"])
    draws = f"one run each, and {count(futures, 'future')}" if futures else "one run each"
    return told(scenarios_of(table), draws, seeds(table) if futures else "the model's own numbers")


TIPPING = {
    "tipping": Kind(
        "Where behaviour changes",
        "The line divides the values of the inputs for which the behaviour holds from those for which it does not.",
        _edge,
        _edge_table,
        _alone,
    ),
    "hysteresis": Kind(
        "Is there a way back?",
        "An input is moved slowly up and down again. Where the two courses part, the model remembers from which side "
        "it came.",
        _ways,
        _ways_table,
        _alone,
    ),
    "equilibria": Kind(
        "Where the model comes to rest",
        "Each mark is a mode in which a small deviation moves: left of the line it dies out, right of it grows; the "
        "further from the line, the faster.",
        _rest,
        _rest_table,
        _alone,
    ),
    "modes": Kind(
        "How stable it is on its way",
        "At some times of the run the model is taken as it is at that moment: does a small deviation grow or die out?",
        _growth,
        _growth_table,
        _alone,
    ),
}
LOOPS = {
    "loops": Kind(
        "Which feedback loops matter",
        "Each loop is taken out by itself. A bar to the right is an outcome that is higher without the loop: the loop "
        "holds it down.",
        _knocked,
        _knocked_table,
        _knocked_basis,
    ),
    "dominance": Kind(
        "Which loop drives the model, and when",
        "The share of all change that goes round each loop: reinforcing loops above zero, balancing ones below.",
        _shares,
        _shares_table,
        _shares_basis,
    ),
}
