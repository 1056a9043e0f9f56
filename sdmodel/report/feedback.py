"""The finding "loops" → the section "Feedback loops": each loop with its way, and what is left without it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.loops.knock_outs import NAME
from sdmodel.report.figures.figure import Figure
from sdmodel.report.figures.loops import HEADS, loops_figure
from sdmodel.report.text import number, signed, unit
from sdmodel.study.spec import Study

SHOWN = 4  # outcomes told of each loop
DRAWN = 2  # outcomes drawn, the first of these that any loop moves


@dataclass(frozen=True)
class Feedback:
    """What the template shows; `rows` are cells of text under `heads`."""

    sentence: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caveats: tuple[str, ...]
    figures: tuple[Figure, ...]
    figure_heads: tuple[str, ...] = HEADS


def feedback(study: Study, findings: Sequence[Finding]) -> Feedback | None:
    """The section, or None when no loops are among the findings."""
    finding = next((one for one in findings if one.name == NAME), None)
    if finding is None:
        return None
    table = finding.table
    scenario = study.baseline if study.baseline in table["scenario"].values else str(table["scenario"].values[0])
    here = table.sel(scenario=scenario)
    told = {name: _is_time(study, name) for name in list(map(str, table["outcome"].values))[:SHOWN]}
    heads = ("Loop", "Kind", *(_head(here.sel(outcome=name)) for name in told), "Way", "Taken out by")
    rows = tuple(_row(here.sel(loop=name), told) for name in table["loop"].values)
    own = tuple(caveat for caveat in finding.caveats if caveat not in study.caveats)  # those stand elsewhere
    moved = [name for name in told if np.nan_to_num(here["change"].sel(outcome=name).values).any()]
    drawn = tuple(_figure(study, finding, name, scenario, place) for place, name in enumerate(moved[:DRAWN]))
    return Feedback(finding.sentence, heads, rows, own, drawn)


def _figure(study: Study, finding: Finding, name: str, scenario: str, place: int) -> Figure:
    """The bars of one outcome under its own title, with the sentence on risk where it is one."""
    title = str(finding.table["outcome_title"].sel(outcome=name).values)
    risk = name in study.outcomes and study.outcomes[name].risk
    return replace(loops_figure(finding, name, scenario, place), title=title, risk=risk)


def _is_time(study: Study, name: str) -> bool:
    return name in study.outcomes and study.outcomes[name].reduce == "first"


def _head(one: xr.Dataset) -> str:
    shown = unit(str(one["units"].values))
    return f"{one['outcome_title'].values}{f' ({shown})' if shown else ''} without it"


def _row(loop: xr.Dataset, told: Mapping[str, bool]) -> tuple[str, ...]:
    def text(name: str) -> str:
        return str(loop[name].values)

    effects = [_effect(loop.sel(outcome=name), of_time) for name, of_time in told.items()]
    title = f"{text('title')} ({loop['loop'].values})"
    return (title, text("kind"), *effects, text("path"), text("knock_out") or text("cut"))


def _effect(one: xr.Dataset, of_time: bool) -> str:
    """ "0.64 (−0.07)": the outcome without the loop, and how much that changes it; no change is left out."""
    without, change = float(one["without_loop"]), float(one["change"])
    told = "never" if of_time and math.isnan(without) else number(without, time=of_time)
    moved = signed(change, 10.0 if of_time else without)
    return f"{told} ({moved})" if math.isfinite(change) and not moved.startswith("±") else told
