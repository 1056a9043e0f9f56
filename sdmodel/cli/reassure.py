"""`reassure` and `timing`: how much of a policy a target takes, and which of two policies should come first."""

from typing import TYPE_CHECKING, Annotated

import typer

from sdmodel.cli.console import Column, say, table
from sdmodel.cli.given import refuse
from sdmodel.cli.keeping import Output
from sdmodel.cli.look import Json
from sdmodel.cli.numbers import MISSING, decimals, percent, shown
from sdmodel.cli.options import Futures, FuturesFrom, Seed
from sdmodel.cli.telling import found_of, present

if TYPE_CHECKING:
    import xarray as xr


_NO_WAY = "out of reach"
_LEVERS = 20  # that are listed


def reassure(
    context: typer.Context,
    study: Annotated[str, typer.Argument(help="A study (.toml) with a search and targets, or a shipped one.")],
    target: Annotated[
        str | None,
        typer.Option(
            help='\\[targets.NAME] of the study, or a condition as "peak <= 0.1"; default: the search\'s own.'
        ),
    ] = None,
    search: Annotated[str | None, typer.Option(help="\\[search.NAME]: which levers; default: the first.")] = None,
    scenario: Annotated[str | None, typer.Option(help="Where the levers start; default: the search's first.")] = None,
    side: Annotated[str, typer.Option(help="A side that acts alone, or both.")] = "both",
    share: Annotated[float | None, typer.Option(help="Share of futures to meet it in; default: the search's.")] = None,
    futures: Futures = 500,
    seed: Seed = None,
    futures_from: FuturesFrom = None,
    output: Output = None,
    as_json: Json = False,
) -> None:
    """Find the least intensity of a policy that meets a target: what would it take?

    Levers move together from where the scenario has them (intensity 0) to their far ends (1): by both sides alike, by
    one alone, by each given the other. Any study that has a search can be asked. What serves a share of futures is the
    least intensity at which so many of them meet the target at once; more may hurt some.

    Example:

    sdmodel reassure sir --target "peak <= 0.1" --share 0.75 --futures 100
    """
    from sdmodel.pipeline.levers.minimal import reassure as sought  # xarray and the compiler: not for --help

    if not futures:
        refuse(context, ("share",), "a share of futures needs some of them: add --futures, or leave it out.")

    finding, file = found_of(
        study,
        output,
        lambda question, advance: sought(
            question.study,
            question.model,
            search=search,
            target=target,
            scenario=scenario,
            side=side,
            share=share,
            futures=futures,
            seed=seed,
            sample=futures_from,
            progress=advance,
        ),
    )
    present(
        finding, as_json, _print_least, _print_costs, _print_levers, _print_limits, _print_sides, _print_map, file=file
    )


def timing(
    study: Annotated[str, typer.Argument(help="A study (.toml) with moves in time, or a shipped one.")],
    name: Annotated[str | None, typer.Option(help="\\[timing.NAME] of the study; default: the first.")] = None,
    scenario: Annotated[str | None, typer.Option(help="In this scenario; default: the one that it names.")] = None,
    points: Annotated[int, typer.Option(min=2, max=101, help="Times on either axis of the map.")] = 15,
    futures: Futures = 100,
    seed: Seed = None,
    futures_from: FuturesFrom = None,
    output: Output = None,
    as_json: Json = False,
) -> None:
    """Map outcomes over the times at which two policies begin: which one first, and how fast?

    Example:

    sdmodel timing sir --futures 20
    """
    from sdmodel.pipeline.levers.timing import timing as mapped  # xarray and the compiler: not for --help

    finding, file = found_of(
        study,
        output,
        lambda question, advance: mapped(
            question.study,
            question.model,
            name=name,
            scenario=scenario,
            points=points,
            futures=futures,
            seed=seed,
            sample=futures_from,
            progress=advance,
        ),
    )
    present(finding, as_json, _print_orders, file=file)


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
            Column("at best", _bests(found["best"], found["best_at"]), spare=2),
            Column("reachable in", [percent(value) for value in found["reachable"].values], spare=1),
        ]
    for cost in map(str, found["cost"].values):
        columns += _costs(found.sel(cost=cost), several)
    table("", columns)


def _costs(one: "xr.Dataset", several: bool) -> list[Column]:
    """What it costs: now, and at the least that is enough in the base run."""
    places = decimals([float(one["cost_before"]), *one["cost_least"].values])
    title = f"{one['cost_title'].values}: {shown(one['cost_before'], places)}, becomes"
    return [Column(title, [shown(value, places) for value in one["cost_least"].values], spare=3 + several)]


def _print_costs(found: "xr.Dataset") -> None:
    """What it costs over futures, where the target is met in the share that is asked, or in the most."""
    rows = [
        (found.isel(who=who, cost=cost))
        for who in range(found.sizes["who"])
        for cost in range(found.sizes["cost"])
        if found["served"].values[who] >= 0
    ]
    if found.attrs["futures"] < 2 or not rows:
        return
    columns = [
        Column("over futures", [str(row["title"].values) for row in rows], words=True),
        Column("at", [shown(row["served"], 4) for row in rows]),
        Column("met in", [percent(row["met"]) for row in rows]),
        Column("cost", [str(row["cost_title"].values) for row in rows], words=True, spare=2),
    ]
    names = ("cost_before_median", "cost_median", "cost_low", "cost_high")
    cells = [[shown(row[name], decimals([row[one] for one in names])) for name in names] for row in rows]
    heads = ("median before", "then", "5 %", "95 %")
    say("")
    table(
        "What it costs over futures",
        [*columns, *(Column(head, [row[at] for row in cells]) for at, head in enumerate(heads))],
    )


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
        shares = {0.05: "limit_low", 0.5: "limit_median", 0.95: "limit_high", found.attrs["share"]: "limit_enough"}
        names += [(f"in {100 * part:g} % of futures", name) for part, name in sorted(shares.items())]
    columns = [Column(title, [_reached(value, 3) for value in found[name].values]) for title, name in names]
    if several:
        columns += [
            Column("at best", _bests(found["limit_best"], found["limit_best_at"]), spare=2),
            Column("reachable in", [percent(value) for value in found["limit_reachable"].values], spare=1),
        ]
    say("")
    head = f"{found.attrs['limited_title']} {found.attrs['limited_by']}"
    table(
        "Least intensity by another limit",
        [Column(head, [f"{limit:g}" for limit in found["limit"].values]), *columns],
    )


def _print_sides(found: "xr.Dataset") -> None:
    """What the second side needs, given the first, and the other way round."""
    if "second_needed" not in found:
        return
    first, second = found.attrs["sides"]
    several, wanted = found.attrs["futures"] > 1, f"in {100 * found.attrs['share']:g} %"
    columns = [Column("given", [f"{value:.1f}" for value in found["given"].values])]
    for needs, needed, enough in (
        (f"by {first}, {second} needs: base run", "second_needed", "second_enough"),
        (f"by {second}, {first} needs: base run", "first_needed", "first_enough"),
    ):
        columns.append(Column(needs, [_reached(value, 3) for value in found[needed].values[::2]]))
        if several:
            columns.append(Column(wanted, [_reached(value, 3) for value in found[enough].values]))
    say("")
    table(
        "Each side, given what the other does",
        columns,
    )


def _print_map(found: "xr.Dataset") -> None:
    """The share of futures that meet the target at some pairs of intensities."""
    if "share_map" not in found or found.attrs["futures"] < 2:
        return
    first, second = found.attrs["sides"]
    some = found["share_map"].isel(first=slice(None, None, 4), second=slice(None, None, 4))
    say("")
    table(
        "Share of futures that meet it",
        [
            Column(f"{first} ↓ {second} →", [f"{value:.1f}" for value in some["first"].values]),
            *(
                Column(f"{value:.1f}", [percent(share) for share in some.values[:, at]])
                for at, value in enumerate(some["second"].values)
            ),
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


def _bests(share: "xr.DataArray", at: "xr.DataArray") -> list[str]:
    """ "72 % at 0.953"."""
    pairs = zip(share.values, at.values, strict=True)
    return [f"{percent(part)} at {shown(x, 3)}" if part > 0 else MISSING for part, x in pairs]


def _reached(value: float, places: int) -> str:
    text = shown(value, places)
    return _NO_WAY if text == MISSING else text
