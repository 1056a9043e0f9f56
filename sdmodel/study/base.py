"""A study and the study that it builds on → one study: what a family of studies has in common is written once.

Both are joined as raw TOML, before they are checked as a whole. Numbers, texts and lists of the study itself stand for
those of its base. Tables are joined by name, and an entry of the study itself (a scenario, an outcome, a key of
[report]) stands for the whole entry of its base. Extensions and data of the base come before those of the study.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sdmodel.errors import StudyError
from sdmodel.model.names import did_you_mean, key
from sdmodel.study.base_table import BaseTable
from sdmodel.study.beside import beside
from sdmodel.study.complaints import complaint
from sdmodel.study.places import Elsewhere, Lines, Location, Problem, line_of, place, shown_name, study_error
from sdmodel.study.schema import StudyTable
from sdmodel.study.spec import Study

MOST_BASES = 4  # one upon the other
_JOINED = ("extensions", "data")  # lists to which a study adds; `files` joins them
_PATHS = ("model", "parameters", "claims")
_PATHS_OF_THE_FIT = ("data", "events")
_NAMED_OUTCOMES = ("cost", "risk")
Raw = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """A checked study and the TOML that it is made of, its base included; `lines` tells where all of it stands."""

    study: Study
    raw: Raw
    lines: Lines


def told_base(path: Path, raw: Raw, lines: Lines) -> BaseTable | None:
    """`[base]` of the study file at `path`, if it has one; StudyError when it does not fit its format."""
    if "base" not in raw:
        return None
    try:
        return BaseTable.model_validate(raw["base"])
    except ValidationError as error:
        found = [{**one, "loc": ("base", *one["loc"])} for one in error.errors(include_url=False)]
        raise study_error(path, lines, list(map(complaint, found))) from None


def base_path(path: Path, told: BaseTable, lines: Lines, above: tuple[Path, ...]) -> Path:
    """The file of the base; `above` are the studies that build on the one at `path`.

    Raises:
        StudyError: it is outside the folder of the study, builds on this study itself, or is one base too many.
    """
    location = ("base", "study")
    found = beside(path, lines, location, told.study)
    chain = [*above, path, found]
    names = " → ".join(shown_name(one.name) for one in chain)
    if found.resolve() in [one.resolve() for one in chain[:-1]]:
        raise StudyError(f"{place(path, lines, location)}: the study builds on itself: {names}.")
    if len(chain) > MOST_BASES + 1:
        raise StudyError(
            f"{place(path, lines, location)}: {len(chain) - 1} bases one upon the other ({names}); {MOST_BASES} are "
            "the most."
        )
    return found


def joined(path: Path, own: Raw, lines: Lines, base: Asked, told: BaseTable) -> tuple[Raw, Lines]:
    """The raw study at `path` together with what it takes of its base, and where all of it stands.

    Raises:
        StudyError: `[base]` names what the base has not, or the baseline is not taken.
    """
    if problems := list(_unknown(base, told)):
        raise study_error(path, lines, problems)
    taken = _taken(base.raw, told, own)
    whole = {name: _both(taken[name], own[name]) if name in own else taken[name] for name in taken} | {
        name: value for name, value in own.items() if name not in taken
    }
    if problem := _without_baseline(own, whole, base, told):
        raise study_error(path, lines, [problem])
    return whole, {**_lines_of_base(base, taken, own), **lines}


def files_of_base(study: Study, base: Study) -> dict[str, Path]:
    """All files that the base reads and `study` does not, the base itself among them: both are read again from copies.

    The base of a base has told its own already.
    """
    found = {"base": base.path, "model": base.model, **base.files}
    there = {path.resolve() for path in (study.path, study.model, *study.files.values())}
    home = study.path.parent.resolve()
    return {
        f"base {path.resolve().relative_to(home).as_posix()}": path
        for path in found.values()
        if path.resolve() not in there
    }


def _both(base: Any, own: Any) -> Any:
    return {**base, **own} if isinstance(base, dict) and isinstance(own, dict) else own


def _unknown(base: Asked, told: BaseTable) -> Iterator[Problem]:
    """Names in `[base]` that the base has not."""
    name_of_base = shown_name(base.study.path.name)
    for n, name in enumerate(told.scenarios or (), start=1):
        if name not in base.raw["scenarios"]:
            near = did_you_mean(name, base.raw["scenarios"])
            yield ("base", "scenarios", f"item {n}"), f'{name_of_base} has no scenario "{shown_name(name)}".{near}'
    for n, name in enumerate(told.leave, start=1):
        table, dot, _ = name.partition(".")
        known: Collection[str] = {**StudyTable.model_fields, **base.raw}
        if dot and isinstance(base.raw.get(table), dict):
            known = [f"{table}.{one}" for one in base.raw[table]]
        if (name if dot else table) not in known:
            near = did_you_mean(name, known)
            yield (
                ("base", "leave", f"item {n}"),
                f'{name_of_base} has nothing of the name "{shown_name(name)}".{near}',
            )


def _taken(base: Raw, told: BaseTable, own: Raw) -> Raw:
    """What is taken of the raw base, its paths as seen from the study."""
    home = Path(told.study).parent
    taken = {
        name: _named(value, name, told) for name, value in base.items() if name not in (*told.leave, *_JOINED, "base")
    }
    taken = {name: _rebased(value, home, name) for name, value in taken.items()}
    if isinstance(own.get("uncertainties"), dict) and "uncertainties" in taken:
        again = {key(name): name for name in own["uncertainties"]}
        uncertainties = taken["uncertainties"].items()
        taken["uncertainties"] = {name: one for name, one in uncertainties if again.get(key(name), name) == name}
    if "report" in taken:
        taken["report"] = _reduced(taken["report"], taken, own)
    return taken


def _named(value: Any, table: str, told: BaseTable) -> Any:
    """A table without the entries that are left."""
    if not isinstance(value, dict):
        return value
    chosen = told.scenarios if table == "scenarios" and told.scenarios is not None else list(value)
    return {name: one for name, one in value.items() if name in chosen and f"{table}.{name}" not in told.leave}


def _rebased(value: Any, home: Path, name: str, inside: str = "") -> Any:
    """`value` of the key `name` with its names of files as seen from another folder, of which `home` is the way."""
    if isinstance(value, dict):
        return {inner: _rebased(one, home, inner, inside or name) for inner, one in value.items()}
    if isinstance(value, list):
        return [_rebased(one, home, "", inside) for one in value]
    is_file = name in _PATHS if not inside else inside == "calibration" and name in _PATHS_OF_THE_FIT
    return (home / value).as_posix() if is_file and isinstance(value, str) and value else value


def _reduced(report: Raw, taken: Raw, own: Raw) -> Raw:
    """[report] of a base without the scenarios and outcomes that are not taken."""

    def there(table: str, name: Any) -> bool:
        return name in taken.get(table, {}) or (isinstance(own.get(table), dict) and name in own[table])

    kept = {name: value for name, value in report.items() if name not in _NAMED_OUTCOMES or there("outcomes", value)}
    if "compare" in kept:
        kept["compare"] = [name for name in kept["compare"] if there("scenarios", name)]
    return kept


def _without_baseline(own: Raw, whole: Raw, base: Asked, told: BaseTable) -> Problem | None:
    scenarios, name = whole.get("scenarios"), whole.get("baseline")
    if "baseline" in own or name is None or not isinstance(scenarios, dict) or name in scenarios:
        return None
    file = shown_name(base.study.path.name)
    said = (
        f'the baseline "{shown_name(name)}" of {file} is not among the scenarios that are taken. '
        'Take it as well, or name another scenario with "baseline".'
    )
    return ("base", "leave" if told.scenarios is None or name in told.scenarios else "scenarios"), said


def _lines_of_base(base: Asked, taken: Raw, own: Raw) -> dict[Location, int | Elsewhere]:
    """Where what is taken stands: in the file of the base, or in the base of that."""

    def in_base(location: Location) -> int | Elsewhere:
        line = line_of(base.lines, location)
        return Elsewhere(base.study.path.name, line) if isinstance(line, int) else line or 0

    found = {location: in_base(location) for location in base.lines if _is_taken(location, taken, own)}
    for table, value in taken.items():
        if isinstance(value, Mapping):  # an entry of an inline table has no line of its own, but a file
            places = [(table, name) for name in value if _is_taken((table, name), taken, own)]
            found |= {location: in_base(location) for location in places}
    return found


def _is_taken(location: Location, taken: Raw, own: Raw) -> bool:
    if not location or location[0] not in taken:
        return False
    base, mine = taken[location[0]], own.get(location[0])
    if mine is None or len(location) == 1:
        return mine is None
    both = isinstance(base, Mapping) and isinstance(mine, Mapping)
    return both and location[1] in base and location[1] not in mine
