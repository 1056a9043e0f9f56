"""The tables `[checks.NAME]` of a study file: what they may say, and the Check that each of them is."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field

from sdmodel.model.names import did_you_mean
from sdmodel.study.checks.expectation import expectation_of
from sdmodel.study.checks.spec import Check, CheckRun, Expectation, First, Reading, Throughout
from sdmodel.study.fields import Checked, Name, Text
from sdmodel.study.places import Location, Problem, shown_name
from sdmodel.study.settings import SettingTable, setting_of

MOST_RUNS = 20  # of one check
_RUN_NAME = re.compile(r"[^\W\d]\w*")


def _run_name(value: Any) -> Any:
    if isinstance(value, str) and not _RUN_NAME.fullmatch(value):
        raise ValueError("the name of a run is one word of letters, digits and _: expectations name it without quotes")
    return value


def _expectation(value: Any) -> Any:
    if not isinstance(value, str):
        raise ValueError("must be a text in quotes, such as \"end(tight, 'x') > end(base, 'x')\"")
    return expectation_of(value)


def _names(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Names = Annotated[list[Name], BeforeValidator(_names)]
Statement = Annotated[Text, Field(min_length=1)]


class CheckRunTable(Checked, BaseModel):
    """`{ scenario = "status_quo", shock = "pandemic", set = { "US export control goal" = 0.8 } }`."""

    scenario: Text = ""
    shock: Names = []
    variant: Names = []
    set_: Annotated[dict[Name, SettingTable], Field(alias="set")] = {}


class CheckTable(Checked, BaseModel):
    """A reality check; see `Check` in `study/check_spec.py` for what the keys mean."""

    statement: Statement
    runs: Annotated[
        dict[Annotated[Name, BeforeValidator(_run_name)], CheckRunTable], Field(min_length=1, max_length=MOST_RUNS)
    ]
    expect: Annotated[list[Annotated[Any, BeforeValidator(_expectation)]], Field(min_length=1)]
    kind: Literal["behaviour", "structure"] = "behaviour"
    claims: list[Name] = []
    draw: list[Name] = []
    basis: Text = ""


def check_of(name: str, table: CheckTable, baseline: str) -> Check:
    """The check that `table` describes; a run that names no scenario is one of the `baseline`."""
    return Check(
        name=name,
        statement=table.statement,
        runs={run: _run(one, baseline) for run, one in table.runs.items()},
        expect=tuple(table.expect),
        kind=table.kind,
        claims=tuple(table.claims),
        draw=tuple(dict.fromkeys(table.draw)),
        basis=table.basis,
    )


def table_at(location: tuple[Any, ...]) -> type[BaseModel] | None:
    """Which of these tables the key at the end of `location` stands in, if any: it knows which keys there are."""
    if location[:1] != ("checks",):
        return None
    return CheckTable if len(location) == 3 else CheckRunTable if len(location) == 5 else None


def problems_of_checks(
    checks: Mapping[str, CheckTable], scenarios: Collection[str], shocks: Collection[str], variants: Collection[str]
) -> Iterator[Problem]:
    """Names of scenarios, shocks and variants that the file has not; of runs that a check has not, or does not use."""
    for name, table in checks.items():
        for run, one in table.runs.items():
            place = ("checks", name, "runs", run)
            named = (("scenario", [one.scenario] if one.scenario else [], scenarios),)
            for kind, wanted, known in (*named, ("shock", one.shock, shocks), ("variant", one.variant, variants)):
                for word in wanted:
                    if word not in known:
                        yield (*place, kind), _absent("the file", kind, word, known)
        yield from _problems_of_runs(("checks", name), table)


def _problems_of_runs(place: Location, table: CheckTable) -> Iterator[Problem]:
    used: set[str] = set()
    for number, expectation in enumerate(table.expect, start=1):
        named = _runs_in(expectation)
        used.update(named)
        for run in dict.fromkeys(named):
            if run not in table.runs:
                yield (*place, "expect", f"item {number}"), _absent("the check", "run", run, table.runs)
    for run in table.runs:
        if run not in used:
            yield (*place, "runs", run), "no expectation reads this run: name it there, or leave it out."


def _runs_in(expectation: Expectation) -> list[str]:
    from_parts = Check("", "", {}, (expectation,)).nodes()
    return [node.run for node in from_parts if isinstance(node, Reading | First | Throughout)]


def _absent(owner: str, kind: str, name: str, known: Collection[str]) -> str:
    listed = ", ".join(f'"{shown_name(one)}"' for one in list(known)[:8])
    hint = did_you_mean(name, known) or (f" It has {listed}." if known else "")
    return f'{owner} has no {kind} "{shown_name(name)}".{hint}'


def _run(table: CheckRunTable, baseline: str) -> CheckRun:
    settings = {name: setting_of(setting) for name, setting in table.set_.items()}
    return CheckRun(table.scenario or baseline, (*table.variant, *table.shock), settings)
