"""The table `[groups]` of a study file → named lists of uncertainties that sensitivity can take together.

    [groups]
    perception = ["confirmation bias", "intention uncertainty"]

What a group does alone, or in any way at all, is then told as if it were one uncertainty (Saltelli et al. 2008, Global
Sensitivity Analysis: The Primer, section 4.9).
"""

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field

from sdmodel.model.model import Model
from sdmodel.model.names import did_you_mean, key
from sdmodel.study.fields import Name
from sdmodel.study.places import Problem, shown_name
from sdmodel.study.spec import Study
from sdmodel.study.terms import Uncertainty

MOST_GROUPS = 500


def _once(names: list[str]) -> list[str]:
    seen: set[str] = set()
    for name in names:
        if key(name) in seen:
            raise ValueError(f'names "{shown_name(name)}" twice')
        seen.add(key(name))
    return names


GroupTable = Annotated[list[Name], Field(min_length=1), AfterValidator(_once)]
GroupTables = Annotated[dict[Name, GroupTable], Field(max_length=MOST_GROUPS)]


def groups_of(table: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    """The groups that `table` lists."""
    return {name: tuple(members) for name, members in table.items()}


def bound_groups(
    study: Study, model: Model, uncertainties: Mapping[str, Uncertainty], problems: list[Problem]
) -> dict[str, tuple[str, ...]]:
    """The groups of `study` in the model's own names; what is not among its `uncertainties` is added to `problems`.

    What a study takes out of its table of parameters (`distribution = "fixed"`) falls out of its groups in silence.
    """
    known, taken = {key(name): name for name in uncertainties}, {key(name) for name in study.fixed}
    bound: dict[str, tuple[str, ...]] = {}
    for group, members in study.groups.items():
        if key(group) in known:
            problems.append((("groups", group), f'"{shown_name(group)}" is an uncertainty: name the group otherwise.'))
        own = [_own(model, name) for name in members]
        for at, (name, spelled) in enumerate(zip(own, members, strict=True), start=1):
            if key(name) not in known and key(name) not in taken:
                near = did_you_mean(spelled, uncertainties)
                words = f'"{shown_name(spelled)}" is no uncertainty of the study.{near}'
                problems.append((("groups", group, f"item {at}"), words))
        bound[group] = tuple(known[key(name)] for name in own if key(name) in known)
    return bound


def _own(model: Model, name: str) -> str:
    return model[name].name if name in model else name
