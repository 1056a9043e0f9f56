"""Uncertainties, groups of them and chance → the factors of a design: what it varies together, each on its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sdmodel.errors import ExperimentError
from sdmodel.study.spec import Study

CHANCE = "random numbers"
"""The factor that stands for the random numbers of a model that draws some while it runs."""


@dataclass(frozen=True)
class Factor:
    """`members` are the uncertainties that it varies; none: it varies the random numbers of the run."""

    name: str
    members: tuple[str, ...]


def factors_of(
    study: Study, groups: Mapping[str, Sequence[str]] | None = None, *, chance: bool = False
) -> tuple[Factor, ...]:
    """A factor for each of `groups`, at the place of its first member, and for each other uncertainty; `chance` last.

    Raises:
        ExperimentError: nothing varies, a group is empty, or an uncertainty is in two of them.
    """
    of: dict[str, str] = {}
    for group, members in (groups or {}).items():
        if not members:
            raise ExperimentError(f'The group "{group}" has no member that varies here.')
        for name in members:
            if name not in study.uncertainties:
                raise ExperimentError(f'The group "{group}" has "{name}", which is no uncertainty that varies here.')
            if name in of:
                raise ExperimentError(f'"{name}" is in two groups, "{of[name]}" and "{group}": ask for one of them.')
            of[name] = group
    named = dict.fromkeys(of.get(name, name) for name in study.uncertainties)
    made = [Factor(name, tuple((groups or {}).get(name, (name,)))) for name in named]
    made += [Factor(CHANCE, ())] if chance else []
    if not made:
        raise ExperimentError(
            f'The study "{study.name}" varies nothing here: [uncertainties] says what is uncertain, and how much.'
        )
    return tuple(made)
