"""`models` and `inspect`: what there is, and what is in it."""

import json
from typing import Annotated, Any

import typer

from sdmodel.cli import shipped
from sdmodel.cli.console import say, table

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]


def models(as_json: Json = False) -> None:
    """List the models that come with sdmodel.

    Example:  sdmodel models
    """
    found = [(short, file, file.with_suffix(".toml")) for short, file in shipped.names().items()]
    if as_json:
        rows = [{"name": short, "model": str(file), "study": str(study)} for short, file, study in found]
        print(json.dumps(rows, indent=2))
        return
    table("", ["name", "model", "study"], [[s, str(f), study.name] for s, f, study in found], left=3)
    say("\nsdmodel inspect NAME looks into one; sdmodel study NAME runs its study.")


def inspect(
    model: Annotated[str, typer.Argument(help="A .mdl file, or the name of a shipped model.")],
    variable: Annotated[str | None, typer.Argument(help="Show this variable only, in full.")] = None,
    every: Annotated[bool, typer.Option("--all", help="List auxiliaries and tables as well.")] = False,
    as_json: Json = False,
) -> None:
    """Show what a model holds: its time, stocks, constants; or one variable with its equation.

    Example:  sdmodel inspect dilemma "US suspicion"
    """
    from sdmodel.read import read  # PySD takes most of a second to load

    path, _ = shipped.pair(model)
    known = read(path)
    chosen = [known[variable]] if variable else list(known.visible())
    rows = [_described(one) for one in chosen]
    if as_json:
        print(json.dumps(rows[0] if variable else {"model": known.name, "variables": rows}, indent=2))
    elif variable:
        table("", ["", ""], [[name, "" if value is None else str(value)] for name, value in rows[0].items()], left=2)
    else:
        _overview(known.name, rows, every)


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
    }


def _overview(name: str, rows: list[dict[str, Any]], every: bool) -> None:
    kinds = [row["kind"] for row in rows]
    counts = ", ".join(f"{kinds.count(kind)} {kind}{'s' * (kind[-1] != 's')}" for kind in dict.fromkeys(sorted(kinds)))
    say(f"{name}: {len(rows)} variables ({counts})")
    wanted = dict.fromkeys(kinds) if every else ("stock", "constant")
    for kind in wanted:
        chosen = [row for row in rows if row["kind"] == kind]
        if chosen:
            say("")
            cells = [[row["name"], row["unit"], row["equation"][:60], row["documentation"][:90]] for row in chosen]
            table(f"{kind}s", ["name", "unit", "equation", "what it is"], cells, left=4)
    if not every:
        say("\n--all lists auxiliaries and tables as well.")
