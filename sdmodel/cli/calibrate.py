"""`calibrate`: which constants fit the past, how well, and what the data cannot tell."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sdmodel.cli import shipped
from sdmodel.cli.console import Column, progress, say, table
from sdmodel.cli.look import Json
from sdmodel.cli.numbers import MISSING, decimals, percent, shown
from sdmodel.cli.telling import present
from sdmodel.errors import ExperimentError

if TYPE_CHECKING:
    import xarray as xr

_STATISTICS = (
    *(("R²", "r_squared", 2), ("RMSE", "rmse", 0), ("MAPE", "mape", 3)),
    *(("bias", "bias", 4), ("variation", "variation", 5), ("covariation", "covariation", 6)),
    *(("RMSE, last value", "rmse_last_value", 0), ("RMSE, mean", "rmse_mean", 1)),
)
_SHARES = ("mape", "bias", "variation", "covariation")


def calibrate(
    study: Annotated[str, typer.Argument(help="A study (.toml) with a calibration, or the name of a shipped one.")],
    starts: Annotated[int | None, typer.Option(min=1, max=1000, help="Searches begun; default: the study's.")] = None,
    posterior: Annotated[bool, typer.Option("--posterior", help="A sample of all that the data allow.")] = False,
    walkers: Annotated[int | None, typer.Option(help="Of each ensemble of a posterior; default: 32 or more.")] = None,
    steps: Annotated[int | None, typer.Option(min=40, help="Steps at most; it stops once converged.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Seed of the starts; default: the study's.")] = None,
    output: Annotated[
        Path | None, typer.Option(help="Folder of a sweep: keep the finding there, for its report.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Fit constants to the past, with 95 % intervals, and judge by observations held out.

    Example:

    sdmodel calibrate sir --starts 4

    sdmodel calibrate sir --posterior --output outputs/sir
    """
    if posterior:
        from sdmodel.cli.posterior import tell_posterior

        tell_posterior(study, starts, walkers, steps, seed, output, as_json)
        return
    if walkers is not None or steps is not None:
        raise ExperimentError("--walkers and --steps are for a posterior: add --posterior, or leave them out.")
    from sdmodel import pipeline  # xarray, zarr and SciPy: not for --help
    from sdmodel.pipeline.calibration.calibrate import calibrate as calibrated
    from sdmodel.pipeline.output import claim, keep

    question = pipeline.load(shipped.study(study))
    if output:
        claim(output, question.study)
    with progress() as advance:
        fit = calibrated(question, starts=starts, seed=seed, progress=advance)
    finding, kept = keep(fit, output, question.study)
    present(finding, as_json, _print_constants, _print_bounds, _print_windows, file=kept)


def _print_constants(found: "xr.Dataset") -> None:
    """A row a constant, each with as many decimals as its own numbers deserve."""
    columns = ("value", "own", "low", "high")
    rows = [[float(found[name].values[at]) for name in columns] for at in range(found.sizes["constant"])]
    cells = [[shown(value, decimals(row)) for value in row] for row in rows]
    heads = ("fitted", "model's own", "95 % from", "to")
    table(
        "",
        [
            Column("constant", list(map(str, found["constant"].values)), words=True),
            *(Column(head, [row[place] for row in cells]) for place, head in enumerate(heads)),
            Column("unit", list(map(str, found["unit"].values)), words=True, spare=2),
            Column("status", list(map(str, found["status"].values)), words=True),
        ],
    )


def _print_bounds(found: "xr.Dataset") -> None:
    if not found.sizes["bound"]:
        return
    say("")
    heads = (
        ("fitted", "bound_value"),
        ("model's own", "bound_own"),
        ("at least", "bound_low"),
        ("at most", "bound_high"),
    )
    places = decimals(found["bound_value"].values)
    inside = (found["bound_value"] >= found["bound_low"]) & (found["bound_value"] <= found["bound_high"])
    table(
        "Ranges to be kept",
        [
            Column("number", list(map(str, found["bound_title"].values)), words=True),
            *(Column(head, [shown(value, places) for value in found[name].values]) for head, name in heads),
            Column("kept", ["yes" if one else "no" for one in inside.values], words=True),
        ],
    )


def _print_windows(found: "xr.Dataset") -> None:
    for window, title in (("fit", "Observations that were fitted"), ("holdout", "Observations held out")):
        _print_statistics(found, window, title)


def _print_statistics(found: "xr.Dataset", window: str, title: str) -> None:
    judged = found["statistics"].sel(window=window)
    names = [str(name) for name in found["series"].values if float(judged.sel(series=name, statistic="points")) > 0]
    if not names:
        return
    judged = judged.sel(series=names)

    def cells(name: str) -> list[str]:
        values = [float(value) for value in judged.sel(statistic=name).values]
        if name in _SHARES:
            return [percent(value) or MISSING for value in values]
        return [shown(value, 2 if name == "r_squared" else decimals([value])) for value in values]

    say("")
    table(
        title,
        [
            Column("series", [str(found["title"].sel(series=name).values) for name in names], words=True),
            Column("points", [f"{value:.0f}" for value in judged.sel(statistic="points").values]),
            *(Column(head, cells(name), spare=spare) for head, name, spare in _STATISTICS),
        ],
    )
