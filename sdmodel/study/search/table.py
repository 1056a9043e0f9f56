"""The tables `[search.NAME]` and `[timing.NAME]` of a study file: what they may say, and what each of them is."""

from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, model_validator

from sdmodel.model.names import did_you_mean, key
from sdmodel.study.fields import Checked, Finite, Name, Positive, Text
from sdmodel.study.places import Location, Problem, shown_name
from sdmodel.study.search.spec import Lever, Move, Search, Searches, Side, Timing
from sdmodel.study.search.targets import TargetTable, target_of
from sdmodel.study.search.waiting import WaitingTable, waiting_of

SIDES = 2


def _ends(value: Any) -> Any:
    """A number is the far end; a pair has both."""
    if isinstance(value, list):
        if len(value) != 2:
            raise ValueError("must be the far end of the lever, or a pair [near end, far end]")
        if value[0] == value[1]:
            raise ValueError("both ends are the same: the lever would not move")
        return value
    return [None, value]


def _span(value: list[float]) -> list[float]:
    if value[0] >= value[1]:
        raise ValueError("must rise: [earliest, latest]")
    return value


Ends = Annotated[tuple[Finite | None, Finite], BeforeValidator(_ends)]
Levers = Annotated[dict[Name, Ends], Field(max_length=200)]
Span = Annotated[list[Finite], Field(min_length=2, max_length=2), AfterValidator(_span)]
Lasting = Annotated[list[Positive], Field(min_length=2, max_length=2), AfterValidator(_span)]


class SideTable(Checked, BaseModel):
    """One of the two sides of a search; see `Side` in `study/search_spec.py`."""

    levers: Annotated[Levers, Field(min_length=1)]
    title: Text = ""
    cost: Text = ""


class SearchTable(Checked, BaseModel):
    """Levers moved together; see `Search` in `study/search_spec.py` for what the keys mean."""

    scenarios: list[Name] = []
    levers: Levers = {}
    sides: dict[Name, SideTable] = {}
    target: Text = ""
    cost: Text = ""
    begin: Finite | None = Field(default=None, alias="from")
    over: Positive | None = None
    share: Annotated[Positive, Field(le=1)] = 0.9
    title: Text = ""
    basis: Text = ""

    @model_validator(mode="after")
    def _whole(self) -> "SearchTable":
        if not self.levers and not self.sides:
            raise ValueError('needs "levers", or two "sides" that have some')
        if self.sides and len(self.sides) != SIDES:
            raise ValueError(f'"sides" must be two, not {len(self.sides)}')
        if (self.begin is None) != (self.over is None):
            raise ValueError('"from" and "over" belong together: the levers move from a time on, for so long')
        return self


class MoveTable(Checked, BaseModel):
    """One of two moves; see `Move` in `study/search_spec.py`."""

    title: Text = ""
    start: Text = ""
    duration: Text = ""
    levers: Levers = {}

    @model_validator(mode="after")
    def _one_kind(self) -> "MoveTable":
        if bool(self.levers) == bool(self.start):
            raise ValueError('needs either "start", a constant that holds the time of its start, or "levers"')
        if self.levers and self.duration:
            raise ValueError('"duration" belongs to "start"; "levers" last as long as "durations" say')
        return self


class TimingTable(Checked, BaseModel):
    """Two moves in time; see `Timing` in `study/search_spec.py`."""

    moves: dict[Name, MoveTable]
    starts: Span
    durations: Lasting | None = None
    scenario: Text = ""
    outcomes: list[Name] = []
    title: Text = ""
    basis: Text = ""

    @model_validator(mode="after")
    def _complete(self) -> "TimingTable":
        if len(self.moves) != SIDES:
            raise ValueError(f'"moves" must be two, not {len(self.moves)}')
        if self.durations is None and any(move.levers for move in self.moves.values()):
            raise ValueError('"durations" is missing: how long may the levers take to move, from least to most')
        return self


def search_of(name: str, table: SearchTable, baseline: str) -> Search:
    """The search that `table` describes; it is asked in the baseline where it names no scenario."""
    sides = tuple(
        Side(side, one.title or _title(side), _levers(one.levers), one.cost) for side, one in table.sides.items()
    )
    return Search(
        name=name,
        title=table.title or _title(name),
        scenarios=tuple(table.scenarios) or (baseline,),
        levers=_levers(table.levers),
        sides=sides,
        target=table.target,
        cost=table.cost,
        begin=table.begin,
        over=table.over,
        share=table.share,
        basis=table.basis,
    )


def timing_of(name: str, table: TimingTable, baseline: str) -> Timing:
    """The two moves that `table` describes."""
    first, second = (
        Move(move, one.title or _title(move), one.start, one.duration, _levers(one.levers))
        for move, one in table.moves.items()
    )
    return Timing(
        name=name,
        title=table.title or _title(name),
        scenario=table.scenario or baseline,
        moves=(first, second),
        starts=(table.starts[0], table.starts[1]),
        durations=(table.durations[0], table.durations[1]) if table.durations else None,
        outcomes=tuple(table.outcomes),
        basis=table.basis,
    )


def searches_of(
    targets: Mapping[str, TargetTable],
    search: Mapping[str, SearchTable],
    timing: Mapping[str, TimingTable],
    waiting: Mapping[str, WaitingTable],
    baseline: str,
) -> Searches:
    """All that the file says of targets, searches and moves in time."""
    return Searches(
        targets={name: target_of(name, one) for name, one in targets.items()},
        search={name: search_of(name, one, baseline) for name, one in search.items()},
        timing={name: timing_of(name, one, baseline) for name, one in timing.items()},
        waiting={name: waiting_of(name, one, baseline) for name, one in waiting.items()},
    )


def table_at(location: tuple[Any, ...]) -> type[BaseModel] | None:
    """Which of these tables the key at the end of `location` stands in, if any: it knows which keys there are."""
    tables: dict[tuple[str, int], type[BaseModel]] = {
        ("targets", 3): TargetTable,
        ("search", 3): SearchTable,
        ("search", 5): SideTable,
        ("timing", 3): TimingTable,
        ("timing", 5): MoveTable,
        ("waiting", 3): WaitingTable,
    }
    return tables.get((str(location[0]), len(location))) if location else None


def problems_of_searches(
    search: Mapping[str, SearchTable],
    timing: Mapping[str, TimingTable],
    scenarios: Collection[str],
    outcomes: Collection[str],
    targets: Collection[str],
) -> Iterator[Problem]:
    """Scenarios, outcomes and targets that the file has not; a lever that two sides pull."""
    for name, one in search.items():
        place = ("search", name)
        yield from _absent((*place, "scenarios"), "scenario", one.scenarios, scenarios)
        yield from _absent((*place, "target"), "target", [one.target], targets)
        yield from _absent((*place, "cost"), "outcome", [one.cost], outcomes)
        for side, told in one.sides.items():
            yield from _absent((*place, "sides", side, "cost"), "outcome", [told.cost], outcomes)
        levers = [*(lever for side in one.sides.values() for lever in side.levers), *one.levers]
        keys = [key(lever) for lever in levers]
        twice = [lever for lever in levers if keys.count(key(lever)) > 1]
        yield from ((place, f'"{shown_name(lever)}" is moved twice.') for lever in twice[:1])
    for name, moves in timing.items():
        yield from _absent(("timing", name, "scenario"), "scenario", [moves.scenario], scenarios)
        yield from _absent(("timing", name, "outcomes"), "outcome", moves.outcomes, outcomes)


def _absent(place: Location, kind: str, names: Collection[str], known: Collection[str]) -> Iterator[Problem]:
    for name in names:
        if name and name not in known:
            listed = ", ".join(f'"{one}"' for one in list(known)[:8])
            near = did_you_mean(name, known) or (f" It has {listed}." if known else "")
            yield place, f'the file has no {kind} "{shown_name(name)}".{near}'


def _levers(levers: Mapping[str, tuple[float | None, float]]) -> tuple[Lever, ...]:
    return tuple(Lever(name, far, near) for name, (near, far) in levers.items())


def _title(name: str) -> str:
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]
