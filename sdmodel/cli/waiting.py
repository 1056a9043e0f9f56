"""`waiting`: how large to begin, and how long to wait, where it is not known which of two theories holds."""

from typing import TYPE_CHECKING, Annotated

import typer

from sdmodel.cli.console import Column, table
from sdmodel.cli.keeping import Output
from sdmodel.cli.look import Json
from sdmodel.cli.numbers import decimals, shown
from sdmodel.cli.options import FuturesFrom, Seed, Settings, Study
from sdmodel.cli.settings import settings_of_words, values_of_word
from sdmodel.cli.telling import found_of, present

if TYPE_CHECKING:
    import xarray as xr

_EVERY = 2  # chances that are printed


def waiting(
    study: Study,
    name: Annotated[str | None, typer.Option(help="Which \\[waiting.NAME]; default: the first.")] = None,
    theory: Annotated[list[str] | None, typer.Option(help="A variant that may hold; give two.")] = None,
    prior: Annotated[float | None, typer.Option(help="Chance of the first, of which the sentence speaks.")] = None,
    outcome: Annotated[str | None, typer.Option(help="The outcome by which all is judged.")] = None,
    size: Annotated[str | None, typer.Option(help='Lever and sizes, from none: "name=0,0.5,1".')] = None,
    patience: Annotated[str | None, typer.Option(help='How long to wait, up to for ever: "name=1,4,1000".')] = None,
    scenario: Annotated[str | None, typer.Option(help="Under this scenario.")] = None,
    variant: Annotated[list[str] | None, typer.Option("--variant", help="With this variant in both; repeat.")] = None,
    settings: Settings = None,
    futures: Annotated[int, typer.Option(help="Draws of all uncertainties; 0: the base run.")] = 300,
    seed: Seed = None,
    futures_from: FuturesFrom = None,
    output: Output = None,
    as_json: Json = False,
) -> None:
    """Weigh a step that is taken back if nothing answers it: how large, how long to wait, what waiting is worth.

    Example:

    sdmodel waiting probation --futures 20
    """
    from sdmodel.pipeline.levers.waiting import waiting as weighed  # xarray and the compiler: not for --help

    finding, file = found_of(
        study,
        output,
        lambda question, advance: weighed(
            question.study,
            question.model,
            name=name,
            size=values_of_word(size, "--size") if size else None,
            patience=values_of_word(patience, "--patience") if patience else None,
            theories=tuple(theory or ()),
            outcome=outcome,
            prior=prior,
            scenario=scenario,
            variants=tuple(variant or ()),
            settings=settings_of_words(settings or ()),
            futures=futures,
            seed=seed,
            sample=futures_from,
            progress=advance,
        ),
    )
    present(finding, as_json, _print_chances, file=file)


def _print_chances(found: "xr.Dataset") -> None:
    """A row for every second chance of the first theory."""
    import numpy as np  # a fifth of a second that --help need not pay

    some = found.isel(prior=slice(None, None, _EVERY))
    names = ("rule", "fixed", "waiting", "knowing")
    places = decimals(np.concatenate([some[name].values for name in names]))
    last, begun = float(found["patience"].values[-1]), np.isfinite(some["best_patience"].values)
    unit = f" ({found.attrs['unit']})" if found.attrs["unit"] not in ("", "Dmnl") else ""
    waits = ["for ever" if value == last else f"{value:g}" for value in some["best_patience"].values]
    cells = [
        Column("chance", [f"{value:.1f}" for value in some["prior"].values]),
        Column("size", [f"{v:g}" if b else "none" for v, b in zip(some["best_size"].values, begun, strict=True)]),
        Column("patience", [told if b else "" for told, b in zip(waits, begun, strict=True)]),
    ]
    heads = ("gain", "of a fixed path", "waiting is worth", "knowing is worth")
    cells += [
        Column(head, [shown(value, places) for value in some[name].values])
        for head, name in zip(heads, names, strict=True)
    ]
    first = found["title"].values[0]
    table(f"{found.attrs['outcome_title']}{unit}, better than not to begin, by the chance of “{first}”", cells)
