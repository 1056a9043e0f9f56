"""A model, under one setting → where it can come to rest, and how it gets there or away: the finding "equilibria"."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.tipping.jacobian import Numbers, modes
from sdmodel.analysis.tipping.rest_points import STABLE, RestPoint, Searched, equilibria_finding, mode_words
from sdmodel.analysis.wording import joined, number
from sdmodel.errors import ExperimentError
from sdmodel.model.model import TIME_STEP, Model
from sdmodel.model.still import Sorted
from sdmodel.pipeline.tipping.fading import faded
from sdmodel.pipeline.tipping.moment import Moment, moment
from sdmodel.pipeline.tipping.settling import settled, sums_of, with_sums
from sdmodel.study.spec import Study
from sdmodel.study.terms import Schedule, Setting

STARTS = 16
MOST_STARTS = 1000
_AHEAD = 10  # lengths of the model's own run that the long runs take
_SAME = 1e-6  # of the size of the stocks: equilibria nearer than this are one
_ARRIVED = 0.02  # of the size of the stocks: so near a long run has come
_FURTHER = 3  # decades beyond the reach of the run
_TURNED = 0.5  # of the stocks that may: so many of them begin below zero
_NOTHING = 1e-12  # of the size of a stock
_LATER = (0.1, 1.0, 10.0)  # lengths of the run after the moment at which it is asked whether time still matters


@dataclass(frozen=True)
class Reach:
    """The box of states [stock] in which starts are drawn, sizes of stocks, and which have no upper limit."""

    low: Numbers
    high: Numbers
    scale: Numbers
    endless: np.ndarray


def equilibria(
    model: Model,
    settings: Mapping[str, Setting] | None = None,
    *,
    study: Study | None = None,
    scenario: str | None = None,
    shocks: Sequence[str] = (),
    variants: Sequence[str] = (),
    time: float | None = None,
    starts: int = STARTS,
    seed: int = 0,
) -> Finding:
    """The finding "equilibria" of `model` under `settings` on a scenario; see `analysis.rest_points` for its table.

    It is looked for from the run's own first state and its state at `time` (default: the end), and from `starts` more
    drawn from `seed` (a Latin hypercube within the limits of the stocks), straight away and after long runs. Where a
    stock states no lower limit, half as many more begin below zero. Stocks that nothing reads back are left out.
    Inputs that change with time are as they are at `time`.

    Raises:
        ExperimentError: settings that do not fit, or a state that is not made of stocks alone.
        StudyError: the study does not fit the model.
    """
    if not 0 <= starts <= MOST_STARTS:
        raise ExperimentError(f"--starts {starts}: there can be 0 to {MOST_STARTS:,}.")
    label = " + ".join([scenario or "the model as it is", *variants, *shocks])
    own = moment(model, settings or {}, study=study, scenario=scenario, shocks=shocks, variants=variants, time=time)
    reach = reach_of(own)
    sums = sums_of(own, reach.low, reach.high, reach.scale, seed)
    first = _first_states(own, reach, sums, starts, seed)
    below = _below_zero(own, reach, sums, starts, seed)
    found = _rest_points(own, reach, sums, first, below)
    told = f"{label}{''.join(f', {name} = {_told(value)}' for name, value in (settings or {}).items())}"
    asked = Searched(
        model=model.name,
        setting=told,
        stocks=own.stocks,
        units=tuple(own.given.model[name].unit for name in own.stocks),
        now=own.at_the_moment,
        time=own.time,
        time_unit=model[TIME_STEP].unit,
        starts=len(first),
        searched=_searched(reach, np.vstack([first, below])),
        left_out=left_out(own.sorted),
        sums=sums,
        caveats=_of_time(own, found, reach.scale),
    )
    finding = equilibria_finding(found, asked)
    finding.table.attrs["seed"] = seed
    return finding


def _told(value: Setting) -> str:
    return "a course in time" if isinstance(value, Schedule) else f"{value:g}"


def along(
    model: Model,
    settings: Mapping[str, Setting] | None = None,
    *,
    times: Sequence[float] | int = 6,
    study: Study | None = None,
    scenario: str | None = None,
    shocks: Sequence[str] = (),
    variants: Sequence[str] = (),
) -> Finding:
    """The finding "modes": eigenvalues at some times of a run, with inputs as they are at each of them.

    `times` are moments, or how many of them there are to be from first to last. Dims time, mode, stock: real,
    imaginary, error (time, mode), share (time, mode, stock), words (time) on the mode that grows fastest or dies last.
    Away from rest they tell how the distance between two runs that are close to each other changes at that moment.
    """
    own = moment(model, settings or {}, study=study, scenario=scenario, shocks=shocks, variants=variants)
    if isinstance(times, int):
        times = [float(t) for t in np.linspace(own.clock.start, own.time, max(times, 2))]
    reach = reach_of(own)
    sums = sums_of(own, reach.low, reach.high, reach.scale)
    states = own.course(times)
    near = own.slopes(states, reach.scale, times=np.array(times))
    found = [modes(near.matrix[at], near.error[at], reach.scale, sums) for at in range(len(times))]
    unit = model[TIME_STEP].unit
    words = [mode_words(one, 0, own.stocks, unit) for one in found]
    values = np.array([one.values for one in found])
    table = xr.Dataset(
        {
            "real": (("time", "mode"), values.real),
            "imaginary": (("time", "mode"), values.imag),
            "error": (("time", "mode"), np.array([one.error for one in found])),
            "share": (("time", "mode", "stock"), np.array([one.shares for one in found])),
            "value": (("time", "stock"), states),
            "words": ("time", np.array(words, dtype=np.str_)),
        },
        coords={
            "time": np.array(times, dtype=float),
            "mode": np.arange(1, values.shape[1] + 1),
            "stock": np.array(own.stocks, dtype=np.str_),
        },
        attrs={"model": model.name, "setting": scenario or "the model as it is", "time_unit": unit},
    )
    told = [f"at {number(time, of_time=True)} it {words[at]}" for at, time in enumerate(times)]
    return Finding("modes", table, f"The leading mode: {'; '.join(told)}.", _left_out_caveats(own))


def reach_of(own: Moment) -> Reach:
    """Limits of the stocks where the model states them, else twice what the run reaches.

    Below zero only if the run goes there. A stock that is nothing all the time is of size 1.
    """
    times = np.linspace(own.clock.start, own.clock.start + own.span, 25)
    course = np.vstack([own.course([float(time) for time in times]), own.at_the_moment])
    low, high = course.min(axis=0), course.max(axis=0)
    width = np.maximum(high - low, np.maximum(np.abs(high), np.abs(low)))
    width = np.where(width > 0, width, 1.0)
    low, high = np.where(low >= 0, 0.0, low - width), np.where(high > 0, high + width, high + width)
    for place, name in enumerate(own.stocks):
        least, most = own.given.model[name].limits
        low[place] = low[place] if least is None else least
        high[place] = high[place] if most is None else most
    high = np.where(high > low, high, low + 1.0)
    endless = np.array([own.given.model[name].limits[1] is None for name in own.stocks])
    return Reach(low, high, np.maximum(np.abs(low), np.abs(high)), endless)


def left_out(kinds: Sorted) -> dict[str, str]:
    """Why stocks are no part of the state."""
    adding = dict.fromkeys(kinds.adding_up, "it only adds up, and nothing that feeds back reads it")
    return adding | dict.fromkeys(kinds.held, "no stock changes it; it is held at its value at that moment")


def _left_out_caveats(own: Moment) -> tuple[str, ...]:
    names = [f'"{name}"' for name in left_out(own.sorted)]
    return (f"Left out, as they only add up or are moved by no stock: {joined(names)}.",) if names else ()


def first_states(own: Moment, reach: Reach, sums: Numbers, starts: int, seed: int = 0) -> Numbers:
    """States [state, stock] from which equilibria are looked for, those below zero at the end."""
    own_starts = _first_states(own, reach, sums, starts, seed)
    return np.vstack([own_starts, _below_zero(own, reach, sums, starts, seed)])


def _first_states(own: Moment, reach: Reach, sums: Numbers, starts: int, seed: int) -> Numbers:
    """The run's first state, its state at the moment, and a Latin hypercube, all with the same conserved sums.

    Every other start lies further out where a stock has no upper limit: up to a thousand times what the run reaches.
    """
    n, draw = len(own.stocks), np.random.default_rng(seed)
    cells = np.array([draw.permutation(starts) for _ in range(n)]).T.reshape(starts, n)
    drawn = reach.low + (reach.high - reach.low) * (cells + draw.random((starts, n))) / max(starts, 1)
    further = 10.0 ** (_FURTHER * draw.random((starts, 1)))
    further[::2] = 1.0
    drawn = np.where(reach.endless & (drawn > 0), drawn * further, drawn)
    every = np.vstack([own.begin, own.at_the_moment, drawn])
    return with_sums(every, own.at_the_moment, sums, reach.scale)


def _below_zero(own: Moment, reach: Reach, sums: Numbers, starts: int, seed: int) -> Numbers:
    """Half as many states [state, stock] as `starts`, with some stocks below zero of those that state no limit there.

    Every other one lies further out, up to ten times. Without those in which an equation gives no finite number.
    """
    n, draw = len(own.stocks), np.random.default_rng([seed, 1])
    may = np.array([own.given.model[name].limits[0] is None for name in own.stocks]) & (reach.low >= 0)
    if not may.any() or starts < 2:
        return np.zeros((0, n))
    size = (starts // 2, n)
    drawn = reach.low + (reach.high - reach.low) * draw.random(size)
    turned = may & (draw.random(size) < _TURNED)
    turned[np.arange(len(turned)), draw.choice(np.flatnonzero(may), len(turned))] = True
    further = 10.0 ** draw.random((len(turned), 1))
    further[::2] = 1.0
    states = with_sums(np.where(turned, -drawn * further, drawn), own.at_the_moment, sums, reach.scale)
    return np.asarray(states[np.isfinite(own.flows(states)).all(axis=1)])


def _searched(reach: Reach, states: Numbers) -> Numbers:
    """The range [end, stock] in which states were looked at, at least that of the reach."""
    ends = np.array([np.minimum(states.min(axis=0), reach.low), np.maximum(states.max(axis=0), reach.high)])
    return np.where(np.abs(ends) < _NOTHING * reach.scale, 0.0, ends)


def _rest_points(own: Moment, reach: Reach, sums: Numbers, first: Numbers, below: Numbers) -> list[RestPoint]:
    every = np.vstack([first, below])
    ends = own.after(every, _AHEAD * own.span)
    reached = settled(own, ends, reach.scale, sums)
    straight = settled(own, every, reach.scale, sums)
    arrived = reached.found & (_apart(reached.states, ends, reach.scale) < _ARRIVED)
    arrived[len(first) :] = False
    states = _merged(np.vstack([reached.states[reached.found], straight.states[straight.found]]), reach.scale)
    points = []
    every_state = np.array(states).reshape(-1, len(reach.scale))
    lost = faded(own, every_state, reach.low, reach.high, reach.scale)
    for state in every_state[~lost]:
        there = arrived & (_apart(reached.states, state, reach.scale) < _SAME)
        points.append(_rest_point(own, reach, sums, state, int(there.sum())))
    points.sort(key=lambda one: (not one.inside, one.kind != STABLE, -one.reached))
    return _lines(points)


def _rest_point(own: Moment, reach: Reach, sums: Numbers, state: Numbers, reached: int) -> RestPoint:
    state = np.where(np.abs(state) < _NOTHING * reach.scale, 0.0, state)
    near = own.slopes(state[None], reach.scale)
    slack = _SAME * reach.scale
    limits = [own.given.model[name].limits for name in own.stocks]
    low = np.array([-np.inf if least is None else least for least, _ in limits])
    high = np.array([np.inf if most is None else most for _, most in limits])
    below = np.isinf(low) & (reach.low >= 0) & (state < -slack)
    kinked = [own.stocks[at] for at in np.flatnonzero(near.kinked[0].any(axis=0))]
    return RestPoint(
        state=state,
        modes=modes(near.matrix[0], near.error[0], reach.scale, sums),
        reached=reached,
        inside=bool(((state >= low - slack) & (state <= high + slack) & ~below).all()),
        kinked=tuple(kinked),
        below=tuple(own.stocks[at] for at in np.flatnonzero(below)),
    )


def _lines(points: list[RestPoint]) -> list[RestPoint]:
    """`points` with those of a line of equilibria (a mode of growth zero that is no swing) as one of each kind."""
    kept: list[RestPoint] = []
    alike: dict[tuple[str, bool], int] = {}
    for one in points:
        stands = np.abs(one.modes.values) <= 1e-7 * np.abs(one.modes.values).max(initial=0.0)
        group = (one.kind, one.inside)
        if stands.any() and group in alike:
            alike[group] += 1
            continue
        if stands.any():
            alike[group] = 0
        kept.append(one)
    told = []
    for one in kept:
        stands = np.abs(one.modes.values) <= 1e-7 * np.abs(one.modes.values).max(initial=0.0)
        more = alike.get((one.kind, one.inside), 0) if stands.any() else 0
        told.append(replace(one, alike=more))
    return told


def _merged(states: Numbers, scale: Numbers) -> list[Numbers]:
    kept: list[Numbers] = []
    for state in states:
        if not any(_apart(state[None], other, scale)[0] < _SAME for other in kept):
            kept.append(state)
    return kept


def _apart(states: Numbers, others: Numbers, scale: Numbers) -> Numbers:
    with np.errstate(invalid="ignore"):
        distance = np.abs((states - others) / scale).max(axis=-1)
    return np.asarray(np.where(np.isfinite(distance), distance, np.inf))


def _of_time(own: Moment, points: Sequence[RestPoint], scale: Numbers) -> tuple[str, ...]:
    """What an equilibrium at a moment means where the clock has a hand in it."""
    timed = own.reads_the_clock
    if not timed:
        return ()
    when = number(own.time, of_time=True)
    what = joined([f'"{name}"' for name in timed[:3]]) + (f" and {len(timed) - 3} more" if len(timed) > 3 else "")
    if points:
        later = own.time + own.span * np.array(_LATER)
        states = np.repeat(np.array([one.state for one in points]), len(later), axis=0)
        flows = own.flows(states, times=np.tile(later, len(points)))
        fastest = max(float(np.abs(one.modes.values).max(initial=0.0)) for one in points)
        if np.abs(flows / scale).max() <= 1e-9 * max(fastest, 1e-12):
            return (f"{what} change with time, but no longer after {when}: the equilibria stand from then on.",)
    return (f"{what} change with time, after {when} as well: an equilibrium is one of that moment, not a future.",)
