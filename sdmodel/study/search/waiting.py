"""The table `[waiting.NAME]` of a study file: a step on probation, and the two theories of which one may hold.

[waiting.opening]
title = "How large an opening, how long to wait?"
size = { "opening size" = [0, 0.5, 1] }        the first value: not to begin
patience = { "patience" = [1, 2, 4, 1000] }    the last value: to go on whatever comes
theories = ["friend", "foe"]                   variants of the study
outcome = "payoff"
"""

from collections.abc import Collection, Iterator, Mapping
from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

from sdmodel.model.names import did_you_mean
from sdmodel.study.fields import Checked, Finite, Name, Text
from sdmodel.study.places import Location, Problem, shown_name
from sdmodel.study.search.spec import Options, Waiting


def _rising(values: list[float]) -> list[float]:
    if any(one >= other for one, other in pairwise(values)):
        raise ValueError("must rise")
    return values


Values = Annotated[list[Finite], Field(min_length=2, max_length=200), AfterValidator(_rising)]
OneLever = Annotated[dict[Name, Values], Field(min_length=1, max_length=1)]
Pair = Annotated[list[Name], Field(min_length=2, max_length=2)]


class WaitingTable(Checked, BaseModel):
    """See `Waiting` in `study/search/spec.py` for what the keys mean."""

    size: OneLever
    patience: OneLever
    theories: Pair
    outcome: Name
    scenario: Text = ""
    prior: Annotated[Finite, Field(ge=0, le=1)] = 0.5
    title: Text = ""
    basis: Text = ""


def waiting_of(name: str, table: WaitingTable, baseline: str) -> Waiting:
    """What `table` describes."""
    words = name.replace("_", " ").strip()
    return Waiting(
        name=name,
        title=table.title or words[:1].upper() + words[1:],
        scenario=table.scenario or baseline,
        size=_options(table.size),
        patience=_options(table.patience),
        theories=(table.theories[0], table.theories[1]),
        outcome=table.outcome,
        prior=table.prior,
        basis=table.basis,
    )


def problems_of_waiting(
    waiting: Mapping[str, WaitingTable],
    scenarios: Collection[str],
    outcomes: Collection[str],
    variants: Collection[str],
) -> Iterator[Problem]:
    """Scenarios, outcomes and variants that the file has not; a theory against itself."""
    for name, one in waiting.items():
        place = ("waiting", name)
        yield from _absent((*place, "scenario"), "scenario", one.scenario, scenarios)
        yield from _absent((*place, "outcome"), "outcome", one.outcome, outcomes)
        for theory in one.theories:
            yield from _absent((*place, "theories"), "variant", theory, variants)
        if one.theories[0] == one.theories[1]:
            yield (*place, "theories"), "both theories are the same."


def _options(levers: Mapping[str, list[float]]) -> Options:
    [(name, values)] = levers.items()
    return Options(name, tuple(values))


def _absent(place: Location, kind: str, name: str, known: Collection[str]) -> Iterator[Problem]:
    if name and name not in known:
        listed = ", ".join(f'"{one}"' for one in list(known)[:8])
        near = did_you_mean(name, known) or (f" It has {listed}." if known else "")
        yield place, f'the file has no {kind} "{shown_name(name)}".{near}'
