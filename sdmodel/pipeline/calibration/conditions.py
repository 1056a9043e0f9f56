"""What held while constants were fitted, against what holds in the scenarios that a sample of them is drawn for.

Constants that were fitted to a school of 763 are those of a school; a scenario with other settings takes them away.
"""

import json
from collections.abc import Mapping, Sequence, Set
from dataclasses import asdict, dataclass
from typing import Any

from sdmodel.analysis.wording import joined, number
from sdmodel.errors import RunsError
from sdmodel.model.model import Model
from sdmodel.study.inputs import number_of
from sdmodel.study.overlay import laid_over
from sdmodel.study.spec import Study
from sdmodel.study.terms import Setting

SETTINGS = "settings"
"""Attribute of a sample: the settings under which it was fitted, as JSON, those of [calibration.settings] first."""
_MOST_TOLD = 4
_COURSE = "a course in time"


@dataclass(frozen=True)
class Unlike:
    """A setting of the calibration, and what it is in scenarios that have another."""

    name: str
    calibrated: str
    scenarios: tuple[tuple[str, tuple[str, ...]], ...]
    every: bool


def conditions(study: Study) -> dict[str, Any]:
    """The settings of the calibration of `study` and of its scenario, as JSON can hold them; none without one."""
    asked = study.calibration
    if asked is None:
        return {}
    under = study.scenarios[asked.scenario].settings
    joint = laid_over(under, asked.settings, "[calibration.settings]")
    first = [*asked.settings, *(name for name in joint if name not in asked.settings)]
    return {name: _plain(joint[name]) for name in first}


def unlike(
    study: Study, model: Model, about: Mapping[str, str], scenarios: Sequence[str], held: Set[str]
) -> list[Unlike]:
    """Settings of the sample that `about` tells of which `scenarios` do not share; not those of constants it holds.

    A sample that does not tell its settings was fitted under those of `study`.
    """
    found = []
    for name, value in _told(study, about).items():
        if name not in model or name in held:
            continue
        others: dict[str, list[str]] = {}
        for scenario in scenarios:
            if (here := _here(study, model, scenario, model[name].name)) != value:
                others.setdefault(_words(here, model[name].unit), []).append(scenario)
        if others:
            groups = tuple((words, tuple(names)) for words, names in others.items())
            every = len(groups) == 1 and len(groups[0][1]) == len(scenarios)
            found.append(Unlike(model[name].name, _words(value, model[name].unit), groups, every))
    return found


def unlike_words(found: Sequence[Unlike]) -> str:
    """The caveat on settings that are not those of the calibration, with both values."""
    told = [f'"{one.name}" {one.calibrated}, here {_elsewhere(one)}' for one in found[:_MOST_TOLD]]
    more = [f"and {len(found) - _MOST_TOLD} more"] if len(found) > _MOST_TOLD else []
    return (
        f"The sample was fitted under settings that the scenarios do not share: {'; '.join([*told, *more])}. Whether "
        "constants that were fitted there hold here is not known."
    )


def _elsewhere(one: Unlike) -> str:
    if one.every:
        return one.scenarios[0][0]
    return ", ".join(f"{words} in {_listed(names)}" for words, names in one.scenarios)


def _listed(names: Sequence[str]) -> str:
    if len(names) <= _MOST_TOLD:
        return joined(names)
    return f"{', '.join(names[:_MOST_TOLD])} and {len(names) - _MOST_TOLD} more scenarios"


def _told(study: Study, about: Mapping[str, str]) -> dict[str, Any]:
    if SETTINGS not in about:
        return conditions(study)
    try:
        told = json.loads(about[SETTINGS])
    except ValueError as problem:
        raise RunsError(f"The sample tells its settings in a way that cannot be read: {problem}.") from None
    return told if isinstance(told, dict) else {}


def _here(study: Study, model: Model, scenario: str, name: str) -> Any:
    """What an input is in a scenario, as JSON can hold it: its setting, the range of its draws, or the model's own."""
    setting = study.scenarios[scenario].settings.get(name)
    if setting is not None:
        return _plain(setting)
    if (drawn := study.uncertainties.get(name)) is not None:
        return f"drawn from {number(drawn.low)} to {number(drawn.high)}"
    return number_of(model, name)


def _plain(setting: Setting) -> Any:
    return setting if isinstance(setting, int | float) else json.loads(json.dumps(asdict(setting)))


def _words(value: Any, unit: str) -> str:
    """The value without its unit, a year as years are written."""
    if isinstance(value, int | float):
        return number(float(value), unit).removesuffix(f" {unit}")
    return value if isinstance(value, str) else _COURSE if isinstance(value, dict) else "what an equation makes it"
