"""TOML text → the line on which each table and key stands, and the words that lead a reader there."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sdmodel.errors import StudyError

Location = tuple[str, ...]


@dataclass(frozen=True)
class Elsewhere:
    """A line in another file than the study's own: in that of a study that it builds on."""

    file: str
    line: int


Lines = Mapping[Location, int | Elsewhere]
Problem = tuple[Location, str]  # where, and what is wrong there
MOST_PROBLEMS = 50

_LONGEST = 80  # characters of a name that are shown
_PART = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')"""
_KEY = re.compile(rf"\s*({_PART}(?:\s*\.\s*{_PART})*)\s*=")
_HEADER = re.compile(rf"\s*(\[\[?\s*{_PART}(?:\s*\.\s*{_PART})*\s*\]\]?)\s*(?:#.*)?$")
_ITEM = re.compile(r"item \d+")
_TABLES = {  # with the number of parts of their heads, such as [scenarios.managed]
    **dict.fromkeys(("base", "report", "structure", "groups"), 1),
    **dict.fromkeys(("scenarios", "uncertainties", "outcomes", "shocks", "variants", "checks", "loops"), 2),
    **dict.fromkeys(("targets", "search", "timing", "waiting"), 2),
    "game": 1,
    "calibration": 1,
}
_INNER = {"series": 3, "bounds": 3, "settings": 2, "ranges": 2}  # the same for tables inside [calibration]
_QUOTES = re.compile(r"\"{3}|'{3}")


def lines_of(text: str) -> dict[Location, int]:
    """Where tables and keys stand, counted from 1: ("scenarios", "managed", "tariff") → 41.

    Keys inside inline tables have no entry of their own; `line_of` falls back to the key that holds them.
    """
    found: dict[Location, int] = {}
    table: Location = ()
    for number, line in _outside_of_long_texts(text):
        if header := _HEADER.match(line):
            table = _path(header[1])
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            found.setdefault((*table, *_path(f"{key[1]} = 0")), number)
    return found


def line_of(lines: Lines, location: Location) -> int | Elsewhere | None:
    """The line of `location`, or of the nearest thing that holds it."""
    return next((lines[location[:n]] for n in range(len(location), 0, -1) if location[:n] in lines), None)


def place(path: Path, lines: Lines, location: Location) -> str:
    """`study.toml, line 41, [scenarios.managed], key "tariff"`, as far as it is known."""
    file, line = _spot(lines, location)
    words = [shown_name(file or path.name)] + ([f"line {line}"] if line else [])
    if location[:1] and location[0] in _TABLES:
        inner = _INNER.get(location[1], 1) if location[0] == "calibration" and len(location) > 1 else 1
        depth = max(_TABLES[location[0]], inner)
        table, location = location[:depth], location[depth:]
        words.append(f"[{'.'.join(_bare(part) for part in table)}]")
    if location:
        words.append(
            "key " + " → ".join(part if _ITEM.fullmatch(part) else f'"{shown_name(part)}"' for part in location)
        )
    return ", ".join(words)


def study_error(path: Path, lines: Lines, problems: Iterable[Problem]) -> StudyError:
    """One error for all `problems` of the study file at `path`, a line for each, in the order of the file."""
    ordered = sorted(problems, key=lambda problem: _spot(lines, problem[0]))
    words = [f"{place(path, lines, location)}: {message}" for location, message in ordered[:MOST_PROBLEMS]]
    more = len(ordered) - MOST_PROBLEMS
    words += [f"… and {more} more problems."] if more > 0 else []
    inherited = [location for location, _ in ordered if _spot(lines, location)[0]]
    if inherited:
        words.append(
            f"{place(path, lines, ('base',))}: this is from another file. Take what is missing as well, or leave out "
            f'what does not fit: leave = ["{shown_name(".".join(inherited[0][:2]))}"].'
        )
    return StudyError("\n".join(words))


def _spot(lines: Lines, location: Location) -> tuple[str, int]:
    """The name of the file, empty for the study's own, and the line, 0 where it is not known."""
    line = line_of(lines, location)
    return (line.file, line.line) if isinstance(line, Elsewhere) else ("", line or 0)


def shown_name(name: str) -> str:
    """`name` fit to be printed: shortened, and without characters that would move the cursor."""
    short = name if len(name) <= _LONGEST else name[: _LONGEST - 3] + "…"
    return "".join(character if character.isprintable() else "�" for character in short)


def shown_path(path: object) -> str:
    """A path fit to be printed: of a long one the end, where the name of the file is."""
    text = str(path)
    return shown_name(text if len(text) <= _LONGEST else f"…{text[1 - _LONGEST :]}")


def shown(value: Any) -> str:
    """A value of a TOML file as a reader knows it: `the text "0.4"`, `true`, `a list`."""
    if isinstance(value, str):
        return f'the text "{shown_name(value)}"'
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        if isinstance(value, int) and abs(value) > 10**300:
            return "a number too large to compute with"
        return f"{value:g}"
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else "a list"
    return f"a {type(value).__name__}"


def _outside_of_long_texts(text: str) -> Iterator[tuple[int, str]]:
    inside = ""
    for number, line in enumerate(text.split("\n"), start=1):
        if not inside:
            yield number, line
        for quotes in _QUOTES.findall(line):
            if not inside:
                inside = quotes
            elif inside == quotes:
                inside = ""


def _path(source: str) -> Location:
    try:
        node: Any = tomllib.loads(source)
    except (ValueError, RecursionError):
        return ()
    parts: list[str] = []
    while node and isinstance(node, dict | list):
        if isinstance(node, list):
            node = node[0]
        else:
            part, node = next(iter(node.items()))
            parts.append(part)
    return tuple(parts)


def _bare(part: str) -> str:
    return part if re.fullmatch(r"[A-Za-z0-9_-]+", part) else f'"{shown_name(part)}"'
