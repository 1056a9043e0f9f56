"""`hysteresis`: does an input that is moved up and down again lead back over the same states?"""

from typing import TYPE_CHECKING, Annotated

import typer

from sdmodel.cli.console import Column, progress, say, table
from sdmodel.cli.look import Json
from sdmodel.cli.model_files import model_files
from sdmodel.cli.settings import settings_of_words

if TYPE_CHECKING:
    import xarray as xr

_ROWS = 21  # values that are printed


def hysteresis(
    model: Annotated[str, typer.Argument(help="A model or a study, or the name of a shipped one.")],
    name: Annotated[str, typer.Option("--input", help="The constant that is moved.")],
    variable: Annotated[str, typer.Option(help="The stock or auxiliary to watch.")],
    low: Annotated[
        float | None, typer.Option("--from", help="Where it begins and ends; default: its lower limit.")
    ] = None,
    high: Annotated[float | None, typer.Option("--to", help="Where it turns; default: its upper limit.")] = None,
    scenario: Annotated[str | None, typer.Option(help="Under this scenario of its study.")] = None,
    variant: Annotated[list[str] | None, typer.Option("--variant", help="With this rival theory; repeat.")] = None,
    settings: Annotated[list[str] | None, typer.Option("--set", help='"name=value"; repeat.')] = None,
    time: Annotated[float | None, typer.Option(help="When the clock stands still; default: at the end.")] = None,
    points: Annotated[int, typer.Option(help="Values of the input on each way.")] = 41,
    settle: Annotated[float | None, typer.Option(help="Time at each value; default: five runs.")] = None,
    as_json: Json = False,
) -> None:
    """Move an input up and down slowly, and find where each of two states ends.

    Example:

    sdmodel hysteresis core_spiral --input harm --variable Suspicion
    """
    from sdmodel.analysis import files  # xarray and the compiler: not for --help
    from sdmodel.pipeline.tipping.hysteresis import hysteresis as scanned
    from sdmodel.study.bind import bind
    from sdmodel.study.file import read_study

    told = model_files(model, with_study=scenario is not None or bool(variant))
    known = told.read()
    study = bind(read_study(told.study), known) if told.study and (scenario or variant) else None
    with progress() as advance:
        finding = scanned(
            known,
            name,
            variable,
            low=low,
            high=high,
            study=study,
            scenario=scenario,
            settings=settings_of_words(settings or ()),
            variants=tuple(variant or ()),
            time=time,
            points=points,
            settling=settle,
            progress=advance,
        )
    if as_json:
        print(files.to_json(finding, indent=2))
        return
    _print_ways(finding.table)
    say(f"\n{finding.sentence}")
    for caveat in finding.caveats:
        say(f"note: {caveat}")


def _print_ways(found: "xr.Dataset") -> None:
    """The variable on both ways, at some values of the input."""
    step = max(1, -(-found.sizes["value"] // _ROWS))
    some = found.isel(value=slice(None, None, step))
    table(
        found.attrs["watched"],
        [
            Column(found.attrs["input"], [f"{value:.5g}" for value in some["value"].values]),
            *(
                Column(f"on the way {way}", [f"{value:.5g}" for value in some["variable"].sel(direction=way).values])
                for way in ("up", "down")
            ),
            Column("two states", ["yes" if one else "" for one in some["apart"].values], words=True),
        ],
    )
