"""The game of a study and a Model → the same game in the model's own names, checked."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from sdmodel.model.model import Model
from sdmodel.model.names import did_you_mean, key
from sdmodel.study.checks.bind import BoundSettings
from sdmodel.study.game.spec import Game, Player
from sdmodel.study.places import Location, Problem, shown_name
from sdmodel.study.spec import Study
from sdmodel.study.terms import Schedule, Setting
from sdmodel.study.within import Horizon


def bound_game(
    study: Study, model: Model, horizon: Horizon, problems: list[Problem], settings: BoundSettings
) -> Game | None:
    """The game of `study`, bound; what does not fit is added to `problems`."""
    game = study.game
    if game is None:
        return None

    timed = game.stages is not None

    def numbers(values: Mapping[str, float], place: Location) -> dict[str, float]:
        bound: dict[str, float] = {}
        for name, value in values.items():
            found = settings(model, {name: _setting(value, timed)}, place, horizon, problems)
            bound |= dict.fromkeys(found, value)
        return bound

    first, second = (_player(one, numbers) for one in game.players)
    bound = replace(game, players=(first, second), weights=_weights(game, model, horizon, problems, settings))
    problems += _schedules(study, bound)
    if game.stages is not None:
        for time in game.stages.times:
            if words := horizon.outside(time):
                problems.append((("game", "stages"), f"{time:g}: {words}"))
    return bound


def _setting(value: float, timed: bool) -> Setting:
    """A number; a course in time where bundles change on the way."""
    return Schedule(table=((0.0, value), (1.0, value))) if timed else value


def _player(player: Player, numbers: Callable[[Mapping[str, float], Location], dict[str, float]]) -> Player:
    place = ("game", "players", player.name, "bundles")
    bundles = tuple(
        replace(bundle, settings=numbers(bundle.settings, (*place, bundle.name))) for bundle in player.bundles
    )
    return replace(player, bundles=bundles)


def _weights(
    game: Game, model: Model, horizon: Horizon, problems: list[Problem], settings: BoundSettings
) -> dict[str, tuple[float, float]]:
    """Weights by the names of inputs of the model, or of outcomes in the payoffs."""
    bound: dict[str, tuple[float, float]] = {}
    place = ("game", "weights")
    for name, ends in game.weights.items():
        if name in game.outcomes:
            bound[name] = ends
        elif name not in model:
            known = [*game.outcomes, *(one.name for one in model.visible())]
            said = f'"{shown_name(name)}" is neither an outcome of the payoffs nor an input.{did_you_mean(name, known)}'
            problems.append(((*place, name), said))
        else:
            for end in ends:
                bound |= dict.fromkeys(settings(model, {name: end}, place, horizon, problems), ends)
    return bound


def _schedules(study: Study, game: Game) -> list[Problem]:
    """What bundles set must not follow a course in time in the scenario."""
    if game.scenario not in study.scenarios:
        return []
    courses = {
        key(name): name for name, one in study.scenarios[game.scenario].settings.items() if isinstance(one, Schedule)
    }
    return [
        (("game", "scenario"), f'"{name}" follows a course in time in "{game.scenario}": take another scenario.')
        for name in (*game.inputs, *game.weights)
        if key(name) in courses
    ]
