"""`hysteresis`: does an input that is moved up and down again lead back over the same states?"""

from typing import TYPE_CHECKING, Annotated

import typer

from sdmodel.cli.console import Column, progress, say, table
from sdmodel.cli.keeping import Output, kept, study_of
from sdmodel.cli.look import Json
from sdmodel.cli.model_files import model_files
from sdmodel.cli.options import Clock, OwnScenario, Settings, Variants
from sdmodel.cli.settings import settings_of_words
from sdmodel.cli.telling import present

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
    scenario: OwnScenario = None,
    variant: Variants = None,
    settings: Settings = None,
    time: Clock = None,
    points: Annotated[int, typer.Option(help="Values of the input on each way.")] = 41,
    settle: Annotated[float | None, typer.Option(help="Time at each value; default: five runs.")] = None,
    output: Output = None,
    as_json: Json = False,
) -> None:
    """Move an input up and down slowly, and find where each of two states ends.

    Example:

    sdmodel hysteresis core_spiral --input harm --variable Suspicion
    """
    from sdmodel.pipeline.tipping.hysteresis import hysteresis as scanned  # xarray and the compiler: not for --help
    from sdmodel.study.bind import bind
    from sdmodel.study.file import read_study

    told = model_files(model, with_study=scenario is not None or bool(variant) or output is not None)
    whose = study_of(told, output)
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
    finding, file = kept(finding, output, whose)
    present(finding, as_json, _print_ways, file=file)


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
            *([Column("does not settle", _restless(some), words=True)] if any(_restless(found)) else []),
        ],
    )
    if step > 1:
        say(f"{some.sizes['value']} of {found.sizes['value']} values of the input are shown; --json has all.")


def _restless(found: "xr.Dataset") -> list[str]:
    """What it does instead at each value of the input; empty where it settles."""
    pairs = zip(found["swings"].values, found["grows"].values, strict=True)
    return ["swings" if swings else "grows" if grows else "" for swings, grows in pairs]
