"""The finding "reality" → one figure for each reality check: the courses that it compares, and what came of it.

Drawn is the run of each setting with the model's own numbers: the first of the variables that the check names, and
others in the same unit as long as the lines can be told apart. Colours tell runs, dashes tell variables.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.reality.finding import Drawn, courses_of, verdicts_of
from sdmodel.analysis.reality.verdicts import Sides, Verdict
from sdmodel.analysis.wording import joined
from sdmodel.report.cast import COLOURS
from sdmodel.report.embed import label, rounded
from sdmodel.report.figures.fans import DASHES, POINTS
from sdmodel.report.figures.figure import Figure
from sdmodel.report.text import count, number, share, unit, upper_first
from sdmodel.report.text import within as in_part
from sdmodel.runs.schema import TIME

LINES = 4  # of one figure, unless a check has more runs than that


@dataclass(frozen=True)
class Line:
    """An entry of the legend: `tint` is the number of its colour (--s0 …), `dash` its kind of line."""

    title: str
    tint: int
    dash: str


@dataclass(frozen=True)
class CheckFigure:
    """A figure with what stands around it: legend, the verdict in words for its note, heads of the table behind it."""

    figure: Figure
    verdict: Verdict
    legend: tuple[Line, ...]
    note: str
    heads: tuple[str, ...]


def reality(finding: Finding) -> tuple[CheckFigure, ...]:
    """A figure for each check that has anything to draw, in the order of the study; those that fail come first."""
    time = np.asarray(finding.table[TIME].values, dtype=float)
    seed, told = int(finding.table.attrs["seed"]), verdicts_of(finding)
    ordered = sorted(enumerate(told), key=lambda placed: placed[1].holds)
    drawn = [(place, verdict, courses_of(finding, verdict.name)) for place, verdict in ordered]
    return tuple(_figure(place, verdict, courses, time, seed) for place, verdict, courses in drawn if courses)


def verdict_words(verdict: Verdict) -> str:
    """ "Holds with the model's own numbers, and in 97 % of 1,000 futures (95 % interval: 95 % to 98 %)."."""
    if verdict.failure:
        return f"Fails: {verdict.failure.rstrip('.')}."
    within = ""
    if verdict.futures:
        held = in_part(verdict.share, count(verdict.futures, "future"))
        within = f" {held} (95 % interval: {share(verdict.low)} to {share(verdict.high)})."
    if verdict.holds:
        return "Holds with the model's own numbers" + (f", and{within}" if within else ".")
    why = joined([_missed(side) for side in verdict.sides if not side.holds])
    return f"Fails with the model's own numbers: {why}." + (f" It holds{within}" if within else "")


def _missed(side: Sides) -> str:
    when = "" if side.time is None else f" at {number(side.time, time=True)}"
    return f"{' '.join(side.text.split())} would need {number(side.left)} {side.comparison} {number(side.right)}{when}"


def _figure(
    place: int, verdict: Verdict, courses: Sequence[Drawn], time: NDArray[np.float64], seed: int
) -> CheckFigure:
    chosen = _chosen(courses)
    runs, variables = (list(dict.fromkeys(names)) for names in zip(*((c.run, c.variable) for c in chosen), strict=True))
    many = len(variables) > 1
    lines = [
        Line(
            f"{one.title}: {one.variable}" if many else one.title,
            runs.index(one.run) % COLOURS,
            DASHES[(variables.index(one.variable) + runs.index(one.run) // COLOURS) % len(DASHES)],
        )
        for one in chosen
    ]
    kept = np.unique(np.linspace(0, time.size - 1, min(POINTS, time.size)).round().astype(int))
    traces = [_trace(line, time[kept], one.values[kept]) for one, line in zip(chosen, lines, strict=True)]
    state = "holds" if verdict.holds else "fails"
    figure = Figure(
        key=f"reality-{place}",
        title=f"{verdict.name} {state}: {verdict.statement}",
        alt=f"{upper_first(joined(variables))} over time. {_alt(chosen)}",
        spec={"data": traces, "layout": {"yaxis": _axis(chosen), "hovermode": "x"}},
        above=_above(variables, chosen[0].units),
        height=230,
        risk=any(one.risk for one in chosen),
        rows=tuple(_row(one, line) for one, line in zip(chosen, lines, strict=True)),
    )
    return CheckFigure(figure, verdict, tuple(lines), _note(verdict, len(runs), seed), _heads(time))


def _chosen(courses: Sequence[Drawn]) -> list[Drawn]:
    """The courses of as many variables in the unit of the first as there is room for, in all runs."""
    runs = len({one.run for one in courses})
    same = [one.variable for one in courses if one.units == courses[0].units]
    shown = list(dict.fromkeys(same))[: max(1, LINES // runs)]
    return [one for one in courses if one.variable in shown]


def _note(verdict: Verdict, runs: int, seed: int) -> str:
    futures = f"; futures: a Latin hypercube over all unknowns, seed {seed}" if verdict.futures else ""
    return f"{verdict_words(verdict)} Drawn: {count(runs, 'run')} with the model's own numbers{futures}."


def _trace(line: Line, time: NDArray[np.float64], values: NDArray[np.float64]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": label(line.title),
        "x": rounded(time, 7),
        "y": rounded(values),
        "hovertemplate": "%{fullData.name}<br>%{y:.3~r}<extra></extra>",  # no text for each point: there are many
        "line": {"color": f"--s{line.tint}", "width": 2.2, "dash": line.dash},
        "connectgaps": True,
    }


def _above(variables: Sequence[str], units: str) -> str:
    shown = unit(units)
    return joined(variables) + (f" ({shown})" if shown else "")


def _axis(chosen: Sequence[Drawn]) -> dict[str, Any]:
    """From zero where zero is near, so that sizes are not exaggerated."""
    every = np.concatenate([one.values[np.isfinite(one.values)] for one in chosen])
    near_zero = every.size > 0 and every.min() >= 0 and every.min() <= 0.6 * every.max()
    return {"rangemode": "tozero" if near_zero else "normal"}


def _ends(one: Drawn) -> tuple[str, str, str]:
    """First, middle and last value."""
    return tuple(number(float(one.values[at])) for at in (0, one.values.size // 2, -1))  # type: ignore[return-value]


def _alt(chosen: Sequence[Drawn]) -> str:
    told = []
    for one in chosen:
        start, _, end = _ends(one)
        told.append(f"{one.title}: {one.variable} from {start} to {end}")
    return "; ".join(told) + "."


def _row(one: Drawn, line: Line) -> tuple[str, ...]:
    return (line.title, *_ends(one))


def _heads(time: NDArray[np.float64]) -> tuple[str, ...]:
    return ("Run", *(number(float(time[at]), time=True) for at in (0, time.size // 2, -1)))
