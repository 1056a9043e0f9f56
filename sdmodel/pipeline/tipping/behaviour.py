"""Words for a behaviour, and inputs that move → whether it holds at any values of these inputs, many at once.

arms_at_the_end > 3                                    an outcome of the study and a limit
growth('US suspicion', 'China suspicion') > 0          e-fold growth of small deviations of these stocks alone, per
                                                       unit of time, in the state in which the run begins;
                                                       growth() takes all stocks that feed back
end(run, 'Suspicion') > start(run, 'Suspicion')        an expectation, as reality checks write it: `run` is the run
                                                       asked about, and every scenario of the study is a run, too;
                                                       variants and shocks may lie over either: run + lock_in
"""

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from sdmodel.analysis.outcomes import reduced
from sdmodel.analysis.reality.expectations import Courses, judged
from sdmodel.analysis.tipping.boundary import UNDEFINED, Behaviour
from sdmodel.analysis.wording import outcome_title
from sdmodel.design.asked import chosen_of
from sdmodel.design.experiments import settings_experiment
from sdmodel.engine import compiled
from sdmodel.engine.inputs import Inputs, Labels, inputs
from sdmodel.errors import ExperimentError
from sdmodel.model.model import FINAL_TIME, Constant, Model, Stock
from sdmodel.model.names import did_you_mean, key
from sdmodel.model.still import start
from sdmodel.pipeline.question import Question
from sdmodel.pipeline.tipping.equilibria import reach_of
from sdmodel.pipeline.tipping.moment import Moment, Numbers, moment
from sdmodel.study.checks.expectation import expectation_of
from sdmodel.study.checks.spec import Check, Expectation
from sdmodel.study.overlay import layers_of
from sdmodel.study.terms import Outcome

RUN = "run"
_ROWS = 8192  # experiments at once
_SIGNS: dict[str, Callable[[Numbers, float], np.ndarray]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_NUMBER = r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*"
_LIMIT = re.compile(rf"\s*([^<>=()']+?)\s*(<=|>=|<|>){_NUMBER}")
_GROWTH = re.compile(rf"\s*growth\s*\((.*)\)\s*(<=|>=|<|>){_NUMBER}", re.DOTALL)
Rows = Mapping[str, Numbers]


@dataclass(frozen=True)
class Under:
    """What lies under the inputs that move: a scenario, what is laid over it, and `settings` over both."""

    question: Question
    settings: Mapping[str, float]
    scenario: str | None = None
    shocks: Sequence[str] = ()
    variants: Sequence[str] = ()
    _known: dict[object, Inputs] = field(default_factory=dict, repr=False, compare=False)

    def given(self, moving: Rows, scenario: str | None, over: Sequence[str] = ()) -> Inputs:
        """The inputs of one run under `scenario`, with a column for each input that moves; worked out once.

        `over` are shocks and variants of this run alone, besides those of all runs.
        """
        asked = (scenario, tuple(over), *moving)
        if asked not in self._known:
            moved = {name: float(values[0]) for name, values in moving.items()}
            study = self.question.study
            shocks, variants = ([one for one in over if one in kind] for kind in (study.shocks, study.variants))
            layers = (study, scenario, (*self.shocks, *shocks), (*self.variants, *variants))
            table = settings_experiment(self.question.model, {**self.settings, **moved}, *layers)
            self._known[asked] = inputs(self.question.model, table)
        return self._known[asked]

    def runs(
        self, moving: Rows, scenario: str | None, save: Sequence[str], every: float | None, over: Sequence[str] = ()
    ) -> Courses:
        """Courses of `save` in a run for each row of `moving`."""
        given, n = self.given(moving, scenario, over), len(next(iter(moving.values())))
        columns = spread(given, moving, n)
        made = compiled.trajectories(Inputs(given.model, columns, _labels(n)), save=list(save), every=every)
        return Courses(made.times, made.values, made.failed)


@dataclass(frozen=True)
class Asked:
    """A behaviour in `words`, said of `under`; called with values [row] of inputs it tells where it holds."""

    words: str
    under: Under
    found: Callable[[Under, Rows], Behaviour]
    risk: bool = False

    def __call__(self, moving: Rows) -> Behaviour:
        n = len(next(iter(moving.values())))
        parts = [
            self.found(self.under, {name: values[begin : begin + _ROWS] for name, values in moving.items()})
            for begin in range(0, n, _ROWS)
        ]
        return np.concatenate(parts)

    @property
    def above(self) -> Callable[[Rows], Numbers] | None:
        """How far an outcome is above its limit, of values [row]; None where the behaviour is about something else."""
        found = self.found
        return partial(found.above, self.under) if isinstance(found, _OutcomeIs) else None


def behaviour(words: str, under: Under) -> Asked:
    """The behaviour that `words` describe.

    Raises:
        ExperimentError: they describe none, or name what the study and its model do not have.
    """
    if growing := _GROWTH.fullmatch(words):
        stocks = _stocks(growing[1], under.question)
        return Asked(words.strip(), under, _Growth(stocks, growing[2], float(growing[3])))
    if (limit := _LIMIT.fullmatch(words)) and (outcome := _outcome(limit[1], under.question)):
        found = _OutcomeIs(outcome, limit[2], float(limit[3]))
        told = f"{outcome_title(outcome)} {limit[2]} {limit[3]}"
        return Asked(told, under, found, outcome.risk)
    return _expected(words, under)


def spread(given: Inputs, moving: Rows, n: int) -> dict[str, Numbers]:
    """Columns [row] of a run that is repeated `n` times, with those of `moving` in place of its own."""
    columns = {name: np.full(n, column[0]) for name, column in given.columns.items()}
    for name, values in moving.items():
        own = given.model[name].name
        own = own if own in columns else f"{own} @ initial"
        columns[own] = np.ascontiguousarray(values, dtype=float)
    return columns


@dataclass(frozen=True)
class _OutcomeIs:
    outcome: Outcome
    sign: str
    limit: float

    def __call__(self, under: Under, moving: Rows) -> Behaviour:
        values, failed = self._values(under, moving)
        with np.errstate(invalid="ignore"):
            return _behaviour(_SIGNS[self.sign](values, self.limit), failed)

    def above(self, under: Under, moving: Rows) -> Numbers:
        """How far the outcome is above its limit [row]; NaN where a run failed."""
        values, failed = self._values(under, moving)
        return np.where(failed, np.nan, values - self.limit)

    def _values(self, under: Under, moving: Rows) -> tuple[Numbers, np.ndarray]:
        made = under.runs(moving, under.scenario, [self.outcome.variable], under.question.study.save_every)
        [course] = made.values.values()
        return reduced(course, made.times, self.outcome), made.failed


@dataclass(frozen=True)
class _Expected:
    expectation: Expectation
    runs: Mapping[str, tuple[str | None, tuple[str, ...]]]
    variables: Mapping[str, str]

    def __call__(self, under: Under, moving: Rows) -> Behaviour:
        courses, save = {}, list(dict.fromkeys(self.variables.values()))
        for name, (scenario, over) in self.runs.items():
            made = under.runs(moving, scenario, save, None, over)
            courses[name] = replace(made, values={said: made.values[own] for said, own in self.variables.items()})
        holds = np.all([one.holds for one in judged(self.expectation, courses)], axis=0)
        return _behaviour(holds, np.any([one.failed for one in courses.values()], axis=0))


@dataclass(frozen=True)
class _Growth:
    stocks: tuple[str, ...]
    sign: str
    limit: float
    _known: dict[tuple[str, ...], tuple[Moment, Numbers]] = field(default_factory=dict, repr=False, compare=False)

    def __call__(self, under: Under, moving: Rows) -> Behaviour:
        if tuple(moving) not in self._known:
            first = self._moment(under, moving)
            self._known[tuple(moving)] = first, reach_of(first).scale
        (own, scale), n = self._known[tuple(moving)], len(next(iter(moving.values())))
        given = under.given(moving, under.scenario)
        columns = spread(given, moving, n) | {FINAL_TIME: np.full(n, own.clock.start)}
        begun = compiled.trajectories(Inputs(_with_end(given), columns, _labels(n)), save=own.one.stocks).values
        states = np.column_stack([begun[name][:, 0] for name in own.stocks])
        apart = {start(name): begun[name][:, 0] for name in own.apart}
        constants = {given.model[name].name: values for name, values in moving.items()}
        constants = {name: values for name, values in constants.items() if isinstance(given.model[name], Constant)}
        near = own.slopes(states, scale, inputs={**apart, **constants})
        places = [own.stocks.index(name) for name in self.stocks or own.stocks]
        matrix = near.matrix[:, places][:, :, places]
        sound = np.asarray(np.isfinite(matrix).all(axis=(1, 2)))
        growth = np.linalg.eigvals(np.where(sound[:, None, None], matrix, 0.0)).real.max(axis=1)
        return _behaviour(_SIGNS[self.sign](growth, self.limit), ~sound)

    def _moment(self, under: Under, moving: Rows) -> Moment:
        """The moment at which the run begins."""
        model = under.question.model
        settings = {**under.settings, **{name: float(values[len(values) // 2]) for name, values in moving.items()}}
        steady = [name for name in moving if isinstance(model[name], Constant)]
        over = {"study": under.question.study, "scenario": under.scenario}
        layers = {"shocks": under.shocks, "variants": under.variants}
        own = moment(model, settings, **over, **layers, moving=steady)  # type: ignore[arg-type]
        if missing := next((name for name in self.stocks if name not in own.stocks), None):
            raise ExperimentError(
                f'{model.name}: growth of "{missing}": it does not feed back, so that it neither grows nor dies out by '
                f"itself.{did_you_mean(missing, own.stocks)}"
            )
        return replace(own, time=own.clock.start)


def _with_end(given: Inputs) -> Model:
    """The model of `given` with FINAL TIME as a constant."""
    return given.model.replaced([Constant(name=given.model[FINAL_TIME].name, value=0.0)])


def _stocks(words: str, question: Question) -> tuple[str, ...]:
    names = [one.strip().strip("'\"").strip() for one in words.split(",") if one.strip()]
    found = []
    for name in names:
        stock = question.model[name]
        if not isinstance(stock, Stock):
            raise ExperimentError(f'{question.model.name}: growth of "{stock.name}": it is no stock.')
        found.append(stock.name)
    return tuple(dict.fromkeys(found))


def _outcome(name: str, question: Question) -> Outcome | None:
    """The outcome of that name in any spelling; None if the words are no name."""
    study, bare = question.study, name.strip().strip('"')
    by_key = {key(one): one for one in study.outcomes} | {key(one.title): own for own, one in study.outcomes.items()}
    if own := by_key.get(key(bare)):
        return study.outcomes[own]
    if not re.fullmatch(r"[\w ,-]+", bare) or _is_number(bare):
        return None
    near = did_you_mean(bare, study.outcomes) or (f" It has: {', '.join(study.outcomes)}." if study.outcomes else "")
    variable = f" To ask about a variable, write end(run, '{bare}')." if bare in question.model else ""
    raise ExperimentError(f'{study.path.name}: the study has no outcome "{bare}".{near}{variable}')


def _is_number(word: str) -> bool:
    return bool(re.fullmatch(_NUMBER, word))


def _expected(words: str, under: Under) -> Asked:
    question = under.question
    try:
        expectation = expectation_of(words)
    except ValueError as problem:
        raise ExperimentError(
            f'--when "{words}": {problem} Write an outcome and a limit (crisis_probability_2045 > 0.4), '
            "growth('stock') > 0, or an expectation (end(run, 'variable') > 1)."
        ) from None
    check = Check("when", "", {}, (expectation,))
    named = [node.run for node in check.nodes() if hasattr(node, "run")]
    runs = {name: _run(name, under) for name in dict.fromkeys(named)}
    if not runs:
        raise ExperimentError(f"--when \"{words}\": it reads no run; write end({RUN}, 'variable') or the like.")
    variables = {said: question.model[said].name for said in check.variables}
    return Asked(expectation.text, under, _Expected(expectation, runs, variables))


def _run(name: str, under: Under) -> tuple[str | None, tuple[str, ...]]:
    """The scenario of a run that an expectation names, and what lies over it alone."""
    study = under.question.study
    scenario, over = layers_of(name)
    own = tuple(chosen_of("shock or variant", over, study.overlays))
    if twice := next((one for one in own if one in (*under.shocks, *under.variants)), None):
        raise ExperimentError(f'--when: "{name}": {twice} lies over all runs already; leave it out here or there.')
    return (under.scenario if scenario == RUN else chosen_of("scenario", [scenario], study.scenarios)[0]), own


def _behaviour(holds: np.ndarray, broken: np.ndarray) -> Behaviour:
    return np.where(broken, UNDEFINED, holds).astype(np.int8)


def _labels(n: int) -> Labels:
    """Experiments of one future: random numbers are the same in all of them."""
    return Labels(np.arange(n), np.full(n, "model", dtype=object), np.zeros(n, dtype=np.int64))
