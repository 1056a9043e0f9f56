"""`information`: which unknowns are worth finding out before choosing a scenario, from stored runs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sdmodel.cli import shipped
from sdmodel.cli.console import Column, say, table
from sdmodel.cli.decide import Runs
from sdmodel.cli.discover import inputs_and_outcomes, print_json, print_words
from sdmodel.cli.look import Json
from sdmodel.cli.numbers import decimals, percent, shown

if TYPE_CHECKING:
    import xarray as xr


def information(
    runs: Runs,
    outcome: Annotated[
        list[str] | None,
        typer.Option("--outcome", help='Choose by this outcome; repeat. "limits": by all acceptable limits.'),
    ] = None,
    top: Annotated[int, typer.Option(min=1, help="How many inputs to list.")] = 10,
    permutations: Annotated[int, typer.Option(min=20, max=10_000, help="Shuffled samples that tell the bias.")] = 100,
    seed: Annotated[int, typer.Option(min=0, help="Seed of these samples.")] = 0,
    as_json: Json = False,
) -> None:
    """Tell which unknowns are worth finding out: the expected gain, if one were known before a scenario is chosen.

    The finding is kept beside the runs for their report, in place of an earlier one.

    Example:

    sdmodel information outputs/sir --outcome peak
    """
    from sdmodel import pipeline  # xarray and zarr: not for --help
    from sdmodel.analysis.robustness.value_of_information import LIMITS
    from sdmodel.analysis.robustness.value_of_information import information as valued
    from sdmodel.design.asked import chosen_of

    stored = pipeline.stored(shipped.kept(Path(runs)))
    study = stored.question.study
    names = chosen_of("outcome", outcome, [*study.outcomes, LIMITS]) if outcome else None
    finding = valued(study, inputs_and_outcomes(stored.runs), outcomes=names, permutations=permutations, seed=seed)
    finding = pipeline.keep_on_runs(stored, finding)
    if as_json:
        print_json(finding)
        return
    for name in map(str, finding.table["outcome"].values):
        _print_worth(finding.table.sel(outcome=name), top)
    print_words(finding)


def _print_worth(one: "xr.Dataset", top: int) -> None:
    """An outcome: the inputs that are worth most."""
    order = one["worth"].values.argsort(kind="stable")[::-1]
    rows = one.isel(input=[place for place in order if one["worth"].values[place] > 0][:top])
    unit = str(one["units"].values)
    places = decimals(rows["worth"].values)
    say("")
    lead = f"{one['outcome_title'].values}{f' ({unit})' if unit else ''}"
    title = f"{lead}: chosen without knowing more is {one['choice'].values}"
    if not rows.sizes["input"]:
        say(f"{title}; no input is worth anything.")
        return
    ends = zip(rows["low"].values, rows["high"].values, strict=True)
    table(
        title,
        [
            Column("unknown", list(map(str, rows["input"].values)), words=True),
            Column("worth", [shown(value, places) for value in rows["worth"].values]),
            Column("interval", [" – ".join(shown(end, places) for end in pair) for pair in ends], spare=2),
            Column("beyond chance", ["yes" if value else "no" for value in rows["clear"].values]),
            Column("changes the choice", [percent(value) for value in rows["changes"].values], spare=1),
            Column("to", list(map(str, rows["instead"].values)), words=True, spare=1),
        ],
    )
    say(f"Knowing everything would be worth {shown(one['perfect'], decimals([one['perfect']]))}.")
