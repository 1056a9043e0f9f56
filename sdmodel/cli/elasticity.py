"""`elasticity`: which loops, links and constants make a model's modes grow or die, at each time of a run."""

from typing import TYPE_CHECKING, Annotated

import typer

from sdmodel.cli.console import Column, progress, say, table
from sdmodel.cli.keeping import Output, kept, study_of, wrote
from sdmodel.cli.look import Json
from sdmodel.cli.model_files import model_files
from sdmodel.cli.numbers import MISSING, decimals, shown, signed
from sdmodel.cli.settings import settings_of_words

if TYPE_CHECKING:
    import xarray as xr

_ROWS, _INPUTS, _TIMES = 12, 10, 6


def elasticity(
    model: Annotated[str, typer.Argument(help="A model or a study, or the name of a shipped one.")],
    of: Annotated[
        str | None,
        typer.Option(help="The mode in which this stock takes part most; default: the leading one."),
    ] = None,
    scenario: Annotated[str | None, typer.Option(help="Under this scenario of its study.")] = None,
    variant: Annotated[list[str] | None, typer.Option("--variant", help="With this rival theory; repeat.")] = None,
    settings: Annotated[list[str] | None, typer.Option("--set", help='"name=value"; repeat.')] = None,
    along: Annotated[int, typer.Option(min=1, max=500, help="At so many times of the run.")] = 26,
    at: Annotated[list[float] | None, typer.Option("--at", help="At this time instead; repeat.")] = None,
    output: Output = None,
    as_json: Json = False,
) -> None:
    """Tell what makes deviations grow or die: eigenvalues along a run, and their elasticities.

    What each feedback loop, each link between stocks and each constant contributes to the growth rate of a mode. A
    study beside the model names the loops, and its uncertainties are the constants that are tried.

    Example:

    sdmodel elasticity richardson
    """
    from sdmodel.analysis import files  # xarray and the compiler: not for --help
    from sdmodel.pipeline.loops.elasticity import elasticity as along_run
    from sdmodel.study.bind import bind
    from sdmodel.study.file import read_study

    told = model_files(model, with_study=True)
    whose = study_of(told, output)
    known = told.read()
    study = bind(read_study(told.study), known) if told.study else None
    with progress() as advance:
        finding = along_run(
            known,
            settings_of_words(settings or ()),
            study=study,
            scenario=scenario,
            variants=tuple(variant or ()),
            of=of,
            times=at or along,
            progress=advance,
        )
    finding, file = kept(finding, output, whose)
    if as_json:
        print(files.to_json(finding, indent=2))
        return
    places = _picked(finding.table)
    _print_modes(finding.table, places)
    _print_loops(finding.table, places)
    _print_links(finding.table)
    _print_inputs(finding.table, places)
    say(f"\n{finding.sentence}")
    for caveat in finding.caveats:
        say(f"note: {caveat}")
    wrote(file)


def _picked(found: "xr.Dataset") -> list[int]:
    """Places of a few times from first to last."""
    last = found.sizes["time"] - 1
    return sorted({round(place * last / (_TIMES - 1)) for place in range(_TIMES)})


def _print_modes(found: "xr.Dataset", places: list[int]) -> None:
    rows = found.isel(time=places)
    digits = decimals([*rows["growth"].values, *rows["frequency"].values])
    lives = []
    for shares in rows["share"].values:
        order = (-shares).argsort(kind="stable")[:3]
        lives.append(", ".join(f"{found['stock'].values[k]} {100 * shares[k]:.0f} %" for k in order if shares[k] > 0.1))
    columns = [
        Column("time", [f"{time:g}" for time in rows["time"].values]),
        Column("growth rate", [shown(value, digits) for value in rows["growth"].values]),
        Column("time constant", [f"{1 / abs(rate):.4g}" if rate else MISSING for rate in rows["growth"].values]),
        Column("lives in", lives, words=True, wraps=40),
    ]
    if rows["frequency"].values.any():
        periods = [f"{6.283185307179586 / one:.4g}" if one else MISSING for one in rows["frequency"].values]
        columns.insert(3, Column("period", periods))
    table("The mode", columns)


def _print_loops(found: "xr.Dataset", places: list[int]) -> None:
    """What each loop contributes to the growth rate, the strongest first; what others do is the rest."""
    from sdmodel.analysis.loops.elasticity_finding import others, strongest

    order = strongest(found, "loop", _ROWS)
    if not order:
        return
    values, rest = found["loop_influence"].values[places], others(found)
    left = rest + found["loop_influence"].values.sum(axis=1) - found["loop_influence"].values[:, order].sum(axis=1)
    digits = decimals([abs(values[:, order]).max()]) + 1
    say("")
    table(
        "Contribution of feedback loops to the growth rate, by time",
        [
            Column("loop", [*map(str, found["loop"].values[order]), "rest"], words=True),
            Column("kind", [*map(str, found["kind"].values[order]), ""], words=True, spare=1),
            *(
                Column(f"{found['time'].values[place]:g}", [signed(v, digits) for v in (*row[order], left[place])])
                for place, row in zip(places, values, strict=True)
            ),
            Column("name", [*map(str, found["title"].values[order]), "all others"], words=True, wraps=30),
        ],
    )


def _print_links(found: "xr.Dataset") -> None:
    """The links between stocks with the largest elasticity at the last time."""
    last = found.isel(time=-1)
    sizes = abs(last["link_influence"].values + 1j * last["link_swing"].values)
    order = sizes.ravel().argsort(kind="stable")[::-1][:_ROWS]
    rows = [divmod(int(one), sizes.shape[1]) for one in order if sizes.ravel()[one] > 1e-9 * sizes.max(initial=0.0)]
    if not rows:
        return
    say("")
    table(
        f"Links between stocks, at {float(last['time']):g}",
        [
            Column("from", [str(found["by"].values[by]) for _, by in rows], words=True),
            Column("to", [str(found["stock"].values[of]) for of, _ in rows], words=True),
            Column("influence", [signed(last["link_influence"].values[row], 4) for row in rows]),
            Column("elasticity", [_elasticity(last["link_elasticity"].values[row]) for row in rows]),
        ],
    )


def _print_inputs(found: "xr.Dataset", places: list[int]) -> None:
    """The elasticities of the growth rate by constants."""
    from sdmodel.analysis.loops.elasticity_finding import strongest

    order = strongest(found, "parameter", _INPUTS)
    if not order:
        return
    values = found["parameter_elasticity"].values
    say("")
    table(
        "Elasticity of the eigenvalue: per cent by one per cent of a constant, by time",
        [
            Column("constant", list(map(str, found["parameter"].values[order])), words=True),
            Column("value", [f"{found['value'].values[-1, at]:g}" for at in order]),
            *(
                Column(f"{found['time'].values[place]:g}", [_elasticity(v) for v in values[place, order]])
                for place in places
            ),
        ],
    )


def _elasticity(value: float) -> str:
    return MISSING if value != value else signed(value, 3)
