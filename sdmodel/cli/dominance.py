"""`dominance`: which feedback loop drives a model when, and in which futures."""

from typing import TYPE_CHECKING, Annotated

import typer

from sdmodel.cli import shipped
from sdmodel.cli.console import Column, progress, say, table
from sdmodel.cli.keeping import Output, claimed, kept
from sdmodel.cli.look import Data, Extensions, Json
from sdmodel.cli.numbers import percent
from sdmodel.cli.options import FuturesFrom
from sdmodel.cli.telling import present
from sdmodel.errors import StudyError

if TYPE_CHECKING:
    import xarray as xr

    from sdmodel.model.model import Model
    from sdmodel.study.spec import Study

_ROWS = 15
_TIMES = 6
_STEPS = 6  # of a path that are shown


def dominance(
    model: Annotated[str, typer.Argument(help="A study (.toml), a model file, or the name of a shipped one.")],
    scenario: Annotated[
        list[str] | None, typer.Option("--scenario", help="A scenario of the study; repeat. Default: the baseline.")
    ] = None,
    loops: Annotated[str, typer.Option(help='"all" loops of the model, or those that the "study" names.')] = "all",
    through: Annotated[
        list[str] | None, typer.Option("--through", help="Only loops through this variable; repeat.")
    ] = None,
    cap: Annotated[int, typer.Option(help="Weigh so many loops at most, the strongest.")] = 200,
    longest: Annotated[int | None, typer.Option(help="Only loops with so many variables at most.")] = None,
    futures: Annotated[int, typer.Option(help="Also in so many futures of the study.")] = 0,
    seed: Annotated[int | None, typer.Option(min=0, help="Seed of the futures; default: the study's.")] = None,
    futures_from: FuturesFrom = None,
    data: Data = None,
    extensions: Extensions = None,
    output: Output = None,
    as_json: Json = False,
) -> None:
    """Tell which feedback loops make up the change at each time, by the method "Loops that Matter".

    Example:

    sdmodel dominance sir --futures 100
    """
    from sdmodel.pipeline.loops.loop_scores import dominance as weighed  # xarray and the compiler: not for --help

    known, study = _asked(model, data, extensions)
    if output and study is None:
        raise StudyError(f"--output keeps a finding beside the runs of a study: name one instead of {model}.")
    if study is not None:
        claimed(output, study)
    with progress() as advance:
        finding = weighed(
            known,
            study,
            scenarios=scenario or (),
            loops=loops,
            through=through or (),
            most=cap,
            longest=longest,
            futures=futures,
            seed=seed,
            sample=futures_from,
            progress=advance,
        )
    finding, file = kept(finding, output, study)
    present(finding, as_json, _print_scenarios, file=file)


def _print_scenarios(found: "xr.Dataset") -> None:
    for name in map(str, found["scenario"].values):
        _print_loops(found, name)
        _print_periods(found, name)
        if found.attrs["futures"]:
            _print_futures(found, name)


def _asked(word: str, data: Data, extensions: Extensions) -> "tuple[Model, Study | None]":
    """The model and, where a study is meant, the study."""
    from sdmodel.cli.model_files import model_files

    path = shipped.find(word, ".toml")
    if path.suffix.lower() != ".toml":
        return model_files(word, data=data, extensions=extensions).read(), None
    if data or extensions:
        raise StudyError(f"--data and --extension go with a model file; {path.name} is a study, which names its own.")
    from sdmodel import pipeline  # zarr: not for --help

    question = pipeline.load(path)
    return question.model, question.study


def _print_loops(found: "xr.Dataset", scenario: str) -> None:
    """The strongest loops of a scenario, a row each."""
    one = found.sel(scenario=scenario)
    order = one["strength"].values.argsort(kind="stable")[::-1]
    rows = one.isel(loop=order[:_ROWS])
    columns = [
        Column("loop", list(map(str, rows["loop"].values)), words=True),
        Column("kind", list(map(str, rows["kind"].values)), words=True),
        Column("mean share", [_share(value) for value in rows["strength"].values]),
        Column("at most", [_share(value) for value in abs(rows["relative"]).max("time").values], spare=1),
        Column("name", list(map(str, rows["title"].values)), words=True, wraps=24),
        Column("path", [_cut(str(path)) for path in rows["path"].values], words=True, wraps=40, spare=2),
    ]
    if len(set(found["part"].values.tolist())) > 1:
        columns.insert(2, Column("part", [str(value + 1) for value in rows["part"].values]))
    say("")
    table(str(one["scenario_title"].values), columns)
    rest = one["strength"].values[order[_ROWS:]]
    if rest.size:
        say(f"and {rest.size} weaker loops, with {_share(rest.sum())} together")


def _print_periods(found: "xr.Dataset", scenario: str) -> None:
    """The periods in which one loop leads, for each part of the model with several loops."""
    from sdmodel.analysis.loops.loop_scores import leading_periods

    parts = leading_periods(found, scenario)
    for part, periods in parts.items():
        if not periods:
            continue
        shown = periods[:_ROWS]
        say("")
        table(
            "Largest share" + (f", part {part + 1}" if len(parts) > 1 else ""),
            [
                Column("from", [f"{one.begin:g}" for one in shown]),
                Column("to", [f"{one.end:g}" for one in shown]),
                Column("loop", [str(found["loop"].values[one.loop]) for one in shown], words=True),
                Column("on average", [_share(one.mean) for one in shown]),
                Column("at most", [_share(one.most) for one in shown], spare=2),
                Column("name", [str(found["title"].values[one.loop]) for one in shown], words=True, spare=1),
            ],
        )
        if len(periods) > len(shown):
            say(f"and {len(periods) - len(shown)} more periods")


def _print_futures(found: "xr.Dataset", scenario: str) -> None:
    """In which share of futures each loop leads at some times, and what its share goes with."""
    from sdmodel.analysis.loops.loop_scores import drivers

    one = found.sel(scenario=scenario)
    places = sorted({round(at * (one.sizes["time"] - 1) / (_TIMES - 1)) for at in range(_TIMES)} - {0})
    order = one["leads"].mean("time").values.argsort(kind="stable")[::-1]
    names = [str(one["loop"].values[at]) for at in order if one["leads"].values[at].any()][:_ROWS]
    rows = one.sel(loop=names)
    say("")
    table(
        f"Share of {int(found.attrs['futures']):,} futures in which the loop leads, by time",
        [
            Column("loop", names, words=True),
            *(
                Column(f"{one['time'].values[at]:g}", [percent(v) for v in rows["leads"].values[:, at]])
                for at in places
            ),
            Column(
                "its share goes with (rank correlation)",
                [", ".join(f"{name} {rho:+.2f}" for name, rho in drivers(found, scenario, loop)) for loop in names],
                words=True,
                wraps=30,
                spare=1,
            ),
        ],
    )


def _cut(path: str) -> str:
    """The path of a loop, of a long one its beginning: --json has all of it."""
    steps = path.split(" → ")
    return path if len(steps) <= _STEPS + 1 else " → ".join((*steps[:_STEPS], f"… {len(steps) - 1 - _STEPS} more"))


def _share(value: float) -> str:
    """A share in per cent, with a decimal where it is small."""
    return f"{100 * value:.0f} %" if value >= 0.1 or value == 0 else f"{100 * value:.1f} %"
