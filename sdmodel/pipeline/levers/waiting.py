"""A study, two rival theories, a size and a patience → the finding "waiting": how large to begin, how long to wait."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.levers.crossing import Floats
from sdmodel.analysis.levers.waiting import Asked, Choice, Found, waiting_finding
from sdmodel.design.asked import chosen_of, settings_of
from sdmodel.design.moved import Ground, ground
from sdmodel.errors import ExperimentError, StudyError
from sdmodel.model.model import Model
from sdmodel.pipeline.drawn import futures_of, with_origin
from sdmodel.pipeline.levers.asking import Asking
from sdmodel.pipeline.progress import Progress
from sdmodel.pipeline.tipping.boundary import settings_words
from sdmodel.study.overlay import laid_over
from sdmodel.study.search.spec import Options, Waiting
from sdmodel.study.spec import Study
from sdmodel.study.terms import Scenario, Setting

FUTURES, MOST_FUTURES, MOST_RULES = 300, 20_000, 1_000
THEORIES = 2
_STAGE = "Rules"
_UNDER = "asked about"


@dataclass(frozen=True)
class _Rules:
    """Runs rules on the ground of one theory."""

    asking: Asking
    own: Ground
    outcome: str
    size: str
    patience: str

    def outcomes(self, sizes: Floats, patiences: Floats) -> Floats:
        """Outcomes [size, patience, future]."""
        shape = (len(sizes), len(patiences), self.own.futures)
        first, second, future = (one.ravel() for one in np.indices(shape))

        def columns(part: slice) -> Mapping[str, Floats]:
            return {self.size: sizes[first[part]], self.patience: patiences[second[part]]}

        numbers = self.asking.numbers(self.own, future.astype(np.int64), columns, _STAGE)
        return numbers[self.outcome].reshape(shape)


def waiting(
    study: Study,
    model: Model,
    *,
    name: str | None = None,
    size: tuple[str, Sequence[float]] | None = None,
    patience: tuple[str, Sequence[float]] | None = None,
    theories: Sequence[str] = (),
    outcome: str | None = None,
    prior: float | None = None,
    scenario: str | None = None,
    variants: Sequence[str] = (),
    settings: Mapping[str, float] | None = None,
    futures: int = FUTURES,
    seed: int | None = None,
    sample: Path | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Finding:
    """The size of a step and the patience that are best, where it is not known which of two theories holds.

    `study` is bound to `model`; default: its first [waiting.NAME], of which the other arguments replace parts. The
    first value of `size` is not to begin, the last of `patience` to go on whatever comes; `theories` are two variants
    of the study, `variants` are laid over in both. All rules meet the same `futures`, drawn from `seed`,
    from the posterior in the file `sample` if there is one.
    See `analysis.levers.waiting` for the table.

    Raises:
        StudyError: the study has no [waiting.NAME], or variants cannot be joined.
        ExperimentError: names that are unknown, numbers that cannot be, an outcome of which no way is better.
    """
    told = _told(study, model, name, size, patience, theories, outcome, prior, scenario)
    given = settings_of(model, dict(settings or {}))
    _refuse(told, futures, given)
    _judged(study, told.outcome)
    over = chosen_of("variant", [*told.theories, *variants], study.variants)[THEORIES:]
    own_seed = study.seed if seed is None else seed
    drawn = futures_of(study, model, futures, seed=own_seed, sample=sample)
    asking = Asking(study, model, (told.outcome,), own_seed, threads, progress)
    sizes, patiences = np.array(told.size.values), np.array(told.patience.values)
    under = [_under(study, told.scenario, [*over, theory], given) for theory in told.theories]
    found = _found(asking, told, under, drawn)
    one = study.outcomes[told.outcome]
    asked = Asked(
        study=study,
        scenario=told.scenario,
        variants=tuple(over),
        theories=told.theories,
        outcome=replace(one, unit=one.unit or model[one.variable].unit),
        size=Choice(told.size.name, sizes[1:], model[told.size.name].unit),
        patience=Choice(told.patience.name, patiences, model[told.patience.name].unit),
        never=float(sizes[0]),
        prior=told.prior,
        settings=", ".join(settings_words(dict(settings or {}))),
        futures=found.never.shape[-1],
        seed=own_seed,
        runs=asking.count.runs,
    )
    return with_origin(waiting_finding(asked, found), study, model, sample, [told.scenario])


def _found(asking: Asking, told: Waiting, under: Sequence[Study], drawn: xr.Dataset | None) -> Found:
    """Outcomes of every rule under each theory, one of `under` for each."""
    choices = [told.size.name, told.patience.name]
    sizes, patiences = np.array(told.size.values), np.array(told.patience.values)
    grounds = [ground(one, asking.model, _UNDER, drawn, constants=choices) for one in under]
    rules = [_Rules(asking, own, told.outcome, *choices) for own in grounds]
    never = [rule.outcomes(sizes[:1], patiences[-1:])[0, 0] for rule in rules]
    return Found(np.array(never), np.array([rule.outcomes(sizes[1:], patiences) for rule in rules]))


def _judged(study: Study, name: str) -> None:
    """Raises ExperimentError where an outcome cannot be expected, or no way of it is better."""
    one = study.outcomes[name]
    if not one.better or one.reduce == "first":
        why = "is a time that may never come" if one.better else 'does not say which way is better (better = "lower")'
        raise ExperimentError(f'The outcome "{name}" {why}: it cannot be expected and compared.')


def _told(
    study: Study,
    model: Model,
    name: str | None,
    size: tuple[str, Sequence[float]] | None,
    patience: tuple[str, Sequence[float]] | None,
    theories: Sequence[str],
    outcome: str | None,
    prior: float | None,
    scenario: str | None,
) -> Waiting:
    """What the study says under [waiting.NAME], with what is asked otherwise, in names of the study and the model."""
    known = study.searches.waiting
    if not known:
        raise StudyError(f"{study.path.name}: the study has no step to wait with; a table [waiting.NAME] makes one.")
    [own] = chosen_of("waiting", [name or next(iter(known))], known)
    told = known[own]
    pair = chosen_of("variant", list(theories) or list(told.theories), study.variants)
    if len(pair) != THEORIES:
        raise ExperimentError(f"Name two theories of which one holds, not {len(pair)}: --theory A --theory B.")
    return replace(
        told,
        size=told.size if size is None else _options(model, size),
        patience=told.patience if patience is None else _options(model, patience),
        theories=(pair[0], pair[1]),
        outcome=chosen_of("outcome", [outcome or told.outcome], study.outcomes)[0],
        prior=told.prior if prior is None else prior,
        scenario=chosen_of("scenario", [scenario or told.scenario], study.scenarios)[0],
    )


def _options(model: Model, asked: tuple[str, Sequence[float]]) -> Options:
    name, values = asked
    return Options(next(iter(settings_of(model, {name: 0.0}))), tuple(map(float, values)))


def _under(study: Study, scenario: str, over: Sequence[str], given: Mapping[str, Setting]) -> Study:
    """The study with a scenario of what is asked about: `over` and then `given` laid over `scenario`."""
    settings = study.scenarios[scenario].settings
    for name in over:
        settings = laid_over(settings, study.variants[name].settings, f'Variant "{name}"')
    return replace(study, scenarios={_UNDER: Scenario(_UNDER, "", laid_over(settings, dict(given), "Settings"))})


def _refuse(told: Waiting, futures: int, given: Mapping[str, Setting]) -> None:
    for option, one in (("--size", told.size), ("--patience", told.patience)):
        if len(one.values) < 2 or not np.isfinite(one.values).all() or (np.diff(one.values) <= 0).any():
            raise ExperimentError(f"{option}: give at least two numbers that rise, such as name=0,0.5,1.")
        if one.name in given:
            raise ExperimentError(f'"{one.name}" is what is sought, so it cannot be set; {option} says what is tried.')
    if told.size.name == told.patience.name:
        raise ExperimentError(f'"{told.size.name}" cannot be both size and patience.')
    if (rules := len(told.size.values) * len(told.patience.values)) > MOST_RULES:
        raise ExperimentError(f"{rules:,} rules; {MOST_RULES:,} are the most.")
    if not 0 <= told.prior <= 1:
        raise ExperimentError(f"--prior {told.prior:g}: a chance is from 0 to 1.")
    if not 0 <= futures <= MOST_FUTURES:
        raise ExperimentError(f"--futures {futures}: it can be 0 to {MOST_FUTURES:,}.")
