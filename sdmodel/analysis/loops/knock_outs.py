"""Outcomes with and without each feedback loop → the finding "loops": what each of them moves, and which move nothing.

dim loop      title, kind, path, knock_out, cut, basis; moves, most_moved: by how much of its range which outcome moves
              most in all scenarios of the study, `most_in` the scenario; reinforcing, balancing: states with that sign
dim scenario  those that the study compares, and its baseline; scenario_title
dim outcome   outcome_title, units
              with_loop (scenario, outcome); without_loop, change (loop, scenario, outcome)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.loops.polarity import Polarity
from sdmodel.analysis.wording import caveats, joined, number, outcome_title, quoted_title, scenario_title
from sdmodel.study.spec import Study
from sdmodel.study.structure.spec import Loop
from sdmodel.study.terms import Outcome, Schedule, Setting

NAME = "loops"
LOOP, SCENARIO, OUTCOME = "loop", "scenario", "outcome"
DEAD = 1e-9
"""Of an outcome: a knock-out that moves none by so much does nothing."""
_KNOCKED = (
    "A knock-out holds for the whole run and wherever its constants are read; other loops go on: effects do not add up."
)


@dataclass(frozen=True)
class Effects:
    """Outcomes by number: `with_loop` [scenario, outcome], `without_loop` [loop, scenario, outcome], NaN where none.

    `scenarios` and `outcomes` are all of the study, in their order.
    """

    scenarios: tuple[str, ...]
    outcomes: tuple[str, ...]
    with_loop: np.ndarray
    without_loop: np.ndarray


@dataclass(frozen=True)
class Moved:
    """What a knock-out moves most: `share` of its range in all runs by which `outcome` moves in `scenario`.

    `alive` tells whether anything moves at all.
    """

    alive: bool
    share: float
    outcome: str
    scenario: str


def moved(effects: Effects, place: int) -> Moved:
    """What the knock-out of the loop at `place` moves most; an outcome that comes to have no value moves all its range.

    A loop is alive when an outcome moves by more than 1e-9 of itself in some scenario.
    """
    before, after = effects.with_loop, effects.without_loop[place]
    lost = np.isnan(before) != np.isnan(after)
    change = np.where(lost, np.inf, np.nan_to_num(np.abs(after - before)))
    size = np.nan_to_num(np.fmax(np.abs(before), np.abs(after)))
    alive = bool((change > DEAD * size).any())
    shares = np.where(lost, 1.0, np.divide(change, _ranges(effects), out=np.zeros_like(change), where=change > 0))
    scenario, outcome = np.unravel_index(int(np.argmax(shares)), shares.shape)
    largest = float(shares[scenario, outcome])
    return Moved(alive, largest, effects.outcomes[outcome], effects.scenarios[scenario])


def loops_finding(study: Study, effects: Effects, signs: Mapping[str, Polarity], chosen: Sequence[str]) -> Finding:
    """The finding "loops" of all loops of `study`, on the outcomes that are `chosen`.

    Its sentence tells the strongest loop of each kind on the first outcome under the baseline, and dead switches.
    """
    told = [name for name in effects.scenarios if name in (*study.compare, study.baseline)]
    rows = [effects.scenarios.index(name) for name in told]
    columns = [effects.outcomes.index(name) for name in chosen]
    with_loop = effects.with_loop[np.ix_(rows, columns)]
    without = effects.without_loop[:, rows][:, :, columns]
    asked = [study.outcomes[name] for name in chosen]
    most = {name: moved(effects, place) for place, name in enumerate(study.loops)}
    table = xr.Dataset(
        {
            "with_loop": ((SCENARIO, OUTCOME), with_loop),
            "without_loop": ((LOOP, SCENARIO, OUTCOME), without),
            "change": ((LOOP, SCENARIO, OUTCOME), without - with_loop),
            **_of_loops(study.loops, most, signs),
        },
        coords={
            LOOP: list(study.loops),
            SCENARIO: told,
            OUTCOME: list(chosen),
            "scenario_title": (SCENARIO, [scenario_title(study, name) for name in told]),
            "outcome_title": (OUTCOME, [outcome_title(one) for one in asked]),
            "units": (OUTCOME, [one.unit for one in asked]),
        },
        attrs={"study": study.name, "baseline": study.baseline},
    )
    sentence = _sentence(study, table, asked[0], [name for name, one in most.items() if not one.alive])
    return Finding(NAME, table, sentence, caveats(study, asked, _KNOCKED))


def effect_words(loop: Loop, outcome: Outcome, before: float, after: float) -> str:
    """ "without it, mean suspicion in 2045 is 0.31 and not 0.74"."""
    of_time = outcome.reduce == "first"
    was, now = (number(value, outcome.unit, of_time=of_time) for value in (before, after))
    title = outcome_title(outcome)
    return f"without {loop.title} ({loop.name}) {title[:1].lower() + title[1:]} is {now} and not {was}"


def setting_words(settings: Mapping[str, Setting]) -> str:
    """ "confirmation bias = 0, denial rate = 0"."""
    told = ("in time" if isinstance(one, Schedule) else f"{one:g}" for one in settings.values())
    return ", ".join(f"{name} = {words}" for name, words in zip(settings, told, strict=True))


def _ranges(effects: Effects) -> np.ndarray:
    """The range of each outcome in all runs; its size where that is nothing."""
    every = np.concatenate([effects.with_loop[None], effects.without_loop]).reshape(-1, len(effects.outcomes))
    least, most = np.fmin.reduce(every, axis=0), np.fmax.reduce(every, axis=0)
    spans = np.nan_to_num(most - least)
    return np.asarray(np.where(spans > 0, spans, 1.0))


def _of_loops(
    loops: Mapping[str, Loop], most: Mapping[str, Moved], signs: Mapping[str, Polarity]
) -> dict[str, tuple[str, Sequence[object]]]:
    """The columns along dim loop."""
    every = loops.values()
    columns: dict[str, Sequence[object]] = {
        "title": [one.title for one in every],
        "kind": [one.kind for one in every],
        "path": [" → ".join((*one.path, one.path[0])) for one in every],
        "knock_out": [setting_words(one.knock_out) for one in every],
        "cut": [" → ".join(one.cut) for one in every],
        "basis": [one.basis for one in every],
        "alive": [most[one.name].alive for one in every],
        "moves": [most[one.name].share for one in every],
        "most_moved": [most[one.name].outcome for one in every],
        "most_in": [most[one.name].scenario for one in every],
        "reinforcing": [signs.get(one.name, Polarity()).reinforcing for one in every],
        "balancing": [signs.get(one.name, Polarity()).balancing for one in every],
    }
    return {name: (LOOP, values) for name, values in columns.items()}


def _sentence(study: Study, table: xr.Dataset, outcome: Outcome, dead: Sequence[str]) -> str:
    here = table.sel(scenario=study.baseline, outcome=outcome.name)
    told = []
    for kind in dict.fromkeys(one.kind for one in study.loops.values()):
        names = [name for name, one in study.loops.items() if one.kind == kind]
        sizes = np.nan_to_num(np.abs(here["change"].sel(loop=names).values))
        if sizes.max() > 0:
            loop = study.loops[names[int(np.argmax(sizes))]]
            after = float(here["without_loop"].sel(loop=loop.name))
            words = effect_words(loop, outcome, float(here["with_loop"]), after)
            told.append(f"of the {kind} loops, {words}")
    count = len(study.loops)
    found = f"{count} feedback loop{' was' if count == 1 else 's were'} knocked out one by one."
    where = f"What matters most under {quoted_title(study, study.baseline)}: {'; '.join(told)}. " if told else ""
    if not dead:
        return where + found
    does = "knock-out moves" if len(dead) == 1 else "knock-outs move"
    return f"{where}{found} The {does} nothing in any scenario: {joined(list(dead))}."
