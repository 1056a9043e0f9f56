"""`check`: everything that can be said about a model before it is used."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from sdmodel.cli import shipped
from sdmodel.cli.console import Column, progress, say, table
from sdmodel.cli.look import Data, Folders, Json
from sdmodel.cli.numbers import counted
from sdmodel.errors import ExperimentError

if TYPE_CHECKING:
    from sdmodel.pipeline.preflight import Preflight

Synonyms = Annotated[
    list[str] | None, typer.Option("--synonym", help='Units that mean the same, "Person=Head=Capita"; repeat.')
]


def check(
    model: Annotated[str, typer.Argument(help="A model file, a study (.toml), or the name of a shipped model.")],
    synonym: Synonyms = None,
    data: Data = None,
    folders: Folders = None,
    pysd: Annotated[bool, typer.Option(help="Run it with PySD as well; slow for a large model.")] = True,
    as_json: Json = False,
) -> None:
    """Check a model before it is used: what does not run, units, unused inputs, lookups, time step, PySD.

    The exit code is 1 when there is an error or a warning, and 0 when there are only notes.

    Example:

    sdmodel check dilemma --synonym "Person=Head"
    """
    groups = [_group(word) for word in synonym or ()]
    from sdmodel.pipeline.preflight import preflight  # PySD and the compiler take most of a second to load

    path, _ = shipped.pair(model)
    with progress() as told:
        found = preflight(path, synonyms=groups, data=data or (), folders=folders or (), pysd=pysd, progress=told)
    if as_json:
        print(json.dumps(_as_data(found), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        _print(found)
    if not found.sound:
        raise typer.Exit(1)


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


def _print(found: "Preflight") -> None:
    from sdmodel.pipeline.preflight import worst

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
            Column("line", [str(one.line or "") for one in remarks], spare=2),
            Column("what", [one.message for one in remarks], words=True, wraps=30),
        ]
        table("", columns)
    levels = ("error", "warning", "note")
    say("\n" + ", ".join(counted(found.count(level), level) for level in levels))
