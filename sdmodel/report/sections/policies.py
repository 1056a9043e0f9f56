"""Findings on what to do (reassure, timing, optimum, game) → how they are told."""

from collections.abc import Iterator

import numpy as np
import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.report.figures.game import game_figures
from sdmodel.report.figures.optimum import optimum_figure
from sdmodel.report.figures.reassure import reassure_figures
from sdmodel.report.figures.reassure_share import share_heads
from sdmodel.report.figures.timing import timing_figures
from sdmodel.report.sections.parts import Kind, Plate, Table, columns, names, ranged, seeds, told, with_unit
from sdmodel.report.text import count, number, share

_NO_WAY = "out of reach"
_SOLUTIONS = 12


def _least(finding: Finding) -> Iterator[Plate]:
    table = finding.table
    sides = list(map(str, table.attrs["sides"]))
    for figure in reassure_figures(finding):
        if figure.key.startswith("reassure-sides"):
            yield Plate(figure, (f"{sides[0]} gives", f"{sides[1]} needs"))
        elif figure.key.startswith("reassure-limits"):
            heads = ("Limit", "Base run", "In 5 % of futures", "In 50 %", "In 95 %", "Can be met in")
            yield Plate(figure, heads)
        else:
            yield Plate(figure, share_heads(table, figure.key))


def _least_table(finding: Finding) -> Iterator[Table]:
    table = finding.table
    several = table.attrs["futures"] > 1
    costs = [with_unit(str(c["cost_title"].values), str(c["cost_unit"].values)) for c in _each(table, "cost")]
    heads = ["Who acts", "Least intensity"]
    heads += [f"Enough in {share(float(table.attrs['share']))} of futures", "Can be met in"] if several else []
    heads += [f"{title}: before → then, base run" for title in costs]
    rows = [_who(one, several) for one in _each(table, "who")]
    yield Table("How much of the policy it takes", tuple(heads), columns(rows))
    served = [one for one in _each(table, "who") if several and np.isfinite(one["served"])]
    if served and costs:
        heads = ["Who acts", "At intensity", "Meet the target", *(f"{title}: before → then" for title in costs)]
        yield Table(
            "What it costs, median of futures (5 – 95 %)", tuple(heads), columns([_spent(one) for one in served])
        )
    levers = [(str(one["lever"].values), *_moved(one)) for one in _each(table, "lever")]
    heads = ["Lever", "Now", "Far end", *names(table["title"])]
    yield Table("Where that puts the levers", tuple(heads), columns(levers))


def _who(one: xr.Dataset, several: bool) -> tuple[str, ...]:
    cells = [str(one["title"].values), _reach(float(one["least"]))]
    cells += [_enough(one), share(float(one["reachable"]))] if several else []
    pairs = zip(one["cost_before"].values, one["cost_least"].values, strict=True)
    changes = [(float(before), float(then)) for before, then in pairs]
    return (*cells, *(f"{number(one)} → {number(other)}" if np.isfinite(other) else "–" for one, other in changes))


def _enough(one: xr.Dataset) -> str:
    """What serves the share, or "out of reach (at best 72 % at 0.95)"."""
    enough, best = float(one["enough"]), float(one["best"])
    at_best = f" (at best {share(best)} at {number(float(one['best_at']))})" if best > 0 else ""
    return number(enough) if np.isfinite(enough) else f"{_NO_WAY}{at_best}"


def _spent(one: xr.Dataset) -> tuple[str, ...]:
    """Where one of them serves the share that is asked, or the most, and what that costs over futures."""
    names = ("cost_before_median", "cost_median", "cost_low", "cost_high")
    costs = [[float(each[name]) for name in names] for each in _each(one, "cost")]
    told = [f"{number(before)} → {ranged(middle, low, high)}" for before, middle, low, high in costs]
    return (str(one["title"].values), number(float(one["served"])), share(float(one["met"])), *told)


def _moved(one: xr.Dataset) -> tuple[str, ...]:
    values = [float(one[name]) for name in ("lever_near", "lever_far")] + list(map(float, one["lever_least"].values))
    return tuple(number(value) for value in values)


def _reach(value: float) -> str:
    return number(value) if np.isfinite(value) else _NO_WAY


def _each(table: xr.Dataset, dim: str) -> Iterator[xr.Dataset]:
    for at in range(table.sizes[dim]):
        yield table.isel({dim: at})


def _base_and_futures(table: xr.Dataset) -> str:
    """ "Base run" and how many futures beside it."""
    futures, runs = int(table.attrs["futures"]), table.attrs.get("runs")
    beside = "base run" + (f" and {count(futures, 'future')}" if futures > 1 else "")
    counted = count(int(runs), "run") + " in all" if runs else ""
    return told(str(table.attrs["scenario_title"]), beside, counted, seeds(table))


def _times(finding: Finding) -> Iterator[Plate]:
    heads = ("Order", "Base run", "Median of futures")
    yield from (Plate(figure, heads) for figure in timing_figures(finding)[:4])


def _times_table(finding: Finding) -> Iterator[Table]:
    table = finding.table
    heads = ("Order", *(with_unit(str(o["title"].values), str(o["unit"].values)) for o in _each(table, "outcome")))
    rows = [(str(one["order"].values), *(_in_order(o) for o in _each(one, "outcome"))) for one in _each(table, "order")]
    several = table.attrs["futures"] > 1
    yield Table(
        f"By order of the moves: base run{', median of futures in brackets' if several else ''}", heads, columns(rows)
    )


def _in_order(one: xr.Dataset) -> str:
    values = [float(one[name]) for name in ("in_order", "in_order_futures")]
    shown = [number(value, time=bool(one["of_time"])) if np.isfinite(value) else "never" for value in values]
    return f"{shown[0]} ({shown[1]})" if np.isfinite(values[1]) else shown[0]


def _best(finding: Finding) -> Iterator[Plate]:
    figure = optimum_figure(finding)
    if figure is None:
        return
    objectives = finding.table.isel(outcome=np.flatnonzero(finding.table["role"].values != "subject to"))
    shown = [with_unit(str(o["title"].values), str(o["unit"].values)) for o in _each(objectives, "outcome")]
    front = len(shown) > 1
    yield Plate(figure, tuple(shown[:2]) if front else ("Lever", "Best found", "As it is", "Least", "Greatest"))


def _best_table(finding: Finding) -> Iterator[Table]:
    table = finding.table
    if not table.sizes["solution"]:
        return
    best = table.isel(solution=0)
    of = _each(table, "outcome")
    heads = (
        "Setting",
        *(f"{with_unit(str(o['title'].values), str(o['unit'].values))}: {o['role'].values}" for o in of),
    )
    now = ("As it is", *(_value(one, float(one["value_before"])) for one in _each(best, "outcome")))
    rows = [now]
    for at, one in enumerate(_each(table, "solution")):
        name = "Best found" if table.sizes["solution"] == 1 else f"Setting {at + 1}"
        rows.append((name, *(_value(o, float(o["value"])) for o in _each(one, "outcome"))))
    yield Table("Outcomes", heads, columns(rows))
    shown = (
        [f"Setting {at + 1}" for at in range(table.sizes["solution"])][:4]
        if table.sizes["solution"] > 1
        else ["Best found"]
    )
    levers = [
        (str(one["lever"].values), *(number(float(v)) for v in (one["before"], one["low"], one["high"])),
         *(number(float(value)) for value in one["setting"].values[: len(shown)]))
        for one in _each(table, "lever")
    ]  # fmt: skip
    yield Table("Levers", ("Lever", "As it is", "Least", "Greatest", *shown), columns(levers))


def _value(one: xr.Dataset, value: float) -> str:
    return number(value, time=bool(one["of_time"])) if np.isfinite(value) else "never"


def _best_basis(table: xr.Dataset) -> str:
    at = table.attrs
    condition = f"subject to {at['subject_to']}" if at["subject_to"] else ""
    futures = int(at["futures"])
    tried = f"{int(at['evaluations']):,} settings tried"
    judged = "judged in the base run" if futures <= 1 else f"judged over {count(futures, 'future')}"
    return told(str(at["scenario_title"]), condition, judged, tried, seeds(table))


def _played(finding: Finding) -> Iterator[Plate]:
    first, second = names(finding.table["player_title"])
    matrix = ("Choices", first, second, "Equilibrium", "Equilibrium in")
    for figure in game_figures(finding):
        yield Plate(figure, ("Equilibria", "Part of the map") if figure.key.startswith("game-map") else matrix)


def _played_table(finding: Finding) -> Iterator[Table]:
    table = finding.table
    players = names(table["player_title"])
    several = bool(np.isfinite(table["payoff_mean"].values).any()) and int(table.attrs["futures"]) > 1
    heads = ["Choices", *(f"{player}, base run" for player in players)]
    heads += [f"{player}, mean of futures" for player in players] if several else []
    heads += ["Equilibrium in the base run", *(["In futures"] if several else [])]
    rows = []
    for one in (
        table.isel(first=f, second=s) for f in range(table.sizes["first"]) for s in range(table.sizes["second"])
    ):
        cells = [f"{one['first'].values}–{one['second'].values}", *(number(float(v)) for v in one["payoff"].values)]
        pairs = zip(one["payoff_mean"].values, one["payoff_error"].values, strict=True)
        cells += [f"{number(float(mean))} ± {number(float(error))}" for mean, error in pairs] if several else []
        cells.append("yes" if bool(one["equilibrium"]) else "no")
        rows.append((*cells, *([share(float(one["equilibrium_share"]))] if several else [])))
    yield Table("Payoffs of each pair of choices", tuple(heads), columns(rows))


KINDS = {
    "reassure": Kind(
        "What would it take?",
        "How far the levers of a side must move together to meet the target: intensity 0 is where the scenario has "
        "them, 1 the far end of them all.",
        _least,
        _least_table,
        _base_and_futures,
    ),
    "timing": Kind(
        "Which comes first?",
        "Lines join equal outcomes over the times at which two moves begin; on the dashed line both begin at once.",
        _times,
        _times_table,
        _base_and_futures,
    ),
    "optimum": Kind(
        "The best settings found",
        "A search over the levers, each between its least and greatest value. What is called best is the best that was "
        "found: another may be better.",
        _best,
        _best_table,
        _best_basis,
    ),
    "game": Kind(
        "What if each side chooses for itself?",
        "In each cell stand the payoffs of both players, the first above the second. An equilibrium is a pair of "
        "choices from which neither gains by leaving alone.",
        _played,
        _played_table,
        _base_and_futures,
    ),
}
