"""The table `[game]` of a study file: what it may say, and the game that it is."""

from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from sdmodel.model.names import did_you_mean
from sdmodel.study.fields import Checked, Finite, Name, Positive, Text
from sdmodel.study.game.spec import Bundle, Game, Player, Stages
from sdmodel.study.places import Location, Problem, shown_name
from sdmodel.study.search.table import Span

PLAYERS, MOST_BUNDLES, MOST_PATHS = 2, 12, 2_000_000


def _payoff(value: Any) -> Any:
    """One outcome by its name is that outcome with weight 1."""
    return {value: 1.0} if isinstance(value, str) and value else value


class BundleTable(BaseModel):
    """`title`; every other key sets an input of the model to a number."""

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, Finite]

    title: Text = ""


class PlayerTable(Checked, BaseModel):
    """A player; see `Player` in `study/game_spec.py`."""

    payoff: Annotated[dict[Name, Finite], Field(min_length=1), BeforeValidator(_payoff)]
    bundles: Annotated[dict[Name, BundleTable], Field(min_length=2, max_length=MOST_BUNDLES)]
    title: Text = ""


class StagesTable(Checked, BaseModel):
    """When bundles are chosen anew; see `Stages` in `study/game_spec.py`."""

    first: Finite
    every: Positive
    count: Annotated[int, Field(strict=True, ge=2, le=10)]
    over: Positive

    @model_validator(mode="after")
    def _in_turn(self) -> "StagesTable":
        if self.over >= self.every:
            raise ValueError(f'"over" must be less than "every": {self.over:g} and {self.every:g}')
        return self


class GameTable(Checked, BaseModel):
    """A game; see `Game` in `study/game_spec.py` for what the keys mean."""

    players: dict[Name, PlayerTable]
    scenario: Text = ""
    weights: dict[Name, Span] = {}
    stages: StagesTable | None = None
    title: Text = ""
    basis: Text = ""

    @model_validator(mode="after")
    def _small(self) -> "GameTable":
        if len(self.players) != PLAYERS:
            raise ValueError(f'"players" must be two, not {len(self.players)}')
        first, second = (len(player.bundles) for player in self.players.values())
        if self.stages is not None and (first * second) ** self.stages.count > MOST_PATHS:
            paths = (first * second) ** self.stages.count
            raise ValueError(f"{paths:,} paths through all stages; {MOST_PATHS:,} are the most: take fewer stages")
        return self


def game_of(table: GameTable | None, baseline: str) -> Game | None:
    """The game that `table` describes; None without one."""
    if table is None:
        return None
    first, second = (_player(name, one) for name, one in table.players.items())
    stages = table.stages
    return Game(
        title=table.title or f"{first.title} and {second.title}",
        scenario=table.scenario or baseline,
        players=(first, second),
        weights={name: (low, high) for name, (low, high) in table.weights.items()},
        stages=Stages(stages.first, stages.every, stages.count, stages.over) if stages else None,
        basis=table.basis,
    )


def table_at(location: tuple[Any, ...]) -> type[BaseModel] | None:
    """Which of these tables the key at the end of `location` stands in, if any: it knows which keys there are."""
    if location[:1] != ("game",):
        return None
    if location[1:2] == ("stages",):
        return StagesTable if len(location) == 3 else None
    tables: dict[int, type[BaseModel]] = {2: GameTable, 4: PlayerTable}
    return tables.get(len(location))


def problems_of_game(
    table: GameTable | None, scenarios: Collection[str], outcomes: Collection[str]
) -> Iterator[Problem]:
    """Scenarios and outcomes that the file has not."""
    if table is None:
        return
    if table.scenario:
        yield from _absent(("game", "scenario"), "scenario", [table.scenario], scenarios)
    for name, player in table.players.items():
        yield from _absent(("game", "players", name, "payoff"), "outcome", player.payoff, outcomes)


def _absent(place: Location, kind: str, names: Collection[str], known: Collection[str]) -> Iterator[Problem]:
    for name in names:
        if name not in known:
            yield place, f'the file has no {kind} "{shown_name(name)}".{did_you_mean(name, known)}'


def _player(name: str, table: PlayerTable) -> Player:
    bundles = tuple(
        Bundle(bundle, one.title or _title(bundle), dict(_numbers(one))) for bundle, one in table.bundles.items()
    )
    return Player(name, table.title or _title(name), dict(table.payoff), bundles)


def _numbers(table: BundleTable) -> Mapping[str, float]:
    return {name: float(value) for name, value in table.__pydantic_extra__.items()}


def _title(name: str) -> str:
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]
