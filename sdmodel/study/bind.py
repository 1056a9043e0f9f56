"""A Study and a Model → the same Study in the model's own names, with every name, unit, range and time checked."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from sdmodel.model.model import FINAL_TIME, INITIAL_TIME, TIME_STEP, Constant, Model, Table, Variable
from sdmodel.model.names import did_you_mean, key
from sdmodel.study.calibration.bind import bound_calibration
from sdmodel.study.checks.bind import bound_checks
from sdmodel.study.evidence import claims, parameters
from sdmodel.study.game.bind import bound_game
from sdmodel.study.groups import bound_groups
from sdmodel.study.inputs import number_of, why_not
from sdmodel.study.places import Problem, shown_name, study_error
from sdmodel.study.search.bind import bound_searches
from sdmodel.study.spec import Study
from sdmodel.study.structure.bind import bound_structure
from sdmodel.study.structure.loops import bound_loops
from sdmodel.study.terms import Outcome, Scenario, Schedule, Setting, Shock, Uncertainty, Variant
from sdmodel.study.within import Horizon, problems_of_setting, problems_of_uncertainty

_INSPECT = ' "sdmodel inspect" lists all that can be set.'


def bind(study: Study, model: Model) -> Study:
    """`study` with names replaced by the model's own spelling, and units of outcomes filled in.

    A number or a schedule with a start, set for an uncertain constant, wins over its draws in that scenario; only a
    schedule without a start goes on from the draw. Binding a bound study changes nothing.

    Raises:
        StudyError: names that the model has not or that cannot be set, values outside the limits of their variable,
            times outside the run, and what else does not fit; a line for each, in the order of the file.
    """
    problems: list[Problem] = []
    horizon = _horizon(study, model)
    kinds: dict[str, Mapping[str, Scenario | Shock | Variant]] = {
        "scenarios": study.scenarios,
        "shocks": study.shocks,
        "variants": study.variants,
    }
    settings = {
        (kind, name): _settings(model, one.settings, (kind, name), horizon, problems)
        for kind, table in kinds.items()
        for name, one in table.items()
    }
    uncertainties = _uncertainties(model, study.uncertainties, problems)
    follows = {key(name) for set_by in settings.values() for name, one in set_by.items() if isinstance(one, Schedule)}
    outcomes = {name: _outcome(model, one, follows, horizon, problems) for name, one in study.outcomes.items()}
    figures = [_drawn(model, name, follows, ("report", "figures"), problems) for name in study.figures]
    past = study.calibration.settings if study.calibration else {}
    past = _settings(model, past, ("calibration", "settings"), horizon, problems)
    calibration = bound_calibration(study, model, past, uncertainties, horizon, problems)
    checks = bound_checks(study, model, follows, problems, _settings, _drawn)
    loops = bound_loops(study, model, horizon, problems, _settings)
    structure = bound_structure(study, model, horizon, problems, _settings)
    game = bound_game(study, model, horizon, problems, _settings)
    searches = bound_searches(study, model, horizon, problems, _settings)
    groups = bound_groups(study, model, uncertainties, problems)
    problems += _saving(study, model, horizon)
    problems = [parameters.at_row(study, problem) for problem in problems]
    problems += [*parameters.problems_of_parameters(study, model), *claims.problems_of_claims(study, model)]
    if problems:
        raise study_error(study.path if study.path.name else Path(study.name), study.lines, problems)
    return replace(
        study,
        scenarios={name: replace(one, settings=settings["scenarios", name]) for name, one in study.scenarios.items()},
        shocks={name: replace(one, settings=settings["shocks", name]) for name, one in study.shocks.items()},
        variants={name: replace(one, settings=settings["variants", name]) for name, one in study.variants.items()},
        uncertainties=uncertainties,
        outcomes=outcomes,
        figures=tuple(dict.fromkeys(figures)),
        parameters=parameters.in_model(study, model),
        claims=claims.in_model(study, model),
        calibration=calibration,
        checks=checks,
        loops=loops,
        structure=structure,
        groups=groups,
        searches=searches,
        game=game,
    )


def _settings(
    model: Model, settings: Mapping[str, Setting], table: tuple[str, ...], horizon: Horizon, problems: list[Problem]
) -> dict[str, Setting]:
    bound: dict[str, Setting] = {}
    for name, setting in settings.items():
        place = (*table, name)
        variable = _input(model, name, place, isinstance(setting, Schedule), problems)
        if variable is None:
            continue
        if variable.name in bound:
            problems.append((place, f'"{variable.name}" is set twice here, in two spellings.'))
        extreme = table[0] in ("checks", "loops", "structure")  # they ask what happens at the edge
        wrong = problems_of_setting(model, variable, setting, horizon, extreme=extreme)
        problems += [(place, words) for words in wrong]
        bound[variable.name] = setting
    return bound


def _uncertainties(
    model: Model, uncertainties: Mapping[str, Uncertainty], problems: list[Problem]
) -> dict[str, Uncertainty]:
    bound: dict[str, Uncertainty] = {}
    for name, uncertainty in uncertainties.items():
        place = ("uncertainties", name)
        variable = _input(model, name, place, False, problems)
        if variable is None:
            continue
        if variable.name in bound:
            problems.append((place, f'"{variable.name}" is uncertain twice, in two spellings.'))
        problems += [(place, words) for words in problems_of_uncertainty(variable, uncertainty)]
        bound[variable.name] = replace(uncertainty, name=variable.name)
    return bound


def _outcome(model: Model, outcome: Outcome, follows: set[str], horizon: Horizon, problems: list[Problem]) -> Outcome:
    place = ("outcomes", outcome.name)
    name = _drawn(model, outcome.variable, follows, (*place, "variable"), problems)
    if outcome.time is not None and (words := horizon.outside(outcome.time)):
        problems.append(((*place, "reduce"), f"at {outcome.time:g}: {words}"))
    return replace(outcome, variable=name, unit=outcome.unit or _unit(model, name, outcome.reduce))


def _unit(model: Model, name: str, reduce: str) -> str:
    time = model[TIME_STEP].unit if TIME_STEP in model else ""
    unit = model[name].unit if name in model else ""
    if reduce == "first":
        return time
    if reduce != "integral":
        return unit
    return f"{unit}*{time}" if unit and time and key(unit) not in ("dmnl", "dimensionless", "1") else time


def _input(
    model: Model, name: str, place: tuple[str, ...], scheduled: bool, problems: list[Problem]
) -> Variable | None:
    if name not in model:
        near = did_you_mean(name, (one.name for one in model.visible() if not why_not(model, one, scheduled=scheduled)))
        known = did_you_mean(name, (one.name for one in model.visible()))
        what = "constant" if scheduled else "constant, control or stock"
        problems.append((place, f"the model has no such {what}.{near or known or _INSPECT}"))
        return None
    variable = model[name]
    if reason := why_not(model, variable, scheduled=scheduled):
        problems.append((place, f"{reason}{_INSPECT}"))
        return None
    return variable


def _drawn(model: Model, name: str, follows: set[str], place: tuple[str, ...], problems: list[Problem]) -> str:
    """The model's spelling of a variable that has a trajectory."""
    if name not in model:
        near = did_you_mean(name, (one.name for one in model.visible()))
        problems.append((place, f'the model has no variable "{shown_name(name)}".{near}'))
        return name
    variable = model[name]
    if isinstance(variable, Table) or (isinstance(variable, Constant) and key(name) not in follows):
        kind = "a table (lookup)" if isinstance(variable, Table) else "a constant that follows no schedule"
        problems.append((place, f'"{variable.name}" is {kind}: it has no course in time. Name a stock or auxiliary.'))
    return variable.name


def _horizon(study: Study, model: Model) -> Horizon:
    """The times that the runs of all scenarios have in common."""
    starts, stops = [number_of(model, INITIAL_TIME)], [number_of(model, FINAL_TIME)]
    for scenario in study.scenarios.values():
        own = {key(name): setting for name, setting in scenario.settings.items() if not isinstance(setting, Schedule)}
        starts.append(own.get(key(INITIAL_TIME)))
        stops.append(own.get(key(FINAL_TIME)))
    return Horizon(max(_known(starts), default=None), min(_known(stops), default=None))


def _known(times: Iterable[float | None]) -> list[float]:
    return [time for time in times if time is not None]


def _saving(study: Study, model: Model, horizon: Horizon) -> list[Problem]:
    every, step = study.save_every, number_of(model, TIME_STEP)
    if every is None or not step:
        return []
    steps = every / step
    if steps < 1 or abs(steps - round(steps)) > 1e-6 * steps:
        return [(("save_every",), f"{every:g} is not a whole number of time steps of {step:g}.")]
    if horizon.length is not None and every > horizon.length:
        return [(("save_every",), f"{every:g} is longer than the run, {horizon.length:g}.")]
    return []
