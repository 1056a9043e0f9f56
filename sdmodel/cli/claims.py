"""`inspect STUDY --claims`: which claims of the text behind a study the model shows, and by what."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

from sdmodel.cli.console import Column, say, table
from sdmodel.cli.numbers import counted

if TYPE_CHECKING:
    from sdmodel.study.evidence.spec import Claim


def show(path: Path, as_json: bool) -> None:
    """The claims of the study at `path`, and how many have each status.

    Raises:
        StudyError: the study has none, or they do not fit it.
    """
    from sdmodel import pipeline  # xarray and zarr: not for --help
    from sdmodel.errors import StudyError
    from sdmodel.study.evidence.claims import counts, open_references

    study = pipeline.read_study(path)
    if not study.claims:
        raise StudyError(f'{path}: the study has no claims. Name a table of them: claims = "claims.csv".')
    unchecked, fares = open_references(study), counts(study.claims)
    if as_json:
        rows = [_row(claim) for claim in study.claims.values()]
        print(json.dumps({"claims": rows, "counts": fares, "unchecked": unchecked}, indent=2, ensure_ascii=False))
        return
    _print(list(study.claims.values()))
    told = ", ".join(f"{number} {status}" for status, number in fares.items())
    say(f"\n{counted(len(study.claims), 'claim')}: {told}")
    for kind, number in unchecked.items():
        say(f"note: {counted(number, 'reference')} to a {kind} cannot be checked: the study has no {kind}s.")


def _row(claim: "Claim") -> dict[str, object]:
    return {
        "id": claim.name,
        "quote": claim.quote,
        "kind": list(claim.kinds),
        "represented_by": list(claim.represented_by),
        "status": claim.status,
        "note": claim.note,
    }


def _print(claims: "list[Claim]") -> None:
    columns = [
        Column("id", [claim.name for claim in claims], words=True),
        Column("claim", [claim.quote for claim in claims], words=True, wraps=30),
        Column("status", [claim.status for claim in claims], words=True),
        Column("how, or why not", [claim.note for claim in claims], words=True, wraps=30, spare=1),
        Column("represented by", [", ".join(claim.represented_by) for claim in claims], words=True, wraps=24, spare=2),
    ]
    table("", columns)
