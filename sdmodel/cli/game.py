"""`game`: two players, their choices, simulated payoffs: which pairs of choices are equilibria."""

from typing import TYPE_CHECKING, Annotated

import typer

from sdmodel.cli import shipped
from sdmodel.cli.console import Column, progress, say, table
from sdmodel.cli.keeping import Output, claimed, kept
from sdmodel.cli.look import Json
from sdmodel.cli.numbers import decimals, percent, shown
from sdmodel.cli.options import Futures, FuturesFrom, Seed
from sdmodel.cli.telling import present

if TYPE_CHECKING:
    import xarray as xr

_EQUILIBRIUM = "*"


def game(
    study: Annotated[str, typer.Argument(help="A study (.toml) with a game, or the name of a shipped one.")],
    weights: Annotated[
        list[str] | None, typer.Option(help="Weight over which the map goes; give two. Default: the study's first two.")
    ] = None,
    futures: Futures = 200,
    points: Annotated[int, typer.Option(min=2, max=201, help="Values of each weight on the map.")] = 21,
    stages: Annotated[bool, typer.Option("--stages", help="Choices are made anew at the study's stages.")] = False,
    seed: Seed = None,
    futures_from: FuturesFrom = None,
    output: Output = None,
    as_json: Json = False,
) -> None:
    """Play the game of a study with simulated payoffs: best responses, equilibria, and what they hang on.

    Pure and mixed equilibria, dominance, the share of futures in which each pair of choices is an equilibrium, a map
    over two weights of the payoffs, and play stage by stage from the end of the tree. There the first choice holds
    from the start of the run on, in full; each later one comes in a straight line over the time that the study says.

    Example:

    sdmodel game richardson --futures 50
    """
    from sdmodel import pipeline  # xarray, zarr and the compiler: not for --help
    from sdmodel.pipeline.game import game as played

    question = pipeline.load(shipped.study(study))
    claimed(output, question.study)
    with progress() as advance:
        finding = played(
            question.study,
            question.model,
            weights=weights or (),
            futures=futures,
            points=points,
            stages=stages,
            seed=seed,
            sample=futures_from,
            progress=advance,
        )
    finding, file = kept(finding, output, question.study)
    present(finding, as_json, _print_payoffs, _print_shares, _print_map, _print_stages, file=file)


def _print_payoffs(found: "xr.Dataset") -> None:
    """A row a choice of the first player, a column a choice of the second; both payoffs in a cell."""
    players = list(map(str, found["player_title"].values))
    places = [min(decimals(found["payoff"].values[player].ravel()), 3) for player in range(2)]

    def cell(row: int, column: int) -> str:
        values = [shown(found["payoff"].values[player, row, column], places[player]) for player in range(2)]
        mark = f" {_EQUILIBRIUM}" if bool(found["equilibrium"].values[row, column]) else ""
        return f"{', '.join(values)}{mark}"

    rows, columns = found.sizes["first"], found.sizes["second"]
    say(f"{players[0]} chooses the row, {players[1]} the column; {_EQUILIBRIUM} marks an equilibrium")
    table(
        "",
        [
            Column("", list(map(str, found["first"].values)), words=True),
            *(Column(str(found["second"].values[at]), [cell(row, at) for row in range(rows)]) for at in range(columns)),
        ],
    )


def _print_shares(found: "xr.Dataset") -> None:
    if found.attrs["futures"] < 2:
        return
    shares = found["equilibrium_share"].values
    say("")
    say(f"Equilibrium in how many of {found.attrs['futures']:,} futures")
    table(
        "",
        [
            Column("", list(map(str, found["first"].values)), words=True),
            *(
                Column(str(name), [percent(value) for value in shares[:, at]])
                for at, name in enumerate(found["second"].values)
            ),
        ],
    )


def _print_map(found: "xr.Dataset") -> None:
    """How much of the map each pair of choices is an equilibrium on."""
    if "equilibrium_at" not in found:
        return
    across, up = found.attrs["weights"]
    where = found["equilibrium_at"].values
    pairs = [(row, column) for row in range(where.shape[2]) for column in range(where.shape[3])]
    pairs = [pair for pair in pairs if where[(..., *pair)].any()]
    alone = where.sum(axis=(2, 3)) == 1
    say("")
    say(f"{across} {_span(found, 'across')} against {up} {_span(found, 'up')}: equilibria on the map")
    table(
        "",
        [
            Column("pair", [f"{found['first'].values[row]}–{found['second'].values[column]}" for row, column in pairs],
                   words=True),
            Column("on", [percent(where[(..., *pair)].mean()) for pair in pairs]),
            Column("the only one on", [percent((where[(..., *pair)] & alone).mean()) for pair in pairs]),
        ],
    )  # fmt: skip


def _print_stages(found: "xr.Dataset") -> None:
    if "stage_at" not in found:
        return
    players = list(map(str, found["player_title"].values))
    say("")
    say("Chosen anew at each stage")
    table(
        "",
        [
            Column("from", [f"{time:g}" for time in found["stage_at"].values]),
            Column(players[0], list(map(str, found["played_first"].values)), words=True),
            Column(players[1], list(map(str, found["played_second"].values)), words=True),
        ],
    )


def _span(found: "xr.Dataset", axis: str) -> str:
    return f"{found[axis].values[0]:g} to {found[axis].values[-1]:g}"
