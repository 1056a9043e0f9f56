"""A model along one run → the finding "elasticity": which loops, links and constants make its modes grow or die."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.loops.elasticity import (
    WORST,
    Gains,
    Mode,
    Numbers,
    all_modes,
    chosen,
    contribution,
    stock_influences,
)
from sdmodel.analysis.loops.elasticity_finding import Along, Asked, elasticity_finding
from sdmodel.analysis.loops.loop_scores import Told
from sdmodel.analysis.wording import scenario_title
from sdmodel.errors import ExperimentError
from sdmodel.model.model import CONTROLS, TIME_STEP, Constant, Model, Stock
from sdmodel.model.names import did_you_mean
from sdmodel.pipeline.loops.considered import Considered, Loops, short_loops
from sdmodel.pipeline.loops.gains import Part, gains_of, parts_of
from sdmodel.pipeline.progress import Progress
from sdmodel.pipeline.tipping.equilibria import reach_of
from sdmodel.pipeline.tipping.moment import Moment, moment
from sdmodel.study.overlay import MARK
from sdmodel.study.spec import Study
from sdmodel.study.terms import Setting

TIMES, MOST_TIMES = 26, 500
MOST_LOOPS, MOST_INPUTS = 200, 2000
_FEW = 40  # constants that are all tried
_STEP = 1e-3  # of a constant, and of the size of the stocks
_SMALLEST = 1e-6
_STILL = 1e-7  # of the fastest rate: what is slower is a sum that nothing changes
_STAGE = "Eigenvalues"


def elasticity(
    model: Model,
    settings: Mapping[str, Setting] | None = None,
    *,
    study: Study | None = None,
    scenario: str | None = None,
    shocks: Sequence[str] = (),
    variants: Sequence[str] = (),
    of: str | None = None,
    times: Sequence[float] | int = TIMES,
    progress: Progress | None = None,
) -> Finding:
    """The finding "elasticity"; see `analysis.loops.elasticity_finding` for its table.

    Args:
        model: what `read` returned.
        settings: laid over the scenario.
        study: bound to the model; its loops keep their names, and its uncertainties are the constants that are tried.
        scenario: of the study; without one, the model as it stands.
        shocks: laid over the scenario.
        variants: laid over the scenario.
        of: the stock whose mode is looked at, at each time that in which it takes part most; without one, the mode that
            grows fastest or dies last.
        times: moments of the run, or how many there are to be from first to last.
        progress: told of the moments.

    Raises:
        ExperimentError: settings that do not fit; a state that is not made of stocks alone; no such stock or time.
        StudyError: the study does not fit the model.
    """
    told = {"study": study, "scenario": scenario, "shocks": shocks, "variants": variants}
    first = moment(model, settings or {}, **told)  # type: ignore[arg-type]
    inputs = _inputs(first, model, study, settings or {})
    given = {**_by_key(model, settings or {}), **inputs}
    own = moment(model, given, moving=list(inputs), **told)  # type: ignore[arg-type]
    part = _part(own, of)
    loops, longest = short_loops(own.given.model, study, most=MOST_LOOPS)
    inside = [one for one in loops.loops if set(one.shown) & set(part.names)]
    when = _times(own, times)
    along = _Run(own, part, reach_of(own).scale, inputs, of).along(when, inside, progress)
    return elasticity_finding(
        along, _asked(model, study, loops, inside, longest, of, _label(study, scenario, (*variants, *shocks)))
    )


@dataclass(frozen=True)
class _Run:
    """The run behind `own`, of whose `part` the modes are looked at; `inputs` are constants that are tried."""

    own: Moment
    part: Part
    scale: Numbers
    inputs: Mapping[str, float]
    of: str | None

    @property
    def places(self) -> list[int]:
        """Which stocks of the state are those of the part."""
        return [self.own.stocks.index(name) for name in self.part.names[: self.part.stocks]]

    def along(self, times: Numbers, loops: Sequence[Considered], progress: Progress | None) -> Along:
        states, rows = self.own.course(times.tolist()), []
        for time, state in zip(times.tolist(), states, strict=True):
            rows.append(self._at(self.own.moved_to(time), state, loops))
            if progress:
                progress(_STAGE, 1, len(times))
        values, error, condition, shares, own, gains, links, inputs = (np.array(one) for one in zip(*rows, strict=True))
        return Along(
            times,
            values,
            error,
            condition,
            shares,
            self.part.names[: self.part.stocks],
            own.reshape(len(times), len(loops)),
            gains.reshape(len(times), len(loops)),
            links,
            inputs.reshape(len(times), len(self.inputs)),
            tuple(self.inputs),
            np.tile(list(self.inputs.values()), (len(times), 1)).reshape(len(times), len(self.inputs)),
        )

    def _at(self, here: Moment, state: Numbers, loops: Sequence[Considered]) -> tuple[object, ...]:
        gains, size = gains_of(here, self.part, state), self.scale[self.places]
        if not np.isfinite(gains.matrix).all():
            raise ExperimentError(
                f"{here.given.model.name}: at time {here.time:g} an equation has no slope: {_endless(gains)}. "
                "Ask at other times."
            )
        modes = all_modes(gains, size)
        fastest = max(abs(one.value) for one in modes)
        stock = None if self.of is None else gains.names.index(here.given.model[self.of].name)
        mode = chosen(modes, stock, _STILL * fastest)
        sound = mode.condition <= WORST
        own = [contribution(gains, mode, one.ways) if sound else np.nan + 0j for one in loops]
        signs = [sum(_gain(gains, way) for way in one.ways) for one in loops]
        told = (mode.value, self._error(here, state, gains, mode) if sound else np.nan, mode.condition, mode.shares)
        links = stock_influences(gains, mode) if sound else np.full(gains.jacobian.shape, np.nan + 0j)
        inputs = self._of_inputs(here, state, mode) if sound else np.full(len(self.inputs), np.nan + 0j)
        return *told, own, signs, links, inputs

    def _error(self, here: Moment, state: Numbers, gains: Gains, mode: Mode) -> float:
        """By how much the eigenvalue would differ with the derivatives that the compiled engine finds."""
        near = here.slopes(state[None], self.scale).matrix[0][np.ix_(self.places, self.places)]
        apart, n = np.nan_to_num(np.abs(near - gains.jacobian)), gains.stocks
        return float(np.abs(mode.left[:n]) @ apart @ np.abs(mode.right[:n]))

    def _of_inputs(self, here: Moment, state: Numbers, mode: Mode) -> np.ndarray:
        """p ∂λ/∂p [input] = p l · ∂/∂p (slope of the net flows along r), with the stocks as they are."""
        if not self.inputs:
            return np.zeros(0, dtype=np.complex128)
        n = len(self.places)
        along = np.zeros((2, len(state)))
        along[:, self.places] = mode.right[:n].real, mode.right[:n].imag
        steps = _STEP / np.maximum(np.abs(along / self.scale).max(axis=1), 1e-300)
        sides = np.array([1.0, -1.0, 0.5, -0.5])
        states = state + sides[None, :, None] * (steps[:, None] * along)[:, None, :]  # [part of r, side, stock]
        values = np.array(list(self.inputs.values()))
        moves = np.maximum(np.abs(values) * _STEP, _SMALLEST)
        flows = self._moved(here, states.reshape(-1, len(state)), values, moves * sides[:, None])
        slope = _slope(flows.reshape(4, len(values), 2, 4, -1), axis=3) / steps[:, None]
        mixed = np.moveaxis(_slope(slope, axis=0), -1, 0)[self.places] / moves[:, None]  # [stock, input, part of r]
        found = np.einsum("k,kip->ip", mode.left[:n], mixed)
        return np.asarray(values * (found[:, 0] + 1j * found[:, 1]))

    def _moved(self, here: Moment, states: Numbers, values: Numbers, moves: Numbers) -> Numbers:
        """Net flows [side of the input, input, state, stock] with one input moved at a time."""
        sides, inputs, points = *moves.shape, len(states)
        columns = {}
        for at, name in enumerate(self.inputs):
            column = np.full((sides, inputs, points), values[at])
            column[:, at] += moves[:, at, None]
            columns[name] = column.ravel()
        every = np.tile(states, (sides * inputs, 1))
        return here.flows(every, inputs=columns).reshape(sides, inputs, points, -1)


def _slope(values: np.ndarray, axis: int) -> np.ndarray:
    """The derivative by a step from values at +1, -1, +½, -½ steps along `axis`."""
    forth, back, near, close = np.moveaxis(values, axis, 0)
    return np.asarray((4 * (near - close) - (forth - back) / 2) / 3)


def _gain(gains: Gains, way: Sequence[str]) -> float:
    place = {name: at for at, name in enumerate(gains.names)}
    if not all(name in place for name in way):
        return 0.0
    own = [place[name] for name in way]
    return float(np.prod([gains.matrix[own[(at + 1) % len(own)], one] for at, one in enumerate(own)]))


def _endless(gains: Gains) -> str:
    effect, cause = np.argwhere(~np.isfinite(gains.matrix))[0]
    return f'"{gains.names[effect]}" by "{gains.names[cause]}"'


def _inputs(own: Moment, model: Model, study: Study | None, settings: Mapping[str, Setting]) -> dict[str, float]:
    """The constants that are tried, with their values in the run: all where they are few or nobody says which.

    Otherwise the uncertainties of the study, and what knocks out its loops.
    """
    every = [one.name for one in model.of(Constant) if not one.hidden and one.name not in CONTROLS]
    names = every
    if study is not None and (study.uncertainties or study.loops) and len(every) > _FEW:
        cut = (name for loop in study.loops.values() for name in loop.knock_out)
        names = [model[name].name for name in dict.fromkeys((*study.uncertainties, *cut, *settings))]
    own_ones = [name for name in dict.fromkeys(names) if isinstance(own.given.model[name], Constant)]
    known = {name: value for name, value in own.given.model.constants.items() if name in set(own_ones)}
    known |= {name: float(column[0]) for name, column in own.given.columns.items() if name in known}
    return {name: known[name] for name in own_ones[:MOST_INPUTS] if name not in CONTROLS}


def _by_key(model: Model, settings: Mapping[str, Setting]) -> dict[str, Setting]:
    return {model[name].name if name in model else name: value for name, value in settings.items()}


def _part(own: Moment, of: str | None) -> Part:
    """The part of the model that has the stock `of`; without one, that with most variables."""
    found = parts_of(own)
    if not found:
        raise ExperimentError(f"{own.given.model.name}: no stock feeds back, so there is no mode to explain.")
    if of is None:
        return max(found, key=lambda one: len(one.names))
    near = did_you_mean(of, own.stocks)
    name = own.given.model[of].name if of in own.given.model else of
    part = next((one for one in found if name in one.names[: one.stocks]), None)
    if part is None:
        is_one = name in own.given.model and isinstance(own.given.model[name], Stock)
        why = "feeds back on nothing" if is_one else "is no stock of the model"
        raise ExperimentError(f'{own.given.model.name}: --of "{of}" {why}, so it takes part in no mode.{near}')
    return part


def _times(own: Moment, asked: Sequence[float] | int) -> Numbers:
    first, last = own.clock.start, own.clock.start + own.clock.steps * own.clock.time_step
    if isinstance(asked, int):
        if not 1 <= asked <= MOST_TIMES:
            raise ExperimentError(f"--along {asked}: there can be 1 to {MOST_TIMES} times.")
        return np.linspace(first, last, asked)
    if not asked or len(asked) > MOST_TIMES:
        raise ExperimentError(f"--at: there can be 1 to {MOST_TIMES} times.")
    for time in asked:
        if not first <= time <= last:
            raise ExperimentError(f"--at {time:g}: the run goes from {first:g} to {last:g}.")
    return np.array(sorted(asked), dtype=float)


def _label(study: Study | None, scenario: str | None, over: Sequence[str]) -> str:
    """What the run is under, in titles."""
    if study is None or scenario is None:
        return " + ".join(["the model as it is", *over])
    return scenario_title(study, MARK.join([scenario, *over]))


def _asked(
    model: Model,
    study: Study | None,
    loops: Loops,
    inside: Sequence[Considered],
    longest: int,
    of: str | None,
    label: str,
) -> Asked:
    known = study.loops if study is not None else {}
    shared = []
    for one in inside:
        names = [name for name in one.name.split("/") if name in known]
        if len(names) > 1:
            cut = [model[name].name for loop in names for name in known[loop].knock_out]
            shared.append((one.name, tuple(dict.fromkeys(cut))))
    return Asked(
        model=model.name,
        setting=label,
        of=model[of].name if of is not None else "",
        time_unit=model[TIME_STEP].unit,
        loops=[Told(one.name, one.title, one.shown, one.part) for one in inside],
        found=len(inside),
        longest=longest,
        complete=loops.complete,
        reserved=tuple(known),
        shared=tuple(shared),
    )
