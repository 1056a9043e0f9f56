"""`compare` and `sensitivity`: what stored runs say."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sdmodel.cli.console import say, table
from sdmodel.cli.look import Json
from sdmodel.errors import RunsError
from sdmodel.model.names import did_you_mean

if TYPE_CHECKING:
    from sdmodel.analysis.finding import Finding
    from sdmodel.study.spec import Study

Runs = Annotated[Path, typer.Argument(help="Folder that a sweep wrote, such as outputs/sir.")]
Outcomes = Annotated[
    list[str] | None, typer.Option("--outcome", help="Show this outcome; repeat. Default: cost and risk.")
]


def compare(runs: Runs, outcome: Outcomes = None, as_json: Json = False) -> None:
    """Compare scenarios: outcomes with medians and 5–95 % bands, and differences to the baseline in the same futures.

    Example:  sdmodel compare outputs/technology_security_dilemma --outcome crisis_probability_2045
    """
    from sdmodel import pipeline  # xarray and zarr: not for --help
    from sdmodel.analysis.comparison import compare as compared

    question, stored, _ = pipeline.stored(runs)
    finding = compared(question.study, stored.load())
    if as_json:
        _print_json(finding)
        return
    for name in _chosen(question.study, finding, outcome):
        _print_comparison(question.study, finding.table.sel(outcome=name))
    _print_words(finding)


def _print_comparison(study: "Study", one: Any) -> None:
    unit = str(one["units"].values) if "units" in one.coords else ""
    rows = []
    for scenario in map(str, one["scenario"].values):
        row = one.sel(scenario=scenario)
        band = _band(row, "median", "low", "high", _digits)
        difference = ""
        if scenario != study.baseline:
            difference = _band(row, "difference_median", "difference_low", "difference_high", _signed)
        lower = "" if scenario == study.baseline else _percent(row["lower"])
        acceptable = _percent(row["acceptable"])
        rows.append(
            [scenario, band, difference, lower, acceptable, _percent(row["never"]) if float(row["never"]) else ""]
        )
    title = f"{one['title'].values if 'title' in one.coords else one['outcome'].values}" + (
        f" ({unit})" if unit else ""
    )
    headings = ["scenario", "median [5 %, 95 %]", f"less {study.baseline}", "lower in", "acceptable in", "never in"]
    table(title, headings, rows)
    say("")


def sensitivity(
    runs: Runs,
    outcome: Outcomes = None,
    scenario: Annotated[str | None, typer.Option(help="Of this scenario; default: the baseline.")] = None,
    top: Annotated[int, typer.Option(min=1, help="How many inputs to list.")] = 10,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the bootstrap.")] = 0,
    resamples: Annotated[int, typer.Option(min=10, help="Bootstrap resamples.")] = 200,
    as_json: Json = False,
) -> None:
    """Rank the uncertainties: first-order indices and rank correlations with 95 % bootstrap intervals.

    Example:  sdmodel sensitivity outputs/technology_security_dilemma --outcome crisis_probability_2045 --top 5
    """
    from sdmodel import pipeline  # xarray and zarr: not for --help
    from sdmodel.analysis.sensitivity import sensitivity as ranked

    question, stored, _ = pipeline.stored(runs)
    wanted = list(outcome or ()) or None
    finding = ranked(question.study, stored.load(), outcomes=wanted, scenario=scenario, seed=seed, resamples=resamples)
    if as_json:
        _print_json(finding)
        return
    shown = scenario or question.study.baseline
    labels = list(map(str, finding.table["scenario"].values))
    own = shown if shown in labels else labels[0]
    for name in _chosen(question.study, finding, outcome):
        _print_ranking(finding.table.sel(outcome=name, scenario=own), name, own, top)
    _print_words(finding)


def _print_ranking(one: Any, name: str, scenario: str, top: int) -> None:
    order = one["first_order"].fillna(-1).values.argsort()[::-1][:top]
    rows = []
    for place in order:
        row = one.isel(input=int(place))
        rows.append(
            [
                str(row["input"].values),
                _band(row, "first_order", "first_order_low", "first_order_high", _digits),
                _band(row, "rank_correlation", "rank_correlation_low", "rank_correlation_high", _signed),
            ]
        )
    table(f"{name}, scenario {scenario}", ["uncertainty", "first-order index [95 %]", "rank correlation [95 %]"], rows)
    say("")


def _chosen(study: "Study", finding: "Finding", asked: list[str] | None) -> list[str]:
    there = list(map(str, finding.table["outcome"].values))
    for name in asked or []:
        if name not in there:
            raise RunsError(f'--outcome "{name}": the study has no such outcome.{did_you_mean(name, there)}')
    main = [name for name in (study.cost_outcome, study.risk_outcome) if name in there]
    return asked or main or there[:3]


def _print_json(finding: "Finding") -> None:
    from sdmodel.analysis.files import to_json

    print(to_json(finding, indent=2))


def _print_words(finding: "Finding") -> None:
    say(finding.sentence)
    for caveat in finding.caveats:
        say(f"  note: {caveat}")


def _band(row: Any, middle: str, low: str, high: str, shown: Callable[[Any], str]) -> str:
    return f"{shown(row[middle])} [{shown(row[low])}, {shown(row[high])}]"


def _digits(value: Any) -> str:
    number = float(value)
    return "–" if number != number else f"{number:.3g}" if abs(number) < 1000 else f"{number:,.0f}"


def _signed(value: Any) -> str:
    text = _digits(value)
    return text if text.startswith(("-", "–")) else f"+{text}"


def _percent(value: Any) -> str:
    number = float(value)
    return "" if number != number else f"{100 * number:.0f} %"
