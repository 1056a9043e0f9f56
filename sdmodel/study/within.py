"""Values and times of a study → what lies outside the limits of its variable or outside the run."""

from collections.abc import Iterator
from dataclasses import dataclass

from sdmodel.model.model import Model, Variable
from sdmodel.study.inputs import number_of
from sdmodel.study.terms import Schedule, Setting, Uncertainty


@dataclass(frozen=True)
class Horizon:
    """First and last time of the run; None where an equation of the model decides."""

    start: float | None
    stop: float | None

    @property
    def length(self) -> float | None:
        """Duration of the run."""
        return None if self.start is None or self.stop is None else self.stop - self.start

    def outside(self, time: float) -> str:
        """Words for a `time` that no run reaches; empty when all do."""
        if self.start is not None and time < self.start:
            return f"the run starts at {self.start:g}."
        if self.stop is not None and time > self.stop:
            return f"the run ends at {self.stop:g}."
        return ""


def problems_of_setting(
    model: Model, variable: Variable, setting: Setting, horizon: Horizon, *, extreme: bool = False
) -> Iterator[str]:
    """What is wrong with the values and times of `setting`; an `extreme` one may leave the limits of its variable."""
    if isinstance(setting, Schedule):
        values = list(_values(setting, number_of(model, variable.name)))
        yield from _never(setting, horizon)
    else:
        values = [setting]
    if not extreme:
        yield from (words for value in dict.fromkeys(values) if (words := _outside(variable, value)))


def problems_of_uncertainty(variable: Variable, uncertainty: Uncertainty) -> Iterator[str]:
    """What is wrong with the range or the values of `uncertainty`."""
    bounds = () if uncertainty.distribution == "categorical" else (uncertainty.low, uncertainty.high)
    for value in (*bounds, *uncertainty.values):
        if words := _outside(variable, value):
            yield words


def _values(schedule: Schedule, default: float | None) -> Iterator[float]:
    """The values at the corners of the course of `schedule`."""
    start = default if schedule.start is None else schedule.start
    if schedule.start is not None:
        yield schedule.start
    if schedule.ramp:
        yield schedule.ramp[2]
    if schedule.step:
        yield schedule.step[1]
    if schedule.pulse and start is not None:
        yield start + schedule.pulse[2]
    yield from (value for _, value in schedule.table or ())


def _never(schedule: Schedule, horizon: Horizon) -> Iterator[str]:
    """Courses that begin after the end of the run, which is never meant."""
    for word, course in (("ramp", schedule.ramp), ("step", schedule.step), ("pulse", schedule.pulse)):
        if course is not None and horizon.stop is not None and course[0] > horizon.stop:
            yield f"the {word} at {course[0]:g} never happens: {horizon.outside(course[0])}"


def _outside(variable: Variable, value: float) -> str:
    low, high = variable.limits
    if (low is None or value >= low) and (high is None or value <= high):
        return ""
    shown = f"{'-∞' if low is None else f'{low:g}'} to {'∞' if high is None else f'{high:g}'}"
    unit = f" {variable.unit}" if variable.unit else ""
    return f'{value:g} is outside the limits that the model gives "{variable.name}": {shown}{unit}.'
