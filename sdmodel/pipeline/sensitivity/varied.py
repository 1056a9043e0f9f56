"""What an analysis of sensitivity is asked to vary → the study with just these uncertainties, and why others are not.

Left at the model's own numbers: what is outside `only` or named in `fix`, and what all chosen scenarios set to a
number, because that wins over any draw.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sdmodel.design.asked import chosen_of
from sdmodel.errors import ExperimentError
from sdmodel.study.spec import Study
from sdmodel.study.terms import Schedule


@dataclass(frozen=True)
class Varied:
    """`study` has the uncertainties that vary, and groups of them; `fixed` were asked to stay; `set_by` scenarios."""

    study: Study
    fixed: tuple[str, ...]
    set_by: tuple[str, ...]


def varied(study: Study, scenarios: Sequence[str], only: Sequence[str], fix: Sequence[str]) -> Varied:
    """The part of `study` that varies; `only` and `fix` name uncertainties, or groups of the study.

    Raises:
        ExperimentError: a name is unknown, or nothing is left that varies.
    """
    kept = _members(study, only) if only else list(study.uncertainties)
    dropped = _members(study, fix)
    set_by = [name for name in study.uncertainties if all(_sets(study, label, name) for label in scenarios)]
    left = {name: one for name, one in study.uncertainties.items() if name in kept and name not in dropped}
    free = {name: one for name, one in left.items() if name not in set_by}
    if not free:
        raise ExperimentError(
            f'Nothing is left that varies in study "{study.name}": {len(study.uncertainties)} uncertainties, of which '
            f"{len(study.uncertainties) - len(left)} are asked to stay and {len(left)} are set by the scenario."
        )
    groups = {name: tuple(one for one in members if one in free) for name, members in study.groups.items()}
    fixed = tuple(name for name in study.uncertainties if name not in left)
    return Varied(replace(study, uncertainties=free, groups=groups), fixed, tuple(n for n in set_by if n in left))


def notes_on(vary: Varied) -> list[str]:
    """The caveats on what stayed at the model's own numbers, and on what data tie together while it is drawn freely."""
    return [
        f"{_listed(names)} {'stays' if len(names) == 1 else 'stay'} {why}."
        for names, why in (
            (vary.fixed, "at the model's own number, as asked"),
            (vary.set_by, "where the scenario sets it"),
        )
        if names
    ] + _fitted(vary.study)


def _fitted(study: Study) -> list[str]:
    """The caveat that parameters which data tie together are drawn independently of each other."""
    there = study.calibration.parameters if study.calibration else ()
    names = [name for name in there if name in study.uncertainties]
    if len(names) < 2:
        return []
    return [
        f"All inputs are drawn independently of each other over the ranges of the study, also {_listed(names)}, which "
        "its calibration fits to data: a posterior may tie them together, and indices do not know of that. Futures "
        "drawn from it (sweep --futures-from) can be asked by sensitivity --method first-order, pawn or srrc."
    ]


def _members(study: Study, names: Sequence[str]) -> list[str]:
    """The uncertainties that `names` mean."""
    chosen = chosen_of("uncertainty or group", names, [*study.uncertainties, *study.groups])
    return [one for name in chosen for one in study.groups.get(name, (name,))]


def _sets(study: Study, scenario: str, name: str) -> bool:
    setting = study.scenarios[scenario].settings.get(name)
    return setting is not None and not isinstance(setting, Schedule)


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f'"{name}"' for name in names[:3])
    return shown if len(names) <= 3 else f"{shown} and {len(names) - 3} more uncertainties"
