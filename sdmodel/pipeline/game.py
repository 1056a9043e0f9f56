"""The game of a study → the finding "game": every pair of choices is run, and the payoffs make the game.

Base run, drawn futures, a map over two weights, and all paths through the stages at which choices are made anew.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.game.finding import Map, Played, game_finding
from sdmodel.analysis.game.mixed import Floats
from sdmodel.analysis.game.selections import Selections, selections
from sdmodel.analysis.game.tables import Bools, equilibria, mixed
from sdmodel.analysis.game.tree import Play, Tree
from sdmodel.design.asked import chosen_of
from sdmodel.design.moved import Ground, Ints, ground, through_points
from sdmodel.errors import ExperimentError, StudyError
from sdmodel.model.model import TIME_STEP, Model
from sdmodel.pipeline.drawn import futures_of, with_origin
from sdmodel.pipeline.levers.asking import Asking, asked_outcomes
from sdmodel.pipeline.progress import Progress
from sdmodel.study.game.spec import Game, Player
from sdmodel.study.spec import Study

FUTURES, MOST_FUTURES = 200, 100_000
_STAGES = ("Choices", "Weights", "Paths")


@dataclass(frozen=True)
class Table:
    """Runs pairs of choices: row by row, or path by path through the stages."""

    asking: Asking
    game: Game
    ground: Ground

    @property
    def sizes(self) -> tuple[int, int]:
        """How many choices each player has."""
        first, second = (len(player.bundles) for player in self.game.players)
        return first, second

    def setting(self, name: str, first: Ints, second: Ints, future: Ints) -> Floats:
        """The values [row] of an input where the players choose these bundles; the lesser of two that both set."""
        column = f"{name} @ start" if f"{name} @ start" in self.ground.columns else name
        own = self.ground.columns[column][future]
        asked = [
            _of_bundles(player, name, chosen, own)
            for player, chosen in zip(self.game.players, (first, second), strict=True)
            if any(name in bundle.settings for bundle in player.bundles)
        ]
        return asked[0] if len(asked) == 1 else np.minimum(*asked)

    def columns(self, first: Ints, second: Ints, future: Ints) -> dict[str, Floats]:
        """All inputs that bundles set, from the start of the run on."""
        return {name: self.setting(name, first, second, future) for name in self.game.inputs}

    def payoffs(self, numbers: Mapping[str, Floats], weights: Mapping[str, Floats] | None = None) -> Floats:
        """What each player gets [player, row]; `weights` [row] stand for the size of those of outcomes."""

        def weight(name: str, own: float) -> Floats | float:
            given = (weights or {}).get(name)
            return own if given is None else np.sign(own) * given

        sums = [
            sum((weight(name, own) * numbers[name] for name, own in player.payoff.items()), np.zeros(1))
            for player in self.game.players
        ]
        return np.stack([np.asarray(one, dtype=np.float64) for one in sums])


def game(
    study: Study,
    model: Model,
    *,
    weights: Sequence[str] = (),
    futures: int = FUTURES,
    points: int = 21,
    stages: bool = False,
    seed: int | None = None,
    sample: Path | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Finding:
    """The game of `study`, which is bound to `model`, played with simulated payoffs; see `analysis.game_finding`.

    `weights` names the two over which the map of equilibria goes (default: the first two of the study; none, no map),
    with `points` values on either axis. With `stages` choices are made anew at the times that the study names, and all
    paths are run: with three choices each and five stages 59,049. What is chosen first holds from the start of the
    run on. The `futures` are drawn from the posterior in the file `sample` if there is one.

    Raises:
        StudyError: the study has no game, or no stages when they are asked for.
        ExperimentError: weights that are unknown, numbers that cannot be, runs that failed.
    """
    asked = _asked(study, futures, points, stages)
    own_seed = study.seed if seed is None else seed
    asking = Asking(study, model, asked_outcomes(study, *asked.outcomes), own_seed, threads, progress)
    names = _weights(asked, weights)
    inputs = [*asked.inputs, *(name for name in names if name not in asked.outcomes)]
    base = Table(asking, asked, ground(study, model, asked.scenario, None, constants=inputs))
    payoffs = _profiles(base)[..., 0]
    if not np.isfinite(payoffs).all():
        raise ExperimentError("Some pair of choices ends in a run that fails or has no payoff: the game is not known.")
    play, others = _play(study, model, asking, asked) if stages else (None, None)
    played = Played(
        study=study,
        game=asked,
        payoffs=payoffs,
        futures=_futures(base, model, inputs, futures, sample),
        mixed=tuple(mixed(*payoffs)) if find_spec("nashpy") else None,
        map=_map(base, names, points) if len(names) == 2 else None,
        play=play,
        others=others,
        seed=own_seed,
        notes=_failures(asking),
        time_unit=model[TIME_STEP].unit,
    )
    return with_origin(game_finding(played), study, model, sample, [asked.scenario])


def _asked(study: Study, futures: int, points: int, stages: bool) -> Game:
    if study.game is None:
        raise StudyError(f"{study.path.name}: the study has no game; a table [game] makes one.")
    if stages and study.game.stages is None:
        raise StudyError(f"{study.path.name}: the game has no stages; a table [game.stages] says when choices change.")
    if not 0 <= futures <= MOST_FUTURES:
        raise ExperimentError(f"--futures {futures}: the game can be played in 0 to {MOST_FUTURES:,} futures.")
    if not 2 <= points <= 201:
        raise ExperimentError(f"--points {points}: a map has 2 to 201 points on either axis.")
    return study.game


def _weights(game: Game, wanted: Sequence[str]) -> tuple[str, ...]:
    """The two weights of the map, or none."""
    if not wanted:
        return tuple(game.weights)[:2] if len(game.weights) > 1 else ()
    if len(wanted) != 2:
        raise ExperimentError(f"--weights: a map goes over two weights, not {len(wanted)}.")
    return tuple(chosen_of("weight", wanted, game.weights))


def _of_bundles(player: Player, name: str, chosen: Ints, own: Floats) -> Floats:
    """What the chosen bundle of a player sets; `own` where it does not set it."""
    values = np.array([bundle.settings.get(name, np.nan) for bundle in player.bundles])[chosen]
    return np.where(np.isnan(values), own, values)


def _profiles(table: Table) -> Floats:
    """Payoffs [player, first, second, future] of all pairs of choices."""
    shape = (*table.sizes, table.ground.futures)
    first, second, future = (one.ravel() for one in np.indices(shape))

    def columns(part: slice) -> dict[str, Floats]:
        return table.columns(first[part], second[part], future[part])

    numbers = table.asking.numbers(table.ground, future, columns, _STAGES[0])
    return table.payoffs(numbers).reshape(2, *shape)


def _futures(base: Table, model: Model, inputs: Sequence[str], futures: int, sample: Path | None) -> Floats:
    """Payoffs [player, first, second, future] of the futures in which no run failed; no futures without any."""
    study = base.asking.study
    drawn = futures_of(study, model, futures, seed=base.asking.seed, sample=sample) if futures > 1 or sample else None
    if drawn is None:
        return np.empty((2, *base.sizes, 0))
    found = _profiles(replace(base, ground=ground(study, model, base.game.scenario, drawn, constants=inputs)))
    return found[..., np.isfinite(found).all(axis=(0, 1, 2))]


def _map(base: Table, names: tuple[str, ...], points: int) -> Map:
    """Pure equilibria over two weights: inputs of the model, or weights of outcomes in the payoffs."""
    across, up = (np.linspace(*base.game.weights[name], points) for name in names)
    shape = (points, points, *base.sizes)
    column, row, first, second = (one.ravel() for one in np.indices(shape))
    future = np.zeros(len(first), dtype=np.int64)
    values = dict(zip(names, (across[column], up[row]), strict=True))

    def columns(part: slice) -> dict[str, Floats]:
        own = {name: one[part] for name, one in values.items() if name not in base.game.outcomes}
        return base.columns(first[part], second[part], future[part]) | own

    numbers = base.asking.numbers(base.ground, future, columns, _STAGES[1])
    payoffs = base.payoffs(numbers, values).reshape(2, *shape)
    known = np.asarray(np.isfinite(payoffs).all(axis=(0, 3, 4)))
    found: Bools = equilibria(payoffs[0], payoffs[1]) & known[..., None, None]
    return Map((names[0], names[1]), across, up, found)


def _play(study: Study, model: Model, asking: Asking, game: Game) -> tuple[Play, Selections | None]:
    """All paths through the stages, solved from their ends, and what hangs on which of several equilibria is played."""
    stages = game.stages
    assert stages is not None
    points = 2 * (stages.count - 1)
    table = Table(asking, game, ground(study, model, game.scenario, None, tables=dict.fromkeys(game.inputs, points)))
    profiles = table.sizes[0] * table.sizes[1]
    paths = np.arange(profiles**stages.count)
    future = np.zeros(len(paths), dtype=np.int64)

    def columns(part: slice) -> dict[str, Floats]:
        return _courses(table, paths[part], profiles)

    numbers = asking.numbers(table.ground, future, columns, _STAGES[2])
    payoffs = table.payoffs(numbers)
    if not np.isfinite(payoffs).all():
        raise ExperimentError("Some path through the stages ends in a run that fails: the game cannot be solved.")
    tree = Tree(payoffs[0], payoffs[1], table.sizes, stages.count)
    play = tree.solved()
    return play, selections(tree, play, asking.seed)


def _courses(table: Table, paths: Ints, profiles: int) -> dict[str, Floats]:
    """The columns of all inputs along paths.

    What is chosen first holds from the start of the run on, at once; each later choice comes in a straight line.
    """
    stages = table.game.stages
    assert stages is not None
    future = np.zeros(len(paths), dtype=np.int64)
    digits = [paths // profiles ** (stages.count - 1 - stage) % profiles for stage in range(stages.count)]
    chosen = [(digit // table.sizes[1], digit % table.sizes[1]) for digit in digits]
    moved: dict[str, Floats] = {}
    for name in table.game.inputs:
        values = [table.setting(name, first, second, future) for first, second in chosen]
        points = [
            point
            for stage, time in enumerate(stages.times[1:], start=1)
            for point in ((time, values[stage - 1]), (time + stages.over, values[stage]))
        ]
        moved |= through_points(name, points)
    return moved


def _failures(asking: Asking) -> tuple[str, ...]:
    count = asking.count
    return (f"{count.failed:,} of {count.runs:,} runs failed; their futures are not counted.",) if count.failed else ()
