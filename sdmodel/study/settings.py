"""What a study file may write for a setting, a number or a course in time → Setting."""

from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag, model_validator

from sdmodel.study.fields import Checked, Finite, Points, Positive
from sdmodel.study.terms import Schedule, Setting


class Ramp(Checked):
    """`{ from = 2021, to = 2025, value = 0.1 }`."""

    begin: Finite = Field(alias="from")
    to: Finite
    value: Finite

    @model_validator(mode="after")
    def _forward(self) -> "Ramp":
        if self.to <= self.begin:
            raise ValueError(f'"to" must be later than "from": {self.begin:g} to {self.to:g}')
        return self


class Step(Checked):
    """`{ at = 2025, value = 1 }`."""

    at: Finite
    value: Finite


class ScheduleTable(Checked):
    """A lever over time; see `Schedule` in `study/spec.py` for what the keys mean."""

    start: Finite | None = None
    ramp: Ramp | None = None
    step: Step | None = None
    pulse: Finite | None = None
    at: Finite | None = None
    width: Positive | None = None
    table: Points | None = None

    @model_validator(mode="after")
    def _one_course(self) -> "ScheduleTable":
        courses = [key for key in ("ramp", "step", "pulse", "table") if getattr(self, key) is not None]
        if len(courses) > 1:
            raise ValueError(f"has both {courses[0]} and {courses[1]}: one lever follows one course; write a table")
        if self.start is None and not courses:
            raise ValueError("is an empty schedule: give a number, or start, ramp, step, pulse or table")
        if self.start is not None and self.table is not None:
            raise ValueError("has both start and table: the first point of a table is its start")
        if (self.pulse is not None) != (self.at is not None and self.width is not None) or (
            self.pulse is None and (self.at, self.width) != (None, None)
        ):
            raise ValueError("needs pulse, at and width together: { pulse = HEIGHT, at = TIME, width = DURATION }")
        return self


def _kind_of_setting(value: Any) -> str:
    return "schedule" if isinstance(value, dict) else "number"


SettingTable = Annotated[
    Annotated[Finite, Tag("number")] | Annotated[ScheduleTable, Tag("schedule")], Discriminator(_kind_of_setting)
]


def setting_of(table: float | ScheduleTable) -> Setting:
    """The setting that stands in the file."""
    return schedule_of(table) if isinstance(table, ScheduleTable) else float(table)


def schedule_of(table: ScheduleTable) -> Schedule:
    """The course that stands in the file."""
    ramp, step = table.ramp, table.step
    pulsed = table.pulse is not None and table.at is not None and table.width is not None
    return Schedule(
        start=table.start,
        ramp=(ramp.begin, ramp.to, ramp.value) if ramp else None,
        step=(step.at, step.value) if step else None,
        pulse=(table.at, table.width, table.pulse) if pulsed else None,  # type: ignore[arg-type]
        table=tuple(table.table) if table.table else None,
    )
