"""`check`: everything that can be said about a model before it is used, and whether reality checks hold."""

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sdmodel.cli.console import Column, progress, say, table
from sdmodel.cli.given import refuse
from sdmodel.cli.look import Data, Extensions, Folders, Json
from sdmodel.cli.model_files import model_files
from sdmodel.cli.numbers import counted
from sdmodel.cli.verdicts import print_structure, print_verdicts, structure_as_data, verdicts_as_data
from sdmodel.errors import ExperimentError

if TYPE_CHECKING:
    from sdmodel.analysis.finding import Finding
    from sdmodel.analysis.reality.verdicts import Verdict
    from sdmodel.cli.model_files import ModelFiles
    from sdmodel.pipeline.preflight.inspection import Preflight
    from sdmodel.pipeline.preflight.remarks import Remark

Futures = Annotated[int, typer.Option(min=0, help="In how many futures reality checks are tried as well; 0: none.")]
Synonyms = Annotated[
    list[str] | None, typer.Option("--synonym", help='Units that mean the same, "Person=Head=Capita"; repeat.')
]


def check(
    context: typer.Context,
    model: Annotated[str, typer.Argument(help="A model file, a study (.toml), or the name of a shipped model.")],
    synonym: Synonyms = None,
    data: Data = None,
    folders: Folders = None,
    extensions: Extensions = None,
    pysd: Annotated[bool, typer.Option(help="Run it with PySD as well; slow for a large model.")] = True,
    futures: Futures = 1000,
    as_json: Json = False,
) -> None:
    """Check a model before it is used: what does not run, units, unused inputs, lookups, time step, PySD.

    A study's reality checks are run as well: if the model is set like this, then it must behave like that; so are the
    tests of structure that it asks for. The exit code is 1 when there is an error or a warning, when a check fails with
    the model's own numbers, or a test of structure; else it is 0.

    Example:

    sdmodel check dilemma --synonym "Person=Head"
    """
    groups = [_group(word) for word in synonym or ()]
    from sdmodel.pipeline.preflight.inspection import preflight  # PySD and the compiler take most of a second to load

    with_study = Path(model).suffix.lower() in ("", ".toml")  # a model file by itself is checked by itself
    files = model_files(model, data=data, folders=folders, extensions=extensions, with_study=with_study)
    if not (with_study and files.study):
        refuse(context, ("futures",), "a model file by itself has no reality checks of a study; name the study.")
    with progress() as told:
        found = preflight(
            files.model,
            synonyms=groups,
            data=files.data,
            folders=files.folders,
            extensions=files.extensions,
            pysd=pysd,
            progress=told,
        )
    if files.extensions:
        found = replace(found, model=files.name)
    if not as_json:
        _print(found)
    sound = not found.count("error")
    tested = _tested(files.study, futures, files) if files.study and with_study and sound else None
    if tested and not as_json:
        say("")
        print_verdicts(*tested)
    structure = _structure(files.study, files) if files.study and with_study and sound else None
    if structure and not as_json:
        say("")
        print_structure(structure)
    if as_json:
        reality = {"reality": verdicts_as_data(*tested)} if tested else {}
        reality |= {"structure": structure_as_data(structure)} if structure else {}
        print(json.dumps(_as_data(found) | reality, indent=2, ensure_ascii=False, allow_nan=False))
    failed = (tested and not all(one.holds for one in tested[1])) or (structure and not structure.table["holds"].all())
    if not found.sound or failed:
        raise typer.Exit(1)


def _tested(study: Path, futures: int, files: "ModelFiles") -> "tuple[Finding, tuple[Verdict, ...]] | None":
    """The finding on the reality checks of a study, and its verdicts; None for a study without."""
    from sdmodel.analysis.reality.finding import verdicts_of  # xarray, as slow to load as the compiler above
    from sdmodel.pipeline.reality.checks import reality_of

    with progress() as told:
        finding = reality_of(study, files.read(), futures=futures, progress=told)
    return None if finding is None else (finding, verdicts_of(finding))


def _structure(study: Path, files: "ModelFiles") -> "Finding | None":
    """The finding on the structure tests of a study; None for a study without."""
    from sdmodel.pipeline.reality.structure import structure_of  # as slow to load as the compiler above

    with progress() as told:
        return structure_of(study, files.read(), progress=told)


def _group(word: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in word.split("="))
    if len(names) < 2 or not all(names):
        raise ExperimentError(f'--synonym "{word}": write it as "Person=Head", units that mean the same.')
    return names


def _as_data(found: "Preflight") -> dict[str, object]:
    return {
        "model": found.model,
        "sound": found.sound,
        "checks": [{"check": one.check, "said": one.sentence} for one in found.checks],
        "findings": [asdict(remark) for remark in found.remarks],
    }


def _line(remark: "Remark") -> str:
    """The line, behind the name of the extension that it is in."""
    return f"{remark.file}:{remark.line}" if remark.file and remark.line else str(remark.line or "")


def _print(found: "Preflight") -> None:
    from sdmodel.pipeline.preflight.inspection import worst

    say(f"{found.model}:")
    checks = found.checks
    columns = [
        Column("check", [one.check for one in checks], words=True),
        Column("", [worst(one.remarks) or "ok" for one in checks], words=True),
        Column("what came out", [one.sentence for one in checks], words=True, wraps=30),
    ]
    table("", columns)
    remarks = found.remarks
    if remarks:
        say("")
        columns = [
            Column("level", [one.level for one in remarks], words=True),
            Column("check", [one.check for one in remarks], words=True, spare=1),
            Column("variable", [one.variable for one in remarks], words=True, wraps=24),
            Column("line", [_line(one) for one in remarks], spare=2),
            Column("what", [one.message for one in remarks], words=True, wraps=30),
        ]
        table("", columns)
    levels = ("error", "warning", "note")
    say("\n" + ", ".join(counted(found.count(level), level) for level in levels))
