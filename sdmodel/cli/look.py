"""`models` and `inspect`: what there is, and what is in it."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sdmodel.cli import shipped
from sdmodel.cli.claims import show
from sdmodel.cli.console import Column, say, table
from sdmodel.cli.given import refuse

if TYPE_CHECKING:
    from sdmodel.model.model import Model, Variable

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
Data = Annotated[list[Path] | None, typer.Option(help="Course of variables that follow data: .csv, .tab; repeat.")]
Folders = Annotated[
    list[Path] | None, typer.Option("--data-folder", help="Let the model read spreadsheets from here too; repeat.")
]
Extensions = Annotated[
    list[Path] | None,
    typer.Option("--extension", help="Vensim equations (.mdl) that replace some of the model or add to it; repeat."),
]
_PLURALS = {
    "stock": "stocks",
    "constant": "constants",
    "auxiliary": "auxiliaries",
    "table": "tables",
    "held": "held values",
    "fixeddelay": "fixed delays",
    "frozen": "values kept from the start",
    "draw": "random draws",
}
_SHORT = ("stock", "constant")
_LINE = 60
_OF_MODELS = ("variable", "every", "data", "folders", "extensions")


def models(as_json: Json = False) -> None:
    """List the models that come with sdmodel.

    Example:

    sdmodel models
    """
    from sdmodel.study.file import heading  # the schema of studies costs an eighth of a second

    files = {short: file.with_suffix(".toml") for short, file in shipped.names().items()} | shipped.studies()
    told = {name: heading(study) for name, study in files.items() if study.is_file()}
    rows = [
        {"name": name, "title": title, "model": str(model), "study": str(files[name])}
        for name, (title, model) in told.items()
    ]
    if as_json:
        print(json.dumps(rows, indent=2))
        return
    columns = [Column(part, [row[part] for row in rows], words=True) for part in ("name", "title")]
    table("", [*columns, Column("model", [Path(row["model"]).name for row in rows], words=True, spare=1)])
    say(f"\nThey are in {shipped.folder()}.\nnext: sdmodel inspect NAME, sdmodel study NAME")


def inspect(
    context: typer.Context,
    model: Annotated[str, typer.Argument(help="A .mdl file, a study (.toml), or the name of a shipped model.")],
    variable: Annotated[str | None, typer.Argument(help="Show this variable only, in full.")] = None,
    every: Annotated[bool, typer.Option("--all", help="List auxiliaries and tables as well.")] = False,
    data: Data = None,
    folders: Folders = None,
    extensions: Extensions = None,
    claims: Annotated[bool, typer.Option("--claims", help="Of a study: which claims of its text it shows.")] = False,
    as_json: Json = False,
) -> None:
    """Show what a model holds: its time, stocks, constants; or one variable with its equation and neighbours.

    Example:

    sdmodel inspect dilemma "US suspicion"
    """
    from sdmodel.cli.model_files import model_files
    from sdmodel.model.names import key

    if claims:
        refuse(context, _OF_MODELS, "--claims lists what the study shows of its text, whole; leave it out.")
        show(shipped.study(model), as_json)
        return
    known = model_files(model, data=data, folders=folders, extensions=extensions).read()
    if variable:
        elements = [one for one in known.visible() if one.array and key(one.array) == key(variable)]
        _print_one(_array(elements) if elements else _with_neighbours(known, known[variable]), as_json)
        return
    rows = [_described(one) for one in known.visible()]
    if as_json:
        print(json.dumps({"model": known.name, "variables": rows}, indent=2, ensure_ascii=False))
    else:
        _overview(known, _gathered(known.visible()), every)


def _array(elements: list[Any]) -> dict[str, Any]:
    """One row for a whole array: what its elements share, and their names."""
    first = _described(elements[0])
    return first | {"name": elements[0].array, "elements": [one.name for one in elements]}


def _gathered(variables: Iterable[Any]) -> list[dict[str, Any]]:
    """A row for each variable; elements of an array that differ in nothing but their numbers share one."""
    groups: dict[tuple[str, ...], list[Any]] = {}
    for one in variables:
        groups.setdefault((one.array, type(one).__name__, one.text) if one.array else (one.name,), []).append(one)
    rows = []
    for group in groups.values():
        if len(group) == 1:
            rows.append(_described(group[0]))
        else:
            rows.append(_described(group[0]) | {"name": f"{group[0].array}[{len(group)} elements]"})
    return rows


def _described(variable: Any) -> dict[str, Any]:
    low, high = variable.limits
    return {
        "name": variable.name,
        "kind": type(variable).__name__.lower(),
        "unit": variable.unit,
        "equation": variable.text,
        "limits": None if low is None and high is None else [low, high],
        "documentation": variable.documentation,
        "line": variable.line,
        "file": variable.file,
    }


def _with_neighbours(model: "Model", variable: "Variable") -> dict[str, Any]:
    """The variable, what it uses, and what uses it; the hidden stages of delays between them are stepped over."""
    users = [one.name for one in model.visible() if variable.name in _uses(model, one)]
    return _described(variable) | {"uses": _uses(model, variable), "used by": users}


def _uses(model: "Model", variable: "Variable") -> list[str]:
    from sdmodel.model.model import TIME, reads

    found: dict[str, None] = {}
    pending, seen = [variable], {variable.name}
    while pending:
        for name in reads(pending.pop()):
            if name == TIME or name not in model or not model[name].hidden:
                found[name] = None
            elif name not in seen:
                seen.add(name)
                pending.append(model[name])
    return list(found)


def _print_one(row: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print(json.dumps(row, indent=2, ensure_ascii=False))
        return
    told: dict[str, Any] = row | {
        "limits": _limits(row),
        "line": str(row["line"] or ""),
    }
    told |= {way: ", ".join(row[way]) for way in ("uses", "used by", "elements") if way in row}
    filled: dict[str, str] = {name: value for name, value in told.items() if value}
    table("", [Column("", list(filled), words=True), Column("", list(filled.values()), words=True, wraps=20)])


def _overview(model: "Model", rows: list[dict[str, Any]], every: bool) -> None:
    from sdmodel.model.model import CONTROLS

    kinds = [type(one).__name__.lower() for one in model.visible()]
    counts = ", ".join(f"{kinds.count(kind)} {plural}" for kind, plural in _PLURALS.items() if kind in kinds)
    say(f"{model.name}: {len(kinds)} variables ({counts})")
    start, stop, step, save = (_setting(model, name) for name in CONTROLS)
    unit = model[CONTROLS[0]].unit
    every_time = "every step" if save == "TIME STEP" else f"every {save}"
    say(f"time: {start} to {stop}{f' {unit}' if unit else ''} in steps of {step}, saved {every_time}")
    for kind in _PLURALS if every else _SHORT:
        chosen = [row for row in rows if row["kind"] == kind and row["name"] not in CONTROLS]
        if chosen:
            say("")
            table(_PLURALS[kind], _columns(kind, chosen))
    if not every and set(kinds) - set(_SHORT):
        say("\nnext: --all lists auxiliaries and tables as well; a name after the model shows one variable in full")


def _setting(model: "Model", name: str) -> str:
    """What the file says of a control setting: its equation, or its value where that has no text, as in XMILE."""
    from sdmodel.model.expr import Number
    from sdmodel.model.infix import infix

    variable = model[name]
    return variable.text or infix(next(iter(variable.expressions()), Number(getattr(variable, "value", 0.0))))


def _columns(kind: str, rows: list[dict[str, Any]]) -> list[Column]:
    """Name, value or equation, unit, limits and documentation, as far as there is room."""

    def cells(shown: Callable[[dict[str, Any]], str]) -> list[str]:
        return [shown(row) for row in rows]

    equation = cells(lambda row: _short(row["equation"]))
    value = Column("value", equation) if kind == "constant" else Column("equation", equation, True, wraps=20, spare=3)
    return [
        Column("name", cells(lambda row: row["name"]), words=True),
        value,
        Column("unit", cells(lambda row: row["unit"]), words=True),
        Column("limits", cells(_limits), words=True, spare=2),
        Column("what it is", cells(lambda row: _short(row["documentation"], 3 * _LINE)), True, wraps=20, spare=1),
    ]


def _short(text: str, longest: int = _LINE) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def _limits(row: dict[str, Any]) -> str:
    if row["limits"] is None:
        return ""
    low, high = row["limits"]
    return f"from {low:g}" if high is None else f"up to {high:g}" if low is None else f"{low:g} to {high:g}"
