"""`compare` and `sensitivity`: what stored runs say."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sdmodel.cli import shipped
from sdmodel.cli.console import Column, say, table
from sdmodel.cli.look import Json
from sdmodel.cli.numbers import MISSING, counted, decimals, percent, shown, signed
from sdmodel.cli.overlay import overlaid, print_overlay
from sdmodel.errors import RunsError

if TYPE_CHECKING:
    import xarray as xr

    from sdmodel.analysis.finding import Finding
    from sdmodel.study.spec import Study

FIRST_ORDER = "first-order"
Runs = Annotated[Path, typer.Argument(help="Folder that a sweep wrote, such as outputs/sir.")]
Outcomes = Annotated[
    list[str] | None, typer.Option("--outcome", help="Show this outcome; repeat. Default: cost and risk.")
]


def compare(
    runs: Runs,
    outcome: Outcomes = None,
    without: Annotated[
        list[str] | None,
        typer.Option(
            help="Set each scenario against itself without this shock or variant; repeat: without all of them."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Compare scenarios: outcomes with medians and 5–95 % bands, and differences to the baseline in the same futures.

    What --without finds is kept beside the runs for their report, in place of an earlier one.

    Example:

    sdmodel compare outputs/sir --outcome peak
    """
    from sdmodel import pipeline  # xarray and zarr: not for --help
    from sdmodel.analysis.comparison import compare as compared

    stored = pipeline.stored(shipped.kept(runs))
    study = stored.question.study
    chosen = _chosen(study, outcome)
    if without:
        told = overlaid(study, _without_trajectories(stored.runs), without, chosen)
        told = pipeline.keep_on_runs(stored, told)
        _print_json(told) if as_json else print_overlay(told)
        return
    finding = compared(study, _without_trajectories(stored.runs))
    if as_json:
        _print_json(finding)
        return
    futures = len(set(stored.runs["future"].values.tolist()))
    say(f"{counted(futures, 'future')} a scenario; 90 % of them lie between 5 % and 95 %.")
    if "share of futures" in finding.table["centred"].sel(outcome=chosen).values:
        say("Of what comes true or does not, the share of futures is told in which it comes true.")
    if study.baseline in finding.table["scenario"].values:
        say(f"Baseline is {study.baseline}: change, lower and higher are to it, in the same future.")
    if set(map(str, finding.table["baseline"].values)) - {study.baseline, ""}:
        say("Under a theory or a shock they are to the baseline under the same one; --without NAME tells what it does.")
    for name in chosen:
        _print_comparison(study, finding.table.sel(outcome=name))
    _print_words(finding)


def _print_comparison(study: "Study", one: "xr.Dataset") -> None:
    """One outcome: a row a scenario."""
    scenarios = list(map(str, one["scenario"].values))
    bases = list(map(str, one["baseline"].values))
    others = [bool(base) and base != name for name, base in zip(scenarios, bases, strict=True)]
    named = [name if name != base else f"{name} (baseline)" for name, base in zip(scenarios, bases, strict=True)]

    def portion(name: str, rows: Sequence[bool]) -> list[str]:
        return [percent(value) if row else "" for value, row in zip(one[name].values, rows, strict=True)]

    of_share = str(one["centred"].values) != "median"
    outcome = study.outcomes[str(one["outcome"].values)]
    kept = portion("acceptable", [True] * len(scenarios))
    if of_share and outcome.acceptable and 0 < outcome.acceptable[1] < 1:  # a limit on the share itself
        kept = ["yes" if value else "no" for value in one["acceptable"].values]
    limit = f"{outcome.acceptable[0]} {outcome.acceptable[1]:g}" if outcome.acceptable else ""
    columns = [
        Column("scenario", named, words=True),
        *(_shares(one, others) if of_share else _levels(one, others, of_time=outcome.reduce == "first")),
        Column("lower", portion("lower", others), spare=1),
        Column("higher", portion("higher", others), spare=5),
        Column(limit, kept, spare=2),
        Column("never", portion("never", [True] * len(scenarios)), spare=3),
    ]
    unit = str(one["units"].values)
    say("")
    table(f"{one['title'].values}{f' ({unit})' if unit and not of_share else ''}", columns)


def _levels(one: "xr.Dataset", others: Sequence[bool], *, of_time: bool) -> list[Column]:
    """Medians and quantiles, with as many decimals as the medians deserve."""
    places = decimals(one["median"].values, of_time=of_time)

    def level(name: str) -> list[str]:
        return [shown(value, places, of_time=of_time) for value in one[name].values]

    def change(name: str) -> list[str]:
        return [signed(value, places) if other else "" for value, other in zip(one[name].values, others, strict=True)]

    return [
        *(Column(heading, level(name)) for heading, name in (("median", "median"), ("5 %", "low"), ("95 %", "high"))),
        Column("change", change("difference_median")),
        Column("its 5 %", change("difference_low"), spare=4),
        Column("its 95 %", change("difference_high"), spare=4),
    ]


def _shares(one: "xr.Dataset", others: Sequence[bool]) -> list[Column]:
    """For what comes true or does not: in which share of futures, and by how many points of a hundred that differs."""
    found = zip(100 * one["difference_centre"].values, others, strict=True)
    return [
        Column("futures", [percent(value) for value in one["centre"].values]),
        Column("change in points", [signed(value, 0) if other else "" for value, other in found]),
    ]


def sensitivity(
    runs: Runs,
    outcome: Outcomes = None,
    scenario: Annotated[str | None, typer.Option(help="Of this scenario; default: the baseline.")] = None,
    top: Annotated[int, typer.Option(min=1, help="How many inputs to list.")] = 10,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the bootstrap.")] = 0,
    resamples: Annotated[int, typer.Option(min=10, max=100_000, help="Bootstrap resamples.")] = 200,
    method: Annotated[str, typer.Option(help="first-order, pawn (whole distributions) or srrc (ranks).")] = FIRST_ORDER,
    as_json: Json = False,
) -> None:
    """Rank the uncertainties: first-order indices and rank correlations, or another measure, with 95 % intervals.

    Example:

    sdmodel sensitivity outputs/sir --outcome peak --top 5
    """
    from sdmodel import pipeline  # xarray and zarr: not for --help
    from sdmodel.analysis.sensitivity.drivers import sensitivity as ranked
    from sdmodel.analysis.sensitivity.given_methods import given
    from sdmodel.analysis.sensitivity.grounds import on_judgement, strongest
    from sdmodel.design.asked import chosen_of

    stored = pipeline.stored(shipped.kept(runs))
    study = stored.question.study
    labels = list(dict.fromkeys(map(str, stored.runs["scenario"].values)))
    usual = study.baseline if study.baseline in labels else labels[0]
    [own] = chosen_of("scenario", [usual if scenario is None else scenario], labels)
    chosen = _chosen(study, outcome)
    inputs = _without_trajectories(stored.runs)
    if method == FIRST_ORDER:
        finding = ranked(study, inputs, outcomes=chosen, scenario=own, seed=seed, resamples=resamples)
        finding = pipeline.of_runs(stored, _told(finding))
    else:
        finding = given(study, inputs, method, outcomes=chosen, scenario=own, seed=seed, resamples=resamples)
        finding = pipeline.keep_on_runs(stored, _told(finding))
    if as_json:
        _print_json(finding)
        return
    if method != FIRST_ORDER:
        _print_measured(study, finding, own, top)
        return
    say(f"Scenario {own}. In brackets: 95 % interval. An index is the share of variance due to this input alone.")
    for name in chosen:
        _print_ranking(study, finding.table.sel(outcome=name, scenario=own), top)
    drivers = [strongest(finding.table.sel(outcome=name, scenario=own)) for name in chosen]
    titles = [study.outcomes[name].title or name for name in chosen]
    if words := on_judgement(study, zip(titles, drivers, strict=True)):
        say(f"\n{words}")
    _print_words(finding)


def _told(finding: "Finding") -> "Finding":
    """The finding, if it tells of any outcome at all.

    Raises:
        RunsError: so many runs failed that nothing is told of any outcome.
    """
    if finding.table["withheld"].all():
        raise RunsError(f"{finding.sentence} Mend the model, or narrow the ranges in which it fails, and sweep again.")
    return finding


def _print_ranking(study: "Study", one: "xr.Dataset", top: int) -> None:
    from sdmodel.analysis.wording import plain_input

    order = one["first_order"].fillna(-1).values.argsort(kind="stable")[::-1][:top]
    rows = [one.isel(input=int(place)) for place in order]

    def band(measure: str, written: Any) -> list[str]:
        bounds = [[written(row[f"{measure}{bound}"], 2) for bound in ("", "_low", "_high")] for row in rows]
        return [MISSING if middle == MISSING else f"{middle} [{low}, {high}]" for middle, low, high in bounds]

    say("")
    outcome = study.outcomes[str(one["outcome"].values)]
    columns = [
        Column("uncertainty", [plain_input(str(row["input"].values)) for row in rows], words=True),
        Column("first-order index", band("first_order", shown)),
        Column("rank correlation", band("rank_correlation", signed)),
        Column("basis", [_basis(study, plain_input(str(row["input"].values))) for row in rows], words=True),
    ]
    table(outcome.title or outcome.name, columns)
    left = one.sizes["input"] - len(rows)
    if left:
        say(f"… and {left} more: --top {one.sizes['input']}")


def _print_measured(study: "Study", finding: "Finding", scenario: str, top: int) -> None:
    """The ranking by another method than first-order indices, strongest first."""
    from sdmodel.analysis.sensitivity.given_methods import METHODS
    from sdmodel.analysis.wording import plain_input

    method = METHODS[finding.name]
    say(f"Scenario {scenario}. In brackets: 95 % interval. Measure: {method.meaning}.")
    for name in map(str, finding.table["outcome"].values):
        one = finding.table.sel(outcome=name, scenario=scenario)
        order = abs(one[method.measure]).fillna(-1).values.argsort(kind="stable")[::-1][:top]
        rows = [one.isel(input=int(place)) for place in order]
        names = [plain_input(str(row["input"].values)) for row in rows]
        bounds = [[shown(row[f"{method.measure}{bound}"], 2) for bound in ("", "_low", "_high")] for row in rows]
        cells = [MISSING if middle == MISSING else f"{middle} [{low}, {high}]" for middle, low, high in bounds]
        say("")
        table(
            study.outcomes[name].title or name,
            [
                Column("uncertainty", names, words=True),
                Column(method.measure, cells),
                Column("basis", [_basis(study, each) for each in names], words=True),
            ],
        )
        say(f"{method.beside_meaning}: {shown(one[method.beside], 2)}")
        if left := one.sizes["input"] - len(rows):
            say(f"… and {left} more: --top {one.sizes['input']}")
    _print_words(finding)


def _basis(study: "Study", name: str) -> str:
    return study.uncertainties[name].basis if name in study.uncertainties else ""


def _without_trajectories(runs: "xr.Dataset") -> "xr.Dataset":
    """Inputs and outcomes in memory; the trajectories, which are most of the data, stay on disk."""
    from sdmodel.runs.schema import TRAJECTORY, named

    return runs.drop_vars(named(runs, TRAJECTORY)).load()


def _chosen(study: "Study", asked: list[str] | None) -> list[str]:
    """Outcomes that are asked for, in any spelling; else cost and risk, or the first three."""
    from sdmodel.design.asked import chosen_of

    if asked:
        return chosen_of("outcome", asked, study.outcomes)
    main = [name for name in (study.cost_outcome, study.risk_outcome) if name in study.outcomes]
    return main or list(study.outcomes)[:3]


def _print_json(finding: "Finding") -> None:
    from sdmodel.analysis.files import to_json

    print(to_json(finding, indent=2))


def _print_words(finding: "Finding") -> None:
    say(f"\n{finding.sentence}")
    for caveat in finding.caveats:
        say(f"  note: {caveat}")
