"""A Calibration, its Study and Model → the same Calibration in the names of the model, all names and ranges checked."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from sdmodel.model.model import Auxiliary, Model, Stock
from sdmodel.model.names import did_you_mean, key
from sdmodel.study.calibration.spec import Bound, Calibration, Series
from sdmodel.study.inputs import why_not
from sdmodel.study.places import Problem, shown_name
from sdmodel.study.spec import Study
from sdmodel.study.terms import Setting, Uncertainty
from sdmodel.study.within import Horizon, problems_of_uncertainty

_TABLE = "calibration"
_WITHOUT_ORDER = ("categorical", "integer")


def bound_calibration(
    study: Study,
    model: Model,
    settings: dict[str, Setting],
    uncertainties: Mapping[str, Uncertainty],
    horizon: Horizon,
    problems: list[Problem],
) -> Calibration | None:
    """The calibration of `study`; `settings` and `uncertainties` are its own, already in the model's names."""
    asked = study.calibration
    if asked is None:
        return None
    scenario = asked.scenario or study.baseline
    _known("scenario", scenario, study.scenarios, (_TABLE, "scenario"), problems)
    fixed = {key(name) for name in settings}
    if scenario in study.scenarios:
        fixed |= {key(name) for name in study.scenarios[scenario].settings}
    unknowns = tuple(_unknowns(asked, model, uncertainties, fixed, problems))
    return replace(
        asked,
        scenario=scenario,
        parameters=tuple(one.name for one in unknowns),
        unknowns=unknowns,
        settings=settings,
        series={name: _series(one, model, problems) for name, one in asked.series.items()},
        bounds={name: _bound(one, study, model, scenario, horizon, problems) for name, one in asked.bounds.items()},
    )


def _unknowns(
    asked: Calibration,
    model: Model,
    uncertainties: Mapping[str, Uncertainty],
    fixed: set[str],
    problems: list[Problem],
) -> Iterator[Uncertainty]:
    """The parameters with the ranges in which they are looked for."""
    known = {key(name): one for name, one in uncertainties.items()}
    known |= {key(one.name): one for name, ends in asked.ranges.items() for one in _ranged(model, name, ends, problems)}
    place, seen = (_TABLE, "parameters"), set()
    for name in asked.parameters:
        shown = shown_name(name)
        if key(name) in seen:
            problems.append((place, f'"{shown}" is listed twice.'))
        elif key(name) not in known:
            near = did_you_mean(name, (one.name for one in known.values()))
            words = f'"{shown}" has no range: write it under [uncertainties] or [calibration.ranges].{near}'
            problems.append((place, words))
        elif known[key(name)].distribution in _WITHOUT_ORDER:
            problems.append((place, f'"{shown}" is {known[key(name)].distribution}; only a range can be searched.'))
        elif key(name) in fixed:
            problems.append((place, f'"{shown}" is set by the scenario that is fitted; leave it out of one of them.'))
        else:
            yield known[key(name)]
        seen.add(key(name))
    listed = {key(name) for name in asked.parameters}
    spare = [name for name in asked.ranges if key(name) not in listed]
    problems += [((_TABLE, "ranges", name), "is not among the parameters.") for name in spare]


def _ranged(model: Model, name: str, ends: tuple[float, float], problems: list[Problem]) -> Iterator[Uncertainty]:
    place = (_TABLE, "ranges", name)
    if name not in model:
        near = did_you_mean(name, (one.name for one in model.visible()))
        problems.append((place, f"the model has no such constant or stock.{near}"))
    elif reason := why_not(model, model[name], scheduled=False):
        problems.append((place, reason))
    else:
        found = Uncertainty(model[name].name, "uniform", *ends)
        problems += [(place, words) for words in problems_of_uncertainty(model[name], found)]
        yield found


def _series(series: Series, model: Model, problems: list[Problem]) -> Series:
    place = (_TABLE, "series", series.name)
    return replace(series, variable=_variable(series.variable, model, (*place, "variable"), problems))


def _bound(bound: Bound, study: Study, model: Model, scenario: str, horizon: Horizon, problems: list[Problem]) -> Bound:
    place = (_TABLE, "bounds", bound.name)
    if bound.scenario:
        _known("scenario", bound.scenario, study.scenarios, (*place, "scenario"), problems)
    if bound.outcome:
        _known("outcome", bound.outcome, study.outcomes, (*place, "outcome"), problems)
        return bound if bound.scenario else replace(bound, scenario=scenario)
    if bound.time is not None and (words := horizon.outside(bound.time)):
        problems.append(((*place, "at"), f"{bound.time:g}: {words}"))
    name = _variable(bound.variable, model, (*place, "variable"), problems)
    return replace(bound, scenario=bound.scenario or scenario, variable=name)


def _variable(name: str, model: Model, place: tuple[str, ...], problems: list[Problem]) -> str:
    """The model's spelling of a stock or auxiliary."""
    if name not in model:
        near = did_you_mean(name, (one.name for one in model.visible() if isinstance(one, Stock | Auxiliary)))
        problems.append((place, f'the model has no variable "{shown_name(name)}".{near}'))
        return name
    variable = model[name]
    if not isinstance(variable, Stock | Auxiliary):
        problems.append((place, f'"{variable.name}" has no course in time. Name a stock or auxiliary.'))
    return variable.name


def _known(kind: str, name: str, known: Iterable[str], place: tuple[str, ...], problems: list[Problem]) -> None:
    known = list(known)
    if name not in known:
        problems.append((place, f'the file has no {kind} "{shown_name(name)}".{did_you_mean(name, known)}'))
