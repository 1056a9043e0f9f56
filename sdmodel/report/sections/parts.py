"""What a section of a page is made of, and what the sections of all analyses have in common."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from sdmodel.analysis.finding import Finding
from sdmodel.report.figures.figure import Figure
from sdmodel.report.key import Mark, key_of
from sdmodel.report.text import number, unit, upper_first

FIRST = 12
"""Rows of a table that are shown; what is beyond is folded away."""

RESAMPLED = "resampled with seed"
"""Word for the seed of a finding from stored runs, of which it does not tell the seed."""


@dataclass(frozen=True)
class Plate:
    """A figure with the heads of the rows behind it."""

    figure: Figure
    heads: tuple[str, ...]
    marks: tuple[Mark, ...] = ()

    @property
    def key(self) -> tuple[Mark, ...]:
        """What its lines and marks stand for: `marks` where they do not say so themselves."""
        return self.marks or key_of(self.figure)


@dataclass(frozen=True)
class Table:
    """Rows of text under their heads."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def first(self) -> tuple[tuple[str, ...], ...]:
        """The rows that are shown; a single row more is not worth folding."""
        return self.rows if len(self.rows) <= FIRST + 1 else self.rows[:FIRST]

    @property
    def more(self) -> tuple[tuple[str, ...], ...]:
        """The rows that are folded away."""
        return self.rows[len(self.first) :]


@dataclass(frozen=True)
class Section:
    """A finding on a page: `key` is its anchor, `lead` says how to read it, `sentence` and `caveats` are its own.

    `basis` stands below each figure: which scenarios, how many runs, which seed.
    """

    key: str
    title: str
    lead: str
    sentence: str
    plates: tuple[Plate, ...] = ()
    tables: tuple[Table, ...] = ()
    caveats: tuple[str, ...] = ()
    basis: str = ""

    @property
    def figures(self) -> tuple[Figure, ...]:
        """All figures of the section."""
        return tuple(plate.figure for plate in self.plates)


@dataclass(frozen=True)
class Kind:
    """How findings of one name are told."""

    title: str
    lead: str
    plates: Callable[[Finding], Iterable[Plate]]
    tables: Callable[[Finding], Iterable[Table]]
    basis: Callable[[xr.Dataset], str]


def names(values: xr.DataArray) -> list[str]:
    """Labels as plain text."""
    return [str(value) for value in values.values]


def plain(name: str) -> str:
    """A name of an outcome or scenario that has no title, as words."""
    return name.replace("_", " ")


def titles(table: xr.Dataset, dim: str) -> dict[str, str]:
    """Titles by label of outcomes or scenarios; names as words where the finding has no titles."""
    for coord in (f"{dim}_title", "title"):
        if coord in table and table[coord].dims == (dim,):
            return dict(zip(names(table[dim]), names(table[coord]), strict=True))
    return {name: plain(name) for name in names(table[dim])}


def spoken_first(finding: Finding, most: int, dim: str = "outcome") -> list[str]:
    """At most so many outcomes of the finding: those that its sentence speaks of, in its order, then the others."""
    said, told = finding.sentence.casefold(), titles(finding.table, dim)
    places = {name: said.find(title.casefold()) for name, title in told.items()}
    return sorted(told, key=lambda name: places[name] if places[name] >= 0 else len(said))[:most]


def scenario_of(table: xr.Dataset) -> str:
    """The scenario that is told of: the baseline where it is there, else the first."""
    base, there = str(table.attrs.get("baseline", "")), names(table["scenario"])
    return base if base in there else there[0]


def with_unit(title: str, units: str) -> str:
    """ "Ever infected (Person)"."""
    shown = unit(units)
    return f"{title} ({shown})" if shown else title


def ranged(middle: float, low: float, high: float) -> str:
    """ "0.42 (0.31 – 0.55)"; the middle alone where there is no range."""
    if not np.isfinite([low, high]).all() or low == high:
        return number(middle)
    return f"{number(middle)} ({number(low)} – {number(high)})"


def told(*parts: str) -> str:
    """ "Under Nothing; 100 futures; seed 7." of the parts that there are."""
    return upper_first(f"{'; '.join(part for part in parts if part)}.")


def seeds(table: xr.Dataset, of: str = "seed") -> str:
    """ "seed 7": of the stored runs where the finding rests on some, and of what was drawn for it."""
    runs, own = table.attrs.get("runs_seed"), table.attrs.get("seed")
    if runs is None:
        return "" if own is None else f"{of} {own}"
    return f"seed {runs}" + ("" if own is None else f" (resampled with seed {own})")


def scenarios_of(table: xr.Dataset, most: int = 3) -> str:
    """The titles of the scenarios of a finding, counted where they are many."""
    every = list(titles(table, "scenario").values())
    return ", ".join(every) if len(every) <= most else f"{len(every)} scenarios"


def columns(rows: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """Rows as the table wants them."""
    return tuple(tuple(row) for row in rows)
