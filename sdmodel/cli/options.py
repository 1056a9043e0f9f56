"""Options that several commands share, each written down once."""

from pathlib import Path
from typing import Annotated

import typer

Study = Annotated[str, typer.Argument(help="A study (.toml), or the name of a shipped one.")]
Scenario = Annotated[str | None, typer.Option(help="Under this scenario; default: the baseline.")]
OwnScenario = Annotated[str | None, typer.Option(help="Under this scenario of its study.")]
Variants = Annotated[list[str] | None, typer.Option("--variant", help="With this rival theory; repeat.")]
Settings = Annotated[list[str] | None, typer.Option("--set", help='"name=value"; repeat.')]
Futures = Annotated[int, typer.Option(min=0, help="Futures drawn; 0: the base run alone.")]
Seed = Annotated[int | None, typer.Option(min=0, help="Seed of the futures; default: the study's.")]
Clock = Annotated[float | None, typer.Option(help="When the clock stands still; default: at the end.")]
FuturesFrom = Annotated[
    Path | None,
    typer.Option("--futures-from", help="Draw futures from this posterior.nc; what it lacks, from the study."),
]
NotFrom = Annotated[Path | None, typer.Option("--futures-from", hidden=True)]
"""The same option where no futures can be drawn from a posterior: given, it is refused with the reason."""
