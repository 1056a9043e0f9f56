"""A study, one or two inputs and a behaviour → where in their range the behaviour changes: the finding "tipping"."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.tipping.boundary import Ask, Points, changes, traced
from sdmodel.analysis.tipping.boundary import Behaviour as Holds
from sdmodel.analysis.tipping.dips import crossings
from sdmodel.analysis.tipping.lines import Axis, Layer, tipping_finding
from sdmodel.analysis.tipping.lines import Question as Told
from sdmodel.analysis.wording import scenario_title
from sdmodel.design.asked import chosen_of
from sdmodel.errors import ExperimentError
from sdmodel.model.model import Draw
from sdmodel.model.names import did_you_mean
from sdmodel.pipeline.progress import Progress
from sdmodel.pipeline.question import Question
from sdmodel.pipeline.tipping.behaviour import Rows, Under
from sdmodel.pipeline.tipping.conditions import Conditions, conditions
from sdmodel.study.inputs import number_of, why_not
from sdmodel.study.overlay import MARK
from sdmodel.study.terms import Schedule

TOLERANCE = 1e-4
CELLS = 24
MOST_CELLS = 400
_BEND = 1e-3
_TOLD = 4
_STAGE = "Tipping"
Rule = Callable[[Rows], Holds]
"""Values [row] of inputs that move → whether a behaviour holds."""


def tipping(
    question: Question,
    when: str | Sequence[str],
    x: str,
    y: str | None = None,
    *,
    over: tuple[str, Sequence[float]] | None = None,
    scenario: str | None = None,
    settings: Mapping[str, float] | None = None,
    shocks: Sequence[str] = (),
    variants: Sequence[str] = (),
    tolerance: float = TOLERANCE,
    cells: int = CELLS,
    progress: Progress | None = None,
) -> Finding:
    """The finding "tipping"; see `analysis.tipping` for its table, `pipeline.behaviour` for what `when` can be.

    Of several in `when` all have to hold; "words: behaviour" gives one a name to be told by.
    `x` and `y` are inputs, as "name" or with a range of their own as "name=low:high"; without one they span their
    uncertainty, or else the limits in the model. Without `y` it is looked for along x alone. `over` is a third input
    with the values at which the search is repeated. `tolerance` is a part of each range; `scenario` that of the
    baseline if not given.

    Raises:
        ExperimentError: inputs without a range or not to be set, words that describe no behaviour, numbers that cannot
            be.
        StudyError: settings cannot be joined.
    """
    _refuse_impossible(tolerance, cells)
    under = _under(question, scenario, settings or {}, shocks, variants)
    axes = tuple(_axis(under, words) for words in (x, y) if words is not None)
    third = "" if over is None else _input(question, over[0])
    _refuse_twice([*(axis.name for axis in axes), *([third] if third else [])])
    asked = conditions([when] if isinstance(when, str) else when, under)
    layers = []
    for value in [np.nan] if over is None else over[1]:
        layers.append(_layer(asked, axes, third, float(value), tolerance, cells))
        if progress:
            progress(_STAGE, 1, 1 if over is None else len(over[1]))
    random = ("Random numbers are the same in all runs: the boundary is that of one future.",)
    told = Told(
        words=asked.words,
        setting=_setting(under),
        study=question.study.name,
        axes=axes,
        tolerance=tolerance,
        cells=cells,
        over=third,
        risk=asked.risk,
        conditions=asked.names if len(asked.names) > 1 else (),
        caveats=(*question.study.caveats, *asked.meanings, *(random if any(question.model.of(Draw)) else ())),
    )
    return tipping_finding(told, layers)


def _under(
    question: Question,
    scenario: str | None,
    settings: Mapping[str, float],
    shocks: Sequence[str],
    variants: Sequence[str],
) -> Under:
    """What is set, and laid over which scenario, in the spelling of the study."""
    study = question.study
    [label] = chosen_of("scenario", [scenario or study.baseline], study.scenarios)
    laid = (tuple(chosen_of("shock", shocks, study.shocks)), tuple(chosen_of("variant", variants, study.variants)))
    return Under(question, dict(settings), label, *laid)


def _setting(under: Under) -> str:
    """The same in words."""
    laid = MARK.join([under.scenario or under.question.study.baseline, *under.variants, *under.shocks])
    return ", ".join([scenario_title(under.question.study, laid), *settings_words(under.settings)])


def _refuse_impossible(tolerance: float, cells: int) -> None:
    if not 1e-12 <= tolerance <= 0.1:
        raise ExperimentError(f"--tolerance {tolerance:g}: it is a part of each range, from 1e-12 to 0.1.")
    if not 2 <= cells <= MOST_CELLS:
        raise ExperimentError(f"--cells {cells}: there can be 2 to {MOST_CELLS}.")


def _refuse_twice(names: Sequence[str]) -> None:
    if twice := next((one for one in names if names.count(one) > 1), None):
        raise ExperimentError(f'"{twice}" cannot move along two axes.')


def settings_words(settings: Mapping[str, float]) -> list[str]:
    """ "x = 1", for the first few."""
    told = [f"{name} = {value:g}" for name, value in settings.items()]
    return told if len(told) <= _TOLD else [*told[:_TOLD], f"and {len(told) - _TOLD} more settings"]


def _asks(asked: Rule, axes: tuple[Axis, ...], third: str, value: float) -> Ask:
    """`asked` of points of the plane, or of the line."""

    def ask(points: Points) -> Holds:
        moving = {axis.name: axis.at(points[:, place]) for place, axis in enumerate(axes)}
        return asked(moving | ({third: np.full(len(points), value)} if third else {}))

    return ask


def _layer(asked: Conditions, axes: tuple[Axis, ...], third: str, value: float, tolerance: float, cells: int) -> Layer:
    """What is found in one plane, or along one line."""
    ask = _asks(asked, axes, third, value)
    several = [_asks(part, axes, third, value) for part in asked.parts] if len(asked.parts) > 1 else []
    if len(axes) == 1:
        return Layer(
            value, changes(ask, cells, tolerance), each=tuple(changes(one, cells, tolerance) for one in several)
        )
    base = np.array([(axis.base - axis.low) / (axis.high - axis.low) for axis in axes])
    within = bool(((base >= 0) & (base <= 1)).all())
    across = _across(ask, base, cells, tolerance) if within else []
    hints = [*across, *_islands(asked, axes, third, value, cells, tolerance)]
    found = traced(ask, cells, tolerance, _BEND, np.vstack(hints) if hints else None)
    each = tuple(traced(one, cells, tolerance, _BEND) for one in several)
    if not within:
        return Layer(value, found, each=each)
    values = tuple(axis.at(points[:, place]) for place, (axis, points) in enumerate(zip(axes, across, strict=True)))
    return Layer(value, found, values, int(ask(base[None])[0]), each)


def _islands(
    asked: Conditions, axes: tuple[Axis, ...], third: str, value: float, cells: int, tolerance: float
) -> list[Points]:
    """Points on the edges of islands between the nodes of the grid, where the behaviour is an outcome and its limit."""
    if len(asked.parts) > 1 or (above := asked.parts[0].above) is None:
        return []

    def margin(points: Points) -> Points:
        moving = {axis.name: axis.at(points[:, place]) for place, axis in enumerate(axes)}
        return above(moving | ({third: np.full(len(points), value)} if third else {}))

    return [crossings(margin, cells, tolerance)]


def _across(ask: Ask, base: Points, cells: int, tolerance: float) -> list[Points]:
    """Points [point, coordinate] along each axis, all else as in `base`, at which the behaviour changes."""
    found = []
    for place in range(len(base)):

        def through(parts: Points, place: int = place) -> Points:
            points = np.repeat(base[None], len(parts), axis=0)
            points[:, place] = parts[:, 0]
            return points

        lines = changes(lambda parts, through=through: ask(through(parts)), 4 * cells, tolerance).lines  # type: ignore[misc]
        found.append(through(np.array([line[0] for line in lines]).reshape(-1, 1)))
    return found


def _axis(under: Under, words: str) -> Axis:
    """The axis that "name" or "name=low:high" means."""
    question = under.question
    name, equals, numbers = words.rpartition("=")
    own = _input(question, name if equals else words)
    low, high = _range(question, own) if not equals else _numbers(words, numbers)
    scenario = question.study.scenarios[under.scenario or question.study.baseline].settings
    layers = [scenario, *(question.study.overlays[one].settings for one in (*under.variants, *under.shocks))]
    base: float | None = number_of(question.model, own)
    for layer in [*layers, under.settings]:
        setting = layer.get(own, base)
        base = None if isinstance(setting, Schedule) else setting
    return Axis(own, low, high, question.model[own].unit, np.nan if base is None else float(base))


def _input(question: Question, name: str) -> str:
    model = question.model
    if name not in model:
        known = [one.name for one in model.visible() if not why_not(model, one, scheduled=False)]
        raise ExperimentError(f'{model.name}: the model has no input "{name}".{did_you_mean(name, known)}')
    if reason := why_not(model, model[name], scheduled=False):
        raise ExperimentError(f"{model.name}: {reason}")
    return model[name].name


def _numbers(words: str, numbers: str) -> tuple[float, float]:
    try:
        low, high = (float(part) for part in numbers.split(":"))
    except ValueError:
        low = high = np.nan
    if not (np.isfinite([low, high]).all() and low < high):
        raise ExperimentError(f'"{words}": write a range as "name=low:high", such as "learning rate=0.2:1".')
    return low, high


def _range(question: Question, name: str) -> tuple[float, float]:
    """From the least to the greatest value of an uncertainty, or else the limits in the model."""
    uncertain = question.study.uncertainties.get(name)
    if uncertain is not None and uncertain.low < uncertain.high:
        return uncertain.low, uncertain.high
    low, high = question.model[name].limits
    if low is None or high is None or not low < high:
        raise ExperimentError(
            f'"{name}" has no range: it is no uncertainty of the study, and the model states no limits. '
            f'Write it as "{name}=low:high".'
        )
    return low, high
