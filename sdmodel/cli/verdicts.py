"""Verdicts on reality checks and results of structure tests → the tables and the JSON that `check` prints."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sdmodel.cli.console import Column, say, table
from sdmodel.cli.numbers import percent, shown

if TYPE_CHECKING:
    from sdmodel.analysis.finding import Finding
    from sdmodel.analysis.reality.verdicts import Sides, Verdict

_PLACES = 4


def print_verdicts(finding: "Finding", verdicts: Sequence["Verdict"]) -> None:
    """A line for each check, the numbers behind those that fail, and what to keep in mind."""
    columns = [
        Column("reality check", [one.name for one in verdicts], words=True),
        Column("", ["holds" if one.holds else "FAILS" for one in verdicts], words=True),
        Column("if …, then …", [one.statement for one in verdicts], words=True, wraps=40),
        Column("of futures", [percent(one.share) for one in verdicts]),
        Column("95 % interval", [_interval(one) for one in verdicts], spare=1),
    ]
    table("", columns)
    for one in verdicts:
        for words in _reasons(one):
            say(f"{one.name} fails: {words}")
    say(f"\n{finding.sentence}")
    for caveat in finding.caveats:
        say(f"note: {caveat}")


def verdicts_as_data(finding: "Finding", verdicts: Sequence["Verdict"]) -> dict[str, Any]:
    """All of it; numbers that are not known are null."""
    checks = [_known({**asdict(one), "share": one.share}) for one in verdicts]
    return {
        "sentence": finding.sentence,
        "caveats": list(finding.caveats),
        "futures": int(finding.table.attrs["futures"]),
        "seed": int(finding.table.attrs["seed"]),
        "checks": checks,
    }


def print_structure(finding: "Finding") -> None:
    """A line for each test, in the field's words."""
    from sdmodel.analysis.reality.structure import results_of  # xarray, as slow to load as the compiler

    results = results_of(finding)
    columns = [
        Column("structure test", [one.name for one in results], words=True),
        Column("", ["holds" if one.holds else "FAILS" for one in results], words=True),
        Column("what was done", [one.did for one in results], words=True, wraps=40),
        Column("worst", [one.worst for one in results], words=True, wraps=30),
    ]
    table("", columns)
    say(f"\n{finding.sentence}")
    for caveat in finding.caveats:
        say(f"note: {caveat}")


def structure_as_data(finding: "Finding") -> dict[str, Any]:
    """All of it; numbers that are not known are null."""
    from sdmodel.analysis.reality.structure import results_of  # xarray, as slow to load as the compiler

    return {"sentence": finding.sentence, "tests": [_known(asdict(one)) for one in results_of(finding)]}


def _interval(one: "Verdict") -> str:
    return f"{100 * one.low:.1f} – {100 * one.high:.1f} %" if one.futures else ""


def _reasons(one: "Verdict") -> Iterable[str]:
    if one.failure:
        return [one.failure]
    return [_numbers(side) for side in one.sides if not side.holds]


def _numbers(side: "Sides") -> str:
    """ "end(a, 'x') < 1: 1.2000 against 1.0000"; for one about all times also when."""
    when = "" if side.time is None else f" at time {side.time:g}"
    return f"{' '.join(side.text.split())}: {shown(side.left, _PLACES)} against {shown(side.right, _PLACES)}{when}"


def _known(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _known(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_known(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
