"""Simulated payoffs of two players → the finding "game": equilibria, over futures, over weights, stage by stage.

    player first second   payoff (base run), payoff_mean, payoff_error (standard error of the mean over futures)
    player first second   best_response;  first second: equilibrium, equilibrium_share (of futures), better_for_both
    player                player_title, dominant (the title of the dominant choice; empty without one)
    mixed first           mixed_first;  mixed second: mixed_second;  mixed player: mixed_payoff
    across up first second  equilibrium_at                            coords: the values of two weights
    stage                 stage_at, played_first, played_second;  player: stage_payoff, once_payoff; where nodes have
                          several equilibria also stage_least, stage_most: the range over rules of choice

`first` and `second` are the titles of what each may choose.
"""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.analysis.game.mixed import Floats, Mixed
from sdmodel.analysis.game.selections import Selections
from sdmodel.analysis.game.several import continuum, degeneracy_words, equilibrium_words, selection_words
from sdmodel.analysis.game.tables import (
    Bools,
    Profile,
    best_responses,
    better_for_both,
    dominant,
    equilibria,
    pure_equilibria,
    risk_dominant,
)
from sdmodel.analysis.game.tree import Play
from sdmodel.analysis.wording import caveats, joined, number, scenario_title, share
from sdmodel.study.game.spec import Game
from sdmodel.study.spec import Study

NAME = "game"
_MOST_TOLD = 4  # mixed equilibria in the sentence


@dataclass(frozen=True)
class Map:
    """Pure equilibria [across, up, first, second] where two weights have these values."""

    names: tuple[str, str]
    across: Floats
    up: Floats
    equilibrium: Bools


@dataclass(frozen=True)
class Played:
    """`payoffs` [player, first, second]; `futures` [player, first, second, future], empty without any."""

    study: Study
    game: Game
    payoffs: Floats
    futures: Floats
    mixed: tuple[Mixed, ...] | None
    map: Map | None
    play: Play | None
    seed: int
    notes: tuple[str, ...] = ()
    others: Selections | None = None
    time_unit: str = ""

    @property
    def known(self) -> list[Mixed]:
        """The equilibria of the base run, pure and mixed; of a degenerate game those that are extreme."""
        return [*pure_equilibria(*self.tables), *(self.mixed or ())]

    @property
    def titles(self) -> tuple[list[str], list[str]]:
        """What each player may choose."""
        first, second = ([bundle.title for bundle in player.bundles] for player in self.game.players)
        return first, second

    @property
    def tables(self) -> tuple[Floats, Floats]:
        """What each player gets in the base run [first, second]."""
        return self.payoffs[0], self.payoffs[1]

    @property
    def pure(self) -> list[Profile]:
        """The pure equilibria of the base run."""
        found = np.argwhere(equilibria(*self.payoffs))
        return [(int(row), int(column)) for row, column in found]

    def named(self, profile: Profile) -> str:
        """ "Dove–Hawk": the choice of the first player, then that of the second."""
        return f"{self.titles[0][profile[0]]}–{self.titles[1][profile[1]]}"


def game_finding(played: Played) -> Finding:
    """The finding "game"; see the docstring of the module for its table."""
    variables = {**_of_payoffs(played), **_of_mixed(played)}
    first, second = played.titles
    table = xr.Dataset(
        variables,
        coords={
            "player": [player.name for player in played.game.players],
            "first": first,
            "second": second,
            "mixed": np.arange(len(played.mixed or ())),
        },
        attrs=_attributes(played),
    )
    if played.map is not None:
        cells = (("across", "up", "first", "second"), played.map.equilibrium)
        table = table.assign(equilibrium_at=cells).assign_coords(across=played.map.across, up=played.map.up)
    if played.play is not None:
        table = table.assign(_of_stages(played, played.play))
    asked = [played.study.outcomes[name] for name in played.game.outcomes]
    return Finding(NAME, table, _sentence(played), caveats(played.study, asked, *played.notes, *_notes(played)))


def _of_payoffs(played: Played) -> dict[str, tuple[tuple[str, ...], object]]:
    several = played.futures.shape[-1] > 1
    futures = played.futures if several else played.payoffs[..., None]
    count = futures.shape[-1]
    error = futures.std(axis=-1, ddof=1) / np.sqrt(count) if several else np.full(played.payoffs.shape, np.nan)
    profiles, table = ("first", "second"), ("player", "first", "second")
    each = equilibria(*np.moveaxis(futures, -1, 1))
    names = [_dominant(played, place) for place in range(2)]
    better = np.zeros(played.payoffs.shape[1:], dtype=bool)
    for one in played.pure:
        for profile in better_for_both(*played.tables, one):
            better[profile] = True
    return {
        "payoff": (table, played.payoffs),
        "payoff_mean": (table, futures.mean(axis=-1)),
        "payoff_error": (table, error),
        "best_response": (table, np.stack(best_responses(*played.tables))),
        "equilibrium": (profiles, equilibria(*played.tables)),
        "equilibrium_share": (profiles, each.mean(axis=0)),
        "better_for_both": (profiles, better),
        "player_title": (("player",), np.array([player.title for player in played.game.players], dtype=np.str_)),
        "dominant": (("player",), np.array(names, dtype=np.str_)),
    }


def _of_mixed(played: Played) -> dict[str, tuple[tuple[str, ...], object]]:
    found = played.mixed or ()
    sizes = played.payoffs.shape[1:]
    return {
        "mixed_first": (("mixed", "first"), np.array([one.first for one in found]).reshape(-1, sizes[0])),
        "mixed_second": (("mixed", "second"), np.array([one.second for one in found]).reshape(-1, sizes[1])),
        "mixed_payoff": (("mixed", "player"), np.array([one.payoffs for one in found]).reshape(-1, 2)),
    }


def _of_stages(played: Played, play: Play) -> dict[str, tuple[tuple[str, ...], object]]:
    assert played.game.stages is not None
    titles = played.titles
    once = played.pure
    best = max(once, key=lambda one: float(played.payoffs[(slice(None), *one)].sum())) if once else None
    others = played.others
    ends = {"stage_least": others.least, "stage_most": others.most} if others else {}
    return {
        **{name: (("player",), np.array(values)) for name, values in ends.items()},
        "stage_at": (("stage",), np.array(played.game.stages.times)),
        "played_first": (("stage",), np.array([titles[0][row] for row, _ in play.path], dtype=np.str_)),
        "played_second": (("stage",), np.array([titles[1][column] for _, column in play.path], dtype=np.str_)),
        "stage_payoff": (("player",), np.array(play.values)),
        "once_payoff": (("player",), np.full(2, np.nan) if best is None else played.payoffs[(slice(None), *best)]),
    }


def _attributes(played: Played) -> dict[str, object]:
    safe = risk_dominant(*played.tables, played.pure)
    play = played.play
    return {
        "study": played.study.name,
        "title": played.game.title,
        "scenario": played.game.scenario,
        "scenario_title": scenario_title(played.study, played.game.scenario),
        "players": [player.title for player in played.game.players],
        "weights": list(played.map.names) if played.map else [],
        "risk_dominant": "" if safe is None else played.named(safe),
        "futures": played.futures.shape[-1],
        "seed": played.seed,
        "nodes": play.nodes if play else 0,
        "nodes_with_several": play.several if play else 0,
        "nodes_that_mix": play.mixing if play else 0,
        "nodes_on_the_way_with_several": play.on_path if play else 0,
        "rules_of_choice": played.others.rules if played.others else 0,
        "first_moves": [played.named(one) for one in played.others.first_moves] if played.others else [],
        "degenerate": continuum(*played.tables, played.known),
    }


def _dominant(played: Played, player: int) -> str:
    choice = dominant(played.payoffs[player], player)
    return "" if choice is None else played.titles[player][choice]


def _notes(played: Played) -> list[str]:
    notes = []
    if played.mixed is None:
        notes.append("Mixed equilibria were not sought: they need the extra \"game\", pip install 'sdmodel[game]'.")
    if played.play is not None:
        play = played.play
        notes += _of_play(play, played.game.stages.over if played.game.stages else 0.0)
    notes.append("Payoffs are what the study says that players want; nothing shows that governments want this.")
    return notes


def _of_play(play: Play, over: float) -> list[str]:
    """How the paths through the stages are run, and how their tree is solved."""
    notes = [f"Stage by stage what is chosen first holds from the start of the run; later choices come over {over:g}."]
    if play.several:
        notes.append(
            f"Stage by stage: {play.several:,} of {play.nodes:,} nodes have several equilibria, of which the one with "
            "the greatest sum is played. The other rules are the best and the worst for either at every node, and "
            "random choices; equilibria that no such rule finds may lie outside their range."
        )
    if play.mixing:
        notes.append(f"Stage by stage: {play.mixing:,} of {play.nodes:,} nodes have only a mixed equilibrium.")
    return notes


def _sentence(played: Played) -> str:
    lone = degeneracy_words(*played.tables, played.known, played.titles)
    parts = [_pure(played), _dominance(played), _mixed(played), lone, _over_futures(played), _stages(played)]
    return f"{played.game.title} " + " ".join(part for part in parts if part)


def _pure(played: Played) -> str:
    pure = played.pure
    if not pure:
        return "No pair of choices is an equilibrium."
    named = joined([played.named(one) for one in pure])
    said = f"{'The equilibrium is' if len(pure) == 1 else 'Equilibria are'} {named}."
    better = better_for_both(*played.tables, pure[0]) if len(pure) == 1 else []
    if better:
        both = max(better, key=lambda one: float(played.payoffs[(slice(None), *one)].sum()))
        said += f" Both would be better off with {played.named(both)}, which is none: a dilemma."
    safe = risk_dominant(*played.tables, pure)
    return f"{said} {played.named(safe)} is risk-dominant." if safe else said


def _dominance(played: Played) -> str:
    pairs = [(player.title, _dominant(played, place)) for place, player in enumerate(played.game.players)]
    told = [f"for {player} {choice.lower()}" for player, choice in pairs if choice]
    return f"Whatever the other does, best is {joined(told)}." if told else ""


def _mixed(played: Played) -> str:
    found = played.mixed or ()
    if not found:
        return ""
    return f"Mixed: {'; '.join(equilibrium_words(one, played.titles) for one in found[:_MOST_TOLD])}."


def _over_futures(played: Played) -> str:
    count = played.futures.shape[-1]
    if count < 2:
        return ""
    each = equilibria(*np.moveaxis(played.futures, -1, 1))
    counts = each.sum(axis=0)
    order = np.argsort(-counts, axis=None, kind="stable")[:3]
    told = [
        f"{played.named((int(at) // counts.shape[1], int(at) % counts.shape[1]))} {_part(int(counts.flat[at]), count)}"
        for at in order
        if counts.flat[at]
    ]
    none = int((~each.any(axis=(1, 2))).sum())
    told += [f"no pair {_part(none, count)}"] if none else []
    return f"Over {count:,} futures the equilibrium is {joined(told)}."


def _part(part: int, of: int) -> str:
    """ "in 94 %", "in all"."""
    return share(part, of).partition(" of ")[0]


def _stages(played: Played) -> str:
    if played.play is None or played.game.stages is None:
        return ""
    steps = [
        f"{number(time, of_time=True)} {played.named(profile)}"
        for time, profile in zip(played.game.stages.times, played.play.path, strict=True)
    ]
    worth = joined([number(value) for value in played.play.values])
    begin, every = played.game.stages.first, played.game.stages.every
    apart = f"{every:g} {played.time_unit.casefold().rstrip('s')}s" if played.time_unit else f"{every:g}"
    said = f"Chosen anew from {number(begin, of_time=True)} on, every {apart}: {', '.join(steps)}; worth {worth}."
    several = selection_words(
        [player.title for player in played.game.players], played.play, played.others, played.named
    )
    return f"{said} {several}" if several else said
