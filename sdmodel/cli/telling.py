"""A finding → what a command prints of it: JSON, or tables, the sentence, what to keep in mind, and where it is."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from sdmodel.cli import shipped
from sdmodel.cli.console import progress, say
from sdmodel.cli.keeping import claimed, kept, wrote

if TYPE_CHECKING:
    import xarray as xr

    from sdmodel.analysis.finding import Finding
    from sdmodel.pipeline.progress import Progress
    from sdmodel.pipeline.question import Question


def found_of(
    study: str, output: Path | None, analysis: "Callable[[Question, Progress | None], Finding]"
) -> "tuple[Finding, Path | None]":
    """What `analysis` finds of a study, with a bar while that takes, and the file in `output` where it is kept, if any.

    Raises:
        RunsError: the finding may not be kept there; told before anything is computed.
    """
    from sdmodel import pipeline  # xarray, zarr and the compiler: not for --help

    question = pipeline.load(shipped.study(study))
    claimed(output, question.study)
    with progress() as advance:
        finding = analysis(question, advance)
    return kept(finding, output, question.study)


def present(
    finding: "Finding", as_json: bool, *tables: "Callable[[xr.Dataset], object]", file: Path | None = None
) -> None:
    """Prints the finding, each of `tables` printing a part of its table."""
    if as_json:
        from sdmodel.analysis.files import to_json  # xarray: not for --help

        print(to_json(finding, indent=2))
        return
    for printed in tables:
        printed(finding.table)
    words(finding)
    wrote(file)


def words(finding: "Finding") -> None:
    """The sentence, and what to keep in mind."""
    say(f"\n{finding.sentence}")
    for caveat in finding.caveats:
        say(f"  note: {caveat}")
