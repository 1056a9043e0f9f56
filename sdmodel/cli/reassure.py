"""`reassure` and `timing`: how much of a policy a target takes, and which of two policies should come first."""

from typing import TYPE_CHECKING, Annotated

import typer

from sdmodel.cli import shipped
from sdmodel.cli.console import Column, progress, say, table
from sdmodel.cli.look import Json
from sdmodel.cli.numbers import MISSING, decimals, percent, shown

if TYPE_CHECKING:
    import xarray as xr

    from sdmodel.analysis.finding import Finding

_NO_WAY = "out of reach"
_LEVERS = 20  # that are listed


def reassure(
    study: Annotated[str, typer.Argument(help="A study (.toml) with a search and targets, or a shipped one.")],
    target: Annotated[
        str | None, typer.Option(help="\\[targets.NAME] of the study; default: the search's own.")
    ] = None,
    search: Annotated[str | None, typer.Option(help="\\[search.NAME]: which levers; default: the first.")] = None,
    scenario: Annotated[str | None, typer.Option(help="Where the levers start; default: the search's first.")] = None,
    side: Annotated[str, typer.Option(help="A side that acts alone, or both.")] = "both",
    share: Annotated[float | None, typer.Option(help="Share of futures to meet it in; default: the search's.")] = None,
    futures: Annotated[int, typer.Option(min=0, help="Futures drawn; 0: the base run alone.")] = 500,
    seed: Annotated[int | None, typer.Option(min=0, help="Seed of the futures; default: the study's.")] = None,
    as_json: Json = False,
) -> None:
    """Find the least intensity of a policy that meets a target: what would it take?

    Levers move together from where the scenario has them (intensity 0) to their far ends (1): by both sides alike, by
    one alone, by each given the other. Any study that has a search and targets can be asked.

    Example:

    sdmodel reassure spiral --target trust --futures 100
    """
    from sdmodel import pipeline  # xarray, zarr and the compiler: not for --help
    from sdmodel.pipeline.levers.minimal import reassure as sought

    question = pipeline.load(shipped.study(study))
    with progress() as advance:
        finding = sought(
            question.study,
            question.model,
            search=search,
            target=target,
            scenario=scenario,
            side=side,
            share=share,
            futures=futures,
            seed=seed,
            progress=advance,
        )
    if as_json:
        _print_json(finding)
        return
    _print_least(finding.table)
    _print_levers(finding.table)
    _print_limits(finding.table)
    _print_sides(finding.table)
    _print_words(finding)


def timing(
    study: Annotated[str, typer.Argument(help="A study (.toml) with moves in time, or a shipped one.")],
    name: Annotated[str | None, typer.Option(help="\\[timing.NAME] of the study; default: the first.")] = None,
    scenario: Annotated[str | None, typer.Option(help="In this scenario; default: the one that it names.")] = None,
    points: Annotated[int, typer.Option(min=2, max=101, help="Times on either axis of the map.")] = 15,
    futures: Annotated[int, typer.Option(min=0, help="Futures drawn; 0: the base run alone.")] = 100,
    seed: Annotated[int | None, typer.Option(min=0, help="Seed of the futures; default: the study's.")] = None,
    as_json: Json = False,
) -> None:
    """Map outcomes over the times at which two policies begin: which one first, and how fast?

    Example:

    sdmodel timing sir --futures 20
    """
    from sdmodel import pipeline  # xarray, zarr and the compiler: not for --help
    from sdmodel.pipeline.levers.timing import timing as mapped

    question = pipeline.load(shipped.study(study))
    with progress() as advance:
        finding = mapped(
            question.study,
            question.model,
            name=name,
            scenario=scenario,
            points=points,
            futures=futures,
            seed=seed,
            progress=advance,
        )
    if as_json:
        _print_json(finding)
        return
    _print_orders(finding.table)
    _print_words(finding)


def _print_least(found: "xr.Dataset") -> None:
    """A row for each who may act."""
    several, wanted = found.attrs["futures"] > 1, 100 * found.attrs["share"]
    say(f"{found.attrs['target_title']} ({found.attrs['requires']}), from {found.attrs['scenario_title']}.")
    say("Intensity 0 is none of it, 1 the far end of all levers.\n")
    columns = [
        Column(str(found.attrs["search_title"]), list(map(str, found["title"].values)), words=True),
        Column("least, base run", [_reached(value, 4) for value in found["least"].values]),
    ]
    if several:
        columns += [
            Column(f"in {wanted:g} % of futures", [_reached(value, 4) for value in found["enough"].values]),
            Column("reachable in", [percent(value) for value in found["reachable"].values]),
        ]
    for cost in map(str, found["cost"].values):
        columns += _costs(found.sel(cost=cost), several)
    table("", columns)


def _costs(one: "xr.Dataset", several: bool) -> list[Column]:
    """What it costs: now, and at the least that is enough in the base run."""
    places = decimals([float(one["cost_before"]), *one["cost_least"].values])
    title = f"{one['cost_title'].values}: {shown(one['cost_before'], places)}, becomes"
    return [Column(title, [shown(value, places) for value in one["cost_least"].values], spare=2 + several)]


def _print_levers(found: "xr.Dataset") -> None:
    """Which levers move, and where the first of those who act puts them."""
    some = found.isel(lever=slice(0, _LEVERS), who=0)
    columns = [("none", "lever_near"), ("least", "lever_least"), ("far end", "lever_far")]
    rows = [[float(some[name].values[at]) for _, name in columns] for at in range(some.sizes["lever"])]
    say("")
    table(
        "",
        [
            Column("lever", list(map(str, some["lever"].values)), words=True),
            Column("side", list(map(str, some["lever_side"].values)), words=True),
            *(Column(head, [shown(row[at], decimals(row)) for row in rows]) for at, (head, _) in enumerate(columns)),
        ],
    )
    if left := found.sizes["lever"] - some.sizes["lever"]:
        say(f"… and {left} more.")


def _print_limits(found: "xr.Dataset") -> None:
    if not found.sizes["limit"]:
        return
    names, several = [("base run", "limit_least")], found.attrs["futures"] > 1
    if several:
        names += [("5 % of futures", "limit_low"), ("median", "limit_median"), ("95 %", "limit_high")]
    say("")
    head = f"{found.attrs['limited_title']} {found.attrs['limited_by']}"
    table(
        "Least intensity by another limit",
        [
            Column(head, [f"{limit:g}" for limit in found["limit"].values]),
            *(Column(title, [_reached(value, 3) for value in found[name].values]) for title, name in names),
            Column("reachable in", [percent(value) if several else "" for value in found["limit_reachable"].values]),
        ],
    )


def _print_sides(found: "xr.Dataset") -> None:
    """What the second side needs, given the first, and the other way round."""
    if "second_needed" not in found:
        return
    first, second = found.attrs["sides"]
    rows = slice(None, None, 2)
    say("")
    table(
        "Each side, given what the other does",
        [
            Column("given", [f"{value:.1f}" for value in found["first"].values[rows]]),
            Column(
                f"by {first}, {second} needs", [_reached(value, 3) for value in found["second_needed"].values[rows]]
            ),
            Column(f"by {second}, {first} needs", [_reached(value, 3) for value in found["first_needed"].values[rows]]),
        ],
    )


def _print_orders(found: "xr.Dataset") -> None:
    """A row an outcome: both orders, both early, both late."""
    cells = []
    for at in range(found.sizes["outcome"]):
        one = found.isel(outcome=at)
        of_time = bool(one["of_time"])
        places = decimals(one["in_order"].values, of_time=of_time)
        values = [float(value) for value in one["in_order"].values]
        cells.append([shown(value, places, of_time=of_time) if value < float("inf") else "never" for value in values])
    units = [f"{title} ({unit})" if unit not in ("", "Dmnl") else title for title, unit in zip(
        map(str, found["title"].values), map(str, found["unit"].values), strict=True)]  # fmt: skip
    span = f"{found['first'].values[0]:g} and {found['first'].values[-1]:g}"
    table(
        f"{found.attrs['scenario_title']}: begun at {span}, base run",
        [
            Column("outcome", units, words=True),
            *(Column(str(order), [row[at] for row in cells]) for at, order in enumerate(found["order"].values)),
        ],
    )


def _reached(value: float, places: int) -> str:
    text = shown(value, places)
    return _NO_WAY if text == MISSING else text


def _print_json(finding: "Finding") -> None:
    from sdmodel.analysis.files import to_json

    print(to_json(finding, indent=2))


def _print_words(finding: "Finding") -> None:
    say(f"\n{finding.sentence}")
    for caveat in finding.caveats:
        say(f"  note: {caveat}")
