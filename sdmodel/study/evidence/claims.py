"""The table of claims beside a study → which claims of the text behind it the model shows, and by what.

A row is a claim: its words, what stands for it (references to variables, scenarios, checks …), and how the model fares.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from sdmodel.errors import StudyError
from sdmodel.model.model import Model
from sdmodel.model.names import did_you_mean, key
from sdmodel.study.beside import beside
from sdmodel.study.evidence.spec import FALLS_SHORT, STATUSES, Claim
from sdmodel.study.places import Problem, shown_name
from sdmodel.study.spec import Study
from sdmodel.study.table_file import Complaints, Row, one_of, parts, rows_of

TABLE = "claims"
COLUMNS = ("id", "quote", "kind", "represented by", "status", "note")
NEEDED = ("id", "quote", "status", "note")
KINDS = (
    *("stock", "flow", "auxiliary", "parameter", "lever", "scenario", "shock", "outcome", "data", "loop", "check"),
    *("variant", "boundary"),
)
"""What can stand for a claim."""
_TABLES: dict[str, Callable[[Study], Iterable[str]]] = {
    "scenario": lambda study: study.scenarios,
    "outcome": lambda study: study.outcomes,
    "shock": lambda study: study.shocks,
    "check": lambda study: study.checks,
    "variant": lambda study: study.variants,
    "loop": lambda study: study.loops,
}
REFERENCES = ("variable", *_TABLES, "data")
"""What a reference `kind:name` can lead to."""


def with_claims(study: Study, file: str) -> Study:
    """`study` with the claims of the table `file`, and the data files that they name, as seen from that table.

    Raises:
        StudyError: the file cannot be read, rows of it are wrong, or a data file is missing; a line for each problem.
    """
    path, home = beside(study.path, study.lines, (TABLE,), file), Path(file).parent
    claims = read_claims(path)
    complaints, data = Complaints(path.name), {}
    for claim in claims.values():
        for name in _named(claim, "data"):
            try:
                data[f"data {name}"] = beside(study.path, study.lines, (TABLE,), (home / name).as_posix())
            except StudyError as error:
                complaints.add(claim.line, f'"{claim.name}": {str(error).partition(": ")[2]}')
    complaints.end()
    return replace(study, claims=claims, files={**study.files, TABLE: path, **data})


def read_claims(path: Path) -> dict[str, Claim]:
    """All rows of the table at `path` by their id, in its order."""
    complaints = Complaints(path.name)
    claims: dict[str, Claim] = {}
    for row in rows_of(path, COLUMNS, NEEDED, complaints):
        claim = _claim(row, complaints)
        if claim.name in claims:
            complaints.add(row.line, f'"{shown_name(claim.name)}" stands in line {claims[claim.name].line} already.')
        claims[claim.name] = claim
    complaints.end()
    return claims


def problems_of_claims(study: Study, model: Model) -> list[Problem]:
    """References that lead nowhere, among those of kinds that the study has at all."""
    return [
        _in_table(study, claim, words)
        for claim in study.claims.values()
        for reference in claim.represented_by
        if (words := _nowhere(study, model, reference))
    ]


def open_references(study: Study) -> dict[str, int]:
    """How many references are of a kind that the study has nothing of, by kind: nobody can say that they are right."""
    empty = {kind for kind, table in _TABLES.items() if not list(table(study))}
    kinds = [_split(one)[0] for claim in study.claims.values() for one in claim.represented_by]
    return {kind: number for kind, number in Counter(kinds).items() if kind in empty}


def in_model(study: Study, model: Model) -> dict[str, Claim]:
    """The claims with the model's own names of variables."""
    return {
        name: replace(claim, represented_by=tuple(_own(one, model) for one in claim.represented_by))
        for name, claim in study.claims.items()
    }


def counts(claims: Mapping[str, Claim]) -> dict[str, int]:
    """How many claims have each status that occurs, in the order of the statuses."""
    found = Counter(claim.status for claim in claims.values())
    return {status: found[status] for status in STATUSES if found[status]}


def falling_short(claims: Mapping[str, Claim]) -> list[Claim]:
    """The claims that the model does not, or hardly, reproduce; the worst first."""
    return [claim for status in FALLS_SHORT for claim in claims.values() if claim.status == status]


def _claim(row: Row, complaints: Complaints) -> Claim:
    for column, what in (("id", "id"), ("quote", "quoted words")):
        if not row[column]:
            complaints.add(row.line, f"the claim has no {what}.")
    kinds = tuple(one_of(Row(row.line, {"kind": part}), "kind", KINDS, complaints) for part in parts(row["kind"]))
    references = parts(row["represented by"])
    for reference in references:
        kind, name = _split(reference)
        if kind not in REFERENCES or not name:
            near = did_you_mean(kind, REFERENCES) or f" Known: {', '.join(REFERENCES)}."
            complaints.add(row.line, f'"{shown_name(reference)}" is no reference such as variable:NAME.{near}')
    status = one_of(row, "status", STATUSES, complaints)
    if not row["note"]:
        complaints.add(
            row.line, f'"{shown_name(row["id"])}" needs a note: one sentence how the model shows it, or why not.'
        )
    return Claim(row["id"], row["quote"], kinds, references, status, row["note"], row.line)


def _nowhere(study: Study, model: Model, reference: str) -> str:
    """Why a reference leads nowhere; empty when it does not, or when nobody can say so."""
    kind, name = _split(reference)
    if kind == "data":
        return ""  # `with_claims` looks for the files
    known = [one.name for one in model.visible()] if kind == "variable" else list(_TABLES[kind](study))
    if not known or (name in model if kind == "variable" else name in known):
        return ""
    where = "the model" if kind == "variable" else "the study"
    return f'{where} has no {kind} "{shown_name(name)}".{did_you_mean(name, known)}'


def _in_table(study: Study, claim: Claim, words: str) -> Problem:
    name = study.files[TABLE].name if TABLE in study.files else TABLE
    return (TABLE,), f'{shown_name(name)}, line {claim.line}, "{shown_name(claim.name)}": {words}'


def _own(reference: str, model: Model) -> str:
    kind, name = _split(reference)
    return f"{kind}:{model[name].name}" if kind == "variable" and name in model else reference


def _named(claim: Claim, kind: str) -> list[str]:
    return [name for found, name in map(_split, claim.represented_by) if found == kind]


def _split(reference: str) -> tuple[str, str]:
    kind, _, name = reference.partition(":")
    return key(kind), name.strip()
