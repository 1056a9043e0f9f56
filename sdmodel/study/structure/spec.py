"""What a study says of its model's structure, as frozen data: feedback loops, and what must hold whatever is set."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sdmodel.study.terms import Setting  # a study is made of what is told here

REINFORCING, BALANCING = KINDS = ("reinforcing", "balancing")


@dataclass(frozen=True)
class Loop:
    """A feedback loop: each variable of `path` changes the next, and the last one the first.

    `kind` is one of KINDS; `knock_out` are the settings that take the loop out of the model; `basis` says who found it.
    `cut` (filled in by `bind`) are the two variables between which the knock-out leaves no link, and is empty where it
    only weakens the loop.
    """

    name: str
    title: str
    kind: str
    path: tuple[str, ...]
    knock_out: "dict[str, Setting]"
    basis: str = ""
    cut: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rest:
    """Settings at which every stock but those of `accumulate` keeps its initial value."""

    settings: "dict[str, Setting]"
    accumulate: tuple[str, ...] = ()


@dataclass(frozen=True)
class Structure:
    """What must hold of the model's structure.

    `swap`: two words, in the names of constants and variables, for two parties with the same equations; variables that
    look from one side alone are `one_sided`. `conserved`: groups of variables whose sum does not change. `rest`: where
    nothing moves. `within`: whether all variables keep to the limits that the model gives them when its constants are
    at theirs. `effects`: the outcomes by which loops are judged (none: all of the study).
    """

    swap: tuple[str, ...] = ()
    one_sided: tuple[str, ...] = ()
    conserved: tuple[tuple[str, ...], ...] = ()
    rest: Rest | None = None
    within: bool = False
    effects: tuple[str, ...] = field(default=())
