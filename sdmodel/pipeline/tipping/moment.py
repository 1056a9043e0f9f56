"""A model under one setting, at one moment → its net flows at any states, and where these lead in the long run.

All states asked for at once are one batch of experiments of the compiled engine: net flows are auxiliaries of the still
model, saved at the first time of a run of no steps.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sdmodel.analysis.tipping.jacobian import Slopes, around, slopes
from sdmodel.design.experiments import settings_experiment
from sdmodel.engine import compiled
from sdmodel.engine.clock import Clock
from sdmodel.engine.inputs import Inputs, Labels, inputs
from sdmodel.errors import ExperimentError
from sdmodel.model.expr import Ref, references
from sdmodel.model.model import FINAL_TIME, Auxiliary, Model
from sdmodel.model.names import key
from sdmodel.model.order import at_each_step
from sdmodel.model.still import CLOCK, Sorted, Still, flow, sorted_stocks, start, still
from sdmodel.study.spec import Study
from sdmodel.study.terms import Setting

Numbers = NDArray[np.float64]
Moved = Mapping[str, Numbers]
"""Values [state] of inputs that move, by the model's own names."""
MOST_STEPS = 20_000_000
"""Time steps of all runs of one batch, so that a long look ahead ends."""
_BATCH = 65_536  # experiments at once


@dataclass(frozen=True)
class Moment:
    """The stocks of `one` that `sorted` calls dynamic, as the state [stock] that can be asked about.

    `given` is the run behind it (one experiment), of which `clock` tells the times; `time` is the moment at which the
    clock stands still. `apart` holds the values at that moment of the stocks that are no part of the state.
    """

    given: Inputs
    clock: Clock
    one: Still
    sorted: Sorted
    time: float
    apart: Mapping[str, float]
    kept: Mapping[str, float]
    moved: tuple[str, ...]

    @property
    def stocks(self) -> tuple[str, ...]:
        return self.sorted.dynamic

    @property
    def span(self) -> float:
        """How long the model's own run is."""
        return max(self.clock.steps, 1) * self.clock.time_step

    @property
    def reads_the_clock(self) -> tuple[str, ...]:
        """Variables behind the state that change with time by themselves."""
        return self.sorted.timed

    def flows(self, states: Numbers, *, times: Numbers | None = None, inputs: Moved | None = None) -> Numbers:
        """Net flows [state, stock] at `states` [state, stock], at `times` [state] instead of the moment.

        `inputs` [state] are settings by the model's own names, among those that were said to move.
        """
        own = self._columns(states, inputs, self.clock.start)
        if times is not None:
            own[CLOCK] = np.asarray(times, dtype=float)
        return self._saved(own, [flow(stock) for stock in self.stocks], None)

    def values(self, states: Numbers, names: Sequence[str], inputs: Moved | None = None) -> Numbers:
        """Values [state, name] of auxiliaries and stocks at `states`."""
        return self._saved(self._columns(states, inputs, self.clock.start), names, None)

    def after(self, states: Numbers, duration: float, inputs: Moved | None = None) -> Numbers:
        """States [state, stock] to which `states` lead in `duration` while the clock stands still; NaN: lost."""
        steps = max(1, round(duration / self.clock.time_step))
        steps = max(1, min(steps, MOST_STEPS // max(1, len(states))))
        own = self._columns(states, inputs, self.clock.start + steps * self.clock.time_step)
        return self._saved(own, self.stocks, steps * self.clock.time_step)

    def path(self, states: Numbers, duration: float, count: int, inputs: Moved | None = None) -> Numbers:
        """States [state, time, stock] to which `states` lead in `duration`, saved some `count` times."""
        steps = max(1, min(round(duration / self.clock.time_step), MOST_STEPS // max(1, len(states))))
        each = max(1, steps // count)
        end = self.clock.start + steps // each * each * self.clock.time_step
        columns = self._columns(states, inputs, end)
        given = Inputs(self.one.model, columns, _labels(slice(0, len(states))))
        made = compiled.trajectories(given, save=list(self.stocks), every=each * self.clock.time_step)
        return np.stack([made.values[name] for name in self.stocks], axis=-1)

    def acts(self, name: str, on: str) -> bool:
        """Whether a constant of the still model has a part in the net flow of a stock of the state, or in `on`."""
        behind = {name}
        for one in at_each_step(self.one.model):
            variable = self.one.model[one]
            if isinstance(variable, Auxiliary) and behind.intersection(references(variable.equation)):
                behind.add(one)
        return any(flow(stock) in behind for stock in self.stocks) or on in behind

    def slopes(
        self, states: Numbers, scale: Numbers, *, times: Numbers | None = None, inputs: Moved | None = None
    ) -> Slopes:
        """Derivatives of the net flows at `states` [state, stock], stepped by parts of `scale` [stock]."""
        near = around(states, scale)
        points, more = len(states), near.shape[1]
        spread = {name: np.repeat(np.asarray(column, float), more) for name, column in (inputs or {}).items()}
        when = None if times is None else np.repeat(np.asarray(times, float), more)
        found = self.flows(near.reshape(points * more, -1), times=when, inputs=spread)
        return slopes(found.reshape(near.shape), scale)

    def course(self, times: Sequence[float]) -> Numbers:
        """States [time, stock] of the run behind this moment, at its step nearest to each of `times`."""
        steps = [min(max(round((t - self.clock.start) / self.clock.time_step), 0), self.clock.steps) for t in times]
        saved = _run(self.given, self.stocks, self.clock.time_step)
        return np.array([saved[:, step] for step in steps]).reshape(len(steps), len(self.stocks))

    @cached_property
    def begin(self) -> Numbers:
        """The state [stock] in which the run begins."""
        return np.asarray(self.course([self.clock.start])[0])

    @cached_property
    def at_the_moment(self) -> Numbers:
        """The state [stock] of the run at this moment."""
        return np.asarray(self.course([self.time])[0])

    def moved_to(self, time: float) -> "Moment":
        """The same with the clock stopped at `time` instead, and what is no part of the state as it is there."""
        return replace(self, time=time, apart=_at(self.given, self.clock, list(self.apart), time))

    def constants(self, names: Sequence[str]) -> dict[str, float]:
        """Numbers of constants of the still model in the run, by its own names."""
        set_here = {name: float(column[0]) for name, column in self.given.columns.items()}
        return {name: {**self.one.model.constants, **set_here, **self.kept}[name] for name in names}

    def _columns(self, states: Numbers, inputs: Moved | None, end: float) -> dict[str, Numbers]:
        n = len(states)
        own = {name: np.full(n, column[0]) for name, column in self.given.columns.items()}
        own |= {name: np.full(n, value) for name, value in self.kept.items()}
        own |= {start(name): np.full(n, value) for name, value in self.apart.items()}
        own |= {name: np.asarray(column, dtype=float) for name, column in (inputs or {}).items()}
        own |= {start(name): np.ascontiguousarray(states[:, place]) for place, name in enumerate(self.stocks)}
        if self.one.end:
            own[self.one.end] = np.full(n, _own_end(self.given))
        return {**own, CLOCK: np.full(n, self.time), FINAL_TIME: np.full(n, end)}

    def _saved(self, columns: Mapping[str, Numbers], names: Sequence[str], every: float | None) -> Numbers:
        n = len(next(iter(columns.values())))
        found = np.empty((n, len(names)))
        for begin in range(0, n, _BATCH):
            rows = slice(begin, min(begin + _BATCH, n))
            part = {name: np.ascontiguousarray(column[rows]) for name, column in columns.items()}
            made = compiled.trajectories(Inputs(self.one.model, part, _labels(rows)), save=names, every=every)
            found[rows] = np.column_stack([made.values[name][:, -1] for name in names])
        return found


def moment(
    model: Model,
    settings: Mapping[str, Setting],
    *,
    study: Study | None = None,
    scenario: str | None = None,
    shocks: Sequence[str] = (),
    variants: Sequence[str] = (),
    time: float | None = None,
    moving: Sequence[str] = (),
) -> Moment:
    """`model` under `settings` on a scenario of `study`, with its clock stopped at `time` (default: its FINAL TIME).

    `moving` are names among `settings` (numbers) that later calls may give other values.

    Raises:
        ExperimentError: settings that do not fit; a state that is not made of stocks alone, as samples, fixed delays
            or random draws stand behind it; no stock that feeds back.
        StudyError: the study does not fit the model.
    """
    given = inputs(model, settings_experiment(model, settings, study, scenario, shocks, variants))
    clock = next(iter(compiled.clocks_of(given)))
    one = still(given.model)
    known = {name: float(column[0]) for name, column in given.columns.items()}
    names = tuple(next(name for name in known if key(name) == key(asked)) for asked in moving)
    kinds = sorted_stocks(one, known | dict.fromkeys(names, np.nan))
    if kinds.memory:
        variable = model[kinds.memory[0]] if kinds.memory[0] in model else given.model[kinds.memory[0]]
        word = {"FixedDelay": "a fixed delay", "Held": "a sample that is held"}.get(type(variable).__name__, "random")
        raise ExperimentError(
            f'{model.name}: "{_shown(variable.name)}" is {word}, a memory that is no stock, and what feeds back reads '
            "it: rest points and their stability are only known for models whose state is their stocks. "
            "Put a delay of stocks (DELAY3) or a constant in its place."
        )
    if not kinds.dynamic:
        raise ExperimentError(f"{model.name}: no stock feeds back on itself or on others, so nothing can come to rest.")
    when = clock.start + clock.steps * clock.time_step if time is None else time
    if not np.isfinite(when):
        raise ExperimentError(f"{model.name}: the time {when} at which the clock is to stop is no finite number.")
    stop = clock.start + clock.steps * clock.time_step
    if not clock.start <= when <= stop:
        raise ExperimentError(
            f"{model.name}: --time {when:g} is outside the run, which goes from {clock.start:g} to {stop:g}. "
            'Choose a time between these, or a longer run with --set "FINAL TIME=…".'
        )
    apart = _at(given, clock, [name for name in one.stocks if name not in kinds.dynamic], when)
    return Moment(given, clock, one, kinds, when, apart, _kept(given, one), names)


def _at(given: Inputs, clock: Clock, stocks: Sequence[str], time: float) -> dict[str, float]:
    """Values of `stocks` in the run of `given` at the step nearest to `time`."""
    if not stocks:
        return {}
    step = min(max(round((time - clock.start) / clock.time_step), 0), clock.steps)
    return dict(zip(stocks, map(float, _run(given, stocks, clock.time_step)[:, step]), strict=True))


def _kept(given: Inputs, one: Still) -> dict[str, float]:
    """What INITIAL keeps in the run of `given`."""
    if not one.kept:
        return {}
    shown = {name: f"{name} @ shown" for name in one.kept}
    added = [Auxiliary(name=other, equation=Ref(name), hidden=True) for name, other in shown.items()]
    made = compiled.trajectories(replace(given, model=given.model.replaced((), added)), save=list(shown.values()))
    return {name: float(made.values[other][0, 0]) for name, other in shown.items()}


def _run(given: Inputs, names: Sequence[str], every: float) -> Numbers:
    """Values [name, step] of the run of `given`."""
    made = compiled.trajectories(given, save=list(names), every=every)
    if made.failed[0]:
        raise ExperimentError(f"{given.model.name}: the run fails: {made.failures[0]}.")
    return np.array([made.values[name][0] for name in names])


def _own_end(given: Inputs) -> float:
    column = given.columns.get(given.model[FINAL_TIME].name)
    return float(given.model.constants[given.model[FINAL_TIME].name] if column is None else column[0])


def _labels(rows: slice) -> Labels:
    n = rows.stop - rows.start
    return Labels(np.arange(rows.start, rows.stop), np.full(n, "model", dtype=object), np.zeros(n, dtype=np.int64))


def _shown(name: str) -> str:
    return name.partition(" @ ")[0]
