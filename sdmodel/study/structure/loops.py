"""Loops of a study and a Model → the same loops in the model's own names, each step of their paths a causal link."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

from sdmodel.model.links import Links
from sdmodel.model.model import Constant, Model, Table
from sdmodel.model.names import did_you_mean
from sdmodel.study.checks.bind import BoundSettings
from sdmodel.study.places import Location, Problem, shown_name
from sdmodel.study.spec import Study
from sdmodel.study.structure.spec import Loop
from sdmodel.study.terms import Setting
from sdmodel.study.within import Horizon

_LISTED = 6  # names that a message lists


def bound_loops(
    study: Study, model: Model, horizon: Horizon, problems: list[Problem], settings: BoundSettings
) -> dict[str, Loop]:
    """The loops of `study`, bound, with what their knock-outs cut; what does not fit is added to `problems`.

    A step is a link when the variable stands in the equation of the next (of a stock: in its net flow).
    """
    links = Links(model)
    bound = {}
    for name, loop in study.loops.items():
        place = ("loops", name)
        path = _path(model, loop, (*place, "path"), problems)
        missing = [_missing(links, *step) for step in _steps(path)] if path else []
        problems += [((*place, "path"), words) for words in missing if words]
        knock_out = settings(model, loop.knock_out, (*place, "knock_out"), horizon, problems)
        whole = path and not any(missing)
        cut = _cut(model, path, knock_out) if whole else ()
        bound[name] = replace(loop, path=path or loop.path, knock_out=knock_out, cut=cut)
    return bound


def _path(model: Model, loop: Loop, place: Location, problems: list[Problem]) -> tuple[str, ...]:
    """The path in the model's own names; empty when one of them is no variable that anything changes."""
    found: list[str] = []
    for name in loop.path:
        if name not in model:
            near = did_you_mean(name, (one.name for one in model.visible()))
            problems.append((place, f'the model has no variable "{shown_name(name)}".{near}'))
        elif isinstance(model[name], Constant | Table):
            kind = "constant" if isinstance(model[name], Constant) else "table (lookup)"
            said = f'"{model[name].name}" is a {kind}: nothing changes it, so no loop leads through it.'
            problems.append((place, said))
        else:
            found.append(model[name].name)
    return tuple(found) if len(found) == len(loop.path) else ()


def _steps(path: tuple[str, ...]) -> list[tuple[str, str]]:
    """Pairs of cause and effect all round the loop."""
    return list(pairwise((*path, path[0])))


def _missing(links: Links, cause: str, effect: str) -> str:
    """Words for a step that is no link, and for the way that there is; empty when it is one."""
    if cause in links.causes(effect):
        return ""
    said = f'"{effect}" does not read "{cause}".'
    way = links.way(cause, effect)
    if len(way) > 2:
        between = " → ".join(f'"{name}"' for name in way)
        return f"{said} The shortest way there is {between}."
    readers = links.effects(cause)
    return f'{said} What reads "{cause}" is {_listed(readers)}.' if readers else f'{said} Nothing reads "{cause}".'


def _listed(names: tuple[str, ...]) -> str:
    shown = ", ".join(f'"{name}"' for name in names[:_LISTED])
    return shown + (f" and {len(names) - _LISTED} more" if len(names) > _LISTED else "")


def _cut(model: Model, path: tuple[str, ...], knock_out: Mapping[str, Setting]) -> tuple[str, ...]:
    """The first step that is no link any more when the knock-out is in force."""
    known = {name: float(value) for name, value in knock_out.items() if isinstance(value, int | float)}
    left = Links(model, {name: value for name, value in known.items() if isinstance(model[name], Constant)})
    return next(((cause, effect) for cause, effect in _steps(path) if cause not in left.causes(effect)), ())
