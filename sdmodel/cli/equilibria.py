"""`equilibria`: where a model can come to rest, and how it gets there or away."""

from typing import TYPE_CHECKING, Annotated

import typer

from sdmodel.cli.console import Column, say, table
from sdmodel.cli.given import refuse
from sdmodel.cli.keeping import Output, kept, study_of, wrote
from sdmodel.cli.look import Json
from sdmodel.cli.model_files import model_files
from sdmodel.cli.numbers import MISSING, decimals, shown
from sdmodel.cli.options import Clock, OwnScenario, Settings, Variants
from sdmodel.cli.settings import settings_of_words

if TYPE_CHECKING:
    import xarray as xr

    from sdmodel.analysis.finding import Finding

_MODES = 8  # rows that are printed
_OF_REST = ("time", "starts", "seed")


def equilibria(
    context: typer.Context,
    model: Annotated[str, typer.Argument(help="A model or a study, or the name of a shipped one.")],
    scenario: OwnScenario = None,
    variant: Variants = None,
    settings: Settings = None,
    time: Clock = None,
    starts: Annotated[int, typer.Option(min=0, max=1000, help="States to search from, beside the run's own.")] = 16,
    seed: Annotated[int, typer.Option(min=0, help="Seed of these states.")] = 0,
    along: Annotated[int | None, typer.Option(min=2, max=200, help="At so many times of the run instead.")] = None,
    output: Output = None,
    as_json: Json = False,
) -> None:
    """Find where the model comes to rest, whether it is stable there, and how slowly.

    Example:

    sdmodel equilibria core_spiral --set "uncertainty=0"
    """
    from sdmodel.analysis import files  # xarray and the compiler: not for --help
    from sdmodel.pipeline.tipping import equilibria as search
    from sdmodel.study.bind import bind
    from sdmodel.study.file import read_study

    told = model_files(model, with_study=scenario is not None or bool(variant) or output is not None)
    whose = study_of(told, output)
    known, own = told.read(), settings_of_words(settings or ())
    study = bind(read_study(told.study), known) if told.study and (scenario or variant) else None
    under = {"study": study, "scenario": scenario, "variants": tuple(variant or ())}
    if along is not None:
        refuse(context, _OF_REST, "--along tells how the run moves at its own times, not where it rests; choose one.")
        finding = search.along(known, own, times=along, **under)  # type: ignore[arg-type]
    else:
        finding = search.equilibria(known, own, time=time, starts=starts, seed=seed, **under)  # type: ignore[arg-type]
    finding, file = kept(finding, output, whose)
    if as_json:
        print(files.to_json(finding, indent=2))
        return
    if along is None:
        _print_states(finding.table)
    _print_modes(finding)
    say(f"\n{finding.sentence}")
    for caveat in finding.caveats:
        say(f"note: {caveat}")
    wrote(file)


def _print_states(found: "xr.Dataset") -> None:
    """A row a stock: its value in each equilibrium, and in the model's own run."""
    if not found.sizes["equilibrium"]:
        return
    columns = [
        Column(f"{place} ({kind})", [f"{value:.6g}" for value in found["value"].sel(equilibrium=place).values])
        for place, kind in zip(found["equilibrium"].values, found["kind"].values, strict=True)
    ]
    table(
        "Equilibria",
        [
            Column("stock", list(map(str, found["stock"].values)), words=True),
            *columns,
            Column("the run then", [f"{value:.6g}" for value in found["now"].values], spare=1),
            Column("unit", list(map(str, found["units"].values)), words=True, spare=2),
        ],
    )
    say("")


def _print_modes(finding: "Finding") -> None:
    """The slowest modes of each equilibrium (or time): growth rate, time constant or period, stocks."""
    found = finding.table
    dim = "equilibrium" if "equilibrium" in found.sizes else "time"
    rows = [
        (place, mode) for place in found[dim].values for mode in found["mode"].values[: _MODES if dim != "time" else 1]
    ]
    picked = [found.sel({dim: place, "mode": mode}) for place, mode in rows]
    growth = [float(one["real"]) for one in picked]
    swing = [abs(float(one["imaginary"])) for one in picked]
    constants = [1 / abs(rate) if rate else float("inf") for rate in growth]
    places = decimals([rate for rate in growth if abs(rate) > 1e-9])
    if not rows:
        return
    table(
        "Slowest modes",
        [
            Column(dim, [f"{place:g}" for place, _ in rows]),
            Column("growth rate", [shown(rate if abs(rate) > 1e-12 else 0.0, places) for rate in growth]),
            Column("time constant", [f"{one:.4g}" if one < 1e12 else MISSING for one in constants]),
            Column("period", [f"{6.283185307179586 / one:.4g}" if one > 1e-9 else MISSING for one in swing], spare=1),
            Column("lives in", [_stocks(one) for one in picked], words=True, wraps=40),
        ],
    )


def _stocks(one: "xr.Dataset") -> str:
    shares = one["share"].values
    order = (-shares).argsort(kind="stable")[:3]
    return ", ".join(f"{one['stock'].values[at]} {100 * shares[at]:.0f} %" for at in order if shares[at] >= 0.1)
