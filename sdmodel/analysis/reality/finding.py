"""Verdicts on reality checks and the courses behind them ⇄ the finding "reality", which can be kept and drawn.

dim check    the verdicts: statement, kind, claims, holds, failure, futures, held, broken, share, low, high
dim side     their comparisons in the base run: side_check, side_text, left, comparison, right, side_holds, side_time
dim course   trajectories in the base run: course_check, course_run, run_title, variable, units, risk, value (time)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.reality.verdicts import Sides, Verdict
from sdmodel.analysis.wording import RISK_CAVEAT, joined, share
from sdmodel.runs.schema import TIME

NAME = "reality"
CHECK, SIDE, COURSE = "check", "side", "course"
CONSISTENT = "A check that holds shows that the model is consistent with the claim, not that the claim is true."
_SEPARATOR = "; "
_CHECKS: dict[str, type] = {
    "statement": str,
    "kind": str,
    "claims": str,
    "holds": bool,
    "failure": str,
    "futures": int,
    "held": int,
    "broken": int,
    "share": float,
    "low": float,
    "high": float,
}
_SIDES: dict[str, type] = {
    "side_check": str,
    "side_text": str,
    "left": float,
    "comparison": str,
    "right": float,
    "side_holds": bool,
    "side_time": float,
}
_COURSES: dict[str, type] = {
    "course_check": str,
    "course_run": str,
    "run_title": str,
    "variable": str,
    "units": str,
    "risk": bool,
}


@dataclass(frozen=True)
class Drawn:
    """The course of `variable` in the base run `run` of `check`; `title` says what is set in that run.

    `values` (time) are NaN where the run has no value.
    """

    check: str
    run: str
    title: str
    variable: str
    units: str
    risk: bool
    values: np.ndarray


def finding_of(
    verdicts: Sequence[Verdict], courses: Sequence[Drawn], times: np.ndarray, *, study: str, seed: int, unit: str
) -> Finding:
    """The finding "reality": a table as above, and a sentence that says how many hold and which do not.

    `times` belong to all `courses`, in `unit`; `seed` is that of the futures.
    """
    checks = [
        (
            *(one.statement, one.kind, _SEPARATOR.join(one.claims), one.holds, one.failure),
            *(one.futures, one.held, one.broken, one.share, one.low, one.high),
        )
        for one in verdicts
    ]
    sides = [
        (one.name, side.text, side.left, side.comparison, side.right, side.holds, _or_nan(side.time))
        for one in verdicts
        for side in one.sides
    ]
    drawn = [(one.check, one.run, one.title, one.variable, one.units, one.risk) for one in courses]
    values = np.array([one.values for one in courses], dtype=float).reshape(len(courses), len(times))
    columns = {
        **_columns(CHECK, _CHECKS, checks),
        **_columns(SIDE, _SIDES, sides),
        **_columns(COURSE, _COURSES, drawn),
        "value": xr.Variable((COURSE, TIME), values),
    }
    coords = {CHECK: [one.name for one in verdicts], TIME: (TIME, times, {"units": unit})}
    futures = max((one.futures for one in verdicts), default=0)
    table = xr.Dataset(columns, coords, {"study": study, "seed": seed, "futures": futures})
    risk = [RISK_CAVEAT] if any(one.risk for one in courses) else []
    return Finding(NAME, table, _sentence(verdicts), (CONSISTENT, *_of_broken(verdicts), *risk))


def verdicts_of(finding: Finding) -> tuple[Verdict, ...]:
    """The verdicts that a finding holds."""
    table = finding.table
    sides: dict[str, list[Sides]] = {}
    for row in _rows(table, SIDE, _SIDES):
        time = None if np.isnan(row["side_time"]) else row["side_time"]
        one = Sides(row["side_text"], row["left"], row["comparison"], row["right"], row["side_holds"], time)
        sides.setdefault(row["side_check"], []).append(one)
    verdicts = []
    for name, row in zip(map(str, table[CHECK].values), _rows(table, CHECK, _CHECKS), strict=True):
        told = {key: value for key, value in row.items() if key not in ("claims", "share")}
        claims = tuple(filter(None, row["claims"].split(_SEPARATOR)))
        verdicts.append(Verdict(name=name, claims=claims, sides=tuple(sides.get(name, ())), **told))
    return tuple(verdicts)


def courses_of(finding: Finding, check: str) -> list[Drawn]:
    """The courses of one check, in the order in which they were asked for."""
    rows = zip(_rows(finding.table, COURSE, _COURSES), finding.table["value"].values, strict=True)
    return [
        Drawn(check, row["course_run"], row["run_title"], row["variable"], row["units"], row["risk"], values)
        for row, values in rows
        if row["course_check"] == check
    ]


def _columns(dim: str, kinds: Mapping[str, type], rows: Sequence[Sequence[object]]) -> dict[str, xr.Variable]:
    """A variable along `dim` for each of `kinds`, from `rows` in their order."""
    return {
        name: xr.Variable(dim, np.array([row[place] for row in rows], dtype=kind))
        for place, (name, kind) in enumerate(kinds.items())
    }


def _rows(table: xr.Dataset, dim: str, kinds: Mapping[str, type]) -> list[dict[str, Any]]:
    """What `_columns` was given."""
    columns = {name: table[name].values for name in kinds}
    return [{name: kind(columns[name][place]) for name, kind in kinds.items()} for place in range(table.sizes[dim])]


def _of_broken(verdicts: Sequence[Verdict]) -> tuple[str, ...]:
    most = max(verdicts, key=lambda one: one.broken, default=None)
    if most is None or not most.broken:
        return ()
    return (
        "A check does not hold in a future in which one of its runs leaves the finite range: "
        f"{most.broken:,} of {most.futures:,} for {most.name}.",
    )


def _or_nan(time: float | None) -> float:
    return np.nan if time is None else time


def _sentence(verdicts: Sequence[Verdict]) -> str:
    """How many hold with the model's own numbers, and which is weakest over the futures."""
    fail = [one.name for one in verdicts if not one.holds]
    held = f"{len(verdicts) - len(fail):,} of {len(verdicts):,}" if fail else f"All {len(verdicts):,}"
    told = f"{held} reality checks hold with the model's own numbers"
    told += f"; {joined(fail)} {'fails' if len(fail) == 1 else 'fail'}." if fail else "."
    drawn = [one for one in verdicts if one.futures]
    if not drawn:
        return told
    weakest = min(drawn, key=lambda one: one.share)
    if weakest.held == weakest.futures:
        return f"{told} {share(weakest.held, weakest.futures).capitalize()} every one holds."
    always = sum(one.held == one.futures for one in drawn)
    return (
        f"{told} {always:,} {'holds' if always == 1 else 'hold'} in all of {weakest.futures:,} futures drawn; "
        f"the weakest is {weakest.name}, which holds {share(weakest.held, weakest.futures)}."
    )
