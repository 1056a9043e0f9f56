"""`optimise`: which settings of levers are best, under conditions, by one objective or several."""

from typing import TYPE_CHECKING, Annotated

import typer

from sdmodel.cli.console import Column, say, table
from sdmodel.cli.given import refuse
from sdmodel.cli.keeping import Output
from sdmodel.cli.look import Json
from sdmodel.cli.numbers import decimals, shown
from sdmodel.cli.options import FuturesFrom, Study
from sdmodel.cli.telling import found_of, present

if TYPE_CHECKING:
    import xarray as xr

_SOLUTIONS = 12  # of a front that are shown
Names = list[str] | None


def optimise(
    context: typer.Context,
    study: Study,
    minimise: Annotated[Names, typer.Option(help="Outcome that should be least; repeat for a front.")] = None,
    maximise: Annotated[Names, typer.Option(help="Outcome that should be greatest; repeat for a front.")] = None,
    subject_to: Annotated[Names, typer.Option(help='Condition such as "peak <= 0.1"; repeat.')] = None,
    lever: Annotated[Names, typer.Option(help='Free lever, as "NAME = LEAST:MOST"; repeat.')] = None,
    search: Annotated[str | None, typer.Option(help="Free the levers of \\[search.NAME]; default: the first.")] = None,
    scenario: Annotated[str | None, typer.Option(help="What else is set; default: the search's first.")] = None,
    futures: Annotated[int, typer.Option(min=0, help="Futures over which to judge; 0: the base run.")] = 0,
    share: Annotated[float, typer.Option(help="Share of futures in which conditions must hold.")] = 0.9,
    seed: Annotated[int | None, typer.Option(min=0, help="Seed of the search; default: the study's.")] = None,
    futures_from: FuturesFrom = None,
    population: Annotated[int, typer.Option(min=4, help="Settings tried in each generation.")] = 64,
    generations: Annotated[int, typer.Option(min=1, help="Generations.")] = 100,
    output: Output = None,
    as_json: Json = False,
) -> None:
    """Find the settings of levers that are best: least cost under conditions, or a front of several objectives.

    One objective is sought by differential evolution, several by NSGA-II (needs the extra "optimise").

    Example:

    sdmodel optimise sir --minimise ever_infected --subject-to "peak <= 0.1"
    """
    from sdmodel.pipeline.levers.optimise import optimise as sought  # xarray and the compiler: not for --help

    if not futures:
        refuse(context, ("share",), "a share of futures needs some of them: add --futures, or leave it out.")
    finding, file = found_of(
        study,
        output,
        lambda question, advance: sought(
            question.study,
            question.model,
            minimise=minimise or (),
            maximise=maximise or (),
            subject_to=subject_to or (),
            levers=lever or (),
            search=search,
            scenario=scenario,
            futures=futures,
            share=share,
            seed=seed,
            sample=futures_from,
            population=population,
            generations=generations,
            progress=advance,
        ),
    )
    present(finding, as_json, _print_settings, _print_outcomes, file=file)
    if not finding.table.sizes["solution"]:
        raise typer.Exit(1)


def _shown(found: "xr.Dataset") -> list[int]:
    """Places of the solutions that are shown: all, or some of them from one end of the front to the other."""
    count = found.sizes["solution"]
    if count <= _SOLUTIONS:
        return list(range(count))
    return [round(at * (count - 1) / (_SOLUTIONS - 1)) for at in range(_SOLUTIONS)]


def _print_settings(found: "xr.Dataset") -> None:
    """A row a lever, a column a solution."""
    chosen = _shown(found)
    names = ["before", *(f"best {at + 1}" if len(chosen) > 1 else "best" for at in chosen)]
    rows = [
        [float(found["before"].values[at]), *(float(value) for value in found["setting"].values[chosen, at])]
        for at in range(found.sizes["lever"])
    ]
    table(
        "",
        [
            Column("lever", list(map(str, found["lever"].values)), words=True),
            *(Column(name, [shown(row[at], 3) for row in rows]) for at, name in enumerate(names)),
        ],
    )


def _print_outcomes(found: "xr.Dataset") -> None:
    chosen = _shown(found)
    cells = []
    for at in range(found.sizes["outcome"]):
        values = [float(found["value_before"].values[at]), *map(float, found["value"].values[chosen, at])]
        of_time = bool(found["of_time"].values[at])
        places = decimals(values, of_time=of_time)
        cells.append([_number(value, places, of_time) for value in values])
    names = ["before", *(f"best {at + 1}" if len(chosen) > 1 else "best" for at in chosen)]
    say("")
    table(
        "",
        [
            Column("outcome", list(map(str, found["title"].values)), words=True),
            Column("", list(map(str, found["role"].values)), words=True),
            *(Column(name, [row[at] for row in cells]) for at, name in enumerate(names)),
        ],
    )


def _number(value: float, places: int, of_time: bool) -> str:
    return "never" if value == float("inf") else shown(value, places, of_time=of_time)
