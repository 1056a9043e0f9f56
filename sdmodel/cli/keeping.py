"""`--output` of commands that ask for a finding: it is kept beside the runs of its study, for their report."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sdmodel.cli.console import say
from sdmodel.errors import StudyError

if TYPE_CHECKING:
    from sdmodel.analysis.finding import Finding
    from sdmodel.cli.model_files import ModelFiles
    from sdmodel.study.spec import Study

Output = Annotated[
    Path | None,
    typer.Option(help="Folder of a sweep: keep the finding there, for its report, in place of an earlier one."),
]


def claimed(output: Path | None, study: "Study") -> None:
    """Nothing; RunsError where the finding may not be kept in `output`. Asked before anything is computed."""
    if output:
        from sdmodel.pipeline.output import claim  # xarray: not for --help

        claim(output, study)


def study_of(told: "ModelFiles", output: Path | None) -> "Study | None":
    """The study to which a finding on a model belongs, where it is to be kept.

    Raises:
        StudyError: there is none.
        RunsError: the finding may not be kept in `output`.
    """
    if not output:
        return None
    if told.study is None:
        raise StudyError(f"--output keeps a finding beside the runs of a study, and {told.model.name} has none.")
    from sdmodel.study.file import read_study  # the TOML schema: not for --help

    study = read_study(told.study)
    claimed(output, study)
    return study


def kept(finding: "Finding", output: Path | None, study: "Study | None") -> "tuple[Finding, Path | None]":
    """The finding as it is kept, and the file where it is, if it is kept."""
    if not output or study is None:
        return finding, None
    from sdmodel.pipeline.output import keep  # xarray: not for --help

    return keep(finding, output, study)


def wrote(file: Path | None) -> None:
    """Says where the finding is."""
    if file:
        say(f'\nwrote {file}; "sdmodel report {file.parent.parent}" shows it.')
