"""Where an equation stands: its variable, and what dimensions and macros mean there."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sdmodel.read.xmile.entries import Entry
from sdmodel.read.xmile.grammar import Tree
from sdmodel.read.xmile.modules import Path


@dataclass(frozen=True)
class Place:
    """The variable of an equation, the dimensions of its left side (`free`) or the elements that it is for (`elements`,
    by key of their dimension). `marks` are the dimensions that a reduction runs through with their sizes, None outside.
    """

    entry: Entry
    free: tuple[str, ...] = ()
    elements: Mapping[str, str] = field(default_factory=dict)
    marks: dict[str, int] | None = None

    @property
    def module(self) -> Path:
        """The modules around the variable."""
        return self.entry.module


@dataclass(frozen=True)
class Macro:
    """A macro of the file: its parameters and the trees of their default values."""

    name: str
    parameters: tuple[str, ...]
    defaults: tuple[Tree | None, ...]
