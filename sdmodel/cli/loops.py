"""`loops`: which feedback loops a study names, and what each of them moves."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from sdmodel.cli import shipped
from sdmodel.cli.console import Column, progress, say, table
from sdmodel.cli.look import Json
from sdmodel.cli.numbers import decimals, shown, signed

if TYPE_CHECKING:
    import xarray as xr


def loops(
    study: Annotated[str, typer.Argument(help="A study (.toml) that names its loops, or a shipped one.")],
    outcome: Annotated[
        list[str] | None,
        typer.Option("--outcome", help="On this outcome; repeat. Default: those of \\[structure], or all."),
    ] = None,
    scenario: Annotated[str | None, typer.Option(help="Under this scenario; default: the baseline.")] = None,
    as_json: Json = False,
) -> None:
    """Knock out each feedback loop and tell what it moves: outcomes without it, and the change that makes.

    The exit code is 1 when a knock-out moves nothing in any scenario, or a loop has never the sign of its kind.

    Example:

    sdmodel loops sir --outcome peak
    """
    from sdmodel import pipeline  # xarray, zarr and the compiler: not for --help
    from sdmodel.analysis import files
    from sdmodel.analysis.reality.structure import of_loops
    from sdmodel.design.asked import chosen_of
    from sdmodel.pipeline.loops.knock_outs import loops as knocked_out

    question = pipeline.load(shipped.study(study))
    with progress() as advance:
        finding = knocked_out(question.study, question.model, outcomes=outcome, progress=advance)
    known = list(map(str, finding.table["scenario"].values))
    [under] = chosen_of("scenario", [question.study.baseline if scenario is None else scenario], known)
    results = list(of_loops(finding))
    if as_json:
        print(json.dumps(files.to_dict(finding), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        _print_loops(finding.table)
        for name in map(str, finding.table["outcome"].values):
            _print_effects(finding.table.sel(outcome=name, scenario=under))
        say(f"\n{finding.sentence}")
        for caveat in finding.caveats:
            say(f"note: {caveat}")
        for one in results:
            say(f"{one.name} {'holds' if one.holds else 'FAILS'}: {one.worst}.")
    if not all(one.holds for one in results):
        raise typer.Exit(1)


def _print_loops(found: "xr.Dataset") -> None:
    """A row a loop: what it is, and what takes it out."""
    columns = [
        Column("loop", list(map(str, found["loop"].values)), words=True),
        Column("kind", list(map(str, found["kind"].values)), words=True),
        Column("name", list(map(str, found["title"].values)), words=True, wraps=20),
        Column("path", list(map(str, found["path"].values)), words=True, wraps=40, spare=2),
        Column("knocked out by", list(map(str, found["knock_out"].values)), words=True, wraps=24),
    ]
    table("", columns)


def _print_effects(one: "xr.Dataset") -> None:
    """An outcome with and without each loop, what moves most first."""
    order = abs(one["change"]).fillna(float("inf")).values.argsort(kind="stable")[::-1]
    rows, before = one.isel(loop=order), float(one["with_loop"])
    places = decimals([before, *rows["without_loop"].values])
    unit = str(one["units"].values)
    unit = "" if unit == "Dmnl" else unit
    say("")
    title = f"{one['outcome_title'].values}{f' ({unit})' if unit else ''}"
    say(f"{title}, {one['scenario_title'].values}: {shown(before, places)} with all loops")
    table(
        "",
        [
            Column("loop", list(map(str, rows["loop"].values)), words=True),
            Column("name", list(map(str, rows["title"].values)), words=True),
            Column("kind", list(map(str, rows["kind"].values)), words=True, spare=1),
            Column("without it", [shown(value, places) for value in rows["without_loop"].values]),
            Column("change", [signed(value, places) for value in rows["change"].values]),
        ],
    )
