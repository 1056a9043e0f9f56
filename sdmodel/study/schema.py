"""The format of study files: which tables and keys there may be, and which values they may have."""

import math
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from sdmodel.study.fields import Condition, Finite, Name, Points, Positive, Reduction, Text, Whole


class Checked(BaseModel):
    """A table of the file: known keys only, no silent conversion of values."""

    model_config = ConfigDict(extra="forbid", frozen=True)


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


class SettingsTable(BaseModel):
    """A scenario or a shock: `title`, `description`, `basis`; every other key sets an input of the model."""

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, SettingTable]

    title: Text = ""
    description: Text = ""
    basis: Text = ""


class Bounded(Checked):
    """What distributions share: bounds in the right order, and not so far apart that numbers overflow."""

    low: Finite
    high: Finite
    basis: Text = ""

    @model_validator(mode="after")
    def _ordered(self) -> "Bounded":
        if not self.low < self.high:
            raise ValueError(f'"low" must be less than "high": {self.low:g} and {self.high:g}')
        if not math.isfinite(self.high - self.low):
            raise ValueError("the range is too wide to compute with")
        for key in ("mode", "mean"):
            value = getattr(self, key, None)
            if value is not None and not self.low <= value <= self.high:
                raise ValueError(f'"{key}" must lie between "low" and "high": {value:g}, {self.low:g}, {self.high:g}')
        return self


class Uniform(Bounded):
    """Every value from `low` to `high` is as likely as any other."""

    distribution: Literal["uniform"]


class Triangular(Bounded):
    """Likeliest at `mode`, falling in straight lines to `low` and `high`."""

    distribution: Literal["triangular"]
    mode: Finite


class Normal(Bounded):
    """Normal with `mean` and `sd`, cut off at `low` and `high`."""

    distribution: Literal["normal"]
    mean: Finite
    sd: Positive


class LogUniform(Bounded):
    """The logarithm is uniform: as likely between 1 and 10 as between 10 and 100."""

    distribution: Literal["loguniform"]
    low: Positive


class WholeNumbers(Bounded):
    """Whole numbers from `low` to `high`, both included."""

    distribution: Literal["integer"]
    low: Whole
    high: Whole


class Categorical(Checked):
    """One of `values`; a value written twice is twice as likely."""

    distribution: Literal["categorical"]
    values: Annotated[list[Finite], Field(min_length=1)]
    basis: Text = ""


UncertaintyTable = Annotated[
    Uniform | Triangular | Normal | LogUniform | WholeNumbers | Categorical, Field(discriminator="distribution")
]


class At(Checked):
    """`{ at = 2045 }`."""

    at: Finite


class First(Checked):
    """`{ first = "< 0.35" }`."""

    first: Condition


def _kind_of_reduction(value: Any) -> str:
    if not isinstance(value, dict):
        return "word"
    return "first" if "first" in value else "at"


class OutcomeTable(Checked):
    """A number to be computed from the trajectory of `variable`."""

    variable: Name
    reduce: Annotated[
        Annotated[Reduction, Tag("word")] | Annotated[At, Tag("at")] | Annotated[First, Tag("first")],
        Discriminator(_kind_of_reduction),
    ]
    title: Text = ""
    unit: Text = ""
    acceptable: Condition | None = None
    better: Literal["lower", "higher"] | None = None
    risk: Annotated[bool, Field(strict=True)] = False


class ReportTable(Checked):
    """What the report compares and draws."""

    compare: list[Name] = []
    figures: list[Name] = []
    cost: Text = ""
    risk: Text = ""


class StudyTable(Checked):
    """The whole file."""

    model: Name
    baseline: Name
    scenarios: dict[Name, SettingsTable]
    title: Text = ""
    question: Text = ""
    caveats: list[Text] = []
    futures: Annotated[int, Field(strict=True, ge=1, le=2**30)] = 1000
    seed: Annotated[int, Field(strict=True, ge=0, lt=2**63)] = 0
    save_every: Positive | None = None
    report: ReportTable = ReportTable()
    uncertainties: dict[Name, UncertaintyTable] = {}
    outcomes: dict[Name, OutcomeTable] = {}
    shocks: dict[Name, SettingsTable] = {}
