"""`sobol` and `morris`: what drives outcomes and trajectories, from runs made for the question."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sdmodel.cli.console import Column, say, table
from sdmodel.cli.look import Json
from sdmodel.cli.numbers import MISSING, counted, decimals, shown, signed
from sdmodel.cli.options import NotFrom, Study
from sdmodel.cli.telling import found_of, present
from sdmodel.errors import ExperimentError

if TYPE_CHECKING:
    import xarray as xr


Names = list[str] | None
Scenarios = Annotated[Names, typer.Option("--scenario", help="In this scenario; repeat. Default: the baseline.")]
Outcomes = Annotated[Names, typer.Option("--outcome", help="Of this outcome; repeat. Default: cost and risk.")]
Courses = Annotated[Names, typer.Option("--trajectory", help="Of this variable at each saved time; repeat.")]
Only = Annotated[Names, typer.Option("--only", help="Vary this uncertainty or group and no other; repeat.")]
Fix = Annotated[Names, typer.Option("--fix", help="Leave this uncertainty or group at the model's number; repeat.")]
Groups = Annotated[Names, typer.Option("--group", help="Take this group of the study as one input; repeat.")]
Seed = Annotated[int | None, typer.Option(min=0, help="Seed of the design; default: the study's.")]
Top = Annotated[int, typer.Option(min=1, help="How many inputs to list.")]
Output = Annotated[Path | None, typer.Option(help="Folder of a sweep: keep the finding there, in place of an earlier.")]
_TIMES = 6


def sobol(
    study: Study,
    n: Annotated[int, typer.Option("--n", help="Blocks, a power of two; each takes inputs + 2 runs.")] = 4096,
    scenario: Scenarios = None,
    outcome: Outcomes = None,
    trajectory: Courses = None,
    second_order: Annotated[bool, typer.Option("--second-order", help="Pairs, too: twice the runs.")] = False,
    only: Only = None,
    fix: Fix = None,
    group: Groups = None,
    screen: Annotated[
        int | None,
        typer.Option(min=1, help="Tell so many inputs one by one, the largest by Morris' µ*; others joined."),
    ] = None,
    limit: Annotated[float, typer.Option(help="How wide a 95 % interval may be.")] = 0.1,
    resamples: Annotated[int, typer.Option(min=10, max=100_000, help="Bootstrap resamples.")] = 200,
    seed: Seed = None,
    futures_from: NotFrom = None,
    top: Top = 10,
    output: Output = None,
    as_json: Json = False,
) -> None:
    """Sobol' indices: shares of the variance due to each input, alone and in all, also over time.

    Example:

    sdmodel sobol sir --n 512 --outcome peak --trajectory Infectious
    """
    _refuse_sample(futures_from)
    from sdmodel.pipeline.sensitivity.sobol import Ask  # xarray, SciPy and the compiler: not for --help
    from sdmodel.pipeline.sensitivity.sobol import sobol as analysed

    ask = Ask(
        n=n,
        scenarios=tuple(scenario or ()),
        outcomes=tuple(outcome or ()),
        trajectories=tuple(trajectory or ()),
        second_order=second_order,
        only=tuple(only or ()),
        fix=tuple(fix or ()),
        groups=tuple(group or ()),
        screen=screen,
        seed=seed,
        resamples=resamples,
        limit=limit,
    )
    finding, file = found_of(study, output, lambda question, advance: analysed(question, ask, progress=advance))
    present(finding, as_json, partial(_print_sobol, top=top), file=file)


def morris(
    study: Study,
    n: Annotated[int, typer.Option("--n", min=2, help="Trajectories; each takes inputs + 1 runs.")] = 100,
    levels: Annotated[int, typer.Option(min=2, max=1000, help="Values of an input, an even number.")] = 4,
    scenario: Scenarios = None,
    outcome: Outcomes = None,
    trajectory: Courses = None,
    only: Only = None,
    fix: Fix = None,
    group: Groups = None,
    seed: Seed = None,
    futures_from: NotFrom = None,
    top: Top = 10,
    output: Output = None,
    as_json: Json = False,
) -> None:
    """Morris screening: how far each input moves the outcomes over its range, and how evenly.

    Example:

    sdmodel morris sir --n 50 --outcome peak
    """
    _refuse_sample(futures_from)
    from sdmodel.pipeline.sensitivity.morris import Ask  # xarray, SciPy and the compiler: not for --help
    from sdmodel.pipeline.sensitivity.morris import morris as analysed

    ask = Ask(
        n=n,
        levels=levels,
        scenarios=tuple(scenario or ()),
        outcomes=tuple(outcome or ()),
        trajectories=tuple(trajectory or ()),
        only=tuple(only or ()),
        fix=tuple(fix or ()),
        groups=tuple(group or ()),
        seed=seed,
    )
    finding, file = found_of(study, output, lambda question, advance: analysed(question, ask, progress=advance))
    present(finding, as_json, partial(_print_morris, top=top), file=file)


def _refuse_sample(sample: Path | None) -> None:
    """Raises ExperimentError where a sample is given: the design cannot keep what it ties together."""
    if sample is not None:
        raise ExperimentError(
            f"--futures-from {sample}: designs draw inputs independently of each other, and the posterior's inputs are "
            "not. Use sdmodel sweep --futures-from and then sdmodel sensitivity on its folder."
        )


def _print_sobol(found: "xr.Dataset", top: int) -> None:
    runs, blocks = (int(found.attrs[name]) for name in ("runs", "blocks"))
    say(f"{counted(runs, 'run')}, {counted(blocks, 'block')}. In brackets: 95 % interval.")
    for label in found["scenario"].values:
        for name in found["outcome"].values:
            _print_indices(found.sel(scenario=label, outcome=name), top)
            if "second_order" in found:
                _print_pairs(found.sel(scenario=label, outcome=name), top)
        for name in found["trajectory"].values:
            _print_course(found.sel(scenario=label, trajectory=name), str(name), top, "total_order", "total index")
    if found.sizes["outcome"]:
        _print_growing(found)


def _print_indices(one: "xr.Dataset", top: int) -> None:
    order = one["total_order"].fillna(-1).values.argsort(kind="stable")[::-1]
    rows = [one.isel(input=int(at)) for at in order[:top]]
    say("")
    table(
        f"{one['title'].values}, {one['scenario_title'].values}",
        [
            Column("input", [str(row["input"].values) for row in rows], words=True),
            Column("total index", [_band(row, "total_order") for row in rows]),
            Column("first-order index", [_band(row, "first_order") for row in rows]),
        ],
    )
    _left(len(order) - len(rows))


def _print_pairs(one: "xr.Dataset", top: int) -> None:
    """The pairs that do most together."""
    values, names = one["second_order"].values, [str(name) for name in one["input"].values]
    places = [(i, j) for i in range(len(names)) for j in range(i + 1, len(names)) if values[i, j] == values[i, j]]
    places = sorted(places, key=lambda place: -values[place])[:top]
    if places:
        rows = [one.isel(input=i, other_input=j) for i, j in places]
        pairs = [f"{names[i]} and {names[j]}" for i, j in places]
        table(
            "", [Column("together", pairs, words=True), Column("index", [_band(row, "second_order") for row in rows])]
        )


def _print_course(one: "xr.Dataset", name: str, top: int, kind: str, words: str) -> None:
    """An index over time, at a few of the times."""
    import numpy as np  # half a second that --help need not pay

    at = np.unique(np.linspace(0, one.sizes["time"] - 1, _TIMES).round().astype(int))
    here = one[f"{kind}_over_time"].isel(time=at).transpose("input", "time").values
    order = np.argsort(-np.nan_to_num(here).max(axis=1), kind="stable")
    places = 2 if kind == "total_order" else decimals(here.ravel())
    say("")
    table(
        f"{name} over time, {one['scenario_title'].values}: {words}",
        [
            Column("input", [str(one["input"].values[row]) for row in order[:top]], words=True),
            *(
                Column(
                    f"{float(one['time'].values[moment]):g}",
                    [shown(round(here[row, place], places), places) for row in order[:top]],
                )
                for place, moment in enumerate(at)
            ),
        ],
    )
    _left(len(order) - len(order[:top]))


def _print_growing(found: "xr.Dataset") -> None:
    """How intervals narrow with more blocks: the widest of each outcome."""
    widest = found["widest"].max("scenario")
    say("")
    table(
        "Widest 95 % interval",
        [
            Column("outcome", [str(title) for title in found["title"].values], words=True),
            *(
                Column(f"{int(sample):,} blocks", [shown(value, 3) for value in widest.sel(sample=sample).values])
                for sample in found["sample"].values
            ),
        ],
    )


def _print_morris(found: "xr.Dataset", top: int) -> None:
    runs, paths = (int(found.attrs[name]) for name in ("runs", "paths"))
    say(f"{counted(runs, 'run')}, {paths:,} trajectories. In brackets: 95 % interval.")
    for label in found["scenario"].values:
        for name in found["outcome"].values:
            _print_effects(found.sel(scenario=label, outcome=name), top)
        for name in found["trajectory"].values:
            _print_course(found.sel(scenario=label, trajectory=name), str(name), top, "mu_star", "µ*")


def _print_effects(one: "xr.Dataset", top: int) -> None:
    order = one["mu_star"].fillna(-1).values.argsort(kind="stable")[::-1]
    rows = [one.isel(input=int(at)) for at in order[:top]]
    places = decimals([float(row["mu_star"]) for row in rows[:3]])
    unit = str(one["units"].values)
    say("")
    table(
        f"{one['title'].values}{f' ({unit})' if unit else ''}, {one['scenario_title'].values}",
        [
            Column("input", [str(row["input"].values) for row in rows], words=True),
            Column("µ*", [_band(row, "mu_star", places) for row in rows]),
            Column("µ", [signed(row["mu"], places) for row in rows]),
            Column("σ", [shown(row["sigma"], places) for row in rows]),
        ],
    )
    _left(len(order) - len(rows))


def _band(row: "xr.Dataset", name: str, places: int = 2) -> str:
    """The estimate and its interval; what is less than can be shown is 0."""
    bounds = (round(float(row[f"{name}{bound}"]), places) for bound in ("", "_low", "_high"))
    middle, low, high = (shown(value, places) for value in bounds)
    return MISSING if middle == MISSING else f"{middle} [{low}, {high}]"


def _left(more: int) -> None:
    if more > 0:
        say(f"… and {more} more: --top")
