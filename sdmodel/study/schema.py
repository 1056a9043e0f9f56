"""The format of study files: which tables and keys there may be, and which values they may have."""

import math
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from sdmodel.study.base_table import BaseTable
from sdmodel.study.calibration.table import CalibrationTable
from sdmodel.study.checks.table import CheckTable
from sdmodel.study.fields import Checked, Condition, Finite, Name, Positive, Reduction, Text, Whole
from sdmodel.study.game.table import GameTable
from sdmodel.study.groups import GroupTables
from sdmodel.study.search.table import SearchTable, TimingTable
from sdmodel.study.search.targets import TargetTable
from sdmodel.study.search.waiting import WaitingTable
from sdmodel.study.settings import SettingTable
from sdmodel.study.structure.table import LoopTable, StructureTable


class SettingsTable(BaseModel):
    """A scenario, shock or variant: `title`, `description`, `basis`; every other key sets an input of the model."""

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
    source: Text = ""

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
    source: Text = ""


class Fixed(Checked):
    """Not drawn: takes an uncertainty of the table of parameters out."""

    distribution: Literal["fixed"]
    basis: Text = ""
    source: Text = ""


DISTRIBUTIONS: dict[str, type[Bounded | Categorical]] = {
    "uniform": Uniform,
    "triangular": Triangular,
    "normal": Normal,
    "loguniform": LogUniform,
    "integer": WholeNumbers,
    "categorical": Categorical,
}

UncertaintyTable = Annotated[
    Uniform | Triangular | Normal | LogUniform | WholeNumbers | Categorical | Fixed,
    Field(discriminator="distribution"),
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


class ReportTable(Checked, BaseModel):  # named twice: linters know a table with defaults by BaseModel alone
    """What the report compares and draws."""

    compare: list[Name] = []
    figures: list[Name] = []
    cost: Text = ""
    risk: Text = ""


class StudyTable(Checked, BaseModel):
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
    base: BaseTable | None = None
    extensions: Annotated[list[Name], Field(max_length=50)] = []
    data: Annotated[list[Name], Field(max_length=50)] = []
    parameters: Text = ""
    claims: Text = ""
    questions: Text = ""
    uncertainties: dict[Name, UncertaintyTable] = {}
    outcomes: dict[Name, OutcomeTable] = {}
    shocks: dict[Name, SettingsTable] = {}
    variants: dict[Name, SettingsTable] = {}
    checks: dict[Name, CheckTable] = {}
    loops: dict[Name, LoopTable] = {}
    structure: StructureTable | None = None
    groups: GroupTables = {}
    targets: dict[Name, TargetTable] = {}
    search: dict[Name, SearchTable] = {}
    timing: dict[Name, TimingTable] = {}
    waiting: dict[Name, WaitingTable] = {}
    game: GameTable | None = None
    calibration: CalibrationTable | None = None
