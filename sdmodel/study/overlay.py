"""Settings of a scenario and of what is laid over it, variants and shocks → the settings that hold in the end."""

from collections.abc import Sequence
from dataclasses import replace

from sdmodel.errors import StudyError
from sdmodel.study.terms import Schedule, Setting

MARK = " + "
"""Stands between a scenario and what is laid over it, variants first: `status_quo + lock_in + pandemic`."""


def label_of(scenario: str, over: Sequence[str]) -> str:
    """The name of `scenario` with `over` laid over it, from below."""
    return MARK.join([scenario, *over])


def layers_of(label: str) -> tuple[str, tuple[str, ...]]:
    """The scenario that `label` names, and what is laid over it, from below."""
    scenario, *over = label.split(MARK)
    return scenario, tuple(over)


def laid_over(under: dict[str, Setting], over: dict[str, Setting], who: str) -> dict[str, Setting]:
    """`under` with the settings `over` on top; `who` names the shock or variant in errors.

    A number, a table, or a schedule with a start replaces what is below. A schedule without a start goes on from the
    number below; its step or pulse joins a schedule below.

    Raises:
        StudyError: both follow a course that cannot be joined, such as two pulses on one lever.
    """
    joined = dict(under)
    for name, setting in over.items():
        below = under.get(name)
        whole = not isinstance(setting, Schedule) or setting.start is not None or setting.table is not None
        joined[name] = setting if whole or below is None else _joined(below, setting, f'{who}, lever "{name}"')
    return joined


def _joined(below: Setting, above: Setting, where: str) -> Setting:
    assert isinstance(above, Schedule)  # a number replaces, it is never joined
    if not isinstance(below, Schedule):
        return replace(above, start=below)
    if above.pulse is not None and below.pulse is None:
        return replace(below, pulse=above.pulse)
    if above.step is not None and below.step is None and below.pulse is None:
        return replace(below, step=above.step)
    course = next((word for word in ("pulse", "step", "ramp") if getattr(above, word) is not None), "schedule")
    raise StudyError(
        f"{where}: its {course} cannot be joined to the schedule that the lever follows already. "
        "Give it a start, so that it replaces that schedule, or choose another lever."
    )
