"""`discover`: the conditions under which a scenario fails, from stored runs."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sdmodel.cli import shipped
from sdmodel.cli.console import Column, say, table
from sdmodel.cli.decide import Runs
from sdmodel.cli.given import refuse
from sdmodel.cli.look import Json
from sdmodel.cli.numbers import decimals, percent, shown

if TYPE_CHECKING:
    import xarray as xr

    from sdmodel.analysis.failing import Failing
    from sdmodel.analysis.finding import Finding
    from sdmodel.study.spec import Study

_PATH = 12
_OF_PRIM = ("boxes", "coverage", "resamples")


class Method(StrEnum):
    """How conditions are sought."""

    prim = "prim"
    cart = "cart"


def discover(
    context: typer.Context,
    runs: Runs,
    scenario: Annotated[str, typer.Option(help="Of this scenario; default: the baseline.")] = "",
    outcome: Annotated[str, typer.Option(help="Failing is to miss the acceptable limit of this outcome.")] = "",
    fails: Annotated[str, typer.Option(help='What failing is: "peak > 0.3 and regret(peak) > 0.1".')] = "",
    method: Annotated[Method, typer.Option(help="Boxes (prim), or a tree (cart; needs an extra).")] = Method.prim,
    box: Annotated[int | None, typer.Option(min=0, help="Take this box of the path, not the usual one.")] = None,
    boxes: Annotated[int, typer.Option(min=1, max=9, help="How many boxes; each in what the others leave.")] = 1,
    coverage: Annotated[float, typer.Option(min=0.01, max=1, help="Share of failures that a box must hold.")] = 0.5,
    resamples: Annotated[int, typer.Option(min=20, max=10_000, help="Samples for chance, and for limits.")] = 50,
    seed: Annotated[int, typer.Option(min=0, help="Seed of these samples.")] = 0,
    as_json: Json = False,
) -> None:
    """Find the conditions under which a scenario fails: limits on few inputs within which failures are dense.

    The usual box is, within one standard error, as dense as the densest that holds half of all failures, in the inputs
    that chance does not explain.

    The finding is kept beside the runs for their report, in place of an earlier one.

    Example:

    sdmodel discover outputs/sir --outcome peak
    """
    from dataclasses import replace

    from sdmodel import pipeline  # xarray and zarr: not for --help
    from sdmodel.analysis.discovery import conditions as discovery
    from sdmodel.analysis.discovery.prim import RULE

    if method is Method.cart:
        refuse(context, _OF_PRIM, "it is for --method prim; a tree (cart) is grown whole.")
    stored = pipeline.stored(shipped.kept(Path(runs)))
    study = stored.question.study
    finding = discovery.discover(
        study,
        inputs_and_outcomes(stored.runs),
        failing(study, outcome, fails),
        scenario,
        method=method.value,
        step=box,
        boxes=boxes,
        rule=replace(RULE, coverage=coverage),
        resamples=resamples,
        seed=seed,
    )
    finding = pipeline.keep_on_runs(stored, finding)
    if as_json:
        print_json(finding)
        return
    for number in range(finding.table.sizes["box"]):
        _print_box(finding.table.isel(box=number), number + 1)
    if method is Method.prim and finding.table.sizes["box"] and box is None:
        _print_path(finding.table.isel(box=0))
    print_words(finding)


def failing(study: "Study", outcome: str, fails: str) -> "Failing":
    """What failing is: as told, or to miss the limit of an outcome (default: risk, cost, or the first with a limit)."""
    from sdmodel.analysis.failing import beyond, failing_of
    from sdmodel.design.asked import chosen_of
    from sdmodel.errors import RunsError

    if fails:
        if outcome:
            raise RunsError("--outcome and --fails both say what failing is: give one of them.")
        return failing_of(fails, study.outcomes)
    if outcome:
        return beyond(study.outcomes[chosen_of("outcome", [outcome], study.outcomes)[0]])
    order = (study.risk_outcome, study.cost_outcome, *study.outcomes)
    limited = [name for name in order if name in study.outcomes and study.outcomes[name].acceptable]
    if not limited:
        raise RunsError(
            'no outcome of the study has an acceptable limit. Say what failing is: --fails "OUTCOME > NUMBER".'
        )
    return beyond(study.outcomes[limited[0]])


def inputs_and_outcomes(runs: "xr.Dataset") -> "xr.Dataset":
    """Inputs and outcomes in memory; the trajectories, which are most of the data, stay on disk."""
    from sdmodel.runs.schema import TRAJECTORY, named

    return runs.drop_vars(named(runs, TRAJECTORY)).load()


def print_json(finding: "Finding") -> None:
    """The finding as JSON."""
    from sdmodel.analysis.files import to_json

    print(to_json(finding, indent=2))


def print_words(finding: "Finding") -> None:
    """The sentence and the caveats."""
    say(f"\n{finding.sentence}")
    for caveat in finding.caveats:
        say(f"  note: {caveat}")


def _print_box(one: "xr.Dataset", number: int) -> None:
    """What the box is worth, and a row an input."""
    rows = one.isel(input=(one["condition"].values != "").nonzero()[0])
    if rows["quasi_p"].size:
        rows = rows.isel(input=rows["quasi_p"].values.argsort(kind="stable"))
    title = (
        f"Box {number}: {percent(one['density'])} of {int(one['futures']):,} futures in it fail, "
        f"{percent(one['coverage'])} of all failures are in it"
    )
    tested = int(one["chosen"]) >= 0
    clear = ["yes" if value else "no" for value in rows["significant"].values] if tested else [""] * rows.sizes["input"]
    say(f"\n{title}")
    table(
        "",
        [
            Column("condition", list(map(str, rows["condition"].values)), words=True, wraps=30),
            Column("limits when resampled", _moves(rows), spare=2),
            Column("in resamples", [percent(value) for value in rows["frequency"].values], spare=1),
            Column("quasi-p", [f"{value:.2g}" if tested else "" for value in rows["quasi_p"].values]),
            Column("beyond chance", clear),
        ],
    )


def _moves(rows: "xr.Dataset") -> list[str]:
    """5 % to 95 % of the limits over bootstrap samples: "0.42 – 0.63"."""
    told = []
    for place in range(rows.sizes["input"]):
        pairs = [rows[f"{side}_limit"].values[place] for side in ("low", "high")]
        known = [pair for pair in pairs if pair[0] == pair[0]]
        told.append("; ".join(" – ".join(shown(end, decimals(pair)) for end in pair) for pair in known))
    return told


def _print_path(one: "xr.Dataset") -> None:
    """Some boxes of the path, the chosen one among them."""
    last = int((one["path_density"].values == one["path_density"].values).sum()) - 1
    chosen = int(one["chosen"])
    every = max(1, -(-last // _PATH))
    steps = sorted({*range(0, last + 1, every), chosen, last})
    part = one.isel(step=steps)
    marks = ["← chosen" if step == chosen else "" for step in steps]
    say("")
    table(
        "The path (--box takes one of it)",
        [
            Column("box", [f"{step}" for step in steps]),
            Column("coverage", [percent(value) for value in part["path_coverage"].values]),
            Column("density", [percent(value) for value in part["path_density"].values]),
            Column("of all futures", [percent(value) for value in part["path_mass"].values], spare=2),
            Column("inputs", [f"{value:.0f}" for value in part["path_restricted"].values], spare=1),
            Column("", marks, words=True),
        ],
    )
