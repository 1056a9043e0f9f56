"""A study, a condition on a variable and inputs that move → the finding "onset": from when on it holds for good.

The variable is compared with a number, or with itself in another scenario. What moves along x is done in the scenario
asked about alone; y, the settings and the futures hold in both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.tipping.onset import Asked, Axis, Floats, Part, onset_finding
from sdmodel.analysis.wording import number, scenario_title
from sdmodel.design.asked import chosen_of
from sdmodel.engine import compiled
from sdmodel.errors import ExperimentError
from sdmodel.model.model import Auxiliary, Stock
from sdmodel.model.names import did_you_mean
from sdmodel.pipeline.drawn import futures_of, with_origin
from sdmodel.pipeline.progress import Progress
from sdmodel.pipeline.question import Question
from sdmodel.pipeline.tipping.behaviour import Under
from sdmodel.pipeline.tipping.boundary import settings_words
from sdmodel.study.inputs import why_not
from sdmodel.study.overlay import MARK

FUTURES, MOST_FUTURES, MOST_CELLS = 200, 20_000, 2_000
WORDS = ("above", "below")
_STAGE = "Onset"


@dataclass(frozen=True)
class _Runs:
    """Runs the scenario asked about and what it is compared with."""

    under: Under
    variable: str
    against: str | None
    than: float
    draws: Mapping[str, Floats]

    def apart(self, x: Mapping[str, float], y: Mapping[str, float]) -> tuple[Floats, Floats]:
        """Saved times, and the variable less what it is compared with [run, time]: the base run, then the futures."""
        times, own = self._course(self.under.scenario, {**y, **x})
        if self.against is None:
            return times, own - self.than
        return times, own - self._course(self.against, y)[1]

    def _course(self, scenario: str | None, moved: Mapping[str, float]) -> tuple[Floats, Floats]:
        times, base = self._run(scenario, {name: np.array([value]) for name, value in moved.items()})
        if not self.draws:
            return times, base
        count = len(next(iter(self.draws.values())))
        drawn = {name: values for name, values in self.draws.items() if name not in moved}
        columns = {**drawn, **{name: np.full(count, value) for name, value in moved.items()}}
        return times, np.concatenate([base, self._run(scenario, columns)[1]])

    def _run(self, scenario: str | None, columns: Mapping[str, Floats]) -> tuple[Floats, Floats]:
        """Saved times, and the course [row, time] of the variable; NaN where the run failed."""
        if columns:
            runs = self.under.runs(columns, scenario, [self.variable], None)
            return _sound(runs.times, runs.values[self.variable], runs.failed)
        made = compiled.trajectories(self.under.given({}, scenario), save=[self.variable])
        return _sound(made.times, made.values[self.variable], made.failed)


def onset(
    question: Question,
    variable: str,
    x: tuple[str, Sequence[float]],
    y: tuple[str, Sequence[float]] | None = None,
    *,
    above: str | None = None,
    below: str | None = None,
    since: float | None = None,
    by: float | None = None,
    words: str = "",
    scenario: str | None = None,
    settings: Mapping[str, float] | None = None,
    variants: Sequence[str] = (),
    futures: int = FUTURES,
    seed: int | None = None,
    sample: Path | None = None,
    progress: Progress | None = None,
) -> Finding:
    """From when on `variable` is for good `above` or `below` a number or itself in another scenario.

    `x` and `y` are inputs with the values that they take; `since` is the first time that counts (None: the start),
    `by` the deadline (None: the end); `words` say what it means. The base run, and `futures` drawn from `seed` (None:
    that of the study), of the posterior in the file `sample` if there is one. See `analysis.tipping.onset` for the
    table.

    Raises:
        ExperimentError: names that are unknown, neither or both of `above` and `below`, numbers that cannot be.
    """
    word, than = _compared(above, below)
    study, model = question.study, question.model
    axes = _axes(question, x, y)
    _refuse(axes, futures)
    [label] = chosen_of("scenario", [scenario or study.baseline], study.scenarios)
    bound = _number(than)
    against = None if bound is not None else chosen_of("scenario", [than], study.scenarios)[0]
    under = Under(question, dict(settings or {}), label, (), tuple(chosen_of("variant", variants, study.variants)))
    own_seed = study.seed if seed is None else seed
    own = _variable(question, variable)
    runs = _Runs(under, own, against, bound or 0.0, _draws(question, under, futures, own_seed, sample))
    times, parts = _parts(runs, axes, progress)
    laid = MARK.join([label, *under.variants])
    asked = Asked(
        study=study.name,
        variable=own,
        unit=model[own].unit,
        word=word,
        than=number(bound) if bound is not None else f"that of {scenario_title(study, against or '')}",
        words=words.strip(),
        setting=", ".join([scenario_title(study, laid), *settings_words(under.settings)]),
        x=axes[0],
        y=axes[1],
        since=_within(times, "--since", since, float(times[0])),
        deadline=_within(times, "--by", by, float(times[-1])),
        seed=own_seed,
        runs=(1 if against is None else 2) * sum(len(part.apart) for part in parts.values()),
        caveats=study.caveats,
    )
    compared = [label] if against is None else list(dict.fromkeys([label, against]))
    return with_origin(onset_finding(asked, times, parts), study, model, sample, compared)


def _parts(runs: _Runs, axes: Sequence[Axis], progress: Progress | None) -> tuple[Floats, dict[tuple[int, int], Part]]:
    """Saved times, and what is found at each pair of x and y."""
    times, parts = np.zeros(0), {}
    for at, value in enumerate(axes[0].values):
        for beside, other in enumerate(axes[1].values):
            moved = {axes[1].name: float(other)} if axes[1].name else {}
            times, apart = runs.apart({axes[0].name: float(value)}, moved)
            parts[at, beside] = Part(apart)
            if progress:
                progress(_STAGE, 1, len(axes[0].values) * len(axes[1].values))
    return times, parts


def _axes(
    question: Question, x: tuple[str, Sequence[float]], y: tuple[str, Sequence[float]] | None
) -> tuple[Axis, Axis]:
    first = _axis(question, *x)
    second = Axis("", np.array([np.nan])) if y is None else _axis(question, *y)
    if first.name == second.name:
        raise ExperimentError(f'"{first.name}" cannot move along both axes.')
    return first, second


def _sound(times: Floats, course: Floats, failed: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    return np.asarray(times, dtype=np.float64), np.where(np.asarray(failed)[:, None], np.nan, course)


def _compared(above: str | None, below: str | None) -> tuple[str, str]:
    told = [(word, than) for word, than in zip(WORDS, (above, below), strict=True) if than is not None]
    if len(told) != 1:
        raise ExperimentError("Give either --above or --below: a number, or the name of a scenario.")
    return told[0]


def _axis(question: Question, name: str, values: Sequence[float]) -> Axis:
    model = question.model
    if name not in model:
        known = [one.name for one in model.visible() if not why_not(model, one, scheduled=False)]
        raise ExperimentError(f'{model.name}: the model has no input "{name}".{did_you_mean(name, known)}')
    if reason := why_not(model, model[name], scheduled=False):
        raise ExperimentError(f"{model.name}: {reason}")
    return Axis(model[name].name, np.array(values, dtype=np.float64), model[name].unit)


def _variable(question: Question, name: str) -> str:
    model = question.model
    known = [one.name for one in model.visible() if isinstance(one, Stock | Auxiliary)]
    if name not in model:
        raise ExperimentError(f'{model.name}: the model has no variable "{name}".{did_you_mean(name, known)}')
    if model[name].name not in known:
        raise ExperimentError(f'{model.name}: "{model[name].name}" has no course in time.')
    return model[name].name


def _draws(question: Question, under: Under, futures: int, seed: int, sample: Path | None) -> dict[str, Floats]:
    """Columns [future] of what is drawn; what the scenario, a variant or a setting sets is not."""
    study, model = question.study, question.model
    drawn = futures_of(study, model, futures, seed=seed, sample=sample)
    if drawn is None:
        return {}
    layers = [study.scenarios[under.scenario or study.baseline].settings, under.settings]
    layers += [study.variants[one].settings for one in under.variants]
    fixed = {model[name].name for layer in layers for name in layer}
    columns = {model[str(name)].name: np.asarray(values.values, np.float64) for name, values in drawn.items()}
    return {name: values for name, values in columns.items() if name not in fixed}


def _number(words: str) -> float | None:
    try:
        value = float(words)
    except ValueError:
        return None
    if not np.isfinite(value):
        raise ExperimentError(f"{words}: must be a finite number, or the name of a scenario.")
    return value


def _within(times: Floats, option: str, asked: float | None, otherwise: float) -> float:
    if asked is None:
        return otherwise
    if not times[0] <= asked <= times[-1]:
        raise ExperimentError(f"{option} {asked:g}: the run goes from {times[0]:g} to {times[-1]:g}.")
    return float(asked)


def _refuse(axes: Sequence[Axis], futures: int) -> None:
    if not 0 <= futures <= MOST_FUTURES:
        raise ExperimentError(f"--futures {futures}: it can be 0 to {MOST_FUTURES:,}.")
    cells = len(axes[0].values) * len(axes[1].values)
    if cells > MOST_CELLS:
        raise ExperimentError(f"{cells:,} pairs of x and y; {MOST_CELLS:,} are the most.")
    if broken := next((one.name for one in axes if one.name and not np.isfinite(one.values).all()), None):
        raise ExperimentError(f'"{broken}": its values must be finite numbers.')
