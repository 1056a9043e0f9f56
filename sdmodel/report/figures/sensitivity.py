"""Drivers of each outcome in each scenario → bars: the share of the variance that an unknown explains by itself.

A bar is as long as the first-order index; its whisker is the 95 % interval, its colour the rank correlation's sign.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.wording import joined
from sdmodel.report.cast import Member
from sdmodel.report.drivers import Driver, Drivers, drivers
from sdmodel.report.embed import label, rounded
from sdmodel.report.figures.figure import Figure
from sdmodel.report.figures.traces import rows_axis
from sdmodel.report.measures import Measure
from sdmodel.report.text import share, signed

HEADS = ("Unknown", "Share of variance", "95 % interval", "Rank correlation")
SHOWN = 10  # bars of a figure: the tail is noise around zero
NAME_WIDTH = 24  # characters of a name in one line beside the bars


def views(decided: Drivers) -> dict[str, dict[str, Any]]:
    """One view for each outcome and scenario, by "outcome|scenario": what the selectors of the page choose from."""
    return {f"{outcome}|{scenario}": _view(found[:SHOWN]) for (outcome, scenario), found in decided.items() if found}


def sensitivity(place: int, measure: Measure, member: Member, decided: Drivers) -> Figure:
    """The figure that shows the drivers of `measure` under `member` first."""
    found = decided.get((measure.name, member.label), ())[:SHOWN]
    view = _view(found)
    return Figure(
        key=f"sensitivity-{place}",
        title="What decides the outcome",
        alt=view["alt"],
        spec={"data": view["data"], "layout": view["layout"]},
        below="Share of the variance explained by the unknown alone (first-order index) →",
        height=view["height"],
        risk=measure.outcome.risk,
        rows=tuple(_row(driver) for driver in found),
    )


def sensitivity_figure(finding: Finding, outcome: str, scenario: str, title: str) -> Figure:
    """The figure of one outcome under one scenario, straight from the finding; `rows` stand under HEADS."""
    every = drivers([finding]).get((outcome, scenario), ())
    view = _view(every[:SHOWN])
    return Figure(
        key="sensitivity",
        title=title,
        alt=f"{title}. {view['alt']}",
        spec={"data": view["data"], "layout": view["layout"]},
        below="Share of the variance explained by the unknown alone →",
        height=view["height"],
        note="Orange: more of it raises the outcome; blue: more of it lowers it.",
        rows=tuple(_row(driver) for driver in every),
    )


def _view(found: Sequence[Driver]) -> dict[str, Any]:
    places = list(range(len(found)))
    index = np.array([driver.index for driver in found])
    up = np.array([driver.high for driver in found]) - index
    down = index - np.array([driver.low for driver in found])
    bars = {
        "type": "bar",
        "orientation": "h",
        "y": places,
        "x": rounded(index, 3),
        "marker": {"color": ["--raises" if driver.correlation > 0 else "--lowers" for driver in found]},
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": rounded(np.maximum(up, 0), 3),
            "arrayminus": rounded(np.maximum(down, 0), 3),
            "color": "--ink",
            "thickness": 1.2,
            "width": 3,
        },
        "customdata": [[label(driver.name), share(driver.index), signed(driver.correlation, 1.0)] for driver in found],
        "hovertemplate": "%{customdata[0]}<br>%{customdata[1]} of the variance; rank correlation %{customdata[2]}"
        "<extra></extra>",
    }
    axis = rows_axis([driver.name for driver in found], NAME_WIDTH)
    alt = joined([f"{driver.name} {share(driver.index)}" for driver in found[:3]])
    return {
        "data": [bars],
        "layout": {"yaxis": axis, "xaxis": {"rangemode": "tozero", "tickformat": ".0%"}, "bargap": 0.35},
        "height": 70 + 36 * max(len(found), 2),
        "rows": [list(_row(driver)) for driver in found],
        "alt": f"Share of the variance explained alone, strongest first: {alt}." if alt else "No unknown was varied.",
    }


def _row(driver: Driver) -> tuple[str, ...]:
    interval = f"{share(driver.low)} – {share(driver.high)}"
    return (driver.name, share(driver.index), interval, signed(driver.correlation, 1.0))
