"""A model and an input → the states over which it leads when the input is moved up and down again, slowly.

Each value begins from the state in which the last one ended, pushed a little so that nothing stays where it would not
stay by itself. Where the ways differ, both states are given more and more time, then Newton's method looks for rest.
What still moves then is watched for longer: it may swing, or grow without end.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.tipping.hysteresis import (
    DOWN,
    RESTS,
    SLOW,
    SWINGS,
    UP,
    Fold,
    Scan,
    Told,
    hysteresis_finding,
    stretches,
)
from sdmodel.analysis.tipping.jacobian import Numbers
from sdmodel.analysis.tipping.rest_points import UNSTABLE, kind_of
from sdmodel.design.asked import settings_of
from sdmodel.errors import ExperimentError
from sdmodel.model.model import TIME_STEP, Auxiliary, Constant, Model, Stock
from sdmodel.model.names import did_you_mean, key
from sdmodel.pipeline.progress import Progress
from sdmodel.pipeline.tipping.elsewhere import elsewhere
from sdmodel.pipeline.tipping.equilibria import Reach, reach_of
from sdmodel.pipeline.tipping.moment import Moment, moment
from sdmodel.pipeline.tipping.restless import courses
from sdmodel.pipeline.tipping.settling import modes_at, settled, sums_of, with_sums
from sdmodel.study.inputs import number_of
from sdmodel.study.spec import Study
from sdmodel.study.terms import Schedule, Setting

POINTS = 41
MOST_POINTS = 2000
_SPANS = 5  # lengths of the model's own run that it has at each value
_LONGER = (4, 16, 64)  # times as long where the ways differ
_PUSH = 1e-6  # of the size of a stock
_APART = 1e-3  # of the size of a stock: branches that are nearer are one
_NEAR = 0.05  # of the size of a stock: so far is a rest point from the run that leads to it
_FOLLOWED = 200  # steps along a branch to its end
_EXACT = 1e-10  # of the range of the input
_STAGE = "Hysteresis"


@dataclass(frozen=True)
class _Way:
    """The moment, the input that moves, the sizes of the stocks, and their conserved sums."""

    own: Moment
    name: str
    reach: Reach
    sums: Numbers

    def inputs(self, values: Numbers) -> dict[str, Numbers]:
        return {self.name: np.asarray(values, dtype=float)}

    def pushed(self, states: Numbers) -> Numbers:
        """`states` moved a little towards the middle of their limits."""
        middle = (self.reach.low + self.reach.high) / 2
        push = np.where(states < middle, 1.0, -1.0) * _PUSH * self.reach.scale
        return (
            with_sums(states + push, states, self.sums, self.reach.scale)
            if not len(self.sums)
            else self._kept(states, push)
        )

    def _kept(self, states: Numbers, push: Numbers) -> Numbers:
        moved = [with_sums((s + p)[None], s, self.sums, self.reach.scale)[0] for s, p in zip(states, push, strict=True)]
        return np.array(moved)

    def apart(self, one: Numbers, other: Numbers) -> Numbers:
        """How far states are from each other, by the size of the stocks."""
        return np.asarray(np.abs((one - other) / self.reach.scale).max(axis=-1))


def hysteresis(
    model: Model,
    name: str,
    variable: str,
    *,
    low: float | None = None,
    high: float | None = None,
    study: Study | None = None,
    scenario: str | None = None,
    settings: Mapping[str, Setting] | None = None,
    shocks: Sequence[str] = (),
    variants: Sequence[str] = (),
    time: float | None = None,
    points: int = POINTS,
    settling: float | None = None,
    progress: Progress | None = None,
) -> Finding:
    """The finding "hysteresis" of `variable` when the constant `name` moves from `low` to `high` and back.

    Without these it moves between the limits that the model states for it.
    `settling` is the time at each value (default: five times the model's own run); the clock stands still at `time`
    (default: the end of the run), where the first state is that of the run. See `analysis.hysteresis` for the table.

    Raises:
        ExperimentError: names, numbers or settings that do not fit; a state that is not made of stocks alone; a run
            that leaves the finite range.
        StudyError: the study does not fit the model.
    """
    watched = _watched(model, variable)
    [own_name] = settings_of(model, {name: 0.0})
    low, high = _ends(model, own_name, low, high)
    _check(low, high, points, settling)
    _refuse_start(model, own_name)
    over = {key(one): value for one, value in (settings or {}).items()}
    under = {one: value for one, value in (settings or {}).items() if key(one) != key(own_name)}
    layers = {"study": study, "scenario": scenario, "shocks": shocks, "variants": variants, "time": time}
    base = _base(model, own_name, study, scenario, variants, shocks, over)
    begin = base if low <= base <= high else low
    own = moment(model, {**under, own_name: begin}, moving=[own_name], **layers)  # type: ignore[arg-type]
    _refuse_idle(own, model.name, own_name, watched)
    reach = reach_of(own)
    way = _Way(own, own.moved[0], reach, sums_of(own, reach.low, reach.high, reach.scale))
    values = np.linspace(low, high, points)
    scan = _scanned(way, values, settling or _SPANS * own.span, watched, progress)
    told = Told(
        model=model.name,
        setting=_setting(study, scenario, variants, shocks, under),
        name=own_name,
        unit=model[own_name].unit,
        base=base,
        watched=watched,
        watched_unit=model[watched].unit,
        stocks=own.stocks,
        time=own.time,
        time_unit=model[TIME_STEP].unit,
        caveats=study.caveats if study else (),
    )
    return hysteresis_finding(scan, told)


def _refuse_start(model: Model, name: str) -> None:
    if not isinstance(model[name], Constant):
        raise ExperimentError(f'{model.name}: "{name}" is the start of a stock, which does not move with time.')


def _refuse_idle(own: Moment, model: str, name: str, watched: str) -> None:
    """Raises ExperimentError where the input moves nothing that feeds back."""
    if not own.acts(own.moved[0], watched):
        raise ExperimentError(
            f'{model}: "{name}" has no part in what moves the stocks that feed back, nor in "{watched}": it can only '
            "set where stocks begin, so moving it up and down leads nowhere. Choose a constant that a rate reads; "
            "where other starts lead is asked with `sdmodel equilibria`."
        )


def _scanned(way: _Way, values: Numbers, settling: float, watched: str, progress: Progress | None) -> Scan:
    up, down = _followed(way, values, settling, progress)
    states = np.array([up, down])
    first = way.apart(up, down) > _APART
    states, judged, longest = _given_time(way, values, states, np.flatnonzero(first), settling)
    apart = judged == 1
    variable = np.array([way.own.values(part, [watched], way.inputs(values))[:, 0] for part in states])
    folds = tuple(fold for one in stretches(apart) for fold in _folds(way, values, states, one, watched))
    course = _courses(way, values, states, apart, settling)
    slow = (first & (judged == 0) & (course < SWINGS)) | (course == SLOW)
    doubtful = first & ~apart & ~slow
    others = elsewhere(way.own, way.name, way.reach, way.sums, values, states, watched)
    return Scan(values, variable, states, apart, slow, doubtful, folds, settling, longest, course, others)


def _courses(way: _Way, values: Numbers, states: Numbers, apart: np.ndarray, settling: float) -> np.ndarray:
    """What the states of both ways do in the end [value]: the livelier of the two, RESTS where two are proven."""
    told = courses(way.own, states, settling, way.reach.scale, way.sums, way.name, values)
    return np.where(apart, RESTS, told.max(axis=0)).astype(np.int8)


def _followed(way: _Way, values: Numbers, settling: float, progress: Progress | None) -> tuple[Numbers, Numbers]:
    """States [value, stock] on the way up and on the way down, in the order of `values`."""
    state = way.own.after(way.own.at_the_moment[None], _LONGER[0] * settling, way.inputs(values[:1]))
    ways = []
    for order in (values, values[::-1]):
        kept = []
        for value in order:
            state = way.own.after(way.pushed(state), settling, way.inputs(np.array([value])))
            if not np.isfinite(state).all():
                raise ExperimentError(
                    f"{way.own.given.model.name}: with {way.name} = {value:g} the run leaves the finite range: there "
                    "is no state to go on from. Choose a narrower range."
                )
            kept.append(state[0])
            if progress:
                progress(_STAGE, 1, 2 * len(values))
        ways.append(np.array(kept))
    return ways[0], ways[1][::-1]


def _given_time(
    way: _Way, values: Numbers, states: Numbers, places: np.ndarray, settling: float
) -> tuple[Numbers, np.ndarray, float]:
    """States after longer settling at `places`, what they prove [value]: 1 two branches, 0 one, -1 open; the time."""
    judged, longest, states = np.zeros(len(values), dtype=np.int8), settling, states.copy()
    for times in _LONGER:
        if not len(places):
            break
        longest = times * settling
        both = states[:, places].reshape(-1, states.shape[-1])
        ends = way.own.after(way.pushed(both), longest, way.inputs(np.tile(values[places], 2)))
        states[:, places] = ends.reshape(2, len(places), -1)
        left = way.apart(states[0], states[1])
        places = places[left[places] > _APART]
    for place in places:
        judged[place] = _two(way, values[place], states[:, place])
    return states, judged, longest


def _two(way: _Way, value: float, pair: Numbers) -> int:
    """Whether two states are rests of their own (1), the same or no rest (0), or neither is shown (-1)."""
    rest = settled(way.own, pair, way.reach.scale, way.sums, way.inputs(np.full(2, value)))
    if not rest.found.all():
        return -1
    if way.apart(rest.states[0], rest.states[1]) <= _APART:
        return 0
    if (way.apart(rest.states, pair) > _NEAR).any():
        return -1
    return 0 if any(_unstable(way, value, state) for state in rest.states) else 1


def _unstable(way: _Way, value: float, state: Numbers) -> bool:
    found = modes_at(way.own, state, way.reach.scale, way.sums, way.inputs(np.array([value])))
    return kind_of(found) == UNSTABLE


def _folds(way: _Way, values: Numbers, states: Numbers, stretch: tuple[int, int], watched: str) -> list[Fold]:
    """Where the branches of a stretch end: on the way down below it, on the way up above it."""
    begin, end = stretch
    found = []
    if begin > 0:
        found.append(_fold(way, values, states, begin, begin - 1, watched))
    if end < len(values) - 1:
        found.append(_fold(way, values, states, end, end + 1, watched))
    return found


def _fold(way: _Way, values: Numbers, states: Numbers, place: int, beyond: int, watched: str) -> Fold:
    """The value between `place`, where there are two branches, and `beyond`, at which the moving one ends.

    The branch is followed in steps that are halved whenever its rest point is lost, or moves as far as half the way to
    the other branch.
    """
    direction, which = (UP, 0) if beyond > place else (DOWN, 1)
    inside, step = float(values[place]), float(values[beyond] - values[place])
    pair = settled(way.own, states[:, place], way.reach.scale, way.sums, way.inputs(np.full(2, inside))).states
    for _ in range(_FOLLOWED):
        if abs(step) <= _EXACT * abs(values[-1] - values[0]):
            break
        on = settled(way.own, pair, way.reach.scale, way.sums, way.inputs(np.full(2, inside + step)))
        gap = float(way.apart(pair[0], pair[1]))
        same = bool(on.found[which]) and float(way.apart(on.states[which], pair[which])) < gap / 2
        if same and not _unstable(way, inside + step, on.states[which]):
            inside += step
            pair = np.where(on.found[:, None], on.states, pair)
        else:
            step /= 2
    outside = inside + step
    ends = np.array([pair[which], states[which, beyond]])
    seen = way.own.values(ends, [watched], way.inputs(np.array([inside, float(values[beyond])])))
    low, high = sorted((inside, outside))
    return Fold(direction, low, high, float(seen[0, 0]), float(seen[1, 0]))


def _watched(model: Model, variable: str) -> str:
    known = [one.name for one in model.visible() if isinstance(one, Auxiliary | Stock)]
    if variable not in model:
        raise ExperimentError(f'{model.name}: the model has no variable "{variable}".{did_you_mean(variable, known)}')
    if not isinstance(model[variable], Auxiliary | Stock):
        raise ExperimentError(f'{model.name}: "{model[variable].name}" does not change in a run: watch a stock.')
    return model[variable].name


def _ends(model: Model, name: str, low: float | None, high: float | None) -> tuple[float, float]:
    """Where the input turns, its limits in the model taken for what is not given."""
    least, most = model[name].limits
    ends = (least if low is None else low, most if high is None else high)
    if ends[0] is None or ends[1] is None:
        raise ExperimentError(
            f'{model.name}: the model states no limits for "{name}": say where it is moved (--from, --to).'
        )
    return ends[0], ends[1]


def _check(low: float, high: float, points: int, settling: float | None) -> None:
    if not (np.isfinite([low, high]).all() and low < high):
        raise ExperimentError(f"--from {low:g} --to {high:g}: give two finite numbers, the lower one first.")
    if not 3 <= points <= MOST_POINTS:
        raise ExperimentError(f"--points {points}: there can be 3 to {MOST_POINTS:,}.")
    if settling is not None and not (np.isfinite(settling) and settling > 0):
        raise ExperimentError(f"--settle {settling:g}: it is a time above 0.")


def _setting(
    study: Study | None,
    scenario: str | None,
    variants: Sequence[str],
    shocks: Sequence[str],
    settings: Mapping[str, Setting],
) -> str:
    base = " + ".join([scenario or (study.name if study else "the model as it is"), *variants, *shocks])
    return ", ".join(
        [base, *(f"{name} = {value:g}" for name, value in settings.items() if isinstance(value, float | int))]
    )


def _base(
    model: Model,
    name: str,
    study: Study | None,
    scenario: str | None,
    variants: Sequence[str],
    shocks: Sequence[str],
    over: Mapping[str, Setting],
) -> float:
    """The value of the input before it is moved; NaN if it follows a course."""
    value: Setting | None = number_of(model, name)
    if study is not None:
        layers = [study.scenarios[scenario].settings] if scenario in study.scenarios else []
        for one in [
            *layers,
            *(study.overlays[each].settings for each in (*variants, *shocks) if each in study.overlays),
        ]:
            value = one.get(name, value)
    value = over.get(key(name), value)
    return float("nan") if value is None or isinstance(value, Schedule) else float(value)
