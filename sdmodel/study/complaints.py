"""What does not fit the format of a study file → where it is, and a sentence that a modeller understands."""

from collections.abc import Callable, Iterable
from typing import Any

from pydantic import BaseModel

from sdmodel.model.names import did_you_mean
from sdmodel.study import schema, settings
from sdmodel.study.base_table import BaseTable
from sdmodel.study.calibration import table as calibration_table
from sdmodel.study.checks.table import problems_of_checks, table_at
from sdmodel.study.game import table as game
from sdmodel.study.places import Problem, shown, shown_name
from sdmodel.study.search import table as search
from sdmodel.study.search.targets import problems_of_targets
from sdmodel.study.search.waiting import problems_of_waiting
from sdmodel.study.structure import table as structure

_DISTRIBUTIONS: dict[str, type[BaseModel]] = {
    **schema.DISTRIBUTIONS,
    "fixed": schema.Fixed,
}
_TABLES: dict[str, type[BaseModel]] = {
    "base": BaseTable,
    "report": schema.ReportTable,
    "schedule": settings.ScheduleTable,
    "ramp": settings.Ramp,
    "step": settings.Step,
    "at": schema.At,
    "first": schema.First,
    **_DISTRIBUTIONS,
}
# Where pydantic puts the name of the chosen member of a union into a location.
_TAGS = {"scenarios": 3, "shocks": 3, "variants": 3, "uncertainties": 2, "outcomes": 3, "checks": 6, "loops": 4}
_SETTINGS = (["calibration", "settings"], ["structure", "rest"])  # the same, 3, for tables inside others

_SENTENCES: dict[str, Callable[[dict[str, Any]], str]] = {
    "missing": lambda error: f'the key "{error["loc"][-1]}" is missing.',
    "extra_forbidden": lambda error: _unknown_key(error["loc"]),
    "float_type": lambda error: f"must be a number, not {shown(error['input'])}.",
    "int_type": lambda error: f"must be a whole number, not {shown(error['input'])}.",
    "bool_type": lambda error: f"must be true or false, not {shown(error['input'])}.",
    "string_type": lambda error: f"must be a text in quotes, not {shown(error['input'])}.",
    "list_type": lambda error: f"must be a list in [brackets], not {shown(error['input'])}.",
    "dict_type": lambda error: f"must be a table, not {shown(error['input'])}.",
    "model_type": lambda error: f"must be a table, not {shown(error['input'])}.",
    "model_attributes_type": lambda error: f"must be a table, not {shown(error['input'])}.",
    "finite_number": lambda error: f"must be a finite number, not {shown(error['input'])}.",
    "greater_than": lambda error: f"must be greater than {error['ctx']['gt']:g}, not {shown(error['input'])}.",
    "greater_than_equal": lambda error: f"must be at least {error['ctx']['ge']}, not {shown(error['input'])}.",
    "less_than": lambda error: f"must be less than {error['ctx']['lt']}, not {shown(error['input'])}.",
    "less_than_equal": lambda error: f"must be at most {error['ctx']['le']}, not {shown(error['input'])}.",
    "too_short": lambda error: f"must have at least {error['ctx']['min_length']} items.",
    "too_long": lambda error: f"must have at most {error['ctx']['max_length']} items.",
    "literal_error": lambda error: f"must be {error['ctx']['expected']}, not {shown(error['input'])}.",
    "value_error": lambda error: _sentence(str(error["ctx"]["error"])),
    "union_tag_not_found": lambda _: f'the key "distribution" is missing: {_listed(_DISTRIBUTIONS)}.',
    "union_tag_invalid": lambda error: _unknown_distribution(error["ctx"]["tag"]),
}


def complaint(error: Any) -> Problem:
    """Location (parts of the key's path) and sentence of one error of pydantic."""
    location = [f"item {part + 1}" if isinstance(part, int) else str(part) for part in error["loc"]]
    if location[-1:] == ["[key]"]:
        location.pop()
    tag = 3 if location[:2] in _SETTINGS else _TAGS.get(location[0]) if location else None
    if tag is not None:
        del location[tag : tag + 1]
    if error["type"] == "missing":
        location.pop()
    sentence = _SENTENCES.get(error["type"])
    return tuple(location), sentence(error) if sentence else _sentence(error["msg"])


def problems_between_tables(table: schema.StudyTable) -> list[Problem]:
    """What one part of the file says about another and is not so: names of scenarios and outcomes that do not exist."""
    report, scenarios, outcomes = table.report, table.scenarios, table.outcomes
    problems = [_absent(("baseline",), "scenario", table.baseline, scenarios)]
    problems += [_absent(("report", "compare"), "scenario", name, scenarios) for name in report.compare]
    problems += [_absent(("report", "cost"), "outcome", report.cost, outcomes)] if report.cost else []
    problems += [_absent(("report", "risk"), "outcome", report.risk, outcomes)] if report.risk else []
    problems += [
        (("report", key), f'"{shown_name(name)}" is listed twice.')
        for key, names in (("compare", report.compare), ("figures", report.figures))
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]
    problems += [
        (("variants", name), f'there is a shock "{shown_name(name)}" as well: give one of them another name.')
        for name in table.variants
        if name in table.shocks
    ]
    problems += problems_of_checks(table.checks, scenarios, table.shocks, table.variants)
    problems += structure.problems_of_structure(table.structure, table.loops, outcomes)
    problems += game.problems_of_game(table.game, scenarios, outcomes)
    problems += problems_of_targets(table.targets, outcomes)
    problems += search.problems_of_searches(table.search, table.timing, scenarios, outcomes, table.targets)
    problems += problems_of_waiting(table.waiting, scenarios, outcomes, table.variants)
    return [problem for problem in problems if problem is not None]


def _absent(location: tuple[str, ...], kind: str, name: str, known: Iterable[str]) -> Problem | None:
    known = list(known)
    if name in known:
        return None
    return location, f'the file has no {kind} "{shown_name(name)}".{_hint(name, known)}'


def _hint(name: str, known: list[str]) -> str:
    near = did_you_mean(name, known)
    return near or (f" It has {_listed(known[:8])}." if known else "")


def _unknown_key(location: tuple[Any, ...]) -> str:
    if len(location) == 1:
        table: type[BaseModel] | None = schema.StudyTable
    elif found := table_at(location) or structure.table_at(location) or _own_table(location):
        table = found
    elif len(location) == 3 and location[0] == "outcomes":
        table = schema.OutcomeTable
    elif location[0] == "calibration" and location[-2] not in _TABLES:
        table = calibration_table.table_at(location)
    else:
        table = _TABLES.get(str(location[-2]))
    known = [field.alias or name for name, field in table.model_fields.items()] if table else []
    near = did_you_mean(str(location[-1]), known)
    return f"there is no such key.{near or f' Known keys: {_listed(known)}.'}"


def _own_table(location: tuple[Any, ...]) -> type[BaseModel] | None:
    return search.table_at(location) or game.table_at(location)


def _unknown_distribution(name: str) -> str:
    near = did_you_mean(name, _DISTRIBUTIONS)
    return f'there is no distribution "{shown_name(name)}".{near or f" Known: {_listed(_DISTRIBUTIONS)}."}'


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f'"{shown_name(name)}"' for name in names)


def _sentence(words: str) -> str:
    return words if words.endswith(("?", ".")) else f"{words}."
