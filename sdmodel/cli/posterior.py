"""`calibrate --posterior`: what the data leave of the priors, whether the sample may be trusted, and where it is."""

from pathlib import Path
from typing import TYPE_CHECKING

from sdmodel.cli import shipped
from sdmodel.cli.console import Column, progress, say, table
from sdmodel.cli.numbers import MISSING, decimals, percent, shown
from sdmodel.cli.telling import present
from sdmodel.errors import ExperimentError

if TYPE_CHECKING:
    import xarray as xr


def tell_posterior(
    study: str,
    starts: int | None,
    walkers: int | None,
    steps: int | None,
    seed: int | None,
    output: Path | None,
    as_json: bool,
) -> None:
    """Samples the posterior of `study`, prints it, and keeps finding and sample in `output`."""
    if starts is not None:
        raise ExperimentError("--starts is for the fit; a posterior has --walkers and --steps.")
    from sdmodel import pipeline  # xarray, zarr and SciPy: not for --help
    from sdmodel.pipeline.calibration.posterior import STEPS, posterior
    from sdmodel.pipeline.calibration.posterior_groups import about, groups_of
    from sdmodel.pipeline.output import claim, keep
    from sdmodel.runs.sample import FILE, write_sample

    question = pipeline.load(shipped.study(study))
    if output:
        claim(output, question.study)
    with progress() as advance:
        found, sample = posterior(question, walkers=walkers, steps=steps or STEPS, seed=seed, progress=advance)
    written = write_sample(output / FILE, groups_of(sample), about(sample)) if output else None
    finding, kept = keep(found, output, question.study)
    present(finding, as_json, _print_constants, _print_sample, _print_bounds, _print_coverage)
    if written and not as_json:
        say(f"\nwrote {written} and {kept}\nnext: sdmodel sweep {study} --futures-from {written}")


def _print_constants(found: "xr.Dataset") -> None:
    """A row a constant, each with as many decimals as its own numbers deserve."""
    heads = {"median": "median", "low": "90 % from", "high": "to", "prior_low": "prior from", "prior_high": "to "}
    rows = [[float(found[name].values[at]) for name in heads] for at in range(found.sizes["constant"])]
    cells = [[shown(value, decimals(row)) for value in row] for row in rows]
    table(
        "",
        [
            Column("constant", list(map(str, found["constant"].values)), words=True),
            *(Column(head, [row[place] for row in cells]) for place, head in enumerate(heads.values())),
            Column("unit", list(map(str, found["unit"].values)), words=True, spare=2),
            Column("narrower by", [percent(max(0.0, float(value))) for value in found["contraction"].values]),
        ],
    )


def _print_sample(found: "xr.Dataset") -> None:
    say("")
    facts = found.attrs
    say(
        f"{facts['ensembles']} ensembles of {facts['walkers']} walkers, {facts['steps']} steps, the first "
        f"{facts['burn_in']} left out; {percent(facts['accepted'])} of proposals accepted"
    )
    numbers = (
        ("bulk ESS", "ess_bulk", 0),
        ("tail ESS", "ess_tail", 0),
        ("steps correlated", "autocorrelation_time", 1),
    )
    table(
        "",
        [
            Column("constant", list(map(str, found["constant"].values)), words=True),
            Column("R-hat", [shown(value, 3) for value in found["r_hat"].values]),
            *(Column(head, [shown(value, places) for value in found[name].values]) for head, name, places in numbers),
        ],
    )


def _print_bounds(found: "xr.Dataset") -> None:
    if not found.sizes["bound"]:
        return
    say("")
    heads = {
        "bound_median": "median",
        "bound_low": "90 % from",
        "bound_high": "to",
        "bound_least": "at least",
        "bound_most": "at most",
    }
    places = decimals(found["bound_median"].values)
    table(
        "Ranges to keep",
        [
            Column("number", list(map(str, found["bound_title"].values)), words=True),
            *(Column(head, [shown(value, places) for value in found[name].values]) for name, head in heads.items()),
            Column("kept in", [percent(value) for value in found["bound_kept"].values]),
        ],
    )


def _print_coverage(found: "xr.Dataset") -> None:
    """How many observations of each series lie in their 90 % interval."""
    say("\nObservations in their 90 % interval")

    def cells(window: str) -> list[str]:
        of = found.sel(window=window)
        pairs = zip(of["coverage"].values, of["window_points"].values, strict=True)
        return [f"{round(share * points)} of {points}" if points else MISSING for share, points in pairs]

    table(
        "",
        [
            Column("series", list(map(str, found["title"].values)), words=True),
            Column("fitted", cells("fit")),
            Column("held out", cells("holdout")),
        ],
    )
