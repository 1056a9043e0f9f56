"""`onset`: from when on a condition on a variable holds for good, and in how many futures."""

from typing import TYPE_CHECKING, Annotated

import typer

from sdmodel.cli.console import Column, say, table
from sdmodel.cli.keeping import Output
from sdmodel.cli.look import Json
from sdmodel.cli.numbers import percent, shown
from sdmodel.cli.options import FuturesFrom, Scenario, Seed, Settings, Study, Variants
from sdmodel.cli.settings import settings_of_words, values_of_word
from sdmodel.cli.telling import found_of, present

if TYPE_CHECKING:
    import xarray as xr

_ROWS = 40


def onset(
    study: Study,
    variable: Annotated[str, typer.Option(help="The stock or auxiliary that is looked at.")],
    x: Annotated[
        str, typer.Option("--x", help='Input and its values: "name=0.2,0.5,1"; moved in this scenario alone.')
    ],
    y: Annotated[str | None, typer.Option("--y", help="A second one; moved in what it is compared with, too.")] = None,
    above: Annotated[str | None, typer.Option(help="Above a number, or above itself in this scenario.")] = None,
    below: Annotated[str | None, typer.Option(help="Below a number, or below itself in this scenario.")] = None,
    since: Annotated[float | None, typer.Option(help="Looked at from this time on; default: the start.")] = None,
    by: Annotated[float | None, typer.Option(help="Deadline for the share of futures; default: the end.")] = None,
    words: Annotated[str, typer.Option(help='What that means: "controls have paid".')] = "",
    scenario: Scenario = None,
    variant: Variants = None,
    settings: Settings = None,
    futures: Annotated[int, typer.Option(help="Draws of all uncertainties beside the base run.")] = 200,
    seed: Seed = None,
    futures_from: FuturesFrom = None,
    output: Output = None,
    as_json: Json = False,
) -> None:
    """Tell from when on a variable is for good above or below something: break-even, detection, and the like.

    Example:

    sdmodel onset sir --variable Infectious --below 1 --x "contact rate=4,8"
    """
    from sdmodel.pipeline.tipping.onset import onset as told  # xarray and the compiler: not for --help

    finding, file = found_of(
        study,
        output,
        lambda question, advance: told(
            question,
            variable,
            values_of_word(x, "--x"),
            values_of_word(y, "--y") if y else None,
            above=above,
            below=below,
            since=since,
            by=by,
            words=words,
            scenario=scenario,
            settings=settings_of_words(settings or ()),
            variants=tuple(variant or ()),
            futures=futures,
            seed=seed,
            sample=futures_from,
            progress=advance,
        ),
    )
    present(finding, as_json, _print_cells, file=file)


def _print_cells(found: "xr.Dataset") -> None:
    """A row for each pair of x and y."""
    cells = found.stack(cell=("x", "y")).isel(cell=slice(0, _ROWS))
    columns = [
        Column(found.attrs[f"{letter}_name"], [f"{value:g}" for value in cells[letter].values])
        for letter in "xy"
        if found.attrs[f"{letter}_name"]
    ]
    columns.append(Column("base run from", [_when(value) for value in cells["onset"].values]))
    if found.attrs["drawn"]:
        bounds = zip(cells["by_low"].values, cells["by_high"].values, strict=True)
        columns += [
            Column("median future from", [_when(value) for value in cells["onset_median"].values]),
            Column(f"by {found.attrs['deadline']:g} in", [percent(value) for value in cells["by"].values]),
            Column("95 % interval", [f"{percent(low)[:-2]}–{percent(high)}" for low, high in bounds], spare=1),
            Column("in the end", [percent(value) for value in cells["ever"].values], spare=2),
        ]
    table(f"{found.attrs['condition']}, for good: {found.attrs['setting']}", columns)
    if (left := found.sizes["x"] * found.sizes["y"] - _ROWS) > 0:
        say(f"… and {left} more: --json")


def _when(value: float) -> str:
    return "never" if value == float("inf") else shown(value, 1, of_time=True)
