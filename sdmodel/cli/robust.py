"""`robust`: which scenario does well whatever happens and whichever theory is right, from stored runs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sdmodel.cli import shipped
from sdmodel.cli.console import Column, say, table
from sdmodel.cli.decide import Outcomes, Runs
from sdmodel.cli.discover import inputs_and_outcomes, print_json, print_words
from sdmodel.cli.look import Json
from sdmodel.cli.numbers import decimals, percent, shown

if TYPE_CHECKING:
    import xarray as xr

_CRITERIA = {
    "high_regret": "regret that 90 % of futures do not exceed",
    "max_regret": "largest regret",
    "mean_regret": "mean regret",
    "mean": "mean",
    "satisficing": "share of futures within all limits",
}


def robust(
    runs: Runs,
    outcome: Outcomes = None,
    resamples: Annotated[int, typer.Option(min=20, max=100_000, help="Bootstrap resamples of the futures.")] = 200,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the bootstrap.")] = 0,
    as_json: Json = False,
) -> None:
    """Judge scenarios over all futures and rival theories: regret, limits kept, mean and spread, Pareto front.

    Regret is how much worse a scenario does than the best of all in the same future and under the same theory.
    Theories are what a sweep laid over the scenarios with --variant or --shock; each is judged by itself.

    The finding is kept beside the runs for their report, in place of an earlier one.

    Example:

    sdmodel robust outputs/sir --outcome peak
    """
    from sdmodel import pipeline  # xarray and zarr: not for --help
    from sdmodel.analysis.robustness.verdicts import robustness
    from sdmodel.design.asked import chosen_of

    stored = pipeline.stored(shipped.kept(Path(runs)))
    study = stored.question.study
    names = chosen_of("outcome", outcome, study.outcomes) if outcome else None
    finding = robustness(study, inputs_and_outcomes(stored.runs), outcomes=names, resamples=resamples, seed=seed)
    finding = pipeline.keep_on_runs(stored, finding)
    if as_json:
        print_json(finding)
        return
    found = finding.table
    for name in map(str, found["outcome"].values):
        _print_regret(found.sel(outcome=name))
    _print_limits(found)
    _print_verdicts(found)
    print_words(finding)


def _rows(one: "xr.Dataset") -> tuple[list[str], list[str]]:
    """Names of scenario and theory of each row; the theory is left out where there is but one."""
    pairs = [(str(s), str(t)) for s in one["scenario"].values for t in one["theory"].values]
    several = one.sizes["theory"] > 1
    return [pair[0] for pair in pairs], [pair[1] if several else "" for pair in pairs]


def _print_regret(one: "xr.Dataset") -> None:
    """An outcome: a row for each scenario under each theory."""
    scenarios, theories = _rows(one)
    unit = str(one["units"].values)

    def cells(name: str) -> list[str]:
        numbers = one[name].values.ravel()
        return [shown(value, decimals(numbers)) for value in numbers]

    bounds = one["high_regret_bounds"].values.reshape(-1, 2)
    places = decimals(bounds.ravel())
    say("")
    table(
        f"{one['outcome_title'].values}{f' ({unit})' if unit else ''}",
        [
            Column("scenario", scenarios, words=True),
            Column("theory", theories, words=True),
            Column("regret, 90 %", cells("high_regret")),
            Column("its interval", [" – ".join(shown(end, places) for end in pair) for pair in bounds], spare=3),
            Column("largest", cells("max_regret")),
            Column("mean regret", cells("mean_regret"), spare=2),
            Column("mean", cells("mean"), spare=1),
            Column("sd", cells("sd"), spare=4),
        ],
    )


def _print_limits(found: "xr.Dataset") -> None:
    """Limits kept, and the Pareto front."""
    columns = []
    if "satisficing" in found:
        ends = found["satisficing_bounds"].values.reshape(-1, 2)
        columns += [
            Column("all limits kept", [percent(value) for value in found["satisficing"].values.ravel()]),
            Column("its interval", [f"{percent(low)} – {percent(high)}" for low, high in ends], spare=2),
        ]
    if "pareto_share" in found:
        front = ["yes" if value else "no" for value in found["pareto_median"].values.ravel()]
        columns += [
            Column("unbeaten by medians", front, spare=1),
            Column("in futures", [percent(value) for value in found["pareto_share"].values.ravel()]),
        ]
    if columns:
        scenarios, theories = _rows(found)
        say("")
        unbeaten = "unbeaten: no other is as good in all outcomes and better in one"
        title = f"Over {int(found.attrs['futures']):,} futures; {unbeaten}"
        table(title, [Column("scenario", scenarios, words=True), Column("theory", theories, words=True), *columns])


def _print_verdicts(found: "xr.Dataset") -> None:
    """Who is best by each criterion, and whether that is decided."""
    rows = [
        (str(c), str(o), found.sel(criterion=c, outcome=o))
        for o in found["outcome"].values
        for c in found["criterion"].values
        if str(found["winner"].sel(criterion=c, outcome=o).values)
    ]
    worst = [float(one["worst_case"]) for _, _, one in rows]
    say("")
    table(
        "Best under the theory that is worst for it" if found.sizes["theory"] > 1 else "Best",
        [
            Column("criterion", [_CRITERIA[criterion] for criterion, _, _ in rows], words=True),
            Column("of", [o if c != "satisficing" else "" for c, o, _ in rows], words=True, wraps=24),
            Column("scenario", [str(one["winner"].values) for _, _, one in rows], words=True, wraps=24),
            Column("value", [shown(value, decimals([value])) for value in worst], spare=1),
            Column("same in resamples", [percent(one["decided"]) for _, _, one in rows]),
        ],
    )
