"""What a study asks of the structure and a Model → the same in the model's own names, checked."""

import re
from collections.abc import Mapping
from dataclasses import replace

from sdmodel.model.model import CONTROLS, Constant, Model, Stock, Table
from sdmodel.model.names import did_you_mean
from sdmodel.study.checks.bind import BoundSettings
from sdmodel.study.places import Location, Problem, shown_name
from sdmodel.study.spec import Study
from sdmodel.study.structure.spec import Structure
from sdmodel.study.within import Horizon


def bound_structure(
    study: Study, model: Model, horizon: Horizon, problems: list[Problem], settings: BoundSettings
) -> Structure | None:
    """What `study` asks of the structure, bound; what does not fit is added to `problems`."""
    asked = study.structure
    if asked is None:
        return None
    place = ("structure",)
    conserved = tuple(
        _courses(model, group, (*place, "conserved", f"item {number}"), problems)
        for number, group in enumerate(asked.conserved, start=1)
    )
    one_sided = _courses(model, asked.one_sided, (*place, "one_sided"), problems)
    problems += [((*place, "swap"), words) for words in _problems_of_swap(model, asked.swap, one_sided)]
    rest = asked.rest
    if rest is not None:
        own = settings(model, rest.settings, (*place, "rest"), horizon, problems)
        stocks = _courses(model, rest.accumulate, (*place, "rest", "accumulate"), problems)
        problems += [
            ((*place, "rest", "accumulate"), f'"{name}" is no stock: nothing accumulates in it.')
            for name in stocks
            if name in model and not isinstance(model[name], Stock)
        ]
        rest = replace(rest, settings=own, accumulate=stocks)
    return replace(asked, conserved=conserved, one_sided=one_sided, rest=rest)


def exchanged(name: str, swap: tuple[str, ...]) -> str:
    """`name` with the two words of `swap` exchanged, where they are whole words of it."""
    first, second = swap
    other: Mapping[str, str] = {first.casefold(): second, second.casefold(): first}
    words = rf"(?<!\w)(?:{re.escape(first)}|{re.escape(second)})(?!\w)"
    return re.sub(words, lambda found: other[found[0].casefold()], name, flags=re.IGNORECASE)


def _courses(model: Model, names: tuple[str, ...], place: Location, problems: list[Problem]) -> tuple[str, ...]:
    """The model's spelling of variables that have a course in time."""
    found = []
    for name in names:
        if name not in model:
            near = did_you_mean(name, (one.name for one in model.visible()))
            problems.append((place, f'the model has no variable "{shown_name(name)}".{near}'))
        elif isinstance(model[name], Constant | Table):
            problems.append((place, f'"{model[name].name}" has no course in time. Name a stock or auxiliary.'))
        found.append(model[name].name if name in model else name)
    return tuple(found)


def _problems_of_swap(model: Model, swap: tuple[str, ...], one_sided: tuple[str, ...]) -> list[str]:
    """A word that no name has, and names that have no counterpart, told together."""
    if not swap:
        return []
    names = [one.name for one in model.visible() if one.name not in (*CONTROLS, *one_sided)]
    sided = [name for name in names if exchanged(name, swap) != name]
    alone = [name for name in sided if exchanged(name, swap) not in model]
    if not sided:
        return [f'no name in the model has the word "{shown_name(swap[0])}" or "{shown_name(swap[1])}".']
    if not alone:
        return []
    near = did_you_mean(exchanged(alone[0], swap), [name for name in names if name not in sided])
    more = f" Nor have {len(alone) - 1} others." if len(alone) > 1 else ""
    return [f'"{alone[0]}" has no counterpart "{exchanged(alone[0], swap)}" in the model.{near}{more}']
