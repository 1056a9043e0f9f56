"""`[calibration]` of a study file: which keys it may have → Calibration."""

import math
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field, model_validator

from sdmodel.study.calibration.spec import SOUND, Bound, Calibration, Series
from sdmodel.study.fields import Checked, Finite, Name, Positive, Text
from sdmodel.study.settings import SettingTable, setting_of

Status = Literal["verified", "derived", "from memory", "conflicting"]


def _window(value: Any) -> Any:
    if not (isinstance(value, list) and len(value) == 2):
        raise ValueError("must be a pair [first, last]")
    first, last = value
    if all(isinstance(one, int | float) for one in value) and not first < last:
        raise ValueError(f"must rise: {first:g}, {last:g}")
    return tuple(value)


def _compared(value: Any) -> Any:
    """A cell of a CSV file is text; a year may be written as the number it looks like."""
    return f"{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) else value


def _free(value: Any) -> Any:
    if value is None or (isinstance(value, str) and value != "free"):
        raise ValueError('must be a number, or "free" where it is to be fitted')
    return None if value == "free" else value


Window = Annotated[tuple[Finite, Finite], BeforeValidator(_window)]
Cell = Annotated[Text, BeforeValidator(_compared)]
Free = Annotated[Finite | None, BeforeValidator(_free)]
"""A number, or None for one that is fitted."""


class ShiftTable(Checked):
    """`{ column = "mode", value = "phone" }`: rows whose observations lie higher or lower by a fitted amount."""

    column: Name
    value: Cell


class ObserveTable(Checked, BaseModel):
    """How the variable shows in the data: observation = scale × variable + offset, numbers or "free".

    A free scale is not negative, or `scale_between` two numbers.
    """

    scale: Free = 1.0
    scale_between: Window | None = None
    offset: Free = 0.0
    shift: ShiftTable | None = None

    @model_validator(mode="after")
    def _one_scale(self) -> "ObserveTable":
        if self.scale_between is not None and self.scale is not None:
            raise ValueError('has scale_between, which is for scale = "free"')
        return self


class SeriesTable(Checked, BaseModel):
    """Observations of one variable."""

    variable: Name
    data: Name
    title: Text = ""
    where: dict[Name, Cell] = {}
    time: Name = "time"
    value: Name = "value"
    error: Positive | None = None
    relative_error: Positive | None = None
    statuses: Annotated[list[Status], Field(min_length=1)] = list(SOUND)  # type: ignore[arg-type]
    observe: ObserveTable = ObserveTable()

    @model_validator(mode="after")
    def _one_error(self) -> "SeriesTable":
        if (self.error is None) == (self.relative_error is None):
            raise ValueError(
                "needs one of error (standard deviation in the unit of the data) and relative_error (share of each "
                "observation)"
            )
        return self


class BoundTable(Checked, BaseModel):
    """A range that a number of some scenario must keep to."""

    low: Finite
    high: Finite
    error: Positive
    scenario: Text = ""
    outcome: Text = ""
    variable: Text = ""
    at: Finite | None = None
    title: Text = ""
    basis: Text = ""

    @model_validator(mode="after")
    def _one_number(self) -> "BoundTable":
        if not self.low < self.high:
            raise ValueError(f'"low" must be less than "high": {self.low:g} and {self.high:g}')
        if bool(self.outcome) == bool(self.variable) or (self.at is not None) != bool(self.variable):
            raise ValueError('needs an outcome of the study, or a variable and the time "at" which it is looked at')
        return self


class CalibrationTable(Checked, BaseModel):
    """The whole table."""

    parameters: Annotated[list[Name], Field(min_length=1)]
    fit: Window
    series: Annotated[dict[Name, SeriesTable], Field(min_length=1)]
    scenario: Text = ""
    holdout: Window | None = None
    settings: dict[Name, SettingTable] = {}
    ranges: dict[Name, Window] = {}
    bounds: dict[Name, BoundTable] = {}
    starts: Annotated[int, Field(strict=True, ge=1, le=1000)] = 20
    seed: Annotated[int, Field(strict=True, ge=0, lt=2**63)] | None = None
    events: Name | None = None
    caveats: list[Text] = []

    @model_validator(mode="after")
    def _later(self) -> "CalibrationTable":
        if self.holdout is not None and self.holdout[0] < self.fit[1]:
            raise ValueError(
                f'"holdout" must begin after "fit" ends: {self.holdout[0]:g} is before {self.fit[1]:g}; '
                "what was fitted cannot be held out"
            )
        return self


def table_at(location: Sequence[Any]) -> type[BaseModel]:
    """The table whose key stands at `location`, which begins with "calibration"."""
    if len(location) > 3 and location[1] == "series":
        inner: dict[str, type[BaseModel]] = {"observe": ObserveTable, "shift": ShiftTable}
        return inner.get(str(location[-2]), SeriesTable)
    return BoundTable if len(location) > 3 and location[1] == "bounds" else CalibrationTable


def calibration_from(table: CalibrationTable | None) -> Calibration | None:
    """The Calibration that `table` asks for; None when there is none."""
    if table is None:
        return None
    return Calibration(
        scenario=table.scenario,
        parameters=tuple(table.parameters),
        fit=table.fit,
        holdout=table.holdout,
        series={name: _series(name, one) for name, one in table.series.items()},
        settings={name: setting_of(one) for name, one in table.settings.items()},
        bounds={name: _bound(name, one) for name, one in table.bounds.items()},
        ranges=dict(table.ranges),
        starts=table.starts,
        seed=table.seed,
        events=table.events or "",
        caveats=tuple(table.caveats),
    )


def _series(name: str, table: SeriesTable) -> Series:
    observe = table.observe
    return Series(
        name=name,
        title=table.title or name.replace("_", " "),
        variable=table.variable,
        data=table.data,
        where=dict(table.where),
        time=table.time,
        value=table.value,
        error=table.error,
        relative_error=table.relative_error,
        statuses=tuple(table.statuses),
        scale=observe.scale,
        scales=observe.scale_between or (0.0, math.inf),
        offset=observe.offset,
        shift=(observe.shift.column, observe.shift.value) if observe.shift else None,
    )


def _bound(name: str, table: BoundTable) -> Bound:
    return Bound(
        name=name,
        title=table.title or name.replace("_", " "),
        scenario=table.scenario,
        low=table.low,
        high=table.high,
        error=table.error,
        outcome=table.outcome,
        variable=table.variable,
        time=table.at,
        basis=table.basis,
    )
