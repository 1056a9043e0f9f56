"""Scores of feedback loops in runs → the finding "dominance": which loop drives the model when, and in which futures.

dim loop      title, path, kind, part, named: what it is; those alone in their part of the model come last
dim scenario  scenario_title
dim time      relative (scenario, loop, time): share of all change in its part, below 0 where the loop is balancing;
              dominates (scenario, loop, time): it is in the smallest set of loops with more than half of it
              leads (scenario, loop, time): share of futures in which it has the largest share; without futures NaN
dim input     correlation (scenario, loop, input): rank correlation over futures of the input with the loop's mean share
              strength (scenario, loop): the mean over time of the size of `relative`
              turns (scenario, loop): when it changes between reinforcing and balancing, in words; "" where it does not
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.loops import dominance
from sdmodel.analysis.loops.dominance import Period
from sdmodel.analysis.wording import joined, number, percent, scenario_title
from sdmodel.study.spec import Study

NAME = "dominance"
LOOP, SCENARIO, TIME, INPUT = "loop", "scenario", "time", "input"
DRIVES = 0.3
"""Rank correlation from which an input is told to go with the share of a loop, if it is above chance as well."""
_CHANCE = 3.0  # standard deviations: with a hundred inputs some are two away from nothing
_TOLD = 8  # periods that a sentence lists
_TURNS = 3  # changes of a loop, and loops that change, that are told one by one
_WEAK = 0.05  # mean share below which nobody need know when a loop changes
_BRIEF = 0.02  # of the run: shorter periods are counted, not told
_NOT_PROOF = (
    "A score tells which loops make up the change at a time as the run goes, not what would happen without them: "
    '"sdmodel loops" knocks loops out.'
)


@dataclass(frozen=True)
class Told:
    """What a loop is: the study's name and title for it or none, its path, the number of its part of the model."""

    name: str
    title: str
    path: tuple[str, ...]
    part: int


@dataclass(frozen=True)
class InFutures:
    """Over `count` futures: `leads` [scenario, loop, time], and `correlation` [scenario, loop, input] with `inputs`."""

    count: int
    leads: np.ndarray
    inputs: tuple[str, ...]
    correlation: np.ndarray


@dataclass(frozen=True)
class Search:
    """How the loops were found: `found` looked at, whether these are all, and what share those weighed `covered`."""

    found: int
    complete: bool
    covered: float
    through: tuple[str, ...] = ()
    of_study: bool = False


def dominance_finding(
    loops: Sequence[Told],
    scenarios: Mapping[str, np.ndarray],
    times: np.ndarray,
    search: Search,
    *,
    study: Study | None,
    futures: InFutures | None,
    unit: str = "",
    notes: Sequence[str] = (),
) -> Finding:
    """The finding of `scenarios`: by name, the relative scores [loop, time] of all `loops` at `times`."""
    shares = np.stack(list(scenarios.values()))
    strength = np.abs(shares).mean(axis=2)
    parts = np.array([one.part for one in loops])
    order = _order(parts, strength.mean(axis=0))
    kinds = dominance.kinds(np.moveaxis(shares, 1, 0))
    reserved = study.loops if study is not None else ()  # those of loops that are not weighed here, too
    names = dominance.names_of([kinds[place] for place in order], [loops[place].name for place in order], reserved)
    inside = np.stack([_dominates(one, parts) for one in shares])
    there = futures or InFutures(0, np.full(shares.shape, np.nan), (), np.zeros((*strength.shape, 0)))
    table = xr.Dataset(
        {
            "title": (LOOP, [loops[place].title or _short(loops[place].path) for place in order]),
            "path": (LOOP, [" → ".join((*loops[place].path, loops[place].path[0])) for place in order]),
            "kind": (LOOP, [kinds[place] for place in order]),
            "part": (LOOP, parts[order]),
            "named": (LOOP, [bool(loops[place].name) for place in order]),
            "relative": ((SCENARIO, LOOP, TIME), shares[:, order]),
            "dominates": ((SCENARIO, LOOP, TIME), inside[:, order]),
            "leads": ((SCENARIO, LOOP, TIME), there.leads[:, order]),
            "strength": ((SCENARIO, LOOP), strength[:, order]),
            "correlation": ((SCENARIO, LOOP, INPUT), there.correlation[:, order]),
            "turns": (
                (SCENARIO, LOOP),
                np.array([[turn_words(loop, times) for loop in one[order]] for one in shares], dtype=np.str_),
            ),
        },
        coords={
            LOOP: names,
            SCENARIO: list(scenarios),
            TIME: (TIME, times, {"units": unit}),
            INPUT: (INPUT, np.array(there.inputs, dtype=np.str_)),
            "scenario_title": (SCENARIO, [_title(study, name) for name in scenarios]),
        },
        attrs={
            "study": study.name if study else "",
            "found": search.found,
            "complete": int(search.complete),
            "covered": search.covered,
            "futures": there.count,
            "through": list(search.through),
        },
    )
    caveats = (*(study.caveats if study else ()), *_how_found(search, len(loops)), _NOT_PROOF, *notes)
    return Finding(NAME, table, _sentence(table, search), tuple(dict.fromkeys(caveats)))


def leading_periods(table: xr.Dataset, scenario: str) -> dict[int, list[Period]]:
    """For each part of the model that has several loops, the periods in which one of them leads.

    `Period.loop` is a place along dim loop.
    """
    times, found = np.asarray(table[TIME].values, dtype=float), {}
    shares = table["relative"].sel({SCENARIO: scenario}).values
    for part in np.unique(table["part"].values):
        rows = np.flatnonzero(table["part"].values == part)
        if len(rows) > 1:
            own = dominance.periods(shares[rows], times)
            found[int(part)] = [Period(one.begin, one.end, int(rows[one.loop]), one.mean, one.most) for one in own]
    return found


def drivers(table: xr.Dataset, scenario: str, loop: str, most: int = 3) -> list[tuple[str, float]]:
    """The inputs whose rank correlation with the mean share of `loop` is DRIVES at least, the strongest first.

    With few futures it must be three times as large as chance makes it, 1 / √(futures - 1).
    """
    if not table.sizes[INPUT]:
        return []
    row = table["correlation"].sel({SCENARIO: scenario, LOOP: loop})
    order = np.argsort(-np.abs(row.values), kind="stable")[:most]
    least = max(DRIVES, _CHANCE / max(1, int(table.attrs["futures"]) - 1) ** 0.5)
    return [(str(row[INPUT].values[at]), float(row.values[at])) for at in order if abs(row.values[at]) >= least]


def period_words(table: xr.Dataset, periods: Sequence[Period]) -> str:
    """ "R1 Contagion until 14 (71 % of the change on average), then B1 Recovery until 90 (79 %)"."""
    span = float(np.ptp(table[TIME].values)) or 1.0
    long = [one for one in periods if one.end - one.begin >= _BRIEF * span] or list(periods)
    told: list[str] = []
    for one in merged(long)[:_TOLD]:
        name = str(table[LOOP].values[one.loop])
        title = str(table["title"].values[one.loop])
        share = percent(one.mean) + (" of the change on average" if not told else "")
        told.append(f"{name} ({title}) until {number(one.end, of_time=True)} ({share})")
    more = len(merged(long)) - len(told)
    return ", then ".join(told) + (f", and {more} more" if more else "")


def turn_words(share: np.ndarray, times: np.ndarray) -> str:
    """ "reinforcing until 4.5, balancing from 5 on"; "" for a loop that keeps its sign."""
    found = dominance.turns(share, times)
    if not found:
        return ""
    first = "reinforcing" if found[0].to == "balancing" else "balancing"
    if len(found) > _TURNS:
        return f"{first} first, and changes {len(found)} times from {number(found[0].since, of_time=True)} on"
    told, last = [f"{first} until {number(found[0].last, of_time=True)}"], found[0]
    for one in found[1:]:
        told.append(f"{last.to} from {number(last.since, of_time=True)} until {number(one.last, of_time=True)}")
        last = one
    return ", ".join([*told, f"{last.to} from {number(last.since, of_time=True)} on"])


def _turning(table: xr.Dataset, scenario: str) -> str:
    """The strongest loops that change their sign, and when, as a sentence."""
    one = table.sel({SCENARIO: scenario})
    order = np.argsort(-one["strength"].values, kind="stable")
    places = [at for at in order if str(one["turns"].values[at]) and one["strength"].values[at] >= _WEAK]
    told = [f"{one[LOOP].values[at]} is {one['turns'].values[at]}" for at in places[:_TURNS]]
    return f" {'; '.join(told)}." if told else ""


def merged(periods: Sequence[Period]) -> list[Period]:
    """`periods` with those of one loop that follow each other, now that short ones are left out, as one."""
    found: list[Period] = []
    for one in periods:
        last = found[-1] if found else None
        if last is None or last.loop != one.loop:
            found.append(one)
            continue
        spans = [end - begin or 1e-9 for begin, end in ((last.begin, last.end), (one.begin, one.end))]
        mean = float(np.average([last.mean, one.mean], weights=spans))
        found[-1] = Period(last.begin, one.end, one.loop, mean, max(last.most, one.most))
    return found


def _order(parts: np.ndarray, strength: np.ndarray) -> np.ndarray:
    alone = np.array([int((parts == part).sum() == 1) for part in parts])
    return np.lexsort((-strength, alone))


def _dominates(shares: np.ndarray, parts: np.ndarray) -> np.ndarray:
    found = np.zeros(shares.shape, dtype=bool)
    for part in np.unique(parts):
        found[parts == part] = dominance.dominant(shares[parts == part])
    return found


def _title(study: Study | None, name: str) -> str:
    return scenario_title(study, name) if study is not None else name


def _short(path: Sequence[str]) -> str:
    """The path of a loop without a title: its first and, when there are more than four, its middle variable."""
    if len(path) <= 4:
        return " → ".join(path)
    return f"{path[0]} → … → {path[len(path) // 2]} → … ({len(path)} variables)"


def _how_found(search: Search, weighed: int) -> list[str]:
    through = _through(search)
    if search.of_study:
        return [f"Weighed against each other are only loops that the study names{through}."]
    if search.complete:
        return []
    return [
        f"The model has too many feedback loops{through} to list them all. {search.found:,} were found along strong "
        f"links, and the {weighed} strongest weighed against each other; they have {100 * search.covered:.3g} % of the "
        "change that those found make up."
    ]


def _through(search: Search) -> str:
    quoted = [f'"{name}"' for name in search.through]
    return f" through {joined(quoted)}" if quoted else ""


def _sentence(table: xr.Dataset, search: Search) -> str:
    loops, scenario = table.sizes[LOOP], str(table[SCENARIO].values[0])
    parts = leading_periods(table, scenario)
    every = f"{loops} feedback loop{'' if loops == 1 else 's'}{_through(search)}"
    found = f"{every} weighed against each other"
    if not parts:
        alone = f"{found}: each is alone in its part of the model, and makes up all change there."
        return f"{alone}{_turning(table, scenario)}"
    told = [period_words(table, own) for own in parts.values() if own]
    title = f'"{table["scenario_title"].values[0]}"'
    if not told:
        return f"{found}; nothing changes under {title}."
    periods = "; in another part of the model ".join(told)
    return f"Strongest of {every} under {title}: {periods}.{_turning(table, scenario)}{_in_futures(table)}"


def _in_futures(table: xr.Dataset) -> str:
    """Which loop leads longest over the futures, and what goes with its share."""
    count, scenario = int(table.attrs["futures"]), str(table[SCENARIO].values[0])
    if not count:
        return ""
    several = np.flatnonzero([np.sum(table["part"].values == part) > 1 for part in table["part"].values])
    leads = table["leads"].sel({SCENARIO: scenario}).mean(TIME)
    best = int(several[np.argmax(leads.values[several])])
    name, title = (str(table[one].values[best]) for one in (LOOP, "title"))
    with_it = [f'{"high" if rho > 0 else "low"} "{one}" ({rho:+.2f})' for one, rho in drivers(table, scenario, name)]
    where = f"; its share goes with {joined(with_it)}" if with_it else ""
    share = percent(float(leads.values[best]))
    return f" Over {count:,} futures {name} ({title}) leads most, {share} of the time on average{where}."
