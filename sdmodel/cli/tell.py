"""`report` and `study`: the page, and everything in one command."""

import json
import time
from typing import Annotated

import typer

from sdmodel.cli import shipped
from sdmodel.cli.console import progress, say
from sdmodel.cli.decide import Runs
from sdmodel.cli.look import Json
from sdmodel.cli.simulate import Design, Futures, Output, Scenarios, Seed, Shocks, Threads, Variants, swept, tell


def report(runs: Runs, as_json: Json = False) -> None:
    """Write the report on stored runs again.

    Example:

    sdmodel report outputs/sir
    """
    from sdmodel import pipeline  # plotly, xarray and zarr: not for --help

    page = pipeline.report(pipeline.stored(shipped.kept(runs)))
    if as_json:
        print(json.dumps({"report": str(page)}))
    else:
        say(f"wrote {page}")


def study(
    study: Annotated[str, typer.Argument(help="A study (.toml), or the name of a shipped one.")],
    futures: Futures = None,
    design: Annotated[Design, typer.Option(help="How futures are chosen.")] = Design.lhs,
    seed: Seed = None,
    scenario: Scenarios = None,
    shock: Shocks = None,
    variant: Variants = None,
    output: Output = None,
    threads: Threads = None,
    quick: Annotated[bool, typer.Option("--quick", help="No reality checks, no loops, no fit to the past.")] = False,
    as_json: Json = False,
) -> None:
    """Do it all: sweep, check against PySD, compare, rank the uncertainties, write the report.

    Where the study has reality checks, feedback loops or a calibration, they are worked out as well; --quick leaves
    that out.

    Example:

    sdmodel study dilemma --futures 100
    """
    started = time.perf_counter()
    told, kept = swept(study, futures, design, seed, scenario, shock, variant, output, threads)
    from sdmodel import pipeline  # plotly, xarray and zarr: not for --help

    with progress() as advance:
        findings = pipeline.analyse(kept, advance, only=pipeline.QUICK if quick else pipeline.EVERY)
    page = pipeline.report(kept, findings)
    if as_json:
        sentences = {finding.name: finding.sentence for finding in findings}
        print(json.dumps({**told, "report": str(page), "findings": sentences}, indent=2))
        return
    tell(told)
    for finding in findings:
        say(f"\n{finding.sentence}")
    say(f"\nwrote {page} in {time.perf_counter() - started:.1f} s\nopen it in a browser: {page.resolve().as_uri()}")
